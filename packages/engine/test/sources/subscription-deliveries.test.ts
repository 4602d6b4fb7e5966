/** Law 9: one grant per subscription period, whatever the deliveries. Every order of them is beside this file. */
import type { SubscriptionRequest } from '@drawdown/client';
import { expect, test } from 'vitest';
import { addDuration, formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { together } from '../engine/rig.ts';
import { available, idOf, lotsOf, moveTo, windowsOf, withRig } from './subscribing.ts';

const START = '2027-01-31T10:00:00.000Z';
const MONTH = { years: 0, months: 1, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
const end = (period: number): string =>
  formatInstant(addDuration(Date.parse(START), MONTH, { times: period }));

/** Payments of the periods 2 to 5, each named by its end. */
const EVENTS = [2, 3, 4, 5].map((period) => ({ ref: `in_${period}`, period_end: end(period) }));

const begin = (engine: Engine, account: string, body: Partial<SubscriptionRequest> = {}) =>
  engine.subscriptions.create(account, { plan: 'pro', currency: 'USD', ref: 'in_1', ...body }, {});

test('law 9: a hundred deliveries of four payments at once, under keys of all kinds, by two engines', () =>
  withRig(START, async (rig) => {
    const once = idOf(await begin(rig.first, 'u_1'));
    for (const event of EVENTS) await rig.first.subscriptions.renew('u_1', once, event, {});
    const sub = idOf(await begin(rig.first, 'u_100'));
    const storm = Array.from({ length: 100 }, (_, n) => EVENTS.map((event) => ({ event, n }))).flat();
    const answers = await Promise.all(
      storm.map(({ event, n }) =>
        (rig.engines[n % 2] as Engine).subscriptions.renew('u_100', sub, event, {
          // Some senders bring keys of their own, some repeat one, some bring none.
          ...(n % 3 === 0
            ? {}
            : { idempotencyKey: n % 3 === 1 ? `stripe:${event.ref}` : `${event.ref}:${n}` }),
        }),
      ),
    );
    // Under one key the first answer is given again; else nothing was left to do.
    const granted = answers.filter(({ operation, replayed }) => operation !== null && !replayed);
    expect(granted).toHaveLength(4);
    expect(await lotsOf(rig.first, 'u_100')).toEqual(await lotsOf(rig.second, 'u_1'));
    expect((await rig.second.balance('u_100')).version).toBe(5);
  }));

test('law 9: payments without a period pay one each, and beginnings with one ref are one', () =>
  withRig(START, async (rig) => {
    const made = await together(10, (n) => begin(rig.engines[n % 2] as Engine, 'u_1'));
    expect(new Set(made.map(idOf)).size).toBe(1);
    const sub = idOf(await begin(rig.first, 'u_1'));
    await Promise.all(
      ['a', 'b', 'c', 'a', 'b', 'c'].map((ref, n) =>
        (rig.engines[n % 2] as Engine).subscriptions.renew('u_1', sub, { ref }, {}),
      ),
    );
    // The beginning's own payment, and a period that is paid already, come to nothing.
    await rig.first.subscriptions.renew('u_1', sub, { ref: 'in_1' }, {});
    await rig.first.subscriptions.renew('u_1', sub, { ref: 'late', period_end: end(2) }, {});
    expect(await windowsOf(rig.first, 'u_1')).toEqual([
      '2027-01-31T10:00 – 2027-02-28T10:00: 600',
      '2027-02-28T10:00 – 2027-03-31T10:00: 600',
      '2027-03-31T10:00 – 2027-04-30T10:00: 600',
      '2027-04-30T10:00 – 2027-05-31T10:00: 600',
    ]);
  }));

test('law 9: the end that a provider names may be off by its zone and its seconds', () =>
  withRig(START, async (rig) => {
    await rig.first.putAccount('u_1', { time_zone: 'America/New_York' });
    const sub = idOf(await begin(rig.first, 'u_1'));
    // 2027-03-14 is the first day of daylight saving there: the wall clock's 05:00 is 09:00Z from then on.
    await rig.first.subscriptions.renew('u_1', sub, { ref: 'in_2', period_end: '2027-03-31T10:00:07Z' }, {});
    await rig.first.subscriptions.renew('u_1', sub, { ref: 'in_2b', period_end: '2027-03-31T09:00:00Z' }, {});
    expect(await windowsOf(rig.first, 'u_1')).toEqual([
      '2027-01-31T10:00 – 2027-02-28T10:00: 600',
      '2027-02-28T10:00 – 2027-03-31T09:00: 600',
    ]);
  }));

test('law 9: 40 missed periods catch up to the same balances as daily runs', () =>
  withRig(START, async (rig) => {
    const daily = idOf(await begin(rig.first, 'u_daily'));
    const missed = idOf(await begin(rig.first, 'u_missed'));
    const yearly = idOf(await begin(rig.first, 'u_yearly', { interval: 'year' }));
    const late = idOf(await begin(rig.first, 'u_late', { interval: 'year' }));
    for (let period = 2; period <= 41; period += 1) {
      await moveTo(rig.database, end(period - 1));
      const event = { ref: `in_${period}`, period_end: end(period) };
      await rig.first.subscriptions.renew('u_daily', daily, event, {});
      if (period % 12 === 1) {
        await rig.first.subscriptions.renew('u_yearly', yearly, { ref: `y_${period}` }, {});
      }
      expect(available(await rig.first.balance('u_daily'))).toEqual([600, 0, 0]);
      expect(available(await rig.first.balance('u_yearly'))).toEqual([600, 0, 0]);
    }
    await moveTo(rig.database, formatInstant(Date.parse(end(40)) + 3 * 86_400_000));
    for (let period = 2; period <= 41; period += 1) {
      await rig.second.subscriptions.renew('u_missed', missed, { ref: `in_${period}` }, {});
    }
    for (const year of [2, 3, 4]) {
      await rig.second.subscriptions.renew('u_late', late, { ref: `y_${year}` }, {});
    }
    for (const [one, other] of [
      ['u_daily', 'u_missed'],
      ['u_yearly', 'u_late'],
    ] as const) {
      for (const at of [undefined, end(41), end(42), end(48), end(49)]) {
        const balance = await rig.first.balance(one, at);
        const { version: _, account: __, draw_order: ___, ...same } = balance;
        expect(await rig.first.balance(other, at)).toMatchObject(same);
      }
    }
    const [a] = (await rig.first.subscriptions.list('u_daily', {})).data;
    const [b] = (await rig.first.subscriptions.list('u_missed', {})).data;
    expect(b).toMatchObject({
      paid_until: a?.paid_until,
      status: 'active',
      current_period: a?.current_period,
    });
  }));
