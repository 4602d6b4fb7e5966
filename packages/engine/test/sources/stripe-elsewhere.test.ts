/** Stripe subscriptions that were sold elsewhere and are marked with one of ours: charged for there, followed here. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig, tally, together } from '../engine/rig.ts';
import type { FakeSubscription } from './stripe-billing.ts';
import type { FakeInvoice } from './stripe-invoices.ts';
import type { FakePrice } from './stripe-prices.ts';
import { monthsAfter } from './stripe-prices.ts';
import { BEGUN, type Event, openStripeRig, type StripeRig } from './stripe-rig.ts';

const plus = {
  ...shippedCatalog.plans[0],
  id: 'plus',
  name: 'Plus',
  billing: [{ interval: 'month', credits: 2000, prices: { USD: 4999 } }],
};
const catalog = readCatalog({ ...shippedCatalog, plans: [...shippedCatalog.plans, plus] } as never);
const DAY = 86_400;
/** Of the 720 there are; `DRAWDOWN_ORDERS=720` takes every one of them: two and a half minutes on two cores. */
const ORDERS = Number(process.env.DRAWDOWN_ORDERS ?? 24);
const MID = BEGUN + 10 * DAY;

let t: StripeRig;
let rig: Rig;
/** The older system's, without a mark; and one that staff made for the other plan. */
let pro: FakePrice;
let better: FakePrice;

beforeAll(async () => {
  t = await openStripeRig(catalog, catalog);
  ({ rig } = t);
  t.stripe.now = () => today;
  pro = t.stripe.billing.prices.make({ amount: 1999 });
  better = t.stripe.billing.prices.make({ amount: 4999, plan: 'plus' });
});

afterAll(() => t.close());

let today = BEGUN;
async function at(seconds: number): Promise<void> {
  today = Math.max(today, seconds);
  await setTestClock(rig.database, (today + 60) * 1000);
}

const paid = (invoice: FakeInvoice | undefined) => t.stripe.event('invoice.paid', { ...invoice });
const paymentOf = (invoice: FakeInvoice | undefined) => invoice?.charged as string;
const updated = (one: FakeSubscription) => t.stripe.event('customer.subscription.updated', { ...one });
const lotsOf = async (account: string) => {
  const { data } = await rig.first.grants(account, { state: 'all', limit: 200 });
  return data.map(({ amount, remaining, state, expires_at }) =>
    JSON.stringify({ amount, remaining, state, expires_at }),
  );
};
const total = async (account: string) => (await rig.first.balance(account)).total;

/** Sold by the product through Stripe itself; it reported the first payment by a name of its own, or by Stripe's. */
async function sold(
  account: string,
  { name, price = pro, ...more }: { name?: string; price?: FakePrice; [key: string]: unknown } = {},
) {
  const start = today;
  const one = t.stripe.billing.begin({ price, quantity: 1, trialDays: null, metadata: {} }, start);
  const [first] = t.invoicesOf(one);
  const body = { plan: 'pro', interval: 'month', currency: 'USD', ...more } as const;
  const ref = name ?? (first?.id as string);
  const { subscription } = await rig.first.subscriptions.create(account, { ...body, ref }, {});
  one.metadata.subscription = subscription.id;
  return { id: subscription.id, one, start, first: first as FakeInvoice };
}

async function refunded(invoice: FakeInvoice, amount: number): Promise<Event> {
  t.stripe.refund(paymentOf(invoice), amount);
  return t.stripe.event('charge.refunded', t.stripe.charge(paymentOf(invoice)));
}

async function accepted(...events: Event[]): Promise<void> {
  for (const event of events) expect(await t.deliver(event)).toMatchObject({ status: 200 });
}

