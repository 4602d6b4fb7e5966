/** Every operation of the OpenAPI document, at least once with success, each answer checked against its schema. */
import type {
  Balance,
  BatchResponse,
  Catalog,
  CreatedKey,
  Entry,
  Explanation,
  Forecast,
  FreeOnDevice,
  Grant,
  GrantReceipt,
  Hold,
  HoldReceipt,
  Key,
  Operation,
  Page,
  Quote,
  Receipt,
  Session,
  Statement,
  TestClock,
  Usage,
} from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Issuer } from '../support/issuer.ts';
import { accountLifeContract } from './account-life-contract.ts';
import { campaignContract } from './campaign-contract.ts';
import { cashOutContract } from './cash-out-contract.ts';
import { readEvents } from './events.ts';
import { purchaseContract } from './purchase-contract.ts';
import { reportContract } from './report-contract.ts';
import { staffContract } from './staff-contract.ts';
import { NO_PROVIDER } from './staff-rows.ts';
import { subscriptionContract } from './subscription-contract.ts';
import { ADMIN, startServer, type TestServer } from './support.ts';
import { teamContract } from './team-contract.ts';
import { webhookContract } from './webhook-contract.ts';

let t: TestServer;
let base: string;
let issuer: Issuer;

beforeAll(async () => {
  const redirectUri = `${NO_PROVIDER.publicUrl}/v1/staff/sign_in/callback`;
  issuer = await Issuer.start({ ...NO_PROVIDER, redirectUri });
  t = await startServer({
    approvals: { accountLimit: '1000000' },
    staff: { oidc: { ...NO_PROVIDER, issuer: issuer.url } },
  });
  base = await t.server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await t.close();
  await issuer.stop();
});

/** 20 subscription, 15 promotional and 100 purchased credits: the article's example. */
async function article(account: string): Promise<GrantReceipt[]> {
  const receipts: GrantReceipt[] = [];
  for (const body of [
    { class: 'purchased', amount: 100, expires_at: null },
    { class: 'promotional', amount: 15, valid_for: 'P30D' },
    { class: 'subscription', amount: 20, valid_for: 'P1M' },
  ]) {
    const reply = await t.ask<GrantReceipt>('POST', `/v1/accounts/${account}/grants`, { body });
    expect(reply.status).toBe(201);
    receipts.push(reply.body);
  }
  return receipts;
}

const left = ({ classes }: Balance) => classes.map((one) => one.available);

describe('accounts and balances', () => {
  test('a forecast tells what starts and what expires, up to the day that was asked for', async () => {
    await article('u_ahead');
    const { body } = await t.ask<Forecast>('GET', '/v1/accounts/u_ahead/forecast?days=60');
    expect(body).toMatchObject({ account: 'u_ahead', rate: null, at_risk: [] });
    expect(body.events.map(({ type, class: id, amount }) => [type, id, amount])).toEqual(
      expect.arrayContaining([
        ['expiry', 'promotional', 15],
        ['expiry', 'subscription', 20],
      ]),
    );
    for (const days of ['0', '367', 'soon', '1.5']) {
      const { status } = await t.ask('GET', `/v1/accounts/u_ahead/forecast?days=${days}`);
      expect([days, status]).toEqual([days, 400]);
    }
  });

  test('an account is created, shown and updated', async () => {
    const created = await t.ask('PUT', '/v1/accounts/u_acc', {
      body: { time_zone: 'Europe/Berlin', metadata: { plan: 'pro', constructor: { name: 'x' } } },
    });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({ account: 'u_acc', kind: 'user', time_zone: 'Europe/Berlin' });
    const shown = await t.ask('GET', '/v1/accounts/u_acc');
    expect(shown.body).toEqual(created.body);
    const kind = await t.ask('PUT', '/v1/accounts/u_acc', { body: { kind: 'team' } });
    expect(kind.body).toMatchObject({ status: 409, code: 'account_kind_fixed' });
  });

  test('every class is in the balance, in draw order, also at zero', async () => {
    await t.ask('PUT', '/v1/accounts/u_zero', { body: {} });
    const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_zero/balance');
    expect(body.classes.map((one) => one.class)).toEqual(['subscription', 'promotional', 'purchased']);
    expect(body).toMatchObject({
      account: 'u_zero',
      version: 0,
      total: 0,
      available: 0,
      debt: 0,
      draw_order: [],
    });
  });

  test('a balance can be asked for another time', async () => {
    await article('u_at');
    const { body: future } = await t.ask<Balance>('GET', '/v1/accounts/u_at/balance?at=2030-01-01T00:00:00Z');
    expect(left(future)).toEqual([0, 0, 100]);
    const { body: past } = await t.ask<Balance>('GET', '/v1/accounts/u_at/balance?at=2020-01-01T00:00:00Z');
    expect(left(past)).toEqual([0, 0, 0]);
  });

  test('an unknown account is 404', async () => {
    for (const path of ['', '/balance', '/grants', '/holds', '/entries']) {
      const { body } = await t.ask('GET', `/v1/accounts/u_nobody${path}`);
      expect(body).toMatchObject({ status: 404, code: 'account_not_found' });
    }
  });
});

