import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  type ClientOptions,
  createClient,
  DrawdownApiError,
  DrawdownNetworkError,
  type FreeOnDevice,
  isInsufficientCredits,
  isProblem,
  type Quote,
  type Receipt,
} from '../src/index.ts';
import { json, type LocalServer, localServer, problem } from './server.ts';

const open: LocalServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(handler: Parameters<typeof localServer>[0]): Promise<LocalServer> {
  const server = await localServer(handler);
  open.push(server);
  return server;
}

function client(server: LocalServer, options: Partial<ClientOptions> = {}) {
  const retry = { attempts: 4, baseMs: 1, maxMs: 1_500 };
  return createClient({ url: server.url, token: 'sk_test', retry, ...options });
}

const receipt = {
  operation: { id: 'op_1', type: 'consume', amount: 25, draws: [] },
  balance: { total: 110 },
};

describe('requests', () => {
  it('carries token, JSON and a fresh idempotency key on every changing call', async () => {
    const server = await serve((_request, response) => json(response, 200, receipt));
    const credits = client(server);
    await credits.consume('u:1@x', { feature: 'ai_script' });
    await credits.consume('u:1@x', { feature: 'ai_script' });
    const [first, second] = server.received;
    expect(first).toMatchObject({ method: 'POST', url: '/v1/accounts/u%3A1%40x/consume' });
    expect(first?.body).toBe('{"feature":"ai_script"}');
    expect(first?.headers).toMatchObject({
      authorization: 'Bearer sk_test',
      'content-type': 'application/json',
    });
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  });

  it('sends the key it is given, and reports a replay from the header', async () => {
    const server = await serve((_request, response, count) =>
      json(response, 200, receipt, count === 2 ? { 'idempotency-replayed': 'true' } : {}),
    );
    const credits = client(server);
    const first = await credits.consume('u_1', { amount: 25 }, { idempotencyKey: 'order-7' });
    const second = await credits.consume('u_1', { amount: 25 }, { idempotencyKey: 'order-7' });
    expect(server.received.map((request) => request.headers['idempotency-key'])).toEqual([
      'order-7',
      'order-7',
    ]);
    expect([first.replayed, second.replayed]).toEqual([false, true]);
  });

  it('keeps a path in the url, writes queries, and sends no key with a read', async () => {
    const server = await serve((_request, response) => json(response, 200, { data: [], next_cursor: null }));
    const credits = createClient({ url: `${server.url}/credits/`, token: 'sk' });
    await credits.entries('u_1', { type: 'consume', limit: 5 });
    expect(server.received[0]?.url).toBe('/credits/v1/accounts/u_1/entries?type=consume&limit=5');
    expect(server.received[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it('asks a token function before every attempt', async () => {
    const server = await serve((_request, response, count) =>
      count === 1 ? json(response, 503, problem('unavailable', 503)) : json(response, 200, {}),
    );
    let asked = 0;
    await client(server, { token: async () => `t${++asked}` }).balance('u_1');
    expect(server.received.map((request) => request.headers.authorization)).toEqual([
      'Bearer t1',
      'Bearer t2',
    ]);
  });

  it('refuses an id that would change the path, before sending anything', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    expect(() => client(server).balance('..')).toThrow(TypeError);
    expect(server.received).toHaveLength(0);
  });

  it('follows every page', async () => {
    const pages: Record<string, unknown> = {
      first: { data: [{ seq: 3 }, { seq: 2 }], next_cursor: 'more' },
      more: { data: [{ seq: 1 }], next_cursor: null },
    };
    const server = await serve((request, response) => {
      const cursor = new URL(request.url, 'http://x').searchParams.get('cursor') ?? 'first';
      json(response, 200, pages[cursor]);
    });
    const seqs: number[] = [];
    for await (const entry of client(server).allEntries('u_1', { class: 'purchased' })) seqs.push(entry.seq);
    expect(seqs).toEqual([3, 2, 1]);
    expect(server.received[1]?.url).toContain('class=purchased');
  });
});

describe('retries', () => {
  it('repeats the same key after a lost connection, a 500 and a 429', async () => {
    const server = await serve((_request, response, count) => {
      if (count === 1) response.destroy();
      else if (count === 2) json(response, 500, problem('internal', 500));
      else if (count === 3) json(response, 429, problem('rate_limited', 429), { 'retry-after': '0' });
      else json(response, 200, receipt);
    });
    const result = await client(server).consume('u_1', { amount: 25 });
    expect(result.operation?.id).toBe('op_1');
    expect(server.received).toHaveLength(4);
    expect(new Set(server.received.map((request) => request.headers['idempotency-key'])).size).toBe(1);
    expect(new Set(server.received.map((request) => request.body)).size).toBe(1);
  });

  it('repeats after an answer that was cut off in the middle', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 1) return json(response, 200, receipt);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"operation":');
      setTimeout(() => response.destroy(), 5);
    });
    expect((await client(server).consume('u_1', { amount: 25 })).operation?.id).toBe('op_1');
    expect(server.received[0]?.headers['idempotency-key']).toBe(
      server.received[1]?.headers['idempotency-key'],
    );
  });

  it('repeats after a time-out', async () => {
    const server = await serve((_request, response, count) => {
      if (count > 1) json(response, 200, receipt);
    });
    const result = await client(server, { timeoutMs: 40 }).consume('u_1', { amount: 25 });
    expect(result.operation?.id).toBe('op_1');
    expect(server.received).toHaveLength(2);
  });

  it('waits as long as Retry-After asks', async () => {
    const server = await serve((_request, response, count) =>
      count === 1
        ? json(response, 429, problem('rate_limited', 429, { retry_after: 1 }), { 'retry-after': '1' })
        : json(response, 200, receipt),
    );
    const began = performance.now();
    await client(server).consume('u_1', { amount: 25 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(950);
  });

  it('gives a Retry-After beyond its patience to the caller', async () => {
    const server = await serve((_request, response) =>
      json(response, 429, problem('rate_limited', 429, { retry_after: 60 }), { 'retry-after': '60' }),
    );
    const error: unknown = await client(server)
      .balance('u_1')
      .catch((caught: unknown) => caught);
    expect(isProblem(error, 'rate_limited') && error.problem.retry_after).toBe(60);
    expect(server.received).toHaveLength(1);
  });

  it.each([400, 401, 402, 403, 404, 409, 413])('never repeats a %i', async (status) => {
    const server = await serve((_request, response) => json(response, status, problem('some_code', status)));
    await expect(client(server).consume('u_1', { amount: 1 })).rejects.toMatchObject({
      status,
      code: 'some_code',
    });
    expect(server.received).toHaveLength(1);
  });

  it('never repeats what has neither a key nor a repeatable meaning', async () => {
    const server = await serve((_request, response) => response.destroy());
    await expect(client(server).advanceTestClock('P1M')).rejects.toThrow(/may have taken effect/);
    await expect(client(server).createKey({ name: 'ci' })).rejects.toBeInstanceOf(DrawdownNetworkError);
    expect(server.received).toHaveLength(2);
  });

  it('pauses between 0 and a doubling bound', async () => {
    const pauses: number[] = [];
    const real = globalThis.setTimeout;
    const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      if (ms < 5_000) pauses.push(ms);
      return real(run, ms < 5_000 ? 0 : ms);
    }) as typeof setTimeout);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const failing = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));
    const credits = createClient({
      url: 'http://127.0.0.1',
      token: 'sk',
      fetch: failing,
      retry: { attempts: 5, baseMs: 100, maxMs: 500 },
    });
    await expect(credits.balance('u_1')).rejects.toBeInstanceOf(DrawdownNetworkError);
    vi.restoreAllMocks();
    expect(spy).toBeDefined();
    expect(pauses).toEqual([50, 100, 200, 250]);
  });
});

