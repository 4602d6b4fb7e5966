/** What never arrived, found by asking: of every purchase that is known, and of every payment that is not. */
import { APIException } from '@apple/app-store-server-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppleApi, AppStorePayments } from '../../src/sources/app-store.ts';
import { GooglePlayPayments, type GooglePlaySetting } from '../../src/sources/google-play.ts';
import type { PaymentProvider, ProviderId } from '../../src/sources/provider.ts';
import { PurchasePoll } from '../../src/sources/purchase-poll.ts';
import { type Reconciled, reconcile } from '../../src/sources/reconciliation.ts';
import { Accounts } from '../../src/store/accounts.ts';
import { SYSTEM_CLOCK } from '../../src/store/clock.ts';
import { keptNumber, setting as keptSetting } from '../../src/store/settings.ts';
import { codeOf, expectWhole, openRig, type Rig, tally } from '../engine/rig.ts';
import { BUNDLE, createApple } from './apple.ts';
import { FakeGoogle } from './google-fake.ts';
import type { FakeSale } from './google-objects.ts';
import { FakeStripe } from './stripe-fake.ts';

const apple = createApple();
const stripe = new FakeStripe();
const google = new FakeGoogle();
const APPLE = {
  bundleId: BUNDLE,
  appId: null,
  production: false,
  roots: [apple.root],
  onlineChecks: false,
  api: null,
};
const RETURN = 'http://localhost/';
const ORIGIN = 'http://127.0.0.1:4400';
let setting: GooglePlaySetting;
let rig: Rig;

beforeAll(async () => {
  setting = await google.start();
  const { secretKey, webhookSecret } = stripe;
  const payments = {
    sandbox: true,
    stripe: { secretKey, webhookSecrets: [webhookSecret], api: await stripe.start() },
    appStore: APPLE,
    googlePlay: setting,
  };
  rig = await openRig({ sweep: false, engines: [{ payments }, { payments }] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
  await stripe.stop();
  await google.stop();
});

async function all(found: AsyncGenerator<Reconciled, void>): Promise<Reconciled[]> {
  const list: Reconciled[] = [];
  for await (const one of found) list.push(one);
  return list;
}
const ask = (repair: boolean, since = 0) => all(rig.first.purchases.reconcile({ since, repair }));
const of = (found: readonly Reconciled[], account: string) => found.filter((one) => one.account === account);
const only = async (account: string) => (await rig.first.purchases.list(account, {})).data[0];

async function tokenOf(account: string): Promise<string> {
  await rig.first.putAccount(account, {});
  return (await rig.first.purchases.appAccountToken(account)).app_account_token;
}

async function bought(account: string, more: Partial<FakeSale> = {}): Promise<FakeSale> {
  const sale = google.sell(await tokenOf(account), more);
  await rig.first.purchases.claim(account, 'google_play', { proof: sale.token, product: sale.product });
  return sale;
}

describe('Google Play', () => {
  test('what was voided without a notification is told, taken in, and found no more', async () => {
    const whole = await bought('u_whole');
    const part = await bought('u_part', { quantity: 4, product: 'pack_100', micros: 19_960_000 });
    const charged = await bought('u_charged');
    const well = await bought('u_well');
    const never = google.sell(await tokenOf('u_never_heard'));
    google.void(whole);
    google.voidPart(part, 1);
    google.voidPart(part, 2);
    google.chargeBack(charged);
    google.void(never);
    const told = await ask(false);
    expect(of(told, 'u_whole')[0]).toMatchObject({
      result: 'differs',
      before: 'completed',
      after: 'reversed',
    });
    expect(of(told, 'u_never_heard')).toMatchObject([
      { purchase: null, result: 'missing', after: 'reversed' },
    ]);
    expect(of(told, 'u_charged').filter((one) => one.result !== 'same')).toMatchObject([
      { result: 'differs', after: 'reversed', reason: charged.order },
    ]);
    expect(await rig.first.balance('u_whole')).toMatchObject({ total: 1300 });
    expect(await only('u_never_heard')).toBeUndefined();

    const repaired = await ask(true);
    expect(tally(repaired.map(({ result }) => result))).toMatchObject({ repaired: 4 });
    expect(await only('u_whole')).toMatchObject({ state: 'reversed', reversed: 1300 });
    expect(await only('u_part')).toMatchObject({ state: 'partly_reversed', reversed: 300 });
    expect(await only('u_charged')).toMatchObject({ state: 'reversed' });
    expect(await only('u_never_heard')).toMatchObject({ state: 'reversed', lost: 0 });
    expect(await rig.first.balance('u_well')).toMatchObject({ total: 1300 });
    expect(well.isConsumed).toBe(true);
    const again = await ask(true);
    expect(again.every(({ result }) => result === 'same' || result === 'unasked')).toBe(true);
  });

  test('the poll goes on where it was, two of them enter it once, and what fails moves nothing', async () => {
    const { database } = rig;
    const provider = new GooglePlayPayments(setting, {
      secret: () => Promise.reject(new Error('the tests have their own')),
      now: Date.now,
    });
    const tokens = rig.first.purchases.provider('google_play');
    const polls = rig.engines.map((engine) => engine.purchases.poll);
    const until = () => keptNumber(database, 'google_play_heard_until');
    const sale = await bought('u_polled');
    google.void(sale);
    google.failing = { count: 1, status: 503 };
    expect(await codeOf(polls[0]?.round(tokens) ?? Promise.resolve())).toBe('unavailable');
    expect(await until()).toBe(0);
    expect(await only('u_polled')).toMatchObject({ state: 'completed' });
    await Promise.all(polls.map((poll) => poll.round(tokens)));
    expect(await only('u_polled')).toMatchObject({ state: 'reversed', reversed: 1300 });
    const reached = await until();
    expect(reached).toBeGreaterThan(Date.now() - 3_700_000);

    // What is refused is said and passed over; what is behind the cursor is not asked for again.
    const foreign = google.sell('none of ours');
    google.void(foreign);
    google.void(await bought('u_polled_later'));
    const said: string[] = [];
    const poll = new PurchasePoll({
      database,
      providers: [provider],
      enter: (id, event) => rig.second.purchases.enter(id, event),
      log: (message) => said.push(message),
      now: () => Date.now() + 60_000,
    });
    await poll.round(tokens);
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`${foreign.order}.*obfuscatedExternalAccountId`)),
    ]);
    expect(await only('u_polled_later')).toMatchObject({ state: 'reversed' });
    expect(await until()).toBeGreaterThan(reached);
    google.voided.length = 0;
    google.chargeBack(await bought('u_long_ago'), reached - 86_400_000);
    await poll.round(tokens);
    expect(await only('u_long_ago')).toMatchObject({ state: 'completed' });
    google.voided.length = 0;
  });
});

