/** Every operation on purchases with success; answers are checked as they come. */
import type {
  AppAccountToken,
  AutoTopUp,
  CheckoutReceipt,
  Grant,
  Page,
  PlanCheckoutReceipt,
  Price,
  Purchase,
  Subscription,
  SubscriptionReceipt,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import {
  appStoreClaim,
  appStoreDelivery,
  googlePlayClaim,
  googlePlayDelivery,
  stripeDelivery,
  type TestServer,
} from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function purchaseContract(server: () => TestServer): void {
  test('a pack is ordered, looked at, declined, paid, shown, listed and given back', async () => {
    const t = server();
    const { body: order } = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_pack/checkouts', {
      body: { pack: 'pack_100', currency: 'EUR', return_url: 'http://127.0.0.1/', provider: 'sandbox' },
    });
    const page = `/checkout/${order.checkout}`;
    expect((await t.ask('GET', page, { as: null })).status).toBe(200);
    expect((await t.ask('POST', `${page}/decline`, { as: null, key: null })).status).toBe(200);
    expect((await t.ask('POST', `${page}/pay`, { as: null, key: null })).status).toBe(303);
    const { body: paid } = await t.ask<Purchase>('GET', `/v1/purchases/${order.purchase.id}`);
    expect(paid).toMatchObject({ state: 'completed', paid: { amount_minor: 499, currency: 'EUR' } });
    const { body: list } = await t.ask<Page<Purchase>>('GET', '/v1/accounts/u_pack/purchases');
    expect(list).toEqual({ data: [paid], next_cursor: null });
    const { body: back } = await t.ask<Purchase>('POST', `/v1/purchases/${paid.id}/refund`, { body: {} });
    expect(back).toMatchObject({ state: 'reversed', reversed: 100, lost: 0 });
  });

  test('an amount is priced, ordered at that price, and refused where it is not sold', async () => {
    const t = server();
    const { body: price } = await t.ask<Price>('GET', '/v1/catalog/price?credits=250&currency=EUR');
    expect(price).toMatchObject({ pack: null, credits: 250, bonus: 0, price: { amount_minor: 1373 } });
    const { body: money } = await t.ask<Price>('GET', '/v1/catalog/price?amount_minor=1400&currency=EUR');
    expect(money).toEqual(price);
    const { body: pack } = await t.ask<Price>('GET', '/v1/catalog/price?pack=pack_1200');
    expect(pack).toMatchObject({ credits: 1200, bonus: 100, price: { amount_minor: 3999, currency: 'USD' } });
    const order = { return_url: 'http://127.0.0.1/', provider: 'sandbox', currency: 'EUR' };
    for (const wanted of [{ credits: 250 }, { credits: '250' }, { amount_minor: 1400 }]) {
      const { body } = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_exact/checkouts', {
        body: { ...order, ...wanted },
      });
      const { validity: _, ...ordered } = price;
      expect(body.purchase).toMatchObject({ ...ordered, state: 'open' });
      await t.ask('POST', `/checkout/${body.checkout}/pay`, { as: null, key: null });
    }
    const { body: lots } = await t.ask<Page<Grant>>('GET', '/v1/accounts/u_exact/grants');
    expect(lots.data).toHaveLength(3);
    for (const lot of lots.data) {
      expect(lot).toMatchObject({ amount: 250, expires_at: null, metadata: { channel: 'sandbox' } });
      expect(lot.cost).toEqual({ amount_minor: 1373, currency: 'EUR' });
    }
    for (const [wanted, code] of [
      [{ credits: 255 }, 'amount_not_sold'],
      [{ credits: 40 }, 'amount_not_sold'],
      [{ credits: 10_010 }, 'amount_not_sold'],
      [{ amount_minor: 274 }, 'amount_not_sold'],
      [{ credits: 250, currency: 'GBP' }, 'unknown_currency'],
      [{ credits: 250, pack: 'pack_100' }, 'invalid_request'],
      [{}, 'invalid_request'],
    ] as const) {
      const { body } = await t.ask('POST', '/v1/accounts/u_exact/checkouts', {
        body: { ...order, ...wanted },
      });
      expect([wanted, body.code]).toEqual([wanted, code]);
    }
    const refused = await t.ask('GET', '/v1/catalog/price?credits=7');
    expect(refused.body).toMatchObject({
      status: 400,
      field: 'credits',
      minimum: 50,
      maximum: 10_000,
      step: 10,
    });
  });

  test('a plan is ordered and paid: its subscription begins, and its payment is a purchase', async () => {
    const t = server();
    const { body: order } = await t.ask<PlanCheckoutReceipt>('POST', '/v1/accounts/u_plan/checkouts', {
      body: { plan: 'pro', interval: 'year', return_url: 'http://127.0.0.1/', provider: 'sandbox' },
    });
    const page = `/checkout/${order.checkout}`;
    expect((await t.ask('GET', page, { as: null })).status).toBe(200);
    expect((await t.ask('POST', `${page}/pay`, { as: null, key: null })).status).toBe(303);
    const path = `/v1/accounts/u_plan/subscriptions/${order.plan_checkout.subscription}`;
    const { body: begun } = await t.ask<Subscription>('GET', path);
    expect(begun).toMatchObject({ status: 'active', interval: 'year', provider: 'sandbox' });
    const { body: list } = await t.ask<Page<Purchase>>('GET', '/v1/accounts/u_plan/purchases');
    expect(list.data).toMatchObject([{ plan: 'pro', subscription: begun.id, state: 'completed' }]);
    const cancelled = await t.ask<SubscriptionReceipt>('POST', `${path}/cancel`, { body: {} });
    expect(cancelled.body.subscription.cancel_at).toBe(begun.paid_until);
  });

  test('a card is kept, top-ups are agreed to, shown and switched off, and the card is forgotten', async () => {
    const t = server();
    const { body: order } = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_auto/checkouts', {
      body: { pack: 'pack_100', return_url: 'http://127.0.0.1/', provider: 'sandbox' },
    });
    await t.ask('POST', `/checkout/${order.checkout}/pay_and_keep`, { as: null, key: null });
    const path = '/v1/accounts/u_auto';
    const body = {
      threshold: 50,
      pack: 'pack_100',
      monthly_cap: { amount_minor: 1000, currency: 'USD' },
      consent: { off_session: true },
    };
    const { body: agreed } = await t.ask<AutoTopUp>('PUT', `${path}/auto_top_up`, { body });
    expect(agreed).toMatchObject({ state: 'on', threshold: 50, payment_method: { provider: 'sandbox' } });
    expect((await t.ask('GET', `${path}/auto_top_up`)).body).toEqual(agreed);
    expect((await t.ask('GET', `${path}/payment_method`)).body).toEqual(agreed.payment_method);
    expect((await t.ask('DELETE', `${path}/auto_top_up`)).body).toEqual({ removed: true });
    expect((await t.ask('GET', `${path}/auto_top_up`)).body).toMatchObject({ state: 'off' });
    expect((await t.ask('DELETE', `${path}/auto_top_up`)).body).toMatchObject({
      code: 'auto_top_up_not_found',
    });
    expect((await t.ask('DELETE', `${path}/payment_method`)).body).toEqual({ removed: true });
    const none = await t.ask('PUT', `${path}/auto_top_up`, { body });
    expect(none.body).toMatchObject({ status: 409, code: 'payment_method_required' });
  });

  test('what Stripe delivers is taken in, or refused by name', async () => {
    const t = server();
    const event = { id: 'evt_1', type: 'customer.created', data: { object: {} } };
    const taken = await t.ask('POST', '/webhooks/stripe', stripeDelivery(event));
    expect(taken).toMatchObject({ status: 200, body: { purchase: null, state: null } });
    const live = await t.ask('POST', '/webhooks/stripe', stripeDelivery({ ...event, livemode: true }));
    expect(live.body).toMatchObject({ status: 409, code: 'payment_refused', field: 'livemode' });
    const bare = await t.ask('POST', '/webhooks/stripe', { as: null, key: null, body: event });
    expect(bare.body).toMatchObject({ status: 400, code: 'invalid_signature' });
  });

  test('apps hand over what was bought in their stores, and again it is the same purchase', async () => {
    const t = server();
    await t.ask('PUT', '/v1/accounts/u_claims', { body: {} });
    const google = await googlePlayClaim(t, 'u_claims');
    const apple = await appStoreClaim(t, 'u_claims');
    const claims = [
      ['/v1/accounts/u_claims/purchases/google_play', google],
      ['/v1/accounts/u_claims/purchases/app_store', apple],
    ] as const;
    for (const [path, body] of claims) {
      const first = await t.ask<Purchase>('POST', path, { body, key: null });
      expect(first).toMatchObject({ status: 200, body: { state: 'completed', checkout_url: null } });
      const again = await t.ask<Purchase>('POST', path, { body, key: null });
      expect(again.body).toEqual(first.body);
      const other = await t.ask('POST', path.replace('u_claims', 'u_pack'), { body, key: null });
      expect(other.body).toMatchObject({ status: 409, code: 'payment_refused', field: 'account' });
    }
    const { body: lots } = await t.ask<Page<Grant>>('GET', '/v1/accounts/u_claims/grants');
    expect(lots.data.map(({ amount, metadata }) => [amount, metadata.channel])).toEqual([
      [1200, 'google_play'],
      [100, 'google_play'],
      [100, 'app_store'],
    ]);
    const pushed = await t.ask('POST', '/webhooks/google-play', await googlePlayDelivery());
    expect(pushed).toMatchObject({ status: 200, body: { purchase: null, state: null } });
  });

  test('an app gets a token for the App Store, and what Apple delivers is taken in', async () => {
    const t = server();
    await t.ask('PUT', '/v1/accounts/u_app', { body: {} });
    const { body } = await t.ask<AppAccountToken>('GET', '/v1/accounts/u_app/app_account_token');
    expect(body.app_account_token).toMatch(/^[0-9a-f-]{36}$/);
    const taken = await t.ask('POST', '/webhooks/app-store', appStoreDelivery());
    expect(taken).toMatchObject({ status: 200, body: { purchase: null, state: null } });
    const bare = await t.ask('POST', '/webhooks/app-store', {
      as: null,
      key: null,
      body: { signedPayload: 'x' },
    });
    expect(bare.body).toMatchObject({ status: 400, code: 'invalid_signature' });
  });
}
