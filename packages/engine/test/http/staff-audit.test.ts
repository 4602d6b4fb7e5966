/** The audit log is of everything that staff and admins do, whichever way they do it, and says no more than that. */
import type {
  AuditRecord,
  CampaignCodes,
  CreatedKey,
  Page,
  Problem,
  StaffSession,
  StaffSignIn,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { verify } from '../../src/store/verify.ts';
import { ADMIN, catalog, startServer, type TestServer } from './support.ts';

let t: TestServer;
let ada: CreatedKey;

beforeAll(async () => {
  t = await startServer();
  ada = await made('ada', ['read', 'staff', 'act']);
});
afterAll(() => t.close());

async function made(name: string, scopes: string[]): Promise<CreatedKey> {
  return (await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, key: null, body: { name, scopes } })).body;
}

async function log(query = ''): Promise<AuditRecord[]> {
  return (await t.ask<Page<AuditRecord>>('GET', `/v1/staff/audit?limit=200${query}`, { as: ADMIN })).body
    .data;
}

/** By the key of an admin, each with what it is about. */
const facts = ({ act, account, subject, reason, input, entries }: AuditRecord) => ({
  act,
  account,
  subject,
  reason,
  input,
  entries,
});

const EVENT = {
  id: 'spring',
  kind: 'promotion_code',
  name: 'Spring',
  class: 'promotional',
  credits: 10,
  validity: 'P7D',
  codes: { kind: 'single_use' },
};

test('campaigns and codes: made, ended; what is so already is not told again, and no code is ever in it', async () => {
  const create = () => t.ask<Problem>('POST', '/v1/campaigns', { as: ADMIN, key: null, body: EVENT });
  expect((await create()).status).toBeLessThan(300);
  expect((await create()).status).toBeLessThan(300);
  const { body } = await t.ask<CampaignCodes>('POST', '/v1/campaigns/spring/codes', {
    as: ADMIN,
    key: null,
    body: { count: 2 },
  });
  const [code] = body.codes as [string, string];
  await t.ask('PUT', '/v1/accounts/u_1', { as: ADMIN, body: { metadata: { plan: 'gold' } } });
  expect((await t.ask('POST', '/v1/accounts/u_1/redeem', { as: ADMIN, body: { code } })).status).toBeLessThan(
    300,
  );
  const stop = () =>
    t.ask('POST', '/v1/campaigns/spring/stop', { as: ADMIN, key: null, body: { reason: 'sold out' } });
  await stop();
  await stop();
  expect((await log('&subject=spring')).map(facts)).toEqual([
    { act: 'stop_campaign', account: null, subject: 'spring', reason: 'sold out', input: {}, entries: [] },
    { act: 'create_codes', account: null, subject: 'spring', reason: null, input: { count: 2 }, entries: [] },
    {
      act: 'create_campaign',
      account: null,
      subject: 'spring',
      reason: null,
      input: { terms: expect.objectContaining({ id: 'spring', credits: 10 }) },
      entries: [],
    },
  ]);
  expect((await log('&account=u_1')).map(facts)).toEqual([
    { act: 'redeem', account: 'u_1', subject: null, reason: null, input: {}, entries: [1] },
    {
      act: 'put_account',
      account: 'u_1',
      subject: null,
      reason: null,
      input: { metadata: { plan: 'gold' } },
      entries: [],
    },
  ]);
  expect(JSON.stringify(await log())).not.toContain(code);
});

