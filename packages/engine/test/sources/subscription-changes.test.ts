/** Upgrade, downgrade, cancellation, pause, failure, reactivation, seats, rollover: what each lot does, and when. */
import { describe, expect, test } from 'vitest';
import { codeOf } from '../engine/rig.ts';
import { available, idOf, moveTo, windowsOf, withRig } from './subscribing.ts';

const START = '2027-01-31T10:00:00Z';

test('a trial, its one lot, the first payment before it ends; a second trial is refused', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const made = await subscriptions.create('u_1', { plan: 'pro', trial: true, ref: 'sub_1' }, {});
    expect(made).toMatchObject({
      operation: { amount: 100 },
      subscription: { status: 'trialing', trial_ends_at: '2027-02-07T10:00:00.000Z', current_period: null },
    });
    await moveTo(database, '2027-02-05T10:00:00Z');
    const paid = await subscriptions.renew('u_1', idOf(made), { ref: 'in_1' }, {});
    expect(paid.subscription).toMatchObject({
      status: 'trialing',
      next_refill_at: '2027-02-07T10:00:00.000Z',
    });
    expect(available(paid.balance)).toEqual([100, 0, 0]);
    await moveTo(database, '2027-02-07T10:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
    expect((await subscriptions.byId('u_1', idOf(made))).status).toBe('active');
    expect(await codeOf(subscriptions.create('u_1', { plan: 'pro', trial: true }, {}))).toBe('trial_used');
    expect(await codeOf(subscriptions.create('u_1', { plan: 'max', trial: true }, {}))).toBe(
      'invalid_request',
    );

    // Nobody pays the other's: it ends after the grace, by time alone.
    const other = idOf(await subscriptions.create('u_2', { plan: 'pro', trial: true }, {}));
    const statuses: string[] = [];
    for (const at of ['2027-02-14T09:59:59.999Z', '2027-02-14T10:00:00Z', '2027-02-21T10:00:00Z']) {
      await moveTo(database, at);
      statuses.push((await subscriptions.byId('u_2', other)).status);
    }
    expect(statuses).toEqual(['trialing', 'past_due', 'ended']);
  }));

test('an upgrade begins a period now; the old lot keeps its window, lots not begun are taken back', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year', ref: 'y' }, {}));
    await moveTo(database, '2027-02-10T08:00:00Z');
    const call = { idempotencyKey: 'up' };
    const changed = await subscriptions.change(
      'u_1',
      sub,
      { plan: 'max', interval: 'month', ref: 'm_1' },
      call,
    );
    expect(changed.subscription).toMatchObject({
      plan: 'max',
      anchor: '2027-02-10T08:00:00.000Z',
      paid_until: '2027-03-10T08:00:00.000Z',
    });
    expect(available(changed.balance)).toEqual([2100, 0, 0]);
    const again = await subscriptions.change(
      'u_1',
      sub,
      { plan: 'max', interval: 'month', ref: 'm_1' },
      call,
    );
    expect(again).toMatchObject({ replayed: true, operation: changed.operation });
    await subscriptions.change('u_1', sub, { plan: 'max' }, {});
    expect(await windowsOf(first, 'u_1')).toEqual([
      '2027-01-31T10:00 – 2027-02-28T10:00: 600',
      '2027-02-10T08:00 – 2027-03-10T08:00: 1500',
    ]);
    await subscriptions.renew('u_1', sub, { ref: 'm_2', period_end: '2027-04-10T08:00:00Z' }, {});
    await moveTo(database, '2027-03-10T08:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([1500, 0, 0]);
  }));