describe("the article's example", () => {
  test('25 credits come from the subscription first, then from the promotion, never from what was bought', async () => {
    const [purchased, promotional, subscription] = await article('u_1');
    const key = 'the-article';
    const first = await t.ask<Receipt>('POST', '/v1/accounts/u_1/consume', {
      key,
      body: { feature: 'ai_script' },
    });
    expect(first.status).toBe(200);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(first.body.operation).toMatchObject({
      type: 'consume',
      account: 'u_1',
      seq: 4,
      amount: 25,
      feature: 'ai_script',
    });
    expect(first.body.operation.draws).toEqual([
      { grant: subscription?.grant.id, class: 'subscription', amount: 20 },
      { grant: promotional?.grant.id, class: 'promotional', amount: 5 },
    ]);
    expect(left(first.body.balance)).toEqual([0, 10, 100]);
    expect(first.body.balance.draw_order).toEqual([promotional?.grant.id, purchased?.grant.id]);

    const again = await t.ask<Receipt>('POST', '/v1/accounts/u_1/consume', {
      key,
      body: { feature: 'ai_script' },
    });
    expect(again.status).toBe(200);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(JSON.stringify(again.body.operation)).toBe(JSON.stringify(first.body.operation));
    expect(again.body).not.toHaveProperty('replayed');

    const other = await t.ask('POST', '/v1/accounts/u_1/consume', { key, body: { amount: 24 } });
    expect(other.body).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  });

  test('a repeated grant or hold is answered 201 again', async () => {
    const grant = { key: 'g', body: { class: 'purchased', amount: 10 } };
    const one = await t.ask<GrantReceipt>('POST', '/v1/accounts/u_201/grants', grant);
    const two = await t.ask<GrantReceipt>('POST', '/v1/accounts/u_201/grants', grant);
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.headers['idempotency-replayed']).toBe('true');
    expect(two.body.operation).toEqual(one.body.operation);
    const hold = { key: 'h', body: { amount: 3 } };
    const held = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_201/holds', hold);
    const again = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_201/holds', hold);
    expect([held.status, again.status]).toEqual([201, 201]);
    expect(again.body.operation).toEqual(held.body.operation);
  });

  test('too little is refused with the figures, and nothing is written', async () => {
    await article('u_short');
    const refused = await t.ask('POST', '/v1/accounts/u_short/consume', { body: { amount: 136 } });
    expect(refused.status).toBe(402);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body).toMatchObject({
      type: 'urn:drawdown:problem:insufficient_credits',
      code: 'insufficient_credits',
      required: 136,
      available: 135,
      shortfall: 1,
      held: 0,
    });
    const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_short/balance');
    expect(body).toMatchObject({ version: 3, available: 135 });
  });
});

