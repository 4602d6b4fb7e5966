/**
 * What must not be believed, from every provider: refused, logged with a reason, counted, and nothing granted. What is
 * answered with 4xx is final; what is answered with 5xx says when to come again.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { generateKeyPair } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { appAccountToken } from '../../src/sources/app-account-token.ts';
import { signatureOf } from '../../src/sources/signature.ts';
import { statement } from '../../src/store/database.ts';
import { setting as keptSetting } from '../../src/store/settings.ts';
import { expectWhole, openRig, type Rig } from '../engine/rig.ts';
import { BUNDLE, createApple } from './apple.ts';
import { FakeGoogle } from './google-fake.ts';
import type { FakeSale } from './google-objects.ts';
import { FakeStripe } from './stripe-fake.ts';

const apple = createApple();
const otherApple = createApple();
const stripe = new FakeStripe();
const google = new FakeGoogle();
const lines: string[] = [];
let rig: Rig;
let server: FastifyInstance;
/** Of the account that everything here is aimed at, and of one that was never there. */
let token: string;
let absent: string;
let sale: FakeSale;
let paid: Record<string, unknown>;
let sandboxPurchase: string;
let sandboxSecret: Buffer;

beforeAll(async () => {
  const { secretKey, webhookSecret } = stripe;
  const payments = {
    sandbox: true,
    stripe: { secretKey, webhookSecrets: [webhookSecret], api: await stripe.start() },
    appStore: {
      bundleId: BUNDLE,
      appId: null,
      production: false,
      roots: [apple.root],
      onlineChecks: false,
      api: null,
    },
    googlePlay: await google.start(),
  };
  rig = await openRig({ sweep: false, payments });
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  server = await createServer({ engine: rig.first, log: log as FastifyBaseLogger });
  await rig.first.putAccount('u_target', {});
  token = (await rig.first.purchases.appAccountToken('u_target')).app_account_token;
  const secret = await keptSetting(rig.database, 'app_account_token_secret', () => '');
  absent = appAccountToken(Buffer.from(secret, 'base64url'), 123_456_789);
  sale = google.sell(token);
  const body = { pack: 'pack_100', currency: 'USD', return_url: 'https://credits.example.com/' };
  const { checkout } = await rig.first.purchases.checkout('u_target', body, {
    origin: 'https://credits.example.com',
  });
  paid = stripe.pay(checkout);
  const tried = await rig.first.purchases.checkout(
    'u_target',
    { ...body, provider: 'sandbox' },
    { origin: 'https://credits.example.com' },
  );
  sandboxPurchase = tried.purchase.id;
  sandboxSecret = Buffer.from(await keptSetting(rig.database, 'sandbox_secret', () => ''), 'base64url');
});

afterAll(async () => {
  await server.close();
  await expectWhole(rig);
  await rig.close();
  await stripe.stop();
  await google.stop();
});

interface Sent {
  body: Buffer;
  headers: Record<string, string>;
}
interface Case {
  send: () => Promise<Sent> | Sent;
  status: number;
  code: string;
  field?: string;
}

const TEN_MEGABYTES = Buffer.alloc(10 * 1024 * 1024, 0x20);
const bad = (send: Case['send'], code: string, status = 400): Case => ({ send, status, code });
const forged = (send: Case['send']) => bad(send, 'invalid_signature');
const wrong = (field: string, send: Case['send']): Case => ({
  send,
  status: 409,
  code: 'payment_refused',
  field,
});
const later = (send: Case['send']) => bad(send, 'unavailable', 503);

