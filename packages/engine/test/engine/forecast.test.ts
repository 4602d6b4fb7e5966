/** What is foretold is what happens: by the draw order, at the recent rate of use, and nothing of it is written. */
import type { Forecast } from '@drawdown/client';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { available, moveTo, withRig } from '../sources/subscribing.ts';

const shortly = ({ at, type, class: id, amount, lapses, expected }: Forecast['events'][number]): string =>
  `${at.slice(0, 10)} ${type} ${amount} ${id}${lapses > 0 ? `, ${lapses} lapse` : ''}${expected ? ', expected' : ''}`;

const day = (no: number): string => `2026-03-${String(no).padStart(2, '0')}T12:00:00Z`;

/** Spends 5 each day of March, from the given day on. */
async function spendDaily(engine: Engine, to: (text: string) => Promise<boolean>, days: [number, number]) {
  for (let no = days[0]; no <= days[1]; no += 1) {
    await to(day(no));
    await engine.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: `day ${no}` });
  }
}

test('a lot that is spent in time is not at risk, one behind it is, by what is left of it', async () => {
  await withRig(day(1), async ({ first, database }) => {
    const to = (text: string) => moveTo(database, text);
    await first.grant('u_1', { class: 'subscription', amount: 100, expires_at: day(29) }, {});
    await first.grant('u_1', { class: 'promotional', amount: 60, expires_at: day(31) }, {});
    await first.grant('u_1', { class: 'purchased', amount: 1000, expires_at: null }, {});
    await spendDaily(first, to, [1, 10]);
    const forecast = await first.subscriptions.forecast('u_1');
    // 50 in 9 days, and so 5.6 a day: the 50 that are left of the subscription go first, and take 9 more days.
    expect(forecast.rate).toEqual({ per_day: 5.6, days: 9 });
    expect(forecast.at_risk).toEqual([]);
    await to('2026-03-25T12:00:00Z');
    const idle = await first.subscriptions.forecast('u_1');
    // Nothing was spent for two weeks: 50 in 24 days is 2.1 a day, and 8 of the 50 go until the 29th.
    expect(idle.at_risk.map(({ class: id, amount, used_first }) => ({ id, amount, used_first }))).toEqual([
      { id: 'subscription', amount: 42, used_first: [] },
      // What lapses of the subscription by then is not used first: 8 of its 50 are.
      { id: 'promotional', amount: 56, used_first: [{ class: 'subscription', amount: 8 }] },
    ]);
    expect(idle.events.map(shortly)).toEqual([
      '2026-03-29 expiry 50 subscription, 42 lapse',
      '2026-03-31 expiry 60 promotional, 56 lapse',
    ]);
  });
});

test('what is used first is counted by what will be used of it: all of a lot that outlives the one at risk', async () => {
  await withRig(day(1), async ({ first, database }) => {
    const to = (text: string) => moveTo(database, text);
    await first.grant('u_1', { class: 'subscription', amount: 270, expires_at: day(20) }, {});
    await first.grant('u_1', { class: 'subscription', amount: 90, priority: 1, expires_at: day(30) }, {});
    await first.grant('u_1', { class: 'promotional', amount: 15, expires_at: day(28) }, {});
    await to(day(10));
    const { at_risk } = await first.subscriptions.forecast('u_1');
    expect(at_risk.map(({ class: id, amount, used_first }) => ({ id, amount, used_first }))).toEqual([
      // Nothing is spent, so that all of it lapses, and nothing of that is used before anything.
      { id: 'subscription', amount: 270, used_first: [] },
      { id: 'promotional', amount: 15, used_first: [{ class: 'subscription', amount: 90 }] },
      { id: 'subscription', amount: 90, used_first: [] },
    ]);
  });
});

