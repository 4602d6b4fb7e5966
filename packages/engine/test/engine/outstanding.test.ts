/** Paid credits that nobody has used: asked for at the time, or asked for later, it is the same. */
import type * as wire from '@drawdown/client';
import { expect, test } from 'vitest';
import { formatInstant } from '../../src/core/calendar.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { call } from './campaign-rig.ts';
import { codeOf, openRig, type Rig } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

const LONG = { timeout: 120_000 };
const DAY = 86_400_000;

/** From the lots as an account shows them at this moment. */
async function shown(rig: Rig, ids: readonly string[], now: number) {
  const begun = { lots: 0, credits: 0, held: 0, money: 0 };
  const scheduled = { lots: 0, credits: 0, money: 0 };
  const expiring = [0, 0, 0, 0, 0];
  for (const id of ids) {
    for (let cursor: { cursor?: string } = {}; ; ) {
      const page = await rig.first.grants(id, { state: 'all', limit: 200, ...cursor });
      for (const lot of page.data) {
        const isScheduled = lot.effective_at > formatInstant(now);
        if (lot.cost === null || lot.cost.amount_minor === 0 || lot.remaining === 0) continue;
        // A lot that was voided before its start has nothing left, though its remainder is shown as what it would have had.
        if (lot.state === 'voided' && isScheduled) continue;
        const sums = isScheduled ? scheduled : begun;
        sums.lots += 1;
        sums.credits += lot.remaining;
        sums.money += Math.ceil((lot.cost.amount_minor * lot.remaining) / lot.amount);
        if (isScheduled) continue;
        begun.held += lot.held;
        const days = lot.expires_at === null ? null : (Date.parse(lot.expires_at) - now) / DAY;
        const age = days === null ? 4 : [30, 90, 365].filter((limit) => days > limit).length;
        expiring[age] = (expiring[age] as number) + lot.remaining;
      }
      if (page.next_cursor === null) break;
      cursor = { cursor: page.next_cursor };
    }
  }
  return { ...begun, scheduled, expiring };
}

function summed({ rows }: wire.OutstandingReport) {
  const sum = (pick: (row: wire.OutstandingRow) => number) => rows.reduce((all, row) => all + pick(row), 0);
  return {
    lots: sum((row) => row.lots),
    credits: sum((row) => row.credits),
    held: sum((row) => row.held),
    money: sum((row) => row.money),
    scheduled: {
      lots: sum((row) => row.scheduled.lots),
      credits: sum((row) => row.scheduled.credits),
      money: sum((row) => row.scheduled.money),
    },
    expiring: [0, 1, 2, 3, 4].map((age) => sum((row) => row.expiring[age]?.credits ?? 0)),
  };
}

test('at the time it is what the lots show, and later it is told the same', LONG, async () => {
  const rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false });
  try {
    await setTestClock(rig.database, Date.UTC(2026, 0, 30, 9));
    const then: { at: string; told: unknown }[] = [];
    let rounds = 0;
    const look = async (now: number) => {
      const at = formatInstant(now);
      const report = await rig.first.reports.outstanding({ at });
      expect(summed(report)).toEqual(await shown(rig, work.accounts, now));
      then.push({ at, told: report.rows });
    };
    const work = new Workload(rig.first, {
      seed: 11,
      accounts: 10,
      // Nobody does anything in this very instant before it is looked at.
      pass: async (instant) => {
        await setTestClock(rig.database, instant + 1);
        rounds += 1;
        if (rounds % 12 === 0) await look(instant + 1);
        return async () => undefined;
      },
    });
    await work.run(96);
    expect(then.some(({ told }) => (told as wire.OutstandingRow[]).some((row) => row.held > 0))).toBe(true);
    expect(
      then.some(({ told }) => (told as wire.OutstandingRow[]).some((row) => row.scheduled.lots > 0)),
    ).toBe(true);
    await setTestClock(rig.database, Date.UTC(2026, 8, 1));
    for (const { at, told } of then) {
      const again = await rig.first.reports.outstanding({ at });
      expect(again.rows).toEqual(told);
      expect(again.final).toBe(true);
    }
    expect(await codeOf(rig.first.reports.outstanding({ at: '2027-01-01T00:00:00Z' }))).toBe(
      'invalid_request',
    );
  } finally {
    await rig.close();
  }
});

test(
  'what has not begun is told as it was also when it was merged away or taken back since',
  LONG,
  async () => {
    const rig = await openRig({ testClock: true, sweep: false });
    try {
      const cost = { amount_minor: 1000, currency: 'USD' };
      const ahead = { class: 'purchased', amount: 30, cost, effective_at: '2026-06-01T00:00:00Z' };
      for (const account of ['u_from', 'u_into']) await rig.first.putAccount(account, {});
      await rig.first.grant('u_from', ahead, call());
      await rig.first.grant('u_from', { ...ahead, amount: 20 }, call());
      await rig.first.grant('u_from', { class: 'purchased', amount: 10, cost }, call());
      const at = '2026-02-01T00:00:00.000Z';
      await setTestClock(rig.database, Date.parse(at));
      const told = async () => summed(await rig.first.reports.outstanding({ at }));
      const before = await told();
      expect(before).toMatchObject({ credits: 10, scheduled: { lots: 2, credits: 50, money: 2000 } });
      await setTestClock(rig.database, Date.parse(at) + DAY);
      await rig.first.life.merges.merge('u_from', { into: 'u_into', reason: 'one person' }, call());
      expect(await told()).toEqual(before);
      await setTestClock(rig.database, Date.parse(at) + 2 * DAY);
      const later = formatInstant(Date.parse(at) + 2 * DAY);
      expect(summed(await rig.first.reports.outstanding({ at: later }))).toEqual(before);
    } finally {
      await rig.close();
    }
  },
);