const event = (more: object = {}) => stripe.event('checkout.session.completed', { ...paid, ...more });
const signed = (...about: Parameters<FakeStripe['signed']>): Sent => stripe.signed(...about);
const text = (sent: Sent, change: (text: string) => string): Sent => ({
  ...sent,
  body: Buffer.from(change(sent.body.toString())),
});
const STRIPE: Record<string, Case> = {
  'a tampered body': forged(() => text(signed(event()), (body) => body.replace('"usd"', '"eur"'))),
  'another secret': forged(() => signed(event(), { secret: 'whsec_wrong' })),
  'an old signature': forged(() => signed(event(), { at: Date.now() - 301_000 })),
  'an old body, replayed under a new time': forged(() => {
    const old = signed(event(), { at: Date.now() - 3_600_000 });
    const header = old.headers['stripe-signature'] ?? '';
    return {
      ...old,
      headers: { 'stripe-signature': header.replace(/^t=\d+/, `t=${Math.floor(Date.now() / 1000)}`) },
    };
  }),
  'no signature': forged(() => ({ ...signed(event()), headers: {} })),
  'an empty body': forged(() => ({ ...signed(event()), body: Buffer.alloc(0) })),
  'malformed JSON, signed': forged(() => {
    const body = Buffer.from('{"id":');
    const header = signatureOf(Buffer.from(stripe.webhookSecret), body, Date.now());
    return { body, headers: { 'stripe-signature': header } };
  }),
  'an event of the other mode': wrong('livemode', () => signed({ ...event(), livemode: true })),
  'another currency': wrong('currency', () => signed(event({ currency: 'eur' }))),
  'less money': wrong('amount', () => signed(event({ amount_total: 498 }))),
  'more money': wrong('amount', () => signed(event({ amount_total: 500 }))),
  "another installation's purchase": bad(
    () => signed(event({ metadata: { purchase: 'pur_0cn99285w001k0000000c' } })),
    'purchase_not_found',
    404,
  ),
  'a sum that is text': wrong('gross', () => signed(event({ amount_total: '499' }))),
  'a payment that is no text': wrong('payment', () => signed(event({ payment_intent: 7 }))),
  'a currency that is nothing': wrong('currency', () => signed(event({ currency: null }))),
  'a sum that is none': wrong('facts.0.gross', () => signed(event({ amount_total: 0.5 }))),
  'a payment that cannot be kept': wrong('subject.payment', () =>
    signed(stripe.event('charge.refunded', { payment_intent: '\u0000', amount_refunded: 1 })),
  ),
  'a subscription whose name is no text': wrong('external', () =>
    signed(
      stripe.event('customer.subscription.updated', {
        id: 7,
        metadata: { subscription: 'sub_0cn99285w001k0000000c' },
      }),
    ),
  ),
  'a dispute in a currency that is no text': wrong('delivery', () =>
    signed(
      stripe.event('charge.dispute.closed', { ...stripe.dispute('pi_1', 'lost'), amount: 1, currency: 7 }),
    ),
  ),
  'a dispute without a time': wrong('facts.0.at', () =>
    signed({
      ...stripe.event('charge.dispute.closed', { ...stripe.dispute('pi_1', 'lost'), amount: 1 }),
      created: 'soon',
    }),
  ),
  'a subscription of nobody': bad(
    () =>
      signed(
        stripe.event('invoice.paid', {
          id: 'in_1',
          currency: 'usd',
          total: 1,
          lines: { data: [] },
          parent: { subscription_details: { metadata: { subscription: 'sub_0cn99285w001k0000000c' } } },
        }),
      ),
    'subscription_not_found',
    404,
  ),
  'ten megabytes': bad(() => ({ ...signed(event()), body: TEN_MEGABYTES }), 'payload_too_large', 413),
  'Stripe out of reach': later(() => {
    stripe.failing = 3;
    return signed(stripe.event('charge.refunded', { payment_intent: 'pi_unknown', amount_refunded: 1 }));
  }),
};

const transaction = (more: object = {}, by = apple) =>
  by.transaction({ transactionId: '77', productId: 'pack_1200', appAccountToken: token, ...more });
const fields = (of: object): Sent => ({ body: Buffer.from(JSON.stringify(of)), headers: {} });
const notified = (more: object = {}) =>
  fields({ signedPayload: apple.notification('ONE_TIME_CHARGE', transaction(more)) });

