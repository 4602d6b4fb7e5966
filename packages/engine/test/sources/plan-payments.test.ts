/** What a plan's invoices may come to, and what becomes of money that nothing can be granted for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Engine } from '../../src/engine.ts';
import { codeOf, type Rig, together } from '../engine/rig.ts';
import type { FakeStripe } from './stripe-fake.ts';
import type { FakeInvoice } from './stripe-invoices.ts';
import { BEGUN, openStripeRig, type StripeRig } from './stripe-rig.ts';

let t: StripeRig;
let rig: Rig;
let stripe: FakeStripe;

const SHIPPED = readCatalog(shippedCatalog);
const GENEROUS = readCatalog({
  ...shippedCatalog,
  policies: { ...shippedCatalog.policies, free_periods: true },
});

beforeAll(async () => {
  t = await openStripeRig(SHIPPED, SHIPPED);
  ({ rig, stripe } = t);
});

afterAll(() => t.close());

const invoicePaid = (invoice: object) => t.deliver(stripe.event('invoice.paid', { ...invoice }));
const payables = async (account: string) =>
  (await rig.first.life.settlements.payables({ limit: 200 })).data.filter((one) => one.account === account);
const totalOf = async (account: string) => (await rig.first.balance(account)).total;

/** A subscription of the product's own, which Stripe charges for under its id. */
async function billedElsewhere(account: string, more: object = {}) {
  const body = { plan: 'pro', interval: 'month' as const, currency: 'USD', ref: `${account}_1`, ...more };
  const { subscription } = await rig.first.subscriptions.create(account, body, {});
  const ordered = { price: stripe.billing.prices.make({ amount: 1999 }), quantity: 1 };
  const metadata = { subscription: subscription.id };
  const begin = (trialDays: number | null) =>
    stripe.billing.begin({ ...ordered, trialDays, metadata }, BEGUN + 60);
  return { id: subscription.id, begin };
}

