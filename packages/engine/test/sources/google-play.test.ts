/** Google Play by its own HTTP, against a Google that is as strict, with two servers taking in what Pub/Sub pushes. */
import type { Purchase } from '@drawdown/client';
import type { FastifyInstance } from 'fastify';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { GooglePlayPayments, type GooglePlaySetting } from '../../src/sources/google-play.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from '../engine/rig.ts';
import { FakeGoogle, PACKAGE } from './google-fake.ts';
import type { FakeSale } from './google-objects.ts';

const google = new FakeGoogle();
let setting: GooglePlaySetting;
let rig: Rig;
let servers: FastifyInstance[];

beforeAll(async () => {
  setting = await google.start();
  const payments = { googlePlay: setting };
  // What is voided is polled for where a test says so.
  rig = await openRig({ sweep: false, engines: [{ payments }, { payments }] });
  servers = await Promise.all(rig.engines.map((engine) => createServer({ engine })));
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await expectWhole(rig);
  await rig.close();
  await google.stop();
});

type Pushed = Parameters<FakeGoogle['pushed']>;

let turn = 0;
async function push(...about: Pushed) {
  const { body, headers } = await google.pushed(...about);
  turn += 1;
  const response = await (servers[turn % 2] as FastifyInstance).inject({
    method: 'POST',
    url: '/webhooks/google-play',
    headers,
    payload: body,
  });
  return {
    status: response.statusCode,
    body: response.json() as { code?: string; field?: string; state?: string },
  };
}

async function sold(account: string, more: Partial<FakeSale> = {}): Promise<FakeSale> {
  await rig.first.putAccount(account, {});
  const { app_account_token } = await rig.first.purchases.appAccountToken(account);
  return google.sell(app_account_token, more);
}

const claim = (account: string, sale: FakeSale, product = sale.product) => {
  turn += 1;
  const { purchases } = turn % 2 === 0 ? rig.first : rig.second;
  return purchases.claim(account, 'google_play', { proof: sale.token, product });
};
const only = async (account: string): Promise<Purchase> =>
  (await rig.first.purchases.list(account, {})).data[0] as Purchase;

