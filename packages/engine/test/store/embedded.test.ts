import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { lockDirectory } from '../../src/store/directory-lock.ts';
import { type Embedded, EmbeddedFailed, EmbeddedInUse, openEmbedded } from '../../src/store/embedded.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { processIdentity } from '../../src/store/process-identity.ts';
import { checkServer } from '../../src/store/safety.ts';

const isRoot = process.getuid?.() === 0;
const SUPPORT = new URL('../support/', import.meta.url);
const script = (name: string) => fileURLToPath(new URL(name, SUPPORT));

const rows = statement<[], { id: number }>('test.rows', 'select id from kept order by id');
const keep = statement<[number], never>('test.keep', 'insert into kept values ($1)');

let parent: string;
let directory: string;
let opened: Embedded[];
let children: ChildProcess[];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'drawdown-embedded-'));
  chmodSync(parent, 0o711);
  directory = join(parent, '.drawdown');
  opened = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(opened.map((embedded) => embedded.stop()));
  const pid = postmasterPid();
  if (pid !== null) process.kill(pid, 'SIGQUIT');
  while (postmasterPid() !== null) await sleep(10);
  rmSync(parent, { recursive: true, force: true });
});

async function open(at = directory): Promise<Embedded> {
  const embedded = await openEmbedded({ directory: at });
  opened.push(embedded);
  return embedded;
}

/** Starts a process that owns the directory; resolves with the line that it prints. */
async function hold(): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(
    process.execPath,
    ['--import', script('run-typescript.mjs'), script('hold-embedded.ts'), directory],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) return { child, line };
  throw new Error('it ended without a word');
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

