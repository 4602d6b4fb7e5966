/** Members spend from a team under limits of their own: exactly the limit, whoever races, from two engines at once. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DrawdownError } from '../../src/errors.ts';
import { statement } from '../../src/store/database.ts';
import { verify } from '../../src/store/verify.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

let rig: Rig;
const engine = (i: number) => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}], testClock: true });
});

afterAll(() => rig?.close());

const PER_MONTH = (amount: number) => ({ role: 'member', limit: { amount, per: 'month' } }) as const;

/** A team with a thousand credits and these members. */
async function team(id: string, members: Record<string, wire.MemberRequest>, more: wire.AccountRequest = {}) {
  await rig.first.putAccount(id, { kind: 'team', ...more });
  await rig.first.grant(id, { class: 'purchased', amount: 1_000 }, {});
  for (const [member, body] of Object.entries(members)) await rig.first.members.put(id, member, body, {});
}

async function held(id: string, member: string, amount: number, ttl_seconds = 600): Promise<wire.Hold> {
  const receipt = await rig.first.hold(id, { amount, member, ttl_seconds }, {});
  if (receipt.operation === null) throw new Error('held');
  return receipt.hold;
}

const spend = (i: number, id: string, member: string, amount = 1) =>
  codeOf(engine(i).consume(id, { amount, member }, {}));
const periodOf = async (id: string, member: string) => (await rig.second.members.get(id, member, {})).period;

test('a hundred at once for two members, through two engines: each exactly the limit', async () => {
  await team('t_race', { anna: PER_MONTH(30), ben: PER_MONTH(20) });
  const codes = await together(100, (i) => spend(i >> 1, 't_race', i % 2 === 0 ? 'anna' : 'ben'));
  const of = (rest: number) => tally(codes.filter((_, i) => i % 2 === rest));
  expect(of(0)).toEqual({ done: 30, member_limit_reached: 20 });
  expect(of(1)).toEqual({ done: 20, member_limit_reached: 30 });
  expect(await rig.second.balance('t_race')).toMatchObject({ total: 950, version: 51 });
  expect(await periodOf('t_race', 'anna')).toMatchObject({ used: 30, held: 0, remaining: 0 });
  await expectWhole(rig);
});

test('holds, captures, releases and refunds that race never pass a limit either', async () => {
  await team('t_holds', { anna: PER_MONTH(50) });
  const holds = await together(30, async (i) => {
    try {
      const receipt = await engine(i).hold('t_holds', { amount: 5, member: 'anna' }, {});
      return receipt.operation === null ? null : receipt.hold;
    } catch (error) {
      expect((error as DrawdownError).code).toBe('member_limit_reached');
      return null;
    }
  });
  const open = holds.filter((hold) => hold !== null);
  expect(open).toHaveLength(10);
  expect(open[0]).toMatchObject({ member: 'anna' });
  const captured = await Promise.all(
    open.map((hold, i) =>
      i % 2 === 0 ? engine(i).capture(hold.id, { amount: 3 }, {}) : engine(i >> 1).release(hold.id, {}, {}),
    ),
  );
  expect(await periodOf('t_holds', 'anna')).toMatchObject({ used: 15, held: 0, remaining: 35 });
  const operation = captured[0]?.operation as wire.Operation;
  expect(operation).toMatchObject({ type: 'capture', member: 'anna' });
  const refunds = await together(6, (i) =>
    codeOf(engine(i).refund(operation.id, { amount: 1, reason: 'r' }, {})),
  );
  expect(tally(refunds)).toEqual({ done: 3, amount_exceeds_operation: 3 });
  expect(await periodOf('t_holds', 'anna')).toMatchObject({ used: 12, remaining: 38 });
  await expectWhole(rig);
});