describe('what is sold in Google Play', () => {
  test('is granted once, whoever tells of it, consumed after that, and never expires', async () => {
    const sale = await sold('u_play');
    const told = await together(40, async (i) =>
      String(
        i % 4 === 0 ? (await claim('u_play', sale)).state : (await push(google.bought(sale))).body.state,
      ),
    );
    expect(tally(told)).toEqual({ completed: 40 });
    expect(await rig.first.balance('u_play')).toMatchObject({ total: 1300, version: 2 });
    expect(await only('u_play')).toMatchObject({
      provider: 'google_play',
      pack: 'pack_1200',
      paid: { amount_minor: 3999, net_minor: 3332, currency: 'USD' },
      refundable_until: null,
    });
    const lots = (await rig.first.grants('u_play', {})).data;
    expect(lots.map(({ expires_at, cost }) => [expires_at, cost?.amount_minor])).toEqual([
      [null, 3332],
      [null, 0],
    ]);
    expect(sale.isConsumed).toBe(true);
  });

  test('several at once are several packs; a currency without cents has none; a product may name its app', async () => {
    const more = { quantity: 3, micros: 1_500_000_000, currency: 'JPY', product: `${PACKAGE}.pack_100` };
    const sale = await sold('u_play_yen', more);
    await push(google.bought(sale));
    expect(await only('u_play_yen')).toMatchObject({
      credits: 300,
      paid: { amount_minor: 1500, currency: 'JPY' },
    });
    expect(sale.isConsumed).toBe(true);
  });

  test('a pending purchase waits; one that is canceled then was never paid', async () => {
    const sale = await sold('u_pending', { state: 'PENDING' });
    expect(await codeOf(claim('u_pending', sale))).toBe('payment_pending');
    expect(await push(google.bought(sale))).toMatchObject({ status: 200, body: { state: null } });
    expect(await rig.first.balance('u_pending')).toMatchObject({ total: 0 });
    google.finish(sale, 'PURCHASED');
    expect(await push(google.bought(sale))).toMatchObject({ status: 200, body: { state: 'completed' } });
    const never = await sold('u_never', { state: 'PENDING' });
    google.finish(never, 'CANCELLED');
    expect(await push(google.bought(never))).toMatchObject({ status: 200, body: { state: null } });
    expect(await only('u_never')).toBeUndefined();
  });

  test('the grant is durable before the store is told; where it cannot be told, the event comes again', async () => {
    const sale = await sold('u_consume');
    google.refusesToConsume = 1;
    expect(await push(google.bought(sale))).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await rig.first.balance('u_consume')).toMatchObject({ total: 1300, version: 2 });
    expect(sale.isConsumed).toBe(false);
    expect((await push(google.bought(sale))).status).toBe(200);
    expect(sale.isConsumed).toBe(true);
    expect(await rig.first.balance('u_consume')).toMatchObject({ total: 1300, version: 2 });
    // What was consumed is not consumed again: Google would refuse that.
    expect((await push(google.bought(sale))).status).toBe(200);
  });

  test('another account cannot claim it, nor as another product', async () => {
    const sale = await sold('u_owner');
    await rig.first.putAccount('u_thief', {});
    await expect(claim('u_thief', sale)).rejects.toMatchObject({
      code: 'payment_refused',
      details: { field: 'account' },
    });
    await expect(claim('u_owner', sale, 'pack_500')).rejects.toMatchObject({ details: { field: 'product' } });
    expect(await codeOf(claim('u_owner', { ...sale, token: 'x.y' }))).toBe('payment_refused');
    expect(await codeOf(claim('u_owner', { ...sale, token: 'a-token-that-was-never-given' }))).toBe(
      'payment_refused',
    );
    expect(await rig.first.balance('u_owner')).toMatchObject({ total: 0 });
    expect(await codeOf(claim('u_owner', sale))).toBe('done');
  });

  test('the account that its buyer was merged into claims it, with the token of before', async () => {
    const [early, late] = [await sold('u_merged'), await sold('u_merged')];
    await claim('u_merged', early);
    await rig.first.putAccount('u_heir', {});
    await rig.first.life.merges.merge('u_merged', { into: 'u_heir', reason: 'one person' }, {});
    await expect(claim('u_thief', late)).rejects.toMatchObject({ details: { field: 'account' } });
    const bought = await claim('u_heir', late);
    expect(bought).toMatchObject({ account: 'u_heir', state: 'completed' });
    // Again, and the one that was there before, are the same purchases.
    expect((await claim('u_heir', late)).id).toBe(bought.id);
    expect((await claim('u_heir', early)).account).toBe('u_heir');
    expect((await rig.first.purchases.list('u_heir', {})).data).toHaveLength(2);
  });
});

describe('refunds', () => {
  test('all of it, a part of the quantity, a part of the money, and what only the list tells', async () => {
    const whole = await sold('u_void');
    await push(google.bought(whole));
    google.void(whole);
    expect(await push(google.voidedNotice(whole))).toMatchObject({
      status: 200,
      body: { state: 'reversed' },
    });
    expect(await rig.first.balance('u_void')).toMatchObject({ total: 0 });

    const part = await sold('u_void_part', { quantity: 4, product: 'pack_100', micros: 19_960_000 });
    await push(google.bought(part));
    google.voidPart(part, 1);
    await push(google.voidedNotice(part, 2));
    expect(await only('u_void_part')).toMatchObject({ state: 'partly_reversed', reversed: 100 });
    google.voidPart(part, 1);
    await push(google.voidedNotice(part, 2));
    await push(google.voidedNotice(part, 2));
    expect(await only('u_void_part')).toMatchObject({ state: 'partly_reversed', reversed: 200 });

    const money = await sold('u_money_back');
    await push(google.bought(money));
    money.refundedMicros = 10_000_000;
    await push(google.bought(money));
    expect(await only('u_money_back')).toMatchObject({
      state: 'partly_reversed',
      reversed: Math.floor((1200 * 1000) / 3999) + Math.floor((100 * 1000) / 3999),
    });

    const charged = await sold('u_charge_back');
    await push(google.bought(charged));
    google.chargeBack(charged);
    await push(google.voidedNotice(charged));
    expect(await only('u_charge_back')).toMatchObject({ state: 'reversed', reversed: 1300 });
  });

  test('voided before anything was heard of it: known, and nothing left of it', async () => {
    const sale = await sold('u_void_first');
    google.void(sale);
    await push(google.voidedNotice(sale));
    await push(google.bought(sale));
    expect(await rig.first.balance('u_void_first')).toMatchObject({ total: 0, debt: 0 });
    expect(await only('u_void_first')).toMatchObject({ state: 'reversed', lost: 0 });
  });

  test('the store pays back, not we', async () => {
    const sale = await sold('u_play_self');
    const { id } = await claim('u_play_self', sale);
    expect(await codeOf(rig.first.purchases.refund(id, {}, {}))).toBe('purchase_not_refundable');
  });
});