test('keys: made, revoked, never the key itself; a refusal is nobody’s act', async () => {
  const key = await made('backend', ['read']);
  await t.ask('DELETE', `/v1/keys/${key.id}`, { as: ADMIN });
  await t.ask('DELETE', `/v1/keys/${key.id}`, { as: ADMIN });
  const records = await log(`&subject=${key.id}`);
  expect(records.map(facts)).toEqual([
    {
      act: 'revoke_key',
      account: null,
      subject: key.id,
      reason: null,
      input: { name: 'backend' },
      entries: [],
    },
    {
      act: 'create_key',
      account: null,
      subject: key.id,
      reason: null,
      input: { name: 'backend', scopes: ['read'] },
      entries: [],
    },
  ]);
  expect(JSON.stringify(records)).not.toContain(key.secret);
  const before = (await log()).length;
  expect((await t.ask('POST', '/v1/keys', { as: ada.secret, key: null, body: { name: 'no' } })).status).toBe(
    403,
  );
  expect((await t.ask('DELETE', '/v1/keys/key_none', { as: ADMIN })).status).toBe(404);
  const poor = { as: ADMIN, body: { amount: 10 } };
  expect(
    (await t.ask('POST', '/v1/accounts/u_1/consume', { ...poor, body: { amount: 99_999 } })).status,
  ).toBe(402);
  expect((await log()).length).toBe(before);
});

test('endpoints: everything that is done to them, and never their secret', async () => {
  const body = { url: 'https://127-0-0-1.invalid/webhooks' };
  const one = await t.ask<{ id: string; secret: string }>('POST', '/v1/webhook_endpoints', {
    as: ADMIN,
    key: null,
    body,
  });
  const path = `/v1/webhook_endpoints/${one.body.id}`;
  await t.ask('PUT', path, { as: ADMIN, body: { ...body, enabled: false } });
  const rotated = await t.ask<{ secret: string }>('POST', `${path}/rotate_secret`, {
    as: ADMIN,
    key: null,
    body: {},
  });
  await t.ask('POST', `${path}/replay`, { as: ADMIN, key: null, body: { since: '2020-01-01T00:00:00Z' } });
  await t.ask('DELETE', path, { as: ADMIN });
  const records = await log(`&subject=${one.body.id}`);
  expect(records.map(({ act }) => act)).toEqual([
    'delete_webhook_endpoint',
    'replay_webhooks',
    'rotate_webhook_secret',
    'update_webhook_endpoint',
    'create_webhook_endpoint',
  ]);
  for (const secret of [one.body.secret, rotated.body.secret])
    expect(JSON.stringify(records)).not.toContain(secret);
});

test('a batch: each that was charged has its record with its entries, a repetition and a refusal have none', async () => {
  await t.ask('POST', '/v1/accounts/b_1/grants', { body: { class: 'purchased', amount: 100 } });
  await t.ask('POST', '/v1/accounts/b_2/grants', { body: { class: 'purchased', amount: 1 } });
  const operations = [
    { account: 'b_1', idempotency_key: 'one', amount: 5 },
    { account: 'b_1', idempotency_key: 'two', amount: 6 },
    { account: 'b_2', idempotency_key: 'three', amount: 7 },
  ];
  for (const _ of [1, 2]) await t.ask('POST', '/v1/consume', { as: ADMIN, key: null, body: { operations } });
  const records = await log('&act=consume');
  expect(records.map(({ account, entries, staff }) => [account, entries, staff.id])).toEqual([
    ['b_1', [3], 'key_admin'],
    ['b_1', [2], 'key_admin'],
  ]);
  expect(records.map(({ operation }) => operation)).toEqual([
    expect.stringMatching(/^op_/),
    expect.stringMatching(/^op_/),
  ]);
});

