/** What holds for every report: of one snapshot, stretch by stretch, and of all accounts or of none. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKETS } from '../../src/core/id.ts';
import { setTestClock, TEST_CLOCK } from '../../src/store/clock.ts';
import { closed, NotSettled } from '../../src/store/closing.ts';
import { flowsSince } from '../../src/store/flows.ts';
import { outstandingAt } from '../../src/store/outstanding.ts';
import { stretches } from '../../src/store/stretches.ts';
import { moveTo, withRig } from '../sources/subscribing.ts';
import { call } from './campaign-rig.ts';
import { CLOCK_START, expectWhole, openRig, type Rig, together } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

const LONG = { timeout: 120_000 };

test.each([0, 1, 2, 3, 7, 1023, 1024, 5000])('%i stretches: every account is in one', (wanted) => {
  const all = stretches(wanted);
  expect(all).toHaveLength(Math.min(Math.max(1, wanted), BUCKETS));
  expect(all[0]?.from).toBe(0);
  expect(all.at(-1)?.to).toBe(BUCKETS * 2 ** 40);
  for (const [nth, { from, to }] of all.entries()) {
    expect(to).toBeGreaterThan(from);
    expect(all[nth + 1]?.from ?? to).toBe(to);
  }
});

test('in one stretch or in many: the same sums', LONG, async () => {
  const rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false });
  try {
    await setTestClock(rig.database, Date.UTC(2026, 0, 30, 9));
    const work = new Workload(rig.first, {
      seed: 3,
      accounts: 15,
      pass: async (instant) => {
        await setTestClock(rig.database, instant);
        return async () => undefined;
      },
    });
    await work.run(40);
    const session = await rig.database.connect();
    const bounds = [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)];
    const told = async (count: number) => {
      const asked = { wanted: null, stretches: stretches(count) };
      const byKey = <T extends object>(rows: readonly T[]) =>
        rows
          .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
          .sort();
      return {
        time: byKey(await flowsSince(session, bounds, { by: 'time', ...asked })),
        start: byKey(await flowsSince(session, bounds, { by: 'start', ...asked })),
        outstanding: byKey(await outstandingAt(session, bounds[1] as number, asked)),
      };
    };
    const whole = await told(1);
    expect(whole.time.length).toBeGreaterThan(10);
    expect(whole.outstanding.length).toBeGreaterThan(1);
    for (const count of [2, 5, 64]) expect(await told(count)).toEqual(whole);
    await session.close();
  } finally {
    await rig.close();
  }
});

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ testClock: true, sweep: false, engines: [{}, {}] });
});

afterAll(() => rig?.close());

test('an account that cannot be settled is named, and there is no report without it', LONG, async () => {
  await together(5, async (i) => {
    const expires_at = '2026-01-20T00:00:00Z';
    await rig.first.grant(`u_${i}`, { class: 'promotional', amount: 10, expires_at }, call());
  });
  // The first engine remembers the account, the second one reads what is there.
  await rig.sql(`update drawdown.accounts set total = 0 where id = 'u_3'`);
  await setTestClock(rig.database, Date.UTC(2026, 1, 2));
  const range = { from: '2026-01', to: '2026-02' };
  for (const report of [
    () => rig.second.reports.rollForward(range),
    () => rig.second.reports.breakage(range),
    () => rig.second.reports.outstanding({}),
  ]) {
    await expect(report()).rejects.toMatchObject({ code: 'internal', details: { account: 'u_3' } });
  }
  await rig.sql(`update drawdown.accounts set total = 10 where id = 'u_3'`);
  const { periods } = await rig.second.reports.rollForward(range);
  const row = periods[0]?.rows.find((one) => one.class === 'promotional');
  expect(row?.credits).toMatchObject({ granted: 50, expired: -50, closing: 0 });
  await expectWhole(rig);
});

test('sums that no JSON number carries are refused with the exact sum, never rounded', LONG, async () => {
  const big = await openRig({ testClock: true, sweep: false });
  const most = Number.MAX_SAFE_INTEGER;
  try {
    const { grant, reports } = big.first;
    const give = (account: string, amount: number, minor: number) =>
      grant(account, { class: 'purchased', amount, cost: { amount_minor: minor, currency: 'EUR' } }, call());
    await give('big_1', most, 5);
    const range = { from: '2026-01', to: '2026-02' };
    expect(
      (await reports.rollForward({ ...range, class: 'purchased' })).periods[0]?.rows[0]?.credits,
    ).toMatchObject({
      sold: most,
      closing: most,
    });
    await give('big_2', 2, 5);
    const sum = '9007199254740993';
    const asked = [
      () => reports.rollForward(range),
      () => reports.rollForwardCsv(range),
      () => reports.outstanding({}),
      () => reports.breakage(range),
    ];
    for (const report of asked) {
      await expect(report()).rejects.toMatchObject({ code: 'sum_not_exact', details: { sum } });
    }
    // What is asked for more narrowly is told.
    expect((await reports.rollForward({ ...range, class: 'promotional' })).periods).toHaveLength(1);
    // Money likewise.
    await big.first.consume('big_1', { amount: most }, call());
    await give('big_3', 10, most);
    await expect(reports.outstanding({})).rejects.toMatchObject({ details: { sum: '9007199254740996' } });
  } finally {
    await big.close();
  }
});

test('more accounts than a round takes, and none of them lets itself be settled: it ends', LONG, async () => {
  const count = 1_050;
  await together(count, (i) => rig.first.putAccount(`stuck_${i}`, {}));
  await rig.sql(`update drawdown.accounts set due_at = 1 where id like 'stuck_%'`);
  const asked = new Map<number, number>();
  const settle = async (account: number) => {
    asked.set(account, (asked.get(account) ?? 0) + 1);
  };
  const report = closed(
    { database: rig.database, clock: TEST_CLOCK, settle },
    CLOCK_START,
    async () => 'told',
  );
  await expect(report).rejects.toBeInstanceOf(NotSettled);
  expect(asked.size).toBe(count);
  // Each once before each look.
  expect(new Set(asked.values())).toEqual(new Set([5]));
});

test('a part that rolls over lapses when its own time is over, with its own share of the price', LONG, () =>
  withRig('2027-01-31T10:00:00Z', async ({ first, database }) => {
    await first.subscriptions.create('u_1', { plan: 'rolling', currency: 'USD' }, call());
    await moveTo(database, '2027-02-10T00:00:00Z');
    await first.consume('u_1', { amount: 10 }, call());
    await moveTo(database, '2027-05-01T00:00:00Z');
    const range = { from: '2027-01', to: '2027-05', class: 'subscription' };
    const { periods } = await first.reports.rollForward(range);
    const flows = periods.map(({ rows: [row] }) => [
      [row?.credits.sold, row?.credits.used, row?.credits.expired, row?.credits.closing],
      row?.money.map((one) => [one.sold, one.used, one.expired, one.recognised, one.closing]),
    ]);
    expect(flows).toEqual([
      [[100, 0, 0, 100], [[1000, 0, 0, 0, 1000]]],
      [[0, -10, -60, 30], [[0, -100, -600, 700, 300]]],
      [[0, 0, -30, 0], [[0, 0, -300, 300, 0]]],
      [[0, 0, 0, 0], []],
    ]);
    const { rows, cohorts } = await first.reports.breakage(range);
    expect(rows).toMatchObject([{ credits: 90, money: 900 }]);
    expect(cohorts).toMatchObject([{ sold: { credits: 100 }, used: { credits: 10 }, open: { credits: 0 } }]);
  }),
);
