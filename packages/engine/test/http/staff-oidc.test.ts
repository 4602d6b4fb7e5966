/** Signing in to the console where the company's own people do: who is let in, and who is not. */
import type { AuditRecord, Page, Problem, Scope, SignIn, StaffSession } from '@drawdown/client';
import type { FastifyBaseLogger } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { IdentityProviderSetting } from '../../src/http/identity-provider.ts';
import { createServer } from '../../src/http/server.ts';
import { statement } from '../../src/store/database.ts';
import { Issuer, type Twist } from '../support/issuer.ts';
import { shownAct } from './staff-rows.ts';
import { ADMIN, type Ask, type Reply, startServer, type TestServer } from './support.ts';

const PUBLIC = 'http://localhost:4400';
const CALLBACK = '/v1/staff/sign_in/callback';
const BEGIN = '/v1/staff/sign_in/oidc';
const CLIENT = {
  clientId: 'credits console',
  clientSecret: 'a secret: 100% + more',
  redirectUri: `${PUBLIC}${CALLBACK}`,
};
const ADA = {
  sub: '1001',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  email_verified: true,
  groups: ['support', 'chess'],
};
const ROLES = new Map<string, readonly Scope[]>([
  ['support', ['read', 'act']],
  ['finance', ['reports']],
  ['chiefs', ['admin']],
]);

const logged: string[] = [];
const note = (...said: unknown[]) => void logged.push(JSON.stringify(said));
const unheard = () => undefined;
const LOG: FastifyBaseLogger = {
  level: 'info',
  ...{ fatal: note, error: note, warn: note, info: note, debug: unheard, trace: unheard, silent: unheard },
  child: () => LOG,
};

let issuer: Issuer;
let t: TestServer;
let setting: IdentityProviderSetting;

beforeAll(async () => {
  issuer = await Issuer.start(CLIENT);
  setting = settingFor(issuer);
  t = await startServer({
    trustProxy: true,
    log: LOG,
    staff: { oidc: setting, sessionSeconds: 3_600 },
  });
});

beforeEach(() => {
  issuer.twist = {};
  issuer.people.clear();
  issuer.people.set('ada', ADA);
  issuer.faults.length = 0;
  logged.length = 0;
});

/** Whatever was sent to the provider, it was as it must be, but where a test is about that. */
afterEach(() => expect(issuer.faults).toEqual([]));

afterAll(async () => {
  await t.close();
  await issuer.stop();
});

const settingFor = ({ url }: Issuer): IdentityProviderSetting => ({
  issuer: url,
  clientId: CLIENT.clientId,
  clientSecret: CLIENT.clientSecret,
  publicUrl: PUBLIC,
  name: 'Example Ltd',
  scope: 'openid profile email',
  claim: 'groups',
  roles: ROLES,
});

/** A server of its own for a provider that is configured in another way. */
async function serving(staff: Partial<IdentityProviderSetting>, by: Issuer = issuer): Promise<TestServer> {
  return await startServer({ staff: { oidc: { ...settingFor(by), ...staff } } });
}

const cookies = ({ headers }: Reply<unknown>): string[] => [headers['set-cookie'] ?? []].flat() as string[];
const cookieOf = (reply: Reply<unknown>, name: string): string | undefined =>
  cookies(reply).find((one) => one.replace('__Host-', '').startsWith(`drawdown_${name}=`) && !/=;/.test(one));
const crumb = (cookie: string | undefined): string => cookie?.split(';')[0] ?? '';
const asBrowser = (headers: Record<string, string> = {}): Ask => ({ as: null, key: null, headers });

interface Gone {
  /** Where the provider sends the browser. */
  readonly back: string;
  readonly ticket: string;
}

async function goOff(who: string | null = 'ada', { on = t, query = '', headers = {} } = {}): Promise<Gone> {
  const begun = await on.ask('GET', `${BEGIN}${query}`, asBrowser(headers));
  expect(begun.status).toBe(303);
  const back = await issuer.visit(String(begun.headers.location), who);
  return { back, ticket: crumb(cookieOf(begun, 'sign_in')) };
}

const comeBack = async ({ back, ticket }: Gone, { on = t, headers = {} } = {}) =>
  await on.ask(
    'GET',
    new URL(back).pathname + new URL(back).search,
    asBrowser({ cookie: ticket, ...headers }),
  );

async function signIn(who = 'ada', on = t): Promise<Reply<Problem>> {
  return await comeBack(await goOff(who, { on }), { on });
}