describe('an invoice of a subscription', () => {
  test('of nothing, for the beginning of a trial, pays no period', async () => {
    const { id, begin } = await billedElsewhere('u_trial', { trial: true });
    const one = begin(7);
    expect((await invoicePaid(t.invoicesOf(one)[0] as FakeInvoice)).status).toBe(200);
    expect(await totalOf('u_trial')).toBe(100);
    expect(await t.show('u_trial', id)).toMatchObject({ status: 'trialing', paid_until: expect.anything() });
    expect((await invoicePaid(stripe.billing.bill(one.id))).status).toBe(200);
    expect((await t.show('u_trial', id)).paid_until).toBe('2026-03-07T10:01:00.000Z');
  });

  test.each([
    ['nothing', { amount: 0 }, 'amount'],
    ['less', { amount: 1998 }, 'amount'],
    ['another currency', { amount: 1999, currency: 'eur' }, 'currency'],
    ['nothing, where a coupon took all off', { amount: 1999, discount: 1999 }, 'amount'],
  ])('of %s is refused, and grants nothing', async (name, bill, field) => {
    const account = `u_refused_${name.length}`;
    const { begin } = await billedElsewhere(account);
    const one = begin(null);
    const wrong = stripe.billing.bill(one.id, { at: BEGUN + 90, ...bill });
    const reply = await invoicePaid(wrong);
    expect(reply).toMatchObject({ status: 409, body: { code: 'payment_refused', field } });
    expect((await rig.first.grants(account, { state: 'all' })).data).toHaveLength(1);
    // One that is about a change within a period is none for a period.
    await invoicePaid(stripe.billing.change(one.id, { at: BEGUN + 95, charge: 500 }) as FakeInvoice);
    expect((await rig.first.grants(account, { state: 'all' })).data).toHaveLength(1);
  });

  test.each([
    ['a coupon', { amount: 1999, discount: 1000 }, 999],
    ['more, with another item on it', { amount: 2999 }, 2999],
    ['less, since a change was credited', { amount: 1999, prorated: -500 }, 1499],
    ['a tax on top', { amount: 1999, tax: 380 }, 1999],
  ])('with %s is what was agreed', async (name, bill, cost) => {
    const account = `u_agreed_${name.length}`;
    const { begin } = await billedElsewhere(account);
    const one = begin(null);
    stripe.billing.bill(one.id);
    expect((await invoicePaid(stripe.billing.bill(one.id, { at: BEGUN + 90, ...bill }))).status).toBe(200);
    const lots = (await rig.first.grants(account, { state: 'all' })).data;
    expect(lots.map((lot) => lot.cost?.amount_minor)).toContain(cost);
  });

  test('of nothing is granted where the catalog says that staff may give periods away', async () => {
    const generous = await openStripeRig(GENEROUS, GENEROUS);
    const { id, one, session } = await generous.sold('u_gift');
    await generous.deliver(session);
    const gift = generous.stripe.billing.bill(one.id, { amount: 1999, discount: 1999 });
    expect((await generous.deliver(generous.stripe.event('invoice.paid', gift))).status).toBe(200);
    expect((await generous.show('u_gift', id)).paid_until).toBe('2026-03-31T10:00:00.000Z');
    const free = generous.stripe.billing.bill(one.id, { amount: 0 });
    expect((await generous.deliver(generous.stripe.event('invoice.paid', free))).status).toBe(409);
    await generous.close();
  });

  test('that was refused keeps none of the others from being taken in, and is told once', async () => {
    const { id, one, session } = await t.sold('u_between');
    await t.deliver(session);
    const wrong = stripe.billing.bill(one.id, { at: BEGUN + 10, amount: 1 });
    expect((await invoicePaid(wrong)).status).toBe(409);
    const right = stripe.billing.bill(one.id, { at: BEGUN + 20 });
    expect((await invoicePaid(right)).status).toBe(200);
    const periods = (await rig.first.grants('u_between', { state: 'all' })).data.map((lot) => lot.expires_at);
    expect(periods.sort()).toEqual(['2026-02-28T10:00:00.000Z', '2026-04-30T10:00:00.000Z']);
    expect(
      (await rig.first.subscriptions.cancel('u_between', id, {}, {})).subscription.cancel_at,
    ).not.toBeNull();
  });
});

describe('a plan is paid once', () => {
  test('another checkout closes the one before it', async () => {
    const first = await t.order('u_again');
    const second = await t.order('u_again', { interval: 'year' });
    expect(stripe.sessions.get(first.checkout)?.status).toBe('expired');
    expect((await rig.first.plans.find(first.plan_checkout.subscription))?.state).toBe('expired');
    expect(stripe.sessions.get(second.checkout)?.status).toBe('open');
    // A repetition is no other checkout, and another plan closes none.
    const origin = 'https://credits.example.com';
    const body = { plan: 'pro', currency: 'EUR', return_url: 'https://app.example.com/credits' };
    const call = { origin, idempotencyKey: 'again' };
    const third = await rig.first.plans.checkout('u_again', body, call);
    expect((await rig.first.plans.checkout('u_again', body, call)).checkout).toBe(third.checkout);
    expect(stripe.sessions.get(third.checkout)?.status).toBe('open');
  });

  test('one that was paid meanwhile begins, and another is not opened', async () => {
    const { id } = await t.sold('u_meanwhile');
    expect(await codeOf(t.order('u_meanwhile'))).toBe('plan_running');
    expect((await t.show('u_meanwhile', id)).status).toBe('active');
  });

  test('of two that are paid all the same one runs; the other ends there, and its money is owed', async () => {
    const [first, second] = await together(2, () => t.order('u_both'));
    const sessions = [first, second].map((one) => {
      const id = one?.checkout as string;
      Object.assign(stripe.sessions.get(id) ?? {}, { status: 'open' });
      return { one: stripe.begin(id, { at: BEGUN }), id };
    });
    const both = sessions.map(({ id }) =>
      stripe.event('checkout.session.completed', stripe.sessions.get(id) ?? {}),
    );
    for (const event of [...both, ...both]) expect((await t.deliver(event)).status).toBe(200);
    expect(await totalOf('u_both')).toBe(600);
    expect((await rig.first.subscriptions.list('u_both', {})).data).toHaveLength(1);
    expect(sessions.map(({ one }) => one.status).sort()).toEqual(['active', 'canceled']);
    const [owed, ...more] = await payables('u_both');
    expect(more).toEqual([]);
    expect(owed).toMatchObject({ kind: 'late', payable_minor: 1999, credits: 0 });
    const spare = sessions.find(({ one }) => one.status === 'canceled')?.one;
    const payment = t.invoicesOf(spare as NonNullable<typeof spare>)[0]?.charged as string;
    stripe.refund(payment, 1999);
    await t.deliver(stripe.event('charge.refunded', stripe.charge(payment)));
    expect((await payables('u_both'))[0]).toMatchObject({ payable_minor: 0 });
    expect(await totalOf('u_both')).toBe(600);
  });
});

