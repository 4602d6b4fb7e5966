/** Bad input of every kind: always a typed 4xx that names the field, never a 5xx, and nothing written. */
import { gzipSync } from 'node:zlib';
import type { Balance, BatchResponse, GrantReceipt, HoldReceipt, Problem, Receipt } from '@drawdown/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/routes/index.ts';
import { statement } from '../../src/store/database.ts';
import { ADMIN, type Ask, startServer, type TestServer } from './support.ts';

let t: TestServer;
let ids: { grant: string; hold: string; operation: string };

beforeAll(async () => {
  t = await startServer();
  const granted = await t.ask<GrantReceipt>('POST', '/v1/accounts/u_1/grants', {
    body: { class: 'purchased', amount: 1000 },
  });
  const held = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_1/holds', { body: { amount: 10 } });
  const spent = await t.ask<Receipt>('POST', '/v1/accounts/u_1/consume', { body: { amount: 10 } });
  ids = { grant: granted.body.grant.id, hold: held.body.hold.id, operation: spent.body.operation.id };
});

afterAll(async () => {
  await t.close();
});

const written = statement<[], { entries: bigint; accounts: bigint; keys: bigint }>(
  'test.written',
  `select (select count(*) from drawdown.entries) as entries, (select count(*) from drawdown.accounts) as accounts,
     (select count(*) from drawdown.keys) as keys`,
);

const state = async () => (await t.database.query(written, [])).rows[0];

/** Asks, and fails unless it was refused with a typed 4xx while nothing was written. */
async function refused(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, ask: Ask): Promise<Problem> {
  const before = await state();
  const reply = await t.ask(method, path, ask);
  expect(reply.status, reply.text).toBeGreaterThanOrEqual(400);
  expect(reply.status, reply.text).toBeLessThan(500);
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(reply.body).toMatchObject({ status: reply.status, type: `urn:drawdown:problem:${reply.body.code}` });
  expect(await state()).toEqual(before);
  return reply.body;
}

const SURROGATE = '\ud800';