test('a downgrade begins at the period’s end, from the same anchor; it can be replaced and taken back', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const sub = idOf(await subscriptions.create('u_1', { plan: 'max' }, {}));
    const changed = await subscriptions.change('u_1', sub, { plan: 'pro' }, {});
    expect(changed).toMatchObject({
      operation: null,
      subscription: { plan: 'max', pending: { plan: 'pro', credits: 600, at: '2027-02-28T10:00:00.000Z' } },
    });
    const replaced = await subscriptions.change(
      'u_1',
      sub,
      { plan: 'pro', interval: 'year', at: 'period_end' },
      {},
    );
    expect(replaced.subscription.pending).toMatchObject({ plan: 'pro', interval: 'year' });
    const kept = await subscriptions.change('u_1', sub, { plan: 'max' }, {});
    expect(kept.subscription.pending).toBeNull();
    await subscriptions.change('u_1', sub, { plan: 'pro' }, {});
    // The payment names the next period before it begins: that one is Pro's.
    await subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
    await subscriptions.renew('u_1', sub, { ref: 'in_3', period_end: '2027-04-30T10:00:00Z' }, {});
    expect(await windowsOf(first, 'u_1')).toEqual([
      '2027-01-31T10:00 – 2027-02-28T10:00: 1500',
      '2027-02-28T10:00 – 2027-03-31T10:00: 600',
      '2027-03-31T10:00 – 2027-04-30T10:00: 600',
    ]);
    await moveTo(database, '2027-02-28T10:00:00Z');
    expect((await subscriptions.byId('u_1', sub)).plan).toBe('pro');
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
  }));

test('cancelled at the period’s end: later lots start, then it is over; taken back before, begun anew after', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year' }, {}));
    const cancelled = await subscriptions.cancel('u_1', sub, {}, {});
    expect(cancelled.subscription).toMatchObject({ status: 'active', cancel_at: '2028-01-31T10:00:00.000Z' });
    expect(await codeOf(subscriptions.change('u_1', sub, { plan: 'max' }, {}))).toBe('subscription_state');
    expect((await subscriptions.reactivate('u_1', sub, {}, {})).subscription.cancel_at).toBeNull();
    await subscriptions.cancel('u_1', sub, {}, {});
    await moveTo(database, '2027-12-31T10:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([600, 0, 0]);
    await moveTo(database, '2028-01-31T10:00:00Z');
    expect((await subscriptions.byId('u_1', sub)).status).toBe('cancelled');
    expect(available(await first.balance('u_1'))).toEqual([0, 0, 0]);
    await moveTo(database, '2028-03-05T12:00:00Z');
    const again = await subscriptions.reactivate('u_1', sub, { ref: 'again' }, {});
    expect(again.subscription).toMatchObject({ status: 'active', anchor: '2028-03-05T12:00:00.000Z' });
    expect(again.balance.total).toBe(600);
    expect((await subscriptions.reactivate('u_1', sub, { ref: 'again' }, {})).operation).toBeNull();
    expect(again.subscription.paid_until).toBe('2029-03-05T12:00:00.000Z');
  }));

test('cancelled now: the running lot keeps its window, later ones are voided, later payments refused', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year' }, {}));
    await moveTo(database, '2027-03-05T10:00:00Z');
    const cancelled = await subscriptions.cancel('u_1', sub, { at: 'now' }, {});
    expect(cancelled.subscription).toMatchObject({ status: 'cancelled', next_refill_at: null });
    expect(available(cancelled.balance)).toEqual([600, 0, 0]);
    await moveTo(database, '2027-03-31T10:00:00Z');
    expect(available(await first.balance('u_1'))).toEqual([0, 0, 0]);
    expect(await codeOf(subscriptions.renew('u_1', sub, { ref: 'late' }, {}))).toBe('subscription_state');
  }));

