/** The life of a server process: first start, later starts, its end in order and out of order, and what keeps it from starting. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Balance, createClient } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { freshDatabase } from '../support/database.ts';
import { type Installation, install, type Running } from './support.ts';

let drawdown: Installation;

beforeAll(() => {
  drawdown = install();
});

afterAll(async () => {
  await drawdown.remove();
});

type Server = Running & { url: string };

function keysOf(cwd: string): { secretKey: string; adminKey: string } {
  const text = readFileSync(join(cwd, '.drawdown/keys.env'), 'utf8');
  return {
    secretKey: /^DRAWDOWN_SECRET_KEY=(.*)$/m.exec(text)?.[1] ?? '',
    adminKey: /^DRAWDOWN_ADMIN_KEY=(.*)$/m.exec(text)?.[1] ?? '',
  };
}

const clientOf = (cwd: string, { url }: Server) => createClient({ url, token: keysOf(cwd).secretKey });

/** Nobody answers there. */
const OIDC = {
  DRAWDOWN_PUBLIC_URL: 'http://localhost:4400',
  DRAWDOWN_OIDC_ISSUER: 'http://127.0.0.1:9',
  DRAWDOWN_OIDC_CLIENT_ID: 'console',
  DRAWDOWN_OIDC_CLIENT_SECRET: 'secret',
  DRAWDOWN_OIDC_NAME: 'Example Ltd',
  DRAWDOWN_OIDC_ROLES: 'support = read act',
};

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('beside the embedded database', () => {
  test('the first start makes keys and demonstration accounts, later ones keep them, kill -9 included', async () => {
    const cwd = drawdown.directory();
    const first = await drawdown.serve({ cwd });
    const { secretKey, adminKey } = keysOf(cwd);
    // 256 bits each.
    expect(secretKey).toMatch(/^sk_[\w-]{43}$/);
    expect(adminKey).toMatch(/^ak_[\w-]{43}$/);
    for (const name of ['keys.env', 'server.json']) expect(mode(join(cwd, '.drawdown', name))).toBe(0o600);
    expect(first.stdout).toMatch(/^drawdown listening on http:\/\/127\.0\.0\.1:\d+\n/);
    await first.prints(/^ {2}try .*\/v1\/accounts\/demo\/consume$/m);
    expect(first.stdout.split(secretKey)).toHaveLength(2);
    expect(first.stdout.split(adminKey)).toHaveLength(2);

    const client = clientOf(cwd, first);
    expect((await client.balance('demo')).classes.map(({ total }) => total)).toEqual([20, 15, 100]);
    expect(await client.getAccount('demo_team')).toMatchObject({ kind: 'team' });
    const acknowledged = await client.consume('demo', { feature: 'ai_script' }, { idempotencyKey: 'first' });

    const killed = await first.stop('SIGKILL');
    expect(killed.code).toBeNull();
    const second = await drawdown.serve({ cwd });
    expect(keysOf(cwd)).toEqual({ secretKey, adminKey });
    await second.prints(/^ {2}keys +kept in \.drawdown\/keys\.env$/m);
    expect(second.stdout).not.toContain(secretKey);

    const again = clientOf(cwd, second);
    expect((await again.balance('demo')).classes.map(({ total }) => total)).toEqual([0, 10, 100]);
    const replayed = await again.consume('demo', { feature: 'ai_script' }, { idempotencyKey: 'first' });
    expect(replayed).toMatchObject({ replayed: true, operation: acknowledged.operation });
    const { code, stderr } = await second.stop();
    expect(code).toBe(0);
    for (const log of [killed.stderr, stderr]) {
      expect(log).not.toContain(secretKey);
      expect(log).not.toContain(adminKey);
    }
  });

  test('staff sign in as the environment says, for as long as it says', async () => {
    const cwd = drawdown.directory();
    const env = { ...OIDC, DRAWDOWN_STAFF_SESSION_MINUTES: '15', DRAWDOWN_DEMO: '0' };
    const server = await drawdown.serve({ cwd, env });
    const url = 'http://localhost:4400/v1/staff/sign_in/oidc';
    const ways = await fetch(`${server.url}/v1/staff/sign_in`);
    expect(await ways.json()).toMatchObject({ oidc: { name: 'Example Ltd', url } });
    const off = await fetch(server.url + new URL(url).pathname, { redirect: 'manual' });
    expect(off.headers.get('location')).toBe('http://localhost:4400/console?sign_in=unavailable');
    const headers = { authorization: `Bearer ${keysOf(cwd).adminKey}` };
    const entered = await fetch(`${server.url}/v1/staff/sessions`, { method: 'POST', headers });
    expect(entered.headers.get('set-cookie')).toContain('Max-Age=900');
    const { stderr } = await server.stop();
    expect(stderr).toContain('a sign-in of staff was refused');
    expect(stderr).not.toContain('secret');
  });

  test('a directory has one server; commands go through it, and by themselves when it has ended', async () => {
    const cwd = drawdown.directory();
    const server = await drawdown.serve({ cwd, env: { DRAWDOWN_DEMO: '0' } });
    const second = await drawdown.run(['serve'], { cwd });
    expect(second).toMatchObject({ code: 6, stdout: '' });
    expect(second.stderr).toContain(`.drawdown is in use by process ${server.child.pid}; stop it first`);
    const port = new URL(server.url).port;
    const elsewhere = { cwd: drawdown.directory(), env: { PORT: port } };
    const taken = await drawdown.run(['serve'], elsewhere);
    expect(taken).toMatchObject({ code: 6, stdout: '' });
    expect(taken.stderr).toContain(`port ${port}, is in use`);

    expect((await drawdown.run(['grant', 'u_1', 'purchased', '10'], { cwd })).code).toBe(0);
    expect((await server.stop()).code).toBe(0);
    const direct = await drawdown.run(['consume', 'u_1', '--amount', '4', '--json'], { cwd });
    expect(JSON.parse(direct.stdout)).toMatchObject({ balance: { total: 6 } });
    const fromAfar = { cwd: drawdown.directory() };
    const named = ['--data-dir', join(cwd, '.drawdown'), '--json'];
    const balance = await drawdown.run(['balance', 'u_1', ...named], fromAfar);
    expect(JSON.parse(balance.stdout)).toMatchObject({ total: 6, version: 2 });
  });

  test('a command that only reads makes no database; one that gives something does', async () => {
    const cwd = drawdown.directory();
    const read = await drawdown.run(['balance', 'u_1'], { cwd });
    expect(read).toMatchObject({ code: 6, stdout: '' });
    expect(read.stderr).toContain('there is no database in');
    expect((await drawdown.run(['grant', 'u_1', 'purchased', '10'], { cwd })).code).toBe(0);
    const balance = await drawdown.run(['balance', 'u_1', '--json'], { cwd });
    expect(JSON.parse(balance.stdout)).toMatchObject({ total: 10 });
  });
});

