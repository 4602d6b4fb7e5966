/** One account as it is now: what a page shows of a stream that breaks, repeats itself, is refused or is slept through. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/index.ts';
import { LiveAccount } from '../../src/react/live-account.ts';
import type { Balance } from '../../src/wire.ts';
import { json, type LocalServer, localServer, problem } from '../server.ts';

const open: LocalServer[] = [];
const leaving: (() => void)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  for (const server of open.splice(0)) await server.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const AT = '2026-03-25T10:00:00.000Z';
const LATER = '2026-03-25T10:00:01.000Z';
const balanceOf = (version: number, available = 100, asOf = AT) =>
  ({ account: 'u_1', version, available, as_of: asOf }) as Balance;
const balance = (version: number, available?: number) =>
  `event: balance\ndata: ${JSON.stringify(balanceOf(version, available))}\n\n`;
const entry = (seq: number) => `event: entry\nid: ${seq}\ndata: {"seq":${seq}}\n\n`;
const start = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

type Streams = (response: ServerResponse, nth: number, after: string | undefined) => unknown;

/** A server whose streams and balances are told apart, each with the how-manieth it is. */
async function serve({ stream, read }: { stream: Streams; read?: (response: ServerResponse) => unknown }) {
  let streams = 0;
  const server = await localServer(({ url, headers }, response) => {
    if (url.endsWith('/events')) {
      streams += 1;
      const after = headers['last-event-id'];
      return stream(response, streams, typeof after === 'string' ? after : undefined);
    }
    return read === undefined ? json(response, 200, balanceOf(1)) : read(response);
  });
  open.push(server);
  const tab = () => {
    const retry = { baseMs: 1, maxMs: 20 };
    return new LiveAccount(createClient({ url: server.url, token: 'sk', retry }), 'u_1');
  };
  return { server, tab, streams: () => streams };
}

/** Looks on, and keeps each entry and each way the connection stood. */
function watch(live: LiveAccount) {
  const entries: number[] = [];
  const connections: string[] = [];
  leaving.push(live.onEntry(({ seq }) => entries.push(seq)));
  const leave = live.subscribe(() => {
    if (connections.at(-1) !== live.state.connection) connections.push(live.state.connection);
  });
  leaving.push(leave);
  return { entries, connections, leave };
}

describe('an account that is looked at', () => {
  it('is one connection, however many look', async () => {
    const { tab, streams } = await serve({ stream: (response) => start(response).write(balance(3)) });
    const live = tab();
    for (let nth = 0; nth < 5; nth += 1) leaving.push(live.subscribe(() => undefined));
    await expect.poll(() => live.state).toMatchObject({ connection: 'live', balance: { version: 3 } });
    expect(streams()).toBe(1);
  });

  it('goes on behind the last entry when the connection broke: no entry is lost, none comes twice', async () => {
    const { tab } = await serve({
      stream: (response, nth, after) => {
        if (nth === 1) {
          start(response).write(balance(3, 100) + entry(4) + balance(4, 75));
          setTimeout(() => response.destroy(), 20);
        } else if (nth === 2) json(response, 503, problem('unavailable', 503));
        else start(response).write(`${after === '4' ? '' : entry(4)}${entry(5)}${entry(6)}${balance(6, 25)}`);
      },
    });
    const live = tab();
    const { entries, connections } = watch(live);
    await expect.poll(() => live.state.balance?.available).toBe(25);
    expect(entries).toEqual([4, 5, 6]);
    expect(connections).toEqual(['live', 'reconnecting', 'live']);
    expect(live.state.error).toBeNull();
  });

  it('never goes back: an older balance changes nothing, of two of one version the later counts', async () => {
    const { tab } = await serve({ stream: (response) => start(response).write(balance(7, 50)) });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.balance?.version).toBe(7);
    live.offer(balanceOf(6, 75));
    expect(live.state.balance?.available).toBe(50);
    // Time alone changed it: a lot has expired, and no entry of the person's own says so.
    live.offer(balanceOf(7, 40, LATER));
    expect(live.state.balance?.available).toBe(40);
    live.offer(balanceOf(7, 50, AT));
    expect(live.state.balance?.available).toBe(40);
    live.offer({ ...balanceOf(9, 1), account: 'u_2' });
    expect(live.state.balance?.available).toBe(40);
  });

  it('says why there is nothing to show, until there is', async () => {
    let isBroken = true;
    const { tab } = await serve({
      stream: (response) =>
        isBroken ? json(response, 500, problem('internal', 500)) : start(response).write(balance(2)),
      read: (response) =>
        isBroken ? json(response, 500, problem('internal', 500)) : json(response, 200, balanceOf(2)),
    });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.error).toMatchObject({ code: 'internal' });
    expect(live.state).toMatchObject({ balance: null, connection: 'reconnecting' });
    isBroken = false;
    await expect.poll(() => live.state).toMatchObject({ connection: 'live', error: null });
  });

  it('stays refused where the server refuses, and is asked for again when one asks', async () => {
    let isOver = true;
    const { tab, streams } = await serve({
      stream: (response) =>
        isOver ? json(response, 401, problem('token_expired', 401)) : start(response).write(balance(2)),
      read: (response) =>
        isOver ? json(response, 401, problem('token_expired', 401)) : json(response, 200, balanceOf(2)),
    });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.connection).toBe('refused');
    expect(live.state.error).toMatchObject({ code: 'token_expired' });
    await live.refresh();
    expect(live.state.connection).toBe('refused');
    const before = streams();
    isOver = false;
    await live.refresh();
    await expect.poll(() => live.state).toMatchObject({ connection: 'live', balance: { version: 2 } });
    expect(streams()).toBe(before + 1);
  });
});

