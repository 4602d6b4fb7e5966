/** What a reversal took is given again for the time that it was for, and the order of what happens to a plan makes no difference. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import type { Rig } from '../engine/rig.ts';
import type { FakeSubscription } from './stripe-billing.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

const DAY = 86_400;
const short = { ...shippedCatalog.packs[0], id: 'pack_short', validity: 'P30D' };
const catalog = readCatalog({
  ...shippedCatalog,
  packs: [...shippedCatalog.packs, short],
  policies: { ...shippedCatalog.policies, reversal: 'debt' },
} as never);

let t: StripeRig;
let rig: Rig;
let today = BEGUN;

beforeAll(async () => {
  t = await openStripeRig(catalog, catalog);
  ({ rig } = t);
});

afterAll(() => t.close());

async function at(seconds: number): Promise<void> {
  today = Math.max(today, seconds);
  await setTestClock(rig.database, today * 1000);
}

async function yearOf(account: string) {
  const { checkout, plan_checkout } = await t.order(account, { interval: 'year' });
  const one = t.stripe.begin(checkout, { at: today });
  await t.deliver(t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {}));
  const [invoice] = t.invoicesOf(one);
  return { id: plan_checkout.subscription, one, payment: invoice?.charged as string };
}

const refunded = (payment: string) => t.deliver(t.stripe.event('charge.refunded', t.stripe.charge(payment)));
const ended = (one: FakeSubscription) =>
  t.deliver(t.stripe.event('customer.subscription.deleted', { ...one }));
let told = 0;
const dispute = (payment: string, status: 'lost' | 'won') => {
  told += 1;
  const event = t.stripe.event('charge.dispute.closed', t.stripe.dispute(payment, status), {
    created: today + told,
  });
  return t.deliver(event);
};
const lots = async (account: string) =>
  (await rig.first.grants(account, { state: 'all' })).data
    .filter(({ state }) => state === 'active' || state === 'scheduled')
    .map(({ remaining, state, effective_at, expires_at }) => ({ remaining, state, effective_at, expires_at }))
    .sort((a, b) => (a.effective_at < b.effective_at ? -1 : 1));
const stand = async (account: string) => {
  const { total, debt } = await rig.first.balance(account);
  return {
    total,
    debt,
    lots: (await lots(account)).map(({ remaining, expires_at }) => [remaining, expires_at]),
  };
};

describe('a year that is ended now, and the rest of it paid back', () => {
  test.each([0n, 600n])('comes to the same in both orders, with %s spent', async (spent) => {
    await at(today + 100);
    const both: unknown[] = [];
    for (const first of ['refund', 'end'] as const) {
      const account = `u_rest_${first}_${spent}`;
      const { one, payment } = await yearOf(account);
      if (spent > 0n) await rig.first.consume(account, { amount: Number(spent) }, {});
      t.stripe.refund(payment, Math.ceil((17_999 * 11) / 12));
      t.stripe.billing.end(one.id, today);
      if (first === 'refund') await refunded(payment);
      await ended(one);
      await refunded(payment);
      const [purchase] = (await t.paymentsOf(account)).map(({ reversed, lost, owed }) => ({
        reversed,
        lost,
        owed,
      }));
      both.push({ ...(await stand(account)), purchase });
    }
    expect(both[1]).toEqual(both[0]);
    expect(both[0]).toMatchObject({
      total: spent === 0n ? 600 : 0,
      debt: 0,
      purchase: { reversed: 6600, owed: 0 },
    });
  });
});

test('a dispute that is won after it was lost gives a year back month by month, at the price of each', async () => {
  await at(today + 100);
  const { payment } = await yearOf('u_won');
  const before = await lots('u_won');
  expect(before).toHaveLength(12);
  await dispute(payment, 'lost');
  expect(await lots('u_won')).toEqual([]);
  await at(today + 40 * DAY);
  await dispute(payment, 'won');
  // The first month is over; the second runs from now on, and the others begin when they would have.
  const after = await lots('u_won');
  expect(after.map(({ expires_at }) => expires_at)).toEqual(
    before.slice(1).map(({ expires_at }) => expires_at),
  );
  expect(after.slice(1).map(({ effective_at }) => effective_at)).toEqual(
    before.slice(2).map(({ effective_at }) => effective_at),
  );
  expect((await rig.first.balance('u_won')).total).toBe(600);
  // And taken again, and given again.
  await dispute(payment, 'lost');
  expect(await lots('u_won')).toEqual([]);
  await dispute(payment, 'won');
  expect((await lots('u_won')).map(({ remaining }) => remaining)).toEqual(
    after.map(({ remaining }) => remaining),
  );
});

test('a debt of a plan that is none after all is forgiven also when its period is over', async () => {
  await at(today + 100);
  const { checkout } = await t.order('u_over');
  const one = t.stripe.begin(checkout, { at: today });
  await t.deliver(t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {}));
  const payment = t.invoicesOf(one)[0]?.charged as string;
  await rig.first.consume('u_over', { amount: 600 }, {});
  await dispute(payment, 'lost');
  expect(await stand('u_over')).toMatchObject({ total: 0, debt: 600 });
  await rig.first.grant('u_over', { class: 'promotional', amount: 50 }, {});
  await at(today + 40 * DAY);
  await dispute(payment, 'won');
  expect(await stand('u_over')).toMatchObject({ total: 50, debt: 0 });
});

describe('a pack with a validity', () => {
  const buy = async (account: string) => {
    const body = { pack: 'pack_short', currency: 'USD', return_url: RETURN };
    const { checkout } = await rig.first.purchases.checkout(account, body, { origin: ORIGIN });
    const session = t.stripe.pay(checkout);
    await t.deliver(t.stripe.event('checkout.session.completed', session));
    return session.payment_intent as string;
  };

  test('given again keeps its end, and nothing is given behind it', async () => {
    await at(today + 100);
    const payment = await buy('u_short');
    const [lot] = await lots('u_short');
    await at(today + 20 * DAY);
    await dispute(payment, 'lost');
    await dispute(payment, 'won');
    expect(await lots('u_short')).toMatchObject([{ remaining: lot?.remaining, expires_at: lot?.expires_at }]);
    await dispute(payment, 'lost');
    await at(today + 40 * DAY);
    await dispute(payment, 'won');
    expect(await lots('u_short')).toEqual([]);
    expect(await stand('u_short')).toMatchObject({ total: 0, debt: 0 });
  });
});

test('what is owed back of a payment for nothing is all of it, tax and all', async () => {
  await at(today + 100);
  const { checkout } = await t.order('u_tax');
  await rig.first.life.closures.close('u_tax', { reason: 'asked' }, {});
  const one = t.stripe.begin(checkout, { at: today, tax: 380 });
  await t.deliver(t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {}));
  const payable = async () => (await rig.first.life.closures.report('u_tax')).payable;
  expect(await payable()).toEqual([{ amount_minor: 2379, currency: 'USD' }]);
  const payment = t.invoicesOf(one)[0]?.charged as string;
  t.stripe.refund(payment, 1999);
  await refunded(payment);
  expect(await payable()).toEqual([{ amount_minor: 380, currency: 'USD' }]);
});

test('a second payment that was paid back by hand gives nothing when the first one goes back as well', async () => {
  await at(today + 100);
  const body = { pack: 'pack_100', currency: 'USD', return_url: RETURN };
  const { checkout, purchase } = await rig.first.purchases.checkout('u_twice', body, { origin: ORIGIN });
  const paid = t.stripe.pay(checkout);
  await t.deliver(t.stripe.event('checkout.session.completed', paid));
  const first = paid.payment_intent as string;
  const again = t.stripe.pay(checkout);
  await t.deliver(t.stripe.event('checkout.session.completed', again));
  expect((await rig.first.purchases.byId(purchase.id, {})).paid_again).toHaveLength(1);
  await rig.sql(
    `update drawdown.settlements set paid_at = 1, paid_by = 'ada', paid_minor = amount_minor, reference = 'bank'
      where kind = 'double' and account = (select number from drawdown.accounts where id = 'u_twice')`,
  );
  t.stripe.refund(first, 499);
  await refunded(first);
  expect(await stand('u_twice')).toMatchObject({ total: 0, lots: [] });
});
