/** Opening and everything between is closing: for each month, to the credit and to the minor unit. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { formatInstant, periodStarts } from '../../src/core/calendar.ts';
import type { Fact } from '../../src/sources/purchase-state.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { call } from './campaign-rig.ts';
import { flat, told } from './report-model.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig, together } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

const LONG = { timeout: 120_000 };
const COLUMNS = [
  ...['opening', 'sold', 'granted', 'refunded', 'reversed', 'used', 'expired', 'voided', 'cashed_out'],
  ...['adjusted', 'transferred'],
] as const;

/** Every line of every period closes, and opens with what the one before closed with. */
function expectClosing({ periods }: wire.RollForward): void {
  for (const [nth, { rows }] of periods.entries()) {
    for (const row of rows) {
      const lines = [row.credits, ...row.money] as unknown as Record<string, number>[];
      for (const line of lines) {
        expect(COLUMNS.reduce((sum, one) => sum + (line[one] as number), 0)).toBe(line.closing);
      }
      const isSame = (one: wire.RollForwardRow) =>
        one.class === row.class && one.currency === row.currency && one.channel === row.channel;
      const next = periods[nth + 1]?.rows.find(isSame);
      if (next !== undefined) expect(next.credits.opening).toBe(row.credits.closing);
    }
  }
}

describe('under every verb at once', () => {
  let rig: Rig;
  let work: Workload;

  beforeAll(async () => {
    rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false, engines: [{}, {}] });
    await setTestClock(rig.database, Date.UTC(2026, 0, 30, 9));
    work = new Workload(rig.first, {
      seed: 7,
      accounts: 12,
      pass: async (instant) => {
        await setTestClock(rig.database, instant);
        return async () => undefined;
      },
    });
    await work.run(80);
  }, 120_000);

  afterAll(async () => {
    await expectWhole(rig);
    await rig.close();
  });

  test.each(['UTC', 'Europe/Berlin', 'America/New_York'])(
    '%s: as the ledgers tell it',
    LONG,
    async (zone) => {
      const bounds = periodStarts('month', Date.UTC(2026, 0, 15), Date.UTC(2026, 5, 15), zone);
      const [from, to] = [bounds[0], bounds.at(-1)].map((one) => formatInstant(one as number)) as [
        string,
        string,
      ];
      await setTestClock(rig.database, Date.UTC(2026, 5, 20));
      const report = await rig.second.reports.rollForward({ from, to, time_zone: zone });
      expect(report.periods.map((one) => one.from)).toEqual(bounds.slice(0, -1).map(formatInstant));
      expectClosing(report);
      const model = await told(rig.first, work.accounts, bounds);
      expect(flat(report)).toEqual(model);
      // What the seed has reached, so that the comparison says something.
      const seen = new Set([...model.values()].flatMap((line) => Object.keys(line)));
      for (const column of ['sold', 'granted', 'refunded', 'used', 'expired', 'voided', 'adjusted']) {
        expect(seen).toContain(column);
      }
    },
  );

  test('grouped, filtered or whole: the same sums', LONG, async () => {
    const range = { from: '2026-01', to: '2026-04' };
    const whole = await rig.first.reports.rollForward(range);
    const grouped = await rig.first.reports.rollForward({ ...range, group_by: 'channel,currency' });
    expect(grouped.group_by).toEqual(['currency', 'channel']);
    expectClosing(grouped);
    for (const [nth, period] of whole.periods.entries()) {
      for (const row of period.rows) {
        const parts = grouped.periods[nth]?.rows.filter((one) => one.class === row.class) ?? [];
        for (const column of [...COLUMNS, 'closing'] as const) {
          expect(parts.reduce((sum, one) => sum + one.credits[column], 0)).toBe(row.credits[column]);
        }
      }
      const only = await rig.first.reports.rollForward({ ...range, class: 'purchased' });
      expect(only.periods[nth]?.rows).toEqual(period.rows.filter((one) => one.class === 'purchased'));
    }
  });
});

