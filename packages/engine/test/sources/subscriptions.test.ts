/** Subscriptions: one grant per paid period, on the right instant, whatever arrives when. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectWhole, openRig, type Rig } from '../engine/rig.ts';
import { available, idOf, moveTo, windowsOf } from './subscribing.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ testClock: true, sweep: false, engines: [{}, {}] });
  await moveTo(rig.database, '2026-01-31T10:00:00Z');
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

describe('beginning and renewing', () => {
  test('a subscription grants its first period at once, and each paid period once', async () => {
    const { subscriptions } = rig.first;
    const made = await subscriptions.create('u_1', { plan: 'pro', currency: 'USD', ref: 'in_1' }, {});
    expect(made).toMatchObject({
      replayed: false,
      operation: { type: 'grant', amount: 600 },
      subscription: {
        status: 'active',
        plan: 'pro',
        interval: 'month',
        credits: 600,
        price: { amount_minor: 1999, currency: 'USD' },
        current_period: { start: '2026-01-31T10:00:00.000Z', end: '2026-02-28T10:00:00.000Z', paid: true },
        paid_until: '2026-02-28T10:00:00.000Z',
      },
    });
    expect(available(made.balance)).toEqual([600, 0, 0]);
    const again = await subscriptions.create('u_1', { plan: 'pro', currency: 'USD', ref: 'in_1' }, {});
    expect(again).toMatchObject({ operation: null, subscription: { id: idOf(made) } });
    const sub = idOf(made);
    for (let i = 0; i < 3; i += 1) {
      const renewed = await subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
      expect(renewed.subscription.paid_until).toBe('2026-03-31T10:00:00.000Z');
    }
    expect(await windowsOf(rig.second, 'u_1')).toEqual([
      '2026-01-31T10:00 – 2026-02-28T10:00: 600',
      '2026-02-28T10:00 – 2026-03-31T10:00: 600',
    ]);
    expect(available(await rig.first.balance('u_1', '2026-02-28T10:00:00Z'))).toEqual([600, 0, 0]);
    expect(available(await rig.first.balance('u_1', '2026-03-31T10:00:00Z'))).toEqual([0, 0, 0]);
  });
});