test('what is foretold comes true when spending goes on as it did', async () => {
  await withRig(day(1), async ({ first, database }) => {
    const to = (text: string) => moveTo(database, text);
    await first.grant('u_1', { class: 'subscription', amount: 120, expires_at: '2026-03-20T00:00:00Z' }, {});
    await first.grant('u_1', { class: 'promotional', amount: 60, expires_at: '2026-03-22T00:00:00Z' }, {});
    await spendDaily(first, to, [1, 8]);
    const { at_risk } = await first.subscriptions.forecast('u_1');
    await spendDaily(first, to, [9, 21]);
    await to(day(23));
    const expired = (await first.entries('u_1', { type: 'expire' })).data;
    expect(expired.map(({ at }) => at).reverse()).toEqual(at_risk.map(({ expires_at }) => expires_at));
    // Eight times in the seven days from noon to noon, as the eighth is just past: a seventh too fast, for 12 days.
    for (const [nth, lapse] of at_risk.entries()) {
      expect(Math.abs(lapse.amount + (expired.at(-1 - nth)?.amount ?? 0))).toBeLessThanOrEqual(12);
    }
  });
});

test('refunded spending is no use, and a feature draws only on what it may', async () => {
  await withRig(day(1), async ({ first, database }) => {
    await first.grant(
      'u_1',
      { class: 'promotional', amount: 50, expires_at: day(30), features: ['ai_script'] },
      {},
    );
    await first.grant('u_1', { class: 'purchased', amount: 1000, expires_at: null }, {});
    const { operation } = await first.consume('u_1', { feature: 'ai_script' }, { idempotencyKey: 'back' });
    await first.refund(operation?.id ?? '', { reason: 'It failed' }, { idempotencyKey: 'refund' });
    for (let no = 2; no <= 15; no += 1) {
      await moveTo(database, day(no));
      await first.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: `day ${no}` });
    }
    const { rate, at_risk } = await first.subscriptions.forecast('u_1');
    expect(rate).toEqual({ per_day: 5, days: 14 });
    // Cutting out is paid with what was bought: it never touches the lot for scripts.
    expect(at_risk.map(({ amount }) => amount)).toEqual([50]);
  });
});

test('refills that are expected arrive, push what is behind them back, and end as lots do', async () => {
  await withRig('2026-01-31T10:00:00Z', async ({ first, database }) => {
    const { subscription } = await first.subscriptions.create('u_1', { plan: 'pro', ref: 'sub' }, {});
    await moveTo(database, '2026-02-20T10:00:00Z');
    await first.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: 'one' });
    const { events, at_risk, rate } = await first.subscriptions.forecast('u_1', { days: 60 });
    expect(rate).toEqual({ per_day: 0.3, days: 20 });
    expect(events.map(shortly)).toEqual([
      '2026-02-28 expiry 595 subscription, 593 lapse',
      '2026-02-28 start 600 subscription, expected',
      '2026-03-31 expiry 600 subscription, 593 lapse, expected',
      '2026-03-31 start 600 subscription, expected',
    ]);
    // Only what there is can be at risk.
    expect(at_risk.map(({ expires_at, amount }) => [expires_at.slice(0, 10), amount])).toEqual([
      ['2026-02-28', 593],
    ]);
    await first.subscriptions.cancel('u_1', subscription.id, {}, {});
    expect((await first.subscriptions.forecast('u_1')).events.map(shortly)).toEqual([
      '2026-02-28 expiry 595 subscription, 593 lapse',
    ]);
  });
});

test('an account that is too new has no habit, and an old one that spends nothing has one', async () => {
  await withRig(day(1), async ({ first, database }) => {
    await first.grant('u_1', { class: 'promotional', amount: 15, expires_at: day(20) }, {});
    expect(await first.subscriptions.forecast('u_1')).toMatchObject({ rate: null, at_risk: [] });
    // One evening is no habit, whether something is spent on it or not.
    await first.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: 'the first' });
    await moveTo(database, day(7));
    expect(await first.subscriptions.forecast('u_1')).toMatchObject({ rate: null, at_risk: [] });
    await moveTo(database, day(9));
    expect(await first.subscriptions.forecast('u_1')).toMatchObject({
      rate: { per_day: 0.6, days: 8 },
      at_risk: [{ amount: 4 }],
    });
  });
});

test('a look ahead writes nothing and changes no balance', async () => {
  await withRig(day(1), async ({ first, database }) => {
    await first.grant('u_1', { class: 'promotional', amount: 15, expires_at: day(20) }, {});
    await first.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: 'one' });
    await moveTo(database, day(10));
    const before = await first.balance('u_1');
    await first.subscriptions.forecast('u_1', { days: 366 });
    const after = await first.balance('u_1');
    expect([after.version, available(after)]).toEqual([before.version, available(before)]);
  });
});
