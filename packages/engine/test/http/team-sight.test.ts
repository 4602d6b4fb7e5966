/** What a member of a team sees of it through each door: the same through all of them. */
import type { Entry, Hold, HoldReceipt, Operation, Page, Receipt, Session } from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEvents } from './events.ts';
import { startServer, type TestServer } from './support.ts';

const TEAM = '/v1/accounts/t_sight';
let t: TestServer;
const tokens = new Map<string, string>();
const as = (who: string) => ({ as: tokens.get(who) as string });

beforeAll(async () => {
  t = await startServer();
  await t.ask('PUT', TEAM, { body: { kind: 'team' } });
  await t.ask('POST', `${TEAM}/grants`, { body: { class: 'purchased', amount: 1_000 } });
  for (const [account, role] of Object.entries({ u_boss: 'owner', u_one: 'member', u_two: 'member' })) {
    await t.ask('PUT', `${TEAM}/members/${account}`, { body: { role } });
    const body = { account, surface: 'web', teams: ['t_sight'] };
    tokens.set(account, (await t.ask<Session>('POST', '/v1/sessions', { body })).body.token);
  }
});

afterAll(() => t?.close());

async function spend(who: string): Promise<string> {
  const body = { feature: 'ai_script', metadata: { film: who } };
  const { body: receipt } = await t.ask<Receipt>('POST', `${TEAM}/consume`, { ...as(who), body });
  return receipt.operation?.id as string;
}

test('members see what is in their own name, managers all of it, by every door', async () => {
  const [one, two] = [await spend('u_one'), await spend('u_two')];
  const held = await t.ask<HoldReceipt>('POST', `${TEAM}/holds`, {
    ...as('u_two'),
    body: { feature: 'ai_script' },
  });

  const seen = async (who: string, query = '') =>
    (await t.ask<Page<Entry>>('GET', `${TEAM}/entries${query}`, as(who))).body.data.map(
      ({ member }) => member,
    );
  expect(await seen('u_one')).toEqual(['u_one']);
  expect(await seen('u_one', '?member=u_one')).toEqual(['u_one']);
  expect(await seen('u_boss')).toEqual(['u_two', 'u_two', 'u_one', undefined]);
  expect(await seen('u_boss', '?member=u_one')).toEqual(['u_one']);
  expect((await t.ask('GET', `${TEAM}/entries?member=u_two`, as('u_one'))).body).toMatchObject({
    ...{ status: 403, code: 'forbidden' },
  });

  for (const act of ['', '/explain']) {
    const door = (id: string, who: string) => t.ask<Operation>('GET', `/v1/operations/${id}${act}`, as(who));
    expect((await door(one, 'u_one')).status).toBe(200);
    expect((await door(two, 'u_one')).body).toMatchObject({ status: 404, code: 'operation_not_found' });
    expect((await door(two, 'u_boss')).status).toBe(200);
  }

  const hold = `/v1/holds/${held.body.hold.id}`;
  expect((await t.ask('GET', hold, as('u_one'))).body).toMatchObject({ status: 404, code: 'hold_not_found' });
  expect((await t.ask('GET', hold, as('u_two'))).status).toBe(200);
  const holds = async (who: string) => (await t.ask<Page<Hold>>('GET', `${TEAM}/holds`, as(who))).body.data;
  expect(await holds('u_one')).toEqual([]);
  expect((await holds('u_boss')).map(({ id }) => id)).toEqual([held.body.hold.id]);
});

test('a stream shows members their own entries and every balance, and ends with the membership', async () => {
  const base = await t.server.listen({ host: '127.0.0.1', port: 0 });
  const stream = await readEvents(`${base}${TEAM}/events`, as('u_one'));
  expect(await stream.take(1)).toMatchObject([{ event: 'balance' }]);
  await spend('u_two');
  expect(await stream.take(1)).toMatchObject([{ event: 'balance' }]);
  await spend('u_one');
  expect(await stream.take(2)).toMatchObject([
    { event: 'entry', data: { member: 'u_one' } },
    { event: 'balance' },
  ]);
  await t.ask('DELETE', `${TEAM}/members/u_one`);
  await spend('u_two');
  const rest = await stream.take(9);
  expect(rest.filter(({ event }) => event === 'entry')).toEqual([]);
  expect(rest.at(-1)).toMatchObject({ event: 'expired', data: { code: 'not_a_member' } });
});

test('a session that is refused leaves no account behind', async () => {
  const body = { account: 'u_nobody', surface: 'web', teams: ['t_sight'] };
  expect((await t.ask('POST', '/v1/sessions', { body })).body).toMatchObject({ code: 'not_a_member' });
  expect((await t.ask('GET', '/v1/accounts/u_nobody')).status).toBe(404);
});