describe('Google itself', () => {
  test('one token serves many calls, and a revoked one is exchanged', async () => {
    const before = google.asked.length;
    const tokens = () => google.asked.slice(before).filter((one) => one === 'POST /token').length;
    await Promise.all([...Array(5).keys()].map(async (i) => push(google.bought(await sold(`u_token_${i}`)))));
    expect(tokens()).toBe(0);
    google.revoked = true;
    const sale = await sold('u_token_new');
    expect((await push(google.bought(sale))).status).toBe(200);
    expect(tokens()).toBe(1);
  });

  test.each([500, 503, 429, 403])('its answer %i means later, and then it is granted', async (status) => {
    const account = `u_later_${status}`;
    const sale = await sold(account);
    google.failing = { count: 1, status };
    expect(await push(google.bought(sale))).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await rig.first.balance(account)).toMatchObject({ total: 0 });
    expect((await push(google.bought(sale))).status).toBe(200);
    expect(await rig.first.balance(account)).toMatchObject({ total: 1300 });
  });

  test('a service account that Google does not take is said so, and asked for again', async () => {
    const { privateKey } = setting.account;
    const wrong = { ...setting.account, email: 'other@project.iam.gserviceaccount.com', privateKey };
    const secret = () => Promise.resolve(Buffer.from('x'));
    const provider = new GooglePlayPayments({ ...setting, account: wrong }, { secret, now: Date.now });
    for (let i = 0; i < 2; i += 1) {
      await expect(provider.claimed({ proof: 'token-token-token', product: 'p' })).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('Invalid JWT Signature'),
      });
    }
  });

  test('without its keys nobody is believed, and nobody is refused for good', async () => {
    const fresh = new GooglePlayPayments(setting, {
      secret: () => Promise.resolve(Buffer.from('x')),
      now: Date.now,
    });
    google.keysFail = true;
    const delivery = await google.pushed({ testNotification: {} });
    await expect(fresh.read(delivery)).rejects.toMatchObject({ code: 'unavailable' });
    google.keysFail = false;
    expect(await fresh.read(delivery)).toBeNull();
  });

  test('its keys are asked for once, and a key that they do not hold is none', async () => {
    const before = google.asked.length;
    await together(10, () => push({ testNotification: {} }));
    const { privateKey } = await generateKeyPair('RS256');
    expect(await push({ testNotification: {} }, { key: privateKey })).toMatchObject({ status: 400 });
    expect(google.asked.slice(before).filter((one) => one.includes('certs')).length).toBeLessThanOrEqual(2);
  });
});