test('a repetition gives the first answer, also once the limit is reached or the member has left', async () => {
  await team('t_again', { anna: PER_MONTH(10), owner: { role: 'owner' } });
  const call = { idempotencyKey: 'once' };
  const first = await rig.first.consume('t_again', { amount: 10, member: 'anna' }, call);
  expect(await spend(0, 't_again', 'anna')).toBe('member_limit_reached');
  expect(await rig.second.consume('t_again', { amount: 10, member: 'anna' }, call)).toMatchObject({
    operation: first.operation,
    replayed: true,
  });
  await rig.first.members.remove('t_again', 'anna', {});
  const again = await rig.second.consume('t_again', { amount: 10, member: 'anna' }, call);
  expect(again).toMatchObject({ replayed: true });
  expect((await rig.first.balance('t_again')).total).toBe(990);
});

test('a team that keeps no members takes the word for it; one that does admits nobody else, for good', async () => {
  await team('t_open', {});
  expect(await spend(0, 't_open', 'anyone')).toBe('done');
  await rig.first.members.put('t_open', 'anna', { role: 'member' }, {});
  expect(await spend(1, 't_open', 'anyone')).toBe('not_a_member');
  expect(await spend(1, 't_open', 'anna')).toBe('done');
  // The team itself still may, in nobody's name.
  expect(await codeOf(rig.second.consume('t_open', { amount: 1 }, {}))).toBe('done');
  await rig.second.members.remove('t_open', 'anna', {});
  expect(await spend(0, 't_open', 'anna')).toBe('not_a_member');
  expect(await spend(0, 't_open', 'anyone')).toBe('not_a_member');
  expect(await codeOf(rig.first.consume('u_1', { amount: 1, member: 'anna' }, {}))).toBe('account_not_found');
});

test('who leaves spends nothing more, a hold stays capturable, and coming back does not begin anew', async () => {
  await team('t_leave', { anna: PER_MONTH(100), owner: { role: 'owner' } });
  const hold = await held('t_leave', 'anna', 40);
  expect(await spend(0, 't_leave', 'anna', 50)).toBe('done');
  expect(await rig.second.members.remove('t_leave', 'anna', {})).toMatchObject({
    left_at: expect.any(String),
  });
  const codes = await together(10, (i) => spend(i, 't_leave', 'anna'));
  expect(tally(codes)).toEqual({ not_a_member: 10 });
  await rig.second.capture(hold.id, { amount: 30 }, {});
  const back = await rig.first.members.put('t_leave', 'anna', PER_MONTH(100), {});
  expect(back).toMatchObject({ left_at: null, period: { used: 80, remaining: 20 } });
  expect(await spend(1, 't_leave', 'anna', 21)).toBe('member_limit_reached');
  await expectWhole(rig);
});

test('spending races with leaving: what was done before is counted, nothing is done after', async () => {
  await team('t_exit', { anna: PER_MONTH(900), owner: { role: 'owner' } });
  const spending = together(60, (i) => spend(i, 't_exit', 'anna'));
  const [codes] = await Promise.all([spending, rig.second.members.remove('t_exit', 'anna', {})]);
  const done = codes.filter((code) => code === 'done').length;
  expect(tally(codes)).toEqual({
    ...(done > 0 ? { done } : {}),
    ...(done < 60 ? { not_a_member: 60 - done } : {}),
  });
  expect(await periodOf('t_exit', 'anna')).toMatchObject({ used: done });
  expect((await rig.first.balance('t_exit')).total).toBe(1_000 - done);
  await expectWhole(rig);
});

