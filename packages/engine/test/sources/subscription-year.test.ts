/** A year of several subscriptions in seconds, with purchases and promotional lots beside them. */
import type { Balance } from '@drawdown/client';
import { expect, test } from 'vitest';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { available, idOf, moveTo, windowsOf, withRig } from './subscribing.ts';

/** What a person's calendar says, by hand: Jan 31, 23:30 in New York, month by month, in a leap year. */
const NEW_YORK = [
  '2028-02-01T04:30:00.000Z',
  '2028-03-01T04:30:00.000Z',
  // Daylight saving from Mar 12 to Nov 5.
  '2028-04-01T03:30:00.000Z',
  '2028-05-01T03:30:00.000Z',
  '2028-06-01T03:30:00.000Z',
  '2028-07-01T03:30:00.000Z',
  '2028-08-01T03:30:00.000Z',
  '2028-09-01T03:30:00.000Z',
  '2028-10-01T03:30:00.000Z',
  '2028-11-01T03:30:00.000Z',
  '2028-12-01T04:30:00.000Z',
  '2029-01-01T04:30:00.000Z',
  '2029-02-01T04:30:00.000Z',
];

/** Jan 31, 10:00 in UTC, clamped: Feb 29, Mar 31, Apr 30 … */
const UTC = [
  '01-31',
  '02-29',
  '03-31',
  '04-30',
  '05-31',
  '06-30',
  '07-31',
  '08-31',
  '09-30',
  '10-31',
  '11-30',
  '12-31',
].map((day) => `2028-${day}T10:00:00.000Z`);
UTC.push('2029-01-31T10:00:00.000Z');

const before = (instant: string): string => formatInstant(Date.parse(instant) - 1);

/** The account spends, and every reset brings exactly a full refill at exactly its instant. */
async function expectResets(engine: Engine, account: string, resets: readonly string[], credits: number) {
  const { data } = await engine.entries(account, { limit: 200, type: 'grant' });
  const started = data.filter(({ moves }) => moves.some((move) => move.class === 'subscription'));
  expect(started.map((entry) => entry.at).reverse()).toEqual(resets.slice(0, -1));
  expect(started.every(({ amount }) => amount === credits)).toBe(true);
}

const others = (balance: Balance): number[] => available(balance).slice(1);

test('a year: Pro from Jan 31 in UTC and at 23:30 in New York, an annual plan, each reset on its instant', () =>
  withRig('2028-01-31T10:00:00Z', async (rig) => {
    const { first, second } = rig;
    const { subscriptions } = first;
    await first.putAccount('u_ny', { time_zone: 'America/New_York' });
    for (const account of ['u_utc', 'u_ny', 'u_year']) {
      await first.grant(account, { class: 'purchased', amount: 100, expires_at: null }, {});
      await first.grant(account, { class: 'promotional', amount: 15, valid_for: 'P13M' }, {});
    }
    const utc = idOf(await subscriptions.create('u_utc', { plan: 'pro' }, {}));
    await subscriptions.create('u_year', { plan: 'pro', interval: 'year' }, {});
    await moveTo(rig.database, NEW_YORK[0] as string);
    const york = idOf(await subscriptions.create('u_ny', { plan: 'pro' }, {}));

    for (let month = 1; month < 12; month += 1) {
      const reset = UTC[month] as string;
      await moveTo(rig.database, before(reset));
      for (const account of ['u_utc', 'u_year']) {
        expect(available(await first.balance(account))).toEqual([600, 15, 100]);
        await second.consume(account, { amount: 37 }, {});
      }
      // The payment comes early for some, at the instant for others, and days late for the third.
      if (month % 3 === 0) await subscriptions.renew('u_utc', utc, { ref: `m_${month}` }, {});
      await moveTo(rig.database, reset);
      if (month % 3 === 1) await subscriptions.renew('u_utc', utc, { ref: `m_${month}` }, {});
      expect(available(await first.balance('u_year'))).toEqual([600, 15, 100]);
      const york_reset = NEW_YORK[month] as string;
      await moveTo(rig.database, before(york_reset));
      expect(available(await first.balance('u_ny'))).toEqual([600, 15, 100]);
      await second.consume('u_ny', { amount: 41 }, {});
      await second.subscriptions.renew(
        'u_ny',
        york,
        { ref: `m_${month}`, period_end: NEW_YORK[month + 1] as string },
        {},
      );
      await moveTo(rig.database, york_reset);
      expect(available(await first.balance('u_ny'))).toEqual([600, 15, 100]);
      if (month % 3 === 2) await subscriptions.renew('u_utc', utc, { ref: `m_${month}` }, {});
      expect(available(await first.balance('u_utc'))).toEqual([600, 15, 100]);
    }
    await expectResets(first, 'u_year', UTC, 600);
    await expectResets(first, 'u_ny', NEW_YORK, 600);
    const windows = (instants: readonly string[]) =>
      instants.slice(0, -1).map((from, i) => `${from.slice(0, 16)} – ${instants[i + 1]?.slice(0, 16)}: 600`);
    expect(await windowsOf(first, 'u_utc')).toEqual(windows(UTC));
    expect(await windowsOf(first, 'u_ny')).toEqual(windows(NEW_YORK));
    await moveTo(rig.database, UTC[12] as string);
    expect(available(await first.balance('u_year'))).toEqual([0, 15, 100]);
    expect((await subscriptions.list('u_year', {})).data).toMatchObject([{ status: 'past_due' }]);
  }));