describe('Stripe', () => {
  test('a payment whose purchase is not here is told, and made up by nobody', async () => {
    const body = { pack: 'pack_100', return_url: ORIGIN };
    const orders = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        rig.first.purchases.checkout(`u_stripe_${name}`, { ...body, provider: 'stripe' }, { origin: ORIGIN }),
      ),
    );
    for (const { checkout } of orders) stripe.pay(checkout);
    // Of another installation on the same account, and of a backup that was restored.
    const [lost, others] = orders.slice(2).map(({ checkout }) => stripe.sessions.get(checkout));
    if (lost === undefined || others === undefined) throw new Error('four checkouts are open');
    lost.metadata.purchase = 'pur_0cn99285w001k0000000c';
    others.metadata = {};
    const told = await ask(false);
    expect(told.find(({ purchase }) => purchase === 'pur_0cn99285w001k0000000c')).toMatchObject({
      result: 'missing',
      after: 'completed',
      reason: lost.id,
    });
    expect(of(told, 'u_stripe_a')[0]).toMatchObject({ result: 'differs', after: 'completed' });
    const repaired = await ask(true);
    expect(of(repaired, 'u_stripe_b')[0]).toMatchObject({ result: 'repaired' });
    expect(await rig.first.balance('u_stripe_b')).toMatchObject({ total: 100 });
    expect(repaired.filter(({ result }) => result === 'missing')).toHaveLength(1);
    const later = await ask(true, Date.now() + 60_000);
    expect(later.filter(({ result }) => result === 'missing')).toEqual([]);
    stripe.sessions.delete(lost.id);
  });

  test('what Stripe or Google does not answer keeps neither the others nor the rest from being looked at', async () => {
    stripe.failing = 10_000;
    google.failing = { count: 10_000, status: 503 };
    const found = await ask(false);
    stripe.failing = 0;
    google.failing = { count: 0, status: 500 };
    expect(
      new Set(found.filter(({ result }) => result === 'refused').map(({ provider }) => provider)),
    ).toEqual(new Set(['stripe', 'google_play']));
    expect(found.length).toBeGreaterThan(8);
  });
});

test('the sandbox knows what it gave out, and no more', async () => {
  const body = { pack: 'pack_100', return_url: RETURN, provider: 'sandbox' } as const;
  const { checkout } = await rig.first.purchases.checkout('u_sandbox', body, { origin: ORIGIN });
  await rig.first.sandbox.act(checkout, 'pay');
  expect(of(await ask(true), 'u_sandbox')).toMatchObject([{ result: 'same', after: 'completed' }]);
  // A merge takes the purchase along; the checkout is the one that it was.
  await rig.first.putAccount('u_sandbox_heir', {});
  await rig.first.life.merges.merge('u_sandbox', { into: 'u_sandbox_heir', reason: 'one person' }, {});
  expect(of(await ask(true), 'u_sandbox_heir')).toMatchObject([{ result: 'same', after: 'completed' }]);
  await rig.sql(`update drawdown.purchases set checkout = 'chk_forged' where checkout = '${checkout}'`);
  expect(of(await ask(true), 'u_sandbox_heir')).toMatchObject([{ result: 'unknown' }]);
});

