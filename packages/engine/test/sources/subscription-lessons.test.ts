/** Bugs that other systems had with subscriptions, by their number in the list of lessons. */
import type { Grant } from '@drawdown/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { addDuration, formatInstant } from '../../src/core/calendar.ts';
import { Engine } from '../../src/engine.ts';
import { periodAt, periodsOf } from '../../src/sources/subscription-calendar.ts';
import type { Terms } from '../../src/sources/subscription-terms.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf } from '../engine/rig.ts';
import { available, CATALOG, idOf, moveTo, windowsOf, withRig } from './subscribing.ts';

const START = '2027-01-31T10:00:00Z';
const RESET = '2027-02-28T10:00:00.000Z';

test('lesson 1: a reset erases nothing that was purchased, not even in its own class', () =>
  withRig(START, async ({ first, database }) => {
    await first.subscriptions.create('u_1', { plan: 'pro' }, {});
    await first.grant('u_1', { class: 'purchased', amount: 1000, expires_at: null }, {});
    const gift = { class: 'subscription', amount: 50, expires_at: '2027-12-01T00:00:00Z' };
    await first.grant('u_1', gift, {});
    await moveTo(database, RESET);
    expect(available(await first.balance('u_1'))).toEqual([50, 0, 1000]);
  }));

test('lesson 2: a plan that is edited changes nothing for who has it, nor what later payments bring', () =>
  withRig(START, async ({ first, database }) => {
    const sub = idOf(await first.subscriptions.create('u_1', { plan: 'pro', currency: 'USD' }, {}));
    const plans = (CATALOG.source.plans as { id: string; billing: object[] }[]).map((plan) =>
      plan.id === 'pro'
        ? { ...plan, billing: [{ interval: 'month', credits: 1, prices: { USD: 1 } }] }
        : plan,
    );
    const catalog = readCatalog({ ...CATALOG.source, plans } as never);
    const edited = await Engine.open({ database, catalog, testClock: true, sweep: false, allowUnsafe: true });
    expect(available(await edited.balance('u_1'))).toEqual([600, 0, 0]);
    const renewed = await edited.subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
    expect(renewed).toMatchObject({
      operation: { amount: 600 },
      subscription: { price: { amount_minor: 1999 } },
    });
    await edited.close();
  }));

test('lesson 3: credits that arrive while a renewal does are all there', () =>
  withRig(START, async ({ first, second, database }) => {
    const sub = idOf(await first.subscriptions.create('u_1', { plan: 'pro' }, {}));
    await first.consume('u_1', { amount: 250 }, {});
    await moveTo(database, RESET);
    const engines = [first, second];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const engine = engines[i % 2] as Engine;
        return i % 4 < 2
          ? engine.grant('u_1', { class: 'purchased', amount: 5, expires_at: null }, {})
          : engine.subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
      }),
    );
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 100]);
    expect(await windowsOf(second, 'u_1')).toHaveLength(2);
  }));