test('a paid invoice renews it once; from then on Stripe charges for it and is asked', async () => {
  const { id, one, start } = await sold('u_renewed');
  expect(await t.show('u_renewed', id)).toMatchObject({ provider: null });
  await at(monthsAfter(start, 1));
  const event = paid(t.stripe.billing.bill(one.id));
  const replies = await together(10, () => t.deliver(event));
  expect(tally(replies.map(({ status }) => status))).toEqual({ 200: 10 });
  expect(await total('u_renewed')).toBe(600);
  const shown = await t.show('u_renewed', id);
  expect(shown).toMatchObject({ provider: 'stripe', current_period: { paid: true } });
  // Both of its payments are purchases now, of which only the new one is news.
  expect((await t.paymentsOf('u_renewed')).map(({ state, credits }) => [state, credits])).toEqual([
    ['completed', 600],
    ['completed', 600],
  ]);
  await rig.first.subscriptions.cancel('u_renewed', id, {}, {});
  expect(one.cancel_at_period_end).toBe(true);
  expect(await codeOf(rig.first.subscriptions.pause('u_renewed', id, {}))).toBe('subscription_billed');
});

describe('a refund or dispute of an invoice', () => {
  test.each([
    ['in', undefined],
    ['own', 'order 17'],
  ])('touches its period only, heard of first, however it was reported (%s)', async (kind, name) => {
    const account = `u_refund_${kind}`;
    const { one, start, first } = await sold(account, { ...(name && { name }) });
    await rig.first.grant(account, { class: 'purchased', amount: 50 }, {});
    await accepted(await refunded(first, 1000));
    // 1000 of 1999 are 300 credits of 600, rounded down for the buyer.
    expect(await total(account)).toBe(350);
    await at(monthsAfter(start, 1));
    const second = t.stripe.billing.bill(one.id);
    const dispute = t.stripe.event(
      'charge.dispute.created',
      t.stripe.dispute(paymentOf(second), 'needs_response'),
    );
    await accepted(dispute);
    expect(await rig.first.balance(account)).toMatchObject({ total: 650, frozen: 600, available: 50 });
    await accepted(paid(second), dispute, await refunded(first, 999));
    expect(await rig.first.balance(account)).toMatchObject({ total: 650, frozen: 600 });
    await accepted(t.stripe.event('charge.dispute.closed', t.stripe.dispute(paymentOf(second), 'won')));
    expect(await rig.first.balance(account)).toMatchObject({ total: 650, frozen: 0 });
    await accepted(
      t.stripe.event('charge.dispute.closed', { ...t.stripe.dispute(paymentOf(second), 'lost') }),
    );
    expect(await total(account)).toBe(50);
    expect((await t.paymentsOf(account)).map(({ state }) => state)).toEqual(['reversed', 'reversed']);
  });

  test('of a year takes back what has not begun, the last first, and what was spent is lost', async () => {
    const yearly = t.stripe.billing.prices.make({ amount: 17_999, interval: 'year' });
    const { first } = await sold('u_year', { price: yearly, interval: 'year', name: 'contract 4' });
    await rig.first.consume('u_year', { amount: 500 }, {});
    await accepted(await refunded(first, Math.ceil((17_999 * 1.5) / 12)));
    const states = (await rig.first.grants('u_year', { state: 'all', limit: 200 })).data.map(
      ({ state }) => state,
    );
    expect(tally(states)).toEqual({ scheduled: 10, voided: 2 });
    expect(await total('u_year')).toBe(0);
    const [payment] = await t.paymentsOf('u_year');
    expect(payment).toMatchObject({ state: 'partly_reversed', reversed: 700, lost: 200 });
  });
});