const APP_STORE: Record<string, Case> = {
  'a tampered body': forged(() => {
    const [head, body = '', signature] = transaction().split('.');
    const changed = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), quantity: 100 };
    const encoded = Buffer.from(JSON.stringify(changed)).toString('base64url');
    return fields({ signedTransaction: `${head}.${encoded}.${signature}` });
  }),
  'another Apple': forged(() => fields({ signedTransaction: transaction({}, otherApple) })),
  "another Apple's transaction in a genuine notification": forged(() =>
    fields({ signedPayload: apple.notification('ONE_TIME_CHARGE', transaction({}, otherApple)) }),
  ),
  'no signature': forged(() => fields({ transactionId: '77' })),
  'an empty body': forged(() => ({ body: Buffer.alloc(0), headers: {} })),
  'malformed JSON': forged(() => ({ body: Buffer.from('{"signedPayload":'), headers: {} })),
  'something signed that is no notification': forged(() => fields({ signedPayload: 'a.b.c' })),
  'the other environment': wrong('environment', () =>
    fields({ signedTransaction: transaction({ environment: 'Production' }) }),
  ),
  'another app': wrong('bundleId', () =>
    fields({ signedTransaction: transaction({ bundleId: 'com.example.other' }) }),
  ),
  'a currency that is none': wrong('currency', () => notified({ currency: 'US' })),
  'nothing paid': wrong('amount', () => notified({ price: 0 })),
  'an unknown product': wrong('product', () => notified({ productId: 'pack_7' })),
  'none at all': wrong('quantity', () => notified({ quantity: 0 })),
  'less than none': wrong('quantity', () => notified({ quantity: -1 })),
  'a part of one': wrong('subject.quantity', () => notified({ quantity: 1.5 })),
  "another installation's account": wrong('appAccountToken', () =>
    notified({ appAccountToken: '4be0643f-1d98-473b-97cd-ca98a65347dd' }),
  ),
  'no account': wrong('appAccountToken', () => notified({ appAccountToken: undefined })),
  'an account that is not there': bad(() => notified({ appAccountToken: absent }), 'account_not_found', 404),
  'ten megabytes': bad(() => ({ body: TEN_MEGABYTES, headers: {} }), 'payload_too_large', 413),
  'a question about a payment that is not known yet': later(() =>
    fields({
      signedPayload: apple.notification('CONSUMPTION_REQUEST', transaction({ transactionId: '78' })),
    }),
  ),
};

type How = Parameters<FakeGoogle['pushed']>[1];
const push = (how: How = {}) => google.pushed(google.bought(sale), how);
const bought = (more: Partial<FakeSale>) => google.pushed(google.bought(google.sell(token, more)));

const GOOGLE_PLAY: Record<string, Case> = {
  'a tampered token': forged(async () => {
    const sent = await push();
    return {
      ...sent,
      headers: { ...sent.headers, authorization: `${sent.headers.authorization?.slice(0, -8)}AAAAAAAA` },
    };
  }),
  'another key': forged(async () => push({ key: (await generateKeyPair('RS256')).privateKey })),
  'an old token': forged(() => push({ at: Date.now() - 3_700_000 })),
  'another audience': forged(() => push({ claims: { aud: 'https://other.example.com' } })),
  'another issuer': forged(() => push({ claims: { iss: 'https://accounts.example.com' } })),
  'another service account': forged(() =>
    push({ claims: { email: 'other@project.iam.gserviceaccount.com' } }),
  ),
  'an account that nobody verified': forged(() => push({ claims: { email_verified: false } })),
  'no token': forged(async () => ({ ...(await push()), headers: {} })),
  'malformed JSON': forged(() => push({ body: Buffer.from('{"message":') })),
  'no notification in it': forged(() => push({ body: Buffer.from('{"message":{"data":"bm9uZQ=="}}') })),
  'another app': wrong('packageName', () => push({ packageName: 'com.example.other' })),
  "a tester's purchase": wrong('testPurchaseContext', () => bought({ isTest: true })),
  'a currency that is none': wrong('currency', () => bought({ currency: 'usd' })),
  'nothing paid': wrong('total', () => bought({ micros: 0 })),
  'an unknown product': wrong('product', () => bought({ product: 'pack_7' })),
  'an unknown purchase': wrong('purchase_token', () =>
    google.pushed(google.bought({ ...sale, token: 'a-token-that-was-never-given' })),
  ),
  "another installation's account": wrong('obfuscatedExternalAccountId', () =>
    bought({ account: '4be0643f-1d98-473b-97cd-ca98a65347dd' }),
  ),
  'no account': wrong('obfuscatedExternalAccountId', () => bought({ account: '' })),
  'an account that is not there': bad(() => bought({ account: absent }), 'account_not_found', 404),
  'ten megabytes': bad(() => push({ body: TEN_MEGABYTES }), 'payload_too_large', 413),
  'Google out of order': later(() => {
    google.failing = { count: 1, status: 500 };
    return push();
  }),
};

/** What the sandbox's desk says, signed by whoever says so. */
function desk(
  fact: object = {},
  { at = Date.now(), secret = sandboxSecret, purchase = sandboxPurchase } = {},
): Sent {
  const money = { kind: 'paid', payment: 'pay_1', gross: 499, net: 499, currency: 'USD', at };
  const told = { id: `evt_${at}`, subject: { purchase }, facts: [{ ...money, ...fact }] };
  const body = Buffer.from(JSON.stringify(told));
  return { body, headers: { 'sandbox-signature': signatureOf(secret, body, at) } };
}