test('the closing of a roll-forward is what is outstanding at its end', LONG, async () => {
  const rig = await openRig({ testClock: true, sweep: false });
  try {
    await rig.first.putAccount('u_1', {});
    const cost = { amount_minor: 1000, currency: 'USD' };
    const metadata = { channel: 'invoice' };
    await rig.first.grant(
      'u_1',
      { class: 'purchased', amount: 30, cost, metadata, valid_for: 'P60D' },
      call(),
    );
    await rig.first.grant(
      'u_1',
      { class: 'purchased', amount: 30, cost, metadata, effective_at: '2026-02-01T00:00:00Z' },
      call(),
    );
    await rig.first.grant('u_1', { class: 'purchased', amount: 30 }, call());
    const { grant } = await rig.first.grant(
      'u_1',
      { class: 'purchased', amount: 30, cost, metadata, effective_at: '2026-03-01T00:00:00Z' },
      call(),
    );
    await rig.first.consume('u_1', { amount: 10 }, call());
    const at = '2026-02-01T00:00:00.000Z';
    await setTestClock(rig.database, Date.parse(at));
    const now = await rig.first.reports.outstanding({ at });
    expect(now.rows).toMatchObject([
      {
        ...{
          class: 'purchased',
          currency: 'USD',
          channel: 'invoice',
          lots: 1,
          credits: 20,
          money: 667,
          held: 0,
        },
        scheduled: { lots: 2, credits: 60, money: 2000 },
        expiring: [
          { credits: 0 },
          { expires: 'within_90_days', credits: 20, money: 667 },
          {},
          {},
          { credits: 0 },
        ],
      },
    ]);
    const { periods } = await rig.first.reports.rollForward({
      from: '2026-01',
      to: '2026-02',
      group_by: 'channel',
    });
    const row = periods[0]?.rows.find((one) => one.channel === 'invoice');
    expect([row?.credits.closing, row?.money[0]?.closing]).toEqual([20, 667]);
    // In the present the instant itself counts: the second lot has begun.
    expect((await rig.first.reports.outstanding({})).rows).toMatchObject([
      { lots: 2, credits: 50, money: 1667 },
    ]);
    await rig.first.voidGrant(grant.id, { reason: 'ordered twice' }, call());
    expect((await rig.first.reports.outstanding({})).rows).toMatchObject([{ scheduled: { lots: 0 } }]);
    await setTestClock(rig.database, Date.UTC(2026, 6, 1));
    expect((await rig.first.reports.outstanding({ at })).rows).toEqual(now.rows);

    // Of what was sold in each month: the first lot lapsed, the second is still there.
    const { rows, cohorts } = await rig.first.reports.breakage({ from: '2026-01', to: '2026-04' });
    expect(rows).toEqual([
      { class: 'purchased', currency: 'USD', channel: 'invoice', credits: 20, money: 667 },
    ]);
    expect(cohorts).toMatchObject([
      {
        from: '2026-01-01T00:00:00.000Z',
        sold: { credits: 30, money: 1000 },
        used: { credits: 10, money: 333 },
        expired: { credits: 20, money: 667 },
        open: { credits: 0, money: 0 },
        rates: { used: 0.3333, expired: 0.6667, reversed: 0, other: 0, open: 0 },
      },
      {
        from: at,
        sold: { credits: 30, money: 1000 },
        open: { credits: 30, money: 1000 },
        rates: { open: 1 },
      },
    ]);
    const csv = (await rig.first.reports.breakageCsv({ from: '2026-01', to: '2026-04' })).split('\r\n');
    expect(csv.slice(0, 3)).toEqual([
      'what,from,to,class,currency,channel,unit,sold,used,expired,reversed,other,open',
      'breakage,2026-01-01T00:00:00.000Z,2026-04-01T00:00:00.000Z,purchased,USD,invoice,credits,,,20,,,',
      'breakage,2026-01-01T00:00:00.000Z,2026-04-01T00:00:00.000Z,purchased,USD,invoice,USD,,,667,,,',
    ]);
    expect(csv).toHaveLength(8);
    const lines = (await rig.first.reports.outstandingCsv({ at })).split('\r\n');
    expect(lines).toContain('2026-02-01T00:00:00.000Z,purchased,USD,invoice,total,1,20,667');
    expect(lines).toContain('2026-02-01T00:00:00.000Z,purchased,USD,invoice,scheduled,2,60,2000');
  } finally {
    await rig.close();
  }
});
