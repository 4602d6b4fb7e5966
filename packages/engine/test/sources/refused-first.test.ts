/** What is refused has ended nothing at a provider: it is looked at before anybody is told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig } from '../engine/rig.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

const forfeits = readCatalog({
  ...shippedCatalog,
  policies: { ...shippedCatalog.policies, closure: 'forfeit' },
} as never);

let t: StripeRig;
let rig: Rig;

beforeAll(async () => {
  t = await openStripeRig(readCatalog(shippedCatalog), forfeits);
  ({ rig } = t);
});

afterAll(() => t.close());

async function begun(account: string) {
  const { id, one, session } = await t.sold(account);
  await t.deliver(session);
  return { id, one };
}

async function packOf(account: string): Promise<string> {
  const body = { pack: 'pack_100', currency: 'USD', return_url: RETURN };
  const { purchase, checkout } = await rig.first.purchases.checkout(account, body, { origin: ORIGIN });
  await t.deliver(t.stripe.event('checkout.session.completed', t.stripe.pay(checkout)));
  return purchase.id;
}

const shown = async (account: string, id: string, pack: string) => ({
  plan: (await t.show(account, id)).status,
  pack: (await rig.first.purchases.byId(pack, {})).state,
  total: (await rig.first.balance(account)).total,
  refunds: [...t.stripe.refunds.values()].length,
});

test('a closing without the consent that it needs, or under a key of something else', async () => {
  const { id, one } = await begun('u_close');
  const pack = await packOf('u_close');
  await rig.first.consume('u_close', { amount: 1 }, { idempotencyKey: 'spent' });
  const before = await shown('u_close', id, pack);
  const [refunding, forfeiting] = rig.engines;
  expect(
    await codeOf(forfeiting?.life.closures.close('u_close', { reason: 'asked' }, {}) as Promise<unknown>),
  ).toBe('consent_required');
  const reused = refunding?.life.closures.close('u_close', { reason: 'asked' }, { idempotencyKey: 'spent' });
  expect(await codeOf(reused as Promise<unknown>)).toBe('idempotency_key_reused');
  expect(await shown('u_close', id, pack)).toEqual(before);
  expect(one).toMatchObject({ status: 'active', cancel_at_period_end: false });
  // With both in order it is closed, and the same request again answers the same.
  const close = () =>
    forfeiting?.life.closures.close(
      'u_close',
      { reason: 'asked', forfeit: true },
      { idempotencyKey: 'closing' },
    );
  expect(await close()).toMatchObject({ replayed: false });
  expect(await close()).toMatchObject({ replayed: true });
  expect(one.status).toBe('canceled');
});

test('an end under a key that was used: refused where it was for something else, and done once where not', async () => {
  const { id, one } = await begun('u_key');
  await rig.first.consume('u_key', { amount: 1 }, { idempotencyKey: 'spent' });
  const { subscriptions } = rig.first;
  for (const end of [
    () => subscriptions.cancel('u_key', id, { at: 'now' }, { idempotencyKey: 'spent' }),
    () => subscriptions.cancel('u_key', id, {}, { idempotencyKey: 'spent' }),
    () => subscriptions.reactivate('u_key', id, {}, { idempotencyKey: 'spent' }),
  ]) {
    expect(await codeOf(end())).toBe('idempotency_key_reused');
  }
  expect(one).toMatchObject({ status: 'active', cancel_at_period_end: false });

  const cancel = () => subscriptions.cancel('u_key', id, {}, { idempotencyKey: 'k1' });
  expect(await cancel()).toMatchObject({ replayed: false });
  await subscriptions.reactivate('u_key', id, {}, { idempotencyKey: 'k2' });
  // Late, and for the second time: what was taken back since stays so.
  expect(await cancel()).toMatchObject({ replayed: true, subscription: { cancel_at: null } });
  expect(one.cancel_at_period_end).toBe(false);
  expect(await codeOf(subscriptions.cancel('u_key', id, { at: 'now' }, { idempotencyKey: 'k1' }))).toBe(
    'idempotency_key_reused',
  );
  // A provider that did not answer is asked again under the same key.
  t.stripe.refusing = /POST \/v1\/subscriptions\//;
  const again = () => subscriptions.cancel('u_key', id, {}, { idempotencyKey: 'k3' });
  expect(await codeOf(again())).toBe('unavailable');
  t.stripe.refusing = /^$/;
  expect(await again()).toMatchObject({ replayed: false });
  expect(one.cancel_at_period_end).toBe(true);
});

test('a checkout that is refused leaves the earlier one open', async () => {
  const first = await t.order('u_open');
  for (const bad of [
    { currency: 'CHF' },
    { return_url: 'https://elsewhere.example/' },
    { interval: 'week' },
    { seats: 3 },
    { provider: 'app_store' },
  ]) {
    await t.order('u_open', bad).then(
      () => expect.unreachable(),
      () => undefined,
    );
    expect(t.stripe.sessions.get(first.checkout)?.status).toBe('open');
  }
  const second = await t.order('u_open');
  expect(t.stripe.sessions.get(first.checkout)?.status).toBe('expired');
  expect(t.stripe.sessions.get(second.checkout)?.status).toBe('open');
});

test('a closing closes checkouts of packs at the provider; what was paid there already is given back', async () => {
  const open = async () => {
    const body = { pack: 'pack_100', currency: 'USD', return_url: RETURN };
    return rig.first.purchases.checkout('f_checkouts', body, { origin: ORIGIN });
  };
  const [left, paid] = [await open(), await open()];
  await setTestClock(rig.database, (BEGUN + 3600) * 1000);
  // Its event is still on its way.
  const session = t.stripe.pay(paid.checkout);
  const close = () => rig.first.life.closures.close('f_checkouts', { reason: 'asked for' }, {});
  t.stripe.losing = /expire$/;
  expect(await codeOf(close())).toBe('unavailable');
  expect(await codeOf(rig.first.life.closures.report('f_checkouts'))).toBe('account_open');
  t.stripe.losing = /^$/;
  const { payable } = await close();
  expect(payable).toEqual([]);
  expect(t.stripe.sessions.get(left.checkout)?.status).toBe('expired');
  const states = await Promise.all(
    [left, paid].map(async ({ purchase }) => (await rig.first.purchases.byId(purchase.id, {})).state),
  );
  expect(states).toEqual(['expired', 'reversed']);
  expect((await t.deliver(t.stripe.event('checkout.session.completed', session))).status).toBe(200);
  expect((await rig.first.life.closures.report('f_checkouts')).payable).toEqual([]);
});