describe('grants', () => {
  test('are listed in draw order and shown one by one', async () => {
    const [purchased, promotional, subscription] = await article('u_lots');
    const { body } = await t.ask<Page<Grant>>('GET', '/v1/accounts/u_lots/grants');
    expect(body.data.map((lot) => lot.id)).toEqual(
      [subscription, promotional, purchased].map((one) => one?.grant.id),
    );
    const first = await t.ask<Page<Grant>>('GET', '/v1/accounts/u_lots/grants?limit=2&state=all');
    expect(first.body.data).toHaveLength(2);
    const rest = await t.ask<Page<Grant>>(
      'GET',
      `/v1/accounts/u_lots/grants?limit=2&state=all&cursor=${first.body.next_cursor}`,
    );
    expect([...first.body.data, ...rest.body.data].map((lot) => lot.id)).toEqual(
      body.data.map((lot) => lot.id),
    );
    expect(rest.body.next_cursor).toBeNull();
    const shown = await t.ask<Grant>('GET', `/v1/grants/${purchased?.grant.id}`);
    expect(shown.body).toMatchObject({ id: purchased?.grant.id, class: 'purchased', remaining: 100 });
  });

  test('staff voids, extends, freezes and unfreezes', async () => {
    const [purchased, promotional] = await article('u_staff');
    const of = (lot: GrantReceipt | undefined, act: string) => `/v1/grants/${lot?.grant.id}/${act}`;
    const asStaff = { as: ADMIN };
    const frozen = await t.ask<GrantReceipt>('POST', of(purchased, 'freeze'), {
      ...asStaff,
      body: { reason: 'dispute' },
    });
    expect(frozen.body.grant.state).toBe('frozen');
    expect(left(frozen.body.balance)).toEqual([20, 15, 0]);
    const twice = await t.ask('POST', of(purchased, 'freeze'), { ...asStaff, body: { reason: 'again' } });
    expect(twice.body).toMatchObject({ status: 409, code: 'grant_frozen' });
    const free = await t.ask<GrantReceipt>('POST', of(purchased, 'unfreeze'), {
      ...asStaff,
      body: { reason: 'won' },
    });
    expect(left(free.body.balance)).toEqual([20, 15, 100]);
    const longer = await t.ask<GrantReceipt>('POST', of(promotional, 'extend'), {
      ...asStaff,
      body: { expires_at: '2032-01-01T00:00:00.000Z' },
    });
    expect(longer.body.grant.expires_at).toBe('2032-01-01T00:00:00.000Z');
    const shorter = await t.ask('POST', of(promotional, 'extend'), {
      ...asStaff,
      body: { expires_at: '2031-01-01T00:00:00.000Z' },
    });
    expect(shorter.body).toMatchObject({ status: 409, code: 'expiry_not_later' });
    for (const reason of ['cash_out', 'purchase_reversed', 'account_closed']) {
      const taken = await t.ask('POST', of(promotional, 'void'), { ...asStaff, body: { reason } });
      expect(taken.body).toMatchObject({ status: 400, field: 'reason' });
    }
    const gone = await t.ask<GrantReceipt>('POST', of(promotional, 'void'), {
      ...asStaff,
      body: { reason: 'mistake' },
    });
    expect(gone.body.grant).toMatchObject({ state: 'voided', remaining: 0, voided: 15 });
    const { body: entries } = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_staff/entries?type=void');
    expect(entries.data[0]).toMatchObject({ actor: 'staff:key_admin', reason: 'mistake', amount: -15 });
  });

  test('staff adjusts up and down', async () => {
    await article('u_adjust');
    const up = await t.ask<Receipt>('POST', '/v1/accounts/u_adjust/adjustments', {
      as: ADMIN,
      body: { amount: 5, class: 'promotional', reason: 'sorry' },
    });
    expect(up.body.balance.available).toBe(140);
    const down = await t.ask<Receipt>('POST', '/v1/accounts/u_adjust/adjustments', {
      as: ADMIN,
      body: { amount: -40, reason: 'miscounted' },
    });
    expect(left(down.body.balance)).toEqual([0, 0, 100]);
  });
});

