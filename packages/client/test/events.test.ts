import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type Balance, createClient, type StreamEvent } from '../src/index.ts';
import { json, type LocalServer, localServer, problem } from './server.ts';

const open: LocalServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(handler: Parameters<typeof localServer>[0]) {
  const server = await localServer(handler);
  open.push(server);
  const retry = { baseMs: 1, maxMs: 20 };
  return { server, credits: createClient({ url: server.url, token: 'sk', retry }) };
}

const start = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const balance = (version: number) => `event: balance\ndata: {"version":${version}}\n\n`;
const entry = (seq: number) => `event: entry\nid: ${seq}\ndata: {"seq":${seq}}\n\n`;
const told = (event: StreamEvent) => (event.type === 'entry' ? `e${event.seq}` : `b${event.balance.version}`);

describe('events', () => {
  it('yields balance, entry, balance …', async () => {
    const { server, credits } = await serve((_request, response) => {
      start(response).write(`: hello\n\n${balance(3)}${entry(4)}${balance(4)}`);
    });
    const events: string[] = [];
    for await (const event of credits.events('u_1')) {
      expectTypeOf(event).toEqualTypeOf<StreamEvent>();
      if (events.push(told(event)) === 3) break;
    }
    expect(events).toEqual(['b3', 'e4', 'b4']);
    expect(server.received[0]).toMatchObject({ url: '/v1/accounts/u_1/events' });
    expect(server.received[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: 'Bearer sk',
    });
  });

  it('resumes behind the last entry, without loss or repeat, whatever the server repeats', async () => {
    const { server, credits } = await serve((_request, response, count) => {
      if (count === 1) {
        start(response).write(balance(3) + entry(4) + balance(4));
        // The connection dies in the middle of entry 5.
        setTimeout(() => response.write(entry(5).slice(0, 25), () => response.destroy()), 5);
      } else if (count === 2) json(response, 503, problem('unavailable', 503));
      else if (count === 3) response.destroy();
      else if (count === 4) start(response).end(balance(4) + entry(4) + entry(5) + balance(5));
      else start(response).write(entry(5) + entry(6) + balance(6));
    });
    const events: string[] = [];
    for await (const event of credits.events('u_1')) if (events.push(told(event)) === 7) break;
    expect(events).toEqual(['b3', 'e4', 'b4', 'e5', 'b5', 'e6', 'b6']);
    expect(server.received.map((request) => request.headers['last-event-id'])).toEqual([
      undefined,
      '4',
      '4',
      '4',
      '5',
    ]);
  });

  it('resumes at the first balance when no entry came yet', async () => {
    const { server, credits } = await serve((_request, response, count) => {
      if (count === 1) start(response).end(balance(7));
      else start(response).write(entry(8) + balance(8));
    });
    const events: string[] = [];
    for await (const event of credits.events('u_1')) if (events.push(told(event)) === 3) break;
    expect(events).toEqual(['b7', 'e8', 'b8']);
    expect(server.received[1]?.headers['last-event-id']).toBe('7');
  });

  it('begins where it is told to', async () => {
    const { server, credits } = await serve((_request, response) => {
      start(response).write(entry(2) + entry(3));
    });
    const events: string[] = [];
    for await (const event of credits.events('u_1', { lastEventId: 1 }))
      if (events.push(told(event)) === 2) break;
    expect(events).toEqual(['e2', 'e3']);
    expect(server.received[0]?.headers['last-event-id']).toBe('1');
  });

  it('delivers events that come byte by byte', async () => {
    const { credits } = await serve(async (_request, response) => {
      start(response);
      for (const byte of Buffer.from(
        `event: balance\r\ndata: {"version":1,\r\ndata: "account":"é🪙"}\r\n\r\n`,
      )) {
        response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for await (const event of credits.events('u_1')) {
      expect(event).toEqual({ type: 'balance', balance: { version: 1, account: 'é🪙' } });
      break;
    }
  });

  it('ends on abort, without an error, and closes the connection', async () => {
    let closed: () => void = () => undefined;
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { credits } = await serve((_request, response) => {
      response.on('close', closed);
      start(response).write(balance(1));
    });
    const controller = new AbortController();
    const events: string[] = [];
    for await (const event of credits.events('u_1', { signal: controller.signal })) {
      events.push(told(event));
      setTimeout(() => controller.abort(), 10);
    }
    expect(events).toEqual(['b1']);
    await hungUp;
  });

  it('ends on abort while it waits to connect again', async () => {
    const { server } = await serve((_request, response) => response.destroy());
    const credits = createClient({ url: server.url, token: 'sk', retry: { baseMs: 60_000, maxMs: 60_000 } });
    const began = performance.now();
    for await (const _event of credits.events('u_1', { signal: AbortSignal.timeout(50) }))
      expect.unreachable();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('closes the connection when the loop is left', async () => {
    let closed: () => void = () => undefined;
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { credits } = await serve((_request, response) => {
      response.on('close', closed);
      start(response).write(balance(1));
    });
    for await (const _event of credits.events('u_1')) break;
    await hungUp;
  });

  it.each([400, 401, 403, 404])('throws on %i', async (status) => {
    const { server, credits } = await serve((_request, response) =>
      json(response, status, problem('no', status)),
    );
    await expect(credits.events('u_1').next()).rejects.toMatchObject({ name: 'DrawdownApiError', status });
    expect(server.received).toHaveLength(1);
  });

  it('throws where something else than a stream answers', async () => {
    const { credits } = await serve((_request, response) => json(response, 200, { hello: 'world' }));
    await expect(credits.events('u_1').next()).rejects.toMatchObject({ code: 'unexpected_response' });
  });

  it('throws when a later connection is refused for good', async () => {
    const { credits } = await serve((_request, response, count) => {
      if (count === 1) start(response).end(balance(1));
      else json(response, 401, problem('token_expired', 401));
    });
    const stream = credits.events('u_1');
    expect((await stream.next()).done).toBe(false);
    await expect(stream.next()).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('watches the balance alone', async () => {
    const { credits } = await serve((_request, response) => {
      start(response).write(balance(1) + entry(2) + balance(2));
    });
    const versions: number[] = [];
    for await (const now of credits.watchBalance('u_1')) {
      expectTypeOf(now).toEqualTypeOf<Balance>();
      if (versions.push(now.version) === 2) break;
    }
    expect(versions).toEqual([1, 2]);
  });
});
