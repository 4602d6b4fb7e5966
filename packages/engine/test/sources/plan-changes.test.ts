/** Plans that a provider charges for, changed from our side: each change is asked for there once, and follows its payment. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig } from '../engine/rig.ts';
import { monthsAfter } from './stripe-prices.ts';
import { BEGUN, openStripeRig, type StripeRig } from './stripe-rig.ts';

const plus = {
  ...shippedCatalog.plans[0],
  id: 'plus',
  name: 'Plus',
  billing: [{ interval: 'month', credits: 2000, prices: { USD: 4999, EUR: 4999 } }],
};
const catalog = readCatalog({ ...shippedCatalog, plans: [...shippedCatalog.plans, plus] } as never);

let t: StripeRig;
let rig: Rig;

beforeAll(async () => {
  t = await openStripeRig(catalog, catalog);
  ({ rig } = t);
  t.stripe.now = () => today;
});

afterAll(() => t.close());

/** Ours and Stripe's clock; it only ever goes on. */
let today = BEGUN;
async function at(seconds: number): Promise<void> {
  today = Math.max(today, seconds);
  await setTestClock(rig.database, today * 1000);
}

beforeEach(() => at(today + 100));

const lotsOf = async (account: string) =>
  (await rig.first.grants(account, { state: 'all' })).data.map(({ amount }) => amount).sort((a, b) => a - b);
const change = (account: string, id: string, body: object, idempotencyKey?: string, engine = rig.first) =>
  engine.subscriptions.change(account, id, body, idempotencyKey === undefined ? {} : { idempotencyKey });

async function begun(account: string, more: object = {}) {
  const { checkout, plan_checkout } = await t.order(account, more);
  const one = t.stripe.begin(checkout, { at: today - 60 });
  await t.deliver(t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {}));
  return { id: plan_checkout.subscription, one };
}

