/** Who may do what in a team, requests for more, and seats. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call, Engine } from '../../src/engine.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}], testClock: true });
});

afterAll(() => rig?.close());

/** As a session of this person would ask. */
const as = (person: string): Call => ({ person, actor: `user:${person}` });
const limited = (amount: number): wire.MemberRequest => ({ role: 'member', limit: { amount, per: 'month' } });

/** An owner, an admin and a member with a limit of ten. */
async function team(id: string) {
  await rig.first.putAccount(id, { kind: 'team' });
  await rig.first.grant(id, { class: 'purchased', amount: 1_000 }, {});
  await rig.first.members.put(id, 'olga', { role: 'owner' }, {});
  await rig.first.members.put(id, 'adam', { role: 'admin' }, {});
  return rig.first.members.put(id, 'mia', limited(10), {});
}

test('owners and admins manage; owners alone make, change and remove owners; members only leave', async () => {
  await team('t_roles');
  const { members } = rig.first;
  const put = (by: Call, member: string, body: wire.MemberRequest) =>
    codeOf(members.put('t_roles', member, body, by));
  const remove = (by: Call, member: string) => codeOf(members.remove('t_roles', member, by));
  expect(await put(as('mia'), 'zoe', limited(5))).toBe('forbidden');
  expect(await put(as('mia'), 'mia', limited(1_000))).toBe('forbidden');
  expect(await remove(as('mia'), 'adam')).toBe('forbidden');
  expect(await remove(as('mia'), 'nobody')).toBe('forbidden');
  expect(await put(as('stranger'), 'stranger', { role: 'owner' })).toBe('not_a_member');
  expect(await put(as('adam'), 'zoe', limited(5))).toBe('done');
  expect(await put(as('adam'), 'adam', { role: 'owner' })).toBe('forbidden');
  expect(await put(as('adam'), 'olga', { role: 'member' })).toBe('forbidden');
  expect(await remove(as('adam'), 'olga')).toBe('forbidden');
  expect(await put(as('olga'), 'adam', { role: 'owner' })).toBe('done');
  expect(await put(as('adam'), 'olga', { role: 'member' })).toBe('done');
  expect(await remove(as('mia'), 'mia')).toBe('done');
  expect(await remove(as('mia'), 'mia')).toBe('not_a_member');
  expect(await remove({}, 'mia')).toBe('done');
  expect(await remove({}, 'nobody')).toBe('member_not_found');
});

test('the last owner neither leaves nor is demoted, not even when two try at once', async () => {
  await team('t_last');
  const { members } = rig.first;
  expect(await codeOf(members.remove('t_last', 'olga', as('olga')))).toBe('last_owner');
  expect(await codeOf(members.put('t_last', 'olga', { role: 'admin' }, {}))).toBe('last_owner');
  await members.put('t_last', 'adam', { role: 'owner' }, {});
  const codes = await Promise.all([
    codeOf(rig.first.members.remove('t_last', 'olga', as('olga'))),
    codeOf(rig.second.members.put('t_last', 'adam', { role: 'admin' }, as('adam'))),
  ]);
  expect(tally(codes)).toEqual({ done: 1, last_owner: 1 });
});

test('what is no role, limit, person or team is refused by name', async () => {
  await team('t_bad');
  const { members, requests } = rig.first;
  const put = (member: string, body: unknown, id = 't_bad') =>
    members
      .put(id, member, body as wire.MemberRequest, {})
      .catch((error) => [error.code, error.details.field]);
  expect(await put('a', { role: 'king' })).toEqual(['invalid_request', 'role']);
  expect(await put('a', { role: 'member', limit: { amount: 0, per: 'day' } })).toEqual([
    'invalid_amount',
    'limit.amount',
  ]);
  expect(await put('a', { role: 'member', limit: { amount: 1, per: 'year' } })).toEqual([
    'invalid_request',
    'limit.per',
  ]);
  expect(await put('no one', { role: 'member' })).toEqual(['invalid_request', 'member']);
  expect(await put('t_bad', { role: 'member' })).toEqual(['invalid_request', 'member']);
  expect(await put('a', { role: 'member' }, 't_nobody')).toEqual(['account_not_found', undefined]);
  await rig.first.putAccount('u_person', {});
  expect(await put('a', { role: 'member' }, 'u_person')).toEqual(['invalid_request', 'account']);
  expect(await codeOf(requests.ask('t_bad', 'mia', { amount: 0 }, {}))).toBe('invalid_amount');
  expect(await codeOf(requests.ask('t_bad', 'adam', { amount: 5 }, {}))).toBe('member_without_limit');
  expect(await codeOf(requests.ask('t_bad', 'nobody', { amount: 5 }, {}))).toBe('member_not_found');
  expect(await codeOf(requests.ask('t_bad', 'mia', { amount: 5 }, as('adam')))).toBe('forbidden');
});

