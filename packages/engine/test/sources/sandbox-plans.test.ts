/** `npm start` sells plans too: over HTTP as curl would ask, with somebody watching the balance. */
import type {
  Balance,
  Page,
  Payable,
  PlanCheckoutReceipt,
  Purchase,
  Session,
  Subscription,
  SubscriptionReceipt,
} from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventReader, readEvents } from '../http/events.ts';
import { ADMIN, SECRET, startServer, type TestServer } from '../http/support.ts';

const RETURN = 'http://localhost:5173/plan';

let t: TestServer;

beforeAll(async () => {
  t = await startServer({ payments: { sandbox: true } });
});

afterAll(async () => {
  await t.close();
});

async function open(account: string, more: object = {}): Promise<PlanCheckoutReceipt> {
  const reply = await t.ask<PlanCheckoutReceipt>('POST', `/v1/accounts/${account}/checkouts`, {
    body: { plan: 'pro', return_url: RETURN, ...more },
  });
  expect(reply.status).toBe(201);
  return reply.body;
}

const press = (checkout: string, action: string) =>
  t.ask<string>('POST', `/checkout/${checkout}/${action}`, { as: null, key: null });
const page = async (checkout: string) =>
  (await t.ask<string>('GET', `/checkout/${checkout}`, { as: null })).text;
const show = async (account: string, { plan_checkout }: PlanCheckoutReceipt) =>
  (await t.ask<Subscription>('GET', `/v1/accounts/${account}/subscriptions/${plan_checkout.subscription}`))
    .body;
const balance = async (account: string) =>
  (await t.ask<Balance>('GET', `/v1/accounts/${account}/balance`)).body;
const buttons = (html: string) =>
  [...html.matchAll(/action="\/checkout\/[^/]+\/(\w+)"/g)].map(([, name]) => name);

describe('a server that was just started', () => {
  test('sells a pack and Pro: the credits are on an open stream within a second', async () => {
    const own = await startServer({ payments: { sandbox: true }, testClock: false });
    const base = await own.server.listen({ host: '127.0.0.1', port: 0 });
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
    const curl = async (path: string, body: object) => {
      const made = { ...headers, 'idempotency-key': JSON.stringify(body) };
      const reply = await fetch(`${base}${path}`, {
        method: 'POST',
        headers: made,
        body: JSON.stringify(body),
      });
      return (await reply.json()) as { url: string };
    };
    await fetch(`${base}/v1/accounts/u_1`, { method: 'PUT', headers, body: '{}' });
    const events = await readEvents(`${base}/v1/accounts/u_1/events`);
    await events.take(1);
    for (const [ordered, total] of [
      [{ pack: 'pack_100', return_url: RETURN }, 100],
      [{ plan: 'pro', interval: 'month', return_url: RETURN }, 700],
    ] as const) {
      const { url } = await curl('/v1/accounts/u_1/checkouts', ordered);
      const before = performance.now();
      const paid = await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' });
      expect(paid.status).toBe(303);
      expect(await totalOf(events)).toBe(total);
      expect(performance.now() - before).toBeLessThan(1_000);
    }
    await events.close();
    await own.close();
  });
});

async function totalOf(events: EventReader): Promise<number | undefined> {
  const [, after] = await events.take(2);
  return (after?.data as Balance | undefined)?.total;
}