/** It has no address of its own: its desk delivers, in the process. */
const SANDBOX: Record<string, Case> = {
  'a tampered body': forged(() => text(desk(), (body) => body.replace('499', '1'))),
  'another secret': forged(() => desk({}, { secret: Buffer.alloc(32) })),
  'an old signature': forged(() => desk({}, { at: Date.now() - 301_000 })),
  'a signature from the future': forged(() => desk({}, { at: Date.now() + 400_000 })),
  'no signature': forged(() => ({ ...desk(), headers: {} })),
  'an empty body': forged(() => ({ ...desk(), body: Buffer.alloc(0) })),
  'another currency': wrong('currency', () => desk({ currency: 'EUR' })),
  'less money': wrong('amount', () => desk({ gross: 1, net: 1 })),
  "another provider's purchase": wrong('provider', () => {
    const { metadata } = paid as { metadata: { purchase: string } };
    return desk({}, { purchase: metadata.purchase });
  }),
  "another installation's purchase": bad(
    () => desk({}, { purchase: 'pur_0cn99285w001k0000000c' }),
    'purchase_not_found',
    404,
  ),
};

const COUNT = statement<[], { entries: bigint; accounts: bigint }>(
  'test.ledger_size',
  'select (select count(*) from drawdown.entries) as entries, (select sum(seq)::int8 from drawdown.accounts) as accounts',
);
const ledger = async () => (await rig.database.query(COUNT, [])).rows[0];
const counted = (provider: string, code: string) =>
  rig.first.metrics()[`deliveries.${provider}.${code}`] ?? 0;

const TABLE = { stripe: STRIPE, app_store: APP_STORE, google_play: GOOGLE_PLAY };
const ALL = Object.entries(TABLE).flatMap(([provider, cases]) =>
  Object.entries(cases).map(([name, one]) => [provider, name, one] as const),
);

describe('what is not believed', () => {
  test.each(ALL)('%s: %s', async (provider, _, { send, status, code, field }) => {
    const { body, headers } = await send();
    const [before, count] = [await ledger(), counted(provider, code)];
    lines.length = 0;
    const url = `/webhooks/${provider.replace('_', '-')}`;
    const reply = await server.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: body,
    });
    expect([reply.statusCode, reply.json().code, reply.json().field]).toEqual([status, code, field]);
    expect(reply.headers['retry-after'] !== undefined).toBe(status === 503);
    expect(await ledger()).toEqual(before);
    expect(await rig.first.balance('u_target')).toMatchObject({ total: 0, version: 0 });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, delivery: url, code }]);
    // A body that is too large is not read, so nobody can say whose it is.
    if (status !== 413) expect(counted(provider, code)).toBe(count + 1);
    expect(lines.join()).not.toMatch(/ey[A-Za-z0-9_-]{20}|whsec_|ya29/);
  });

  test.each(Object.entries(SANDBOX))('sandbox: %s', async (_, { send, code, field }) => {
    const sent = await send();
    const [before, count] = [await ledger(), counted('sandbox', code)];
    await expect(rig.first.purchases.receive('sandbox', sent)).rejects.toMatchObject({
      code,
      ...(field === undefined ? {} : { details: { field } }),
    });
    expect(await ledger()).toEqual(before);
    expect(await rig.first.balance('u_target')).toMatchObject({ total: 0, version: 0 });
    expect(counted('sandbox', code)).toBe(count + 1);
  });

  test('what is genuine is taken in after all of that, and counted', async () => {
    for (const [provider, sent] of [
      ['stripe', signed(event())],
      ['app_store', notified()],
      ['google_play', await push()],
    ] as const) {
      const url = `/webhooks/${provider.replace('_', '-')}`;
      const headers = { 'content-type': 'application/json', ...sent.headers };
      const reply = await server.inject({ method: 'POST', url, headers, payload: sent.body });
      expect([provider, reply.statusCode, reply.json().state]).toEqual([provider, 200, 'completed']);
      expect(counted(provider, 'purchase')).toBe(1);
    }
    expect(await rig.first.purchases.receive('sandbox', desk())).toMatchObject({ state: 'completed' });
    expect(await rig.first.balance('u_target')).toMatchObject({ total: 2800 });
    const metrics = await server.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).toContain('drawdown_deliveries_total{provider="google_play",outcome="purchase"} 1');
    expect(metrics.body).toMatch(
      /drawdown_deliveries_total\{provider="stripe",outcome="payment_refused"\} [1-9]/,
    );
  });
});
