import { type Client, createClient, type DrawdownNetworkError, type StreamEvent } from '@drawdown/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET_KEY, serve, wireTo } from './serve.ts';

let server: Awaited<ReturnType<typeof serve>>;
let wire: Awaited<ReturnType<typeof wireTo>>;
let direct: Client;
let credits: Client;

beforeAll(async () => {
  server = await serve();
  wire = await wireTo(server.port);
  const retry = { attempts: 5, baseMs: 5, maxMs: 50 };
  direct = createClient({ url: server.url, token: SECRET_KEY });
  credits = createClient({ url: wire.url, token: SECRET_KEY, retry });
});

afterAll(async () => {
  await wire.close();
  await server.close();
});

it('charges once when the answer to a charge is lost after its commit', async () => {
  await direct.grant('u_1', { class: 'purchased', amount: 100 });
  wire.swallow(3);
  const result = await credits.consume('u_1', { amount: 25 });
  expect(result).toMatchObject({ replayed: true, operation: { amount: 25 } });
  expect((await direct.balance('u_1')).total).toBe(75);
});

it('says which key tells the outcome, and that key tells it', async () => {
  await direct.grant('u_2', { class: 'purchased', amount: 100 });
  wire.swallow(5);
  const error = await credits.consume('u_2', { amount: 25 }).catch((caught: DrawdownNetworkError) => caught);
  if (!(error instanceof Error)) return expect.fail('an answer came through');
  const { idempotencyKey } = error;
  expect(idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
  const again = await credits.consume('u_2', { amount: 25 }, { idempotencyKey: idempotencyKey as string });
  expect(again.replayed).toBe(true);
  expect((await direct.balance('u_2')).total).toBe(75);
});

it('watches an account over a wire that is cut again and again, without loss or repeat', async () => {
  await direct.grant('u_3', { class: 'purchased', amount: 1_000 });
  const stop = new AbortController();
  const seen: StreamEvent[] = [];
  const watching = (async () => {
    for await (const event of credits.events('u_3', { signal: stop.signal })) {
      seen.push(event);
      if (event.type === 'balance' && event.balance.version === 41) stop.abort();
    }
  })();
  for (let i = 0; i < 40; i++) {
    await direct.consume('u_3', { amount: 1 });
    if (i % 10 === 4) wire.cut();
  }
  await watching;
  const entries = seen.flatMap((event) => (event.type === 'entry' ? [event.seq] : []));
  const first = seen[0];
  const start = first?.type === 'balance' ? first.balance.version : 0;
  expect(entries).toEqual(Array.from({ length: 41 - start }, (_, i) => start + 1 + i));
  const versions = seen.flatMap((event) => (event.type === 'balance' ? [event.balance.version] : []));
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  expect(seen.at(-1)).toMatchObject({ type: 'balance', balance: { total: 960 } });
});
