/** What is more than one of the staff may do alone waits for a second person, and is done once, as it was shown. */
import type {
  Act,
  ActPreview,
  ActReceipt,
  Approval,
  AuditRecord,
  CreatedKey,
  GrantReceipt,
  Key,
  Page,
  Problem,
  StaffSession,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, SECRET, startServer, type TestServer } from './support.ts';

let t: TestServer;
let ada: CreatedKey;
let ben: CreatedKey;

beforeAll(async () => {
  t = await startServer({ approvals: { accountLimit: '100', staffLimit: '250' } });
  [ada, ben] = [await keyFor('ada'), await keyFor('ben')];
  await vouched(ada, ben);
});
afterAll(() => t.close());

const SCOPES = ['read', 'staff', 'act', 'approve'];

const vouched = ({ id }: CreatedKey, by: CreatedKey) =>
  t.ask<Key & Problem>('POST', `/v1/keys/${id}/vouch`, {
    as: by.secret,
    key: null,
    body: { reason: 'in other hands' },
  });

async function keyFor(name: string, as = ADMIN, scopes: string[] = SCOPES): Promise<CreatedKey> {
  return (await t.ask<CreatedKey>('POST', '/v1/keys', { as, key: null, body: { name, scopes } })).body;
}

async function shown(act: Act, as: string): Promise<ActPreview> {
  return (await t.ask<ActPreview>('POST', '/v1/staff/acts/preview', { as, key: null, body: act })).body;
}

async function asked(act: Act, { secret }: CreatedKey, key?: string) {
  const { preview } = await shown(act, secret);
  const body = { ...act, reason: `because of ${act.act}`, preview };
  return t.ask<ActReceipt & Problem>('POST', '/v1/staff/acts', {
    as: secret,
    body,
    ...(key === undefined ? {} : { key }),
  });
}

async function decided(approval: string, { secret }: CreatedKey, verb: string, preview?: string) {
  const body = { reason: `${verb}: ok`, ...(preview === undefined ? {} : { preview }) };
  return t.ask<ActReceipt & Approval & Problem>('POST', `/v1/staff/approvals/${approval}/${verb}`, {
    as: secret,
    key: null,
    body,
  });
}

const approved = async (approval: string, by: CreatedKey) => {
  const path = `/v1/staff/approvals/${approval}/preview`;
  const { body } = await t.ask<ActPreview>('POST', path, { as: by.secret, key: null, body: {} });
  return decided(approval, by, 'approve', body.preview);
};

const grant = async (account: string, amount: number) =>
  (
    await t.ask<GrantReceipt>('POST', `/v1/accounts/${account}/grants`, {
      body: { class: 'purchased', amount },
    })
  ).body.grant;
const totalOf = async (account: string) =>
  (await t.ask<{ total: number }>('GET', `/v1/accounts/${account}/balance`)).body.total;
const log = async (account: string) =>
  (await t.ask<Page<AuditRecord>>('GET', `/v1/staff/audit?account=${account}`, { as: ADMIN })).body.data;
const show = async (approval: string) =>
  (await t.ask<Approval>('GET', `/v1/staff/approvals/${approval}`, { as: ADMIN })).body;
const take = (account: string, amount: number): Act => ({ act: 'adjust', account, amount: -amount });

test('below the limit nobody waits; what goes over it, with what was done alone before, does', async () => {
  await grant('s_1', 500);
  const session = await t.ask<StaffSession>('GET', '/v1/staff/session', { as: ada.secret });
  expect(session.body.approval).toEqual({ account_limit: 100, staff_limit: 250 });
  expect((await asked(take('s_1', 60), ada)).body.state).toBe('done');
  expect((await shown(take('s_1', 40), ada.secret)).approval).toMatchObject({
    required: false,
    account_used: 60,
  });
  expect((await shown(take('s_1', 41), ada.secret)).approval).toMatchObject({ required: true });
  const { status, body } = await asked(take('s_1', 41), ada, 'once');
  expect([status, body.state, body.operation, body.audit]).toEqual([200, 'pending', null, null]);
  expect(body.approval).toMatchObject({
    act: 'adjust',
    account: 's_1',
    size: 41,
    state: 'pending',
    request: { amount: -41 },
    requested_by: { id: ada.id, name: 'ada' },
  });
  expect(await totalOf('s_1')).toBe(440);

  // The same again is the same approval; another one with the key is none.
  const again = await asked(take('s_1', 41), ada, 'once');
  expect(again.body.approval?.id).toBe(body.approval?.id);
  expect((await asked(take('s_1', 42), ada, 'once')).body.code).toBe('idempotency_key_reused');

  const id = body.approval?.id as string;
  const done = await approved(id, ben);
  expect(done.body).toMatchObject({
    state: 'done',
    balance: { total: 399 },
    audit: { act: 'adjust', staff: { id: ada.id }, approved_by: { id: ben.id, name: 'ben' }, approval: id },
    approval: { state: 'approved', decided_by: { id: ben.id }, operation: done.body.operation?.id },
  });
  expect((await asked(take('s_1', 41), ada, 'once')).body).toMatchObject({
    state: 'done',
    approval: { id, state: 'approved' },
  });
  expect((await log('s_1')).map(({ act, approval }) => [act, approval])).toEqual([
    ['adjust', id],
    ['request', id],
    ['adjust', null],
  ]);
  // What another one approved is not what was done alone.
  expect((await shown(take('s_1', 40), ada.secret)).approval).toMatchObject({
    required: false,
    account_used: 60,
  });
});

