/** A campaign that may give more than one of the staff may alone starts once a second person has approved it. */
import type {
  ActReceipt,
  Approval,
  AuditRecord,
  Campaign,
  CampaignPreview,
  CreatedKey,
  Key,
  Page,
  Problem,
} from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verify } from '../../src/store/verify.ts';
import { ADMIN, startServer, type TestServer } from './support.ts';

let t: TestServer;
let ben: CreatedKey;

beforeAll(async () => {
  t = await startServer({ approvals: { accountLimit: '100', staffLimit: '250' } });
  ben = await keyFor('ben');
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
  const { body } = await t.ask<CampaignPreview>('POST', path, { as: by.secret, key: null, body: {} });
  return decided(approval, by, 'approve', body.preview);
};

const show = async (approval: string) =>
  (await t.ask<Approval>('GET', `/v1/staff/approvals/${approval}`, { as: ADMIN })).body;

const campaignBody = (id: string, budget: number | null, more: object = {}) => ({
  id,
  name: id,
  kind: 'event',
  credits: 10,
  class: 'promotional',
  validity: 'P7D',
  budget,
  ...more,
});
const createdBy = async ({ secret }: CreatedKey, body: object) =>
  (await t.ask<Campaign & Problem>('POST', '/v1/campaigns', { as: secret, key: null, body })).body;
const campaignOf = async (id: string) =>
  (await t.ask<Campaign>('GET', `/v1/campaigns/${id}`, { as: ADMIN })).body;
const claimed = (id: string, account: string) =>
  t.ask<Problem>('POST', `/v1/accounts/${account}/campaigns/${id}/claim`, { body: {} });
const logOf = async (id: string) =>
  (await t.ask<Page<AuditRecord>>('GET', `/v1/staff/audit?subject=${id}`, { as: ADMIN })).body.data;

test('a campaign that may give more than the limit waits: nothing comes of it before a second person starts it', async () => {
  const [hal, ivy] = [await keyFor('hal', ADMIN, [...SCOPES, 'admin']), await keyFor('ivy')];
  await vouched(hal, ben);
  await t.ask('PUT', '/v1/accounts/s_20', { body: {} });
  expect(await createdBy(hal, campaignBody('small', 60))).toMatchObject({ state: 'running', approval: null });
  // Budgets add up, as acts do: many small ones are no way around.
  const made = await createdBy(hal, campaignBody('large', 60));
  expect(made).toMatchObject({ state: 'waiting', approval: expect.stringMatching(/^apr_/) });
  const id = made.approval as string;
  expect(await createdBy(hal, campaignBody('large', 60))).toEqual(made);
  expect((await createdBy(hal, campaignBody('large', 6000))).code).toBe('campaign_exists');
  expect((await claimed('large', 's_20')).body.code).toBe('campaign_not_started');
  const offers = await t.ask<{ data: { id: string }[] }>('GET', '/v1/accounts/s_20/campaigns');
  expect(offers.body.data.map((one) => one.id)).toContain('small');
  expect(offers.body.data.map((one) => one.id)).not.toContain('large');
  expect(await show(id)).toMatchObject({
    account: null,
    campaign: 'large',
    act: 'start_campaign',
    size: 60,
    state: 'pending',
    request: { terms: { id: 'large', budget: 60 } },
    requested_by: { id: hal.id },
  });
  // Neither who asked, nor who made their key.
  for (const same of [hal, { ...hal, secret: ADMIN }]) {
    expect((await approved(id, same)).body.code).toBe('forbidden');
  }
  expect((await decided(id, ben, 'approve', `pvw_${'0'.repeat(32)}`)).body.code).toBe('preview_changed');
  expect((await claimed('large', 's_20')).body.code).toBe('campaign_not_started');
  // Two at once, and somebody who claims meanwhile: it starts once, and gives nothing before.
  const [one, two, early] = await Promise.all([
    approved(id, ben),
    approved(id, ivy),
    claimed('large', 's_20'),
  ]);
  expect([one.body.state, two.body.state]).toEqual(['done', 'done']);
  expect(['campaign_not_started', undefined]).toContain(early.body.code);
  expect(one.body).toMatchObject({ operation: null, balance: null, approval: { state: 'approved' } });
  expect((await campaignOf('large')).state).toBe('running');
  expect((await createdBy(hal, campaignBody('large', 6000))).code).toBe('campaign_exists');
  const claims = Array.from({ length: 8 }, (_, i) => claimed('large', `s_2${i}0`));
  for (const { body } of await Promise.all(claims)) {
    expect([undefined, 'account_not_found', 'campaign_budget_exhausted']).toContain(body.code);
  }
  expect((await campaignOf('large')).metrics.awarded).toBeLessThanOrEqual(60);
  expect(
    (await logOf('large')).map(({ act, staff, approved_by, size }) => [act, staff.id, approved_by?.id, size]),
  ).toEqual([
    ['start_campaign', hal.id, expect.stringMatching(/^key_/), 60],
    ['create_campaign', hal.id, undefined, 0],
    ['request', hal.id, undefined, 60],
  ]);
});

test('without a budget it is more than any limit; codes come once it is started', async () => {
  const admin = [...SCOPES, 'admin'];
  const [jo, kim] = [await keyFor('jo', ADMIN, admin), await keyFor('kim')];
  await vouched(jo, ben);
  const codes = { kind: 'promotion_code', codes: { kind: 'single_use' } };
  const made = await createdBy(jo, campaignBody('endless', null, codes));
  expect(made.state).toBe('waiting');
  const id = made.approval as string;
  expect((await show(id)).size).toBeNull();
  const codesOf = () =>
    t.ask<Problem>('POST', '/v1/campaigns/endless/codes', { as: jo.secret, key: null, body: { count: 1 } });
  expect((await codesOf()).body.code).toBe('campaign_not_started');
  expect((await approved(id, kim)).body.state).toBe('done');
  expect((await codesOf()).status).toBe(201);
});

test('decided against, taken back, stopped or late, a campaign never starts', async () => {
  const [lea, mo] = [await keyFor('lea', ADMIN, [...SCOPES, 'admin']), await keyFor('mo')];
  await vouched(lea, ben);
  const waiting = async (name: string) => (await createdBy(lea, campaignBody(name, 5000))).approval as string;
  const no = await waiting('no');
  expect((await decided(no, lea, 'reject')).body.code).toBe('forbidden');
  expect((await decided(no, mo, 'reject')).body).toMatchObject({ state: 'rejected', campaign: 'no' });
  expect(await campaignOf('no')).toMatchObject({ state: 'stopped', stop_reason: 'reject: ok' });
  expect((await logOf('no')).map(({ act }) => act)).toEqual([
    'stop_campaign',
    'reject',
    'create_campaign',
    'request',
  ]);
  const back = await waiting('back');
  expect((await decided(back, mo, 'withdraw')).body.code).toBe('forbidden');
  // Whoever is first decides.
  const [taken, started] = await Promise.all([decided(back, lea, 'withdraw'), approved(back, mo)]);
  expect([taken, started].filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await campaignOf('back')).state).toBe(taken.status === 200 ? 'stopped' : 'running');
  const stopped = await waiting('halted');
  await t.ask('POST', '/v1/campaigns/halted/stop', { as: lea.secret, key: null, body: { reason: 'no' } });
  expect((await approved(stopped, mo)).body.code).toBe('campaign_stopped');
  expect((await decided(stopped, lea, 'withdraw')).body.state).toBe('withdrawn');
  const late = await waiting('late');
  await t.engine.setTestClock((await show(late)).expires_at);
  expect((await approved(late, mo)).body.code).toBe('approval_closed');
  expect((await claimed('late', 's_20')).body.code).toBe('campaign_not_started');
  expect((await verify(t.database)).faults).toEqual([]);
});
