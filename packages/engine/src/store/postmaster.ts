/** A PostgreSQL server as a child process: starting, stopping, and taking back one that outlived its owner. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity, ps } from './process-identity.ts';
import type { ServiceUser } from './service-user.ts';

/** The server did not start; the message ends with what it printed. */
export class EmbeddedFailed extends Error {
  override readonly name = 'EmbeddedFailed';
}

export interface Launch {
  readonly postgres: string;
  readonly data: string;
  readonly user: ServiceUser | null;
  readonly socketDirectory: string;
  readonly log: (line: string) => void;
}

/** A port number only names the socket file here; nothing listens on the network. */
export const SOCKET_PORT = 5432;
/** Sockets in a directory of this name in a temporary directory are ours to remove. */
export const SOCKET_PREFIX = 'drawdown-';

/** Crash recovery replays at most `max_wal_size`, far below this. */
const START_TIMEOUT_MS = 600_000;
/** A fast shutdown writes a checkpoint; after this long an immediate one leaves the rest to recovery. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 5;
/** The sessions of a killed postmaster notice it within moments; until then the new one is refused. */
const ORPHANS_TIMEOUT_MS = 10_000;
const KEPT_LINES = 20;

/**
 * An eighth of the machine's memory, within bounds: pages are only taken as they are used, and half a gigabyte holds
 * the lots and accounts of a hundred thousand people.
 */
function sharedBuffersMb(): number {
  return Math.max(64, Math.min(512, Math.floor(totalmem() / 2 ** 20 / 8)));
}

const SETTINGS: Record<string, string> = {
  // Durability is the point, so it does not depend on the data directory's configuration file.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: `${sharedBuffersMb()}MB`,
  max_wal_size: '1GB',
  // These programs only have pglz, which takes some 80 µs a page: more than writing it, where cores are few.
  wal_compression: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A statement in the log would show its parameters, which may be personal data.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Starts the server and resolves when it takes connections. */
export async function startPostmaster(launch: Launch): Promise<ChildProcess> {
  const deadline = Date.now() + ORPHANS_TIMEOUT_MS;
  for (;;) {
    try {
      return await startOnce(launch);
    } catch (error) {
      const orphans =
        error instanceof EmbeddedFailed && /pre-existing shared memory block/.test(error.message);
      if (!orphans || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function startOnce(launch: Launch): Promise<ChildProcess> {
  // A killed server leaves its socket and a lock that names its number, which may exist again. The data directory's
  // own lock has been judged by now, and nobody else makes sockets here.
  for (const suffix of ['', '.lock']) {
    rmSync(join(launch.socketDirectory, `.s.PGSQL.${SOCKET_PORT}${suffix}`), { force: true });
  }
  const args = ['-D', launch.data, '-p', String(SOCKET_PORT)];
  args.push('-k', `"${launch.socketDirectory.replaceAll('"', '""')}"`);
  for (const [name, value] of Object.entries(SETTINGS)) args.push('-c', `${name}=${value}`);
  const child = spawn(launch.postgres, args, {
    ...spawnOptions(launch.user),
    // Its own session: Ctrl-C in a terminal must reach Node alone, which first finishes what it accepted.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const printed = followLog(child, launch.log);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) =>
      reject(new EmbeddedFailed(`The database did not start: ${error.message}`)),
    );
    child.once('close', () =>
      reject(new EmbeddedFailed(`The database did not start:\n${printed.join('\n')}`)),
    );
  });
  const waiting = new AbortController();
  try {
    await Promise.race([failed, untilReady({ child, data: launch.data, signal: waiting.signal })]);
  } finally {
    waiting.abort();
  }
  // The server must not keep a process alive that has nothing else to do.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return child;
}

/** The same surroundings for each program, whatever PG* variables the caller's shell has. */
export function spawnOptions(user: ServiceUser | null) {
  return {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  };
}

function followLog(child: ChildProcess, log: (line: string) => void): string[] {
  const kept: string[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      kept.push(line);
      if (kept.length > KEPT_LINES) kept.shift();
      log(line);
    }
  });
  return kept;
}

async function untilReady(on: { child: ChildProcess; data: string; signal: AbortSignal }): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!on.signal.aborted) {
    const found = readPidFile(on.data);
    if (found?.pid === on.child.pid && found?.status === 'ready') return;
    if (Date.now() > deadline) {
      on.child.kill('SIGQUIT');
      throw new EmbeddedFailed('The database did not become ready in time');
    }
    await sleep(POLL_MS);
  }
}

/** Stops a server that this process started: sessions are ended, everything is written. */
export async function stopPostmaster(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const overdue = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(overdue);
}

/**
 * Makes way for a new server after an owner that died: stops its server if that still runs, else disarms the
 * `postmaster.pid` that it left. Only the holder of the directory's lock may call it. A
 * temporary socket directory of the old server is removed unless it is the one to `keep`.
 */
export async function reclaim(data: string, keep?: string): Promise<void> {
  const found = readPidFile(data);
  if (found === null) return;
  if (isPostmasterOf(found.pid, data)) {
    await stopStranger(found.pid, data);
  } else {
    // PostgreSQL refuses to start when the number exists, be it a stranger's or a zombie's. The file also says which
    // shared memory sessions of the dead server may still use, so it must stay; a file that names its own parent is
    // stale to PostgreSQL, which then goes on to check that memory.
    const path = join(data, 'postmaster.pid');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(process.pid)));
  }
  const socketDirectory = found.socketDirectory;
  const temporary =
    dirname(socketDirectory) !== dirname(data) && basename(socketDirectory).startsWith(SOCKET_PREFIX);
  if (temporary && socketDirectory !== keep) rmSync(socketDirectory, { recursive: true, force: true });
}

async function stopStranger(pid: number, data: string): Promise<void> {
  const started = Date.now();
  signal(pid, 'SIGINT');
  let quitSent = false;
  while (isPostmasterOf(pid, data)) {
    const waited = Date.now() - started;
    if (waited > STOP_TIMEOUT_MS && !quitSent) {
      quitSent = true;
      signal(pid, 'SIGQUIT');
    }
    if (waited > 2 * STOP_TIMEOUT_MS) {
      throw new EmbeddedFailed(`The database server ${pid} of an earlier process does not stop`);
    }
    await sleep(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether this process is a PostgreSQL server on this very data directory: it keeps that as its working directory. */
function isPostmasterOf(pid: number, data: string): boolean {
  if (processIdentity(pid) === null) return false;
  if (process.platform !== 'linux') {
    const command = ps(pid, 'command=') ?? '';
    return /postgres/.test(command) && command.includes(`-D ${data}`);
  }
  try {
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
    return program === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return false;
  }
}

interface PidFile {
  readonly pid: number;
  readonly socketDirectory: string;
  readonly status: string;
}

function readPidFile(data: string): PidFile | null {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isSafeInteger(pid) || pid <= 0) return null;
    return { pid, socketDirectory: lines[4] ?? '', status: (lines[7] ?? '').trim() };
  } catch {
    return null;
  }
}