describe('an account that ends', () => {
  test('ends its plans at the provider, and closes its checkouts', async () => {
    const { id, one, session } = await t.sold('u_close');
    await t.deliver(session);
    const open = await t.order('u_close', { plan: 'pro_plus' }).catch(() => null);
    stripe.failing = 3;
    expect(await codeOf(rig.first.life.closures.close('u_close', { reason: 'asked' }, {}))).toBe(
      'unavailable',
    );
    stripe.failing = 0;
    const closed = await rig.first.life.closures.close('u_close', { reason: 'asked' }, {});
    expect(closed.account.closed_at).not.toBeNull();
    expect(one.status).toBe('canceled');
    if (open !== null) expect(stripe.sessions.get(open.checkout)?.status).toBe('expired');
    // An invoice that comes all the same is owed back, once.
    const late = stripe.billing.bill(one.id, { at: BEGUN + 80 });
    Object.assign(one, { status: 'active' });
    for (let times = 0; times < 3; times += 1) expect((await invoicePaid(late)).status).toBe(200);
    expect(one.status).toBe('canceled');
    expect((await payables('u_close')).filter(({ kind }) => kind === 'late')).toMatchObject([
      { payable_minor: 1999, grant: null },
    ]);
    expect(await totalOf('u_close')).toBe(0);
    expect((await t.show('u_close', id)).status).toBe('cancelled');
  });

  test.each(['closed', 'merged'])('a checkout that is paid when it is %s begins nothing', async (how) => {
    const account = `u_${how}`;
    const { checkout, plan_checkout } = await t.order(account);
    await rig.first.putAccount('u_heir', {});
    if (how === 'closed') await rig.first.life.closures.close(account, { reason: 'asked' }, {});
    else await rig.first.life.merges.merge(account, { into: 'u_heir', reason: 'one person' }, {});
    // The buyer was faster than the closing of the checkout.
    const one = stripe.begin(checkout, { at: BEGUN });
    const session = stripe.event('checkout.session.completed', stripe.sessions.get(checkout) ?? {});
    for (let times = 0; times < 2; times += 1) expect((await t.deliver(session)).status).toBe(200);
    expect(one.status).toBe('canceled');
    expect((await rig.first.plans.find(plan_checkout.subscription))?.state).toBe('refused');
    const owed = await payables(how === 'closed' ? account : 'u_heir');
    expect(owed).toMatchObject([{ kind: 'late', payable_minor: 1999 }]);
    const paid = await rig.first.life.settlements.paid(owed[0]?.id as string, { reference: 'SEPA 1' }, {});
    expect(paid).toMatchObject({ payable_minor: 0, paid_minor: 1999 });
  });
});

