/** Who gets a session of a demonstration account: a page of this very server on this machine, and nobody else. */
import type { Balance, Session } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemoAccounts } from '../../src/cli/demo-accounts.ts';
import { startServer, type TestServer } from './support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer({ demonstration: true });
  await makeDemoAccounts(t.engine);
});

afterAll(async () => {
  await t.close();
});

const PATH = '/demonstration/sessions';
const HOST = '127.0.0.1:4400';
const PAGE = { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };
const BODY = { account: 'demo', surface: 'web' };

const askWith = (headers: Record<string, string>, body: object = BODY) =>
  t.ask<Session>('POST', PATH, { as: null, key: null, body, headers });

test('a page of this server gets a session that spends, and no more than a session may', async () => {
  const { status, body } = await askWith(PAGE);
  expect(status).toBe(200);
  expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(900_000);
  const balance = await t.ask<Balance>('GET', '/v1/accounts/demo/balance', { as: body.token });
  expect(balance.body.available).toBe(135);
  const grant = { class: 'purchased', amount: 1 };
  const refused = await t.ask('POST', '/v1/accounts/demo/grants', { as: body.token, body: grant });
  expect(refused.status).toBe(403);
});

test('the surface is the one that the page shows, and teams of the demonstration come with it', async () => {
  const { body } = await askWith(PAGE, { account: 'demo', surface: 'ios' });
  const team = await t.ask<Balance>('GET', '/v1/accounts/demo_team/balance', { as: body.token });
  expect(team.body.available).toBe(1015);
  const spend = { feature: 'ai_script' };
  expect(
    (await t.ask('POST', '/v1/accounts/demo/consume', { as: body.token, body: spend })).body,
  ).toMatchObject({
    code: 'surface_not_supported',
  });
});

test('its team has roles, limits, some use of them and a request that waits, and each start leaves them as they are', async () => {
  const { members, requests } = t.engine;
  const call = { actor: 'test' };
  const roster = async () => (await members.list('demo_team', {}, call)).data;
  const standing = (await roster()).map(({ account, role, limit, period }) => [
    account,
    role,
    limit?.amount ?? null,
    period.used,
  ]);
  expect(standing).toEqual([
    ['demo', 'owner', null, 0],
    ['demo_amira', 'admin', 50, 10],
    ['demo_jonas', 'member', 100, 75],
  ]);
  const { data } = await requests.list('demo_team', {}, call);
  expect(data.map(({ account, amount, state }) => [account, amount, state])).toEqual([
    ['demo_jonas', 60, 'pending'],
  ]);
  await members.remove('demo_team', 'demo_amira', call);
  await makeDemoAccounts(t.engine);
  expect((await roster()).map(({ account }) => account)).toEqual(['demo', 'demo_jonas']);
  expect((await t.engine.balance('demo_team')).available).toBe(1015);
});

test('a member of it gets it with their own session, whoever is none does not', async () => {
  const own = await askWith(PAGE, { account: 'demo_jonas', surface: 'web' });
  const seen = await t.ask<Balance>('GET', '/v1/accounts/demo_team/balance', { as: own.body.token });
  expect(seen.body.available).toBe(1015);
  const gone = await askWith(PAGE, { account: 'demo_amira', surface: 'web' });
  const refused = await t.ask('GET', '/v1/accounts/demo_team/balance', { as: gone.body.token });
  expect(refused.status).toBe(404);
});

describe('is refused', () => {
  test.each([
    ['without an origin', { host: HOST }],
    ['for another origin', { ...PAGE, origin: 'https://evil.example' }],
    ['for another port of this machine', { ...PAGE, origin: 'http://127.0.0.1:4401' }],
    ['for the origin of a file or a sandboxed frame', { ...PAGE, origin: 'null' }],
    ['over another scheme', { ...PAGE, origin: `https://${HOST}` }],
    ['under a name that was made to lead here', { host: 'evil.example', origin: 'http://evil.example' }],
    [
      'under a name that only looks like this machine',
      { host: '127.0.0.1.evil.example', origin: 'http://127.0.0.1.evil.example' },
    ],
    ['for a page of the same site', { ...PAGE, 'sec-fetch-site': 'same-site' }],
    ['for a page of another site', { ...PAGE, 'sec-fetch-site': 'cross-site' }],
    ['through a proxy', { ...PAGE, 'x-forwarded-for': '203.0.113.9' }],
    ['through a proxy that says so otherwise', { ...PAGE, forwarded: 'for=203.0.113.9' }],
    ['through a gateway', { ...PAGE, via: '1.1 gateway' }],
    // Each network has a header of its own.
    ...[
      'cf-connecting-ip',
      'true-client-ip',
      'x-real-ip',
      'x-client-ip',
      'x-forwarded-server',
      'x-original-host',
    ]
      .concat(['x-envoy-external-address', 'fly-client-ip', 'x-azure-clientip', 'remote-addr', 'cdn-loop'])
      .map((name): [string, Record<string, string>] => [
        `with ${name} alone`,
        { ...PAGE, [name]: '203.0.113.9' },
      ]),
  ])('%s', async (_name, headers) => {
    const { status, body } = await askWith(headers);
    expect([status, body]).toEqual([403, expect.objectContaining({ code: 'forbidden' })]);
  });

  test('from another machine', async () => {
    const { statusCode } = await t.server.inject({
      method: 'POST',
      url: PATH,
      headers: { ...PAGE, 'content-type': 'application/json' },
      payload: BODY,
      remoteAddress: '203.0.113.9',
    });
    expect(statusCode).toBe(403);
  });

  test("for a product's own account, which answers as one that is not there", async () => {
    await t.ask('PUT', '/v1/accounts/u_product', { body: {} });
    const own = await askWith(PAGE, { account: 'u_product', surface: 'web' });
    const absent = await askWith(PAGE, { account: 'u_absent', surface: 'web' });
    expect([own.status, own.body]).toEqual([404, absent.body]);
  });

  test("for a team of a product's own beside a demonstration account", async () => {
    await t.ask('PUT', '/v1/accounts/t_product', { body: { kind: 'team' } });
    expect((await askWith(PAGE, { ...BODY, teams: ['t_product'] })).status).toBe(404);
  });

  test('on a server that shows no demonstration, as a route that is not there', async () => {
    const other = await startServer();
    try {
      const { status, body } = await other.ask('POST', PATH, {
        as: null,
        key: null,
        body: BODY,
        headers: PAGE,
      });
      expect([status, body.code]).toEqual([404, 'not_found']);
      expect((await other.ask<string>('GET', '/openapi.json')).text).not.toContain('demonstration');
    } finally {
      await other.close();
    }
  });
});