it('is the same in two tabs, and one that is closed takes nothing from the other', async () => {
  const streams: ServerResponse[] = [];
  const { tab } = await serve({
    stream: (response) => {
      streams.push(response);
      start(response).write(balance(1, 100));
    },
  });
  const [one, other] = [tab(), tab()];
  const [first, second] = [watch(one), watch(other)];
  await expect.poll(() => [one, other].map(({ state }) => state.connection)).toEqual(['live', 'live']);
  const say = (text: string): void => {
    for (const stream of streams) if (!stream.destroyed) stream.write(text);
  };
  say(entry(2) + balance(2, 75));
  await expect.poll(() => [one, other].map(({ state }) => state.balance?.available)).toEqual([75, 75]);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  first.leave();
  vi.advanceTimersByTime(5_000);
  vi.useRealTimers();
  await expect.poll(() => streams.filter(({ destroyed }) => destroyed).length).toBe(1);
  say(entry(3) + balance(3, 50));
  await expect.poll(() => other.state.balance?.available).toBe(50);
  expect([first.entries, second.entries]).toEqual([[2], [2, 3]]);
  expect(one.state.balance?.available).toBe(75);
});

describe('the server’s clock', () => {
  const NOW = Date.parse(AT);
  it.each([
    ['ten minutes fast', 600_000, 0],
    ['ten minutes slow', -600_000, 0],
    ['as good as right', 200, 200],
  ])('is gone by, on a device whose own is %s', async (_, wrong, differs) => {
    // Half a second passes between asking and the answer.
    let device = NOW + wrong - 500;
    vi.spyOn(Date, 'now').mockImplementation(() => device);
    const { tab } = await serve({
      stream: (response) => {
        device = NOW + wrong;
        start(response).write(balance(1));
      },
    });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.connection).toBe('live');
    await expect.poll(() => live.state.balance?.version).toBe(1);
    expect(Math.abs(live.now() - NOW - differs)).toBeLessThanOrEqual(500);
    const before = live.now();
    device += 60_000;
    expect(live.now() - before).toBe(60_000);
    vi.restoreAllMocks();
  });
});

describe('behind other pages', () => {
  it('gives the stream up after a while, and is up to date when it is back', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('document', page);
    let version = 1;
    const { tab, streams } = await serve({
      stream: (response) => start(response).write(balance(version, 100 - version)),
      read: (response) => json(response, 200, balanceOf(version, 100 - version)),
    });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.connection).toBe('live');
    const turn = (state: 'visible' | 'hidden'): void => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    turn('hidden');
    vi.advanceTimersByTime(29_000);
    expect(live.state.connection).toBe('live');
    vi.advanceTimersByTime(1_000);
    expect(live.state.connection).toBe('connecting');
    vi.useRealTimers();
    version = 8;
    turn('visible');
    await expect.poll(() => live.state).toMatchObject({ connection: 'live', balance: { available: 92 } });
    expect(streams()).toBe(2);
  });

  it('says at once that the network is gone, and comes back by itself with it', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const frame = new EventTarget();
    vi.stubGlobal('window', frame);
    vi.stubGlobal('document', page);
    let isAway = false;
    const away = (response: ServerResponse) => response.destroy();
    const { tab } = await serve({
      stream: (response) => (isAway ? away(response) : start(response).write(balance(1))),
      read: (response) => (isAway ? away(response) : json(response, 200, balanceOf(1))),
    });
    const live = tab();
    watch(live);
    await expect.poll(() => live.state.connection).toBe('live');
    isAway = true;
    frame.dispatchEvent(new Event('offline'));
    expect(live.state.connection).toBe('reconnecting');
    expect(live.state.balance?.version).toBe(1);
    isAway = false;
    frame.dispatchEvent(new Event('online'));
    await expect.poll(() => live.state).toMatchObject({ connection: 'live', error: null });
  });
});
