/** What credits were spent on: the ledger's own entries, added up by feature, member and day. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { usageCsv } from '../../src/usage.ts';
import { codeOf, openRig, type Rig } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

let rig: Rig;
let engine: Engine;

beforeAll(async () => {
  rig = await openRig({ catalog: LENIENT, testClock: true });
  engine = rig.first;
});

afterAll(() => rig?.close());

const at = (instant: string) => engine.setTestClock(instant);
const MARCH = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };

async function article(id: string): Promise<void> {
  await engine.grant(id, { class: 'subscription', amount: 20 }, {});
  await engine.grant(id, { class: 'promotional', amount: 15, valid_for: 'P30D' }, {});
  await engine.grant(id, { class: 'purchased', amount: 100 }, {});
}

/** Short: `ai_script 25 of 2 = 20 + 5 + 0`. */
const shortly = ({ period, feature, member, operations, used, classes, debt }: wire.UsageRow): string =>
  [
    ...(period === undefined ? [] : [period.slice(0, 13)]),
    ...(feature === undefined ? [] : [feature]),
    ...(member === undefined ? [] : [member]),
    `${used} of ${operations} =`,
    classes.map((one) => one.used).join(' + '),
    ...(debt === 0 ? [] : [`and ${debt} owed`]),
  ].join(' ');

test('what each feature used, class by class, less what was refunded', async () => {
  await at('2026-03-02T10:00:00Z');
  await article('u_1');
  const { operation } = (await engine.consume('u_1', { feature: 'ai_script' }, {})) as wire.Receipt;
  await engine.consume('u_1', { feature: 'smart_cutout' }, {});
  await engine.consume('u_1', { amount: 3 }, {});
  const usage = await engine.usage('u_1', MARCH);
  expect(usage.rows.map(shortly)).toEqual([
    'ai_script 25 of 1 = 20 + 5 + 0',
    'smart_cutout 5 of 1 = 0 + 5 + 0',
    ' 3 of 1 = 0 + 3 + 0',
  ]);
  expect(usage).toMatchObject({
    operations: 3,
    spent: 33,
    refunded: 0,
    used: 33,
    group_by: ['feature'],
    per: null,
  });
  await at('2026-04-02T10:00:00Z');
  await engine.refund(operation.id, { amount: 10, reason: 'it was not good' }, {});
  // A refund is told when it is made: the month that is over reads the same for good.
  expect(await engine.usage('u_1', MARCH)).toEqual(usage);
  const april = await engine.usage('u_1', { from: MARCH.to, to: '2026-05-01T00:00:00Z' });
  expect(april.rows).toHaveLength(1);
  expect(april).toMatchObject({ operations: 0, spent: 0, refunded: 10, used: -10 });
});

