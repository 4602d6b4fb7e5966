/** Plans whose provider was not heard: found by asking, told of, taken in once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Reconciled } from '../../src/sources/reconciliation.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { codeOf, type Rig } from '../engine/rig.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

const plus = {
  ...shippedCatalog.plans[0],
  id: 'plus',
  name: 'Plus',
  billing: [{ interval: 'month', credits: 2000, prices: { USD: 4999 } }],
};
const catalog = readCatalog({ ...shippedCatalog, plans: [...shippedCatalog.plans, plus] } as never);

const OPEN_CHANGES = statement<[], { count: bigint }>(
  'test_open_plan_changes',
  "select count(*) as count from drawdown.plan_changes where state = 'open'",
);

let t: StripeRig;
let rig: Rig;

beforeAll(async () => {
  t = await openStripeRig(catalog, catalog);
  ({ rig } = t);
  t.stripe.now = () => BEGUN + 60;
});

afterAll(() => t.close());

async function ask(repair: boolean, since = 0): Promise<Reconciled[]> {
  const list: Reconciled[] = [];
  for await (const one of rig.second.purchases.reconcile({ since, repair })) list.push(one);
  return list;
}

/** What was found of an account, without what is the same. */
async function foundOf(account: string, repair: boolean, since?: number): Promise<Partial<Reconciled>[]> {
  const found = (await ask(repair, since)).filter((one) => one.account === account && one.result !== 'same');
  return found.map(({ subscription, result, before, after, reason }) => ({
    result,
    change: `${before} → ${after}`,
    ...(subscription === null ? {} : { subscription }),
    ...(reason === undefined ? {} : { reason }),
  }));
}

const totalOf = async (account: string) => (await rig.first.balance(account)).total;

async function begun(account: string) {
  const sold = await t.sold(account);
  expect((await t.deliver(sold.session)).status).toBe(200);
  return sold;
}

/** Of the last invoice. */
const paymentOf = (one: Parameters<StripeRig['invoicesOf']>[0]) =>
  t.invoicesOf(one).at(-1)?.charged as string;

test('a plan that was paid for and never told of begins, once', async () => {
  const { id, one } = await t.sold('u_never');
  const differs = {
    subscription: id,
    change: 'open → begun',
    reason: `paid by ${paymentOf(one)}`,
  };
  for (let times = 0; times < 2; times += 1) {
    expect(await foundOf('u_never', false)).toEqual([{ ...differs, result: 'differs' }]);
  }
  expect(await totalOf('u_never')).toBe(0);
  expect(await foundOf('u_never', true)).toEqual([{ ...differs, result: 'repaired' }]);
  expect(await foundOf('u_never', true)).toEqual([]);
  expect(await totalOf('u_never')).toBe(600);
  // The event that comes after all finds nothing to do.
  await t.deliver(t.stripe.event('customer.subscription.updated', { ...one }));
  expect(await totalOf('u_never')).toBe(600);
  expect(await t.paymentsOf('u_never')).toHaveLength(1);
});

test('a renewal that was not told of is granted, and its refund and dispute are taken in by the same look', async () => {
  const { id, one } = await begun('u_renewed');
  t.stripe.billing.bill(one.id, { at: BEGUN + 30 });
  const charged = paymentOf(one);
  t.stripe.refund(charged, 1999);
  const change = 'begun → begun';
  expect(await foundOf('u_renewed', false)).toEqual([
    { subscription: id, result: 'differs', change, reason: `paid by ${charged}` },
  ]);
  expect(await foundOf('u_renewed', true)).toEqual([
    { subscription: id, result: 'repaired', change, reason: `paid by ${charged}` },
    { result: 'repaired', change: 'completed → reversed' },
  ]);
  const first = t.invoicesOf(one)[0]?.charged as string;
  t.stripe.dispute(first, 'needs_response');
  expect(await foundOf('u_renewed', true)).toMatchObject([{ result: 'repaired' }]);
  expect(await rig.first.grants('u_renewed', { state: 'frozen' })).toMatchObject({ data: [{ amount: 600 }] });
  expect(await foundOf('u_renewed', true)).toEqual([]);
});

test('a change of ours whose answer and events were lost is completed', async () => {
  const { id, one } = await begun('u_changed');
  t.stripe.losing = /\/v1\/subscriptions\//;
  const changed = rig.first.subscriptions.change('u_changed', id, { plan: 'plus' }, {});
  expect(await codeOf(changed)).toBe('unavailable');
  t.stripe.losing = /^$/;
  const open = async () => {
    const { rows } = await rig.database.query(OPEN_CHANGES, []);
    return Number(rows[0]?.count);
  };
  expect(await open()).toBe(1);
  expect(await foundOf('u_changed', false)).toMatchObject([{ subscription: id, result: 'differs' }]);
  expect(await open()).toBe(1);
  expect(await foundOf('u_changed', true)).toMatchObject([
    { subscription: id, result: 'repaired', reason: `paid by ${paymentOf(one)}` },
  ]);
  expect(await open()).toBe(0);
  expect(await totalOf('u_changed')).toBe(2600);
  expect(await foundOf('u_changed', true)).toEqual([]);
});

test.each([
  ['for the end', (id: string) => t.stripe.billing.update(id, { cancel_at_period_end: 'true' }, BEGUN + 60)],
  ['now', (id: string) => t.stripe.billing.cancel(id, BEGUN + 60)],
] as const)('a cancellation there, %s, is taken in', async (when, cancel) => {
  const account = `u_cancelled_${when.replaceAll(' ', '_')}`;
  const { id, one } = await begun(account);
  cancel(one.id);
  expect(await foundOf(account, false)).toMatchObject([{ subscription: id, result: 'differs' }]);
  expect((await t.show(account, id)).cancel_at).toBeNull();
  expect(await foundOf(account, true)).toMatchObject([{ subscription: id, result: 'repaired' }]);
  expect((await t.show(account, id)).cancel_at).not.toBeNull();
  expect(await foundOf(account, true)).toEqual([]);
});