test('a subscription is renewed by the payment, once, where the app states ours', async () => {
  const { subscription } = await rig.first.subscriptions.create(
    'u_play_pro',
    { plan: 'pro', interval: 'month' },
    {},
  );
  const end = Date.parse(subscription.paid_until ?? '') + 31 * 86_400_000;
  google.subscriptions.set('subscription-token', {
    latestOrderId: 'GPA.1-1..0',
    subscriptionState: 'SUBSCRIPTION_STATE_ACTIVE',
    externalAccountIdentifiers: { obfuscatedExternalProfileId: subscription.id },
    lineItems: [{ productId: 'pro', expiryTime: new Date(end).toISOString() }],
  });
  google.orders.set('GPA.1-1..0', {
    orderId: 'GPA.1-1..0',
    state: 'PROCESSED',
    total: { currencyCode: 'USD', units: '19', nanos: 990_000_000 },
    tax: { currencyCode: 'USD', units: '3' },
  });
  const renewed = { subscriptionNotification: { notificationType: 2, purchaseToken: 'subscription-token' } };
  const failed = { subscriptionNotification: { notificationType: 6, purchaseToken: 'subscription-token' } };
  const replies = await together(10, () => push(renewed));
  expect(tally(replies.map(({ status }) => status))).toEqual({ 200: 10 });
  const lots = (await rig.first.grants('u_play_pro', { state: 'all' })).data;
  expect(lots.map(({ state, cost }) => [state, cost?.amount_minor])).toEqual([
    ['active', undefined],
    ['scheduled', 1699],
  ]);
  google.subscriptions.set('subscription-token', {
    ...google.subscriptions.get('subscription-token'),
    latestOrderId: 'GPA.1-1..1',
  });
  expect((await push(failed)).status).toBe(200);
  expect(await rig.second.subscriptions.byId('u_play_pro', subscription.id)).toMatchObject({
    grace_until: expect.any(String),
  });
  // What is not paid yet comes again, and what is of another product is nothing that was agreed.
  google.orders.set('GPA.1-1..1', {
    ...google.orders.get('GPA.1-1..0'),
    orderId: 'GPA.1-1..1',
    state: 'PENDING',
  });
  expect((await push(renewed)).status).toBe(503);
  google.orders.set('GPA.1-1..1', { ...google.orders.get('GPA.1-1..0'), orderId: 'GPA.1-1..1' });
  const later = new Date(end + 31 * 86_400_000).toISOString();
  const kept = google.subscriptions.get('subscription-token');
  google.subscriptions.set('subscription-token', {
    ...kept,
    lineItems: [{ productId: 'stickers_weekly', expiryTime: later }],
  });
  expect((await push(renewed)).status).toBe(409);
  expect((await rig.first.grants('u_play_pro', { state: 'all' })).data).toHaveLength(2);
  const other = { subscriptionNotification: { notificationType: 3, purchaseToken: 'subscription-token' } };
  expect((await push(other)).status).toBe(200);
});