describe('a consume', () => {
  test.each<[string, unknown, string, string]>([
    ['amount 0', { amount: 0 }, 'invalid_amount', 'amount'],
    ['amount -0', { amount: -0 }, 'invalid_amount', 'amount'],
    ['amount -1', { amount: -1 }, 'invalid_amount', 'amount'],
    ['amount finer than the scale', { amount: 0.1 }, 'invalid_amount', 'amount'],
    ['amount 1e21', { amount: 1e21 }, 'invalid_amount', 'amount'],
    ['amount 2^53', { amount: 2 ** 53 }, 'invalid_amount', 'amount'],
    ['amount "2^53"', { amount: '9007199254740992' }, 'invalid_amount', 'amount'],
    ['amount "1e3"', { amount: '1e3' }, 'invalid_amount', 'amount'],
    ['amount " 1"', { amount: ' 1' }, 'invalid_amount', 'amount'],
    ['amount "+1"', { amount: '+1' }, 'invalid_amount', 'amount'],
    ['amount "0x10"', { amount: '0x10' }, 'invalid_amount', 'amount'],
    ['amount ""', { amount: '' }, 'invalid_amount', 'amount'],
    ['amount "NaN"', { amount: 'NaN' }, 'invalid_amount', 'amount'],
    ['amount "Infinity"', { amount: 'Infinity' }, 'invalid_amount', 'amount'],
    ['Arabic digits', { amount: '١٢' }, 'invalid_amount', 'amount'],
    ['full-width digits', { amount: '１２' }, 'invalid_amount', 'amount'],
    ['a very long amount', { amount: '9'.repeat(10_000) }, 'invalid_amount', 'amount'],
    ['amount null', { amount: null }, 'invalid_amount', 'amount'],
    ['amount true', { amount: true }, 'invalid_amount', 'amount'],
    ['amount []', { amount: [] }, 'invalid_amount', 'amount'],
    ['amount [1]', { amount: [1] }, 'invalid_amount', 'amount'],
    ['amount {}', { amount: {} }, 'invalid_amount', 'amount'],
    ['nothing', {}, 'invalid_request', 'amount'],
    ['an unknown field', { amount: 1, ammount: 1 }, 'invalid_request', 'ammount'],
    ['an unknown feature', { feature: 'teleport' }, 'unknown_feature', 'feature'],
    ['a feature of Object', { feature: 'constructor' }, 'unknown_feature', 'feature'],
    ['a feature that is no id', { feature: '💥' }, 'invalid_request', 'feature'],
    ['a numeric feature', { feature: 7 }, 'invalid_request', 'feature'],
    ['a very long feature', { feature: 'f'.repeat(65) }, 'invalid_request', 'feature'],
    ['units of a wrong type', { feature: 'ai_script', units: [3] }, 'invalid_units', 'units'],
    ['units 0', { feature: 'ai_script', units: 0 }, 'invalid_units', 'units'],
    ['units -1', { feature: 'ai_script', units: -1 }, 'invalid_units', 'units'],
    ['too many units', { feature: 'ai_script', units: 101 }, 'invalid_units', 'units'],
    ['units beside an amount', { amount: 1, feature: 'ai_script', units: 1 }, 'invalid_request', 'units'],
    ['an unknown surface', { amount: 1, surface: 'fridge' }, 'unknown_surface', 'surface'],
    ['a surface of Object', { amount: 1, surface: 'toString' }, 'unknown_surface', 'surface'],
    ['a quote that is none', { amount: 1, quote: 'qte_x' }, 'invalid_quote', 'quote'],
    ['a member that is no id', { amount: 1, member: 'a b' }, 'invalid_request', 'member'],
    ['metadata []', { amount: 1, metadata: [] }, 'invalid_request', 'metadata'],
    ['metadata "x"', { amount: 1, metadata: 'x' }, 'invalid_request', 'metadata'],
    ['NUL in metadata', { amount: 1, metadata: { a: 'x\u0000' } }, 'invalid_request', 'metadata.a'],
    ['NUL in a key', { amount: 1, metadata: { 'a\u0000': 1 } }, 'invalid_request', 'metadata'],
    ['a lone surrogate', { amount: 1, metadata: { a: { b: SURROGATE } } }, 'invalid_request', 'metadata.a.b'],
    [
      'a lone surrogate in a list',
      { amount: 1, metadata: { a: [1, SURROGATE] } },
      'invalid_request',
      'metadata.a.1',
    ],
    [
      'deep metadata',
      { amount: 1, metadata: { a: { b: { c: { d: { e: {} } } } } } },
      'invalid_request',
      'metadata',
    ],
    [
      'many keys',
      { amount: 1, metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])) },
      'invalid_request',
      'metadata',
    ],
    ['a long key', { amount: 1, metadata: { ['k'.repeat(65)]: 1 } }, 'invalid_request', 'metadata'],
    ['large metadata', { amount: 1, metadata: { a: 'x'.repeat(8192) } }, 'invalid_request', 'metadata'],
  ])('%s', async (_name, body, code, field) => {
    const problem = await refused('POST', '/v1/accounts/u_1/consume', { body });
    expect(problem).toMatchObject({ code, field });
    expect(problem).toHaveProperty('errors');
  });

  test.each<[string, string, string]>([
    ['1e400', '{"amount":1e400}', 'amount'],
    ['-1e400 in metadata', '{"amount":1,"metadata":{"a":-1e400}}', 'metadata.a'],
    ['NaN', '{"amount":NaN}', 'body'],
    ['a number that loses digits', '{"amount":25.00000000000000000001}', 'body'],
    ['2^53 + 1', '{"amount":9007199254740993}', 'body'],
    ['a key twice', '{"amount":1,"metadata":{},"amount":2}', 'amount'],
    ['a key twice, written differently', '{"amount":1,"\\u0061mount":2}', 'amount'],
    ['a key twice, deep inside', '{"amount":1,"metadata":{"a":[{"b":1,"b":2}]}}', 'b'],
    ['__proto__', '{"amount":1,"__proto__":{"amount":2}}', '__proto__'],
    [
      '__proto__ in metadata',
      '{"amount":1,"metadata":{"__proto__":{"polluted":true}}}',
      'metadata.__proto__',
    ],
    ['__proto__, written differently', '{"amount":1,"metadata":{"\\u005f_proto__":1}}', 'metadata.__proto__'],
    ['half an object', '{"amount":1', 'body'],
    ['a trailing comma', '{"amount":1,}', 'body'],
    ['a comment', '{"amount":1/**/}', 'body'],
    ['single quotes', "{'amount':1}", 'body'],
    ['two values', '{"amount":1}{"amount":2}', 'body'],
    ['null', 'null', 'body'],
    ['a list', '[]', 'body'],
    ['a string', '"amount"', 'body'],
    ['a number', '1', 'body'],
    ['blank', '   ', 'body'],
    ['a byte order mark', '\ufeff{"amount":1}', 'body'],
    ['open brackets', '['.repeat(60_000), 'body'],
    ['deep nesting', `{"metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, 'body'],
    ['an unfinished escape', '{"amount":"\\', 'body'],
  ])('raw: %s', async (_name, raw, field) => {
    expect(await refused('POST', '/v1/accounts/u_1/consume', { raw })).toMatchObject({ status: 400, field });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('bytes that are not UTF-8', async () => {
    const raw = Buffer.from([...Buffer.from('{"feature":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    expect(await refused('POST', '/v1/accounts/u_1/consume', { raw })).toMatchObject({ field: 'body' });
  });

  test.each<[string, Ask, number, string]>([
    ['10 MB', { raw: `{"metadata":"${'x'.repeat(10_000_000)}"}` }, 413, 'payload_too_large'],
    ['65 KB', { raw: `{"metadata":"${'x'.repeat(65_600)}"}` }, 413, 'payload_too_large'],
    [
      'a form',
      { raw: 'amount=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    [
      'plain text',
      { raw: '{"amount":1}', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    [
      'a broken type',
      { raw: '{"amount":1}', headers: { 'content-type': 'json' } },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      { raw: '{"amount":1}', headers: { 'content-type': 'application/json; charset=utf-16' } },
      415,
      'unsupported_media_type',
    ],
    [
      'gzip',
      { raw: gzipSync('{"amount":1}'), headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type',
    ],
    [
      'a gzip bomb',
      { raw: gzipSync(Buffer.alloc(30_000_000)), headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type',
    ],
  ])('%s is refused as such', async (_name, ask, status, code) => {
    expect(await refused('POST', '/v1/accounts/u_1/consume', ask)).toMatchObject({ status, code });
  });

  test.each<[string, string | null, string]>([
    ['no key', null, 'idempotency_key_required'],
    ['an empty key', '', 'idempotency_key_required'],
    ['256 characters', 'k'.repeat(256), 'invalid_request'],
    ['letters beyond ASCII', 'clé', 'invalid_request'],
  ])('%s as idempotency key', async (_name, key, code) => {
    const problem = await refused('POST', '/v1/accounts/u_1/consume', { key, body: { amount: 1 } });
    expect(problem).toMatchObject({ code, field: 'Idempotency-Key' });
  });

  test('what a JSON reader may see as a prototype is data like any other', async () => {
    const metadata = { constructor: { prototype: { polluted: true } }, hasOwnProperty: 1, toString: 'x' };
    const reply = await t.ask<Receipt>('POST', '/v1/accounts/u_1/consume', { body: { amount: 1, metadata } });
    expect(reply.status).toBe(200);
    expect(reply.body.operation.metadata).toEqual(metadata);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('ids, times and pages', () => {
  test.each([
    'a b',
    'ä',
    'x'.repeat(129),
    'a/b',
    'a%00',
    '%F0%9F%98%80',
    'a%2Fb',
    "'; drop table x",
    'x'.repeat(3000),
  ])('account id %s', async (id) => {
    const path = `/v1/accounts/${id.includes('%') ? id : encodeURIComponent(id)}`;
    expect(await refused('GET', `${path}/balance`, {})).toMatchObject({
      code: 'invalid_request',
      field: 'account',
    });
    expect(await refused('PUT', path, { body: {} })).toMatchObject({ field: 'account' });
  });

  test.each(['%', '%zz', '%C0%80', '%ff', '%ed%a0%80'])('percent-encoding %s', async (id) => {
    expect(await refused('GET', `/v1/accounts/${id}/balance`, {})).toMatchObject({
      status: 400,
      field: 'path',
    });
  });

  test.each(['constructor', '__proto__', '.', '..'])(
    'the account id %s is one like any other',
    async (id) => {
      const reply = await t.ask('GET', `/v1/accounts/${id.replaceAll('.', '%2E')}/balance`);
      expect(reply.body.code).toMatch(/account_not_found|not_found/);
    },
  );

  test.each([
    '',
    'x',
    'grt_',
    'grt_zzzzzzzzzzzzzzzzzzzzz',
    'hld_0cn99285w001k0000000c',
    'grt_0cn99285w001k0000000!',
    'é',
  ])('grant id %s', async (id) => {
    expect((await refused('GET', `/v1/grants/${encodeURIComponent(id)}`, {})).status).toBeLessThan(405);
  });

  test.each([
    ['balance?at=yesterday', 'at'],
    ['balance?at=2026-02-30T00:00:00Z', 'at'],
    ['balance?at=2026-01-01', 'at'],
    ['balance?at=2026-01-01T00:00:00Z&at=2026-01-02T00:00:00Z', 'at'],
    ['balance?before=2026-01-01T00:00:00Z', 'before'],
    ['balance?at=99999-01-01T00:00:00Z', 'at'],
    ['grants?state=lost', 'state'],
    ['grants?limit=0', 'limit'],
    ['grants?limit=201', 'limit'],
    ['grants?limit=1.5', 'limit'],
    ['grants?limit=-1', 'limit'],
    ['grants?limit=١', 'limit'],
    ['grants?limit=', 'limit'],
    ['grants?cursor=', 'cursor'],
    ['grants?cursor=x', 'cursor'],
    ['grants?cursor=%00', 'cursor'],
    ['holds?cursor=bm9uZQ', 'cursor'],
    [`entries?cursor=${'x'.repeat(600)}`, 'cursor'],
    ['entries?type=theft', 'type'],
    ['entries?class=gold', 'class'],
    ['entries?from=now', 'from'],
    ['statement', 'from'],
    ['statement?from=2026-01-01T00:00:00Z', 'to'],
    ['statement?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['statement?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&format=pdf', 'format'],
    ['usage', 'from'],
    ['usage?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['usage?from=1999-01-02T00:00:00Z&to=2026-01-01T00:00:00Z&per=day', 'to'],
    ['usage?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&per=week', 'per'],
    ['usage?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&group_by=', 'group_by'],
    ['usage?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&group_by=feature,feature', 'group_by'],
    ['usage?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&time_zone=Mars', 'time_zone'],
    ['events?last_event_id=x', 'last_event_id'],
    ['events?last_event_id=-1', 'last_event_id'],
    ['events?last_event_id=99999', 'Last-Event-ID'],
  ])('GET …/%s', async (path, field) => {
    expect(
      await refused('GET', `/v1/accounts/u_1/${encodeURI(path).replaceAll('%25', '%')}`, {}),
    ).toMatchObject({
      status: 400,
      field,
    });
  });

  test.each(['x', '-1', '1.5', '1e3', '', '99999999999999999999', '007'])('Last-Event-ID %s', async (id) => {
    const problem = await refused('GET', '/v1/accounts/u_1/events', { headers: { 'last-event-id': id } });
    expect(problem).toMatchObject({ code: 'invalid_request', field: 'Last-Event-ID' });
  });

  test('the cursor of another list is none of this one', async () => {
    await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 1 } });
    const { body } = await t.ask<{ next_cursor: string }>('GET', '/v1/accounts/u_1/grants?limit=1');
    const problem = await refused('GET', `/v1/accounts/u_1/entries?cursor=${body.next_cursor}`, {});
    expect(problem).toMatchObject({ code: 'invalid_cursor', field: 'cursor' });
  });
});

describe('other bodies', () => {
  test.each<[string, 'PUT' | 'POST', string, unknown, string, string]>([
    [
      'unknown class',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'gold', amount: 1 },
      'unknown_class',
      'class',
    ],
    [
      'class of Object',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'toString', amount: 1 },
      'unknown_class',
      'class',
    ],
    ['no class', 'POST', '/v1/accounts/u_1/grants', { amount: 1 }, 'invalid_request', 'class'],
    ['no amount', 'POST', '/v1/accounts/u_1/grants', { class: 'purchased' }, 'invalid_request', 'amount'],
    [
      'a past end',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, expires_at: '2001-01-01T00:00:00Z' },
      'invalid_request',
      'expires_at',
    ],
    [
      'two ends',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, expires_at: null, valid_for: 'P1D' },
      'invalid_request',
      'valid_for',
    ],
    [
      'no duration',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, valid_for: '30 days' },
      'invalid_request',
      'valid_for',
    ],
    [
      'an unknown scope',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, features: ['x'] },
      'unknown_feature',
      'features.0',
    ],
    [
      'no feature at all',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, features: [] },
      'invalid_request',
      'features',
    ],
    [
      'a fractional priority',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, priority: 1.5 },
      'invalid_request',
      'priority',
    ],
    [
      'a currency',
      'POST',
      '/v1/accounts/u_1/grants',
      { class: 'purchased', amount: 1, cost: { amount_minor: 1, currency: 'usd' } },
      'invalid_request',
      'cost.currency',
    ],
    [
      'a new account that would be refused',
      'POST',
      '/v1/accounts/u_never/grants',
      { class: 'gold', amount: 1 },
      'unknown_class',
      'class',
    ],
    ['a time zone', 'PUT', '/v1/accounts/u_1', { time_zone: 'Mars/Olympus' }, 'invalid_request', 'time_zone'],
    ['a kind', 'PUT', '/v1/accounts/u_1', { kind: 'robot' }, 'invalid_request', 'kind'],
    [
      'a long hold',
      'POST',
      '/v1/accounts/u_1/holds',
      { amount: 1, ttl_seconds: 86_401 },
      'invalid_request',
      'ttl_seconds',
    ],
    [
      'a session on a server',
      'POST',
      '/v1/sessions',
      { account: 'u_1', surface: 'server' },
      'unknown_surface',
      'surface',
    ],
    [
      'an absent team',
      'POST',
      '/v1/sessions',
      { account: 'u_1', surface: 'web', teams: ['t_none'] },
      'invalid_request',
      'teams.0',
    ],
    ['an empty batch', 'POST', '/v1/consume', { operations: [] }, 'invalid_request', 'operations'],
    [
      'both clocks',
      'POST',
      '/v1/test_clock',
      { now: '2030-01-01T00:00:00Z', advance: 'P1D' },
      'invalid_request',
      'body',
    ],
  ])('%s', async (_name, method, path, body, code, field) => {
    expect(await refused(method, path, { body })).toMatchObject({ code, field });
  });

  test.each<[string, string, unknown, string]>([
    ['void without a reason', 'grants/{grant}/void', {}, 'reason'],
    ['void with a blank reason', 'grants/{grant}/void', { reason: ' ' }, 'reason'],
    ['an adjustment of nothing', 'accounts/u_1/adjustments', { amount: 0, reason: 'x' }, 'amount'],
    ['an adjustment of --1', 'accounts/u_1/adjustments', { amount: '--1', reason: 'x' }, 'amount'],
    ['a key without a name', 'keys', { name: '' }, 'name'],
    ['a key with a scope of its own', 'keys', { name: 'x', scopes: ['root'] }, 'scopes.0'],
    ['a key from the past', 'keys', { name: 'x', expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
  ])('staff: %s', async (_name, path, body, field) => {
    expect(
      await refused('POST', `/v1/${path.replace('{grant}', ids.grant)}`, { as: ADMIN, body }),
    ).toMatchObject({ field });
  });

  test('an operation of a batch that cannot be read is answered alone', async () => {
    const operations = [
      { account: 'u_1', idempotency_key: 'a', amount: 1 },
      { account: 'u_1', idempotency_key: 'b', amount: 1, amout: 1 },
      {},
      'nothing',
    ];
    const mixed = await t.ask<BatchResponse>('POST', '/v1/consume', { key: null, body: { operations } });
    expect(mixed.body.results.map((one) => [one.status, one.error?.field])).toEqual([
      [200, undefined],
      [400, 'operations.1.amout'],
      [400, 'operations.2.account'],
      [400, 'operations.3'],
    ]);
    await refused('POST', '/v1/consume', { key: null, body: { operations: [] } });
    const amounts = [{ ...(operations[0] as object), idempotency_key: 'c', amount: 0 }];
    const { body } = await t.ask<BatchResponse>('POST', '/v1/consume', {
      key: null,
      body: { operations: amounts },
    });
    expect(body.results[0]).toMatchObject({
      status: 400,
      error: { code: 'invalid_amount', field: 'amount' },
    });
  });

  test('all fields at fault are listed', async () => {
    const problem = await refused('POST', '/v1/accounts/u_1/grants', {
      body: { class: 1, amount: [], x: 1, y: 2 },
    });
    expect((problem.errors as { field: string }[]).map((one) => one.field)).toEqual([
      'class',
      'amount',
      'x',
      'y',
    ]);
  });

  test('a body of a thousand faults lists fifty', async () => {
    const faults = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`field_${i}`, i]));
    const problem = await refused('POST', '/v1/accounts/u_1/consume', { body: faults });
    expect(problem.errors).toHaveLength(50);
  });
});

describe('routes and methods', () => {
  test('an unknown route is 404, a known one with another method 405 with what it allows', async () => {
    expect((await t.ask('GET', '/v1/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await t.ask('GET', '/v1/accounts/u_1/')).body).toMatchObject({ status: 404 });
    const wrong = await t.ask('PATCH', '/v1/accounts/u_1', { body: {} });
    expect(wrong.body).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(wrong.headers.allow).toBe('PUT, GET, HEAD, OPTIONS');
    expect((await t.ask('GET', '/v1/accounts/u_1/consume')).headers.allow).toBe('POST, OPTIONS');
    expect((await t.ask('OPTIONS', '/v1/accounts/u_1/consume', { as: null })).status).toBe(204);
    expect((await t.ask('HEAD', '/healthz', { as: null })).status).toBe(200);
    expect((await t.ask('HEAD', '/v1/accounts/u_1/events')).status).toBe(405);
  });

  test('no answer can be taken for a page or kept in a cache', async () => {
    const reply = await t.ask('GET', '/v1/accounts/u_1/balance');
    expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(reply.headers['x-request-id']).toMatch(/^req_/);
  });
});

/** Values that break naive code, mixed with ordinary ones. */
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    0,
    -1,
    1,
    0.1,
    1e21,
    2 ** 53,
    '1',
    '0',
    '',
    ' ',
    '١',
    'NaN',
    SURROGATE,
    '\u0000',
    null,
    true,
    [],
    {},
  ),
  fc.constantFrom(
    'ai_script',
    'smart_cutout',
    'purchased',
    'web',
    'ios',
    'u_1',
    '2030-01-01T00:00:00Z',
    'P1D',
    'x',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.double(),
);

const FIELDS = [
  'amount',
  'feature',
  'units',
  'surface',
  'class',
  'reason',
  'metadata',
  'quote',
  'ttl_seconds',
  'expires_at',
  'valid_for',
  'features',
  'source',
  'operations',
  'account',
  'name',
  'scopes',
  'now',
  'kind',
  'time_zone',
  '__proto__',
  'toString',
];

test('whatever is sent, the answer is never a 5xx', async () => {
  const posts = ROUTES.filter((route) => route.body !== undefined && route.operationId !== 'moveTestClock');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...posts),
      fc.dictionary(fc.constantFrom(...FIELDS), hostile, { maxKeys: 5 }),
      async (route, body) => {
        const path = route.path
          .replace('{account}', 'u_1')
          .replace('{grant}', ids.grant)
          .replace('{hold}', ids.hold)
          .replace('{operation}', ids.operation);
        const reply = await t.ask(route.method, path, { as: ADMIN, body });
        expect(reply.status, `${route.operationId} ${JSON.stringify(body)}: ${reply.text}`).toBeLessThan(500);
        if (reply.status === 400) expect(reply.body).toHaveProperty('field');
      },
    ),
    { numRuns: 1_000 },
  );
  const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_1/balance');
  expect(body.available).toBeGreaterThanOrEqual(0);
});
