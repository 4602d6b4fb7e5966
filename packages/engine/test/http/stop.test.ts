/** The end of a server: what was accepted is finished, streams are told, nothing hangs. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Balance } from '@drawdown/client';
import { expect, test } from 'vitest';
import { listen, stop } from '../../src/http/listen.ts';
import { readEvents } from './events.ts';
import { SECRET, startServer } from './support.ts';

const headers = (key: string) => ({
  authorization: `Bearer ${SECRET}`,
  'content-type': 'application/json',
  'idempotency-key': key,
});

test('a stop finishes every request that was accepted, and says goodbye on the streams', async () => {
  const t = await startServer();
  const base = await listen(t.server, { host: '127.0.0.1', port: 0 });
  await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 10_000 } });
  const stream = await readEvents(`${base}/v1/accounts/u_1/events`);
  await stream.take(1);
  // One that never says a word, as browsers and load balancers open them.
  const silent = connect(Number(new URL(base).port), '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));

  const asked = Array.from({ length: 200 }, (_, n) =>
    fetch(`${base}/v1/accounts/u_1/consume`, {
      method: 'POST',
      headers: headers(`k${n}`),
      body: '{"amount":1}',
    }).then(
      (response) => response.status,
      () => 'no answer' as const,
    ),
  );
  // The first answer says that the server is in the middle of them.
  await Promise.race(asked);
  const began = performance.now();
  await stop(t.server, { engine: t.engine });
  expect(performance.now() - began).toBeLessThan(5_000);

  const frames = [];
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
  expect(frames.at(-1)).toMatchObject({ event: 'goodbye' });
  await expect(fetch(`${base}/healthz`)).rejects.toThrow();

  // Each was answered, or never reached the server; what was answered with success was done, once.
  const outcomes = await Promise.all(asked);
  const done = outcomes.filter((outcome) => outcome === 200).length;
  expect(done).toBeGreaterThan(0);
  expect(outcomes.every((outcome) => outcome === 200 || outcome === 'no answer')).toBe(true);
  const again = await reopened(t);
  const { available } = await again.balance('u_1');
  expect(10_000 - available).toBeGreaterThanOrEqual(done);
  await again.close();
  await t.server.close();
  await t.database.close();
});

async function reopened({ database, engine }: Awaited<ReturnType<typeof startServer>>): Promise<{
  balance(account: string): Promise<Balance>;
  close(): Promise<void>;
}> {
  const { Engine } = await import('../../src/engine.ts');
  const next = await Engine.open({ database, catalog: engine.catalog, sweep: false });
  return { balance: (account) => next.balance(account), close: () => next.close() };
}

test('a request that takes longer than the grace is cut off from its connection, not from its end', async () => {
  const t = await startServer();
  const base = await listen(t.server, { host: '127.0.0.1', port: 0 });
  const port = Number(new URL(base).port);
  const socket = connect(port, '127.0.0.1');
  // A body that never arrives in full keeps its request open.
  socket.write(
    `POST /v1/accounts/u_1/consume HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"amount"`,
  );
  await sleep(50);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  const began = performance.now();
  await stop(t.server, { engine: t.engine, graceMs: 300 });
  await closed;
  expect(performance.now() - began).toBeLessThan(3_000);
  await t.database.close();
});
