/**
 * The embedded database: a real PostgreSQL server as a child process, for who has none.
 *
 * In `<directory>`: `postgres/` (the data), `postgres.password` (0600), `run/` (the socket), `owner.<n>` (the lock).
 * Nothing listens on the network; the socket lies in a directory that only the server's user may enter, and asks for
 * the password besides. A root process runs the server as a service user (see `service-user.ts`). When that user
 * cannot pass to `<directory>`, as in a clone below a home directory of mode 0700, data and socket lie in a directory
 * of their own below `/var/lib/drawdown`, and `<directory>/postgres` is a symbolic link to the data; the programs are
 * copied there too when needed. Deleting such a `<directory>` leaves the data behind.
 *
 * Kill −9 at any moment is safe: a half-made data directory is never taken for a whole one, and a server that outlives
 * its owner is stopped by the next one. A server that dies is started again under the same address.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from './binaries.ts';
import { lockDirectory } from './directory-lock.ts';
import {
  EmbeddedFailed,
  type Launch,
  reclaim,
  SOCKET_PORT,
  SOCKET_PREFIX,
  spawnOptions,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { canReach, type ServiceUser, serviceUser } from './service-user.ts';

export { EmbeddedInUse } from './directory-lock.ts';
export { EmbeddedFailed } from './postmaster.ts';

export interface EmbeddedOptions {
  directory: string;
  /** Receives the server's log, line by line. */
  log?: (line: string) => void;
}

export interface Embedded {
  /** For `openPostgres`, and for `psql` too. It contains the password. Stays the same until `stop`. */
  readonly url: string;
  /** Shuts the server down (sessions are ended, everything is written) and frees the directory. */
  stop(): Promise<void>;
}

const SUPERUSER = 'drawdown';
const DATABASE = 'postgres';
/** Where a root process keeps what the service user must reach. */
const SYSTEM_DIRECTORY = '/var/lib/drawdown';
/** The shortest `sun_path` of the supported systems is 104 bytes with its final zero. */
const SOCKET_PATH_BYTES = 103;
/** A server that dies again right after each start will not be cured by more of them. */
const RESTARTS_IN_A_ROW = 5;
const RESTART_DELAY_MS = 100;
const STEADY_MS = 60_000;

/**
 * Starts the database of a directory, which is made when absent. Throws `EmbeddedInUse` when a living process owns it
 * and `EmbeddedFailed` when the server does not start.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => undefined);
  const directory = resolve(options.directory);
  // A service user must be able to pass through; what is secret inside has its own mode.
  makeDirectory(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
  const user = serviceUser(join(directory, 'postgres'));
  const home = homeOf({ directory, user, log });
  const lock = lockDirectory(home);
  try {
    const data = join(home, 'postgres');
    const binaries = findBinaries({ user, cache: user === null ? home : SYSTEM_DIRECTORY });
    const password = keepPassword(home);
    if (existsSync(data)) demandVersion(data, binaries);
    else await initialise({ home, user, binaries, password });
    await reclaim(data);
    const server = new Server({
      postgres: binaries.postgres,
      data,
      user,
      log,
      socketDirectory: socketDirectory(home, user),
    });
    await server.start();
    const url = `postgres://${SUPERUSER}:${password}@${encodeURIComponent(server.socketDirectory)}:${SOCKET_PORT}/${DATABASE}`;
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= server.stop().finally(() => lock.release());
      return stopping;
    };
    return { url, stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The real directory that holds the data: `directory` itself, or the one that its link `postgres` leads into. */
function homeOf(options: {
  directory: string;
  user: ServiceUser | null;
  log: (line: string) => void;
}): string {
  const { directory, user } = options;
  const data = join(directory, 'postgres');
  const found = lstatSync(data, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) {
    const home = dirname(resolve(directory, readlinkSync(data)));
    makeDirectory(SYSTEM_DIRECTORY, 0o755);
    makeDirectory(home, 0o711);
    return realpathSync(home);
  }
  if (found !== undefined || canReach(user, directory)) return realpathSync(directory);
  makeDirectory(SYSTEM_DIRECTORY, 0o755);
  const home = mkdtempSync(join(SYSTEM_DIRECTORY, 'data-'));
  chmodSync(home, 0o711);
  try {
    symlinkSync(join(home, 'postgres'), data);
  } catch (error) {
    rmSync(home, { recursive: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another process came first; its choice counts.
    return homeOf(options);
  }
  options.log(`the user of the server cannot reach ${directory}: the data are in ${home}`);
  return home;
}

/** Makes a directory with this mode whatever the umask; one that exists keeps its own. */
function makeDirectory(path: string, mode: number): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, mode);
}