test('more is allowed once, however many approve at once, and in its own month only', async () => {
  await team('t_more');
  const spend = (amount: number) => codeOf(rig.second.consume('t_more', { amount, member: 'mia' }, {}));
  expect(await spend(10)).toBe('done');
  const asked = await rig.first.requests.ask('t_more', 'mia', { amount: 15, reason: 'film' }, as('mia'));
  expect(asked).toMatchObject({ state: 'pending', amount: 15, reason: 'film', decided_at: null });
  const again = await rig.second.requests.ask('t_more', 'mia', { amount: 15, reason: 'film' }, as('mia'));
  expect(again).toEqual(asked);
  expect(await codeOf(rig.first.requests.approve('t_more', 'mia', asked.id, as('mia')))).toBe('forbidden');
  const approvals = await together(8, (i) =>
    (i % 2 === 0 ? rig.first : rig.second).requests.approve('t_more', 'mia', asked.id, as('adam')),
  );
  for (const one of approvals) expect(one).toMatchObject({ state: 'approved', decided_by: 'user:adam' });
  const { period } = await rig.first.members.get('t_more', 'mia', as('mia'));
  expect(period).toMatchObject({ extra: 15, used: 10, remaining: 15 });
  expect(await codeOf(rig.first.requests.deny('t_more', 'mia', asked.id, as('adam')))).toBe('request_closed');
  const second = await rig.first.requests.ask('t_more', 'mia', { amount: 5 }, as('mia'));
  await rig.first.requests.approve('t_more', 'mia', second.id, as('olga'));
  expect(await spend(21)).toBe('member_limit_reached');
  expect(await spend(20)).toBe('done');
  await rig.first.setTestClock(period.resets_at);
  expect(await spend(11)).toBe('member_limit_reached');
  expect(await spend(10)).toBe('done');
  await expectWhole(rig);
});

test('a request is replaced, denied, withdrawn by leaving, and over with its period', async () => {
  await team('t_ends');
  const { requests, members } = rig.first;
  const ask = (amount: number) => requests.ask('t_ends', 'mia', { amount }, as('mia'));
  const decide = (verb: 'approve' | 'deny', id: string) =>
    requests[verb]('t_ends', 'mia', id, as('adam')).catch((error) => [error.code, error.details.state]);
  const first = await ask(1);
  const second = await ask(2);
  expect(await decide('approve', first.id)).toEqual(['request_closed', 'withdrawn']);
  expect(await decide('deny', second.id)).toMatchObject({ state: 'denied' });
  expect(await decide('approve', second.id)).toEqual(['request_closed', 'denied']);
  const third = await ask(3);
  await members.remove('t_ends', 'mia', as('mia'));
  expect(await decide('approve', third.id)).toEqual(['request_closed', 'withdrawn']);
  await members.put('t_ends', 'mia', limited(10), {});
  const fourth = await ask(4);
  // Under another limit there is no such period any more.
  await members.put('t_ends', 'mia', { role: 'member', limit: { amount: 5, per: 'day' } }, {});
  expect(await decide('approve', fourth.id)).toEqual(['request_closed', 'expired']);
  const fifth = await ask(5);
  expect((await requests.list('t_ends', {}, as('adam'))).data.map(({ id }) => id)).toEqual([fifth.id]);
  await rig.first.setTestClock(fifth.expires_at);
  expect(await decide('approve', fifth.id)).toEqual(['request_closed', 'expired']);
  expect((await requests.list('t_ends', {}, as('mia'))).data).toEqual([]);
  const all = await requests.list('t_ends', { state: 'all', limit: 2 }, as('mia'));
  expect(all.data.map(({ state }) => state)).toEqual(['expired', 'withdrawn']);
  const rest = await requests.list('t_ends', { state: 'all', cursor: all.next_cursor as string }, as('mia'));
  expect(rest.data.map(({ state }) => state)).toEqual(['withdrawn', 'denied', 'withdrawn']);
  expect(await decide('approve', 'req_none')).toEqual(['request_not_found', undefined]);
  const other = requests.approve('t_more', 'mia', fifth.id, {});
  expect(await codeOf(other)).toBe('request_not_found');
});

