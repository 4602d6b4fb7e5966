/** The live stream: every entry once, in order, across lost connections, expired tokens and a stopping server. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry, Page, Session } from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents } from './events.ts';
import { ADMIN, SECRET, startServer, type TestServer } from './support.ts';

let t: TestServer;
let base: string;
const HEARTBEAT_MS = 150;

beforeAll(async () => {
  t = await startServer({ limits: { streams: { heartbeatMs: HEARTBEAT_MS, perAccount: 3, total: 10 } } });
  base = await t.server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await t.close();
});

async function fund(account: string, amount = 1000): Promise<void> {
  await t.ask('POST', `/v1/accounts/${account}/grants`, { body: { class: 'purchased', amount } });
}

const spend = (account: string) => t.ask('POST', `/v1/accounts/${account}/consume`, { body: { amount: 1 } });

test('begins with the balance, then tells each entry and the balance after it', async () => {
  await fund('u_live');
  const stream = await readEvents(`${base}/v1/accounts/u_live/events`);
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.headers.get('cache-control')).toBe('no-store');
  expect(stream.headers.get('x-accel-buffering')).toBe('no');
  expect(await stream.take(1)).toMatchObject([
    { event: 'balance', id: '1', data: { version: 1, available: 1000 } },
  ]);
  await spend('u_live');
  await spend('u_live');
  expect(await stream.take(4)).toMatchObject([
    { event: 'entry', id: '2', data: { seq: 2, type: 'consume', amount: -1 } },
    { event: 'balance', data: { version: 2, available: 999 } },
    { event: 'entry', id: '3', data: { seq: 3 } },
    { event: 'balance', data: { version: 3, available: 998 } },
  ]);
  await stream.close();
});

test('resumes behind the last event, by header or by query, without loss or repeat', async () => {
  await fund('u_resume');
  const seen: string[] = [];
  let last = '0';
  const writer = (async () => {
    for (let n = 0; n < 40; n += 1) await spend('u_resume');
  })();
  for (let connection = 0; last !== '41'; connection += 1) {
    const asHeader = connection % 2 === 0;
    const stream = await readEvents(
      `${base}/v1/accounts/u_resume/events${asHeader ? '' : `?last_event_id=${last}`}`,
      asHeader ? { headers: { 'last-event-id': last } } : {},
    );
    // Cut at a place that no side chose.
    for (const frame of await stream.take(1 + (connection % 7))) {
      if (frame.event !== 'entry') continue;
      last = String(frame.id);
      seen.push(last);
    }
    await stream.close();
  }
  await writer;
  expect(seen).toEqual(Array.from({ length: 41 }, (_, n) => String(n + 1)));
  const { body } = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_resume/entries?limit=200');
  expect(body.data).toHaveLength(41);
});

test('shows that it is alive while nothing happens', async () => {
  await fund('u_quiet');
  const stream = await readEvents(`${base}/v1/accounts/u_quiet/events`);
  await stream.take(1);
  expect(await stream.next()).toEqual({ comment: 'heartbeat' });
  expect(await stream.next()).toEqual({ comment: 'heartbeat' });
  await stream.close();
});

test('ends when the token expires, and says so', async () => {
  await fund('u_short');
  const { body } = await t.ask<Session>('POST', '/v1/sessions', {
    body: { account: 'u_short', surface: 'web' },
  });
  const stream = await readEvents(`${base}/v1/accounts/u_short/events`, { as: body.token });
  await stream.take(1);
  await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT15M' } });
  expect(await stream.take(1)).toMatchObject([
    { event: 'expired', data: { code: 'token_expired', status: 401 } },
  ]);
  expect(await stream.next()).toBeNull();
});

test('ends when the key is revoked', async () => {
  await fund('u_revoked');
  const made = await t.ask<{ id: string; secret: string }>('POST', '/v1/keys', {
    as: ADMIN,
    body: { name: 'watcher' },
  });
  const stream = await readEvents(`${base}/v1/accounts/u_revoked/events`, { as: made.body.secret });
  await stream.take(1);
  await t.ask('DELETE', `/v1/keys/${made.body.id}`, { as: ADMIN });
  expect(await stream.take(1)).toMatchObject([{ event: 'expired', data: { code: 'unauthenticated' } }]);
  expect(await stream.next()).toBeNull();
});

test('is limited per account, and a closed one makes room', async () => {
  await fund('u_many');
  const url = `${base}/v1/accounts/u_many/events`;
  const streams = await Promise.all([readEvents(url), readEvents(url), readEvents(url)]);
  expect(streams.map((one) => one.status)).toEqual([200, 200, 200]);
  const refused = await fetch(url, { headers: { authorization: `Bearer ${SECRET}` } });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('10');
  await refused.arrayBuffer();
  await Promise.all(streams.map((one) => one.close()));
  const opens = async () => {
    const stream = await readEvents(url);
    await stream.close();
    return stream.status;
  };
  await expect.poll(opens).toBe(200);
  await expect.poll(() => t.engine.metrics().streams).toBe(0);
});

test('a reader that stops reading is waited for, and memory does not grow', async () => {
  await fund('u_slow', 100_000);
  const socket = await rawStream('u_slow');
  socket.pause();
  const note = 'x'.repeat(6000);
  const operations = Array.from({ length: 1000 }, (_, n) => ({
    account: 'u_slow',
    idempotency_key: `slow-${n}`,
    amount: 1,
    metadata: { note },
  }));
  await t.ask('POST', '/v1/consume', { key: null, body: { operations: operations.slice(0, 300) } });
  await t.ask('POST', '/v1/consume', { key: null, body: { operations: operations.slice(300, 600) } });
  await t.ask('POST', '/v1/consume', { key: null, body: { operations: operations.slice(600, 900) } });
  await sleep(300);
  // Several megabytes wait in the ledger; the server holds one buffer of them, the kernel the rest.
  const buffered = t.server.server.listening ? await bufferedBytes(t) : 0;
  expect(buffered).toBeLessThan(100_000);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.resume();
  await expect.poll(() => text.includes('id: 901\n'), { timeout: 10_000 }).toBe(true);
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: 901 }, (_, n) => n + 1));
  socket.destroy();
});

async function rawStream(account: string): Promise<Socket> {
  const { port } = new URL(base);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `GET /v1/accounts/${account}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

/** What the server's sockets hold back for readers. */
async function bufferedBytes({ server }: TestServer): Promise<number> {
  const sockets = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const [address] = server.addresses();
  const port = typeof address === 'object' ? address.port : 0;
  return sockets
    .filter((handle): handle is Socket => (handle as Socket).localPort === port)
    .reduce((sum, socket) => sum + (socket.writableLength ?? 0), 0);
}