test('lesson 4: what rolls over is looked at lot by lot, also of a subscription that does not renew', () =>
  withRig(START, async ({ first, database }) => {
    const rolling = await first.subscriptions.create('u_1', { plan: 'rolling' }, {});
    await first.subscriptions.create('u_1', { plan: 'pro' }, {});
    await first.subscriptions.renew('u_1', idOf(rolling), { ref: 'in_2' }, {});
    await first.consume('u_1', { amount: 20 }, {});
    await moveTo(database, RESET);
    // Pro's 580 lapse with their period; 30 of the 100 outlive theirs, beside the next 100.
    expect(available(await first.balance('u_1'))).toEqual([130, 0, 0]);
    await moveTo(database, '2027-03-28T10:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([100, 0, 0]);
  }));

test('lesson 5: a renewal lowers no class and no lot but its own (property)', async () => {
  const lot = fc.record({
    class: fc.constantFrom('subscription', 'promotional', 'purchased'),
    amount: fc.integer({ min: 1, max: 500 }),
    days: fc.option(fc.integer({ min: 1, max: 90 }), { nil: null }),
  });
  const story = fc.record({
    lots: fc.array(lot, { maxLength: 6 }),
    spent: fc.integer({ min: 0, max: 700 }),
    interval: fc.constantFrom('month' as const, 'year' as const),
    lateMs: fc.constantFrom(-1, 0, 1, 5 * 86_400_000),
    twice: fc.boolean(),
  });
  await withRig(START, async ({ first, database }) => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(story, async ({ lots, spent, interval, lateMs, twice }) => {
        n += 1;
        const account = `u_${n}`;
        const begun = await first.now();
        const made = await first.subscriptions.create(account, { plan: 'pro', interval }, {});
        for (const { days, ...more } of lots) {
          const end = days === null ? { expires_at: null } : { valid_for: `P${days}D` };
          await first.grant(account, { ...more, ...end, metadata: { other: true } }, {});
        }
        if (spent > 0 && spent <= 600) await first.consume(account, { amount: spent }, {});
        const whole = await othersOf(first, account);
        const reset = Date.parse(
          made.subscription.next_refill_at ?? (made.subscription.paid_until as string),
        );
        await setTestClock(database, reset + lateMs);
        const before = await othersOf(first, account);
        const times = twice ? 2 : 1;
        for (let i = 0; i < times; i += 1) {
          await first.subscriptions.renew(account, idOf(made), { ref: 'in_2' }, {});
        }
        expect(await othersOf(first, account)).toEqual(before);
        await setTestClock(database, Math.max(reset, await first.now()));
        // What has not come to its own end is as it was before the reset.
        const open = othersOpenAt(await first.now());
        expect(open(await othersOf(first, account))).toEqual(open(whole));
        const [subscription = 0] = available(await first.balance(account));
        expect(subscription).toBeGreaterThanOrEqual(600);
        expect(begun).toBeLessThan(reset);
      }),
      { numRuns: 25, seed: 5 },
    );
  });
}, 60_000);

type Other = Pick<Grant, 'id' | 'remaining' | 'held' | 'expired' | 'voided' | 'state' | 'expires_at'>;

async function othersOf(engine: Engine, account: string): Promise<Other[]> {
  const { data } = await engine.grants(account, { limit: 200 });
  return data
    .filter(({ metadata }) => metadata.other === true)
    .map(({ id, remaining, held, expired, voided, state, expires_at }) => {
      return { id, remaining, held, expired, voided, state, expires_at };
    });
}

const othersOpenAt = (now: number) => (lots: readonly Other[]) =>
  lots.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > now);

test("lesson 6: a period ends by the account's own calendar, at an instant that is shown", () =>
  withRig('2027-02-10T03:00:00Z', async ({ first }) => {
    await first.putAccount('u_1', { time_zone: 'America/Los_Angeles' });
    const { subscription } = await first.subscriptions.create('u_1', { plan: 'pro' }, {});
    // 19:00 on Feb 9 there; a month later it is 19:00 on Mar 9.
    expect(subscription.current_period?.end).toBe('2027-03-10T03:00:00.000Z');
    const { subscription: later } = await first.subscriptions.renew('u_1', subscription.id, { ref: 'a' }, {});
    // Daylight saving began on Mar 14: 19:00 on Apr 9 is an hour earlier in UTC.
    expect(later.paid_until).toBe('2027-04-10T02:00:00.000Z');
    // Where the account moves later, what was agreed stays.
    await first.putAccount('u_1', { time_zone: 'Asia/Tokyo' });
    const { subscription: moved } = await first.subscriptions.renew('u_1', subscription.id, { ref: 'b' }, {});
    expect(moved.paid_until).toBe('2027-05-10T02:00:00.000Z');
  }));