test('members and teams are listed; who manages nothing sees themselves, and no balance is a sum', async () => {
  await team('t_list');
  await rig.first.grant('mia', { class: 'purchased', amount: 7 }, {});
  const { members } = rig.first;
  const page = await members.list('t_list', { limit: 2 }, as('adam'));
  expect(page.data.map(({ account, role }) => [account, role])).toEqual([
    ['olga', 'owner'],
    ['adam', 'admin'],
  ]);
  const next = await members.list('t_list', { cursor: page.next_cursor as string }, {});
  expect(next).toMatchObject({
    data: [{ account: 'mia', limit: { amount: 10, per: 'month' } }],
    next_cursor: null,
  });
  expect((await members.list('t_list', {}, as('mia'))).data.map(({ account }) => account)).toEqual(['mia']);
  expect(await codeOf(members.get('t_list', 'olga', as('mia')))).toBe('forbidden');
  expect(await codeOf(members.get('t_list', 'nobody', as('mia')))).toBe('forbidden');
  expect(await codeOf(members.get('t_list', 'nobody', as('adam')))).toBe('member_not_found');
  await members.remove('t_list', 'adam', {});
  expect((await members.list('t_list', {}, {})).data).toHaveLength(2);
  const everyone = await members.list('t_list', { state: 'all' }, {});
  expect(everyone.data[1]).toMatchObject({ account: 'adam', left_at: expect.any(String) });
  const teams = await members.teamsOf('mia', { limit: 200 });
  expect(teams.data.find(({ team: id }) => id === 't_list')).toEqual(next.data[0]);
  expect((await rig.first.balance('mia')).total).toBe(7);
  expect((await rig.first.balance('t_list')).total).toBe(1_000);
  expect(await codeOf(members.teamsOf('u_nobody', {}))).toBe('account_not_found');
});

test('there are no more members than seats; fewer seats send nobody away and let nobody in', async () => {
  const begun = await rig.first.subscriptions.create('t_seats', { plan: 'teams', seats: 5 }, {});
  const { id } = begun.subscription;
  const join = (i: number) => codeOf(rig.second.members.put('t_seats', `m_${i}`, limited(10), {}));
  expect(tally(await together(8, join))).toEqual({ done: 5, seats_exhausted: 3 });
  const { data } = await rig.first.members.list('t_seats', {}, {});
  const [one, other] = data as [wire.Member, wire.Member];
  // Who is in may be changed, who left makes room.
  expect(await codeOf(rig.first.members.put('t_seats', one.account, limited(20), {}))).toBe('done');
  await rig.first.members.remove('t_seats', other.account, {});
  expect(await join(100)).toBe('done');
  const preview = await rig.first.subscriptions.preview('t_seats', id, { action: 'change', seats: 3 });
  expect(preview.members).toEqual({ seats: 3, members: 5, over: 2 });
  const changed = await rig.first.subscriptions.change('t_seats', id, { seats: 3 }, {});
  expect(changed.members).toEqual({ seats: 3, members: 5, over: 2 });
  // The fewer seats are agreed: whoever came now would be one too many when the period ends.
  await rig.first.members.remove('t_seats', 'm_100', {});
  const early = rig.second.members.put('t_seats', 'm_100', limited(10), {});
  await expect(early).rejects.toMatchObject({ code: 'seats_exhausted', details: { seats: 3, members: 4 } });
  await rig.first.setTestClock(changed.subscription.pending?.at as string);
  await rig.first.subscriptions.renew('t_seats', id, { ref: 'in_2' }, {});
  expect(await codeOf(rig.first.consume('t_seats', { amount: 1, member: one.account }, {}))).toBe('done');
  const refused = rig.first.members.put('t_seats', other.account, limited(10), {});
  await expect(refused).rejects.toMatchObject({ code: 'seats_exhausted', details: { seats: 3, members: 4 } });
  const more = await rig.first.subscriptions.change('t_seats', id, { seats: 10 }, {});
  expect(more.members).toEqual({ seats: 10, members: 4, over: 0 });
  expect(await join(101)).toBe('done');
  await rig.first.subscriptions.cancel('t_seats', id, { at: 'now' }, {});
  expect(tally(await together(9, (i) => join(200 + i)))).toEqual({ done: 9 });
});