test('what is held is no use; what is captured is, when it is captured', async () => {
  await at('2026-05-01T10:00:00Z');
  await article('u_held');
  const { hold } = (await engine.hold('u_held', { feature: 'ai_script' }, {})) as wire.HoldReceipt;
  const range = { from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' };
  expect((await engine.usage('u_held', range)).rows).toEqual([]);
  await engine.capture(hold.id, { amount: 7 }, {});
  expect((await engine.usage('u_held', range)).rows.map(shortly)).toEqual(['ai_script 7 of 1 = 7 + 0 + 0']);
});

test('days and months are those of the account, also where one of them has 23 hours', async () => {
  await engine.putAccount('u_berlin', { time_zone: 'Europe/Berlin' });
  await at('2027-03-27T23:30:00Z');
  await engine.grant('u_berlin', { class: 'purchased', amount: 100 }, {});
  const spend = (amount: number) => engine.consume('u_berlin', { amount }, {});
  await spend(1);
  await at('2027-03-28T21:59:59.999Z');
  await spend(2);
  await at('2027-03-28T22:00:00Z');
  await spend(4);
  const range = { from: '2027-03-20T00:00:00Z', to: '2027-05-01T00:00:00Z', group_by: 'feature' };
  const days = await engine.usage('u_berlin', { ...range, per: 'day' });
  expect(days.time_zone).toBe('Europe/Berlin');
  expect(days.rows.map(shortly)).toEqual([
    '2027-03-27T23  3 of 2 = 0 + 0 + 3',
    '2027-03-28T22  4 of 1 = 0 + 0 + 4',
  ]);
  const utc = await engine.usage('u_berlin', { ...range, per: 'day', time_zone: 'UTC' });
  expect(utc.rows.map(shortly)).toEqual([
    '2027-03-27T00  1 of 1 = 0 + 0 + 1',
    '2027-03-28T00  6 of 2 = 0 + 0 + 6',
  ]);
  const months = await engine.usage('u_berlin', { ...range, per: 'month' });
  expect(months.rows.map(shortly)).toEqual(['2027-02-28T23  7 of 3 = 0 + 0 + 7']);
});

test('a team is told member by member, and a member what is their own', async () => {
  await engine.putAccount('t_1', { kind: 'team' });
  await engine.grant('t_1', { class: 'purchased', amount: 100 }, {});
  for (const who of ['mia', 'adam']) await engine.members.put('t_1', who, { role: 'member' }, {});
  const spend = (amount: number, member?: string) =>
    engine.consume('t_1', { amount, feature: 'ai_script', ...(member && { member }) }, {});
  await spend(5, 'mia');
  await spend(10, 'adam');
  await spend(20);
  const all = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
  const both = await engine.usage('t_1', { ...all, group_by: 'feature,member' });
  expect(both.rows.map(shortly)).toEqual([
    'ai_script  20 of 1 = 0 + 0 + 20',
    'ai_script adam 10 of 1 = 0 + 0 + 10',
    'ai_script mia 5 of 1 = 0 + 0 + 5',
  ]);
  const own = await engine.usage('t_1', { ...all, group_by: 'member' }, { sees: 'mia' });
  expect(own.rows.map(shortly)).toEqual(['mia 5 of 1 = 0 + 0 + 5']);
  expect(await engine.usage('t_1', { ...all, group_by: 'member', member: 'mia' })).toEqual(own);
  expect(await codeOf(engine.usage('t_1', { ...all, member: 'adam' }, { sees: 'mia' }))).toBe('forbidden');
});

test('as a table: a line for each row, text that is no formula, and the sum', async () => {
  await at('2028-01-05T00:00:00Z');
  await article('u_csv');
  await engine.consume('u_csv', { feature: 'ai_script' }, {});
  const range = { from: '2028-01-01T00:00:00Z', to: '2028-02-01T00:00:00Z', per: 'month' } as const;
  expect(usageCsv(await engine.usage('u_csv', range)).split('\r\n')).toEqual([
    'period,feature,operations,spent,refunded,used,subscription,promotional,purchased,debt',
    '2028-01-01T00:00:00.000Z,ai_script,1,25,0,25,20,5,0,0',
    'total,,1,25,0,25,20,5,0,0',
    '',
  ]);
});

test('whatever happened: rows are the entries, and used is the classes and the debt', async () => {
  const workload = new Workload(engine, { seed: 11, accounts: 4 });
  await workload.run(120);
  const from = '2028-01-01T00:00:00Z';
  const to = '2029-01-01T00:00:00Z';
  let owed = 0;
  let refunded = 0;
  for (const account of workload.accounts) {
    const entries = (await engine.entries(account, { limit: 200 })).data.filter(({ type }) =>
      ['consume', 'capture', 'refund'].includes(type),
    );
    const usage = await engine.usage(account, { from, to, per: 'day', time_zone: 'UTC' });
    const expected = new Map<string, number>();
    for (const { at: instant, feature, amount, debt } of entries) {
      const key = `${instant.slice(0, 10)} ${feature}`;
      expected.set(key, (expected.get(key) ?? 0) + debt - amount);
    }
    const told = usage.rows.map(({ period = '', feature, used }) => [
      `${period.slice(0, 10)} ${feature}`,
      used,
    ]);
    expect(new Map(told as [string, number][])).toEqual(expected);
    for (const row of [usage, ...usage.rows]) {
      expect(row.classes.reduce((sum, one) => sum + one.used, 0) + row.debt).toBe(row.used);
      expect(row.spent - row.refunded).toBe(row.used);
    }
    expect(usage.operations).toBe(entries.filter(({ type }) => type !== 'refund').length);
    owed += usage.rows.filter(({ debt }) => debt !== 0).length;
    refunded += usage.refunded;
  }
  expect(Math.min(owed, refunded)).toBeGreaterThan(0);
});
