/** A session in a product's page: kept while it is good, replaced before its end and once it is refused, and said when there is none. */
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, DrawdownTokenError, sessionToken } from '../src/index.ts';
import { LiveAccount } from '../src/react/live-account.ts';
import { json, type LocalServer, localServer, problem } from './server.ts';

const servers: LocalServer[] = [];
const leaving: (() => void)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  for (const server of servers.splice(0)) await server.close();
});

/** An engine that takes one token at a time. */
async function engine() {
  const state = { good: 's1' };
  const server = await localServer(({ url, headers }, response) => {
    if (headers.authorization !== `Bearer ${state.good}`)
      return json(response, 401, problem('token_expired', 401));
    if (!url.endsWith('/events')) return json(response, 200, { account: 'u_1', version: 1 });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: balance\ndata: {"account":"u_1","version":1}\n\n');
  });
  servers.push(server);
  return { state, server, sent: () => server.received.map(({ headers }) => headers.authorization?.slice(7)) };
}

/** The product's endpoint: each session is another token, good for that long. */
function endpoint(seconds = 900) {
  const state = { asked: 0, isSignedIn: true };
  const open = async () => {
    if (!state.isSignedIn) throw new Error('Nobody is signed in');
    state.asked += 1;
    return { token: `s${state.asked}`, expires_at: new Date(Date.now() + seconds * 1000).toISOString() };
  };
  return { state, token: sessionToken(open) };
}

const retry = { baseMs: 1, maxMs: 5 };

describe('a session in a page', () => {
  it('is asked for once, however many requests want it', async () => {
    const { server } = await engine();
    const { state, token } = endpoint();
    const client = createClient({ url: server.url, token, retry });
    await Promise.all([client.balance('u_1'), client.forecast('u_1'), client.catalog()]);
    await client.balance('u_1');
    expect(state.asked).toBe(1);
  });

  it('is replaced before it ends', async () => {
    const { server, state: at, sent } = await engine();
    const { token } = endpoint(29);
    const client = createClient({ url: server.url, token, retry });
    await client.balance('u_1');
    at.good = 's2';
    await client.balance('u_1');
    expect(sent()).toEqual(['s1', 's2']);
  });

  it('is renewed once in the midst, and the request is sent again under its key', async () => {
    const { server, state: at, sent } = await engine();
    const { state, token } = endpoint();
    const client = createClient({ url: server.url, token, retry });
    await client.balance('u_1');
    at.good = 's2';
    await client.consume('u_1', { amount: 1 });
    expect(sent()).toEqual(['s1', 's1', 's2']);
    expect(server.received[1]?.headers['idempotency-key']).toBe(
      server.received[2]?.headers['idempotency-key'],
    );
    at.good = 'none';
    await expect(client.balance('u_1')).rejects.toMatchObject({ code: 'token_expired', status: 401 });
    expect(sent().slice(3)).toEqual(['s2', 's3']);
    expect(state.asked).toBe(3);
  });

  it('is not asked for again where the function has no other', async () => {
    const { server, sent } = await engine();
    const client = createClient({ url: server.url, token: () => 'old', retry });
    await expect(client.balance('u_1')).rejects.toMatchObject({ status: 401 });
    expect(sent()).toEqual(['old']);
  });

  it('is renewed for the stream as well', async () => {
    const { server, state: at, sent } = await engine();
    const { token } = endpoint();
    const client = createClient({ url: server.url, token, retry });
    await client.balance('u_1');
    at.good = 's2';
    for await (const { type } of client.events('u_1')) {
      expect(type).toBe('balance');
      break;
    }
    expect(sent()).toEqual(['s1', 's1', 's2']);
  });

  it('that cannot be had is an error of its own, and the account says so until there is one', async () => {
    const { server } = await engine();
    const { state, token } = endpoint(0);
    const client = createClient({ url: server.url, token, retry });
    state.isSignedIn = false;
    await expect(client.balance('u_1')).rejects.toThrow(DrawdownTokenError);
    await expect(client.balance('u_1')).rejects.toThrow(
      'There is no token to ask with (Nobody is signed in)',
    );
    state.isSignedIn = true;
    const live = new LiveAccount(client, 'u_1');
    leaving.push(live.subscribe(() => undefined));
    await expect.poll(() => live.state.connection).toBe('live');
    await expect.poll(() => live.state.balance?.version).toBe(1);
    state.isSignedIn = false;
    await server.close();
    servers.splice(0);
    await expect.poll(() => live.state.error).toBeInstanceOf(DrawdownTokenError);
    expect(live.state.connection).toBe('reconnecting');
  });
});
