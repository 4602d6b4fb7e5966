/**
 * What a command talks to. There is one way to do a thing, the client; where no server runs, the command starts one for
 * itself, on a port of the loopback interface and with a key that nobody else has, and stops it at the end.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Client, createClient } from '@drawdown/client';
import type { Config } from '../config.ts';
import type { ClientCommand, Options } from './command.ts';
import { CommandError } from './exit.ts';
import { readKeyFile } from './key-file.ts';
import { readServerFile } from './server-file.ts';
import { holdsDatabase } from './storage.ts';

export interface Target {
  readonly client: Client;
  close(): Promise<void>;
}

type Needs = ClientCommand['target'];

/** A server that runs on this machine answers at once or is not there. */
const PROBE_MS = 1_000;

/**
 * The server that `--url` names; else the one that runs on the data directory; else one that answers at HOST and PORT;
 * else the database itself. `--database` and `--data-dir` go past HOST and PORT.
 */
export async function openTarget(config: Config, options: Options, needs: Needs): Promise<Target> {
  const isDirect = options.text('database') !== undefined || options.text('data-dir') !== undefined;
  const directory = resolve(config.dataDirectory);
  if (options.text('url') !== undefined && isDirect) {
    throw new CommandError(
      'usage',
      '--url names a server, --database and --data-dir a database: give one of them',
    );
  }
  const asking = { config, options, needs };
  if (config.url !== null && !isDirect)
    return atServer(config.url, { ...asking, isOurs: isHere(config.url) });
  if (config.databaseUrl === null) {
    const running = readServerFile(directory);
    if (running !== null) return atServer(running.url, { ...asking, isOurs: true });
  }
  if (!isDirect) {
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
    if (await answers(url)) return atServer(url, { ...asking, isOurs: isHere(url) });
  }
  return atDatabase(config, needs);
}

interface Asking {
  readonly config: Config;
  readonly options: Options;
  readonly needs: Needs;
  /** It runs on this machine, and may be shown the keys that are kept here. */
  readonly isOurs: boolean;
}

function atServer(url: string, { config, options, needs, isOurs }: Asking): Target {
  const kept = isOurs ? readKeyFile(resolve(config.dataDirectory)) : null;
  const secret = config.secretKey ?? kept?.secretKey ?? null;
  const admin = config.adminKey ?? kept?.adminKey ?? null;
  const token = options.text('key') ?? (needs.staff === true ? (admin ?? secret) : (secret ?? admin));
  if (token === null) {
    throw new CommandError(
      'unauthorised',
      `No key for ${url}: pass --key or set DRAWDOWN_SECRET_KEY or DRAWDOWN_ADMIN_KEY`,
    );
  }
  return { client: createClient({ url, token }), close: async () => undefined };
}

function isHere(url: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost', '0.0.0.0', '[::]'].includes(new URL(url).hostname);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, {
      signal: AbortSignal.timeout(PROBE_MS),
      redirect: 'error',
    });
    const body: unknown = await response.json();
    // Something else may listen there.
    return response.ok && (body as { status?: unknown } | null)?.status === 'ok';
  } catch {
    return false;
  }
}

async function atDatabase(config: Config, needs: Needs): Promise<Target> {
  const directory = resolve(config.dataDirectory);
  if (config.databaseUrl !== null || needs.creates === true || holdsDatabase(directory)) {
    return startOwn(config, needs);
  }
  if (needs.throwAway === true) return startThrowAway(config, needs);
  throw new CommandError(
    'unavailable',
    `No server answers at ${config.host}:${config.port} and there is no database in ${directory}: start one with "drawdown serve", or name one with --url, --database or --data-dir`,
  );
}

async function startThrowAway(config: Config, needs: Needs): Promise<Target> {
  const temporary = temporaryDirectory();
  try {
    const own = await startOwn({ ...config, dataDirectory: temporary.path }, needs);
    return {
      client: own.client,
      close: async () => {
        await own.close();
        temporary.remove();
      },
    };
  } catch (error) {
    temporary.remove();
    throw error;
  }
}

/** A directory that is gone after the command. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'drawdown-'));
  // A root process runs the database as another user, who must be able to pass; what is inside has its own modes.
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function startOwn(config: Config, { live }: Needs): Promise<Target> {
  // The server is a heavy thing to load, and most commands find one that runs.
  const [{ startServer }, { createLog }] = await Promise.all([import('./server.ts'), import('./log.ts')]);
  const adminKey = `ak_${randomBytes(32).toString('base64url')}`;
  if (live !== true) {
    // An exit by a signal would leave the embedded server behind; one by `process.exit` tells it to end.
    const leave = () => process.exit(130);
    process.once('SIGINT', leave).once('SIGTERM', leave);
  }
  const server = await startServer({
    config: { ...config, host: '127.0.0.1', port: 0 },
    log: createLog(config.logLevel === 'info' ? 'error' : config.logLevel),
    keys: () => ({ secretKey: null, adminKey }),
    // Who watches wants to see what time brings about; the others are gone before.
    sweep: live === true,
  });
  return { client: createClient({ url: server.url, token: adminKey }), close: () => server.stop() };
}
