/** One person with several keys is one person: to limits, and to second persons. */
import type {
  Act,
  ActPreview,
  ActReceipt,
  Approval,
  CreatedKey,
  GrantReceipt,
  Key,
  Problem,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { verify } from '../../src/store/verify.ts';
import { ADMIN, startServer, type TestServer } from './support.ts';

let t: TestServer;
/** Whom the server's own admin key made, and who is in other hands. */
let ben: CreatedKey;

const ADMINS = ['read', 'grant', 'staff', 'act', 'approve', 'admin'];
const ACTS = ['read', 'staff', 'act', 'approve'];
const DAY = { advance: 'P1D' };

beforeAll(async () => {
  t = await startServer({ approvals: { accountLimit: '100', staffLimit: '250', waitMs: 3_600_000 } });
  ben = await made('ben', ADMIN);
  await vouched(ben, await made('cleo', ADMIN));
});
afterAll(() => t.close());

async function made(name: string, as: string, scopes = ACTS, more: object = {}): Promise<CreatedKey> {
  const body = { name, scopes, ...more };
  return (await t.ask<CreatedKey>('POST', '/v1/keys', { as, key: null, body })).body;
}

const vouched = ({ id }: CreatedKey, { secret }: CreatedKey) =>
  t.ask<Key & Problem>('POST', `/v1/keys/${id}/vouch`, { as: secret, key: null, body: { reason: 'known' } });

/** An account of its own for each act, so that only the sum over all of them is at stake. */
let accounts = 0;
async function account(amount = 500): Promise<{ id: string; lot: string }> {
  accounts += 1;
  const id = `f_${accounts}`;
  const body = { class: 'purchased', amount };
  const { grant } = (await t.ask<GrantReceipt>('POST', `/v1/accounts/${id}/grants`, { body })).body;
  return { id, lot: grant.id };
}

async function asked(act: Act, { secret }: { secret: string }) {
  const preview = { as: secret, key: null, body: act };
  const shown = (await t.ask<ActPreview>('POST', '/v1/staff/acts/preview', preview)).body;
  const body = { ...act, reason: 'asked for', preview: shown.preview };
  return (await t.ask<ActReceipt & Problem>('POST', '/v1/staff/acts', { as: secret, body })).body;
}

async function took(amount: number, by: { secret: string }, id?: string): Promise<string> {
  const on = id ?? (await account()).id;
  const done = await asked({ act: 'adjust', account: on, amount: -amount }, by);
  return done.state ?? done.code;
}

async function approved(approval: string, { secret }: { secret: string }) {
  const path = `/v1/staff/approvals/${approval}`;
  const shown = await t.ask<ActPreview & Problem>('POST', `${path}/preview`, {
    as: secret,
    key: null,
    body: {},
  });
  const preview = shown.body.preview ?? `pvw_${'0'.repeat(32)}`;
  const body = { reason: 'seen', preview };
  return (await t.ask<ActReceipt & Problem>('POST', `${path}/approve`, { as: secret, key: null, body })).body;
}

const tomorrow = () => t.ask('POST', '/v1/test_clock', { body: DAY });

test('an admin with several keys, each below the limit, is one person who is above it', async () => {
  const anna = await made('anna', ADMIN, ADMINS);
  await vouched(anna, ben);
  const [first, second] = [await made('one', anna.secret), await made('two', anna.secret)];
  const third = await made('three', second.secret, ADMINS);
  // Made by a key that an admin made, whose scope says so.
  expect([await took(90, first), await took(90, second), await took(60, anna)]).toEqual([
    'done',
    'done',
    'done',
  ]);
  for (const key of [anna, first, second]) expect(await took(20, key)).toBe('pending');
  expect(third.secret).toBeUndefined();
  // Neither of the keys is a second person for another.
  const { approval } = await asked({ act: 'adjust', account: (await account()).id, amount: -99 }, first);
  for (const key of [second, anna, { secret: ADMIN }])
    expect((await approved(approval?.id as string, key)).code).toBe('forbidden');
  expect((await approved(approval?.id as string, ben)).state).toBe('done');
  // The limit on one account is as much of one person.
  await tomorrow();
  const { id } = await account();
  expect([await took(60, first, id), await took(41, second, id), await took(40, second, id)]).toEqual([
    'done',
    'pending',
    'done',
  ]);
});

test('nor does whoever holds the key that the server was started with get a limit for each key they make', async () => {
  await tomorrow();
  const keys = [await made('a', ADMIN), await made('b', ADMIN), await made('c', ADMIN)];
  const states = [];
  for (const key of keys) states.push(await took(90, key));
  expect(states).toEqual(['done', 'done', 'pending']);
  expect(await took(71, { secret: ADMIN })).toBe('pending');
  // Whoever another one vouches for stands for themselves, with what they did before.
  const [own] = keys as [CreatedKey, ...CreatedKey[]];
  expect((await vouched(own, ben)).body.vouched_at).not.toBeNull();
  expect(await took(80, own)).toBe('done');
  expect(await took(81, own)).toBe('pending');
  expect(await took(70, { secret: ADMIN })).toBe('done');
});

test('at once, with two keys, one person does not stay below twice', async () => {
  await tomorrow();
  const anna = await made('anna 2', ADMIN, ADMINS);
  await vouched(anna, ben);
  const keys = [await made('x', anna.secret), await made('y', anna.secret), anna];
  const places = [await account(), await account(), await account()];
  const done = await Promise.all(places.map(({ id }, i) => took(90, keys[i] as CreatedKey, id)));
  expect(done.sort()).toEqual(['done', 'done', 'pending']);
});

const IDENTITY = statement<[string], never>(
  'test.identity',
  "insert into drawdown.staff_identities values ($1, 'https://id.example', $1, 'Dora', 1)",
);

test('a key may be somebody’s whom the identity provider knows: then the two are one', async () => {
  await tomorrow();
  const dora = 'oidc_0123456789abcdefghijkl';
  const refused = await t.ask<Problem>('POST', '/v1/keys', {
    as: ADMIN,
    key: null,
    body: { name: 'd', owner: dora },
  });
  expect(refused.body).toMatchObject({ code: 'invalid_request', field: 'owner' });
  await t.database.query(IDENTITY, [dora]);
  const own = await made('dora', ADMIN, ADMINS, { owner: dora });
  expect(own.owner).toBe(dora);
  // Vouched for, it is no longer its maker's, and still its owner's.
  const other = await made('dora 2', ADMIN, ACTS, { owner: dora });
  for (const key of [own, other]) await vouched(key, ben);
  expect([await took(90, own), await took(90, other), await took(80, own)]).toEqual([
    'done',
    'done',
    'pending',
  ]);
  const { approval } = await asked({ act: 'adjust', account: (await account()).id, amount: -99 }, own);
  expect((await approved(approval?.id as string, other)).code).toBe('forbidden');
  expect((await vouched(await made('dora 3', own.secret), other)).body.code).toBe('forbidden');
});

test('a server’s key that staff made counts for them; vouched for, it is the product’s', async () => {
  await tomorrow();
  const anna = await made('anna 3', ADMIN, ADMINS);
  await vouched(anna, ben);
  const server = await made('server', anna.secret, ['read', 'grant', 'refund', 'consume']);
  const give = async (amount: number, id: string) =>
    t.ask<Problem>('POST', `/v1/accounts/${id}/grants`, {
      as: server.secret,
      body: { class: 'purchased', amount },
    });
  expect((await give(90, 's_a')).status).toBe(201);
  expect((await give(90, 's_b')).status).toBe(201);
  expect((await give(90, 's_c')).body).toMatchObject({ code: 'approval_required', staff_used: 180 });
  expect(await took(80, anna)).toBe('pending');
  // What only the product does, it does.
  const spend = { as: server.secret, body: { amount: 50 } };
  expect((await t.ask('POST', '/v1/accounts/s_a/consume', spend)).status).toBe(200);
  expect((await vouched(server, ben)).status).toBe(200);
  expect((await give(9_000, 's_c')).status).toBe(201);
  // Twice is once, and who vouched first stands.
  expect((await vouched(server, ben)).body).toMatchObject({ vouched_by: ben.id });
  expect(
    (
      await t.ask<Problem>('POST', '/v1/keys/key_0/vouch', {
        as: ben.secret,
        key: null,
        body: { reason: 'x' },
      })
    ).body.code,
  ).toBe('key_not_found');
});

test('what waits for a second person waits as long as is set', async () => {
  await tomorrow();
  const { approval } = await asked({ act: 'adjust', account: (await account()).id, amount: -101 }, ben);
  const { created_at, expires_at } = approval as Approval;
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(3_600_000);
});

test('on an account that is merged away meanwhile nothing is done, and it can still be taken back', async () => {
  await tomorrow();
  const [from, into] = [await account(), await account()];
  const spent = await t.ask<ActReceipt>('POST', `/v1/accounts/${from.id}/consume`, { body: { amount: 150 } });
  const wanted: Act[] = [
    { act: 'adjust', account: from.id, amount: -120 },
    { act: 'grant', account: from.id, class: 'purchased', amount: 130 },
    { act: 'void', grant: from.lot },
    { act: 'refund', operation: spent.body.operation?.id as string },
  ];
  const waiting: string[] = [];
  for (const act of wanted) waiting.push((await asked(act, ben)).approval?.id as string);
  const cleo = await made('cleo 2', ADMIN);
  const body = { into: into.id, reason: 'one person' };
  expect((await t.ask('POST', `/v1/accounts/${from.id}/merge`, { as: ADMIN, body })).status).toBe(200);
  const total = async (id: string) =>
    (await t.ask<{ total: number }>('GET', `/v1/accounts/${id}/balance`)).body.total;
  for (const id of waiting) {
    expect([id, (await approved(id, cleo)).code]).toEqual([id, expect.stringMatching(/^account_closed$/)]);
  }
  expect([await total(from.id), await total(into.id)]).toEqual([0, 850]);
  const [first, ...rest] = waiting as [string, ...string[]];
  const close = (id: string, verb: string, by: CreatedKey) =>
    t.ask<Approval>('POST', `/v1/staff/approvals/${id}/${verb}`, {
      as: by.secret,
      key: null,
      body: { reason: 'gone' },
    });
  expect((await close(first, 'withdraw', ben)).body).toMatchObject({ state: 'withdrawn', account: from.id });
  for (const id of rest) expect((await close(id, 'reject', cleo)).body.state).toBe('rejected');
});

test('approved before the merge, what was given goes along with it', async () => {
  await tomorrow();
  const [from, into] = [await account(), await account()];
  const { approval } = await asked({ act: 'grant', account: from.id, class: 'purchased', amount: 130 }, ben);
  const cleo = await made('cleo 3', ADMIN);
  const body = { into: into.id, reason: 'one person' };
  const [done, merged] = await Promise.all([
    approved(approval?.id as string, cleo),
    t.ask('POST', `/v1/accounts/${from.id}/merge`, { as: ADMIN, body }),
  ]);
  expect(merged.status).toBe(200);
  const { total } = (await t.ask<{ total: number }>('GET', `/v1/accounts/${into.id}/balance`)).body;
  expect([done.state ?? done.code, total]).toEqual(
    done.state === 'done' ? ['done', 1130] : ['account_closed', 1000],
  );
});

test('all of it is in the log, and the log is all of it', async () => {
  expect((await verify(t.database)).faults).toEqual([]);
});