test('a closing and a merge: both accounts say so, and what was paid out, once', async () => {
  const give = (account: string) =>
    t.ask('POST', `/v1/accounts/${account}/grants`, {
      body: { class: 'purchased', amount: 50, cost: { amount_minor: 500, currency: 'USD' } },
    });
  for (const account of ['c_1', 'c_2', 'c_3']) await give(account);
  const merge = { into: 'c_2', reason: 'one person' };
  expect((await t.ask('POST', '/v1/accounts/c_1/merge', { as: ADMIN, body: merge })).status).toBe(200);
  expect((await log('&account=c_1')).map(({ act, reason }) => [act, reason])).toEqual([
    ['merge', 'one person'],
  ]);
  expect((await log('&account=c_2')).map(({ act, entries }) => [act, entries])).toEqual([['receive', [2]]]);
  await t.ask('POST', '/v1/accounts/c_3/close', { as: ADMIN, body: { reason: 'asked for' } });
  for (const _ of [1, 2])
    await t.ask('POST', '/v1/accounts/c_3/closure/settle', {
      as: ADMIN,
      key: null,
      body: { reference: 'SEPA 1' },
    });
  expect((await log('&account=c_3')).map(({ act, input }) => [act, input])).toEqual([
    ['settle_closure', { reference: 'SEPA 1' }],
    ['close', {}],
  ]);
});

const signIn = async (key: CreatedKey) => {
  const { headers } = await t.ask('POST', '/v1/staff/sessions', { as: key.secret, key: null });
  const cookie = String(headers['set-cookie']).split(';', 1)[0] as string;
  return { as: null, key: null, headers: { cookie, 'x-drawdown-console': '1' } };
};
const sessions = async (by: object) =>
  (await t.ask<Page<StaffSignIn>>('GET', '/v1/staff/sessions', by)).body.data;

test('who is signed in is seen, and ended: at once, by themselves or by an admin, and by nobody else', async () => {
  const ben = await made('ben', ['read', 'staff']);
  const [first, second, other] = [await signIn(ada), await signIn(ada), await signIn(ben)];
  const seen = await sessions(second);
  expect(seen.map(({ staff, by, current }) => [staff.name, by, current])).toEqual([
    ['ben', 'key', false],
    ['ada', 'key', true],
    ['ada', 'key', false],
  ]);
  expect(seen[1]?.last_used_at).not.toBeNull();
  const [bens, own, elsewhere] = seen.map(({ id }) => `/v1/staff/sessions/${id}`) as [string, string, string];
  const who = async (by: object) => (await t.ask<StaffSession>('GET', '/v1/staff/session', by)).status;
  expect((await t.ask<Problem>('DELETE', bens, second)).body).toMatchObject({
    code: 'forbidden',
    required_scope: 'admin',
  });
  expect(await who(other)).toBe(200);
  const ended = await t.ask<StaffSignIn>('DELETE', elsewhere, second);
  expect(ended.body.ended_at).not.toBeNull();
  expect((await t.ask<StaffSignIn>('DELETE', elsewhere, second)).body).toEqual(ended.body);
  expect([await who(first), await who(second), await who(other)]).toEqual([401, 200, 200]);
  expect((await t.ask('DELETE', bens, { as: ADMIN })).status).toBe(200);
  expect(await who(other)).toBe(401);
  expect((await t.ask<Problem>('DELETE', '/v1/staff/sessions/sts_none', { as: ADMIN })).body.code).toBe(
    'staff_session_not_found',
  );
  expect((await t.ask('DELETE', '/v1/staff/session', second)).status).toBe(200);
  expect(await sessions({ as: ADMIN })).toEqual([]);
  const told = await log();
  expect(told.slice(0, 6).map(({ act, staff, input }) => [act, staff.name, input])).toEqual([
    ['sign_out', 'ada', {}],
    ['end_session', 'key_admin', { staff: ben.id, name: 'ben' }],
    ['end_session', 'ada', { staff: ada.id, name: 'ada' }],
    ['sign_in', 'ben', { by: 'key' }],
    ['sign_in', 'ada', { by: 'key' }],
    ['sign_in', 'ada', { by: 'key' }],
  ]);
  expect(`/v1/staff/sessions/${told[0]?.subject}`).toBe(own);
});

test('a session of which the key is revoked goes on for nobody, and is not listed', async () => {
  const cleo = await made('cleo', ['read', 'staff']);
  await signIn(cleo);
  expect((await sessions({ as: ADMIN })).map(({ staff }) => staff.id)).toEqual([cleo.id]);
  await t.ask('DELETE', `/v1/keys/${cleo.id}`, { as: ADMIN });
  expect(await sessions({ as: ADMIN })).toEqual([]);
});

