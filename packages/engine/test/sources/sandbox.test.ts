/** `npm start` sells: a sandbox checkout over HTTP, with somebody watching the balance. */
import type {
  Balance,
  CheckoutReceipt,
  Grant,
  GrantReceipt,
  Page,
  Purchase,
  Session,
} from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents } from '../http/events.ts';
import { ADMIN, startServer, type TestServer } from '../http/support.ts';

let t: TestServer;
let base: string;

const RETURN = 'http://localhost:5173/credits?tab=buy';

beforeAll(async () => {
  t = await startServer({ payments: { sandbox: true, returnOrigins: ['https://app.example.com'] } });
  base = await t.server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await t.close();
});

async function open(account: string, more: object = {}): Promise<CheckoutReceipt> {
  const reply = await t.ask<CheckoutReceipt>('POST', `/v1/accounts/${account}/checkouts`, {
    body: { pack: 'pack_1200', return_url: RETURN, ...more },
  });
  expect(reply.status).toBe(201);
  return reply.body;
}

const press = (checkout: string, action: string) =>
  t.ask<string>('POST', `/checkout/${checkout}/${action}`, {
    as: null,
    key: null,
    raw: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

const show = async (id: string) => (await t.ask<Purchase>('GET', `/v1/purchases/${id}`)).body;
const balance = async (account: string) =>
  (await t.ask<Balance>('GET', `/v1/accounts/${account}/balance`)).body;
const lots = async (account: string) =>
  (await t.ask<Page<Grant>>('GET', `/v1/accounts/${account}/grants?state=all`)).body.data;

describe('a sandbox checkout', () => {
  test('is paid, and the credits are on an open stream within a second', async () => {
    await t.ask('PUT', '/v1/accounts/u_buyer', { body: {} });
    const { url, checkout, purchase } = await open('u_buyer');
    expect(url).toMatch(/\/checkout\/chk_/);
    expect(purchase).toMatchObject({ state: 'open', credits: 1200, bonus: 100, paid: null, grants: [] });

    const page = await t.ask<string>('GET', `/checkout/${checkout}`, { as: null });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("form-action 'self' http://localhost:5173");
    expect(page.text).toContain('1,200 credits');
    expect(page.text).toContain('Pay $39.99');
    expect(page.text).not.toContain('<script');

    const events = await readEvents(`${base}/v1/accounts/u_buyer/events`);
    await events.take(1);
    const before = performance.now();
    const paid = await press(checkout, 'pay');
    expect([paid.status, paid.headers.location]).toEqual([303, `${RETURN}&purchase=${purchase.id}`]);
    const seen = await events.take(4);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(seen.map(({ event }) => event)).toEqual(['entry', 'balance', 'entry', 'balance']);
    expect(seen[3]?.data).toMatchObject({ total: 1300, available: 1300 });
    await events.close();

    expect(await show(purchase.id)).toMatchObject({
      state: 'completed',
      paid: { amount_minor: 3999, net_minor: 3999, currency: 'USD' },
      checkout_url: null,
    });
    expect(await lots('u_buyer')).toMatchObject([
      {
        class: 'purchased',
        amount: 1200,
        expires_at: null,
        source: { type: 'purchase', ref: purchase.id },
        cost: { amount_minor: 3999, currency: 'USD' },
        metadata: { channel: 'sandbox', pack: 'pack_1200' },
      },
      { amount: 100, cost: { amount_minor: 0, currency: 'USD' }, metadata: { bonus: true } },
    ]);
  });

  test.each([
    ['de-DE,de;q=0.9,en;q=0.8', 'de-DE', '39,99\u00a0$ bezahlen'],
    ['en-GB,en;q=0.9', 'en-GB', 'Pay US$39.99'],
    ['en-!', 'en', 'Pay $39.99'],
    ['fr, de;q=0.4, en;q=0.7', 'en', 'Pay $39.99'],
    ['constructor, de;q=0', 'en', 'Pay $39.99'],
  ])('speaks the language that the browser asks for: %s', async (asked, lang, pays) => {
    const { checkout, purchase } = await open('u_speaks');
    const { text } = await t.ask<string>('GET', `/checkout/${checkout}`, {
      as: null,
      headers: { 'accept-language': asked },
    });
    expect(text).toContain(`<html lang="${lang}">`);
    expect(text).toContain(pays);
    expect(text).not.toContain('u_speaks');
    expect(text.split(purchase.id)).toHaveLength(3);
  });

  test('pressed twice, or a hundred times at once, is one purchase', async () => {
    const { checkout, purchase } = await open('u_eager');
    await Promise.all(Array.from({ length: 100 }, () => press(checkout, 'pay')));
    await press(checkout, 'pay');
    expect(await balance('u_eager')).toMatchObject({ total: 1300, version: 2 });
    expect((await show(purchase.id)).grants).toHaveLength(2);
  });

  test('declined, it can be tried again; canceled, it is over', async () => {
    const { checkout, purchase } = await open('u_declined', { currency: 'EUR' });
    const declined = await press(checkout, 'decline');
    expect([declined.status, declined.text.includes('role="alert"')]).toEqual([200, true]);
    expect(await show(purchase.id)).toMatchObject({ state: 'open', price: { currency: 'EUR' } });
    await press(checkout, 'cancel');
    expect(await show(purchase.id)).toMatchObject({ state: 'canceled', checkout_url: null });
    await press(checkout, 'pay');
    expect(await balance('u_declined')).toMatchObject({ total: 0, version: 0 });
  });

  test('the same key opens the same checkout, another input is refused', async () => {
    const ask = { key: 'c1', body: { pack: 'pack_100', return_url: RETURN } };
    const one = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_key/checkouts', ask);
    const two = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_key/checkouts', ask);
    expect(two.body).toEqual(one.body);
    expect(two.headers['idempotency-replayed']).toBe('true');
    const other = await t.ask('POST', '/v1/accounts/u_key/checkouts', {
      key: 'c1',
      body: { pack: 'pack_500', return_url: RETURN },
    });
    expect(other.body).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
    const { body } = await t.ask<Page<Purchase>>('GET', '/v1/accounts/u_key/purchases?limit=1');
    expect(body.data).toEqual([one.body.purchase]);
    expect(body.next_cursor).toBeNull();
  });

  test('a page is only where an address was given out', async () => {
    const { checkout } = await open('u_guess');
    const other = checkout.at(-1) === 'A' ? 'B' : 'A';
    for (const guess of [
      `${checkout.slice(0, -1)}${other}`,
      'chk_1',
      'x',
      checkout.replace('chk_', 'pur_'),
    ]) {
      const reply = await t.ask('GET', `/checkout/${guess}`, { as: null });
      expect(reply.body).toMatchObject({ status: 404, code: 'checkout_not_found' });
    }
  });

  test.each([
    ['/relative', 'invalid_request'],
    ['javascript:alert(1)', 'invalid_request'],
    ['https://user:pw@app.example.com/', 'invalid_request'],
    ['https://evil.example/', 'return_url_not_allowed'],
    ['https://app.example.com.evil.example/', 'return_url_not_allowed'],
    ['https://app.example.com/credits', 'done'],
    ['http://127.0.0.1:3000/', 'done'],
  ])('buyers return to %s: %s', async (url, outcome) => {
    const { body } = await t.ask('POST', '/v1/accounts/u_return/checkouts', {
      body: { pack: 'pack_100', return_url: url },
    });
    expect(body.code ?? 'done').toBe(outcome);
    if (outcome !== 'done') expect(body.field).toBe('return_url');
  });

  test('what cannot be bought is refused by name', async () => {
    const refused = async (more: object) =>
      (
        await t.ask('POST', '/v1/accounts/u_no/checkouts', {
          body: { pack: 'pack_100', return_url: RETURN, ...more },
        })
      ).body;
    expect(await refused({ pack: 'pack_7' })).toMatchObject({ code: 'unknown_pack', field: 'pack' });
    expect(await refused({ currency: 'JPY' })).toMatchObject({ code: 'unknown_currency', field: 'currency' });
    expect(await refused({ provider: 'stripe' })).toMatchObject({ code: 'provider_not_configured' });
    expect(await refused({ jurisdiction: 'XX' })).toMatchObject({ field: 'jurisdiction' });
    expect(await refused({ jurisdiction: 'DE' })).toMatchObject({
      code: 'consent_required',
      field: 'consent',
    });
    const consented = await open('u_consent', { jurisdiction: 'DE', consent: { immediate_use: true } });
    expect(consented.purchase.consent).toMatchObject({ immediate_use: true });
  });

  test('a person buys for itself and sees its own only', async () => {
    const { body: session } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_self', surface: 'web' },
    });
    const own = await t.ask<CheckoutReceipt>('POST', '/v1/accounts/u_self/checkouts', {
      as: session.token,
      body: { pack: 'pack_100', return_url: RETURN },
    });
    expect(own.status).toBe(201);
    const foreign = await open('u_other');
    for (const id of [foreign.purchase.id, 'pur_0cn99285w001k0000000c']) {
      const reply = await t.ask('GET', `/v1/purchases/${id}`, { as: session.token });
      expect(reply.body).toMatchObject({ status: 404, code: 'purchase_not_found' });
    }
    const other = await t.ask('POST', '/v1/accounts/u_other/checkouts', {
      as: session.token,
      body: { pack: 'pack_100', return_url: RETURN },
    });
    expect(other.body).toMatchObject({ status: 404, code: 'account_not_found' });
  });
});