test('lesson 7: the anchor keeps its milliseconds, so no term has two allowances', () =>
  withRig('2027-01-31T23:30:15.789Z', async ({ first, database }) => {
    const sub = idOf(await first.subscriptions.create('u_1', { plan: 'pro' }, {}));
    await first.subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
    const { data } = await first.grants('u_1', {});
    expect(data.map((lot) => [lot.effective_at, lot.expires_at])).toEqual([
      ['2027-01-31T23:30:15.789Z', '2027-02-28T23:30:15.789Z'],
      ['2027-02-28T23:30:15.789Z', '2027-03-31T23:30:15.789Z'],
    ]);
    await moveTo(database, '2027-02-28T00:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
  }));

describe('lesson 8: periods are counted from the original anchor, clamped', () => {
  const terms = (anchor: string, timeZone = 'UTC'): Terms => ({
    plan: 'pro',
    kind: 'personal',
    class: 'subscription',
    interval: 'month',
    refill: 'monthly',
    seats: null,
    sizes: [],
    credits: 1n,
    price: null,
    rollover: null,
    grace: null,
    timeZone,
    anchor: Date.parse(anchor),
    months: 0,
    first: 1,
    startsAt: Date.parse(anchor),
    endsAt: null,
  });
  const ends = (anchor: string, count: number) =>
    Array.from({ length: count }, (_, no) =>
      formatInstant(periodAt(terms(anchor), 0, no).endsAt).slice(5, 10),
    );

  test('May 31 does not slide to July 1, Jan 29 to 31 do not break on February', () => {
    expect(ends('2027-05-31T12:00:00Z', 4)).toEqual(['06-30', '07-31', '08-31', '09-30']);
    expect(ends('2027-01-29T12:00:00Z', 3)).toEqual(['02-28', '03-29', '04-29']);
    expect(ends('2027-01-31T12:00:00Z', 3)).toEqual(['02-28', '03-31', '04-30']);
    expect(ends('2028-01-31T12:00:00Z', 3)).toEqual(['02-29', '03-31', '04-30']);
    expect(ends('2028-02-29T12:00:00Z', 13).at(-2)).toBe('02-28');
  });

  test('periods follow one another without gap or overlap, in any zone, through daylight saving (property)', () => {
    const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) }),
        fc.constantFrom(...zones),
        (anchor, timeZone) => {
          const agreed = terms(formatInstant(anchor), timeZone);
          const month = { years: 0, months: 1, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
          let last = anchor;
          for (const { no, startsAt, endsAt } of periodsOf(agreed, 0, anchor + 500 * 86_400_000)) {
            expect(startsAt).toBe(last);
            expect(endsAt).toBe(addDuration(anchor, month, { timeZone, times: no + 1 }));
            expect(endsAt - startsAt).toBeGreaterThan(27 * 86_400_000);
            last = endsAt;
          }
        },
      ),
      { numRuns: 200, seed: 8 },
    );
  });
});

test('lesson 9: begun, renewed and reset at one and the same instant: one allowance each', () =>
  withRig(START, async ({ first, second, database }) => {
    const made = await first.subscriptions.create('u_1', { plan: 'pro', started_at: START }, {});
    await moveTo(database, RESET);
    await Promise.all(
      [first, second, first].map((engine) =>
        engine.subscriptions.renew(
          'u_1',
          idOf(made),
          { ref: 'in_2', period_end: '2027-03-31T10:00:00Z' },
          {},
        ),
      ),
    );
    // At the boundary the old lot is over and the new one is there: half-open.
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
    expect(await codeOf(first.consume('u_1', { amount: 601 }, {}))).toBe('insufficient_credits');
    expect(await codeOf(first.consume('u_1', { amount: 600 }, {}))).toBe('done');
    const { data } = await first.entries('u_1', { limit: 20 });
    expect(data.map(({ type, at }) => `${type} ${at}`)).toEqual([
      `consume ${RESET}`,
      `grant ${RESET}`,
      `expire ${RESET}`,
      `grant ${formatInstant(Date.parse(START))}`,
    ]);
    expect(await windowsOf(first, 'u_1')).toHaveLength(2);
  }));

test('lesson 11: what was used in a closed period burns nothing that came later', () =>
  withRig(START, async ({ first, database }) => {
    const sub = idOf(await first.subscriptions.create('u_1', { plan: 'pro' }, {}));
    const spent = await first.consume('u_1', { amount: 100 }, {});
    if (spent.operation === null) throw new Error('it is charged');
    await moveTo(database, RESET);
    await first.subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
    // What comes back of a closed period comes with a grace of its own, and the new period stays whole.
    await first.refund(spent.operation.id, { reason: 'it failed' }, {});
    expect(available(await first.balance('u_1'))).toEqual([700, 0, 0]);
    await moveTo(database, '2027-03-07T10:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
  }));
