/** Keys and session tokens: what they open, when they stop, and what a person may not say. */
import type {
  Catalog,
  CreatedKey,
  Entry,
  FreeOnDevice,
  GrantReceipt,
  HoldReceipt,
  Key,
  Page,
  Quote,
  Receipt,
  Session,
} from '@drawdown/client';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { statement } from '../../src/store/database.ts';
import { ADMIN, startServer, type TestServer } from './support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer();
});

afterAll(async () => {
  await t.close();
});

async function session(account: string, more: object = {}): Promise<string> {
  const { body } = await t.ask<Session>('POST', '/v1/sessions', {
    body: { account, surface: 'web', ...more },
  });
  return body.token;
}

async function fund(account: string, amount = 100): Promise<void> {
  const { status } = await t.ask('POST', `/v1/accounts/${account}/grants`, {
    body: { class: 'purchased', amount },
  });
  expect(status).toBe(201);
}

const expire = () => t.ask('POST', '/v1/test_clock', { body: { advance: 'PT16M' } });

describe('a session', () => {
  test('is of its person: own account, own name in the ledger, own idempotency keys', async () => {
    await fund('u_self');
    const token = await session('u_self');
    const spent = await t.ask<Receipt>('POST', '/v1/accounts/u_self/consume', {
      as: token,
      key: 'same',
      body: { feature: 'smart_cutout' },
    });
    expect(spent.status).toBe(200);
    const { body } = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_self/entries', { as: token });
    expect(body.data[0]).toMatchObject({ actor: 'user:u_self', amount: -5 });
    // The product's own key of that name is another one: it neither meets the person's nor tells of it.
    const server = await t.ask<Receipt>('POST', '/v1/accounts/u_self/consume', {
      key: 'same',
      body: { amount: 7 },
    });
    expect(server.status).toBe(200);
    expect(server.body.operation.id).not.toBe(spent.body.operation.id);
    const again = await t.ask<Receipt>('POST', '/v1/accounts/u_self/consume', {
      as: await session('u_self'),
      key: 'same',
      body: { feature: 'smart_cutout' },
    });
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  test.each<[string, object]>([
    ['an amount', { amount: 1 }],
    ['a price of its own', { feature: 'ai_script', amount: 1 }],
    ['a surface', { feature: 'ai_script', surface: 'web' }],
    ['a member', { feature: 'ai_script', member: 'u_say' }],
    ['nothing', {}],
  ])('may not state %s', async (_name, body) => {
    await fund('u_say');
    const token = await session('u_say');
    for (const verb of ['consume', 'holds', 'quotes']) {
      const reply = await t.ask('POST', `/v1/accounts/u_say/${verb}`, { as: token, body });
      expect(reply.body).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });

  test('may not ask for an overdraft', async () => {
    const token = await session('u_say');
    const { body } = await t.ask('POST', '/v1/accounts/u_say/consume', {
      as: token,
      body: { feature: 'ai_script', overdraft: true },
    });
    expect(body).toMatchObject({ status: 403, code: 'forbidden', field: 'overdraft' });
  });

  test('acts on the surface of its token', async () => {
    await fund('u_mobile');
    const ios = await session('u_mobile', { surface: 'ios' });
    const refused = await t.ask('POST', '/v1/accounts/u_mobile/consume', {
      as: ios,
      body: { feature: 'ai_script' },
    });
    expect(refused.body).toMatchObject({ status: 403, code: 'surface_not_supported', surface: 'ios' });
    const quote = await t.ask('POST', '/v1/accounts/u_mobile/quotes', {
      as: ios,
      body: { feature: 'ai_script' },
    });
    expect(quote.body).toMatchObject({ code: 'surface_not_supported' });
    const free = await t.ask<FreeOnDevice>('POST', '/v1/accounts/u_mobile/consume', {
      as: ios,
      body: { feature: 'smart_cutout' },
    });
    expect(free.body.mode).toBe('free_on_device');
    const mac = await session('u_mobile', { surface: 'desktop_macos' });
    const quoted = await t.ask<Quote>('POST', '/v1/accounts/u_mobile/quotes', {
      as: mac,
      body: { feature: 'ai_script' },
    });
    expect(quoted.body.amount).toBe(25);
  });

  test('buys nothing where no credits are spent, whatever the page does', async () => {
    await fund('u_no_sale');
    const android = await session('u_no_sale', { surface: 'android' });
    const back = { return_url: 'http://localhost/' };
    for (const body of [
      { pack: 'pack_100', ...back },
      { plan: 'pro', ...back },
    ]) {
      const refused = await t.ask('POST', '/v1/accounts/u_no_sale/checkouts', { as: android, body });
      expect(refused.body).toMatchObject({
        status: 403,
        code: 'surface_not_supported',
        surface: 'android',
      });
    }
    const body = {
      threshold: 5,
      pack: 'pack_100',
      monthly_cap: { amount_minor: 1000, currency: 'USD' },
      consent: { off_session: true },
    };
    const topUp = await t.ask('PUT', '/v1/accounts/u_no_sale/auto_top_up', { as: android, body });
    expect(topUp.body).toMatchObject({ code: 'surface_not_supported' });
    const web = await session('u_no_sale', { surface: 'web' });
    const there = await t.ask('PUT', '/v1/accounts/u_no_sale/auto_top_up', { as: web, body });
    expect(there.body).toMatchObject({ code: 'payment_method_required' });
    const { body: bought } = await t.ask<{ data: unknown[] }>('GET', '/v1/accounts/u_no_sale/purchases');
    expect(bought.data).toEqual([]);
  });

  test('ends its own holds and nobody else’s', async () => {
    await fund('u_holds');
    const token = await session('u_holds');
    const own = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_holds/holds', {
      as: token,
      body: { feature: 'ai_script' },
    });
    const server = await t.ask<HoldReceipt>('POST', '/v1/accounts/u_holds/holds', { body: { amount: 5 } });
    for (const act of ['capture', 'release']) {
      const reply = await t.ask('POST', `/v1/holds/${server.body.hold.id}/${act}`, { as: token });
      expect(reply.body).toMatchObject({ status: 404, code: 'hold_not_found' });
    }
    const seen = await t.ask('GET', `/v1/holds/${server.body.hold.id}`, { as: token });
    expect(seen.status).toBe(200);
    const captured = await t.ask<HoldReceipt>('POST', `/v1/holds/${own.body.hold.id}/capture`, { as: token });
    expect(captured.body.hold).toMatchObject({ state: 'captured', captured: 25 });
  });

  test('spends from its teams, as their member', async () => {
    await t.ask('PUT', '/v1/accounts/t_1', { body: { kind: 'team' } });
    await t.ask('PUT', '/v1/accounts/t_2', { body: { kind: 'team' } });
    await fund('t_1');
    await fund('t_2');
    const token = await session('u_member', { teams: ['t_1'] });
    const spent = await t.ask<Receipt>('POST', '/v1/accounts/t_1/consume', {
      as: token,
      body: { feature: 'smart_cutout' },
    });
    expect(spent.body.operation).toMatchObject({ account: 't_1', member: 'u_member' });
    const other = await t.ask('GET', '/v1/accounts/t_2/balance', { as: token });
    expect(other.body).toMatchObject({ status: 404, code: 'account_not_found' });
    const user = await t.ask('POST', '/v1/sessions', {
      body: { account: 'u_1', surface: 'web', teams: ['u_member'] },
    });
    expect(user.body).toMatchObject({ status: 400, field: 'teams.0' });
    const team = await t.ask('POST', '/v1/sessions', { body: { account: 't_1', surface: 'web' } });
    expect(team.body).toMatchObject({ status: 400, field: 'account' });
  });

  test('is worth nothing once its person was erased, nor to whoever comes by the id', async () => {
    await t.ask('PUT', '/v1/accounts/t_any', { body: { kind: 'team' } });
    await fund('t_any');
    const token = await session('u_gone', { teams: ['t_any'] });
    const act = (as: string) => {
      const spend = { as, body: { feature: 'ai_script' } };
      return Promise.all([
        t.ask('GET', '/v1/accounts/t_any/balance', { as }),
        t.ask('GET', '/v1/accounts/u_gone/balance', { as }),
        t.ask('POST', '/v1/accounts/t_any/consume', spend),
      ]);
    };
    expect((await act(token)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const reason = { as: ADMIN, body: { reason: 'asked for' } };
    await t.ask('POST', '/v1/accounts/u_gone/close', reason);
    expect((await t.ask('POST', '/v1/accounts/u_gone/erase', reason)).status).toBe(200);
    expect((await act(token)).map(({ status }) => status)).toEqual([401, 401, 401]);
    const anew = await session('u_gone', { teams: ['t_any'] });
    expect((await act(anew)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await act(token)).map(({ body }) => body)).toEqual(
      Array(3).fill(expect.objectContaining({ code: 'invalid_token' })),
    );
  });

  test('sees the catalog without what is the operator’s own', async () => {
    const token = await session('u_catalog');
    const mine = await t.ask<Catalog>('GET', '/v1/catalog', { as: token });
    const full = await t.ask<Catalog>('GET', '/v1/catalog');
    expect(full.text).toContain('"budget"');
    expect(mine.text).not.toContain('"budget"');
    expect(mine.text).not.toContain('"policies"');
  });

  test('ends by the engine’s clock', async () => {
    const token = await session('u_end', { ttl_seconds: 900 });
    expect((await t.ask('GET', '/v1/accounts/u_end/balance', { as: token })).status).toBe(200);
    await expire();
    const ended = await t.ask('GET', '/v1/accounts/u_end/balance', { as: token });
    expect(ended.body).toMatchObject({ status: 401, code: 'token_expired' });
    expect(ended.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  test('is verified by the published keys, also across a rotation', async () => {
    const base = await t.server.listen({ host: '127.0.0.1', port: 0 });
    const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`));
    const now = async () => new Date(await t.engine.now());
    const token = await session('u_rotate', { ttl_seconds: 86_400 });
    const options = { issuer: 'drawdown', audience: 'drawdown', algorithms: ['ES256'] };
    const first = await jwtVerify(token, keys, { ...options, currentDate: await now() });
    expect(first.payload).toMatchObject({ sub: 'u_rotate', surface: 'web', teams: [] });
    // The successor is published before it signs, and the old key still verifies after it stopped signing.
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'P29DT12H' } });
    const late = await session('u_rotate', { ttl_seconds: 86_400 });
    const ahead = await t.ask<{ keys: { kid: string }[] }>('GET', '/.well-known/jwks.json', { as: null });
    expect(ahead.body.keys).toHaveLength(2);
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT13H' } });
    const next = await session('u_rotate');
    const kid = (text: string) =>
      JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect(kid(next)).toBe(ahead.body.keys[1]?.kid);
    expect(kid(late)).toBe(kid(token));
    expect((await t.ask('GET', '/v1/accounts/u_rotate/balance', { as: late })).status).toBe(200);
    expect((await t.ask('GET', '/v1/accounts/u_rotate/balance', { as: next })).status).toBe(200);
    // Years later a token of a key that is long gone is expired, not unknown.
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'P1Y' } });
    const old = await t.ask('GET', '/v1/accounts/u_rotate/balance', { as: token });
    expect(old.body).toMatchObject({ code: 'token_expired' });
  });

  test('a thousand first sessions need one signing key', async () => {
    const other = await startServer();
    const ask = (n: number) =>
      other.ask<Session>('POST', '/v1/sessions', { body: { account: `u_${n}`, surface: 'web' } });
    const made = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)));
    expect(made.every((one) => one.status === 200)).toBe(true);
    const keys = await other.ask<{ keys: object[] }>('GET', '/.well-known/jwks.json', { as: null });
    expect(keys.body.keys).toHaveLength(1);
    await other.close();
  });
});

describe('a key', () => {
  async function make(body: object): Promise<CreatedKey> {
    return (await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, body })).body;
  }

  test('is kept as a hash, and shown once', async () => {
    const made = await make({ name: 'backend' });
    expect(made).toMatchObject({ name: 'backend', prefix: made.secret.slice(0, 10), last_used_at: null });
    expect(made.scopes).toEqual(['read', 'consume', 'grant', 'refund', 'sessions', 'webhooks']);
    const rows = await t.database.query(
      statement<[], { row: string }>('test.keys', 'select k::text as row from drawdown.keys k'),
      [],
    );
    expect(rows.rows.some(({ row }) => row.includes(made.secret))).toBe(false);
    const staff = await make({ name: 'support', scopes: ['admin'] });
    expect(staff.secret).toMatch(/^ak_/);
  });

  test('that is staff’s signs its acts', async () => {
    const staff = await make({ name: 'ann', scopes: ['admin', 'read'] });
    await fund('u_signed');
    const { body } = await t.ask<GrantReceipt>('POST', '/v1/accounts/u_signed/grants', {
      as: staff.secret,
      body: { class: 'promotional', amount: 1 },
    });
    await t.ask('POST', `/v1/grants/${body.grant.id}/void`, {
      as: staff.secret,
      body: { reason: 'wrong person' },
    });
    const entries = await t.ask<Page<Entry>>('GET', '/v1/accounts/u_signed/entries');
    expect(entries.body.data[0]).toMatchObject({ actor: `staff:${staff.id}`, reason: 'wrong person' });
  });

  test('that is revoked opens nothing any more, here at once and elsewhere within seconds', async () => {
    const made = await make({ name: 'short-lived' });
    const elsewhere = await createServer({ engine: t.engine });
    const there = () =>
      elsewhere
        .inject({ url: '/v1/catalog', headers: { authorization: `Bearer ${made.secret}` } })
        .then((r) => r.statusCode);
    expect((await t.ask('GET', '/v1/catalog', { as: made.secret })).status).toBe(200);
    expect(await there()).toBe(200);
    const revoked = await t.ask<Key>('DELETE', `/v1/keys/${made.id}`, { as: ADMIN });
    expect((await t.ask('GET', '/v1/catalog', { as: made.secret })).body).toMatchObject({
      code: 'unauthenticated',
    });
    await expect.poll(there, { timeout: 5_000, interval: 200 }).toBe(401);
    const again = await t.ask<Key>('DELETE', `/v1/keys/${made.id}`, { as: ADMIN });
    expect(again.body.revoked_at).toBe(revoked.body.revoked_at);
    await elsewhere.close();
  });

  test('is looked up once for a thousand requests of one moment', async () => {
    const made = await make({ name: 'parallel' });
    const other = await createServer({
      engine: t.engine,
      limits: { lookUpRate: { perSecond: 0.01, burst: 1 } },
    });
    const ask = () =>
      other.inject({ url: '/v1/catalog', headers: { authorization: `Bearer ${made.secret}` } });
    const replies = await Promise.all(Array.from({ length: 1000 }, ask));
    expect(replies.every((reply) => reply.statusCode === 200)).toBe(true);
    await other.close();
  });

  test('that expires does so by the engine’s clock', async () => {
    const { now } = (await t.ask<{ now: string }>('GET', '/v1/test_clock')).body;
    const made = await make({ name: 'trial', expires_at: new Date(Date.parse(now) + 600_000).toISOString() });
    expect((await t.ask('GET', '/v1/catalog', { as: made.secret })).status).toBe(200);
    await expire();
    expect((await t.ask('GET', '/v1/catalog', { as: made.secret })).status).toBe(401);
  });

  test('tells when it was last used, some time after', async () => {
    const made = await make({ name: 'used' });
    const other = await createServer({ engine: t.engine, adminKey: ADMIN });
    await other.inject({ url: '/v1/catalog', headers: { authorization: `Bearer ${made.secret}` } });
    // A stop writes what was not written yet.
    await other.close();
    const { body } = await t.ask<Page<Key>>('GET', '/v1/keys?limit=200', { as: ADMIN });
    expect(body.data.find((one) => one.id === made.id)?.last_used_at).not.toBeNull();
  });

  test('lists come in pages, newest first', async () => {
    for (const name of ['one', 'two', 'three']) await make({ name });
    const first = await t.ask<Page<Key>>('GET', '/v1/keys?limit=2', { as: ADMIN });
    const next = await t.ask<Page<Key>>('GET', `/v1/keys?limit=2&cursor=${first.body.next_cursor}`, {
      as: ADMIN,
    });
    expect(first.body.data).toHaveLength(2);
    expect([...first.body.data, ...next.body.data].map((one) => one.name)).toContain('one');
    const wrong = await t.ask('GET', '/v1/keys?cursor=x', { as: ADMIN });
    expect(wrong.body).toMatchObject({ code: 'invalid_cursor', field: 'cursor' });
  });

  test('no answer repeats a credential', async () => {
    const secret = `sk_${'s'.repeat(43)}`;
    for (const as of [secret, `${secret}.x.y`, `ey${secret}.a.b`]) {
      const reply = await t.ask('GET', '/v1/catalog', { as });
      expect(reply.status).toBe(401);
      expect(reply.text).not.toContain('ssss');
    }
  });
});

describe('the header', () => {
  test.each(['', 'sk_test_of_the_product', 'Basic c2s6', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer \u00e9'])(
    'Authorization: %s is 401',
    async (authorization) => {
      const response = await t.server.inject({ url: '/v1/catalog', headers: { authorization } });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="drawdown"');
    },
  );
});