test('a second person is another one: not who asked, nor whoever made their key or was made one by them', async () => {
  await grant('s_2', 500);
  const admin = await keyFor('admin', ADMIN, [...SCOPES, 'admin']);
  const child = await keyFor('child', admin.secret);
  const grandchild = await keyFor('grandchild', admin.secret, SCOPES);
  const one = (await asked(take('s_2', 150), child)).body.approval?.id as string;
  for (const same of [child, admin]) expect((await approved(one, same)).body.code).toBe('forbidden');
  expect((await approved(one, { ...child, secret: ADMIN })).body.code).toBe('forbidden');
  const two = (await asked(take('s_2', 160), admin)).body.approval?.id as string;
  expect((await approved(two, child)).body.code).toBe('forbidden');
  expect((await decided(two, child, 'reject')).body.code).toBe('forbidden');
  // Two keys that one person made are that person's, until another one says otherwise.
  expect((await approved(one, grandchild)).body.code).toBe('forbidden');
  expect((await vouched(grandchild, admin)).body.code).toBe('forbidden');
  expect((await vouched(grandchild, child)).body.code).toBe('forbidden');
  expect((await vouched(grandchild, ben)).status).toBe(200);
  expect((await approved(one, grandchild)).body.state).toBe('done');
  const nobody = await keyFor('looks', ADMIN, ['read', 'staff', 'act']);
  expect((await decided(two, nobody, 'approve', `pvw_${'0'.repeat(32)}`)).body.code).toBe('forbidden');
});

test('two who approve at once do it once; a withdrawal or a rejection beside it is one or the other', async () => {
  await grant('s_3', 900);
  const cleo = await keyFor('cleo');
  const first = (await asked(take('s_3', 120), ada)).body.approval?.id as string;
  const both = await Promise.all([approved(first, ben), approved(first, cleo)]);
  expect(both.map(({ body }) => body.state)).toEqual(['done', 'done']);
  expect(await totalOf('s_3')).toBe(780);

  for (const verb of ['withdraw', 'reject'] as const) {
    const id = (await asked(take('s_3', 130), ada)).body.approval?.id as string;
    const before = await totalOf('s_3');
    const [done, other] = await Promise.all([
      approved(id, ben),
      decided(id, verb === 'withdraw' ? ada : cleo, verb),
    ]);
    const { state } = await show(id);
    const isDone = state === 'approved';
    expect(await totalOf('s_3')).toBe(before - (isDone ? 130 : 0));
    const lost = isDone ? other : done;
    expect(lost.body.code).toBe('approval_closed');
    expect([done, other].filter(({ status }) => status === 200)).toHaveLength(1);
  }
});

test('rejected and withdrawn acts are never done, and the log says why', async () => {
  await grant('s_4', 300);
  const no = (await asked(take('s_4', 101), ada, 'no')).body.approval?.id as string;
  expect((await decided(no, ada, 'reject')).body.code).toBe('forbidden');
  expect((await decided(no, ben, 'withdraw')).body.code).toBe('forbidden');
  const rejected = await decided(no, ben, 'reject');
  expect(rejected.body).toMatchObject({ state: 'rejected', decision_reason: 'reject: ok', operation: null });
  for (const verb of ['reject', 'approve'])
    expect(
      (await decided(no, ben, verb, verb === 'approve' ? `pvw_${'0'.repeat(32)}` : undefined)).body.code,
    ).toBe('approval_closed');
  expect((await asked(take('s_4', 101), ada, 'no')).body).toMatchObject({
    code: 'approval_closed',
    state: 'rejected',
  });
  const back = (await asked(take('s_4', 102), ada)).body.approval?.id as string;
  expect((await decided(back, ada, 'withdraw')).body.state).toBe('withdrawn');
  expect((await log('s_4')).map(({ act, reason, entries }) => [act, reason, entries])).toEqual([
    ['withdraw', 'withdraw: ok', []],
    ['request', 'because of adjust', []],
    ['reject', 'reject: ok', []],
    ['request', 'because of adjust', []],
  ]);
  expect(await totalOf('s_4')).toBe(300);
  const list = async (query: string) =>
    (await t.ask<Page<Approval>>('GET', `/v1/staff/approvals?account=s_4${query}`, { as: ADMIN })).body.data;
  expect(await list('')).toEqual([]);
  expect((await list('&state=all')).map(({ id }) => id)).toEqual([back, no]);
  expect((await t.ask<Problem>('GET', '/v1/staff/approvals/apr_0', { as: ADMIN })).body.code).toBe(
    'approval_not_found',
  );
});