describe('a change in the midst of a period', () => {
  test('with a new cycle gives the new period at once, and leaves the running lot its window', async () => {
    const { id, one, start } = await sold('u_up');
    await at(start + DAY);
    const change = t.stripe.billing.change(one.id, { price: better, at: today, now: true, credit: 900 });
    await accepted(updated(one), paid(change ?? undefined), updated(one));
    expect(await total('u_up')).toBe(2600);
    expect(await t.show('u_up', id)).toMatchObject({ plan: 'plus', current_period: { paid: true } });
    await accepted(await refunded(change as FakeInvoice, 4999 - 900));
    expect(await total('u_up')).toBe(600);
  });

  test('that the product reported itself gives nothing again, and is refunded by its own lots', async () => {
    const { id, one, start } = await sold('u_told');
    await at(start + DAY);
    const change = t.stripe.billing.change(one.id, { price: better, at: today, now: true, credit: 900 });
    await rig.first.subscriptions.change('u_told', id, { plan: 'plus', ref: 'upgrade 1' }, {});
    const before = await lotsOf('u_told');
    await accepted(updated(one), paid(change ?? undefined));
    expect(await lotsOf('u_told')).toEqual(before);
    await accepted(await refunded(change as FakeInvoice, 4999 - 900));
    expect(await total('u_told')).toBe(600);
  });

  test('at another price from the next period on gives the other plan then', async () => {
    const { id, one, start } = await sold('u_next');
    await at(start + DAY);
    t.stripe.billing.change(one.id, { price: better, at: today, charge: 2000 });
    await accepted(updated(one), ...t.invoicesOf(one).map(paid));
    expect(await total('u_next')).toBe(600);
    expect((await t.show('u_next', id)).pending).toMatchObject({ plan: 'plus' });
    await at(monthsAfter(start, 1));
    await accepted(paid(t.stripe.billing.bill(one.id)));
    expect(await total('u_next')).toBe(2000);
  });

  test('asked of us is made there, and charged for once', async () => {
    const { id, one } = await sold('u_ours', { name: 'order 18' });
    await accepted(updated(one));
    const made = await rig.second.subscriptions.change(
      'u_ours',
      id,
      { plan: 'plus' },
      { idempotencyKey: 'up' },
    );
    expect(made).toMatchObject({ balance: { total: 2600 }, subscription: { plan: 'plus' } });
    expect(t.invoicesOf(one)).toHaveLength(2);
  });
});