describe('the desk of a plan', () => {
  test('declines, sells, renews once per press, fails, cancels and takes that back', async () => {
    const made = await open('u_desk');
    expect(made.plan_checkout).toMatchObject({ state: 'open', credits: 600, price: { amount_minor: 1999 } });
    const { checkout } = made;
    expect(await page(checkout)).toContain('$19.99 a month');
    expect((await press(checkout, 'decline')).text).toContain('role="alert"');
    const paid = await press(checkout, 'pay');
    const { subscription } = made.plan_checkout;
    expect([paid.status, paid.headers.location]).toEqual([303, `${RETURN}?subscription=${subscription}`]);
    expect(buttons(await page(checkout))).toEqual([
      'renew',
      'fail',
      'cancel',
      'card_declined',
      'refund',
      'dispute',
    ]);
    const begun = await show('u_desk', made);
    expect(begun).toMatchObject({ status: 'active', provider: 'sandbox', price: { currency: 'USD' } });

    expect((await press(checkout, 'fail')).headers.location).toBe(`/checkout/${checkout}`);
    expect((await show('u_desk', made)).status).toBe('past_due');
    await press(checkout, 'renew');
    const renewed = await show('u_desk', made);
    expect(renewed).toMatchObject({ status: 'active', next_refill_at: begun.paid_until });
    await press(checkout, 'cancel');
    expect((await show('u_desk', made)).cancel_at).toBe(renewed.paid_until);
    expect(buttons(await page(checkout))).toContain('keep');
    await press(checkout, 'keep');
    expect((await show('u_desk', made)).cancel_at).toBeNull();
    await press(checkout, 'refund');
    expect((await show('u_desk', made)).next_refill_at).toBe(begun.paid_until);
    const { body } = await t.ask<{ data: Purchase[] }>('GET', '/v1/accounts/u_desk/purchases');
    expect(body.data.map(({ state, plan, subscription: of }) => [state, plan, of])).toEqual([
      ['reversed', 'pro', subscription],
      ['completed', 'pro', subscription],
    ]);
    expect(await balance('u_desk')).toMatchObject({ total: 600 });
  });

  test('keeps the card that its buyer leaves, and sells under the law that the server states', async () => {
    const refused = await t.ask('POST', '/v1/accounts/u_law/checkouts', {
      body: { plan: 'pro', return_url: RETURN, jurisdiction: 'DE' },
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'consent_required' } });
    const consent = { immediate_use: true };
    const { checkout } = await open('u_law', { jurisdiction: 'DE', consent, save_payment_method: true });
    expect(buttons(await page(checkout))).toContain('pay_and_keep_declining');
    await press(checkout, 'pay_and_keep_declining');
    expect(await balance('u_law')).toMatchObject({ total: 600 });
    expect(await t.ask('GET', '/v1/accounts/u_law/payment_method')).toMatchObject({
      body: { provider: 'sandbox', label: 'Test card that is declined later' },
    });
    const { body } = await t.ask<Page<Purchase>>('GET', '/v1/accounts/u_law/purchases');
    expect(body.data).toMatchObject([{ plan: 'pro', jurisdiction: 'DE', consent }]);
    // It pays for the plan as well.
    expect(buttons(await page(checkout))).toContain('card_works');
  });

  test('changes at once and for later by its owner, and the desk charges what is agreed', async () => {
    const made = await open('u_changes');
    await press(made.checkout, 'pay');
    const { body: session } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_changes', surface: 'web' },
    });
    const path = `/v1/accounts/u_changes/subscriptions/${made.plan_checkout.subscription}`;
    const change = (body: object, key: string) =>
      t.ask('POST', `${path}/change`, { as: session.token, body, key });
    const up = await change({ interval: 'year' }, 'year');
    expect(up).toMatchObject({
      status: 200,
      body: { subscription: { interval: 'year' }, operation: { amount: 600 } },
    });
    expect((await change({ interval: 'year' }, 'year')).headers['idempotency-replayed']).toBe('true');
    expect((await balance('u_changes')).total).toBe(1200);
    await press(made.checkout, 'renew');
    const { body } = await t.ask<{ data: Purchase[] }>('GET', '/v1/accounts/u_changes/purchases');
    expect(body.data.map(({ price }) => price.amount_minor).sort()).toEqual([17_999, 17_999, 1999]);
    const down = await change({ interval: 'month' }, 'month');
    expect(down.body).toMatchObject({ subscription: { interval: 'year', pending: { interval: 'month' } } });
    await press(made.checkout, 'renew');
    const { body: last } = await t.ask<{ data: Purchase[] }>(
      'GET',
      '/v1/accounts/u_changes/purchases?limit=1',
    );
    expect(last.data[0]?.price.amount_minor).toBe(1999);
    expect((await change({ ref: 'mine', interval: 'month' }, 'ref')).body).toMatchObject({ field: 'ref' });
  });

  test('has the card declined until it works again: a change is refused, a renewal fails, and grace runs', async () => {
    const made = await open('u_declining');
    await press(made.checkout, 'pay');
    const path = `/v1/accounts/u_declining/subscriptions/${made.plan_checkout.subscription}`;
    const change = (interval: string, key: string) =>
      t.ask('POST', `${path}/change`, { body: { interval }, key });
    await press(made.checkout, 'card_declined');
    expect(buttons(await page(made.checkout))).toContain('card_works');
    const german = await t.ask<string>('GET', `/checkout/${made.checkout}`, {
      as: null,
      headers: { 'accept-language': 'de' },
    });
    expect(german.text).toContain('Seine Karte wird abgelehnt');
    const refused = { code: 'payment_refused', reason: 'card_declined', provider: 'sandbox' };
    expect((await change('year', 'declining-1')).body).toMatchObject(refused);
    expect((await change('year', 'declining-1')).body).toMatchObject(refused);
    expect(await balance('u_declining')).toMatchObject({ total: 600 });
    await press(made.checkout, 'renew');
    const late = await show('u_declining', made);
    expect(late).toMatchObject({ status: 'past_due', interval: 'month' });
    expect(late.grace_until).not.toBeNull();
    await press(made.checkout, 'card_works');
    expect(buttons(await page(made.checkout))).toContain('card_declined');
    await press(made.checkout, 'renew');
    expect((await show('u_declining', made)).status).toBe('active');
    expect((await change('year', 'declining-2')).body).toMatchObject({ subscription: { interval: 'year' } });
    // What is agreed for later is charged later.
    await press(made.checkout, 'card_declined');
    expect((await change('month', 'declining-3')).body).toMatchObject({
      subscription: { pending: { interval: 'month' } },
    });
  });

  test('paid for a period that is over, it gives nothing, and the money is owed back', async () => {
    const made = await open('u_late');
    await press(made.checkout, 'pay');
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'P2M1D' } });
    const before = await balance('u_late');
    await press(made.checkout, 'renew');
    expect(await balance('u_late')).toMatchObject({ total: 0, version: before.version });
    const payable = async () => {
      const { body } = await t.ask<Page<Payable>>('GET', '/v1/settlements?limit=200', { as: ADMIN });
      return body.data.filter(({ account }) => account === 'u_late');
    };
    expect(await payable()).toMatchObject([{ kind: 'late', payable_minor: 1999, credits: 0 }]);
    // The next one runs, and is given.
    await press(made.checkout, 'renew');
    expect((await balance('u_late')).total).toBe(600);
    expect(await payable()).toHaveLength(1);
  });

  test('pressed a hundred times at once, it is one period', async () => {
    const { checkout } = await open('u_eager');
    await Promise.all(Array.from({ length: 100 }, () => press(checkout, 'pay')));
    expect(await balance('u_eager')).toMatchObject({ total: 600, version: 1 });
  });

  test('a checkout that was canceled sells nothing any more', async () => {
    const { checkout } = await open('u_canceled');
    await press(checkout, 'cancel');
    await press(checkout, 'pay');
    expect(await page(checkout)).toContain('The checkout was canceled');
    expect(await balance('u_canceled')).toMatchObject({ total: 0, version: 0 });
  });

  test('a trial begins without a payment, and the first one comes behind it', async () => {
    const made = await open('u_trial', { trial: true });
    await press(made.checkout, 'pay');
    expect(await show('u_trial', made)).toMatchObject({ status: 'trialing' });
    expect(await balance('u_trial')).toMatchObject({ total: 100 });
    await press(made.checkout, 'renew');
    const after = await show('u_trial', made);
    expect(after).toMatchObject({ status: 'trialing', next_refill_at: after.trial_ends_at });
    const again = await t.ask('POST', '/v1/accounts/u_trial/checkouts', {
      body: { plan: 'pro', return_url: RETURN },
    });
    expect(again.body).toMatchObject({ status: 409, code: 'plan_running', plan: 'pro' });
  });

  test('what an order may not say is refused by name', async () => {
    const refused = async (body: object) =>
      (await t.ask('POST', '/v1/accounts/u_no/checkouts', { body: { return_url: RETURN, ...body } })).body;
    expect(await refused({})).toMatchObject({ code: 'invalid_request', field: 'pack' });
    expect(await refused({ plan: 'pro', pack: 'pack_100' })).toMatchObject({ field: 'pack' });
    expect(await refused({ pack: 'pack_100', interval: 'year' })).toMatchObject({ field: 'interval' });
    expect(await refused({ plan: 'pro', jurisdiction: 'XX' })).toMatchObject({ field: 'jurisdiction' });
    expect(await refused({ plan: 'none' })).toMatchObject({ code: 'unknown_plan' });
    expect(await refused({ plan: 'pro', seats: 3 })).toMatchObject({ field: 'seats' });
    expect(await refused({ plan: 'pro', return_url: 'https://evil.example/' })).toMatchObject({
      code: 'return_url_not_allowed',
    });
    const made = await open('u_billed');
    await press(made.checkout, 'pay');
    const path = `/v1/accounts/u_billed/subscriptions/${made.plan_checkout.subscription}`;
    expect((await t.ask('POST', `${path}/pause`, { body: {} })).body).toMatchObject({
      status: 409,
      code: 'subscription_billed',
      provider: 'sandbox',
    });
  });

  test('a person orders for itself', async () => {
    const { body: session } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_self', surface: 'web' },
    });
    const order = (account: string) =>
      t.ask('POST', `/v1/accounts/${account}/checkouts`, {
        as: session.token,
        body: { plan: 'pro', return_url: RETURN },
      });
    expect((await order('u_self')).status).toBe(201);
    expect((await order('u_other')).body).toMatchObject({ code: 'account_not_found' });
  });

  test('a person ends what they pay a provider for, and nothing that the product charges for', async () => {
    const { body: session } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_leaves', surface: 'web' },
    });
    const made = await open('u_leaves');
    await press(made.checkout, 'pay');
    const path = '/v1/accounts/u_leaves/subscriptions';
    const act = (id: string, verb: string) =>
      t.ask<SubscriptionReceipt>('POST', `${path}/${id}/${verb}`, { as: session.token, body: {} });
    const { subscription: billed } = made.plan_checkout;
    const ended = await act(billed, 'cancel');
    expect(ended.body.subscription.cancel_at).toBe(ended.body.subscription.paid_until);
    expect((await act(billed, 'reactivate')).body.subscription.cancel_at).toBeNull();
    const { body: own } = await t.ask<SubscriptionReceipt>('POST', path, { body: { plan: 'pro' } });
    for (const verb of ['cancel', 'reactivate']) {
      const refused = await act(own.subscription.id, verb);
      expect(refused.body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    expect((await show('u_leaves', made)).status).toBe('active');
  });
});