test('a team is no member, and whoever is a member never becomes a team, not even when both are asked for at once', async () => {
  await team('t_kinds');
  const { members } = rig.first;
  expect(await codeOf(members.put('t_kinds', 't_seats', limited(1), {}))).toBe('invalid_request');
  expect(await codeOf(members.put('t_kinds', 'ghost', limited(1), as('mia')))).toBe('forbidden');
  expect(await codeOf(rig.first.getAccount('ghost'))).toBe('account_not_found');
  const codes = await together(20, async (i) => {
    const [by, other] = i % 2 === 0 ? rig.engines : [rig.second, rig.first];
    return Promise.all([
      codeOf((by as Engine).members.put('t_kinds', `both_${i}`, limited(1), {})),
      codeOf((other as Engine).putAccount(`both_${i}`, { kind: 'team' })),
    ]);
  });
  for (const one of codes) {
    expect([
      ['done', 'account_kind_fixed'],
      ['invalid_request', 'done'],
    ]).toContainEqual(one);
  }
  await members.put('t_kinds', 'new', limited(1), {});
  expect(await rig.second.getAccount('new')).toMatchObject({ kind: 'user' });
});

test('memberships go with whoever two accounts are, and end with an account that is closed', async () => {
  for (const id of ['t_heir', 't_both']) await team(id);
  const { members, requests, life } = rig.first;
  for (const id of ['olga_2', 'mia_2']) await rig.first.putAccount(id, {});
  await members.put('t_both', 'mia_2', limited(3), {});
  await rig.first.consume('t_heir', { amount: 4, member: 'mia' }, {});
  await requests.ask('t_heir', 'mia', { amount: 5 }, as('mia'));
  const standing = async (id: string) =>
    (await members.list(id, {}, {})).data.map(({ account, role, limit }) => [account, role, limit?.amount]);

  for (const id of ['olga', 'mia']) {
    await life.merges.merge(id, { into: `${id}_2`, reason: 'one person' }, { actor: 'staff:anna' });
  }
  expect(await standing('t_heir')).toEqual([
    ['adam', 'admin', undefined],
    ['olga_2', 'owner', undefined],
    ['mia_2', 'member', 10],
  ]);
  // Whoever was there already keeps their own limit.
  expect((await standing('t_both')).find(([member]) => member === 'mia_2')).toEqual(['mia_2', 'member', 3]);
  expect((await requests.list('t_heir', {}, as('olga_2'))).data).toEqual([]);
  const spend = (member: string) => codeOf(rig.second.consume('t_heir', { amount: 1, member }, {}));
  expect([await spend('mia'), await spend('mia_2')]).toEqual(['not_a_member', 'done']);

  await life.closures.close('adam', { reason: 'left' }, {});
  expect(await spend('adam')).toBe('not_a_member');
  // Nor is a team that is closed one of anybody's.
  await life.closures.close('t_both', { reason: 'over' }, {});
  const teams = (await members.teamsOf('mia_2', {})).data.map((one) => one.team);
  expect(teams).toContain('t_heir');
  expect(teams).not.toContain('t_both');
  expect(await codeOf(members.put('t_heir', 'adam', limited(1), {}))).toBe('account_closed');
  expect((await standing('t_heir')).map(([member]) => member)).toEqual(['olga_2', 'mia_2']);
  await expectWhole(rig);
});