describe('what came before', () => {
  test('is neither given nor owed: years at Stripe, months that were reported, and one that nobody reported', async () => {
    const start = today;
    const one = t.stripe.billing.begin({ price: pro, quantity: 1, trialDays: null, metadata: {} }, start);
    for (let month = 1; month < 6; month += 1) t.stripe.billing.bill(one.id);
    await at(monthsAfter(start, 5));
    const body = { plan: 'pro', interval: 'month', currency: 'USD', ref: 'moved' } as const;
    const { subscription } = await rig.first.subscriptions.create('u_old', body, {});
    one.metadata.subscription = subscription.id;
    await accepted(updated(one));
    expect(await total('u_old')).toBe(600);
    expect(await t.paymentsOf('u_old')).toHaveLength(1);
    const all = t.invoicesOf(one);
    // Of what was before ours nothing is known that could go back.
    await accepted(await refunded(all[2] as FakeInvoice, 1999));
    expect(await total('u_old')).toBe(600);
    await accepted(await refunded(all[5] as FakeInvoice, 1999));
    expect(await total('u_old')).toBe(0);
    const found: string[] = [];
    for await (const { subscription: sub, result } of rig.first.purchases.reconcile({
      since: 0,
      repair: true,
    })) {
      if (sub === subscription.id) found.push(result);
    }
    expect(found).toEqual(['same']);
  });

  test('a mark of no subscription of ours is told of where money came, and passed over otherwise', async () => {
    const metadata = { subscription: 'sub_0cn99285w001k0000000c' };
    const one = t.stripe.billing.begin({ price: pro, quantity: 1, trialDays: null, metadata }, today);
    expect((await t.deliver(paid(t.invoicesOf(one)[0]))).status).toBe(404);
    await accepted(updated(one));
  });

  test('a second subscription with the same mark is refused, not passed over', async () => {
    const { id, one } = await sold('u_two');
    await accepted(updated(one));
    const other = t.stripe.billing.begin(
      { price: pro, quantity: 1, trialDays: null, metadata: { subscription: id } },
      today,
    );
    expect(await t.deliver(paid(t.invoicesOf(other)[0]))).toMatchObject({
      status: 409,
      body: { code: 'payment_refused', field: 'subscription' },
    });
    expect(await total('u_two')).toBe(600);
  });

  test('a pause from before can still be ended', async () => {
    const { id, one } = await sold('u_paused');
    await rig.first.subscriptions.pause('u_paused', id, {});
    await accepted(updated(one));
    const resumed = await rig.first.subscriptions.resume('u_paused', id, {});
    expect(resumed.subscription).toMatchObject({ paused_at: null, provider: 'stripe' });
  });

  test('a closed account is owed what is paid afterwards, and the plan ends there', async () => {
    const { one, start } = await sold('u_closed', { name: 'order 19' });
    await rig.first.life.closures.close('u_closed', { reason: 'asked' }, {});
    await at(monthsAfter(start, 1));
    await accepted(paid(t.stripe.billing.bill(one.id)));
    expect(one.status).toBe('canceled');
    expect((await t.paymentsOf('u_closed')).length).toBe(1);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** Paid, a part given back, another plan in the midst of it with its payment, of which a dispute is won. */
async function story(account: string): Promise<{ id: string; events: Event[] }> {
  const { id, one, first } = await sold(account, { name: 'older system 5' });
  const change = t.stripe.billing.change(one.id, { price: better, at: today + 30, now: true, credit: 100 });
  const opened = t.stripe.dispute(paymentOf(change as FakeInvoice), 'needs_response');
  const created = t.stripe.event('charge.dispute.created', opened);
  const won = t.stripe.dispute(paymentOf(change as FakeInvoice), 'won');
  const events = [
    paid(first),
    await refunded(first, 1000),
    updated(one),
    paid(change ?? undefined),
    created,
    t.stripe.event('charge.dispute.closed', won),
  ];
  return { id, events };
}

async function endOf(account: string, id: string): Promise<string> {
  const { plan, status, current_period } = await t.show(account, id);
  const purchases = (await t.paymentsOf(account)).map(
    ({ state, reversed, credits }) => `${state} ${reversed} ${credits}`,
  );
  return JSON.stringify({
    plan,
    status,
    current_period,
    purchases: purchases.sort(),
    lots: (await lotsOf(account)).sort(),
  });
}

/** Sold by the product at Stripe, and never told to us: by whom it is paid and what it sells is all that is known of it. */
async function unmarked(
  account: string,
  { price = better, by = 'subscription', trialDays = null as number | null, months = 0, quantity = 1 } = {},
) {
  if (account !== '')
    await rig.first.putAccount(account, { kind: account.startsWith('t_') ? 'team' : 'user' });
  const customer = `cus_of_${account}`;
  if (by === 'customer') t.stripe.charges.customers.set(customer, { id: customer, metadata: { account } });
  const metadata: Record<string, string> = by === 'subscription' ? { account } : {};
  const one = t.stripe.billing.begin({ price, quantity, trialDays, metadata }, today, {
    paying: { customer },
  });
  for (let month = 1; month < months; month += 1) t.stripe.billing.bill(one.id);
  if (months > 0) await at(monthsAfter(one.start_date, months - 1));
  const created = t.stripe.event('customer.subscription.created', { ...one });
  return { one, created, first: t.invoicesOf(one)[0] as FakeInvoice };
}

const named = (amount: number, lookup_key: string, more: object = {}) =>
  Object.assign(t.stripe.billing.prices.make({ amount, ...more }), { lookup_key });
const plansOf = async (account: string) =>
  (await rig.first.subscriptions.list(account, {})).data.map(({ plan, interval, seats, status, provider }) =>
    [plan, interval, seats, status, provider].join(' '),
  );

describe('one that bears no mark', () => {
  test.each([
    ['u_bare_1', 'subscription', () => better, 'plus month  active stripe', 2000],
    ['u_bare_2', 'customer', () => better, 'plus month  active stripe', 2000],
    ['u_bare_3', 'customer', () => named(1999, 'pro'), 'pro month  active stripe', 600],
    [
      'u_bare_4',
      'subscription',
      () => named(17_999, 'pro:year:usd', { interval: 'year' }),
      'pro year  active stripe',
      600,
    ],
    [
      'u_bare_5',
      'customer',
      () => named(4999, 'drawdown:plus:month:USD:4999'),
      'plus month  active stripe',
      2000,
    ],
  ])(
    'is of the account that is named, and of the plan that its price names (%s)',
    async (account, by, price, plan, credits) => {
      const { one, created, first } = await unmarked(account, { by, price: price() });
      const events = [created, paid(first), updated(one)];
      const replies = await together(12, (nth) => t.deliver(events[nth % 3] as Event));
      expect(tally(replies.map(({ status }) => status))).toEqual({ 200: 12 });
      expect(await plansOf(account)).toEqual([plan]);
      expect(await total(account)).toBe(credits);
      await at(monthsAfter(one.start_date, plan.includes('year') ? 12 : 1));
      await accepted(paid(t.stripe.billing.bill(one.id)));
      expect(await total(account)).toBe(credits);
      expect(await t.paymentsOf(account)).toHaveLength(2);
    },
  );

  test('of a team counts its seats, and a trial begins without money', async () => {
    const seats = named(2499, 'teams');
    const { one, created } = await unmarked('t_bare', { price: seats, quantity: 5, trialDays: 7 });
    await accepted(created);
    expect(await plansOf('t_bare')).toEqual(['teams month 5 trialing stripe']);
    expect(await total('t_bare')).toBe(0);
    await at(one.trial_end as number);
    await accepted(paid(t.stripe.billing.bill(one.id)));
    expect(await total('t_bare')).toBe(3000);
  });

  test('is changed, cancelled and marked from here as any other', async () => {
    const { one, first } = await unmarked('u_bare_ours', { price: named(1999, 'pro:b') });
    await accepted(paid(first));
    const { id } = (await rig.first.subscriptions.list('u_bare_ours', {})).data[0] as { id: string };
    await rig.second.subscriptions.change('u_bare_ours', id, { plan: 'plus' }, {});
    expect(await total('u_bare_ours')).toBe(2600);
    await rig.first.subscriptions.cancel('u_bare_ours', id, {}, {});
    expect(one.cancel_at_period_end).toBe(true);
    one.metadata.subscription = id;
    await accepted(updated(one), ...t.invoicesOf(one).map(paid));
    expect(await total('u_bare_ours')).toBe(2600);
  });

  test('and that ran for years gives the period that runs; what was over before is neither given nor owed', async () => {
    const { one, first } = await unmarked('u_bare_old', { months: 6 });
    await accepted(updated(one));
    expect(await total('u_bare_old')).toBe(2000);
    expect(await t.paymentsOf('u_bare_old')).toHaveLength(1);
    await accepted(paid(t.invoicesOf(one)[4]), await refunded(first, 4999));
    expect(await total('u_bare_old')).toBe(2000);
    const { data } = await rig.first.life.settlements.payables({ limit: 200 });
    expect(data.filter(({ account }) => account === 'u_bare_old')).toEqual([]);
    await at(monthsAfter(one.start_date, 6));
    await accepted(paid(t.stripe.billing.bill(one.id)));
    expect(await total('u_bare_old')).toBe(2000);
    expect(
      (await t.show('u_bare_old', (await rig.first.subscriptions.list('u_bare_old', {})).data[0]?.id ?? ''))
        .status,
    ).toBe('active');
  });

  test.each([
    [
      'of no account',
      () => unmarked('', { by: 'nobody', price: named(1999, 'drawdown:pro:month:USD:1999') }),
    ],
    [
      'of an account that is not there',
      async () => {
        const made = await unmarked('u_bare_gone');
        made.one.metadata.account = 'u_nobody';
        return made;
      },
    ],
    ['at a price that names no plan', () => unmarked('u_bare_no_plan', { price: pro })],
    ['at another price than the catalog’s', () => unmarked('u_bare_sum', { price: named(5, 'plus:c') })],
    ['of a plan for teams', () => unmarked('u_bare_kind', { price: named(2499, 'teams:d'), quantity: 3 })],
    [
      'of a plan that the account has',
      async () => {
        await sold('u_bare_has');
        return unmarked('u_bare_has', { price: named(1999, 'pro:e') });
      },
    ],
    [
      'of a closed account',
      async () => {
        const made = await unmarked('u_bare_closed');
        await rig.first.life.closures.close('u_bare_closed', { reason: 'asked' }, {});
        return made;
      },
    ],
  ])('and is %s is refused where money came, and nothing begins or ends', async (_, make) => {
    const { one, created, first } = await make();
    await accepted(created);
    const refusal = { status: 409, body: { code: 'payment_refused', field: 'subscription' } };
    for (let times = 0; times < 2; times += 1) expect(await t.deliver(paid(first))).toMatchObject(refusal);
    await accepted(t.stripe.event('invoice.payment_failed', { ...first, status: 'open' }));
    expect(one.status).toBe('active');
    const { account = '' } = one.metadata;
    if (account.startsWith('u_bare')) {
      expect((await plansOf(account)).filter((plan) => plan.includes('stripe'))).toEqual([]);
    }
  });

  test('and is something else that the customer pays the same seller for is of no concern', async () => {
    for (const [nth, price] of [pro, named(900, 'newsletter')].entries()) {
      const { created, first } = await unmarked(`u_bare_other_${nth}`, { by: 'customer', price });
      await accepted(created, paid(first));
      expect(await plansOf(`u_bare_other_${nth}`)).toEqual([]);
    }
    const { created, first } = await unmarked('', { by: 'nobody', price: named(900, 'magazine') });
    await accepted(created, paid(first));
  });

  test('in every order, each event twice, to two servers: one ledger', { timeout: 240_000 }, async () => {
    await at(today + 400 * DAY);
    const bare = named(1999, 'pro:orders');
    const all = permutations([0, 1, 2, 3, 4]);
    const orders = [...all.filter((_, nth) => nth % Math.max(1, Math.floor(120 / ORDERS)) === 0).entries()];
    const ends: string[] = [];
    await together(16, async () => {
      for (let next = orders.pop(); next !== undefined; next = orders.pop()) {
        const [i, indexes] = next;
        const account = `u_bare_order_${i}`;
        const { one, created, first } = await unmarked(account, {
          price: bare,
          by: i % 2 ? 'customer' : 'subscription',
        });
        const change = t.stripe.billing.change(one.id, {
          price: better,
          at: today + 30,
          now: true,
          credit: 100,
        });
        const dispute = t.stripe.dispute(paymentOf(change as FakeInvoice), 'needs_response');
        const events = [
          created,
          paid(first),
          await refunded(first, 1000),
          paid(change ?? undefined),
          t.stripe.event('charge.dispute.created', dispute),
        ];
        for (const index of indexes) {
          const event = events[index] as Event;
          const replies = await Promise.all([t.deliver(event), t.deliver(event)]);
          for (const { status } of replies) if (status !== 200) await accepted(event);
        }
        const { id } = (await rig.first.subscriptions.list(account, {})).data[0] as { id: string };
        ends[i] = await endOf(account, id);
      }
    });
    expect(Object.keys(tally(ends))).toHaveLength(1);
    expect(JSON.parse(ends[0] as string)).toMatchObject({
      plan: 'plus',
      purchases: ['disputed 0 2000', 'partly_reversed 300 600'],
    });
    expect(await rig.first.balance('u_bare_order_0')).toMatchObject({ total: 2300, frozen: 2000 });
  });
});

describe('six events of one', () => {
  test('in every order, to two servers: one ledger', { timeout: 240_000 }, async () => {
    await at(MID + 400 * DAY);
    const all = permutations([0, 1, 2, 3, 4, 5]);
    const orders = [...all.filter((_, nth) => nth % Math.max(1, Math.floor(720 / ORDERS)) === 0).entries()];
    const count = orders.length;
    const ends: string[] = [];
    await together(16, async () => {
      for (let next = orders.pop(); next !== undefined; next = orders.pop()) {
        const [i, indexes] = next;
        const { id, events } = await story(`u_order_${i}`);
        for (const index of indexes) await accepted(events[index] as Event);
        ends[i] = await endOf(`u_order_${i}`, id);
      }
    });
    expect(Object.values(tally(ends))).toEqual([count]);
    expect(JSON.parse(ends[0] as string)).toMatchObject({
      plan: 'plus',
      purchases: ['completed 0 2000', 'partly_reversed 300 600'],
    });
    expect(await rig.first.balance('u_order_0')).toMatchObject({ total: 2300, frozen: 0 });
  });

  test.each([1, 2, 100])('%i times each, all at once: one ledger', { timeout: 120_000 }, async (times) => {
    const { id, events } = await story(`u_times_${times}`);
    const replies = await together(times * events.length, (i) =>
      t.deliver(events[i % events.length] as Event),
    );
    // Whoever was overtaken again and again is told to come again, as Stripe does.
    for (const [i, { status }] of replies.entries()) {
      if (status === 503) await accepted(events[i % events.length] as Event);
      else expect(status).toBe(200);
    }
    const calm = await story(`u_calm_${times}`);
    await accepted(...calm.events);
    expect(await endOf(`u_times_${times}`, id)).toBe(await endOf(`u_calm_${times}`, calm.id));
  });
});