const updates = () => t.stripe.asked.filter((one) => /^POST \/v1\/subscriptions\//.test(one)).length;

describe('what is more', () => {
  test('what staff ask for is one record of the audit log; what the provider says of it is none', async () => {
    const staff = { id: 'key_ada', name: 'Ada', request: 'req_1' };
    const { id } = await begun('u_audited');
    for (const plan of ['plus', 'pro']) {
      await rig.first.subscriptions.change('u_audited', id, { plan }, { staff });
      await at(today + 100);
    }
    const { data } = await rig.first.staff.audit.list({ account: 'u_audited' });
    expect(data.map(({ act, input }) => [act, input.plan])).toEqual([
      ['plan_change', 'pro'],
      ['plan_change', 'plus'],
    ]);
  });

  test('begins a new period at once, is charged whole, and leaves the running lot its window', async () => {
    const { id, one } = await begun('u_up');
    const before = await t.show('u_up', id);
    const preview = await rig.second.subscriptions.preview('u_up', id, { action: 'change', plan: 'plus' });
    const made = await change('u_up', id, { plan: 'plus' }, 'up-1');
    expect(made).toMatchObject({
      replayed: false,
      operation: { type: 'grant', amount: 2000 },
      balance: { total: 2600 },
      subscription: { plan: 'plus', price: { amount_minor: 4999 }, pending: null, provider: 'stripe' },
    });
    expect(preview.balance.total).toBe(2600);
    expect(preview.subscription).toMatchObject({ plan: 'plus', credits: 2000 });
    expect(Date.parse(made.subscription.anchor)).toBeGreaterThan(Date.parse(before.anchor));
    const lots = (await rig.first.grants('u_up', { state: 'all' })).data;
    expect(lots.map(({ amount, cost }) => [amount, cost?.amount_minor]).sort()).toEqual([
      [2000, 4999],
      [600, 1999],
    ]);
    expect(lots.find(({ amount }) => amount === 600)?.expires_at).toBe(before.current_period?.end);
    expect((await t.paymentsOf('u_up')).map(({ plan, state }) => [plan, state]).sort()).toEqual([
      ['plus', 'completed'],
      ['pro', 'completed'],
    ]);
    // Whatever Stripe tells of it afterwards, and however often the request comes again, it is the same change.
    for (const invoice of t.invoicesOf(one)) await t.deliver(t.stripe.event('invoice.paid', { ...invoice }));
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect(await change('u_up', id, { plan: 'plus' }, 'up-1', rig.second)).toMatchObject({ replayed: true });
    expect(await change('u_up', id, { plan: 'plus' })).toMatchObject({ operation: null });
    expect(t.invoicesOf(one)).toHaveLength(2);
    expect(await lotsOf('u_up')).toEqual([600, 2000]);
  });

  test('a key that was used changes nothing back, whatever was changed since', async () => {
    const { id, one } = await begun('u_key');
    await change('u_key', id, { plan: 'plus' }, 'key-1');
    await change('u_key', id, { plan: 'pro', at: 'now' }, 'key-2');
    expect(await change('u_key', id, { plan: 'plus' }, 'key-1')).toMatchObject({
      replayed: true,
      subscription: { plan: 'pro' },
    });
    expect(await codeOf(change('u_key', id, { interval: 'year' }, 'key-1'))).toBe('idempotency_key_reused');
    expect(t.invoicesOf(one)).toHaveLength(3);
  });

  test('seats are a new period for all of them', async () => {
    await rig.first.putAccount('t_up', { kind: 'team' });
    const { id, one } = await begun('t_up', { plan: 'teams', seats: 3 });
    const before = await rig.first.balance('t_up');
    const made = await change('t_up', id, { seats: 5 });
    expect(made.subscription).toMatchObject({ seats: 5, pending: null });
    expect(made.balance.total).toBe(before.total + made.subscription.credits);
    expect(t.invoicesOf(one).map(({ total }) => total)).toContain(made.subscription.price?.amount_minor);
    expect(await codeOf(change('t_up', id, { seats: 4 }))).toBe('invalid_request');
  });

  test('another interval as well, and the price is found again by its name', async () => {
    const { id } = await begun('u_year');
    await change('u_year', id, { interval: 'year' });
    expect(await t.show('u_year', id)).toMatchObject({ plan: 'pro', interval: 'year' });
    const made = t.stripe.billing.prices.all.size;
    const { id: other } = await begun('u_year_2');
    await change('u_year_2', other, { interval: 'year' });
    expect(t.stripe.billing.prices.all.size).toBe(made);
  });
});

describe('what is less', () => {
  test('begins with the next period, at its price, and may be taken back until then', async () => {
    const { id, one } = await begun('u_down', { plan: 'plus' });
    const made = await change('u_down', id, { plan: 'pro' }, 'down-1');
    const end = made.subscription.current_period?.end;
    expect(made).toMatchObject({
      operation: null,
      subscription: { plan: 'plus', pending: { plan: 'pro', at: end } },
    });
    expect(t.invoicesOf(one)).toHaveLength(1);
    expect((await change('u_down', id, { plan: 'plus' })).subscription.pending).toBeNull();
    await change('u_down', id, { plan: 'pro' });
    // The same again asks for nothing.
    const asked = updates();
    await change('u_down', id, { plan: 'pro' });
    expect(updates()).toBe(asked);

    await at(monthsAfter(one.start_date, 1) + 1);
    const invoice = t.stripe.billing.bill(one.id);
    expect(invoice.total).toBe(1999);
    expect((await t.deliver(t.stripe.event('invoice.paid', invoice))).status).toBe(200);
    expect(await t.show('u_down', id)).toMatchObject({
      plan: 'pro',
      pending: null,
      current_period: { paid: true },
    });
    expect(await lotsOf('u_down')).toEqual([600, 2000]);
    expect((await rig.first.balance('u_down')).total).toBe(600);
  });

  test.each(['subscription_cycle', 'subscription_update'])(
    'a month instead of a year begins a new cycle where the year ends, billed as %s',
    async (reason) => {
      const account = `u_shorter_${reason}`;
      const { id, one } = await begun(account, { interval: 'year' });
      // An answer that is lost on the way, after each of the two requests, and the same wish again.
      for (const lost of [/subscription_schedules$/, /subscription_schedules\/\w+$/]) {
        t.stripe.losing = lost;
        expect(await codeOf(change(account, id, { interval: 'month' }))).toBe('unavailable');
        t.stripe.losing = /^$/;
      }
      const { subscription } = await change(account, id, { interval: 'month' });
      expect(subscription).toMatchObject({ interval: 'year', pending: { interval: 'month' } });
      expect(subscription.pending?.at).toBe(subscription.current_period?.end);
      expect((await change(account, id, { interval: 'year' })).subscription.pending).toBeNull();
      expect(t.stripe.billing.schedules.of(one.id)).toBeNull();
      await change(account, id, { interval: 'month' });
      // A cancellation takes the place of what was agreed, and what is kept goes on as it was.
      await rig.first.subscriptions.cancel(account, id, {}, {});
      await rig.first.subscriptions.reactivate(account, id, {}, {});
      expect((await t.show(account, id)).pending).toBeNull();
      await change(account, id, { interval: 'month' });
      expect(t.invoicesOf(one)).toHaveLength(1);
      await at(monthsAfter(one.start_date, 12) + 1);
      const invoice = t.stripe.billing.bill(one.id, { reason });
      expect(invoice.total).toBe(1999);
      expect((await t.deliver(t.stripe.event('invoice.paid', invoice))).status).toBe(200);
      expect(await t.show(account, id)).toMatchObject({
        interval: 'month',
        pending: null,
        current_period: { paid: true },
      });
      expect((await rig.first.balance(account)).total).toBe(600);
      expect((await t.paymentsOf(account)).every(({ state }) => state === 'completed')).toBe(true);
    },
  );

  test('what is charged for beside the plan goes on when another cycle is agreed', async () => {
    const { id, one } = await begun('u_beside', { interval: 'year' });
    const beside = t.stripe.billing.prices.make({ amount: 700 });
    const items = one.items as { data: object[] };
    const none = { discounts: [], tax_rates: [], billing_thresholds: null };
    items.data.unshift({ id: 'si_beside', object: 'subscription_item', price: beside, quantity: 2, ...none });
    const { subscription } = await change('u_beside', id, { interval: 'month' });
    expect(subscription.pending).toMatchObject({ interval: 'month' });
    const [running, next] = t.stripe.billing.schedules.of(one.id)?.phases ?? [];
    expect(running?.items).toHaveLength(2);
    expect(next?.items).toMatchObject([{ quantity: 1 }, { price: beside.id, quantity: 2 }]);
  });

  test('a discount, a card and taxes of the subscription go on too, now and behind it', async () => {
    const { id, one } = await begun('u_kept', { interval: 'year' });
    const own = {
      discounts: ['di_loyal', 'di_spring'],
      default_payment_method: 'pm_own',
      default_tax_rates: [{ id: 'txr_vat' }],
      automatic_tax: { enabled: true, liability: null },
      collection_method: 'send_invoice',
      days_until_due: 14,
      description: 'Studio Nord',
    };
    Object.assign(one, structuredClone(own));
    const { data } = one.items as { data: object[] };
    Object.assign(data[0] ?? {}, { discounts: ['di_item'], tax_rates: [{ id: 'txr_reduced' }] });
    await change('u_kept', id, { interval: 'month' });
    expect(one).toMatchObject(own);
    const phases = t.stripe.billing.schedules.of(one.id)?.phases ?? [];
    const item = { discounts: { 0: { discount: 'di_item' } }, tax_rates: { 0: 'txr_reduced' } };
    expect(phases.map(({ items }) => items)).toMatchObject([[item], [item]]);
    await at(monthsAfter(one.start_date, 12) + 1);
    t.stripe.billing.bill(one.id);
    expect(one).toMatchObject({ ...own, items: { data: [{ price: { recurring: { interval: 'month' } } }] } });
  });

  test('what is changed in the portal for the next period is shown as what it is', async () => {
    const { id, one } = await begun('u_portal');
    const price = t.stripe.billing.prices.make({ amount: 4999, plan: 'plus' });
    t.stripe.billing.change(one.id, { price, at: today });
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect((await t.show('u_portal', id)).pending).toMatchObject({ plan: 'plus' });
    // A price that is none of ours is told of by its invoice; until then nothing is agreed.
    t.stripe.billing.change(one.id, { price: t.stripe.billing.prices.make({ amount: 1 }), at: today });
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect((await t.show('u_portal', id)).pending).toMatchObject({ plan: 'plus' });
  });

  test('within a trial everything begins with its end', async () => {
    const { id, one } = await begun('u_trial', { trial: true });
    const made = await change('u_trial', id, { plan: 'plus' });
    expect(made.subscription).toMatchObject({ status: 'trialing', plan: 'plus', pending: null });
    expect(t.invoicesOf(one)).toHaveLength(1);
    await expect(change('u_trial', id, { plan: 'pro', at: 'now' })).rejects.toMatchObject({
      details: { field: 'at' },
    });
    await change('u_trial', id, { plan: 'pro', interval: 'year' });
    expect(await t.show('u_trial', id)).toMatchObject({ interval: 'year', status: 'trialing' });
    await change('u_trial', id, { plan: 'plus', interval: 'month' });
    await at((one.trial_end as number) + 1);
    const invoice = t.stripe.billing.bill(one.id);
    expect(invoice.total).toBe(4999);
    await t.deliver(t.stripe.event('invoice.paid', invoice));
    expect(await t.show('u_trial', id)).toMatchObject({ plan: 'plus', status: 'active' });
  });
});

describe('what goes wrong', () => {
  test('declined: nothing is changed, the same request is told the same, and another one may succeed', async () => {
    const { id, one } = await begun('u_declined');
    t.stripe.billing.declines = true;
    const declined = { code: 'payment_refused', details: { reason: 'card_declined', provider: 'stripe' } };
    await expect(change('u_declined', id, { plan: 'plus' }, 'declined-1')).rejects.toMatchObject(declined);
    t.stripe.billing.declines = false;
    await expect(change('u_declined', id, { plan: 'plus' }, 'declined-1')).rejects.toMatchObject(declined);
    expect(await t.show('u_declined', id)).toMatchObject({ plan: 'pro', pending: null });
    expect(await lotsOf('u_declined')).toEqual([600]);
    await change('u_declined', id, { plan: 'plus' }, 'declined-2');
    expect(t.invoicesOf(one)).toHaveLength(2);
  });

  test('declined: what was agreed for the end of the period stays agreed', async () => {
    const { id, one } = await begun('u_declined_later', { interval: 'year' });
    const agreed = await change('u_declined_later', id, { interval: 'month' });
    expect(agreed.subscription.pending).toMatchObject({ plan: 'pro', interval: 'month' });
    t.stripe.billing.declines = true;
    expect(await codeOf(change('u_declined_later', id, { plan: 'plus' }))).toBe('payment_refused');
    t.stripe.billing.declines = false;
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect((await t.show('u_declined_later', id)).pending).toEqual(agreed.subscription.pending);
    // Nothing is asked for that is agreed already.
    const asked = t.stripe.asked.filter((path) => path.startsWith('POST')).length;
    await change('u_declined_later', id, { interval: 'month' });
    expect(t.stripe.asked.filter((path) => path.startsWith('POST'))).toHaveLength(asked);
    await at(monthsAfter(one.start_date, 12) + 1);
    await t.deliver(t.stripe.event('invoice.paid', t.stripe.billing.bill(one.id)));
    expect(await t.show('u_declined_later', id)).toMatchObject({ interval: 'month', pending: null });
  });

  test('what was noted for later counts no more once the subscription is at another price', async () => {
    const { id, one } = await begun('u_noted', { interval: 'year' });
    await change('u_noted', id, { interval: 'month' });
    // Nobody answers when the schedule has given way.
    t.stripe.refusing = /POST \/v1\/subscription_schedules\/\w+\/release/;
    expect(await codeOf(change('u_noted', id, { plan: 'plus' }))).toBe('unavailable');
    t.stripe.refusing = /^$/;
    expect(one.metadata.kept).toContain('price_');
    for (const schedule of t.stripe.billing.schedules.all.values()) {
      if (schedule.subscription === one.id) schedule.status = 'released';
    }
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect((await t.show('u_noted', id)).pending).toMatchObject({ interval: 'month' });
    const dearer = t.stripe.billing.prices.make({ amount: 4999, plan: 'plus' });
    t.stripe.billing.change(one.id, { price: dearer, at: today });
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect((await t.show('u_noted', id)).pending).toMatchObject({ plan: 'plus' });
    await at(today + 11 * 60);
    await rig.second.plans.changes.round();
    expect(t.stripe.billing.schedules.of(one.id)).toBeNull();
    expect(one.metadata.kept).toBeUndefined();
  });

  test('what was noted for later is let go by a cancellation', async () => {
    const { id, one } = await begun('u_noted_end', { interval: 'year' });
    await change('u_noted_end', id, { interval: 'month' });
    t.stripe.refusing = /POST \/v1\/subscription_schedules\/\w+\/release/;
    expect(await codeOf(change('u_noted_end', id, { plan: 'plus' }))).toBe('unavailable');
    t.stripe.refusing = /^$/;
    expect(one.metadata.kept).toContain('price_');
    await rig.first.subscriptions.cancel('u_noted_end', id, {}, {});
    await rig.first.subscriptions.reactivate('u_noted_end', id, {}, {});
    expect((await t.show('u_noted_end', id)).pending).toBeNull();
  });

  test('the same change asked of two servers at once is asked of the provider by one of them', async () => {
    const { id, one } = await begun('u_one_asks');
    let answer = () => {};
    const until = new Promise<void>((done) => {
      answer = done;
    });
    // Both have looked by the time that Stripe says by which price it is sold.
    t.stripe.late = { path: /\/v1\/prices\?/, until };
    const before = updates();
    const asked = [rig.first, rig.second].map((engine) =>
      change('u_one_asks', id, { plan: 'plus' }, 'one', engine),
    );
    await new Promise((done) => setTimeout(done, 700));
    t.stripe.late = null;
    answer();
    for (const { subscription } of await Promise.all(asked)) expect(subscription.plan).toBe('plus');
    expect(updates()).toBe(before + 1);
    expect(t.invoicesOf(one)).toHaveLength(2);
  });

  test('an answer that is lost: asked again, with its key or without, it is the same change', async () => {
    for (const [account, key] of [
      ['u_lost', 'lost-1'],
      ['u_lost_keyless', undefined],
    ] as const) {
      const { id, one } = await begun(account);
      t.stripe.losing = /\/v1\/subscriptions\//;
      expect(await codeOf(change(account, id, { plan: 'plus' }, key))).toBe('unavailable');
      t.stripe.losing = /^$/;
      const again = await change(account, id, { plan: 'plus' }, key, rig.second);
      expect(again.subscription.plan).toBe('plus');
      expect(t.invoicesOf(one)).toHaveLength(2);
      expect(await lotsOf(account)).toEqual([600, 2000]);
    }
  });

  test('an answer that is lost, and nobody asks again: what Stripe tells of it completes it', async () => {
    const { id, one } = await begun('u_heard');
    t.stripe.losing = /\/v1\/subscriptions\//;
    expect(await codeOf(change('u_heard', id, { plan: 'plus' }))).toBe('unavailable');
    t.stripe.losing = /^$/;
    await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
    expect(await lotsOf('u_heard')).toEqual([600, 2000]);
    // It is known to be done, so that the next one may be asked for.
    expect((await change('u_heard', id, { plan: 'pro' })).subscription.pending).toMatchObject({
      plan: 'pro',
    });
  });

  test('a provider that does not answer is asked again by the same request only, and given up after a while', async () => {
    const { id, one } = await begun('u_down_there');
    t.stripe.refusing = /POST \/v1\/subscriptions\//;
    expect(await codeOf(change('u_down_there', id, { plan: 'plus' }, 'fail-1'))).toBe('unavailable');
    t.stripe.refusing = /^$/;
    expect(await codeOf(change('u_down_there', id, { interval: 'year' }, 'fail-2'))).toBe(
      'subscription_state',
    );
    await at(today + 11 * 60);
    await change('u_down_there', id, { interval: 'year' }, 'fail-3');
    expect(await t.show('u_down_there', id)).toMatchObject({ plan: 'pro', interval: 'year' });
    expect(t.invoicesOf(one)).toHaveLength(2);
    // The first request, whenever it comes again, is answered with how things stand.
    expect((await change('u_down_there', id, { plan: 'plus' }, 'fail-1')).subscription).toMatchObject({
      plan: 'pro',
      interval: 'year',
    });
  });

  test('two at once: one of them is charged for', async () => {
    const { id, one } = await begun('u_both');
    const both = await Promise.allSettled([
      change('u_both', id, { plan: 'plus' }, 'both-1'),
      change('u_both', id, { interval: 'year' }, 'both-2', rig.second),
    ]);
    const refused = both.filter((result) => result.status === 'rejected');
    // The second one is refused, or was begun after the first had ended, and then `plus` has no years; neither is charged for twice.
    for (const { reason } of refused) expect(reason.code).toMatch(/^(subscription_state|invalid_request)$/);
    expect(t.invoicesOf(one)).toHaveLength(3 - refused.length);
    const same = await Promise.all([
      change('u_both', id, { plan: 'pro', interval: 'month', at: 'now' }),
      change('u_both', id, { plan: 'pro', interval: 'month', at: 'now' }, undefined, rig.second),
    ]);
    for (const { subscription } of same)
      expect(subscription).toMatchObject({ plan: 'pro', interval: 'month' });
    expect(t.invoicesOf(one)).toHaveLength(4 - refused.length);
  });

  test.each([
    ['a currency that is another one', { plan: 'plus', currency: 'EUR' }, 'currency'],
    ['a payment, which the provider tells of', { plan: 'plus', ref: 'mine' }, 'ref'],
    ['a cost', { plan: 'plus', cost: { amount_minor: 0, currency: 'USD' } }, 'cost'],
    ['no such plan', { plan: 'nothing' }, 'plan'],
    ['nothing', {}, 'plan'],
    ['a time that is none', { plan: 'plus', at: 'soon' }, 'at'],
  ])('%s is refused, and the provider is not asked', async (name, body, field) => {
    const account = `u_bad_${name.length}_${field}`;
    const { id } = await begun(account);
    const asked = updates();
    await expect(change(account, id, body)).rejects.toMatchObject({ details: { field } });
    await expect(
      rig.first.subscriptions.preview(account, id, { action: 'change', ...body } as never),
    ).rejects.toMatchObject({ details: { field } });
    expect(updates()).toBe(asked);
  });

  test('what is cancelled, past due or over is not changed', async () => {
    const { id, one } = await begun('u_state');
    await rig.first.subscriptions.cancel('u_state', id, {}, {});
    expect(await codeOf(change('u_state', id, { plan: 'plus' }))).toBe('subscription_state');
    await rig.first.subscriptions.reactivate('u_state', id, {}, {});
    await at(monthsAfter(one.start_date, 1) + 1);
    await t.deliver(
      t.stripe.event('invoice.payment_failed', t.stripe.billing.bill(one.id, { status: 'open' })),
    );
    expect((await t.show('u_state', id)).status).toBe('past_due');
    expect(await codeOf(change('u_state', id, { plan: 'plus' }))).toBe('subscription_state');
    await rig.first.subscriptions.cancel('u_state', id, { at: 'now' }, {});
    expect(await codeOf(change('u_state', id, { plan: 'plus' }))).toBe('subscription_state');
  });

  test('an account that is closed while a change is under way: the money is owed back', async () => {
    const { id, one } = await begun('u_closing');
    t.stripe.losing = /\/v1\/subscriptions\//;
    expect(await codeOf(change('u_closing', id, { plan: 'plus' }))).toBe('unavailable');
    t.stripe.losing = /^$/;
    await rig.first.life.closures.close('u_closing', { reason: 'asked' }, {});
    expect(one.status).toBe('canceled');
    await t.deliver(t.stripe.event('customer.subscription.deleted', { ...one }));
    const paid = (await t.paymentsOf('u_closing')).reduce((sum, { price }) => sum + price.amount_minor, 0);
    expect(paid).toBe(1999 + 4999);
    expect((await rig.first.balance('u_closing')).total).toBe(0);
  });
});