describe('a pause', () => {
  test('within the running refill it leaves no trace; later, what was kept starts anew', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const cost = { amount_minor: 1200, currency: 'USD' };
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year', cost }, {}));
      const before = await windowsOf(first, 'u_1');
      await subscriptions.pause('u_1', sub, {});
      expect(await windowsOf(first, 'u_1')).toHaveLength(1);
      await moveTo(database, '2027-02-20T10:00:00Z');
      await subscriptions.resume('u_1', sub, {});
      expect(await windowsOf(first, 'u_1')).toEqual(before);
      await moveTo(database, '2027-04-05T10:00:00Z');
      await subscriptions.pause('u_1', sub, {});
      await moveTo(database, '2027-07-15T09:00:00Z');
      expect(available(await first.balance('u_1'))).toEqual([0, 0, 0]);
      expect((await subscriptions.byId('u_1', sub)).status).toBe('paused');
      // Three refills had begun; nine are left.
      const resumed = await subscriptions.resume('u_1', sub, {});
      expect(resumed.subscription).toMatchObject({
        status: 'active',
        paid_until: '2028-04-15T09:00:00.000Z',
      });
      const windows = await windowsOf(first, 'u_1');
      expect(windows).toHaveLength(12);
      expect(windows[3]).toBe('2027-07-15T09:00 – 2027-08-15T09:00: 600');
      expect(windows.at(-1)).toBe('2028-03-15T09:00 – 2028-04-15T09:00: 600');
      const { data } = await first.grants('u_1', { limit: 200 });
      const paid = data.filter(({ state }) => state !== 'voided');
      expect(paid.reduce((sum, lot) => sum + (lot.cost?.amount_minor ?? 0), 0)).toBe(1200);
      const next = await subscriptions.renew('u_1', sub, { ref: 'y_2' }, {});
      expect(next.subscription.paid_until).toBe('2029-04-15T09:00:00.000Z');
    }));

  test('a payment during it is kept for the resumption', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro' }, {}));
      await subscriptions.pause('u_1', sub, {});
      expect((await subscriptions.renew('u_1', sub, { ref: 'in_2' }, {})).operation).toBeNull();
      await moveTo(database, '2027-05-01T00:00:00Z');
      const resumed = await subscriptions.resume('u_1', sub, {});
      expect(available(resumed.balance)).toEqual([600, 0, 0]);
      expect(resumed.subscription.paid_until).toBe('2027-06-01T00:00:00.000Z');
    }));

  test('cancelled at the period’s end it goes on with what was kept, and ends behind it', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year', ref: 'y' }, {}));
      await subscriptions.pause('u_1', sub, {});
      await moveTo(database, '2028-04-10T10:00:00Z');
      const preview = await subscriptions.preview('u_1', sub, { action: 'cancel' });
      expect(preview.lots.filter(({ effect }) => effect === 'starts')).toHaveLength(11);
      const { subscription } = await subscriptions.cancel('u_1', sub, {}, {});
      expect(subscription).toMatchObject({ status: 'active', cancel_at: '2029-03-10T10:00:00.000Z' });
      const windows = await windowsOf(first, 'u_1');
      expect(windows.slice(1)).toHaveLength(11);
      expect(windows.at(-1)).toBe('2029-02-10T10:00 – 2029-03-10T10:00: 600');
      await moveTo(database, '2029-03-10T10:00:00Z');
      expect((await subscriptions.byId('u_1', sub)).status).toBe('cancelled');

      // The other way round there is nothing to wait for: the cancellation is taken back first.
      const other = idOf(await subscriptions.create('u_2', { plan: 'pro', interval: 'year', ref: 'y' }, {}));
      await subscriptions.cancel('u_2', other, {}, {});
      expect(await codeOf(subscriptions.pause('u_2', other, {}))).toBe('subscription_state');
      await subscriptions.reactivate('u_2', other, {}, {});
      expect((await subscriptions.pause('u_2', other, {})).subscription.status).toBe('paused');
    }));

  test('without anything kept the next payment’s period starts at the resumption', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro' }, {}));
      await subscriptions.pause('u_1', sub, {});
      await moveTo(database, '2027-05-01T00:00:00Z');
      expect((await subscriptions.resume('u_1', sub, {})).subscription.status).toBe('past_due');
      const paid = await subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
      expect(paid.subscription).toMatchObject({ status: 'active', paid_until: '2027-06-01T00:00:00.000Z' });
    }));

  test('less that was agreed for later still begins behind what was kept', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const body = { plan: 'max', currency: 'USD', ref: 'in_1' };
      const paidAhead = idOf(await subscriptions.create('u_1', body, {}));
      const agreed = idOf(await subscriptions.create('u_2', { ...body, plan: 'pro', interval: 'year' }, {}));
      await subscriptions.change('u_2', agreed, { interval: 'month' }, {});
      await subscriptions.renew('u_1', paidAhead, { ref: 'in_2' }, {});
      await subscriptions.change('u_1', paidAhead, { plan: 'pro' }, {});
      await subscriptions.renew('u_1', paidAhead, { ref: 'in_3' }, {});
      for (const [id, sub] of [
        ['u_1', paidAhead],
        ['u_2', agreed],
      ] as const) {
        await subscriptions.pause(id, sub, {});
      }
      await moveTo(database, '2027-06-10T00:00:00Z');
      expect((await subscriptions.resume('u_1', paidAhead, {})).subscription).toMatchObject({
        plan: 'max',
        paid_until: '2027-08-10T00:00:00.000Z',
        pending: { plan: 'pro', at: '2027-07-10T00:00:00.000Z' },
      });
      expect((await windowsOf(first, 'u_1')).slice(1)).toEqual([
        '2027-06-10T00:00 – 2027-07-10T00:00: 1500',
        '2027-07-10T00:00 – 2027-08-10T00:00: 600',
      ]);
      const next = await subscriptions.renew('u_1', paidAhead, { ref: 'in_4' }, {});
      expect(next.subscription.paid_until).toBe('2027-09-10T00:00:00.000Z');
      expect((await windowsOf(first, 'u_1')).at(-1)).toBe('2027-08-10T00:00 – 2027-09-10T00:00: 600');
      const { subscription } = await subscriptions.resume('u_2', agreed, {});
      expect(subscription).toMatchObject({
        interval: 'year',
        paid_until: '2028-05-10T00:00:00.000Z',
        pending: { interval: 'month', at: '2028-05-10T00:00:00.000Z' },
      });
    }));

  test('a payment that fails meanwhile is of no period that comes: the resumption has a grace of its own', () =>
    withRig(START, async ({ first, database }) => {
      const { subscriptions } = first;
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro' }, {}));
      await subscriptions.pause('u_1', sub, {});
      await moveTo(database, '2027-02-28T12:00:00Z');
      await subscriptions.paymentFailed('u_1', sub, { ref: 'in_2' }, {});
      await moveTo(database, '2027-06-10T00:00:00Z');
      const { subscription } = await subscriptions.resume('u_1', sub, {});
      expect(subscription).toMatchObject({ status: 'past_due', grace_until: null });
    }));
});

