/** Two server processes on one database, and many clients that do not care which of them answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWhole, openRig, type Rig, tally, together } from './rig.ts';

const SECRET = 'sk_test_of_two_servers';
const CLIENTS = 64;

interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(databaseUrl: string): Promise<ServerProcess> {
  const loader = new URL('../support/run-typescript.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL('./serve-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DRAWDOWN_SECRET_KEY: SECRET,
      DRAWDOWN_DEMO: '0',
      DRAWDOWN_ALLOW_UNSAFE: '1',
      DRAWDOWN_LOG_LEVEL: 'silent',
    },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^drawdown listening on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('the server ended before it listened');
}

let rig: Rig;
let servers: ServerProcess[] = [];

beforeAll(async () => {
  rig = await openRig({ sweep: false });
  servers = await Promise.all([start(rig.url), start(rig.url)]);
}, 60_000);

afterAll(async () => {
  for (const { child } of servers) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rig?.close();
});

const urlOf = (i: number): string => servers[i % servers.length]?.url as string;

function consume(url: string, account: string, key: string): Promise<Response> {
  return fetch(`${url}/v1/accounts/${account}/consume`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${SECRET}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ amount: 1 }),
  });
}

/** Asks one server after the other with the same key until one answers. */
async function consumeSomewhere(first: number, account: string, key: string): Promise<wire.Receipt> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    try {
      const response = await consume(urlOf(first + attempt), account, key);
      if (response.status === 200) return (await response.json()) as wire.Receipt;
      if (response.status < 500) throw new Error(`refused: ${await response.text()}`);
    } catch (error) {
      // No answer, or half of one: whether it happened the next asking tells.
      if (!(error instanceof TypeError)) throw error;
    }
    await sleep(20);
  }
  throw new Error('nobody answered');
}

test('law 3: 1,000 requests of 64 clients to two processes take exactly the 500 credits there are', async () => {
  await rig.first.grant('shared', { class: 'purchased', amount: 500 }, {});
  const statuses = await together(CLIENTS, async (client) => {
    const own: number[] = [];
    for (let i = client; i < 1_000; i += CLIENTS) {
      const response = await consume(urlOf(client + i), 'shared', `request-${i}`);
      own.push(response.status);
      await response.arrayBuffer();
    }
    return own;
  });
  expect(tally(statuses.flat())).toEqual({ 200: 500, 402: 500 });
  expect(await rig.first.balance('shared')).toMatchObject({ total: 0, version: 501 });
  await expectWhole(rig);
});

test('law 5: one key sent to both processes at once is one operation', async () => {
  await rig.first.grant('keyed', { class: 'purchased', amount: 100 }, {});
  const answers = await together(100, async (i) => {
    const response = await consume(urlOf(i), 'keyed', 'one-key');
    const { operation } = (await response.json()) as wire.Receipt;
    return { operation: JSON.stringify(operation), replayed: response.headers.get('idempotency-replayed') };
  });
  expect(new Set(answers.map((one) => one.operation)).size).toBe(1);
  expect(answers.filter((one) => one.replayed === 'true')).toHaveLength(99);
});

test('law 11: kill -9 of one process under load loses and doubles nothing; the other goes on', async () => {
  const accounts = Array.from({ length: 10 }, (_, i) => `killed_${i}`);
  await Promise.all(accounts.map((id) => rig.first.grant(id, { class: 'purchased', amount: 1_000 }, {})));
  const acknowledged = new Map<string, string>();
  const load = together(CLIENTS, async (client) => {
    for (let i = 0; i < 12; i += 1) {
      const account = accounts[(client + i) % accounts.length] as string;
      const key = `${account}|${client}/${i}`;
      const { operation } = await consumeSomewhere(client, account, key);
      acknowledged.set(key, operation.id);
    }
  });
  while (acknowledged.size < 100) await sleep(1);
  const killed = servers[0]?.child as ChildProcess;
  killed.kill('SIGKILL');
  await load;
  expect(killed.signalCode).toBe('SIGKILL');
  expect(acknowledged.size).toBe(CLIENTS * 12);
  const again = await Promise.all(
    [...acknowledged].map(async ([key, id]) => {
      const [account] = key.split('|');
      return (await consumeSomewhere(1, account as string, key)).operation.id === id;
    }),
  );
  expect(tally(again)).toEqual({ true: CLIENTS * 12 });
  const totals = await Promise.all(accounts.map(async (id) => (await rig.first.balance(id)).total));
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(1_000 * accounts.length - CLIENTS * 12);
  await expectWhole(rig);
});

test('law 11: SIGTERM under load finishes what was accepted, and the process exits with 0', async () => {
  const other = servers[1] as ServerProcess;
  await rig.first.grant('ended', { class: 'purchased', amount: 10_000 }, {});
  const answers = new Map<string, string>();
  const load = together(16, async (client) => {
    for (let i = 0; ; i += 1) {
      const key = `${client}/${i}`;
      try {
        const response = await consume(other.url, 'ended', key);
        if (response.status !== 200) return;
        answers.set(key, ((await response.json()) as wire.Receipt).operation.id);
      } catch {
        return;
      }
    }
  });
  while (answers.size < 100) await sleep(1);
  other.child.kill('SIGTERM');
  const [code] = await once(other.child, 'exit');
  await load;
  expect(code).toBe(0);
  const { data } = await rig.first.entries('ended', { limit: 200 });
  const newest = new Set(data.map((entry) => entry.operation));
  const { version } = await rig.first.balance('ended');
  expect(version - 1).toBeGreaterThanOrEqual(answers.size);
  // All that was acknowledged is there; at most what was in flight when the sockets ended is there besides.
  expect(version - 1 - answers.size).toBeLessThanOrEqual(16);
  expect([...answers.values()].slice(-50).every((id) => newest.has(id))).toBe(true);
  await expectWhole(rig);
}, 60_000);