test('a year: a team of 15 with seat changes, and a person with two overlapping subscriptions', () =>
  withRig('2028-01-31T10:00:00Z', async (rig) => {
    const { first } = rig;
    const { subscriptions } = first;
    await first.putAccount('t_1', { kind: 'team' });
    for (const account of ['t_1', 'u_two']) {
      await first.grant(account, { class: 'purchased', amount: 500, expires_at: null }, {});
      await first.grant(account, { class: 'promotional', amount: 20, valid_for: 'P2Y' }, {});
    }
    const team = idOf(
      await subscriptions.create('t_1', { plan: 'teams', interval: 'year', seats: 15, currency: 'EUR' }, {}),
    );
    const pro = idOf(await subscriptions.create('u_two', { plan: 'pro' }, {}));
    await moveTo(rig.database, '2028-02-15T08:00:00Z');
    const max = idOf(await subscriptions.create('u_two', { plan: 'max' }, {}));

    const seats: Record<number, number> = { 4: 30, 8: 10 };
    let perMonth = 15 * 600;
    for (let month = 1; month < 12; month += 1) {
      const reset = UTC[month] as string;
      await moveTo(rig.database, before(reset));
      const mine = { team: others(await first.balance('t_1')), two: others(await first.balance('u_two')) };
      await subscriptions.renew('u_two', pro, { ref: `p_${month}` }, {});
      await moveTo(rig.database, reset);
      // Neither reset nor renewal touches another class, nor the lot of the other subscription.
      expect(available(await first.balance('t_1'))).toEqual([perMonth, ...mine.team]);
      const two = await first.grants('u_two', { state: 'active' });
      const left = two.data.filter((lot) => lot.class === 'subscription').map((lot) => lot.remaining);
      expect(left.sort((a, b) => a - b)).toEqual([600, month === 1 ? 1500 : 1490]);
      expect(others(await first.balance('u_two'))).toEqual(mine.two);
      await moveTo(rig.database, fifteenthAfter(reset));
      await subscriptions.renew('u_two', max, { ref: `x_${month}` }, {});
      // Drawn from the Pro lot, which ends sooner… up to its last credit, then from the other.
      await first.consume('u_two', { amount: 610 }, {});
      const wanted = seats[month];
      if (wanted !== undefined) {
        await subscriptions.change('t_1', team, { seats: wanted }, {});
        if (wanted === 30) perMonth = 30 * 600;
        expect(available(await first.balance('t_1'))).toEqual([perMonth, ...mine.team]);
      }
    }
    // Fewer seats from the end of what is paid: the next year is a third.
    await moveTo(rig.database, UTC[12] as string);
    expect(available(await first.balance('t_1'))).toEqual([0, 20, 500]);
    const renewed = await subscriptions.renew('t_1', team, { ref: 'y_2' }, {});
    expect(renewed.subscription).toMatchObject({
      seats: 10,
      credits: 6000,
      price: { amount_minor: 229_990 },
    });
    expect(available(renewed.balance)).toEqual([6000, 20, 500]);
    const { data } = await first.grants('t_1', { limit: 200 });
    const paid = data.reduce((sum, lot) => sum + (lot.cost?.amount_minor ?? 0), 0);
    expect(paid).toBe(15 * 22_999 + 10 * 22_999);
  }));

function fifteenthAfter(instant: string): string {
  const [year = 0, month = 0] = instant.split('-').map(Number);
  return formatInstant(Date.UTC(year, month, 15, 8));
}