test('more than fit at once are all looked at, plans and purchases', async () => {
  const about = { return_url: RETURN, provider: 'sandbox' } as const;
  await rig.first.purchases.checkout('u_many', { ...about, pack: 'pack_100' }, { origin: ORIGIN });
  await rig.first.plans.checkout('u_many', { ...about, plan: 'pro' }, { origin: ORIGIN });
  const mine = `account = (select number from drawdown.accounts where id = 'u_many')`;
  // Two hundred more of each, with the address of the first.
  for (const table of ['purchases', 'plan_checkouts']) {
    await rig.sql(`insert into drawdown.${table} select (jsonb_populate_record(one, jsonb_build_object('no', one.no + nth))).*
      from drawdown.${table} one, generate_series(1, 200) nth where ${mine}`);
  }
  const found = of(await ask(false), 'u_many');
  const plans = found.filter(({ subscription }) => subscription !== null);
  expect([plans.length, found.length]).toEqual([201, 402]);
  for (const table of ['purchases', 'plan_checkouts'])
    await rig.sql(`delete from drawdown.${table} where ${mine}`);
});

test('the App Store tells how transactions stand, and of every notification that it made', async () => {
  const history: string[] = [];
  const standing = new Map<string, string>();
  const api: AppleApi = {
    sendConsumptionInformation: () => Promise.reject(new Error('nobody asks this')),
    getTransactionInfo: async (id) => {
      const signedTransactionInfo = standing.get(id);
      if (signedTransactionInfo === undefined) throw new APIException(404, 4_040_010);
      return { signedTransactionInfo };
    },
    getNotificationHistory: async (page, { startDate = 0 }) => {
      if (startDate < Date.now() - 31 * 86_400_000) throw new APIException(400, 4_000_013);
      const at = Number(page ?? 0);
      const notificationHistory = history.slice(at, at + 1).map((signedPayload) => ({ signedPayload }));
      return { notificationHistory, hasMore: at + 1 < history.length, paginationToken: String(at + 1) };
    },
  };
  const secret = async () =>
    Buffer.from(await keptSetting(rig.database, 'app_account_token_secret', () => ''), 'base64url');
  const means = {
    database: rig.database,
    accounts: new Accounts(rig.database, SYSTEM_CLOCK),
    plans: rig.first.plans,
    providers: new Map<ProviderId, PaymentProvider>([
      ['app_store', new AppStorePayments(APPLE, { secret, api })],
    ]),
    enter: rig.first.purchases.enter.bind(rig.first.purchases),
    // Their lots follow: what the store says is all that may differ here.
    follow: async () => false,
  };
  const ofApple = async (repair: boolean) =>
    (await all(reconcile(means, { since: 0, repair }))).filter(({ provider }) => provider === 'app_store');
  const sold = async (account: string, transactionId: string) => {
    const about = { transactionId, productId: 'pack_1200', appAccountToken: await tokenOf(account) };
    const signed = apple.transaction(about);
    standing.set(transactionId, signed);
    return { about, signed, claim: () => rig.first.purchases.claim(account, 'app_store', { proof: signed }) };
  };
  const refunded = await sold('u_refunded', '1');
  await refunded.claim();
  const later = Date.UTC(2026, 6, 1);
  const taken = { ...refunded.about, revocationDate: later, revocationReason: 0, signedDate: later };
  standing.set('1', apple.transaction(taken));
  const unheard = await sold('u_unheard', '2');
  history.push(apple.notification('TEST', '', { data: { bundleId: BUNDLE, environment: 'Sandbox' } }));
  history.push(apple.notification('ONE_TIME_CHARGE', unheard.signed));
  await (await sold('u_apple_well', '3')).claim();

  expect(await ofApple(false)).toMatchObject([
    { account: 'u_refunded', result: 'differs', before: 'completed', after: 'reversed' },
    { account: 'u_apple_well', result: 'same' },
    { account: 'u_unheard', result: 'missing', after: 'completed' },
  ]);
  await ofApple(true);
  expect(await only('u_refunded')).toMatchObject({ state: 'reversed', reversed: 1300 });
  expect(await rig.first.balance('u_unheard')).toMatchObject({ total: 1300, version: 2 });
  expect((await ofApple(true)).every(({ result }) => result === 'same')).toBe(true);

  // Taken back, and given again: the later word counts.
  standing.set('1', apple.transaction({ ...refunded.about, signedDate: later + 86_400_000 }));
  expect((await ofApple(true))[0]).toMatchObject({ result: 'repaired', after: 'completed' });
  expect(await rig.first.balance('u_refunded')).toMatchObject({ total: 1300 });
  standing.delete('3');
  expect(await ofApple(true)).toMatchObject([{ result: 'same' }, { result: 'same' }, { result: 'unknown' }]);
});
