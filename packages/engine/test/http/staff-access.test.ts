/** Signing in to the console: what the cookie opens, and for whom it does not. */
import { createHash } from 'node:crypto';
import type {
  CreatedKey,
  FoundAccount,
  GrantReceipt,
  Page,
  Problem,
  Scope,
  StaffSession,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { readEvents } from './events.ts';
import { ADMIN, type Ask, SECRET, startServer, type TestServer } from './support.ts';

let t: TestServer;
let base: string;

beforeAll(async () => {
  t = await startServer({ trustProxy: true, corsOrigins: ['https://app.example.com'] });
  base = await t.server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await t.close();
});

const keyOf = async (name: string, scopes: Scope[]): Promise<CreatedKey> =>
  (await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, body: { name, scopes } })).body;

async function signIn(as: string, headers: Record<string, string> = {}): Promise<string> {
  const reply = await t.ask<StaffSession>('POST', '/v1/staff/sessions', { as, key: null, headers });
  expect(reply.status, reply.text).toBe(201);
  return String(reply.headers['set-cookie']);
}

/** As a page of the server sends it. */
const page = (cookie: string, more: Record<string, string> = {}): Ask => ({
  as: null,
  headers: {
    cookie: cookie.split(';')[0] as string,
    'x-drawdown-console': '1',
    'sec-fetch-site': 'same-origin',
    ...more,
  },
});

test('a key is exchanged for a cookie that no script reads and no other site makes a browser send', async () => {
  const { secret, id } = await keyOf('Ada', ['staff', 'read']);
  const cookie = await signIn(secret);
  expect(cookie).toMatch(/^drawdown_staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=14400$/);
  const { body } = await t.ask<StaffSession>('GET', '/v1/staff/session', page(cookie));
  expect(body).toMatchObject({ staff: { id, name: 'Ada' }, scopes: ['read', 'staff'] });
  // What the tables hold opens nothing.
  const stored = statement<[], { row: string }>(
    'test.sessions',
    'select s::text as row from drawdown.staff_sessions s',
  );
  const { rows } = await t.database.query(stored, []);
  const token = /=([\w-]{43});/.exec(cookie)?.[1] as string;
  expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  expect(rows.some(({ row }) => row.includes(createHash('sha256').update(token).digest('hex')))).toBe(true);
});

