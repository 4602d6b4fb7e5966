/** Plans that were changed at Stripe itself, in its portal or by staff: what is given follows what was paid. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import type { Rig } from '../engine/rig.ts';
import type { FakeSubscription } from './stripe-billing.ts';
import type { FakeInvoice } from './stripe-invoices.ts';
import { monthsAfter } from './stripe-prices.ts';
import { BEGUN, openStripeRig, type StripeRig } from './stripe-rig.ts';

const plus = {
  ...shippedCatalog.plans[0],
  id: 'plus',
  name: 'Plus',
  billing: [{ interval: 'month', credits: 2000, prices: { USD: 4999 } }],
};
const catalog = readCatalog({ ...shippedCatalog, plans: [...shippedCatalog.plans, plus] } as never);
const DAY = 86_400;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

let t: StripeRig;
let rig: Rig;

beforeAll(async () => {
  t = await openStripeRig(catalog, catalog);
  ({ rig } = t);
});

afterAll(() => t.close());

/** The clock goes forward only, so every test begins where the one before it ended. */
let today = BEGUN;
async function at(seconds: number): Promise<void> {
  today = Math.max(today, seconds);
  await setTestClock(rig.database, (today + 60) * 1000);
}
const updated = (one: FakeSubscription) => t.stripe.event('customer.subscription.updated', { ...one });
const paid = (invoice: FakeInvoice | null) => t.stripe.event('invoice.paid', { ...invoice });
const price = (amount: number, plan?: string, more: object = {}) =>
  t.stripe.billing.prices.make({ amount, ...(plan === undefined ? {} : { plan }), ...more });
const lotsOf = async (account: string) => (await rig.first.grants(account, { state: 'all' })).data;
const total = async (account: string) => (await rig.first.balance(account)).total;

/** Paid for today; nobody has told us yet. */
async function sold(account: string, more: object = {}) {
  await at(today);
  const { checkout, plan_checkout } = await t.order(account, more);
  const one = t.stripe.begin(checkout, { at: today });
  const session = t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {});
  return { id: plan_checkout.subscription, one, session, start: today };
}

async function begun(account: string, more: object = {}) {
  const made = await sold(account, more);
  await t.deliver(made.session);
  return made;
}

test('an upgrade with a new cycle gives the new period at once, once, in every order, and leaves the old lot its window', async () => {
  const mid = BEGUN + 10 * DAY;
  const ledgers: unknown[] = [];
  const orders = permutations(['session', 'created', 'updated', 'paid'] as const);
  for (const [nth, order] of orders.entries()) {
    const account = `u_up_${nth}`;
    const { checkout, plan_checkout } = await t.order(account);
    const { subscription: id } = plan_checkout;
    const one = t.stripe.begin(checkout, { at: BEGUN });
    const session = t.stripe.event('checkout.session.completed', t.stripe.sessions.get(checkout) ?? {});
    // Stripe may be heard first when all of it has happened: then it is heard at the same time in every order.
    await at(mid);
    const first = paid(t.invoicesOf(one)[0] ?? null);
    const change = t.stripe.billing.change(one.id, {
      price: price(4999, 'plus'),
      at: mid,
      now: true,
      credit: 1340,
    });
    const events = { session, created: first, updated: updated(one), paid: paid(change) };
    for (const name of [...order, ...order]) expect((await t.deliver(events[name])).status).toBe(200);
    const lots = (await lotsOf(account)).map(({ amount, expires_at, cost }) => ({
      amount,
      expires_at,
      cost,
    }));
    const { plan, credits, anchor, current_period } = await t.show(account, id);
    const payments = (await t.paymentsOf(account)).map(({ credits, paid }) => ({ credits, paid }));
    ledgers.push({ lots, plan, credits, anchor, current_period, payments });
  }
  expect(ledgers).toHaveLength(24);
  for (const one of ledgers) expect(one).toEqual(ledgers[0]);
  expect(ledgers[0]).toMatchObject({
    plan: 'plus',
    anchor: '2026-02-10T10:00:00.000Z',
    current_period: { end: '2026-03-10T10:00:00.000Z', paid: true },
  });
  expect(await total('u_up_0')).toBe(2600);
  const lots = await lotsOf('u_up_0');
  expect(lots.map(({ amount, expires_at }) => [amount, expires_at]).sort()).toEqual([
    [2000, '2026-03-10T10:00:00.000Z'],
    [600, '2026-02-28T10:00:00.000Z'],
  ]);
});

test('another price from the next period on gives the other plan with that period', async () => {
  const { id, one, start } = await begun('u_later');
  t.stripe.billing.change(one.id, { price: price(4999, 'plus'), at: start + DAY, charge: 2800 });
  for (const invoice of t.invoicesOf(one)) await t.deliver(paid(invoice));
  await t.deliver(updated(one));
  expect(await total('u_later')).toBe(600);
  expect(await t.show('u_later', id)).toMatchObject({ plan: 'pro' });
  await at(monthsAfter(start, 1));
  expect((await t.deliver(paid(t.stripe.billing.bill(one.id)))).status).toBe(200);
  expect(await total('u_later')).toBe(2000);
  expect(await t.show('u_later', id)).toMatchObject({
    plan: 'plus',
    anchor: '2026-02-10T10:00:00.000Z',
    current_period: { start: '2026-03-10T10:00:00.000Z', end: '2026-04-10T10:00:00.000Z', paid: true },
  });
  // And back, to a price that names the plan.
  t.stripe.billing.change(one.id, { price: price(1999, 'pro'), at: start + 40 * DAY });
  await at(monthsAfter(start, 2));
  expect((await t.deliver(paid(t.stripe.billing.bill(one.id)))).status).toBe(200);
  expect(await total('u_later')).toBe(600);
  expect((await t.paymentsOf('u_later')).map(({ plan }) => plan)).toEqual(['pro', 'plus', 'pro']);
});