test('a failed payment: past due, then ended by time alone; paid within the grace it goes on', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const status = async (sub: string) => (await subscriptions.byId('u_1', sub)).status;
    const sub = idOf(await subscriptions.create('u_1', { plan: 'pro' }, {}));
    await moveTo(database, '2027-02-28T10:00:00Z');
    await subscriptions.paymentFailed('u_1', sub, { ref: 'in_2' }, {});
    await moveTo(database, '2027-03-05T10:00:00Z');
    // A second attempt that fails gives no second grace.
    await subscriptions.paymentFailed('u_1', sub, { ref: 'in_2' }, {});
    expect(await status(sub)).toBe('past_due');
    const paid = await subscriptions.renew('u_1', sub, { ref: 'in_2' }, {});
    expect(paid).toMatchObject({
      operation: { amount: 600 },
      subscription: { status: 'active', grace_until: null },
    });
    expect(await windowsOf(first, 'u_1')).toContain('2027-02-28T10:00 – 2027-03-31T10:00: 600');
    await moveTo(database, '2027-03-31T10:00:00Z');
    await subscriptions.paymentFailed('u_1', sub, { ref: 'in_3' }, {});
    await moveTo(database, '2027-04-07T10:00:00Z');
    expect(await status(sub)).toBe('ended');
    expect(await codeOf(subscriptions.change('u_1', sub, { plan: 'max' }, {}))).toBe('subscription_state');
    // Late is late, not lost: the period that was paid after all is granted for what is left of it.
    const late = await subscriptions.renew('u_1', sub, { ref: 'in_3' }, {});
    expect(late).toMatchObject({ subscription: { status: 'active' }, balance: { total: 600 } });
  }));