test('as a table it is all of it, and text in it is no formula', async () => {
  await t.ask('POST', '/v1/accounts/b_1/adjustments', {
    as: ADMIN,
    body: { amount: -1, reason: '=HYPERLINK("x"), "quoted"' },
  });
  const { text, headers } = await t.ask('GET', '/v1/staff/audit?format=csv', { as: ada.secret });
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="audit.csv"',
  });
  const lines = text.trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^id,at,act,account,subject,staff,staff_name,approved_by/);
  expect(lines).toHaveLength(1 + (await log()).length);
  expect(lines[1]).toContain(',adjust,b_1,,key_admin,key_admin,,,"\'=HYPERLINK(""x""), ""quoted""",1,');
  const some = await t.ask('GET', '/v1/staff/audit?format=csv&act=consume', { as: ada.secret });
  expect(some.text.trimEnd().split('\r\n')).toHaveLength(3);
});

test('limits that the server is started with are in the log once, whoever is started with them', async () => {
  const open = async (accountLimit: string | null) => {
    const engine = await Engine.open({
      database: t.database,
      catalog,
      approvals: { accountLimit },
      testClock: true,
      sweep: false,
    });
    await engine.close();
  };
  for (const limit of [null, '500', '500', '900', null]) await open(limit);
  expect((await log('&act=set_limits')).map(({ staff, input }) => [staff.id, input])).toEqual([
    ['server', { account_limit: null, staff_limit: null }],
    ['server', { account_limit: '900', staff_limit: null }],
    ['server', { account_limit: '500', staff_limit: null }],
  ]);
});

const run = (name: string, text: string) => t.database.query(statement<[], never>(`test.${name}`, text), []);

test('verify tells what has no record, and a record of what is not there', async () => {
  expect((await verify(t.database)).faults).toEqual([]);
  const what = async () =>
    (await verify(t.database)).faults.map((fault) => [fault.account, fault.seq, fault.what]);
  await run('off', 'alter table drawdown.audit disable trigger audit_rows');
  const copy = 'create table kept as table drawdown.audit';
  await run('keep', copy);
  const back = async () => {
    await run('clear', 'delete from drawdown.audit');
    await run('back', 'insert into drawdown.audit select * from kept');
  };
  await run('drop_consume', "delete from drawdown.audit where act = 'consume' and seq = 3");
  expect(await what()).toEqual([
    ['b_1', 3, 'entry: staff:key_admin made it, and the audit log has no record of it'],
  ]);
  expect((await verify(t.database, { account: 'b_1' })).faults).toHaveLength(1);
  expect((await verify(t.database, { account: 'b_2' })).faults).toEqual([]);
  await back();
  await run('drop_key', `delete from drawdown.audit where act = 'create_key' and subject = '${ada.id}'`);
  expect(await what()).toEqual([
    ['', 0, `key ${ada.id}: the audit log has no record of create_key by staff:key_admin`],
  ]);
  await back();
  await run('made_up', "update drawdown.audit set seq = 70, last_seq = 71 where act = 'redeem'");
  expect((await what()).map(([, , fault]) => String(fault).replace(/\d+/, 'N'))).toEqual([
    'entry: staff:key_admin made it, and the audit log has no record of it',
    'audit: record N tells of entries 70 to 71, which are not there',
  ]);
  await back();
  await run('other', "update drawdown.audit set subject = 'autumn' where act = 'stop_campaign'");
  expect((await what()).map(([, , fault]) => String(fault).replace(/\d+/, 'N'))).toEqual([
    'campaign spring: the audit log has no record of stop_campaign by staff:key_admin',
    'audit: record N tells of stop_campaign of autumn, which is not there',
  ]);
  await back();
  expect(await what()).toEqual([]);
});