test('a payment that failed, and a checkout that nobody went through with', async () => {
  const { id, one } = await begun('u_failed');
  t.stripe.billing.bill(one.id, { at: BEGUN + 30, status: 'open' });
  const { checkout } = await t.order('u_expired');
  expect(await foundOf('u_failed', true)).toMatchObject([{ subscription: id, result: 'repaired' }]);
  expect(await foundOf('u_failed', true)).toEqual([]);
  Object.assign(t.stripe.sessions.get(checkout) ?? {}, { status: 'expired' });
  expect(await foundOf('u_expired', true)).toMatchObject([{ result: 'repaired', change: 'open → expired' }]);
});

test('what was paid to an account that is closed is owed back, and charged no more', async () => {
  const { id, one } = await t.sold('u_closed');
  // It expires by our word only: the buyer was faster.
  await rig.first.putAccount('u_closed', {});
  await rig.sql(
    "update drawdown.plan_checkouts set state = 'expired' where external is null and checkout is not null",
  );
  await rig.first.life.closures.close('u_closed', { reason: 'asked' }, {});
  expect(one.status).toBe('active');
  expect(await foundOf('u_closed', true)).toMatchObject([
    {
      subscription: id,
      result: 'repaired',
      change: 'expired → refused',
      reason: `paid by ${paymentOf(one)}`,
    },
  ]);
  expect(one.status).toBe('canceled');
  expect(await foundOf('u_closed', true)).toEqual([]);
  expect(await t.paymentsOf('u_closed')).toMatchObject([{ price: { amount_minor: 1999 } }]);
});

test('money for what was not agreed is told of for as long as it is asked about, and keeps nothing else back', async () => {
  const { id, one } = await begun('u_refused');
  const spare = t.stripe.billing.bill(one.id, { at: BEGUN + 30, amount: 1 });
  t.stripe.billing.bill(one.id, { at: BEGUN + 40 });
  const refused = [{ subscription: id, result: 'refused', reason: expect.stringMatching(`^${spare.id}: `) }];
  expect(await foundOf('u_refused', false)).toMatchObject(refused);
  expect(await foundOf('u_refused', true)).toMatchObject(refused);
  expect(await t.paymentsOf('u_refused')).toHaveLength(2);
  expect(await foundOf('u_refused', true)).toMatchObject(refused);
  expect(await foundOf('u_refused', true, (BEGUN + 35) * 1000)).toEqual([]);
});

test('what the provider does not know, and what is not known here', async () => {
  const { id, checkout } = await t.order('u_gone').then(({ checkout, plan_checkout }) => ({
    id: plan_checkout.subscription,
    checkout,
  }));
  t.stripe.sessions.delete(checkout);
  expect(await foundOf('u_gone', true)).toMatchObject([{ subscription: id, result: 'unknown' }]);

  const lost = await t.sold('u_lost');
  const session = t.stripe.sessions.get(lost.checkout);
  if (session === undefined) throw new Error('a checkout is open');
  session.metadata.subscription = 'sub_0cn99285w001k0000000c';
  const missing = (await ask(true)).filter(({ result }) => result === 'missing');
  expect(missing).toMatchObject([
    { purchase: null, subscription: 'sub_0cn99285w001k0000000c', provider: 'stripe', reason: lost.checkout },
  ]);
  session.metadata = {};
  expect((await ask(true)).filter(({ result }) => result === 'missing')).toEqual([]);
});

test('one that was over before is not asked about, and one that runs is, however old', async () => {
  const { id, one } = await begun('u_old');
  const { id: over, one: ended } = await begun('u_over');
  t.stripe.billing.cancel(ended.id, BEGUN + 60);
  await t.deliver(t.stripe.event('customer.subscription.deleted', { ...ended }));
  await setTestClock(rig.database, (BEGUN + 86_400) * 1000);
  const looked = (await ask(false, (BEGUN + 3600) * 1000)).map(({ subscription }) => subscription);
  expect(looked).toContain(id);
  expect(looked).not.toContain(over);
  // What was heard of it since is a reason to ask.
  await t.deliver(t.stripe.event('customer.subscription.deleted', { ...ended }));
  const again = (await ask(false, (BEGUN + 3600) * 1000)).map(({ subscription }) => subscription);
  expect(again).toContain(over);
  expect((await ask(false)).map(({ subscription }) => subscription)).toContain(over);
  expect(one.status).toBe('active');
});

test('a provider that does not answer keeps the rest from nothing', async () => {
  const { plan_checkout } = await rig.first.plans.checkout(
    'u_sandbox',
    { plan: 'pro', provider: 'sandbox', return_url: RETURN },
    { origin: ORIGIN },
  );
  await t.sold('u_late');
  t.stripe.refusing = /GET \/v1\/checkout\/sessions\/cs_/;
  const found = await ask(true);
  t.stripe.refusing = /^$/;
  expect(
    found.find(({ account, subscription }) => account === 'u_late' && subscription !== null),
  ).toMatchObject({
    result: 'refused',
  });
  expect(found.find(({ subscription }) => subscription === plan_checkout.subscription)).toMatchObject({
    result: 'unasked',
  });
  expect(await foundOf('u_late', true)).toMatchObject([{ result: 'repaired' }]);
});
