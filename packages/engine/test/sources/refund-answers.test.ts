/** A refund whose answer was lost: the provider is asked again, under the same name, until it says what became of it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig, SHIPPED, together } from '../engine/rig.ts';
import { BEGUN, ORIGIN, openStripeRig, RETURN, type StripeRig } from './stripe-rig.ts';

const REFUNDS = /POST \/v1\/refunds$/;
const NEVER = /^$/;
const MINUTE_MS = 60_000;

let t: StripeRig;
let rig: Rig;
let now = (BEGUN + 60) * 1000;

beforeAll(async () => {
  t = await openStripeRig(SHIPPED, SHIPPED);
  ({ rig } = t);
});

afterEach(() => {
  Object.assign(t.stripe, { losing: NEVER, refusing: NEVER, declinesRefunds: false });
});

afterAll(() => t.close());

/** A pack that was paid; answers its purchase and its payment. */
async function packOf(account: string): Promise<{ id: string; payment: string }> {
  const body = { pack: 'pack_100', currency: 'USD', return_url: RETURN };
  const { purchase, checkout } = await rig.first.purchases.checkout(account, body, { origin: ORIGIN });
  const session = t.stripe.pay(checkout);
  await t.deliver(t.stripe.event('checkout.session.completed', session));
  return { id: purchase.id, payment: session.payment_intent as string };
}

const close = (account: string, by: Engine = rig.first, idempotencyKey = `close ${account}`) =>
  by.life.closures.close(account, { reason: 'asked for' }, { idempotencyKey });
const stateOf = async (id: string) => (await rig.second.purchases.byId(id, {})).state;
const refundsOf = (payment: string) =>
  [...t.stripe.refunds.values()].filter((one) => one.payment_intent === payment);
const later = (ms: number) => {
  now += ms;
  return setTestClock(rig.database, now);
};

test('a closing that did not hear that Stripe paid back asks again, and ends by itself', async () => {
  const [lost, other] = [await packOf('lost'), await packOf('lost')];
  t.stripe.losing = /\/v1\/refunds$/;
  expect(await codeOf(close('lost'))).toBe('unavailable');
  expect(await codeOf(rig.second.life.closures.report('lost'))).toBe('account_open');
  expect([await stateOf(lost.id), await stateOf(other.id)].sort()).toEqual(['completed', 'refunding']);
  // What would become of it is told meanwhile.
  const preview = await rig.second.life.closures.preview('lost');
  expect(preview.lots.map(({ outcome }) => outcome)).toEqual(['refunded', 'refunded']);
  t.stripe.losing = NEVER;
  // No event of it ever comes.
  expect(await close('lost', rig.second)).toMatchObject({ account: { state: 'closed' }, payable: [] });
  for (const { id, payment } of [lost, other]) {
    expect(await stateOf(id)).toBe('reversed');
    expect(refundsOf(payment)).toHaveLength(1);
  }
  expect(await close('lost')).toMatchObject({ replayed: true, payable: [] });
}, 30_000);

test('what Stripe never heard of is asked for again, by whoever closes it under whatever key', async () => {
  const { id, payment } = await packOf('unheard');
  t.stripe.refusing = REFUNDS;
  expect(await codeOf(close('unheard'))).toBe('unavailable');
  expect(refundsOf(payment)).toEqual([]);
  expect(await rig.first.balance('unheard')).toMatchObject({ total: 100, available: 0 });
  t.stripe.refusing = NEVER;
  const codes = await together(4, (n) => codeOf(close('unheard', rig.engines[n % 2], `closing ${n}`)));
  expect(codes.filter((code) => code === 'done')).toHaveLength(1);
  expect(refundsOf(payment)).toHaveLength(1);
  expect(await stateOf(id)).toBe('reversed');
  expect((await rig.first.life.closures.report('unheard')).payable).toEqual([]);
}, 30_000);