describe('an order of a subscription that is given back', () => {
  const money = (units: string) => ({ currencyCode: 'USD', units, nanos: 990_000_000 });
  const RENEWED = 2;

  /** Two months are paid, the second one ahead; what Google tells of each, and of the first one's end. */
  async function subscribed(account: string, more: { spent?: number } = {}) {
    const token = `sub-token-${account}`;
    const first = `GPA.${account}`;
    const { subscription } = await rig.first.subscriptions.create(
      account,
      { plan: 'pro', interval: 'month', ref: first },
      {},
    );
    const second = `${first}..0`;
    for (const order of [first, second]) {
      const orderHistory = { processedEvent: { eventTime: '2026-06-01T10:00:00Z' } };
      google.orders.set(order, { orderId: order, state: 'PROCESSED', total: money('19'), orderHistory });
    }
    google.subscriptions.set(token, {
      latestOrderId: second,
      externalAccountIdentifiers: { obfuscatedExternalProfileId: subscription.id },
      lineItems: [
        {
          productId: 'pro',
          expiryTime: new Date(Date.parse(subscription.paid_until ?? '') + 31 * 86_400_000).toISOString(),
        },
      ],
    });
    if (more.spent !== undefined) await rig.first.consume(account, { amount: more.spent }, {});
    const voided = (orderId: string) => ({
      voidedPurchaseNotification: { purchaseToken: token, orderId, productType: 1, refundType: 1 },
    });
    return {
      id: subscription.id,
      token,
      first,
      second,
      renewed: { subscriptionNotification: { notificationType: RENEWED, purchaseToken: token } },
      voided,
    };
  }

  const lotsOf = async (account: string) =>
    (await rig.first.grants(account, { state: 'all' })).data.map(
      ({ state, remaining, expires_at }) => `${expires_at} ${state} ${remaining}`,
    );
  const purchasesOf = async (account: string) =>
    (await rig.first.purchases.list(account, {})).data.map(
      ({ state, reversed, lost }) => `${state} ${reversed} ${lost}`,
    );

  test('takes the lots of its period and no other, and what was spent of them is lost', async () => {
    const { first, renewed, voided } = await subscribed('u_play_void', { spent: 100 });
    await rig.first.grant('u_play_void', { class: 'purchased', amount: 50 }, {});
    expect((await push(renewed)).status).toBe(200);
    expect(await purchasesOf('u_play_void')).toEqual(['completed 0 0']);
    google.orders.set(first, { ...google.orders.get(first), state: 'REFUNDED' });
    expect((await push(voided(first))).status).toBe(200);
    expect(await rig.first.balance('u_play_void')).toMatchObject({ total: 50 });
    const states = (await rig.first.grants('u_play_void', { state: 'all' })).data.map(({ state }) => state);
    expect(tally(states)).toEqual({ active: 1, scheduled: 1, voided: 1 });
    expect(tally(await purchasesOf('u_play_void'))).toEqual({ 'completed 0 0': 1, 'reversed 500 100': 1 });
  });

  test('in part takes a part, and its bank takes it back whole without a word in the order', async () => {
    const { first, second, renewed, voided } = await subscribed('u_play_part');
    await push(renewed);
    const refund = {
      state: 'PROCESSED_SUCCESSFULLY',
      refundDetails: { total: { currencyCode: 'USD', units: '10' } },
    };
    const before = google.orders.get(first) as { orderHistory: object };
    google.orders.set(first, {
      ...before,
      state: 'PARTIALLY_REFUNDED',
      orderHistory: { ...before.orderHistory, partialRefundEvents: [refund] },
    });
    expect((await push(voided(first))).status).toBe(200);
    // 10.00 of 19.99 are 300 of 600, rounded down for the buyer.
    expect(await rig.first.balance('u_play_part')).toMatchObject({ total: 300 });
    expect((await push(voided(second))).status).toBe(200);
    const states = (await rig.first.grants('u_play_part', { state: 'all' })).data.map(({ state }) => state);
    expect(tally(states)).toEqual({ active: 1, voided: 1 });
  });

  test('that nobody told of is found in the list; one of an app without our id is of no concern', async () => {
    const { token, second, renewed } = await subscribed('u_play_list');
    await push(renewed);
    google.voided.push({
      purchaseToken: token,
      orderId: second,
      voidedTimeMillis: String(Date.now()),
    } as never);
    await rig.first.purchases.poll.round(rig.first.purchases.provider('google_play'));
    expect(tally(await purchasesOf('u_play_list'))).toEqual({ 'reversed 600 0': 1 });
    google.subscriptions.set('sub-token-foreign', { latestOrderId: second, lineItems: [] });
    const foreign = { purchaseToken: 'sub-token-foreign', orderId: second, productType: 1, refundType: 1 };
    expect((await push({ voidedPurchaseNotification: foreign })).status).toBe(200);
    for await (const one of rig.first.purchases.reconcile({ since: 0, repair: false })) {
      if (one.account === 'u_play_list') expect(one.result).toBe('same');
    }
  });

  test('comes to the same in every order, told 1, 2 and 100 times', { timeout: 120_000 }, async () => {
    const orders = [
      ['renewed', 'first', 'second'],
      ['renewed', 'second', 'first'],
      ['first', 'renewed', 'second'],
      ['first', 'second', 'renewed'],
      ['second', 'renewed', 'first'],
      ['second', 'first', 'renewed'],
    ] as const;
    const ends: string[] = [];
    for (const [nth, order] of [...orders, ...orders.slice(0, 2)].entries()) {
      const account = `u_play_order_${nth}`;
      const { first, second, renewed, voided } = await subscribed(account, { spent: 40 });
      for (const one of [first, second])
        google.orders.set(one, { ...google.orders.get(one), state: 'REFUNDED' });
      const told = { renewed, first: voided(first), second: voided(second) };
      const times = nth < 5 ? 1 : nth < 7 ? 2 : 100;
      // What is not known yet is refused, and Pub/Sub brings whatever was not taken again.
      for (let left = order.map((name) => told[name]); left.length > 0; ) {
        const refused: typeof left = [];
        for (const one of left) {
          const replies = await together(times, () => push(one));
          if (replies.some(({ status }) => status !== 200)) refused.push(one);
        }
        left = refused;
      }
      ends.push(
        JSON.stringify([
          (await purchasesOf(account)).sort(),
          (await lotsOf(account)).map((lot) => lot.slice(25)).sort(),
        ]),
      );
    }
    expect(tally(ends)).toEqual({ [ends[0] as string]: orders.length + 2 });
    expect(ends[0]).toContain('reversed 560 40');
  });
});