describe('spending', () => {
  test('a quote says what a consume then does', async () => {
    await article('u_quote');
    const quoted = await t.ask<Quote>('POST', '/v1/accounts/u_quote/quotes', {
      body: { feature: 'ai_script', units: 2 },
    });
    expect(quoted.body).toMatchObject({ feature: 'ai_script', amount: 50, sufficient: true, shortfall: 0 });
    const spent = await t.ask<Receipt>('POST', '/v1/accounts/u_quote/consume', {
      body: { feature: 'ai_script', units: 2, quote: quoted.body.quote },
    });
    expect(spent.body.operation.draws).toEqual(quoted.body.draws);
    expect(left(spent.body.balance)).toEqual(left(quoted.body.after));
  });

  test('where credits do not work nothing is charged', async () => {
    await article('u_ios');
    const free = await t.ask<FreeOnDevice>('POST', '/v1/accounts/u_ios/consume', {
      body: { feature: 'smart_cutout', surface: 'ios' },
    });
    expect([free.status, free.body]).toEqual([
      200,
      { operation: null, charged: 0, mode: 'free_on_device', balance: null },
    ]);
    const held = await t.ask<FreeOnDevice>('POST', '/v1/accounts/u_ios/holds', {
      body: { feature: 'smart_cutout', surface: 'android' },
    });
    expect([held.status, held.body.operation]).toEqual([200, null]);
    const refused = await t.ask('POST', '/v1/accounts/u_ios/consume', {
      body: { feature: 'ai_script', surface: 'ios' },
    });
    expect(refused.body).toMatchObject({
      status: 403,
      code: 'surface_not_supported',
      surface: 'ios',
      supported_surfaces: ['web', 'desktop_windows', 'desktop_macos'],
    });
  });

  test('a batch judges each operation on its own', async () => {
    await article('u_batch');
    const reply = await t.ask<BatchResponse>('POST', '/v1/consume', {
      key: null,
      body: {
        operations: [
          { account: 'u_batch', idempotency_key: 'b1', feature: 'ai_script' },
          { account: 'u_batch', idempotency_key: 'b2', amount: 1_000 },
          { account: 'u_nowhere', idempotency_key: 'b3', amount: 1 },
          { account: 'u_batch', idempotency_key: 'b1', feature: 'ai_script' },
          { account: 'u_batch', idempotency_key: 'b4', feature: 'smart_cutout', surface: 'ios' },
          { account: 'u_batch', idempotency_key: 'b5', feature: 'none' },
        ],
      },
    });
    expect(reply.body.results.map((one) => one.status)).toEqual([200, 402, 404, 200, 200, 400]);
    expect(reply.body.results[0]?.operation?.amount).toBe(25);
    expect(reply.body.results[1]?.error?.code).toBe('insufficient_credits');
    expect(reply.body.results[3]).toMatchObject({ replayed: true });
    expect(reply.body.results[4]).toMatchObject({ operation: null, mode: 'free_on_device' });
    const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_batch/balance');
    expect(body.available).toBe(110);
  });

  test('a thousand operations of two kilobytes each fit into a batch', async () => {
    await t.ask('POST', '/v1/accounts/u_large/grants', { body: { class: 'purchased', amount: 1000 } });
    const operations = Array.from({ length: 1000 }, (_, index) => ({
      account: 'u_large',
      idempotency_key: `k${index}`,
      amount: 1,
      metadata: { note: 'x'.repeat(1900) },
    }));
    const reply = await t.ask<BatchResponse>('POST', '/v1/consume', { key: null, body: { operations } });
    expect(reply.body.results.every((one) => one.status === 200)).toBe(true);
    const more = await t.ask('POST', '/v1/consume', {
      key: null,
      body: { operations: [...operations, operations[0]] },
    });
    expect(more.body).toMatchObject({ status: 400, code: 'invalid_request', field: 'operations' });
  });

  test('a hold is made, shown, listed, extended, captured in part; another is released', async () => {
    await article('u_hold');
    const made = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_hold/holds', {
      body: { amount: 30, ttl_seconds: 60 },
    });
    expect(made.status).toBe(201);
    expect(made.body.hold).toMatchObject({ state: 'open', amount: 30, captured: 0 });
    expect(made.body.balance).toMatchObject({ total: 135, held: 30, available: 105 });
    const path = `/v1/holds/${made.body.hold.id}`;
    expect((await t.ask<Hold>('GET', path)).body).toEqual(made.body.hold);
    const { body: open } = await t.ask<Page<Hold>>('GET', '/v1/accounts/u_hold/holds?state=open');
    expect(open.data.map((one) => one.id)).toEqual([made.body.hold.id]);
    const longer = await t.ask<HoldReceipt>('POST', `${path}/extend`, { body: { ttl_seconds: 3600 } });
    expect(longer.body.hold.expires_at > made.body.hold.expires_at).toBe(true);
    const much = await t.ask('POST', `${path}/capture`, { body: { amount: 31 } });
    expect(much.body).toMatchObject({ status: 409, code: 'amount_exceeds_hold', held: 30 });
    const captured = await t.ask<HoldReceipt>('POST', `${path}/capture`, { body: { amount: 22 } });
    expect(captured.body.hold).toMatchObject({ state: 'captured', captured: 22 });
    expect(left(captured.body.balance)).toEqual([0, 13, 100]);
    const twice = await t.ask('POST', `${path}/capture`);
    expect(twice.body).toMatchObject({ status: 409, code: 'hold_closed', state: 'captured' });
    const second = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_hold/holds', { body: { amount: 5 } });
    const released = await t.ask<HoldReceipt>('POST', `/v1/holds/${second.body.hold.id}/release`);
    expect(released.body.hold.state).toBe('released');
    expect(released.body.balance.available).toBe(113);
  });

  test('an operation is shown, explained and refunded into the very lots', async () => {
    const [, promotional, subscription] = await article('u_refund');
    const { body: spent } = await t.ask<Receipt>('POST', '/v1/accounts/u_refund/consume', {
      body: { amount: 25 },
    });
    const path = `/v1/operations/${spent.operation.id}`;
    expect((await t.ask<Operation>('GET', path)).body).toEqual(spent.operation);
    const { body: why } = await t.ask<Explanation>('GET', `${path}/explain`);
    expect(why.grants.map((one) => [one.grant, one.drawn])).toEqual(
      expect.arrayContaining([
        [subscription?.grant.id, 20],
        [promotional?.grant.id, 5],
      ]),
    );
    const part = await t.ask<Receipt>('POST', `${path}/refund`, { body: { amount: 7, reason: 'blocked' } });
    expect(left(part.body.balance)).toEqual([2, 15, 100]);
    const more = await t.ask('POST', `${path}/refund`, { body: { amount: 19, reason: 'blocked' } });
    expect(more.body).toMatchObject({ status: 409, code: 'amount_exceeds_operation', refundable: 18 });
    const rest = await t.ask<Receipt>('POST', `${path}/refund`, { body: { reason: 'blocked' } });
    expect(left(rest.body.balance)).toEqual([20, 15, 100]);
  });
});