test('what would do something else by now is shown anew, and what waits too long is over', async () => {
  const lot = await grant('s_5', 200);
  const act: Act = { act: 'void', grant: lot.id };
  const asking = await asked(act, ada);
  const id = asking.body.approval?.id as string;
  const seen = asking.body.approval?.preview?.preview as string;
  await t.ask('POST', '/v1/accounts/s_5/consume', { body: { amount: 50 } });
  expect((await decided(id, ben, 'approve', seen)).body.code).toBe('preview_changed');
  expect((await approved(id, ben)).body).toMatchObject({ state: 'done', balance: { total: 0 } });

  await grant('s_5', 200);
  const late = (await asked(take('s_5', 190), ada)).body.approval as Approval;
  await t.engine.setTestClock(late.expires_at);
  expect((await show(late.id)).state).toBe('expired');
  expect((await approved(late.id, ben)).body.code).toBe('approval_closed');
  expect(await totalOf('s_5')).toBe(200);
});

test('two acts at once cannot both stay below the limit, on one account or on several', async () => {
  const dora = await keyFor('dora');
  await vouched(dora, ben);
  await grant('s_6', 500);
  const one = await Promise.all([60, 61].map((amount) => asked(take('s_6', amount), dora)));
  expect(one.map(({ body }) => body.state).sort()).toEqual(['done', 'pending']);
  const emil = await keyFor('emil');
  await vouched(emil, ben);
  const accounts = ['s_7', 's_8', 's_9', 's_10'];
  for (const account of accounts) await grant(account, 500);
  const all = await Promise.all(accounts.map((account) => asked(take(account, 90), emil)));
  expect(all.filter(({ body }) => body.state === 'done')).toHaveLength(2);
});

test('the verbs’ own routes are no way around, and the product’s keys are no people', async () => {
  const fred = await keyFor('fred', ADMIN, [...SCOPES, 'grant', 'refund', 'admin']);
  await vouched(fred, ben);
  const ask = (as: string, amount: number) =>
    t.ask<Problem>('POST', '/v1/accounts/s_11/grants', { as, body: { class: 'purchased', amount } });
  expect((await ask(fred.secret, 90)).status).toBe(201);
  const refused = await ask(fred.secret, 20);
  expect(refused.body).toMatchObject({ code: 'approval_required', account_limit: 100, account_used: 90 });
  expect(await totalOf('s_11')).toBe(90);
  // The server's own key is the product's; one that staff made is theirs, until a second person has vouched for it.
  expect((await ask(SECRET, 5000)).status).toBe(201);
  const backend = await keyFor('backend', fred.secret, ['read', 'grant']);
  expect((await ask(backend.secret, 20)).body).toMatchObject({ code: 'approval_required', account_used: 90 });
  expect((await vouched(backend, ben)).body).toMatchObject({ vouched_by: ben.id });
  expect((await ask(backend.secret, 5000)).status).toBe(201);
  expect((await log('s_11')).map(({ staff }) => staff.id)).toEqual([fred.id]);
});

test('a lot that has not begun counts with its size; what moves nothing needs nobody', async () => {
  const effective_at = '2031-01-01T00:00:00Z';
  const { body } = await t.ask<GrantReceipt>('POST', '/v1/accounts/s_12/grants', {
    body: { class: 'purchased', amount: 400, effective_at },
  });
  const gina = await keyFor('gina');
  expect((await shown({ act: 'void', grant: body.grant.id }, gina.secret)).approval.required).toBe(true);
  expect((await asked({ act: 'freeze', grant: body.grant.id }, gina)).body.state).toBe('done');
});

test('with its account a request ends: it cannot be done on a closed one, and an erased one takes it back', async () => {
  await grant('s_13', 300);
  const id = (await asked(take('s_13', 150), ada)).body.approval?.id as string;
  const close = (path: string, body: object) =>
    t.ask('POST', `/v1/accounts/s_13/${path}`, { as: ADMIN, body });
  expect((await close('close', { reason: 'asked for' })).status).toBe(200);
  expect((await approved(id, ben)).status).toBeGreaterThanOrEqual(400);
  expect((await close('erase', { reason: 'asked for' })).status).toBe(200);
  const { state, request, reason } = await show(id);
  expect({ state, request, reason }).toEqual({ state: 'withdrawn', request: {}, reason: 'redacted' });
});