const page = (reply: Reply<unknown>): Ask =>
  asBrowser({ cookie: crumb(cookieOf(reply, 'staff')), 'x-drawdown-console': '1' });

async function sessionOf(reply: Reply<unknown>, on = t): Promise<StaffSession> {
  const { body, status, text } = await on.ask<StaffSession>('GET', '/v1/staff/session', page(reply));
  expect(status, text).toBe(200);
  return body;
}

const COUNT = statement<[], { count: bigint }>(
  'test.count_sessions',
  'select count(*) as count from drawdown.staff_sessions',
);
const sessions = async (): Promise<number> => Number((await t.database.query(COUNT, [])).rows[0]?.count);

/** Nobody was let in: the page is shown again, with the reason, and nothing is kept. */
async function expectRefused(reply: Reply<unknown>, { reason, before }: { reason: string; before: number }) {
  expect([reply.status, reply.headers.location]).toEqual([303, `${PUBLIC}/console?sign_in=${reason}`]);
  expect(cookieOf(reply, 'staff')).toBeUndefined();
  expect(cookies(reply).join()).toMatch(/drawdown_sign_in=; .*Max-Age=0/);
  expect(await sessions()).toBe(before);
}

describe('somebody whom the provider vouches for', () => {
  test('is let in by a cookie of this site, with the scopes of their groups, for as long as is set', async () => {
    const ways = await t.ask<SignIn>('GET', '/v1/staff/sign_in', { as: null });
    expect(ways.body.oidc).toEqual({ name: 'Example Ltd', url: `${PUBLIC}${BEGIN}` });
    const begun = await t.ask('GET', BEGIN, asBrowser());
    expect(cookieOf(begun, 'sign_in')).toMatch(
      /^drawdown_sign_in=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const reply = await signIn();
    expect([reply.status, reply.headers.location]).toEqual([303, `${PUBLIC}/console`]);
    expect(cookieOf(reply, 'staff')).toMatch(
      /^drawdown_staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=3600$/,
    );
    expect(cookies(reply).join()).toMatch(/drawdown_sign_in=; .*Max-Age=0/);
    const { id } = (await sessionOf(reply)).staff;
    expect(logged.join()).toContain(`{"staff":"${id}","issuer":"${issuer.url}","subject":"1001",`);
    expect(await sessionOf(reply)).toMatchObject({
      staff: { id: expect.stringMatching(/^oidc_[\w-]{22}$/), name: 'Ada Lovelace (ada@example.com)' },
      scopes: ['read', 'staff', 'act'],
    });
  });

  test('stands in the audit log by name, and the log’s id says whose subject of which issuer it is', async () => {
    await t.ask('POST', '/v1/accounts/u_seen/grants', { body: { class: 'purchased', amount: 7 } });
    const asAda = page(await signIn());
    const body = await shownAct(t, { act: 'adjust', account: 'u_seen', amount: 2, class: 'purchased' });
    const done = await t.ask('POST', '/v1/staff/acts', { ...asAda, key: 'once', body });
    expect(done.status, done.text).toBe(200);
    const { body: log } = await t.ask<Page<AuditRecord>>('GET', '/v1/staff/audit?account=u_seen', asAda);
    expect(log.data).toMatchObject([{ act: 'adjust', staff: { name: 'Ada Lovelace (ada@example.com)' } }]);
    const known = statement<[string], { issuer: string; subject: string }>(
      'test.identity',
      'select issuer, subject from drawdown.staff_identities where id = $1',
    );
    const { rows } = await t.database.query(known, [log.data[0]?.staff.id as string]);
    expect(rows).toEqual([{ issuer: issuer.url, subject: '1001' }]);
  });

  test('is the same one at each sign-in, with the name and the groups that they have by then', async () => {
    const first = await sessionOf(await signIn());
    issuer.people.set('ada', { ...ADA, name: 'Ada King', groups: 'finance' });
    const again = await sessionOf(await signIn());
    expect(again).toMatchObject({ staff: { id: first.staff.id, name: 'Ada King (ada@example.com)' } });
    expect(again.scopes).toEqual(['reports', 'staff']);
    issuer.people.set('ada', { ...ADA, sub: '1002' });
    expect((await sessionOf(await signIn())).staff.id).not.toBe(first.staff.id);
  });

  test.each([
    [{ name: '', preferred_username: 'ada', email: undefined }, 'ada'],
    [{ name: undefined, email: 'ada@example.com' }, 'ada@example.com'],
    [{ name: 'Ada', email_verified: false }, 'Ada'],
    [{ name: 'Ada\n\u202eLove  lace\0', email: 7 }, 'Ada Love lace'],
    [{ name: undefined, email: undefined }, '1001'],
    [{ name: 'x'.repeat(500), email: undefined }, 'x'.repeat(200)],
  ])('is called by what is known of them: %j', async (claims, name) => {
    issuer.people.set('ada', { ...ADA, ...claims });
    expect((await sessionOf(await signIn())).staff.name).toBe(name);
  });

  test('signs out, and is signed out when the time is over', async () => {
    const reply = await signIn();
    expect((await t.ask('DELETE', '/v1/staff/session', page(reply))).status).toBe(200);
    expect((await t.ask('GET', '/v1/staff/session', page(reply))).status).toBe(401);
    const other = await signIn();
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT59M' } });
    expect((await t.ask('GET', '/v1/staff/session', page(other))).status).toBe(200);
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT1M' } });
    expect((await t.ask('GET', '/v1/staff/session', page(other))).status).toBe(401);
  });

  test('is signed out where the provider is not configured any more, or is another one', async () => {
    const reply = await signIn();
    const other = { ...setting, issuer: 'https://login.example.com' };
    for (const staff of [{}, { oidc: other }]) {
      const server = await createServer({ engine: t.engine, adminKey: ADMIN, staff });
      const { headers } = page(reply);
      const asked = await server.inject({ method: 'GET', url: '/v1/staff/session', headers: headers ?? {} });
      expect(asked.statusCode).toBe(401);
      await server.close();
    }
    expect((await sessionOf(reply)).staff.name).toContain('Ada');
  });

  test('is let in over TLS by cookies of this very host', async () => {
    const headers = { 'x-forwarded-proto': 'https', host: 'localhost:4400' };
    const gone = await goOff('ada', { headers });
    expect(gone.ticket).toMatch(/^__Host-drawdown_sign_in=/);
    const reply = await comeBack(gone, { headers });
    expect(cookieOf(reply, 'staff')).toMatch(/^__Host-drawdown_staff=.*SameSite=Strict; .*; Secure$/);
  });

  test('is let in with the key that signs now, though another one did a moment ago', async () => {
    await sessionOf(await signIn());
    await issuer.rotate();
    await sessionOf(await signIn());
    const gone = await goOff();
    await issuer.rotate();
    await sessionOf(await comeBack(gone));
  });

  test('comes with the groups that only the provider’s user info has', async () => {
    const { groups, ...rest } = ADA;
    issuer.people.set('ada', { ...rest, userinfo_only: { groups: ['chiefs'] } });
    expect((await sessionOf(await signIn())).scopes).toContain('admin');
  });
});

test('a provider that takes the client’s secret in the form gets it there', async () => {
  const posting = await Issuer.start({ ...CLIENT, proof: 'client_secret_post' });
  posting.people.set('ada', ADA);
  const on = await serving({}, posting);
  const begun = await on.ask('GET', BEGIN, asBrowser());
  const back = await posting.visit(String(begun.headers.location), 'ada');
  const reply = await comeBack({ back, ticket: crumb(cookieOf(begun, 'sign_in')) }, { on });
  expect((await sessionOf(reply, on)).staff.name).toContain('Ada');
  expect(posting.faults).toEqual([]);
  await on.close();
  await posting.stop();
});

describe('nobody is let in', () => {
  const twists: [string, Twist, string][] = [
    ['a token for another question', { claims: (all) => ({ ...all, nonce: 'A'.repeat(43) }) }, 'failed'],
    ['a token without a nonce', { claims: ({ nonce, ...all }) => all }, 'failed'],
    ['a token for another client', { claims: (all) => ({ ...all, aud: 'another client' }) }, 'failed'],
    [
      'a token for several clients, of whom another is meant',
      { claims: (all) => ({ ...all, aud: [CLIENT.clientId, 'another'], azp: 'another' }) },
      'failed',
    ],
    ['a token of another issuer', { claims: (all) => ({ ...all, iss: 'https://evil.example' }) }, 'failed'],
    ['a token that has expired', { claims: (all) => ({ ...all, exp: 1_700_000_000 }) }, 'failed'],
    ['a token without an end', { claims: ({ exp, ...all }) => all }, 'failed'],
    ['a token of nobody', { claims: ({ sub, ...all }) => all }, 'failed'],
    ['a token that somebody else signed', { signed: 'foreign' }, 'failed'],
    ['a token that nobody signed', { signed: 'not' }, 'failed'],
    ['an answer in the name of another issuer', { iss: 'https://evil.example' }, 'failed'],
    ['an answer without the issuer that it promised to name', { iss: null }, 'failed'],
    ['a provider that cannot give tokens', { broken: { path: '/token', status: 503 } }, 'unavailable'],
    ['a provider whose keys cannot be had', { broken: { path: '/keys', status: 500 } }, 'unavailable'],
  ];

  test.each(twists)('by %s', async (_what, twist, reason) => {
    const before = await sessions();
    const gone = await goOffWith(twist);
    await expectRefused(await comeBack(gone), { reason, before });
    expect(logged.join()).toContain(`"reason":"${reason}"`);
  });

  async function goOffWith(twist: Twist): Promise<Gone> {
    issuer.twist = twist;
    return await goOff();
  }

  test('by user info about somebody else', async () => {
    const { groups, ...rest } = ADA;
    issuer.people.set('ada', { ...rest, userinfo_only: { groups: ['chiefs'] } });
    const before = await sessions();
    const gone = await goOffWith({ userInfo: (all) => ({ ...all, sub: '1' }) });
    await expectRefused(await comeBack(gone), { reason: 'failed', before });
  });

  test('where the browser was not sent off by us, with this state, a moment ago', async () => {
    const before = await sessions();
    const expired = { reason: 'expired', before };
    const [gone, other] = [await goOff(), await goOff()];
    // Somebody else's way back, in this browser: they would act in another's name without noticing.
    await expectRefused(await comeBack({ back: other.back, ticket: gone.ticket }), expired);
    await expectRefused(await comeBack({ ...gone, ticket: '' }), expired);
    const cut = gone.ticket.slice(0, -4);
    await expectRefused(await comeBack({ ...gone, ticket: cut }), expired);
    await expectRefused(await comeBack({ ...gone, back: `${PUBLIC}${CALLBACK}` }), expired);
    const unstated = gone.back.replace(/state=[\w-]+/, 'state=');
    await expectRefused(await comeBack({ ...gone, back: unstated }), expired);
    const doubled = `${gone.back}&state=${new URL(gone.back).searchParams.get('state')}`;
    await expectRefused(await comeBack({ ...gone, back: doubled }), expired);
    await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT10M' } });
    await expectRefused(await comeBack(gone), expired);
  });

  test('by a code that was used, or is none', async () => {
    const gone = await goOff();
    await sessionOf(await comeBack(gone));
    const before = await sessions();
    await expectRefused(await comeBack(gone), { reason: 'expired', before });
    const guessed = gone.back.replace(/code=[\w-]+/, 'code=guessed');
    await expectRefused(await comeBack({ ...gone, back: guessed }), { reason: 'expired', before });
    expect(issuer.faults.splice(0)).toEqual(['token: code', 'token: code']);
  });

  test('where they did not want to', async () => {
    const before = await sessions();
    await expectRefused(await comeBack(await goOff(null)), { reason: 'denied', before });
  });

  test.each([
    [{ groups: ['chess'] }],
    [{ groups: [] }],
    [{ groups: undefined }],
    [{ groups: { support: true } }],
    [{ groups: ['Support', 'support '] }],
    [{ groups: 7 }],
  ])('without a role: %j', async (claims) => {
    issuer.people.set('ada', { ...ADA, ...claims });
    const before = await sessions();
    await expectRefused(await signIn(), { reason: 'no_role', before });
    expect(logged.join()).toContain(`1001 of ${issuer.url}`);
  });

  test('by an address that nobody has verified, where addresses are roles', async () => {
    const on = await serving({ claim: 'email', roles: new Map([['ada@example.com', ['read']]]) });
    for (const email_verified of [false, undefined, 'true']) {
      issuer.people.set('ada', { ...ADA, email_verified });
      expect((await signIn('ada', on)).headers.location).toBe(`${PUBLIC}/console?sign_in=no_role`);
    }
    issuer.people.set('ada', ADA);
    expect((await sessionOf(await signIn('ada', on), on)).scopes).toEqual(['read', 'staff']);
    await on.close();
  });

  test('while the provider is down, and afterwards they are', async () => {
    const on = await serving({});
    const before = await sessions();
    await issuer.stop();
    await expectRefused(await on.ask('GET', BEGIN, asBrowser()), { reason: 'unavailable', before });
    await issuer.resume();
    const gone = await goOff('ada', { on });
    await issuer.stop();
    await expectRefused(await comeBack(gone, { on }), { reason: 'unavailable', before });
    await issuer.resume();
    await sessionOf(await comeBack(gone, { on }), on);
    await on.close();
  });

  test.each([
    ['that calls itself by another name', { issuer: 'https://login.example.com' }],
    ['of any number of companies', { issuer: 'https://login.example.com/{tenantid}/v2.0' }],
    ['whose page is not safe', { authorization_endpoint: 'http://login.example.com/authorize' }],
    ['whose page is a script', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('through a provider %s', async (_what, changed) => {
    const on = await serving({});
    issuer.twist = { metadata: (all) => ({ ...all, ...changed }) };
    const before = await sessions();
    await expectRefused(await on.ask('GET', BEGIN, asBrowser()), { reason: 'failed', before });
    await on.close();
  });

  test('through a provider that speaks for any company at all, as Entra does', async () => {
    const url = 'https://login.microsoftonline.com/common/v2.0';
    const on = await serving({ issuer: url });
    const issued = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
    vi.stubGlobal('fetch', async () => Response.json({ issuer: issued, ...endpoints }));
    try {
      const before = await sessions();
      await expectRefused(await on.ask('GET', BEGIN, asBrowser()), { reason: 'failed', before });
    } finally {
      vi.unstubAllGlobals();
    }
    await on.close();
  });

  test.each(['token_endpoint', 'jwks_uri'])(
    'through a provider whose %s is in the clear',
    async (endpoint) => {
      const on = await serving({});
      issuer.twist = { metadata: (all) => ({ ...all, [endpoint]: 'http://192.0.2.1/x' }) };
      const before = await sessions();
      await expectRefused(await signIn('ada', on), { reason: 'failed', before });
      await on.close();
    },
  );

  test('and with a wrong secret the log says so, without the secret', async () => {
    const on = await startServer({
      log: LOG,
      staff: { oidc: { ...setting, clientSecret: 'not_the_secret' } },
    });
    const before = await sessions();
    await expectRefused(await signIn('ada', on), { reason: 'failed', before });
    expect(issuer.faults.splice(0)).toEqual(['token: client']);
    expect(logged.join()).toContain('invalid_client');
    await on.close();
  });

  test('and the log holds neither codes nor tokens nor secrets', async () => {
    const gone = await goOffWith({ claims: (all) => ({ ...all, nonce: 'A'.repeat(43) }) });
    await comeBack(gone);
    const { searchParams } = new URL(gone.back);
    expect(logged).toHaveLength(1);
    for (const secret of [searchParams.get('code'), searchParams.get('state'), CLIENT.clientSecret, 'eyJ']) {
      expect(logged.join()).not.toContain(secret);
    }
  });
});

describe('the page that was asked for', () => {
  test.each([
    ['/console', '/console'],
    ['/console/accounts/u_1?view=ledger', '/console/accounts/u_1?view=ledger'],
    ['/console/finance?sign_in=failed&from=2026-01', '/console/finance?from=2026-01'],
    ['https://evil.example/console', '/console'],
    ['//evil.example/console', '/console'],
    ['//evil.example/console/accounts', '/console/accounts'],
    ['/console//evil.example', '/console//evil.example'],
    ['/\\evil.example/console', '/console'],
    ['/console/../docs', '/console'],
    ['/console/%2e%2e/docs', '/console'],
    ['/console/..\\..\\docs', '/console'],
    ['/consoles', '/console'],
    ['/console@evil.example', '/console'],
    ['javascript:alert(1)', '/console'],
    ['\t//evil.example', '/console'],
    ['/\t/evil.example/console', '/console'],
    ['/console/a\r\nset-cookie: b=c', '/console/aset-cookie:%20b=c'],
    ['', '/console'],
  ])('is one of the console and never another: %j', async (wanted, shown) => {
    const gone = await goOff('ada', { query: `?${new URLSearchParams({ return_to: wanted })}` });
    const { headers } = await comeBack(gone);
    expect(headers.location).toBe(`${PUBLIC}${shown}`);
  });

  test('is not the provider’s to say, nor that of a host header', async () => {
    const gone = await goOff();
    const back = `${gone.back}&return_to=${encodeURIComponent('/docs')}`;
    const reply = await comeBack({ ...gone, back }, { headers: { host: 'evil.example' } });
    expect(reply.headers.location).toBe(`${PUBLIC}/console`);
  });
});

test('without a provider there is no such way', async () => {
  const on = await startServer();
  for (const path of [BEGIN, CALLBACK]) {
    expect((await on.ask('GET', path, asBrowser())).body).toMatchObject({ status: 404, code: 'not_found' });
  }
  await on.close();
});