describe('history', () => {
  test('entries, newest first, sum up to the balance', async () => {
    await article('u_history');
    await t.ask('POST', '/v1/accounts/u_history/consume', { body: { feature: 'ai_script' } });
    const { body } = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_history/entries');
    expect(body.data.map((one) => [one.seq, one.type, one.amount])).toEqual([
      [4, 'consume', -25],
      [3, 'grant', 20],
      [2, 'grant', 15],
      [1, 'grant', 100],
    ]);
    expect(body.data[0]).toMatchObject({
      balance_after: 110,
      actor: 'key:key_bootstrap',
      feature: 'ai_script',
    });
    const page = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_history/entries?limit=3');
    const next = await t.ask<Page<Entry>>(
      'GET',
      `/v1/accounts/u_history/entries?limit=3&cursor=${page.body.next_cursor}`,
    );
    expect([...page.body.data, ...next.body.data]).toEqual(body.data);
    const filtered = await t.ask<Page<Entry>>(
      'GET',
      '/v1/accounts/u_history/entries?feature=ai_script&class=promotional',
    );
    expect(filtered.body.data.map((one) => one.seq)).toEqual([4]);
  });

  test('a statement adds up, as JSON and as a table', async () => {
    await article('u_statement');
    await t.ask('POST', '/v1/accounts/u_statement/consume', { body: { amount: 25 } });
    const range = 'from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z';
    const { body } = await t.ask<Statement>('GET', `/v1/accounts/u_statement/statement?${range}`);
    expect(body).toMatchObject({ opening: 0, in: 135, out: 25, closing: 110 });
    const csv = await t.ask<string>('GET', `/v1/accounts/u_statement/statement?${range}&format=csv`);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toContain('attachment');
    expect(csv.text.split('\r\n')[0]).toBe('account,from,to,class,type,opening,in,out,closing');
  });

  test('what it was used for adds up, as JSON and as a table', async () => {
    await article('u_usage');
    await t.ask('POST', '/v1/accounts/u_usage/consume', { body: { feature: 'ai_script' } });
    const range = 'from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z';
    const { body } = await t.ask<Usage>('GET', `/v1/accounts/u_usage/usage?${range}&group_by=feature,member`);
    expect(body).toMatchObject({
      spent: 25,
      used: 25,
      rows: [{ feature: 'ai_script', member: null, used: 25 }],
    });
    const csv = await t.ask<string>(
      'GET',
      `/v1/accounts/u_usage/usage?${range.replace('2100', '2050')}&per=month&format=csv`,
    );
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toContain('usage.csv');
    expect(csv.text.split('\r\n')[0]).toMatch(/^period,feature,operations,spent,refunded,used,subscription/);
  });

  test('the account can be watched', async () => {
    await article('u_watch');
    const stream = await readEvents(`${base}/v1/accounts/u_watch/events`);
    const [first] = await stream.take(1);
    expect(first).toMatchObject({ event: 'balance', id: '3', data: { available: 135 } });
    await stream.close();
    t.exercised.add('streamEvents');
  });
});