describe('the end', () => {
  let cwd: string;

  beforeAll(() => {
    cwd = drawdown.directory();
  });

  test('a second signal ends it at once', async () => {
    const server = await drawdown.serve({ cwd, env: { DRAWDOWN_DEMO: '0' } });
    const { hostname, port } = new URL(server.url);
    // A request that never ends is waited for, up to a bound.
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.write('POST /v1/accounts/u_1/consume HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    await sleep(100);
    server.child.kill('SIGTERM');
    while (!server.stderr.includes('stopping')) await sleep(5);
    const signalledAt = performance.now();
    const { code } = await server.stop('SIGTERM');
    expect(code).toBe(143);
    expect(performance.now() - signalledAt).toBeLessThan(1_000);
    socket.destroy();
  });

  test('SIGTERM finishes what was accepted, says goodbye on streams and ends with 0', async () => {
    // The test before left nothing that this start would stumble over.
    const server = await drawdown.serve({ cwd });
    const client = clientOf(cwd, server);
    const impatient = createClient({
      url: server.url,
      token: keysOf(cwd).secretKey,
      retry: { attempts: 1 },
    });
    await client.grant('u_1', { class: 'purchased', amount: 1_000 });
    const stream = await fetch(`${server.url}/v1/accounts/u_1/events`, {
      headers: { authorization: `Bearer ${keysOf(cwd).secretKey}` },
    });
    const heard = stream.text();
    const answered: number[] = [];
    const asking = Array.from({ length: 200 }, async () => {
      const receipt = await impatient.consume('u_1', { amount: 1 }).catch(() => null);
      if (receipt?.operation != null) answered.push(receipt.operation.seq);
    });
    while (answered.length === 0) await sleep(1);
    const { code } = await server.stop();
    await Promise.all(asking);
    expect(code).toBe(0);
    expect(await heard).toContain('event: goodbye');

    const balance = await drawdown.run(['balance', 'u_1', '--json'], { cwd });
    const { version, total } = JSON.parse(balance.stdout) as Balance;
    expect(new Set(answered).size).toBe(answered.length);
    expect(Math.max(...answered)).toBeLessThanOrEqual(version);
    expect(total).toBe(1_000 - (version - 1));
    const verified = await drawdown.run(['verify', '--json'], { cwd });
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  });

  test('SIGTERM in the middle of a start ends with 0 too', async () => {
    const fresh = drawdown.directory();
    const server = drawdown.start(['serve'], { cwd: fresh });
    // It opens the database only once it listens for signals.
    while (!existsSync(join(fresh, '.drawdown'))) await sleep(5);
    expect(await server.stop()).toMatchObject({ code: 0, stdout: '' });
  });

  test('an error that nobody caught ends it with 1', async () => {
    const program = `
      const { awaitEnding } = await import(${JSON.stringify(join(drawdown.dist, 'cli/ending.js'))});
      const { createLog } = await import(${JSON.stringify(join(drawdown.dist, 'cli/log.js'))});
      const ending = awaitEnding(createLog('info'));
      setTimeout(() => { throw new Error('nobody caught me'); }, 10);
      process.exitCode = await ending.code;`;
    writeFileSync(join(cwd, 'program.mjs'), program);
    const { code, stderr } = await drawdown.program(join(cwd, 'program.mjs'), { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('nobody caught me');
  });
});

describe.concurrent('what keeps it from starting is one clear message', () => {
  test.each([
    ['a variable', { PORT: 'abc' }, 2, /^drawdown: PORT must be a number from 0 to 65535, not "abc"\n$/],
    [
      'a role',
      { ...OIDC, DRAWDOWN_OIDC_ROLES: 'all = everything' },
      2,
      /^drawdown: DRAWDOWN_OIDC_ROLES must [^\n]*\n$/,
    ],
    ['a key', { DRAWDOWN_ADMIN_KEY: 'a b' }, 2, /^drawdown: DRAWDOWN_ADMIN_KEY must [^\n]*\n$/],
    [
      'a catalog that is not there',
      { DRAWDOWN_CATALOG: 'c.json' },
      2,
      /^drawdown: c\.json .*cannot be read/s,
    ],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/d' },
      6,
      /^drawdown: The database does not answer: (?!.*hunter2)[^\n]*\n$/,
    ],
  ])('%s', async (_, env, code, message) => {
    const ended = await drawdown.run(['serve'], { cwd: drawdown.directory(), env });
    expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('a catalog with faults lists every one by its path', async () => {
    const cwd = drawdown.directory();
    writeFileSync(join(cwd, 'c.json'), JSON.stringify({ scale: 9, classes: [{ id: 'A' }], features: {} }));
    const { code, stderr } = await drawdown.run(['serve', '--catalog', 'c.json'], { cwd });
    expect(code).toBe(2);
    for (const path of ['scale', 'classes[0].name', 'surfaces']) expect(stderr).toContain(`  ${path}: `);
  });

  test('a database that a newer release has migrated, or that may lose writes', async () => {
    const { url, database, drop } = await freshDatabase();
    const cwd = drawdown.directory();
    const unsafe = new URL(url);
    unsafe.searchParams.set('options', '-c synchronous_commit=off');
    const lossy = await drawdown.run(['serve'], { cwd, env: { DATABASE_URL: unsafe.href } });
    expect(lossy.code).toBe(1);
    expect(lossy.stderr).toMatch(
      /^drawdown: Refusing an unsafe server\. .*synchronous_commit is off.*DRAWDOWN_ALLOW_UNSAFE=1/,
    );
    await database.query(
      statement<[], never>(
        'test.newer',
        `insert into drawdown.schema_migrations (version, name, checksum)
         select max(version) + 1, 'later', '' from drawdown.schema_migrations`,
      ),
      [],
    );
    const newer = await drawdown.run(['serve'], {
      cwd,
      env: { DATABASE_URL: url, DRAWDOWN_ALLOW_UNSAFE: '1' },
    });
    expect(newer.code).toBe(1);
    expect(newer.stderr).toMatch(
      /^drawdown: The database is at migration \d+ and this release knows \d+[^\n]*\n$/,
    );
    await drop();
  });
});

describe('on a PostgreSQL server of one’s own', () => {
  test('migrate, keys without a server, serve with keys of the environment, nothing kept in files', async () => {
    expect(inject('serverUrl')).toMatch(/^postgres/);
    const { url, drop } = await freshDatabase({ empty: true });
    const cwd = drawdown.directory();
    const env = { DATABASE_URL: url, DRAWDOWN_ALLOW_UNSAFE: '1' };
    const migrated = await drawdown.run(['migrate', '--json'], { cwd, env });
    expect(JSON.parse(migrated.stdout)).toMatchObject({
      applied: expect.arrayContaining(['0001_ledger.sql']),
    });
    const made = await drawdown.run(['keys', 'create', 'backend'], { cwd, env });
    const token = made.stdout.trim();
    const given = { ...env, DRAWDOWN_ADMIN_KEY: 'ak_of_the_test', DRAWDOWN_DEMO: '0' };
    const server = await drawdown.serve({ cwd, env: given });
    expect(server.stdout).not.toContain('ak_of_the_test');
    expect(server.stdout).not.toContain(new URL(url).password);
    const client = createClient({ url: server.url, token });
    await client.grant('u_1', { class: 'purchased', amount: 3 });
    // Two processes on one database: the command runs an engine of its own beside the server.
    const spent = await drawdown.run(['consume', 'u_1', '--amount', '1', '--database', url], { cwd, env });
    expect(spent).toMatchObject({ code: 0, stderr: '' });
    expect(await client.balance('u_1')).toMatchObject({ total: 2 });
    expect((await server.stop()).code).toBe(0);
    expect(() => statSync(join(cwd, '.drawdown'))).toThrow();
    await drop();
  });
});
