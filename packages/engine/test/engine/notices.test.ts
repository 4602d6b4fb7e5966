/** Every piece of news is written with its cause, in order, once; and none of what did not happen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { statement } from '../../src/store/database.ts';
import { CLOCK_START, codeOf, openRig, type Rig, SHIPPED, together } from './rig.ts';

const NOTICES = statement<[string], { no: bigint; type: string; at: bigint; data: string }>(
  'test.notices',
  `select n.no, n.type, n.at, n.data from drawdown.notices n join drawdown.accounts a on a.number = n.account
    where a.id = $1 order by n.no`,
);

const TOLD = readCatalog({
  ...shippedCatalog,
  policies: {
    ...shippedCatalog.policies,
    notices: {
      types: [...SHIPPED.policies.notices.types, 'credits.consumed'],
      balance_low: [{ below: 50, recovered_at: 60 }],
    },
  },
});

const DAY = 86_400_000;

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ testClock: true, catalog: TOLD, engines: [{}, {}] });
});

afterAll(() => rig?.close());

async function told(account: string) {
  const { rows } = await rig.database.query(NOTICES, [account]);
  return rows.map(({ type, at, data }) => ({ type, at: Number(at), data: JSON.parse(data) }));
}

const typesOf = async (account: string) => (await told(account)).map(({ type }) => type);

test('what is granted, spent, held and times out is told, in order', async () => {
  const { grant } = await rig.first.grant(
    'u_1',
    { class: 'promotional', amount: 100, valid_for: 'P30D' },
    { idempotencyKey: 'a' },
  );
  const spent = await rig.second.consume('u_1', { feature: 'ai_script' }, { idempotencyKey: 'b' });
  const held = await rig.first.hold('u_1', { amount: 30, ttl_seconds: 60 }, { idempotencyKey: 'h' });
  await rig.first.advanceTestClock('PT1M');
  const notices = await told('u_1');
  expect(notices.map(({ type }) => type)).toEqual([
    'credits.granted',
    'credits.consumed',
    // 75 are left of which 30 are held.
    'credits.balance_low',
    'hold.timed_out',
    'credits.balance_recovered',
  ]);
  const { operation } = spent as { operation: { id: string } };
  expect(notices.map(({ data }) => data)).toMatchObject([
    { account: 'u_1', grant: grant.id, amount: 100, class: 'promotional', version: 1, balance_after: 100 },
    { operation: operation.id, amount: 25, feature: 'ai_script', draws: [{ grant: grant.id, amount: 25 }] },
    { available: 45, threshold: 50, version: 3 },
    { hold: 'hold' in held && held.hold.id, amount: 30, operation: null, version: 4, balance_after: 75 },
    { available: 75, threshold: 50 },
  ]);
  expect(notices[3]?.at).toBe(CLOCK_START + 60_000);
});

test('a low balance is told once until it has recovered, also between two processes', async () => {
  await rig.first.grant('u_low', { class: 'purchased', amount: 100 }, { idempotencyKey: 'a' });
  const spend = (engine: Rig['first'], amount: number) => engine.consume('u_low', { amount }, {});
  await spend(rig.first, 51);
  await rig.second.grant('u_low', { class: 'purchased', amount: 6 }, { idempotencyKey: 'b' });
  await spend(rig.second, 10);
  const about = (types: string[]) => types.filter((type) => type.includes('balance'));
  expect(about(await typesOf('u_low'))).toEqual(['credits.balance_low']);
  await rig.first.grant('u_low', { class: 'purchased', amount: 20 }, { idempotencyKey: 'c' });
  expect(about(await typesOf('u_low'))).toEqual(['credits.balance_low', 'credits.balance_recovered']);
  // Of all that cross it at once, one does.
  await together(15, (i) => spend(i % 2 === 0 ? rig.first : rig.second, 2));
  expect(about(await typesOf('u_low'))).toEqual([
    'credits.balance_low',
    'credits.balance_recovered',
    'credits.balance_low',
  ]);
});

test('who never was low does not recover', async () => {
  await rig.first.grant('u_new', { class: 'purchased', amount: 500 }, { idempotencyKey: 'a' });
  expect(await typesOf('u_new')).toEqual(['credits.granted']);
});

test('a refused change tells nothing', async () => {
  await rig.first.grant('u_poor', { class: 'purchased', amount: 5 }, { idempotencyKey: 'a' });
  expect(await codeOf(rig.first.consume('u_poor', { amount: 6 }, {}))).toBe('insufficient_credits');
  expect(await typesOf('u_poor')).toEqual(['credits.granted']);
});

test('what is rolled back at its commit tells nothing', async () => {
  await rig.first.putAccount('u_undone', {});
  await rig.sql(`create function test_refuse() returns trigger language plpgsql as
    $$ begin raise exception 'not this one'; end $$`);
  await rig.sql(`create constraint trigger test_refuse after insert on drawdown.entries
    deferrable initially deferred for each row execute function test_refuse()`);
  const grant = () => rig.first.grant('u_undone', { class: 'purchased', amount: 5 }, { idempotencyKey: 'a' });
  expect(await codeOf(grant())).toBe('internal');
  await rig.sql('drop trigger test_refuse on drawdown.entries; drop function test_refuse()');
  expect(await typesOf('u_undone')).toEqual([]);
  await grant();
  expect(await typesOf('u_undone')).toEqual(['credits.granted']);
});

test('a lot is announced before it expires, and told when it has', async () => {
  const now = Date.parse((await rig.first.advanceTestClock('PT1S')).now);
  await rig.first.grant(
    'u_exp',
    { class: 'purchased', amount: 100, valid_for: 'P40D' },
    { idempotencyKey: 'a' },
  );
  await rig.first.grant(
    'u_exp',
    { class: 'promotional', amount: 10, valid_for: 'P2D' },
    { idempotencyKey: 'b' },
  );
  await rig.first.grant(
    'u_exp',
    { class: 'promotional', amount: 7, valid_for: 'P5D' },
    { idempotencyKey: 'c' },
  );
  await rig.first.consume('u_exp', { amount: 12 }, { idempotencyKey: 'd' });
  for (let day = 1; day <= 41; day += 1) {
    // Both look at once.
    await rig.first.advanceTestClock('P1D');
    await Promise.all(rig.engines.map((engine) => engine.balance('u_exp')));
  }
  const notices = (await told('u_exp')).slice(3).filter(({ type }) => /expir/.test(type));
  expect(notices.map(({ type, at, data }) => [type, (at - now) / DAY, data.amount, data.days_left])).toEqual([
    // The ten were drawn first and are empty: nobody needs to be told of their end.
    ['credits.expiring', 2, 5, 3],
    ['credits.expiring', 4, 5, 1],
    ['credits.expired', 5, 5, undefined],
    ['credits.expiring', 10, 100, 30],
    ['credits.expiring', 33, 100, 7],
    ['credits.expiring', 39, 100, 1],
    ['credits.expired', 40, 100, undefined],
  ]);
});

test('who was away announces the last that was missed, and an extended lot by its new end', async () => {
  const { grant } = await rig.first.grant(
    'u_away',
    { class: 'purchased', amount: 9, valid_for: 'P40D' },
    { idempotencyKey: 'a' },
  );
  await rig.first.advanceTestClock('P34D');
  const announced = async () =>
    (await told('u_away'))
      .filter(({ type }) => type === 'credits.expiring')
      .map(({ data }) => data.days_left);
  expect(await announced()).toEqual([7]);
  const later = new Date(Date.parse(grant.expires_at as string) + 60 * DAY).toISOString();
  await rig.first.extendGrant(grant.id, { expires_at: later, reason: 'kept' }, { idempotencyKey: 'b' });
  await rig.first.advanceTestClock('P6D');
  expect(await announced()).toEqual([7]);
  await rig.first.advanceTestClock('P30D');
  expect(await announced()).toEqual([7, 30]);
});

const REMINDERS = statement<[string], { count: bigint }>(
  'test.reminders',
  `select count(*) as count from drawdown.notice_reminders r join drawdown.accounts a on a.number = r.account
    where a.id = $1`,
);

async function reminders(account: string): Promise<number> {
  return Number((await rig.database.query(REMINDERS, [account])).rows[0]?.count);
}

test('what ends before its time is announced no more', async () => {
  const give = (account: string) =>
    rig.first.grant(account, { class: 'promotional', amount: 9, valid_for: 'P40D' }, {});
  const { grant } = await give('u_void');
  expect(await reminders('u_void')).toBe(1);
  await rig.first.voidGrant(grant.id, { reason: 'asked' }, {});
  expect(await reminders('u_void')).toBe(0);
  await give('u_closed');
  await rig.first.life.closures.close('u_closed', { reason: 'left' }, { actor: 'staff' });
  expect(await reminders('u_closed')).toBe(0);
  await give('u_merged');
  await give('u_kept');
  await rig.first.life.merges.merge('u_merged', { into: 'u_kept', reason: 'same' }, { actor: 'staff' });
  expect(await reminders('u_merged')).toBe(0);
  expect(await reminders('u_kept')).toBe(2);
});

test('what older versions left of closed accounts holds up nobody, and goes', async () => {
  await rig.first.grant('u_live', { class: 'promotional', amount: 5, valid_for: 'P4D' }, {});
  await rig.first.putAccount('u_old', {});
  await rig.first.life.closures.close('u_old', { reason: 'left' }, { actor: 'staff' });
  await rig.sql(`insert into drawdown.notice_reminders (account, grant_no, days, due_at, bucket)
    select a.number, i, '{1}', 1, 0 from drawdown.accounts a, generate_series(1, 600) i where a.id = 'u_old'`);
  // And of an account that cannot be written at all.
  await rig.sql(`insert into drawdown.notice_reminders (account, grant_no, days, due_at, bucket)
    select 999999999, i, '{1}', 0, 0 from generate_series(1, 600) i`);
  await rig.first.advanceTestClock('P2D');
  const lastMoment = performance.now() + 20_000;
  while (!(await typesOf('u_live')).includes('credits.expiring') && performance.now() < lastMoment)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await typesOf('u_live')).toContain('credits.expiring');
  expect(await reminders('u_old')).toBe(0);
  await rig.sql('delete from drawdown.notice_reminders where account = 999999999');
});

test('what comes back into an empty lot is announced', async () => {
  await rig.first.grant('u_back', { class: 'purchased', amount: 10, valid_for: 'P31D' }, {});
  const spent = await rig.first.consume('u_back', { amount: 10 }, {});
  await rig.first.advanceTestClock('P2D');
  await rig.first.refund((spent as { operation: { id: string } }).operation.id, { reason: 'failed' }, {});
  await rig.first.advanceTestClock('P23D');
  const expiring = (await told('u_back')).filter(({ type }) => type === 'credits.expiring');
  expect(expiring.map(({ data }) => data.days_left)).toEqual([7]);
});

test('of several expiries that were entered late, the one that crossed it says when the balance was low', async () => {
  const give = (amount: number, hours: number) =>
    rig.first.grant('u_late', { class: 'promotional', amount, valid_for: `PT${hours}H` }, {});
  const hold = () => rig.first.hold('u_late', { amount: 20, ttl_seconds: 86_400 }, {});
  await give(5, 1);
  const { grant } = await give(90, 2);
  await give(25, 3);
  await give(10, 40);
  const frozen = await give(100, 50);
  await rig.first.freezeGrant(frozen.grant.id, { reason: 'asked' }, {});
  // Of the lot that ends first: 5 of it, and 15 of the next.
  await hold();
  await rig.first.advanceTestClock('P1D');
  const notices = await told('u_late');
  const low = notices.find(({ type }) => type === 'credits.balance_low');
  expect(low?.at).toBe(Date.parse(grant.expires_at as string));
  expect(low?.data.available).toBe(35);
  const late = notices.slice(5).map(({ type, at, data }) => [type, at, data.version]);
  expect(late).toEqual([...late].sort(([, a], [, b]) => Number(a) - Number(b)));
  expect(late.map(([type]) => type)).toContain('credits.balance_low');
  expect(late.at(-1)?.[0]).not.toBe('credits.balance_low');
  expect(late.map(([, , version]) => version)).toEqual(
    late.map(([, , version]) => Number(version)).sort((a, b) => a - b),
  );
});

test('numbers only grow, and no notice is told of twice or out of order', async () => {
  await rig.first.grant('u_busy', { class: 'purchased', amount: 1_000 }, { idempotencyKey: 'a' });
  await together(200, (i) => (i % 2 === 0 ? rig.first : rig.second).consume('u_busy', { amount: 1 }, {}));
  const versions = (await told('u_busy')).map(({ data }) => data.version);
  expect(versions).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
});