describe('access', () => {
  test('sessions and the key set that verifies them', async () => {
    const { status, body } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_new', surface: 'web' },
    });
    expect(status).toBe(200);
    const mine = await t.ask<Balance>('GET', '/v1/accounts/u_new/balance', { as: body.token });
    expect(mine.status).toBe(200);
    const jwks = await t.ask<{ keys: object[] }>('GET', '/.well-known/jwks.json', { as: null });
    expect(jwks.body.keys).toEqual([
      expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }),
    ]);
    expect(jwks.text).not.toContain('"d"');
  });

  test('keys are made, listed without their secret, and revoked', async () => {
    const made = await t.ask<CreatedKey>('POST', '/v1/keys', {
      as: ADMIN,
      body: { name: 'backend', scopes: ['read'] },
    });
    expect(made.body.secret).toMatch(/^sk_[A-Za-z0-9_-]{43}$/);
    const list = await t.ask<Page<Key>>('GET', '/v1/keys', { as: ADMIN });
    expect(list.text).not.toContain(made.body.secret);
    expect(list.body.data.map((one) => one.id)).toContain(made.body.id);
    const revoked = await t.ask<Key>('DELETE', `/v1/keys/${made.body.id}`, { as: ADMIN });
    expect(revoked.body.revoked_at).not.toBeNull();
  });
});

describe('catalog and process', () => {
  test('the catalog is shown', async () => {
    const { body } = await t.ask<Catalog>('GET', '/v1/catalog');
    expect(body.classes.map((one) => one.id)).toEqual(['subscription', 'promotional', 'purchased']);
    expect(body.features.find((one) => one.id === 'smart_cutout')?.surfaces.ios).toBe('free_on_device');
  });

  test('health, readiness, metrics and the description need no credential', async () => {
    expect((await t.ask('GET', '/healthz', { as: null })).body).toEqual({ status: 'ok' });
    expect((await t.ask('GET', '/readyz', { as: null })).body).toMatchObject({
      status: 'ready',
      database: true,
    });
    const metrics = await t.ask<string>('GET', '/metrics', { as: null });
    expect(metrics.text).toContain(
      'drawdown_http_request_duration_seconds_count{method="POST",route="/v1/accounts/{account}/consume",status="200"}',
    );
    expect(metrics.text).toContain('process_cpu_seconds_total');
    const openapi = await t.ask<{ openapi: string }>('GET', '/openapi.json', { as: null });
    expect(openapi.body.openapi).toBe('3.1.0');
  });

  test('the test clock moves forward only, and lots expire by it', async () => {
    await article('u_clock');
    const before = await t.ask<TestClock>('GET', '/v1/test_clock');
    const moved = await t.ask<TestClock>('POST', '/v1/test_clock', { body: { advance: 'P2M' } });
    expect(Date.parse(moved.body.now)).toBeGreaterThan(Date.parse(before.body.now) + 50 * 86_400_000);
    const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_clock/balance');
    expect(left(body)).toEqual([0, 0, 100]);
    const back = await t.ask('POST', '/v1/test_clock', { body: { now: before.body.now } });
    expect(back.body).toMatchObject({ status: 409, code: 'clock_backwards' });
  });
});

describe('purchases', () => purchaseContract(() => t));

describe('reports', () => reportContract(() => t));
describe('notices and webhooks', () => webhookContract(() => t));

describe('campaigns', () => campaignContract(() => t));

describe('account life', () => accountLifeContract(() => t));
describe('staff', () => staffContract(() => ({ t, issuer })));
describe('payouts', () => cashOutContract(() => t));

describe('subscriptions', () => subscriptionContract(() => t));

describe('teams', () => teamContract(() => t));

test('100 % of the operations in the document are exercised', async () => {
  const { body } = await t.ask<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    'GET',
    '/openapi.json',
  );
  const described = Object.values(body.paths).flatMap((path) =>
    Object.values(path).map((one) => one.operationId),
  );
  expect(new Set(described).size).toBe(described.length);
  expect(described.filter((id) => !t.exercised.has(id))).toEqual([]);
});