test('a year instead of a month, and the plan back within it: what had not begun is void, whenever it is heard', async () => {
  for (const [account, isLate] of [
    ['u_year', false],
    ['u_year_late', true],
  ] as const) {
    const { id, one, session, start } = await sold(account);
    const hear = async () => {
      if (!isLate) expect((await t.deliver(session)).status).toBe(200);
    };
    await hear();
    const yearly = price(17_999, 'pro', { interval: 'year' });
    await at(start + DAY);
    t.stripe.billing.change(one.id, { price: yearly, at: start + DAY, now: true, credit: 1900 });
    await hear();
    t.stripe.billing.change(one.id, { price: price(4999, 'plus'), at: start + DAY + 30, now: true });
    await t.deliver(session);
    // 600 of the month, 600 of the year's first month, 2000 of the other plan; no later month of the year.
    expect(await total(account)).toBe(3200);
    const open = (await rig.first.grants(account, { state: 'scheduled' })).data;
    expect(open).toEqual([]);
    expect(await t.show(account, id)).toMatchObject({ plan: 'plus', interval: 'month' });
    expect(await t.paymentsOf(account)).toHaveLength(3);
  }
});

test('seats that are changed at Stripe count from the next paid period', async () => {
  const { id, one, start } = await begun('t_seats', { plan: 'teams', seats: 3 });
  t.stripe.billing.change(one.id, { quantity: 5, at: start + DAY });
  await t.deliver(updated(one));
  await at(monthsAfter(start, 1));
  expect((await t.deliver(paid(t.stripe.billing.bill(one.id)))).status).toBe(200);
  expect(await total('t_seats')).toBe(3000);
  expect(await t.show('t_seats', id)).toMatchObject({ plan: 'teams', seats: 5 });
});

test.each([
  ['u_no_1', 'a price without a mark', () => ({ price: price(4999) }), 'price'],
  [
    'u_no_7',
    'a price of a year without a mark',
    () => ({ price: price(17_999, undefined, { interval: 'year' }) }),
    'price',
  ],
  ['u_no_2', 'a plan that the catalog does not have', () => ({ price: price(4999, 'gold') }), 'price'],
  ['u_no_3', 'a sum that is not the catalog’s', () => ({ price: price(4998, 'plus') }), 'price'],
  ['u_no_4', 'another currency', () => ({ price: price(1999, 'pro', { currency: 'eur' }) }), 'currency'],
  ['u_no_5', 'a plan for teams', () => ({ price: price(2499, 'teams'), quantity: 3 }), 'price'],
  ['u_no_6', 'a plan for one, twice', () => ({ quantity: 2 }), 'quantity'],
])('nothing is given (%s) for %s, and the plan stays what it was', async (account, _, change, field) => {
  const { id, one, start } = await begun(account);
  const invoice = t.stripe.billing.change(one.id, { ...change(), at: start + DAY, now: true });
  await at(start + DAY);
  expect(await t.deliver(paid(invoice))).toMatchObject({
    status: 409,
    body: { code: 'payment_refused', field },
  });
  expect(await total(account)).toBe(600);
  expect(await t.show(account, id)).toMatchObject({ plan: 'pro' });
  await at(monthsAfter(start, 1));
  const next = t.stripe.billing.bill(one.id);
  expect((await t.deliver(paid(next))).body).toMatchObject({ code: 'payment_refused', field });
  expect(await total(account)).toBe(0);
});

test('a year of a plan that is changed at Stripe twice: twelve months, each once, each at what was paid for it', async () => {
  const { id, one, start } = await begun('u_a_year');
  const given: number[] = [await total('u_a_year')];
  for (let month = 1; month < 12; month += 1) {
    await at(monthsAfter(start, month));
    if (month === 4) t.stripe.billing.change(one.id, { price: price(4999, 'plus'), at: today, charge: 10 });
    if (month === 9) t.stripe.billing.change(one.id, { price: price(1999, 'pro'), at: today });
    const invoice = t.stripe.billing.bill(one.id);
    const events = [updated(one), paid(invoice), paid(invoice)];
    for (const event of month % 2 === 0 ? events : events.reverse()) {
      expect((await t.deliver(event)).status).toBe(200);
    }
    given.push(await total('u_a_year'));
  }
  expect(given).toEqual([...Array(4).fill(600), ...Array(5).fill(2000), ...Array(3).fill(600)]);
  const payments = await t.paymentsOf('u_a_year');
  expect(payments.reduce((all, { paid }) => all + (paid?.net_minor ?? 0), 0)).toBe(7 * 1999 + 5 * 4999);
  expect(payments).toHaveLength(12);
  expect(await t.show('u_a_year', id)).toMatchObject({ plan: 'pro', status: 'active' });
});