describe('what each verb comes to', () => {
  let rig: Rig;
  const catalog = readCatalog({
    ...shippedCatalog,
    policies: { ...shippedCatalog.policies, overdraft: { allowed: true, limit: 100 } },
  });

  beforeAll(async () => {
    rig = await openRig({ catalog, testClock: true, sweep: false, payments: { sandbox: true } });
    await setTestClock(rig.database, CLOCK_START);
  });

  afterAll(async () => {
    await expectWhole(rig);
    await rig.close();
  });

  const pass = (instant: string) => setTestClock(rig.database, Date.parse(instant));

  async function rowOf(month: string, next: string, className = 'purchased') {
    const { periods } = await rig.first.reports.rollForward({ from: month, to: next });
    const row = periods[0]?.rows.find((one) => one.class === className) as wire.RollForwardRow;
    const told = (line: object) =>
      Object.fromEntries(Object.entries(line).filter(([, value]) => value !== 0));
    return { credits: told(row.credits), money: row.money.map(told) };
  }

  async function buy(account: string, pack: string, currency: string): Promise<string> {
    const body = { pack, currency, return_url: 'http://localhost/' };
    const { purchase } = await rig.first.purchases.checkout(account, body, { origin: 'http://127.0.0.1' });
    const gross = purchase.price.amount_minor;
    const net = currency === 'EUR' ? gross - 638 : gross;
    await enter(purchase.id, { kind: 'paid', payment: purchase.id, gross, net, currency, at: 1 });
    return purchase.id;
  }

  let events = 0;
  const enter = (purchase: string, ...facts: Fact[]) => {
    events += 1;
    return rig.first.purchases.enter('sandbox', { id: `e${events}`, subject: { purchase }, facts });
  };

  test('sold net in two currencies, with a bonus that nothing was paid for', LONG, async () => {
    await rig.first.putAccount('u_1', {});
    await buy('u_1', 'pack_1200', 'EUR');
    await buy('u_1', 'pack_100', 'USD');
    await rig.first.grant(
      'u_1',
      { class: 'purchased', amount: 7, cost: { amount_minor: 10, currency: 'USD' } },
      call(),
    );
    await rig.first.consume('u_1', { amount: 1 }, call());
    expect(await rowOf('2026-01', '2026-02')).toEqual({
      credits: { sold: 1307, granted: 100, used: -1, closing: 1406 },
      money: [
        { currency: 'EUR', sold: 3361, used: -2, recognised: 2, closing: 3359 },
        { currency: 'USD', sold: 509, closing: 509 },
      ],
    });
  });

  test(
    'held over the end of the month is still outstanding; refunds take back what was recognised',
    LONG,
    async () => {
      const spent = await rig.first.consume('u_1', { amount: 599 }, call());
      await pass('2026-01-31T23:00:00Z');
      const hold = await rig.first.hold('u_1', { amount: 600, ttl_seconds: 7200 }, call());
      if (spent.operation === null || hold.operation === null) throw new Error('charged');
      await pass('2026-02-01T00:30:00Z');
      const january = await rig.first.reports.rollForward({ from: '2026-01', to: '2026-02' });
      expect(january.final).toBe(true);
      expect((await rowOf('2026-01', '2026-02')).money[0]).toMatchObject({ used: -1680, closing: 1681 });
      await rig.first.capture(hold.hold.id, { amount: 400 }, call());
      await rig.first.refund(spent.operation.id, { reason: 'failed' }, call());
      expect(await rowOf('2026-02', '2026-03')).toEqual({
        credits: { opening: 807, refunded: 599, used: -400, closing: 1006 },
        money: [
          { currency: 'EUR', opening: 1681, used: -1120, refunded: 1677, recognised: -557, closing: 2238 },
          { currency: 'USD', opening: 509, closing: 509 },
        ],
      });
      // What was told of January stands.
      expect((await rig.first.reports.rollForward({ from: '2026-01', to: '2026-02' })).periods).toEqual(
        january.periods,
      );
    },
  );

  test('a debt is used up by what is bought next', LONG, async () => {
    await pass('2026-03-01T00:00:00Z');
    await rig.first.putAccount('u_debtor', {});
    await rig.first.grant('u_debtor', { class: 'promotional', amount: 1 }, call());
    await rig.first.consume('u_debtor', { amount: 61, overdraft: true }, call());
    await buy('u_debtor', 'pack_100', 'USD');
    expect((await rowOf('2026-03', '2026-04')).credits).toEqual({
      opening: 1006,
      sold: 100,
      used: -60,
      closing: 1046,
    });
  });

  test('a lost dispute is reversed, a won one comes back; other voids are voids', LONG, async () => {
    await pass('2026-04-01T00:00:00Z');
    await rig.first.putAccount('u_2', {});
    const disputed = await buy('u_2', 'pack_500', 'USD');
    const hold = await rig.first.hold('u_2', { amount: 100 }, call());
    if (hold.operation === null) throw new Error('charged');
    await enter(disputed, { kind: 'dispute', id: 'd', stage: 'opened', amount: 1999, at: 2 });
    await enter(disputed, { kind: 'dispute', id: 'd', stage: 'lost', amount: 1999, at: 3 });
    // What falls back into the lot goes the way of the lot.
    await rig.first.capture(hold.hold.id, { amount: 30 }, call());
    expect(await rowOf('2026-04', '2026-05')).toMatchObject({
      credits: { opening: 1046, sold: 500, used: -30, reversed: -470, closing: 1046 },
      money: [{ currency: 'EUR' }, { sold: 1999, used: -120, reversed: -1879, recognised: 120 }],
    });
    const april = await rig.first.reports.rollForward({ from: '2026-04', to: '2026-05' });
    const cohort = async (from: string, to: string) => {
      const { cohorts } = await rig.first.reports.breakage({ from, to, class: 'purchased' });
      const own = cohorts.filter((one) => one.channel === 'sandbox' && one.currency === 'USD');
      return own.map(({ sold, used, reversed, other, open }) => ({ sold, used, reversed, other, open }));
    };
    const nothing = { credits: 0, money: 0 };
    const sold = { credits: 500, money: 1999 };
    const used = { credits: 30, money: 120 };
    expect(await cohort('2026-04', '2026-05')).toEqual([
      { sold, used, reversed: { credits: 470, money: 1879 }, other: nothing, open: nothing },
    ]);
    await pass('2026-05-01T00:00:00Z');
    await enter(disputed, { kind: 'dispute', id: 'd', stage: 'won', amount: 1999, at: 4 });
    const { grant } = await rig.first.grant('u_2', { class: 'purchased', amount: 9 }, call());
    await rig.first.voidGrant(grant.id, { reason: 'a mistake' }, call());
    expect((await rowOf('2026-05', '2026-06')).credits).toEqual({
      opening: 1046,
      granted: 9,
      reversed: 470,
      voided: -9,
      closing: 1516,
    });
    // What was told of April stands; of what was sold in April nothing is reversed any more, and May sold nothing.
    expect((await rig.first.reports.rollForward({ from: '2026-04', to: '2026-05' })).periods).toEqual(
      april.periods,
    );
    const won = { sold, used, reversed: nothing, other: nothing, open: { credits: 470, money: 1879 } };
    expect(await cohort('2026-04', '2026-06')).toEqual([won]);
    expect(await cohort('2026-05', '2026-06')).toEqual([]);
    // Once more, within the month.
    await pass('2026-05-20T00:00:00Z');
    await enter(disputed, { kind: 'dispute', id: 'again', stage: 'lost', amount: 1999, at: 5 });
    expect(await cohort('2026-04', '2026-06')).toEqual([
      { sold, used, reversed: { credits: 470, money: 1879 }, other: nothing, open: nothing },
    ]);
    await enter(disputed, { kind: 'dispute', id: 'again', stage: 'won', amount: 1999, at: 6 });
    expect(await cohort('2026-04', '2026-06')).toEqual([won]);
    const { periods } = await rig.first.reports.rollForward({ from: '2026-04', to: '2026-06' });
    expectClosing({ periods } as wire.RollForward);
    expect(periods[1]?.rows.find((row) => row.class === 'purchased')?.credits.reversed).toBe(470);
  });

  test(
    'a refund into a lot that has expired: the grace lot, for which nothing was paid, and its end',
    LONG,
    async () => {
      await pass('2026-06-01T00:00:00Z');
      const cost = { amount_minor: 100, currency: 'USD' };
      await rig.first.putAccount('u_3', {});
      await rig.first.grant(
        'u_3',
        { class: 'purchased', amount: 10, expires_at: '2026-06-10T00:00:00Z', cost },
        call(),
      );
      const spent = await rig.first.consume('u_3', { amount: 4 }, call());
      if (spent.operation === null) throw new Error('charged');
      await pass('2026-06-25T00:00:00Z');
      await rig.first.refund(spent.operation.id, { reason: 'failed' }, call());
      await pass('2026-07-10T00:00:00Z');
      const june = await rowOf('2026-06', '2026-07');
      expect(june).toMatchObject({
        credits: { opening: 1516, sold: 10, used: -4, expired: -6, refunded: 4, closing: 1520 },
      });
      expect(june.money[1]).toMatchObject({ sold: 100, used: -40, expired: -60, recognised: 100 });
      expect((await rowOf('2026-07', '2026-08')).credits).toEqual({
        opening: 1520,
        expired: -4,
        closing: 1516,
      });
    },
  );

  test('corrections by staff', LONG, async () => {
    await pass('2026-08-01T00:00:00Z');
    await rig.first.adjust('u_3', { amount: 5, class: 'purchased', reason: 'goodwill' }, call());
    await rig.first.adjust('u_3', { amount: -2, class: 'purchased', reason: 'too much' }, call());
    expect((await rowOf('2026-08', '2026-09')).credits).toEqual({
      opening: 1516,
      adjusted: 3,
      closing: 1519,
    });
  });

  test(
    'a year of months with a refill each: expired at the very end of its month, or used',
    LONG,
    async () => {
      await rig.first.putAccount('u_4', {});
      await rig.first.subscriptions.create(
        'u_4',
        {
          plan: 'pro',
          interval: 'year',
          currency: 'USD',
          started_at: '2026-08-01T00:00:00Z',
          ref: 's',
        } as wire.SubscriptionRequest,
        call(),
      );
      await rig.first.consume('u_4', { amount: 100 }, call());
      await pass('2026-11-15T00:00:00Z');
      expect(await rowOf('2026-08', '2026-09', 'subscription')).toEqual({
        credits: { sold: 600, used: -100, closing: 500 },
        money: [{ currency: 'USD', sold: 1499, used: -249, recognised: 249, closing: 1250 }],
      });
      // The lot ends at the instant at which the next month, and the next lot, begins.
      expect(await rowOf('2026-09', '2026-10', 'subscription')).toEqual({
        credits: { opening: 500, sold: 600, expired: -500, closing: 600 },
        money: [
          { currency: 'USD', opening: 1250, sold: 1500, expired: -1250, recognised: 1250, closing: 1500 },
        ],
      });
    },
  );

  test('as CSV: a line for each month, row and unit', LONG, async () => {
    const text = await rig.first.reports.rollForwardCsv({
      from: '2026-04',
      to: '2026-05',
      group_by: 'currency,channel',
      class: 'purchased',
    });
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(
      'from,to,class,currency,channel,unit,opening,sold,granted,refunded,reversed,used,expired,voided,cashed_out,adjusted,transferred,closing,recognised',
    );
    expect(lines).toContain(
      '2026-04-01T00:00:00.000Z,2026-05-01T00:00:00.000Z,purchased,USD,sandbox,USD,699,1999,0,0,-1879,-120,0,0,0,0,0,699,120',
    );
    expect(lines.at(-1)).toBe('');
  });

  test.each([
    [{ from: '2026-02', to: '2026-02' }, 'invalid_request'],
    [{ from: '2026-02', to: '2026-01' }, 'invalid_request'],
    [{ from: '2026-2', to: '2026-03' }, 'invalid_request'],
    [{ from: '2026-02-01T00:00:00.001Z', to: '2026-03' }, 'invalid_request'],
    [{ from: '2026-02-01T00:00:00Z', to: '2026-03', time_zone: 'Europe/Berlin' }, 'invalid_request'],
    [{ from: '2026-01-31T23:00:00Z', to: '2026-03', time_zone: 'Europe/Berlin' }, 'done'],
    [{ from: '2010-01', to: '2026-03' }, 'invalid_request'],
    [{ from: '2026-02', to: '2026-03', time_zone: 'Mars' }, 'invalid_request'],
    [{ from: '2026-02', to: '2026-03', group_by: 'account' }, 'invalid_request'],
    [{ from: '2026-02', to: '2026-03', group_by: 'channel,channel' }, 'invalid_request'],
    [{ from: '2026-02', to: '2026-03', class: 'nothing' }, 'unknown_class'],
  ])('%j: %s', async (query, code) => {
    expect(await codeOf(rig.first.reports.rollForward(query))).toBe(code);
  });
});