test('more seats at once, the difference for what is paid; fewer at the period’s end; only the sizes on offer', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const made = await subscriptions.create('t_1', { plan: 'teams', seats: 5, currency: 'USD' }, {});
    const sub = idOf(made);
    expect((await first.getAccount('t_1')).kind).toBe('team');
    await subscriptions.renew('t_1', sub, { ref: 'in_2' }, {});
    await moveTo(database, '2027-02-10T00:00:00Z');
    for (const seats of [4, 0, 31]) {
      expect(await codeOf(subscriptions.change('t_1', sub, { seats }, {}))).toBe('invalid_request');
    }
    await subscriptions.change('t_1', sub, { seats: 10, cost: { amount_minor: 999, currency: 'USD' } }, {});
    const more = await subscriptions.change('t_1', sub, { seats: 15 }, {});
    expect(available(more.balance)).toEqual([9000, 0, 0]);
    expect(await windowsOf(first, 't_1')).toEqual([
      '2027-01-31T10:00 – 2027-02-28T10:00: 3000',
      '2027-02-10T00:00 – 2027-02-28T10:00: 3000',
      '2027-02-10T00:00 – 2027-02-28T10:00: 3000',
      ...Array.from({ length: 3 }, () => '2027-02-28T10:00 – 2027-03-31T10:00: 3000'),
    ]);
    expect(await codeOf(subscriptions.change('t_1', sub, { seats: 3, at: 'now' }, {}))).toBe(
      'invalid_request',
    );
    const fewer = await subscriptions.change('t_1', sub, { seats: 3 }, {});
    expect(fewer.subscription.pending).toMatchObject({
      seats: 3,
      credits: 1800,
      at: '2027-03-31T10:00:00.000Z',
    });
    await subscriptions.renew('t_1', sub, { ref: 'in_3' }, {});
    await moveTo(database, '2027-03-31T10:00:00Z');
    expect(available(await first.balance('t_1'))).toEqual([1800, 0, 0]);
  }));

test('rollover is exact in time though nobody looks: at most half and 30, for a month', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    for (const [account, spent] of [
      ['u_none', 0],
      ['u_some', 85],
      ['u_all', 100],
    ] as const) {
      const made = await subscriptions.create(account, { plan: 'rolling', currency: 'USD' }, {});
      const { data } = await first.grants(account, {});
      expect(data.map((lot) => [lot.amount, lot.cost?.amount_minor])).toEqual([
        [70, 700],
        [30, 300],
      ]);
      if (spent > 0) await first.consume(account, { amount: spent }, {});
      await subscriptions.renew(account, idOf(made), { ref: 'in_2' }, {});
      expect(available(await first.balance(account))[0]).toBe(100 - spent);
    }
    await moveTo(database, '2027-02-28T10:00:00Z');
    const left = async (account: string) => available(await first.balance(account))[0];
    expect([await left('u_none'), await left('u_some'), await left('u_all')]).toEqual([130, 115, 100]);
  }));

test('a year that comes at once is one lot', () =>
  withRig(START, async ({ first }) => {
    await first.subscriptions.create('u_1', { plan: 'bulk' }, {});
    expect(await windowsOf(first, 'u_1')).toEqual(['2027-01-31T10:00 – 2028-01-31T10:00: 5000']);
  }));

test('fewer seats that are paid ahead already grow with what is added, for as long as it was said', () =>
  withRig(START, async ({ first, database }) => {
    const { subscriptions } = first;
    const wish = { plan: 'teams', seats: 10, currency: 'USD', ref: 'in_1' };
    const sub = idOf(await subscriptions.create('t_1', wish, {}));
    const lots = async () => (await windowsOf(first, 't_1')).map((one) => one.split(': ')[1]);
    const [ten] = (await lots()).map(Number) as [number];
    await subscriptions.change('t_1', sub, { seats: 5 }, {});
    await subscriptions.renew('t_1', sub, { ref: 'in_2' }, {});
    const { subscription } = await subscriptions.change('t_1', sub, { seats: 15, ref: 'up' }, {});
    expect(subscription.seats).toBe(15);
    expect((await lots()).map(Number).sort((a, b) => a - b)).toEqual([ten / 2, ten / 2, ten, ten]);
    await moveTo(database, '2027-02-28T10:00:00Z');
    expect((await subscriptions.byId('t_1', sub)).seats).toBe(15);
    expect((await first.balance('t_1')).total).toBe((ten * 3) / 2);
    await subscriptions.renew('t_1', sub, { ref: 'in_3' }, {});
    await moveTo(database, '2027-03-31T10:00:00Z');
    expect((await first.balance('t_1')).total).toBe((ten * 3) / 2);
  }));