/** Made once, before the data that are locked with it, and never changed. */
function keepPassword(home: string): string {
  const path = join(home, 'postgres.password');
  if (!existsSync(path)) {
    if (existsSync(join(home, 'postgres'))) {
      throw new EmbeddedFailed(
        `${path} is missing: without it the existing data cannot be opened; restore it`,
      );
    }
    const making = `${path}.${randomBytes(6).toString('hex')}`;
    writeFileSync(making, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(making, path);
    syncDirectory(home);
  }
  return readFileSync(path, 'utf8').trim();
}

function demandVersion(data: string, binaries: Binaries): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (version === binaries.majorVersion) return;
  throw new EmbeddedFailed(
    `${data} was made by PostgreSQL ${version} and this release brings ${binaries.majorVersion}: dump it with the release that made it and restore it into a new directory`,
  );
}

/**
 * Makes the data directory under another name and renames it when it is whole. What a killed attempt left is removed,
 * repeatedly, since its `initdb` may still be writing.
 */
async function initialise(options: {
  home: string;
  user: ServiceUser | null;
  binaries: Binaries;
  password: string;
}): Promise<void> {
  const { home, user, binaries } = options;
  for (const name of readdirSync(home)) {
    if (name.startsWith('postgres.init-'))
      rmSync(join(home, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
  const making = mkdtempSync(join(home, 'postgres.init-'));
  const passwordFile = join(making, 'password');
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (user !== null) for (const path of [making, passwordFile]) chownSync(path, user.uid, user.gid);
  const args = [
    `--pgdata=${join(making, 'data')}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  try {
    await promisify(execFile)(binaries.initdb, args, spawnOptions(user));
  } catch (error) {
    const printed = (error as { stderr?: string }).stderr ?? String(error);
    rmSync(making, { recursive: true, force: true });
    throw new EmbeddedFailed(`The database could not be initialised:\n${printed}`);
  }
  renameSync(join(making, 'data'), join(home, 'postgres'));
  syncDirectory(home);
  rmSync(making, { recursive: true });
}

/** `run` beside the data, or a directory with a short name of its own when the socket's path would be too long. */
function socketDirectory(home: string, user: ServiceUser | null): string {
  const fits = (directory: string) =>
    Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}`)) <= SOCKET_PATH_BYTES;
  const beside = join(home, 'run');
  if (fits(beside)) {
    mkdirSync(beside, { recursive: true, mode: 0o700 });
    return ownedBy(user, beside);
  }
  for (const parent of [tmpdir(), '/tmp']) {
    if (fits(join(parent, `${SOCKET_PREFIX}123456`)) && canReach(user, parent)) {
      return ownedBy(user, mkdtempSync(join(realpathSync(parent), SOCKET_PREFIX)));
    }
  }
  throw new EmbeddedFailed(`No directory for the database's socket has a path short enough: ${beside}`);
}

function ownedBy(user: ServiceUser | null, directory: string): string {
  chmodSync(directory, 0o700);
  if (user !== null) chownSync(directory, user.uid, user.gid);
  return directory;
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Keeps one server running until it is told to stop. */
class Server {
  readonly #launch: Launch;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarting: Promise<void> | undefined;
  #restarts = 0;
  readonly #onExit = () => this.#child?.kill('SIGINT');

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  get socketDirectory(): string {
    return this.#launch.socketDirectory;
  }

  async start(): Promise<void> {
    await this.#spawn();
    // A process that ends without `stop` still tells the server to end.
    process.once('exit', this.#onExit);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    process.removeListener('exit', this.#onExit);
    if (this.#child !== undefined) await stopPostmaster(this.#child);
    rmSync(this.#launch.socketDirectory, { recursive: true, force: true });
  }

  async #spawn(): Promise<void> {
    const child = await startPostmaster(this.#launch);
    const startedAt = Date.now();
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      if (this.#stopping) return;
      if (Date.now() - startedAt > STEADY_MS) this.#restarts = 0;
      this.#launch.log(`the database server ended by itself (${signal ?? code})`);
      this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    while (!this.#stopping && this.#restarts < RESTARTS_IN_A_ROW) {
      this.#restarts += 1;
      try {
        await sleep(RESTART_DELAY_MS * (this.#restarts - 1));
        await reclaim(this.#launch.data, this.#launch.socketDirectory);
        await this.#spawn();
        this.#launch.log('the database server was started again');
        return;
      } catch (error) {
        this.#launch.log(`the database server could not be started again: ${(error as Error).message}`);
      }
    }
  }
}