test('a month that is over never changes: not by the sweep, not by what comes later', LONG, async () => {
  const rig = await openRig({ testClock: true, sweep: false, engines: [{}, {}] });
  try {
    await together(30, async (i) => {
      await rig.first.putAccount(`u_${i}`, {});
      const expires_at = formatInstant(CLOCK_START + (i % 28) * 86_400_000 + 1);
      await rig.first.grant(`u_${i}`, { class: 'promotional', amount: 10, expires_at }, call());
    });
    await setTestClock(rig.database, Date.UTC(2026, 2, 10));
    const range = { from: '2026-01', to: '2026-03' };
    const [one, other] = await Promise.all([
      rig.first.reports.rollForward(range),
      rig.second.reports.rollForward(range),
    ]);
    expect(one.periods).toEqual(other.periods);
    expect(
      one.periods.map(({ rows }) => rows.find((row) => row.class === 'promotional')?.credits),
    ).toMatchObject([
      { granted: 300, expired: -290, closing: 10 },
      { opening: 10, expired: -10, closing: 0 },
    ]);
    await rig.second.setTestClock('2026-03-11T00:00:00Z');
    await rig.first.grant('u_1', { class: 'promotional', amount: 10 }, call());
    const again = await rig.second.reports.rollForward(range);
    expect(again.periods).toEqual(one.periods);
    expect(again.ledger).toEqual({ accounts: 30, entries: one.ledger.entries + 1 });
  } finally {
    await rig.close();
  }
});

test('final only once the range is over, and no change of it can be under way', LONG, async () => {
  const rig = await openRig({ testClock: true, sweep: false });
  const january = () => rig.first.reports.rollForward({ from: '2026-01', to: '2026-02' });
  try {
    expect((await january()).final).toBe(false);
    await setTestClock(rig.database, Date.UTC(2026, 1, 1));
    const slow = await rig.database.connect();
    await slow.query(statement<[], never>('test.begin', 'begin'), []);
    const unsure = await january();
    expect(unsure.final).toBe(false);
    const waiting = january();
    await slow.query(statement<[], never>('test.rollback', 'rollback'), []);
    expect((await waiting).final).toBe(true);
    await slow.close();
  } finally {
    await rig.close();
  }
});
