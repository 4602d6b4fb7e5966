/** One stream tells of the other accounts of its person that they have changed: of those that they may look at, while they may. */
import type { Session } from '@drawdown/client';
import { createClient } from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents } from './events.ts';
import { SECRET, startServer, type TestServer } from './support.ts';

let t: TestServer;
let base: string;

beforeAll(async () => {
  t = await startServer();
  base = await t.server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await t.close();
});

const fund = (account: string) =>
  t.ask('POST', `/v1/accounts/${account}/grants`, { body: { class: 'purchased', amount: 100 } });
const spend = (account: string, body: object = {}) =>
  t.ask('POST', `/v1/accounts/${account}/consume`, { body: { amount: 1, ...body } });

async function team(id: string, ...members: string[]): Promise<void> {
  await t.ask('PUT', `/v1/accounts/${id}`, { body: { kind: 'team' } });
  await fund(id);
  for (const member of members) {
    await fund(member);
    await t.ask('PUT', `/v1/accounts/${id}/members/${member}`, { body: { role: 'member' } });
  }
}

async function sessionOf(account: string, teams: string[]): Promise<string> {
  const { body } = await t.ask<Session>('POST', '/v1/sessions', {
    body: { account, teams, surface: 'web' },
  });
  return body.token;
}

test('says that the team changed, and no more; its own events keep their ids', async () => {
  await team('crew', 'ann', 'ben');
  const as = await sessionOf('ann', ['crew']);
  const stream = await readEvents(`${base}/v1/accounts/ann/events?also=crew`, { as });
  const first = await stream.take(2);
  expect(first).toContainEqual({ event: 'changed', data: { account: 'crew', version: 1 } });
  expect(first).toContainEqual(expect.objectContaining({ event: 'balance', id: '1' }));
  await spend('crew', { member: 'ben' });
  expect(await stream.take(1)).toEqual([{ event: 'changed', data: { account: 'crew', version: 2 } }]);
  await spend('ann');
  expect(await stream.take(2)).toMatchObject([
    { event: 'entry', id: '2', data: { seq: 2, type: 'consume' } },
    { event: 'balance', data: { version: 2 } },
  ]);
  await stream.close();
});

test('leaves out what may not be read, foreign and absent alike, and what is read no longer', async () => {
  await team('band', 'cid');
  await team('other', 'eve');
  const as = await sessionOf('cid', ['band']);
  const url = `${base}/v1/accounts/cid/events?also=other,nobody_at_all,band,cid`;
  const stream = await readEvents(url, { as });
  const first = await stream.take(2);
  expect(first.map(({ event }) => event).sort()).toEqual(['balance', 'changed']);
  expect(first).toContainEqual(expect.objectContaining({ data: { account: 'band', version: 1 } }));
  await t.ask('DELETE', '/v1/accounts/band/members/cid');
  await spend('band');
  await spend('other');
  await spend('cid');
  // The stream goes on, and what comes next is the person's own.
  expect(await stream.take(1)).toMatchObject([{ event: 'entry', id: '2', data: { type: 'consume' } }]);
  await stream.close();
  const again = await readEvents(url, { as });
  expect(again.status).toBe(200);
  expect(await again.take(1)).toMatchObject([{ event: 'balance' }]);
  await again.close();
});

test('a key hears of whichever it names, and nonsense is refused by name', async () => {
  await fund('one');
  await fund('two');
  const stream = await readEvents(`${base}/v1/accounts/one/events?also=two,two`);
  expect((await stream.take(2)).filter(({ event }) => event === 'changed')).toHaveLength(1);
  await stream.close();
  for (const also of ['a b', '', Array.from({ length: 21 }, (_, n) => `u${n}`).join(',')]) {
    const path = `/v1/accounts/one/events?also=${encodeURIComponent(also)}`;
    const { status, body } = await t.ask<{ field: string }>('GET', path);
    expect([status, body.field]).toEqual([400, 'also']);
  }
  await expect.poll(() => t.engine.metrics().streams).toBe(0);
});

test('the client tells of each version once, also over a connection that was opened again', async () => {
  await fund('mine');
  await fund('ours');
  const heard: [string, number][] = [];
  const stop = new AbortController();
  let cut: (() => void) | undefined;
  const client = createClient({
    url: base,
    token: SECRET,
    retry: { baseMs: 1 },
    fetch: (input, init) => {
      const broken = new AbortController();
      cut = () => broken.abort();
      return fetch(input, { ...init, signal: AbortSignal.any([init?.signal as AbortSignal, broken.signal]) });
    },
  } as Parameters<typeof createClient>[0]);
  let opened = 0;
  const reading = (async () => {
    for await (const _ of client.events('mine', {
      signal: stop.signal,
      also: ['ours'],
      onChanged: (account, version) => heard.push([account, version]),
      onConnection: (state) => {
        if (state === 'open') opened += 1;
      },
    }));
  })();
  await expect.poll(() => heard).toEqual([['ours', 1]]);
  cut?.();
  await expect.poll(() => opened, { timeout: 5_000 }).toBe(2);
  await spend('ours');
  await expect
    .poll(() => heard)
    .toEqual([
      ['ours', 1],
      ['ours', 2],
    ]);
  stop.abort();
  await reading;
});