function postmasterPid(): number | null {
  const file = join(directory, 'postgres/postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : Number.NaN;
  return pid > 1 && pid !== process.pid && processIdentity(pid) !== null ? pid : null;
}

async function remember(url: string, id: number): Promise<void> {
  const database = await openPostgres({ url, poolSize: 2 });
  await database.transaction((connection) => connection.script('create table if not exists kept (id int)'));
  await database.query(keep, [id]);
  await database.close();
}

async function remembered(url: string): Promise<number[]> {
  const database = await openPostgres({ url, poolSize: 2 });
  const answer = await database.query(rows, []);
  await database.close();
  return answer.rows.map((row) => row.id);
}

it('starts, is durable by its settings, keeps data and address over a restart', async () => {
  const first = await open();
  const database = await openPostgres({ url: first.url });
  await checkServer(database);
  const encoding = statement<[], { list: string }>(
    'test.encoding',
    `select current_setting('server_encoding') || ' ' || current_setting('listen_addresses') || current_setting('data_checksums') as list`,
  );
  expect((await database.query(encoding, [])).rows).toEqual([{ list: 'UTF8 on' }]);
  await database.close();
  await remember(first.url, 1);
  await first.stop();
  expect(postmasterPid()).toBeNull();
  const second = await open();
  expect(second.url).toBe(first.url);
  expect(await remembered(second.url)).toEqual([1]);
});

it('lets nobody in without the password, nor other users to the socket or the password', async () => {
  const { url } = await open();
  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(openPostgres({ url: wrong.href })).rejects.toMatchObject({ sqlState: '28P01' });
  const mode = (path: string) => statSync(path).mode & 0o777;
  expect(mode(decodeURIComponent(new URL(url).hostname))).toBe(0o700);
  expect(mode(join(directory, 'postgres.password'))).toBe(0o600);
});

it('refuses a second opener in this process and in another, naming the owner', async () => {
  const { stop } = await open();
  await expect(openEmbedded({ directory })).rejects.toMatchObject({
    name: 'EmbeddedInUse',
    pid: process.pid,
  });
  expect((await hold()).line).toContain(`in use by process ${process.pid}`);
  await stop();
  const owner = await hold();
  expect(owner.line).toContain('open postgres://');
  const refusal: unknown = await openEmbedded({ directory }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(EmbeddedInUse);
  expect(refusal).toMatchObject({ pid: owner.child.pid });
  owner.child.kill('SIGTERM');
  expect(await ended(owner.child)).toBe(0);
  expect(postmasterPid()).toBeNull();
});

it('takes over from an owner that was killed, stopping its orphaned server', async () => {
  for (const round of [1, 2, 3]) {
    const owner = await hold();
    await remember(owner.line.replace('open ', ''), round);
    owner.child.kill('SIGKILL');
    await ended(owner.child);
    const orphan = postmasterPid();
    expect(orphan).not.toBeNull();
    const embedded = await open();
    expect(postmasterPid()).not.toBe(orphan);
    expect(await remembered(embedded.url)).toEqual(Array.from({ length: round }, (_, i) => i + 1));
    await embedded.stop();
  }
});

it('ends the server with a process that forgot to stop it', async () => {
  const owner = await hold();
  owner.child.kill('SIGUSR2');
  await ended(owner.child);
  await expect.poll(postmasterPid, { timeout: 10_000 }).toBeNull();
});

it('does not take a stranger with the number of a dead server for it', async () => {
  const owner = await hold();
  await remember(owner.line.replace('open ', ''), 7);
  owner.child.kill('SIGKILL');
  await ended(owner.child);
  process.kill(postmasterPid() as number, 'SIGKILL');
  await expect.poll(postmasterPid, { timeout: 10_000 }).toBeNull();
  const socketLock = join(directory, 'run/.s.PGSQL.5432.lock');
  const stranger = spawn('sleep', ['600'], isRoot ? { uid: statSync(join(directory, 'postgres')).uid } : {});
  children.push(stranger);
  const file = join(directory, 'postgres/postmaster.pid');
  for (const path of [file, socketLock]) {
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(stranger.pid)));
  }
  const embedded = await open();
  expect(await remembered(embedded.url)).toEqual([7]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

it('starts a killed server again under the same address', async () => {
  const embedded = await open();
  await remember(embedded.url, 1);
  const killed = postmasterPid() as number;
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => remembered(embedded.url).catch(() => null), { timeout: 10_000 }).toEqual([1]);
  expect(postmasterPid()).not.toBe(killed);
});

it('recovers from being killed while it initialises', async () => {
  const child = spawn(process.execPath, [
    '--import',
    script('run-typescript.mjs'),
    script('hold-embedded.ts'),
    directory,
  ]);
  children.push(child);
  await expect
    .poll(
      () => existsSync(directory) && readdirSync(directory).some((name) => name.startsWith('postgres.init-')),
      { timeout: 20_000, interval: 5 },
    )
    .toBe(true);
  child.kill('SIGKILL');
  await ended(child);
  expect(existsSync(join(directory, 'postgres'))).toBe(false);
  const embedded = await open();
  await remember(embedded.url, 1);
  expect(readdirSync(directory).filter((name) => name.startsWith('postgres.init-'))).toEqual([]);
});

it('finds a short place for the socket when the path is too long', async () => {
  const long = join(parent, 'a'.repeat(100), "with 'quotes', commas");
  const embedded = await open(long);
  expect(new URL(embedded.url).hostname.length).toBeLessThan(100);
  await remember(embedded.url, 1);
  await embedded.stop();
  expect(existsSync(decodeURIComponent(new URL(embedded.url).hostname))).toBe(false);
});

it.runIf(isRoot)('keeps the data elsewhere when the service user cannot pass', async () => {
  chmodSync(parent, 0o700);
  const embedded = await open();
  const home = dirname(readlinkSync(join(directory, 'postgres')));
  expect(home).toMatch(/^\/var\/lib\/drawdown\/data-/);
  await remember(embedded.url, 1);
  await embedded.stop();
  const again = await open();
  expect(await remembered(again.url)).toEqual([1]);
  await again.stop();
  rmSync(home, { recursive: true });
});

it('refuses data of another major version, and data whose password is lost', async () => {
  const embedded = await open();
  await embedded.stop();
  writeFileSync(join(directory, 'postgres/PG_VERSION'), '17\n');
  await expect(openEmbedded({ directory })).rejects.toThrow(EmbeddedFailed);
  rmSync(join(directory, 'postgres.password'));
  await expect(openEmbedded({ directory })).rejects.toThrow('restore it');
});

it('gives the lock to one of many claimants after a dead owner', async () => {
  mkdirSync(directory);
  const dead = lockDirectory(directory);
  dead.release();
  const claims = Array.from({ length: 20 }, () => {
    try {
      return lockDirectory(directory);
    } catch (error) {
      return error;
    }
  });
  expect(claims.filter((claim) => claim instanceof EmbeddedInUse)).toHaveLength(19);
  expect(readdirSync(directory)).toHaveLength(1);
});