test('limits are per calendar day of the team, also where a day has 23 hours', async () => {
  const clocked = await openRig({ engines: [{}, {}], testClock: true });
  try {
    const { first, second } = clocked;
    await first.setTestClock('2026-03-28T22:30:00.000Z');
    await first.putAccount('t_day', { kind: 'team', time_zone: 'Europe/Berlin' });
    await first.grant('t_day', { class: 'purchased', amount: 1_000 }, {});
    const limit = { amount: 10, per: 'day' } as const;
    await first.members.put('t_day', 'anna', { role: 'member', limit }, {});
    const take = (amount: number) => codeOf(second.consume('t_day', { amount, member: 'anna' }, {}));
    expect(await take(10)).toBe('done');
    expect(await take(1)).toBe('member_limit_reached');
    await first.setTestClock('2026-03-28T23:00:00.000Z');
    expect(await take(10)).toBe('done');
    const refused = await second.consume('t_day', { amount: 1, member: 'anna' }, {}).catch((error) => error);
    expect(refused.toProblem()).toMatchObject({
      ...{ status: 409, code: 'member_limit_reached', member: 'anna', required: 1, limit: 10, per: 'day' },
      ...{ used: 10, held: 0, extra: 0, remaining: 0, resets_at: '2026-03-29T22:00:00.000Z' },
    });
    await first.setTestClock('2026-03-29T21:59:59.999Z');
    expect(await take(1)).toBe('member_limit_reached');
    await first.setTestClock('2026-03-29T22:00:00.000Z');
    expect(await take(10)).toBe('done');
    await first.setTestClock('2026-04-01T00:00:00.000Z');
    // A limit per month finds nothing used in April, and what was used on the day.
    await first.members.put('t_day', 'anna', { role: 'member', limit: { amount: 15, per: 'month' } }, {});
    expect(await take(15)).toBe('done');
    expect(await take(1)).toBe('member_limit_reached');
    await expectWhole(clocked);
  } finally {
    await clocked.close();
  }
});

test('a hold that times out gives back what it took of the limit', async () => {
  await team('t_out', { anna: PER_MONTH(10) });
  await held('t_out', 'anna', 10, 5);
  expect(await spend(0, 't_out', 'anna')).toBe('member_limit_reached');
  await rig.first.advanceTestClock('PT5S');
  expect(await spend(1, 't_out', 'anna', 10)).toBe('done');
  const { data } = await rig.first.entries('t_out', { member: 'anna' });
  expect(data.map(({ type, member }) => [type, member])).toEqual([
    ['consume', 'anna'],
    ['release', 'anna'],
    ['hold', 'anna'],
  ]);
  expect((await rig.first.entries('t_out', { member: 'ben' })).data).toEqual([]);
});

const NOTICES = statement<[string], { data: string }>(
  'test.limit_notices',
  `select n.data from drawdown.notices n join drawdown.accounts a on a.number = n.account
    where a.id = $1 and n.type = 'member.limit_reached' order by n.no`,
);

test('that a limit was reached is told once a period, by what used it up or by what was refused', async () => {
  await team('t_told', { anna: PER_MONTH(10), ben: PER_MONTH(10) });
  const told = async () => {
    const { rows } = await rig.database.query(NOTICES, ['t_told']);
    return rows.map(({ data }) => JSON.parse(data));
  };
  const key = { idempotencyKey: 'nine' };
  await rig.first.consume('t_told', { amount: 9, member: 'anna' }, key);
  // A repetition is answered, and reaches nothing.
  await rig.second.consume('t_told', { amount: 9, member: 'anna' }, key);
  expect(await told()).toEqual([]);
  // In one batch with a repetition that is refused at first sight.
  const [codes, again] = await Promise.all([
    together(12, (i) => spend(2 * i, 't_told', 'anna')),
    rig.first.consume('t_told', { amount: 9, member: 'anna' }, key),
  ]);
  expect(again).toMatchObject({ replayed: true });
  expect(tally(codes)).toEqual({ done: 1, member_limit_reached: 11 });
  expect(await spend(0, 't_told', 'ben', 11)).toBe('member_limit_reached');
  expect(await spend(1, 't_told', 'ben', 11)).toBe('member_limit_reached');
  const { resets_at } = await periodOf('t_told', 'anna');
  const of = { account: 't_told', limit: 10, per: 'month', extra: 0, held: 0, resets_at };
  expect(await told()).toEqual([
    { ...of, member: 'anna', used: 10, remaining: 0 },
    { ...of, member: 'ben', used: 0, remaining: 10 },
  ]);
  await rig.first.setTestClock(resets_at);
  expect(await spend(0, 't_told', 'ben', 10)).toBe('done');
  expect((await told()).slice(2)).toMatchObject([{ member: 'ben', used: 10, remaining: 0 }]);
  await expectWhole(rig);
});