test('a refund that its buyer asked for is no reason to keep the account open', async () => {
  const { id, payment } = await packOf('buyer');
  t.stripe.losing = /\/v1\/refunds$/;
  const ask = () => rig.first.purchases.refund(id, {}, { idempotencyKey: 'back' });
  expect(await codeOf(ask())).toBe('unavailable');
  t.stripe.losing = NEVER;
  expect(await close('buyer', rig.second)).toMatchObject({ payable: [] });
  expect(refundsOf(payment)).toHaveLength(1);
  expect(await ask()).toMatchObject({ state: 'reversed', replayed: true });
}, 30_000);

test('refused when it is asked again: to the buyer all is as before; a closing owes it like the rest', async () => {
  const { id, payment } = await packOf('refused');
  t.stripe.refusing = REFUNDS;
  expect(await codeOf(close('refused'))).toBe('unavailable');
  Object.assign(t.stripe, { refusing: NEVER, declinesRefunds: true });
  // Stripe repeats its first answer to a key, and this one it had never heard.
  await expect(rig.second.purchases.refund(id, {}, { idempotencyKey: 'back' })).rejects.toMatchObject({
    code: 'payment_refused',
    details: { provider: 'stripe', reason: 'balance_insufficient' },
  });
  expect(await rig.first.balance('refused')).toMatchObject({ total: 100, available: 100, frozen: 0 });
  expect(await stateOf(id)).toBe('completed');
  expect(await codeOf(rig.second.life.closures.report('refused'))).toBe('account_open');

  const { price } = await rig.first.purchases.byId(id, {});
  expect(await close('refused')).toMatchObject({
    account: { state: 'closed' },
    payable: [price],
    settlements: [{ purchase: id, way: 'payable', payable_minor: price.amount_minor }],
  });
  expect(refundsOf(payment)).toEqual([]);
}, 30_000);

test('a lost answer that is asked about after Stripe forgot the key is still no refusal', async () => {
  const { id, payment } = await packOf('day');
  t.stripe.losing = /\/v1\/refunds$/;
  expect(await codeOf(close('day'))).toBe('unavailable');
  t.stripe.losing = NEVER;
  t.stripe.forgetKeys();
  expect(await close('day')).toMatchObject({ account: { state: 'closed' }, payable: [] });
  expect(await stateOf(id)).toBe('reversed');
  expect(refundsOf(payment)).toHaveLength(1);
}, 30_000);

test('nobody has to ask: what was never answered is asked about after a minute, by all at once, and once', async () => {
  const { id, payment } = await packOf('alone');
  const unheard = await packOf('alone_too');
  const refused = await packOf('alone_refused');
  t.stripe.losing = /\/v1\/refunds$/;
  const ask = (one: string) => codeOf(rig.first.purchases.refund(one, {}, { idempotencyKey: `back ${one}` }));
  expect(await ask(id)).toBe('unavailable');
  Object.assign(t.stripe, { losing: NEVER, refusing: REFUNDS });
  expect(await ask(unheard.id)).toBe('unavailable');
  const rounds = () => Promise.all(rig.engines.map((by) => by.purchases.refunds.round()));
  // Whoever asked may still be waiting.
  await later(MINUTE_MS - 1);
  t.stripe.refusing = NEVER;
  await rounds();
  expect(await stateOf(id)).toBe('refunding');
  await later(1);
  // What fails once is tried again, and not at once.
  t.stripe.refusing = REFUNDS;
  await rounds();
  t.stripe.refusing = NEVER;
  const asked = t.stripe.asked.length;
  await rounds();
  expect(t.stripe.asked).toHaveLength(asked);
  await later(MINUTE_MS);
  await rounds();
  expect([await stateOf(id), await stateOf(unheard.id)]).toEqual(['reversed', 'reversed']);
  for (const one of [payment, unheard.payment]) expect(refundsOf(one)).toHaveLength(1);
  expect(await rig.first.balance('alone')).toMatchObject({ total: 0, debt: 0 });

  t.stripe.refusing = REFUNDS;
  expect(await ask(refused.id)).toBe('unavailable');
  Object.assign(t.stripe, { refusing: NEVER, declinesRefunds: true });
  await later(MINUTE_MS);
  await rounds();
  expect(await stateOf(refused.id)).toBe('completed');
  expect(await rig.first.balance('alone_refused')).toMatchObject({ available: 100 });
}, 60_000);
