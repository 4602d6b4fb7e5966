/** Plans sold at a Stripe that is as strict as Stripe, over HTTP, with two servers taking in the events. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig, tally, together } from '../engine/rig.ts';
import { CHILD_SECRET, serveChild } from '../engine/serve-child.ts';
import type { FakeStripe } from './stripe-fake.ts';
import type { FakeInvoice } from './stripe-invoices.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

let t: StripeRig;
let rig: Rig;
let stripe: FakeStripe;

beforeAll(async () => {
  t = await openStripeRig();
  ({ rig, stripe } = t);
});

afterAll(() => t.close());

const deliver: StripeRig['deliver'] = (event) => t.deliver(event);
const order: StripeRig['order'] = (account, more) => t.order(account, more);
const sold: StripeRig['sold'] = (account, more) => t.sold(account, more);
const show: StripeRig['show'] = (account, id) => t.show(account, id);
const invoicesOf: StripeRig['invoicesOf'] = (one) => t.invoicesOf(one);
const paymentsOf: StripeRig['paymentsOf'] = (account) => t.paymentsOf(account);
const paymentOf = (invoice: FakeInvoice | undefined) => invoice?.charged as string;

describe('a plan at Stripe', () => {
  test('is ordered once, in its own terms, and begins with its paid period', async () => {
    const body = { plan: 'pro', interval: 'month', currency: 'EUR', return_url: `${RETURN}?tab=1` } as const;
    const call = { origin: ORIGIN, idempotencyKey: 'k1' };
    const first = await rig.first.plans.checkout('u_open', body, call);
    const again = await rig.second.plans.checkout('u_open', body, call);
    expect(again).toMatchObject({ url: first.url, checkout: first.checkout, replayed: true });
    const other = rig.first.plans.checkout('u_open', { ...body, interval: 'year' }, call);
    expect(await codeOf(other)).toBe('idempotency_key_reused');
    const { subscription } = first.plan_checkout;
    expect(first.plan_checkout).toMatchObject({ state: 'open', plan: 'pro', credits: 600, trial: false });
    expect(stripe.sessions.get(first.checkout)).toMatchObject({
      mode: 'subscription',
      currency: 'eur',
      amount_total: 1999,
      metadata: { subscription },
      ordered: {
        price: { recurring: { interval: 'month' }, metadata: { plan: 'pro' } },
        trialDays: null,
        metadata: { subscription },
      },
    });
    expect(await codeOf(show('u_open', subscription))).toBe('subscription_not_found');

    const one = stripe.begin(first.checkout, { at: BEGUN, tax: 380 });
    expect((await deliver(stripe.event('invoice.paid', invoicesOf(one)[0] ?? {}))).status).toBe(200);
    expect(await show('u_open', subscription)).toMatchObject({
      status: 'active',
      provider: 'stripe',
      anchor: '2026-01-31T10:00:00.000Z',
      current_period: { end: '2026-02-28T10:00:00.000Z', paid: true },
    });
    expect(await rig.first.balance('u_open')).toMatchObject({ total: 600 });
    expect(await paymentsOf('u_open')).toMatchObject([
      {
        state: 'completed',
        plan: 'pro',
        subscription,
        credits: 600,
        paid: { amount_minor: 2379, net_minor: 1999, currency: 'EUR' },
      },
    ]);
    const { data } = await rig.first.grants('u_open', {});
    expect(data).toMatchObject([{ cost: { amount_minor: 1999 }, source: { type: 'subscription' } }]);
  });

  test('of a team is charged by the seat; a person has no use for it', async () => {
    const team = await sold('t_team', { plan: 'teams', seats: 5 });
    expect(stripe.sessions.get(team.checkout)).toMatchObject({ amount_total: 5 * 2499 });
    await deliver(team.session);
    expect(await rig.first.balance('t_team')).toMatchObject({ total: 3000 });
    await rig.first.putAccount('u_person', { kind: 'user' });
    expect(await codeOf(order('u_person', { plan: 'teams' }))).toBe('invalid_request');
    expect(await codeOf(order('u_person', { currency: 'CHF' }))).toBe('unknown_currency');
    expect(await codeOf(order('u_person', { plan: 'none' }))).toBe('unknown_plan');
  });

  test('begins with its trial, is charged at its end, and a trial is had once', async () => {
    const { id, one, session } = await sold('u_trial', { trial: true });
    await deliver(session);
    expect(await show('u_trial', id)).toMatchObject({
      status: 'trialing',
      trial_ends_at: '2026-02-07T10:00:00.000Z',
    });
    expect(await rig.first.balance('u_trial')).toMatchObject({ total: 100 });
    await deliver(stripe.event('invoice.paid', stripe.billing.bill(one.id)));
    expect((await show('u_trial', id)).paid_until).toBe('2026-03-07T10:00:00.000Z');
    expect(await paymentsOf('u_trial')).toHaveLength(1);
    stripe.billing.end(one.id, BEGUN + 30);
    await deliver(stripe.event('customer.subscription.deleted', one));
    expect((await show('u_trial', id)).status).toBe('cancelled');
    expect(await codeOf(order('u_trial', { trial: true }))).toBe('trial_used');
  });

  test('that runs is not sold again; what its provider charges for is renewed and paused there', async () => {
    const { id, session } = await sold('u_twice');
    await deliver(session);
    const again = order('u_twice');
    await expect(again).rejects.toMatchObject({ code: 'plan_running', details: { subscription: id } });
    const { subscriptions } = rig.first;
    for (const refused of [
      () => subscriptions.renew('u_twice', id, { ref: 'free' }, {}),
      () => subscriptions.paymentFailed('u_twice', id, {}, {}),
      () => subscriptions.pause('u_twice', id, {}),
    ]) {
      await expect(refused()).rejects.toMatchObject({
        code: 'subscription_billed',
        details: { provider: 'stripe' },
      });
    }
    expect((await subscriptions.preview('u_twice', id, { action: 'cancel' })).lots).toHaveLength(1);
  });

  test('is cancelled there when we are asked, taken back, and ended now', async () => {
    const { id, one, session } = await sold('u_cancel');
    await deliver(session);
    const { subscriptions } = rig.first;
    const cancelled = await subscriptions.cancel('u_cancel', id, {}, {});
    expect(cancelled.subscription.cancel_at).toBe('2026-02-28T10:00:00.000Z');
    expect(one.cancel_at_period_end).toBe(true);
    expect((await subscriptions.reactivate('u_cancel', id, {}, {})).subscription.cancel_at).toBeNull();
    expect(one.cancel_at_period_end).toBe(false);
    stripe.failing = 3;
    expect(await codeOf(subscriptions.cancel('u_cancel', id, {}, {}))).toBe('unavailable');
    stripe.failing = 0;
    expect((await show('u_cancel', id)).cancel_at).toBeNull();
    await subscriptions.cancel('u_cancel', id, { at: 'now' }, {});
    expect(one.status).toBe('canceled');
    expect(await rig.first.balance('u_cancel')).toMatchObject({ total: 600 });
  });

  test('is paid with less, or in another currency, than was asked for: refused, and nothing begins', async () => {
    for (const wrong of [{ total: 1, total_excluding_tax: 1 }, { currency: 'eur' }]) {
      const account = `u_wrong_${Object.keys(wrong).length}`;
      const { id, one, session } = await sold(account);
      Object.assign(invoicesOf(one)[0] ?? {}, wrong);
      expect(await deliver(session)).toMatchObject({ status: 409, body: { code: 'payment_refused' } });
      expect(await codeOf(show(account, id))).toBe('subscription_not_found');
    }
  });

  test('that nobody goes through with expires; one that others sold is of no concern', async () => {
    const { checkout, plan_checkout } = await order('u_expired');
    Object.assign(stripe.sessions.get(checkout) ?? {}, { status: 'expired' });
    await deliver(stripe.event('checkout.session.expired', stripe.sessions.get(checkout) ?? {}));
    expect((await rig.first.plans.find(plan_checkout.subscription))?.state).toBe('expired');
    const foreign = stripe.event('customer.subscription.updated', { id: 'sub_x', metadata: {} });
    expect((await deliver(foreign)).status).toBe(200);
  });

  test('while Stripe cannot be asked, an event comes again later (503)', async () => {
    const { id, session } = await sold('u_outage');
    stripe.failing = 3;
    expect(await deliver(session)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    stripe.failing = 0;
    expect((await deliver(session)).status).toBe(200);
    expect((await show('u_outage', id)).status).toBe('active');
  });
});

describe('refunds and disputes of an invoice', () => {
  test('touch its period only, also where they are heard of first (law 8)', async () => {
    const { id, one } = await sold('u_refund');
    const second = stripe.billing.bill(one.id, { at: BEGUN + 40 });
    await rig.first.grant('u_refund', { class: 'purchased', amount: 50 }, {});
    const payment = paymentOf(second);
    stripe.refund(payment, 1999);
    await deliver(stripe.event('charge.refunded', stripe.charge(payment)));
    expect((await show('u_refund', id)).paid_until).toBe('2026-03-31T10:00:00.000Z');
    // The second period lies ahead: its lot is taken back before it begins, the running one is left alone.
    const lots = (await rig.first.grants('u_refund', { state: 'all' })).data;
    expect(tally(lots.map(({ state, remaining }) => `${state} ${remaining}`))).toEqual({
      'active 600': 1,
      'voided 0': 1,
      'active 50': 1,
    });
    const dispute = stripe.dispute(paymentOf(invoicesOf(one)[0]), 'needs_response');
    await deliver(stripe.event('charge.dispute.created', dispute));
    expect(await rig.first.balance('u_refund')).toMatchObject({ total: 650, frozen: 600, available: 50 });
    const won = stripe.dispute(paymentOf(invoicesOf(one)[0]), 'won');
    await deliver(stripe.event('charge.dispute.closed', won));
    expect(await rig.first.balance('u_refund')).toMatchObject({ frozen: 0, available: 650 });
  });

  test('of a part of a year take back the last refills, and the rest from the running one', async () => {
    const { one, session } = await sold('u_year', { interval: 'year' });
    await deliver(session);
    const payment = paymentOf(invoicesOf(one)[0]);
    // A twelfth and a half of the price: one refill that lies ahead, and half of the running one.
    stripe.refund(payment, Math.ceil((17_999 * 1.5) / 12));
    await deliver(stripe.event('charge.refunded', stripe.charge(payment)));
    const lots = (await rig.first.grants('u_year', { state: 'all', limit: 200 })).data;
    expect(tally(lots.map(({ state }) => state))).toEqual({ active: 1, scheduled: 10, voided: 1 });
    expect(new Set(lots.map(({ channel }) => channel))).toEqual(new Set(['stripe']));
    expect(await rig.first.balance('u_year')).toMatchObject({ total: 300 });
    await deliver(stripe.event('charge.refunded', stripe.charge(payment)));
    stripe.refund(payment, 17_999 - Math.ceil((17_999 * 1.5) / 12));
    await deliver(stripe.event('charge.refunded', stripe.charge(payment)));
    expect(await rig.first.balance('u_year')).toMatchObject({ total: 0, debt: 0 });
    const after = (await rig.first.grants('u_year', { state: 'all', limit: 200 })).data;
    expect(tally(after.map(({ state }) => state))).toEqual({ voided: 12 });
  });
});

describe('a process that is killed while more is asked for, and less was agreed for later', () => {
  /** What is asked of Stripe where the card is declined, in this order; where it works, it ends with the third. */
  const STEPS = ['keep', 'release', 'change', 'schedule', 'agree', 'let go'] as const;
  type Stop = { readonly step: (typeof STEPS)[number]; readonly how: 'deaf' | 'mute' };
  const stops = (count: number): Stop[] =>
    STEPS.slice(0, count).flatMap((step) => [
      { step, how: 'deaf' },
      { step, how: 'mute' },
    ]);
  const clock = (seconds: number) => setTestClock(rig.database, seconds * 1000);
  const LATER = BEGUN + 120;

  /** Which step a request is, and of which subscription. */
  function stepOf(path: string, text: string): { step: string; of: string } {
    const form = new URLSearchParams(text);
    const [, kind, id = '', more] = path.split('/').slice(1);
    if (kind === 'subscriptions') {
      const kept = form.get('metadata[kept]');
      return { step: form.has('metadata[change]') ? 'change' : kept === '' ? 'let go' : 'keep', of: id };
    }
    if (id === '') return { step: 'schedule', of: form.get('from_subscription') ?? '' };
    const of = stripe.billing.schedules.all.get(id)?.subscription ?? '';
    return { step: more === 'release' ? 'release' : 'agree', of };
  }

  async function agreed(account: string) {
    await rig.first.putAccount(account, { kind: 'team' });
    const { id, one, session } = await sold(account, { plan: 'teams', interval: 'year', seats: 3 });
    await deliver(session);
    await rig.first.subscriptions.change(account, id, { interval: 'month' }, {});
    const { pending } = await show(account, id);
    expect(pending).toMatchObject({ interval: 'month', seats: 3 });
    return { account, id, one, pending };
  }

  /** Each asks for more seats, and the process is killed when every one of them is where it stops. */
  async function killedAt(where: readonly Stop[], name: string) {
    const all: (Stop & Awaited<ReturnType<typeof agreed>>)[] = [];
    for (const [nth, stop] of where.entries()) all.push({ ...stop, ...(await agreed(`t_${name}_${nth}`)) });
    const stopped = new Set<string>();
    stripe.silent = (path, text) => {
      const { step, of } = stepOf(path, text);
      const own = all.find((asked) => asked.one.id === of && asked.step === step);
      if (own !== undefined) stopped.add(of);
      return own?.how ?? null;
    };
    const { child, url } = await serveChild(rig.url, {
      DRAWDOWN_TEST_CLOCK: '1',
      DRAWDOWN_STRIPE_SECRET_KEY: stripe.secretKey,
      DRAWDOWN_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      DRAWDOWN_STRIPE_API: stripe.api,
    });
    const asking = all.map(({ account, id }) =>
      fetch(`${url}/v1/accounts/${account}/subscriptions/${id}/change`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${CHILD_SECRET}`,
          'content-type': 'application/json',
          'idempotency-key': `more-${id}`,
        },
        body: JSON.stringify({ seats: 5 }),
      }).then(
        ({ status }) => status,
        () => 'killed',
      ),
    );
    await expect.poll(() => stopped.size, { timeout: 60_000 }).toBe(all.length);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(tally(await Promise.all(asking))).toEqual({ killed: all.length });
    stripe.silent = () => null;
    return all;
  }

  type Killed = Awaited<ReturnType<typeof killedAt>>[number];
  /** The same request, to two servers. */
  const again = ({ account, id }: Killed) =>
    Promise.all(
      rig.engines.map((engine) =>
        codeOf(engine.subscriptions.change(account, id, { seats: 5 }, { idempotencyKey: `more-${id}` })),
      ),
    );

  async function isAgreed({ account, id, one, pending, step, how }: Killed): Promise<void> {
    const where = `${step} ${how}`;
    await deliver(stripe.event('customer.subscription.updated', { ...one }));
    expect((await show(account, id)).pending, where).toEqual(pending);
    expect(one.metadata.kept, where).toBeUndefined();
    const phases = stripe.billing.schedules.of(one.id)?.phases;
    expect(phases?.at(-1)?.items, where).toMatchObject([{ quantity: 3 }]);
    expect(phases, where).toHaveLength(2);
    expect(invoicesOf(one), where).toHaveLength(1);
  }

  test('the card is declined: whoever asks again, or nobody, it is still agreed', {
    timeout: 180_000,
  }, async () => {
    await clock(LATER);
    stripe.now = () => LATER;
    stripe.billing.declines = true;
    const all = await killedAt([...stops(6), ...stops(6)], 'declined');
    // What the page says meanwhile is what is agreed still.
    await clock(LATER + 4 * 60);
    for (const { account, id, one, pending } of all) {
      await deliver(stripe.event('customer.subscription.updated', { ...one }));
      expect((await show(account, id)).pending).toEqual(pending);
    }
    await together(6, async (nth) => {
      for (const one of all.slice(nth * 2, nth * 2 + 2)) {
        await again(one);
        expect(await again(one)).toEqual(['payment_refused', 'payment_refused']);
        await isAgreed(one);
      }
    });
    await clock(LATER + 11 * 60);
    await Promise.all(rig.engines.map(({ plans }) => plans.changes.round()));
    for (const one of all) await isAgreed(one);
    stripe.billing.declines = false;
    // Nothing is under way any more, so that another change can be made.
    for (const { account, id, one } of all.slice(11, 13)) {
      await rig.first.subscriptions.change(account, id, { seats: 5 }, {});
      expect(await show(account, id)).toMatchObject({ seats: 5, pending: null });
      expect(invoicesOf(one)).toHaveLength(2);
    }
  });

  test('the card works: it is charged once, or not at all', { timeout: 180_000 }, async () => {
    const all = await killedAt([...stops(3), ...stops(3)], 'works');
    await clock(LATER + 15 * 60);
    for (const one of all.slice(0, 6)) {
      await again(one);
      expect(await again(one)).toEqual(['done', 'done']);
    }
    await clock(LATER + 22 * 60);
    await Promise.all(rig.engines.map(({ plans }) => plans.changes.round()));
    for (const [nth, made] of all.entries()) {
      const { account, id, one } = made;
      const isMade = nth < 6 || (made.step === 'change' && made.how === 'mute');
      if (!isMade) await isAgreed(made);
      else {
        expect(await show(account, id), `${nth}`).toMatchObject({
          seats: 5,
          interval: 'year',
          pending: null,
        });
        expect(invoicesOf(one), `${nth}`).toHaveLength(2);
        expect(one.metadata.kept).toBeUndefined();
        expect(stripe.billing.schedules.of(one.id)).toBeNull();
      }
    }
  });
});