test('verify tells a count that is not what the ledger adds up to', async () => {
  await team('t_edit', { anna: PER_MONTH(100) });
  await rig.first.consume('t_edit', { amount: 7, member: 'anna' }, {});
  const edit = (column: string, by: number) =>
    rig.sql(`update drawdown.members m set ${column} = ${column} + ${by} from drawdown.accounts a
              where a.number = m.account and a.id = 't_edit'`);
  const faults = async () => (await verify(rig.database, { account: 't_edit' })).faults;
  for (const column of ['day_used', 'month_used']) {
    await edit(column, -7);
    const what = `member anna: ${column} is not what the entries lead to`;
    expect(await faults()).toEqual([{ account: 't_edit', seq: 2, what }]);
    await edit(column, 7);
  }
  expect(await faults()).toEqual([]);
  const HOLD = statement<[], { holds: bigint }>(
    'test.holds_without_member',
    `select count(*) as holds from drawdown.holds where member is null`,
  );
  expect((await rig.database.query(HOLD, [])).rows[0]?.holds).toBe(0n);
});

test('what is approved beyond a limit stays an amount that can be told, whichever of the two grows', async () => {
  const most = 9_007_199_254_740_991;
  await team('t_most', { anna: PER_MONTH(1) });
  const approve = async (amount: number) => {
    const { id } = await rig.first.requests.ask('t_most', 'anna', { amount }, {});
    return codeOf(rig.first.requests.approve('t_most', 'anna', id, {}));
  };
  expect(await approve(most)).toBe('invalid_amount');
  expect(await approve(most - 1)).toBe('done');
  expect(await periodOf('t_most', 'anna')).toMatchObject({ extra: most - 1, remaining: most });
  expect(await approve(1)).toBe('invalid_amount');
  expect(await codeOf(rig.first.members.put('t_most', 'anna', PER_MONTH(2), {}))).toBe('invalid_amount');
});

test('a quote says what the deduction would: what the limit leaves, with holds, extras and who may not at all', async () => {
  await team('t_quote', { anna: PER_MONTH(60), ben: { role: 'admin' }, owner: { role: 'owner' } });
  await spend(0, 't_quote', 'anna', 10);
  await held('t_quote', 'anna', 20);
  const quote = async (member: string, amount: number) => {
    const given = await rig.second.quote('t_quote', { amount, member }, {});
    if (!('quote' in given)) throw new Error('quoted');
    return given;
  };
  const allowed = await quote('anna', 30);
  expect(allowed.member_limit).toMatchObject({ member: 'anna', limit: 60, per: 'month', extra: 0 });
  expect(allowed.member_limit).toMatchObject({ used: 10, held: 20, remaining: 30, sufficient: true });
  expect(allowed).toMatchObject({ sufficient: true, after: { total: 960, held: 20 } });
  const beyond = await quote('anna', 31);
  // The team has enough, and what would be refused leaves everything as it is.
  expect(beyond).toMatchObject({ sufficient: true, shortfall: 0, after: { total: 990 } });
  expect(beyond.member_limit).toMatchObject({ remaining: 30, sufficient: false });
  const refusal = await rig.first
    .consume('t_quote', { amount: 31, member: 'anna' }, {})
    .catch((error) => error);
  const { sufficient: _, ...told } = beyond.member_limit as wire.QuotedLimit;
  expect(refusal).toMatchObject({ code: 'member_limit_reached', details: { required: 31, ...told } });
  // Without a limit, or without a member, there is none to tell of.
  expect((await quote('ben', 31)).member_limit).toBeNull();
  expect(await codeOf(rig.first.quote('t_quote', { amount: 1, member: 'nobody' }, {}))).toBe('not_a_member');
  await rig.first.putAccount('u_alone', {});
  expect(await codeOf(rig.first.quote('u_alone', { amount: 1, member: 'anna' }, {}))).toBe('invalid_request');
  await team('t_quote_open', {});
  const open = await rig.first.quote('t_quote_open', { amount: 1, member: 'anyone' }, {});
  expect(open).toMatchObject({ member_limit: null, sufficient: true });
});