describe('errors', () => {
  it('types what is missing', async () => {
    const details = { required: 30, available: 20, shortfall: 10, held: 5 };
    const server = await serve((_request, response) =>
      json(response, 402, problem('insufficient_credits', 402, details)),
    );
    try {
      await client(server).consume('u_1', { amount: 30 }, { idempotencyKey: 'k' });
      expect.unreachable();
    } catch (error) {
      if (!isInsufficientCredits(error)) throw error;
      expectTypeOf(error.problem.shortfall).toEqualTypeOf<number>();
      expectTypeOf(error.code).toEqualTypeOf<'insufficient_credits'>();
      expect(error.problem).toMatchObject(details);
      expect(error).toMatchObject({ name: 'DrawdownApiError', status: 402, idempotencyKey: 'k' });
      expect(error.message).toBe('insufficient_credits (402): about insufficient_credits');
    }
  });

  it('says that the outcome is unknown, and which key tells it', async () => {
    const server = await serve((_request, response) => response.destroy());
    const error: unknown = await client(server)
      .consume('u_1', { amount: 1 }, { idempotencyKey: 'order-7' })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DrawdownNetworkError);
    expect(error).toMatchObject({ idempotencyKey: 'order-7', attempts: 4 });
    expect(String(error)).toMatch(/outcome is unknown: repeat it with the idempotency key "order-7"/);
    await expect(client(server).balance('u_1')).rejects.toThrow(/Nothing was changed/);
  });

  it('names the reason that fetch hides', async () => {
    const server = await serve((_request, response) => response.destroy());
    await server.close();
    await expect(client(server).balance('u_1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('makes a problem of what a proxy answered', async () => {
    const server = await serve((_request, response, count) => {
      if (count === 1) response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>');
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    });
    const credits = client(server);
    await expect(credits.balance('u_1')).rejects.toMatchObject({ code: 'unexpected_response', status: 403 });
    await expect(credits.balance('u_1')).rejects.toMatchObject({ code: 'unexpected_response', status: 200 });
  });

  it('ends at once, with its reason, when the signal aborts', async () => {
    const server = await serve(() => undefined);
    const reason = new Error('the page was closed');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    await expect(client(server).balance('u_1', {}, { signal: controller.signal })).rejects.toBe(reason);
    await expect(client(server).balance('u_1', {}, { signal: controller.signal })).rejects.toBe(reason);
    expect(server.received).toHaveLength(1);
  });

  it('ends a pause between attempts when the signal aborts', async () => {
    const server = await serve((_request, response) =>
      json(response, 503, problem('unavailable', 503), { 'retry-after': '1' }),
    );
    const began = performance.now();
    const call = client(server).balance('u_1', {}, { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(800);
  });

  it('narrows by code', () => {
    const error: unknown = new DrawdownApiError(
      problem('quote_changed', 409, { quote: { amount: 9 } }),
      null,
    );
    if (!isProblem(error, 'quote_changed')) throw error;
    expectTypeOf(error.problem.quote).toEqualTypeOf<Quote>();
    expect(error.problem.quote.amount).toBe(9);
    expect(isProblem(error, 'hold_closed')).toBe(false);
    expect(isProblem(new Error('quote_changed'), 'quote_changed')).toBe(false);
  });

  it('types an answer that charged nothing', () => {
    type Consumed = Awaited<ReturnType<ReturnType<typeof createClient>['consume']>>;
    expectTypeOf<Consumed>().toEqualTypeOf<(Receipt | FreeOnDevice) & { replayed: boolean }>();
    const narrow = (result: Consumed): number =>
      result.operation === null ? result.charged : result.operation.amount;
    expectTypeOf(narrow).returns.toBeNumber();
  });
});

it('has each of its methods named in its README, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = readme
    .slice(readme.indexOf('## Methods'))
    .split('\n')
    .filter((line) => /^\| \w/.test(line));
  const named = table.flatMap((line) => [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  const client = createClient({ url: 'http://127.0.0.1', token: 'token' });
  expect(named.sort()).toEqual(Object.keys(client).sort());
});
