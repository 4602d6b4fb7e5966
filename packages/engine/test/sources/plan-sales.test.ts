/** Plans are sold under the law of a place, as packs are: what it asks for is kept on the day of the checkout. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StripePayments } from '../../src/sources/stripe.ts';
import { codeOf, type Rig } from '../engine/rig.ts';
import type { FakeStripe } from './stripe-fake.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

let t: StripeRig;
let rig: Rig;
let stripe: FakeStripe;

beforeAll(async () => {
  t = await openStripeRig();
  ({ rig, stripe } = t);
  stripe.now = () => BEGUN + 60;
});

afterAll(() => t.close());

const GERMAN = { jurisdiction: 'DE', consent: { immediate_use: true } } as const;

async function bought(account: string, more: Partial<wire.PlanCheckoutRequest> = GERMAN) {
  const sold = await t.sold(account, more);
  expect((await t.deliver(sold.session)).status).toBe(200);
  const [payment] = await t.paymentsOf(account);
  return { ...sold, payment: payment as wire.Purchase };
}

const refund = (id: string, idempotencyKey: string) =>
  rig.second.purchases.refund(id, {}, { idempotencyKey, actor: 'user:u' });

describe('a plan in a place with a right to withdraw', () => {
  test('is sold with the buyer’s word only, which is kept with the first payment', async () => {
    expect(await codeOf(t.order('u_word', { jurisdiction: 'DE' }))).toBe('consent_required');
    expect(await codeOf(t.order('u_word', { jurisdiction: 'XX' }))).toBe('invalid_request');
    const { payment, one } = await bought('u_word');
    expect(payment).toMatchObject({
      jurisdiction: 'DE',
      policy: { withdrawal_window: 'P14D', cash_out: null },
      consent: { immediate_use: true },
      refundable_until: '2026-02-14T10:01:00.000Z',
    });
    // Another period is no new agreement.
    await t.deliver(stripe.event('invoice.paid', stripe.billing.bill(one.id)));
    const [second] = await t.paymentsOf('u_word');
    expect(second).toMatchObject({ jurisdiction: 'DE', consent: null, refundable_until: null });
    expect(await codeOf(refund(second?.id as string, 'k'))).toBe('purchase_not_refundable');
  });

  test('what the product says of the buyer holds, and a refusal closes no checkout that is open', async () => {
    await rig.first.putAccount('u_kept', { metadata: { jurisdiction: 'FR' } });
    const word = { consent: GERMAN.consent };
    expect(await codeOf(t.order('u_kept', { ...GERMAN }))).toBe('invalid_request');
    const open = await t.order('u_kept', word);
    expect(await codeOf(t.order('u_kept'))).toBe('consent_required');
    expect(stripe.sessions.get(open.checkout)?.status).toBe('open');
    const call = { origin: ORIGIN, jurisdiction: 'DE' };
    const body = { plan: 'pro', interval: 'month', currency: 'USD', return_url: RETURN } as const;
    expect(await codeOf(rig.first.plans.checkout('u_session', body, call))).toBe('consent_required');
    // The same request is the same order, and one without its word is another.
    const keyed = { ...call, idempotencyKey: 'once' };
    const first = await rig.first.plans.checkout('u_session', { ...body, ...word }, keyed);
    const again = await rig.second.plans.checkout('u_session', { ...body, ...word }, keyed);
    expect(again).toMatchObject({ checkout: first.checkout, replayed: true });
    expect(await codeOf(rig.first.plans.checkout('u_session', body, keyed))).toBe('idempotency_key_reused');
  });

  test('is given back unspent: the money, the credits and the plan', async () => {
    const { id, one, payment } = await bought('u_back', { ...GERMAN, interval: 'year' });
    const answers = await Promise.all([refund(payment.id, 'r1'), refund(payment.id, 'r1')]);
    for (const answer of answers) expect(answer).toMatchObject({ state: 'reversed' });
    expect(one.status).toBe('canceled');
    expect(
      [...stripe.refunds.values()].filter((r) => r.payment_intent === t.invoicesOf(one)[0]?.charged),
    ).toHaveLength(1);
    expect(await t.show('u_back', id)).toMatchObject({ status: 'cancelled' });
    expect(await rig.first.balance('u_back')).toMatchObject({ total: 0 });
    const lots = (await rig.first.grants('u_back', { state: 'all' })).data;
    expect(lots.every(({ remaining }) => remaining === 0)).toBe(true);
  });

  test('goes on as it was where credits were spent, or the provider does not pay back', async () => {
    const { id, one, payment } = await bought('u_spent');
    await rig.first.consume('u_spent', { amount: 1 }, {});
    expect(await codeOf(refund(payment.id, 'r2'))).toBe('purchase_not_refundable');
    expect(one).toMatchObject({ status: 'active', cancel_at_period_end: false });
    const other = await bought('u_declined');
    stripe.declinesRefunds = true;
    expect(await codeOf(refund(other.payment.id, 'r3'))).toBe('payment_refused');
    stripe.declinesRefunds = false;
    expect(other.one).toMatchObject({ status: 'active', cancel_at_period_end: false });
    expect(await t.show('u_declined', other.id)).toMatchObject({ status: 'active', cancel_at: null });
    expect(await rig.first.balance('u_declined')).toMatchObject({ total: 600 });
    expect(await t.show('u_spent', id)).toMatchObject({ status: 'active', cancel_at: null });
    // The next try pays back.
    expect(await refund(other.payment.id, 'r3')).toMatchObject({ state: 'reversed' });
    expect(other.one.status).toBe('canceled');
  });

  test('whose refund’s answer is lost is charged for no more, and the same request finishes it', async () => {
    const { id, one, payment } = await bought('u_lost');
    stripe.losing = /refunds/;
    expect(await codeOf(refund(payment.id, 'r4'))).toBe('unavailable');
    stripe.losing = /^$/;
    expect(one.cancel_at_period_end).toBe(true);
    expect(await refund(payment.id, 'r4')).toMatchObject({ state: 'reversed' });
    expect(await t.show('u_lost', id)).toMatchObject({ status: 'cancelled' });
    expect(await rig.first.balance('u_lost')).toMatchObject({ total: 0 });
  });

  test('whose refund’s answer is lost, and which is then refused, goes on after all', async () => {
    const { id, one, payment } = await bought('u_lost_refused');
    stripe.refusing = /POST \/v1\/refunds/;
    expect(await codeOf(refund(payment.id, 'r5'))).toBe('unavailable');
    stripe.refusing = /^$/;
    expect(one.cancel_at_period_end).toBe(true);
    stripe.declinesRefunds = true;
    expect(await codeOf(refund(payment.id, 'r5'))).toBe('payment_refused');
    stripe.declinesRefunds = false;
    expect(one).toMatchObject({ status: 'active', cancel_at_period_end: false });
    expect(await t.show('u_lost_refused', id)).toMatchObject({ status: 'active', cancel_at: null });
    expect(await rig.first.balance('u_lost_refused')).toMatchObject({ available: 600 });
  });
});

describe('how a plan is paid', () => {
  test('is kept where its buyer wants that, and pays for other things while nobody is there', async () => {
    await bought('u_card', {});
    expect(await codeOf(rig.first.topUps.method('u_card'))).toBe('payment_method_not_found');
    const { one } = await bought('u_keeps', { save_payment_method: true });
    expect(await rig.first.topUps.method('u_keeps')).toMatchObject({
      provider: 'stripe',
      label: 'visa 4242',
    });
    const customer = stripe.charges.customers.get(one.customer as string);
    expect(customer).toMatchObject({ metadata: { account: 'u_keeps' } });
    // Whatever comes later changes nothing of it.
    await rig.first.topUps.removeMethod('u_keeps', {});
    await t.deliver(stripe.event('invoice.paid', stripe.billing.bill(one.id)));
    expect(await codeOf(rig.first.topUps.method('u_keeps'))).toBe('payment_method_not_found');
  });

  test('stays with the plan when it is forgotten here, until the plan is over', async () => {
    const { one } = await bought('u_stays', { save_payment_method: true });
    const card = one.default_payment_method as string;
    const { secretKey, webhookSecret, api } = stripe;
    const provider = new StripePayments({ secretKey, webhookSecrets: [webhookSecret], api }, Date.now);
    const forget = () => provider.forget({ method: card });
    await forget();
    expect(stripe.charges.methods.get(card)?.customer).toBe(one.customer);
    stripe.billing.end(one.id, stripe.now());
    await forget();
    expect(stripe.charges.methods.get(card)?.customer).toBeNull();
  });
});