describe('giving back', () => {
  const refund = (id: string, key?: string) =>
    t.ask<Purchase & { code?: string; reason?: string }>('POST', `/v1/purchases/${id}/refund`, {
      body: {},
      ...(key === undefined ? {} : { key }),
    });

  test('an unspent pack goes back whole, once', async () => {
    const { checkout, purchase } = await open('u_back');
    await press(checkout, 'pay');
    const first = await refund(purchase.id, 'r1');
    expect(first.body).toMatchObject({ state: 'reversed', reversed: 1300, lost: 0 });
    const again = await refund(purchase.id, 'r1');
    expect(again.body).toEqual(first.body);
    expect((await refund(purchase.id)).body).toMatchObject({
      code: 'purchase_not_refundable',
      reason: 'state',
    });
    expect(await balance('u_back')).toMatchObject({ total: 0, available: 0 });
  });

  test('not what was spent of, and not after the window', async () => {
    const spent = await open('u_spent');
    await press(spent.checkout, 'pay');
    await t.ask('POST', '/v1/accounts/u_spent/consume', { body: { amount: 1 } });
    expect((await refund(spent.purchase.id)).body).toMatchObject({ reason: 'spent' });
    const late = await open('u_late');
    expect((await refund(late.purchase.id)).body).toMatchObject({ reason: 'state' });
    await press(late.checkout, 'pay');
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'P14D' } });
    expect((await refund(late.purchase.id)).body).toMatchObject({ reason: 'window' });
    expect(await balance('u_late')).toMatchObject({ available: 1300 });
  });

  test('a dispute freezes, won unfreezes, lost reverses; nothing else is touched (law 8)', async () => {
    await t.ask<GrantReceipt>('POST', '/v1/accounts/u_dispute/grants', {
      as: ADMIN,
      body: { class: 'purchased', amount: 50 },
    });
    const { checkout, purchase } = await open('u_dispute');
    await press(checkout, 'pay');
    await press(checkout, 'dispute');
    expect(await balance('u_dispute')).toMatchObject({ total: 1350, frozen: 1300, available: 50 });
    await press(checkout, 'win');
    expect(await balance('u_dispute')).toMatchObject({ total: 1350, frozen: 0, available: 1350 });
    expect(await show(purchase.id)).toMatchObject({ state: 'completed' });

    const lost = await open('u_dispute');
    await press(lost.checkout, 'pay');
    await t.ask('POST', '/v1/accounts/u_dispute/consume', { body: { amount: 1400 } });
    await press(lost.checkout, 'dispute');
    await press(lost.checkout, 'lose');
    expect(await show(lost.purchase.id)).toMatchObject({
      state: 'reversed',
      reversed: 1250,
      lost: 50,
      owed: 0,
    });
    expect(await balance('u_dispute')).toMatchObject({ total: 0, frozen: 0, debt: 0 });
  });
});
