/** A server for the tests of a file, on a test clock and without demonstration, and commands that are run against it. */
import { afterAll, beforeAll, expect } from 'vitest';
import { type Finished, type Installation, install } from './support.ts';

export interface Serving {
  /** Where commands find the server; known once the tests run. */
  readonly cwd: string;
  readonly url: string;
  cli(...words: string[]): Promise<Finished>;
  /** What a command answers with `--json`, which succeeds and says nothing beside it. */
  json<T>(...words: string[]): Promise<T>;
}

/** Called where a file of tests is read. */
export function serving(env: Readonly<Record<string, string>> = {}): Serving {
  let drawdown: Installation;
  let cwd: string;
  let url: string;

  beforeAll(async () => {
    drawdown = install();
    cwd = drawdown.directory();
    const common = { DRAWDOWN_TEST_CLOCK: '1', DRAWDOWN_DEMO: '0' };
    ({ url } = await drawdown.serve({ cwd, env: { ...common, ...env } }));
  });

  afterAll(() => drawdown.remove());

  const cli = (...words: string[]): Promise<Finished> => drawdown.run(words, { cwd });
  return {
    get cwd() {
      return cwd;
    },
    get url() {
      return url;
    },
    cli,
    json: async <T>(...words: string[]) => {
      const { code, stdout, stderr } = await cli(...words, '--json');
      expect({ code, stderr, words }).toEqual({ code: 0, stderr: '', words });
      return JSON.parse(stdout) as T;
    },
  };
}