describe('a purchase that is paid a second time', () => {
  const facts = (engine: Engine, purchase: string, ...all: readonly object[]) =>
    engine.purchases.enter('stripe', {
      id: `twice:${JSON.stringify(all)}:${purchase}`,
      subject: { purchase },
      facts: all as never,
    });
  const paid = (payment: string, at: number) => ({
    kind: 'paid',
    payment,
    gross: 499,
    net: 499,
    currency: 'USD',
    at,
  });

  async function ordered(account: string): Promise<string> {
    const body = { pack: 'pack_100', currency: 'USD', return_url: 'https://app.example.com/credits' };
    const { purchase } = await rig.first.purchases.checkout(account, body, {
      origin: 'https://x.example.com',
    });
    return purchase.id;
  }

  test('is one purchase; the second payment is told, owed back, and gone with its own refund only', async () => {
    const purchase = await ordered('u_double');
    await facts(rig.first, purchase, paid('pi_a', 1));
    await facts(rig.second, purchase, paid('pi_b', 2));
    const show = () => rig.first.purchases.byId(purchase, {});
    expect(await totalOf('u_double')).toBe(100);
    expect(await show()).toMatchObject({
      state: 'completed',
      paid_again: [{ payment: 'pi_b', amount_minor: 499, currency: 'USD' }],
    });
    expect(await payables('u_double')).toMatchObject([
      { id: `${purchase}.pi_b`, kind: 'double', payable_minor: 499 },
    ]);
    const refund = { kind: 'refund', id: 're_b', amount: 499, failed: false, payment: 'pi_b' };
    await facts(rig.first, purchase, refund, { kind: 'refunded', total: 499, payment: 'pi_b' });
    expect(await show()).toMatchObject({ state: 'completed', reversed: 0, paid_again: [] });
    expect(await payables('u_double')).toMatchObject([{ payable_minor: 0 }]);
    // The other one goes back as well: then nothing is paid any more.
    await facts(rig.second, purchase, { kind: 'refunded', total: 499, payment: 'pi_a' });
    expect(await show()).toMatchObject({ state: 'reversed', reversed: 100 });
    expect(await totalOf('u_double')).toBe(0);
  });

  test('and of which the first goes back, is paid by the second', async () => {
    const purchase = await ordered('u_first_back');
    await facts(rig.first, purchase, paid('pi_c', 1), paid('pi_d', 2));
    const back = { kind: 'refunded', total: 499, payment: 'pi_c' };
    await facts(rig.first, purchase, back);
    expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({
      state: 'completed',
      paid_again: [],
    });
    expect(await totalOf('u_first_back')).toBe(100);
    expect(await payables('u_first_back')).toMatchObject([{ payable_minor: 0 }]);
  });

  test('is found by reconciling', async () => {
    const purchase = await ordered('u_found');
    const session = [...stripe.sessions.values()].find(({ metadata }) => metadata.purchase === purchase);
    stripe.pay(session?.id as string);
    const other = { ...session, id: 'cs_test_other', payment_intent: 'pi_other', status: 'complete' };
    stripe.sessions.set('cs_test_other', other as never);
    const found: string[] = [];
    const { purchases } = rig.first;
    for (let rounds = 0; rounds < 2; rounds += 1) {
      for await (const one of purchases.reconcile({ since: 0, repair: true })) {
        if (one.purchase === purchase && one.result !== 'same')
          found.push(`${one.result} ${one.reason ?? ''}`);
      }
    }
    expect(found.slice(0, 2)).toEqual(['repaired ', 'repaired cs_test_other']);
    expect(found.slice(2)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^paid_again also by pi_/)]),
    );
    expect(await payables('u_found')).toMatchObject([{ payable_minor: 499 }]);

    // It goes back there, and nothing of that arrives here.
    const [extra] = (await purchases.byId(purchase, {})).paid_again;
    stripe.intents.set(extra?.payment as string, { id: extra?.payment, amount: 499, currency: 'usd' });
    stripe.refund(extra?.payment as string, 499);
    for await (const one of purchases.reconcile({ since: 0, repair: true })) {
      if (one.purchase === purchase && one.result === 'repaired') found.push('its refund');
    }
    expect(found.at(-1)).toBe('its refund');
    expect(await purchases.byId(purchase, {})).toMatchObject({ state: 'completed', paid_again: [] });
    expect(await payables('u_found')).toMatchObject([{ payable_minor: 0 }]);
  });
});