test('the cookie counts only with what a page of this server sends', async () => {
  const cookie = await signIn(ADMIN);
  const ways: [Record<string, string>, string][] = [
    [{ 'x-drawdown-console': '' }, 'forbidden'],
    [{ 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    [{ 'sec-fetch-site': 'same-site' }, 'forbidden'],
    [{ 'sec-fetch-site': 'none' }, 'forbidden'],
    [{ cookie: `drawdown_staff=${'A'.repeat(43)}` }, 'unauthenticated'],
    [{ cookie: 'drawdown_staff=' }, 'unauthenticated'],
    [{ cookie: cookie.replace('drawdown_staff', '__Host-drawdown_staff') }, 'unauthenticated'],
  ];
  for (const [headers, code] of ways) {
    for (const path of ['/v1/staff/session', '/v1/accounts/u_1/entries', '/v1/keys']) {
      expect(
        (await t.ask<Problem>('GET', path, page(cookie, headers))).body.code,
        JSON.stringify(headers),
      ).toBe(code);
    }
  }
  // A form on another page is what a browser sends along without being asked.
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-drawdown-console': '' };
  const forged = await t.ask<Problem>('POST', '/v1/accounts/u_1/grants', {
    ...page(cookie, form),
    raw: 'a=b',
  });
  expect(forged.body.code).toBe('forbidden');
});

test('pages of other origins may never send it, whichever origins may call', async () => {
  const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
  const answer = (await t.ask('OPTIONS', '/v1/staff/session', { as: null, headers })).headers;
  expect(answer['access-control-allow-headers']).toContain('authorization');
  expect(answer['access-control-allow-headers']).not.toContain('x-drawdown-console');
  expect(answer['access-control-allow-credentials']).toBeUndefined();
});

test('over TLS the cookie is this very host’s', async () => {
  const headers = { 'x-forwarded-proto': 'https', host: 'credits.example.com' };
  const cookie = await signIn(ADMIN, headers);
  expect(cookie).toMatch(/^__Host-drawdown_staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; .*; Secure$/);
  const mine = await t.ask<StaffSession>('GET', '/v1/staff/session', page(cookie, headers));
  expect(mine.body.staff.id).toBe('key_admin');
});

test('a session reaches as far as its key, ends with it, when staff sign out, and by itself', async () => {
  const reader = await keyOf('Reader', ['staff', 'read']);
  const cookie = await signIn(reader.secret);
  expect((await t.ask('GET', '/v1/staff/accounts', page(cookie))).status).toBe(200);
  const grant = { ...page(cookie), body: { class: 'purchased', amount: 5 } };
  expect((await t.ask('POST', '/v1/accounts/u_1/grants', grant)).body).toMatchObject({
    code: 'forbidden',
    required_scope: 'grant',
  });
  // No session makes another one.
  expect((await t.ask('POST', '/v1/staff/sessions', page(cookie))).body.code).toBe('forbidden');
  const second = await signIn(reader.secret);
  expect(String((await t.ask('DELETE', '/v1/staff/session', page(second))).headers['set-cookie'])).toContain(
    'Max-Age=0',
  );
  expect((await t.ask('GET', '/v1/staff/session', page(second))).status).toBe(401);
  expect((await t.ask('GET', '/v1/staff/session', page(cookie))).status).toBe(200);
  await t.ask('DELETE', `/v1/keys/${reader.id}`, { as: ADMIN });
  expect((await t.ask('GET', '/v1/staff/session', page(cookie))).status).toBe(401);
  const admin = await signIn(ADMIN);
  await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT5H' } });
  expect((await t.ask('GET', '/v1/staff/session', page(admin))).status).toBe(401);
});

test('no key of the product signs in, and keys of staff show that they are', async () => {
  const all = await t.ask<Problem>('POST', '/v1/staff/sessions', { as: SECRET, key: null });
  expect(all.body).toMatchObject({ code: 'forbidden', required_scope: 'staff' });
  expect((await keyOf('Actor', ['act'])).secret).toMatch(/^ak_/);
  expect((await keyOf('Server', ['read'])).secret).toMatch(/^sk_/);
});

test('staff watch an account live', async () => {
  await t.ask('POST', '/v1/accounts/u_live/grants', { body: { class: 'purchased', amount: 5 } });
  const cookie = await signIn((await keyOf('Watcher', ['staff', 'read'])).secret);
  const { headers } = page(cookie);
  const stream = await readEvents(`${base}/v1/accounts/u_live/events`, { as: null, headers: headers ?? {} });
  expect((await stream.take(1))[0]).toMatchObject({ event: 'balance', data: { available: 5 } });
  await t.ask('POST', '/v1/accounts/u_live/consume', { body: { amount: 2 } });
  expect(await stream.take(2)).toMatchObject([
    { event: 'entry' },
    { event: 'balance', data: { available: 3 } },
  ]);
  await stream.close();
});

test('an account is found by its id, the beginning of it, or what leads to it', async () => {
  const find = async (query: string) =>
    (await t.ask<Page<FoundAccount>>('GET', `/v1/staff/accounts?${query}`, { as: ADMIN })).body;
  const lots = new Map<string, string>();
  for (const id of ['find_a', 'find_b', 'find_c', 'other']) {
    const { body } = await t.ask<GrantReceipt>('POST', `/v1/accounts/${id}/grants`, {
      body: { class: 'purchased', amount: 7 },
    });
    lots.set(id, body.grant.id);
  }
  const ids = (found: Page<FoundAccount>) => found.data.map(({ account }) => account);
  expect(ids(await find('q=find_'))).toEqual(['find_a', 'find_b', 'find_c']);
  const first = await find('q=find_&limit=2');
  expect(ids(first)).toEqual(['find_a', 'find_b']);
  expect(ids(await find(`q=find_&limit=2&cursor=${first.next_cursor}`))).toEqual(['find_c']);
  expect((await find('q=find_b')).data).toMatchObject([
    { account: 'find_b', total: 7, found: { by: 'account' } },
  ]);
  const lot = lots.get('other') as string;
  expect((await find(`q=${lot}`)).data).toMatchObject([
    { account: 'other', found: { by: 'grant', id: lot } },
  ]);
  await t.ask('POST', '/v1/accounts/find_c/subscriptions', { body: { plan: 'pro', ref: 'sub_at_the_bank' } });
  expect((await find('q=sub_at_the_bank')).data).toMatchObject([
    { account: 'find_c', found: { by: 'subscription' } },
  ]);
  const order = { pack: 'pack_100', return_url: 'http://127.0.0.1/', provider: 'sandbox' };
  const { body: bought } = await t.ask<{ checkout: string; purchase: { id: string } }>(
    'POST',
    '/v1/accounts/find_a/checkouts',
    { body: order },
  );
  for (const q of [bought.checkout, bought.purchase.id]) {
    expect((await find(`q=${q}`)).data).toMatchObject([
      { account: 'find_a', found: { by: 'purchase', id: q } },
    ]);
  }
  await t.ask('POST', `/v1/grants/${lot}/freeze`, { as: ADMIN, body: { reason: 'looked at' } });
  expect((await find('state=frozen')).data).toMatchObject([{ account: 'other', frozen: 1 }]);
  await t.ask('POST', '/v1/accounts/find_b/close', { as: ADMIN, body: { reason: 'left' } });
  expect(ids(await find('state=closed'))).toEqual(['find_b']);
  expect(ids(await find('q=find_&state=active&kind=user'))).toEqual(['find_a', 'find_c']);
  expect(ids(await find('kind=team'))).toEqual([]);
  expect(ids(await find('q=nothing%20like%20that'))).toEqual([]);
});
