/** What Stripe tells of one plan, in every order, late, twice and to two servers at once: one ledger. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, tally, together } from '../engine/rig.ts';
import type { FakeSubscription } from './stripe-billing.ts';
import type { FakeStripe } from './stripe-fake.ts';
import type { FakeInvoice } from './stripe-invoices.ts';
import { BEGUN, type Event, openStripeRig, type StripeRig } from './stripe-rig.ts';
import { lotsOf } from './subscribing.ts';

let t: StripeRig;
let rig: Rig;
let stripe: FakeStripe;

beforeAll(async () => {
  t = await openStripeRig();
  ({ rig, stripe } = t);
});

afterAll(() => t.close());

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** Six events of one plan, each as it happens: begun, paid, not paid, paid late, a refund, and its end. */
async function story(account: string): Promise<{ id: string; steps: (() => Event)[] }> {
  const { checkout, plan_checkout } = await t.order(account);
  const { billing } = stripe;
  let one: FakeSubscription;
  const first = () => t.invoicesOf(one)[0] as FakeInvoice;
  const second = () => t.invoicesOf(one)[1] as FakeInvoice;
  const steps = [
    () => {
      one = stripe.begin(checkout, { at: BEGUN });
      return stripe.event('checkout.session.completed', stripe.sessions.get(checkout) ?? {});
    },
    () => stripe.event('invoice.paid', first()),
    () => stripe.event('invoice.payment_failed', billing.bill(one.id, { at: BEGUN + 10, status: 'open' })),
    () => stripe.event('invoice.paid', billing.payLate(second().id)),
    () => {
      const payment = first().charged as string;
      stripe.refund(payment, 1000);
      return stripe.event('charge.refunded', stripe.charge(payment));
    },
    () => stripe.event('customer.subscription.updated', Object.assign(one, { cancel_at_period_end: true })),
  ];
  return { id: plan_checkout.subscription, steps };
}

async function scene(account: string) {
  const { id, steps } = await story(account);
  return { id, events: steps.map((step) => step()) };
}

async function endOf(account: string, id: string): Promise<string> {
  const { status, paid_until, cancel_at, grace_until } = await t.show(account, id);
  const purchases = (await t.paymentsOf(account)).map(({ state, reversed }) => `${state} ${reversed}`);
  const lots = await lotsOf(rig.first, account);
  return JSON.stringify({ status, paid_until, cancel_at, grace_until, purchases: purchases.sort(), lots });
}

describe('six events of one plan', () => {
  test('in every order, to two servers: one ledger', { timeout: 240_000 }, async () => {
    const orders = permutations([0, 1, 2, 3, 4, 5]);
    const queue = [...orders.entries()];
    const ends: string[] = [];
    await together(16, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [i, indexes] = next;
        const { id, events } = await scene(`u_order_${i}`);
        for (const index of indexes) expect((await t.deliver(events[index] as Event)).status).toBe(200);
        ends[i] = await endOf(`u_order_${i}`, id);
      }
    });
    expect(Object.values(tally(ends))).toEqual([720]);
    expect(JSON.parse(ends[0] as string)).toMatchObject({
      status: 'active',
      paid_until: '2026-03-31T10:00:00.000Z',
      cancel_at: '2026-03-31T10:00:00.000Z',
      grace_until: null,
      purchases: ['completed 0', 'partly_reversed 300'],
    });
  });

  test('heard of while they happen, late, twice and out of order: one ledger', async () => {
    const calm = await scene('u_calm');
    for (const event of calm.events) await t.deliver(event);
    const end = await endOf('u_calm', calm.id);
    for (let seed = 1; seed <= 40; seed += 1) {
      let state = seed;
      // A small generator, so that a failing seed can be looked at again.
      const below = (limit: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % limit;
      };
      const { id, steps } = await story(`u_seed_${seed}`);
      const waiting: Event[] = [];
      for (const step of steps) {
        waiting.push(step());
        for (let times = below(3); times > 0; times -= 1) {
          expect((await t.deliver(waiting[below(waiting.length)] as Event)).status).toBe(200);
        }
      }
      waiting.sort(() => below(3) - 1);
      for (const event of waiting) await t.deliver(event);
      expect(await endOf(`u_seed_${seed}`, id), `seed ${seed}`).toBe(end);
    }
  });

  test.each([1, 2, 100])('%i times each, all at once: one ledger', { timeout: 120_000 }, async (times) => {
    const { id, events } = await scene(`u_times_${times}`);
    const replies = await together(times * events.length, (i) =>
      t.deliver(events[i % events.length] as Event),
    );
    // Whoever was overtaken again and again is told to come again, as Stripe does.
    for (const [i, { status }] of replies.entries()) {
      if (status === 503) expect((await t.deliver(events[i % events.length] as Event)).status).toBe(200);
      else expect(status).toBe(200);
    }
    const calm = await scene(`u_calm_${times}`);
    for (const event of calm.events) await t.deliver(event);
    expect(await endOf(`u_times_${times}`, id)).toBe(await endOf(`u_calm_${times}`, calm.id));
  });
});
