/** Servers in processes of their own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const CHILD_SECRET = 'sk_test_of_a_crash';

/** A server of its own process under the shipped catalog, once it listens. */
export async function serveChild(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const loader = new URL('../support/run-typescript.mjs', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--import', loader, fileURLToPath(new URL('./serve-process.ts', import.meta.url))],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PORT: '0',
        DATABASE_URL: databaseUrl,
        DRAWDOWN_SECRET_KEY: CHILD_SECRET,
        DRAWDOWN_DEMO: '0',
        DRAWDOWN_ALLOW_UNSAFE: '1',
        DRAWDOWN_LOG_LEVEL: 'silent',
        ...env,
      },
    },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^drawdown listening on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('the server ended before it listened');
}
