/** Notices that sources cause: purchases and subscriptions and members, each from the real thing. */
import { randomUUID } from 'node:crypto';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, startServer, type TestServer } from '../http/support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer();
});

afterAll(() => t?.close());

const told = async (account: string) => (await t.engine.notices.ofAccount(account, {})).data.reverse();

test('a purchase is told when it is paid and when it is given back, each once', async () => {
  const { body: order } = await t.ask<wire.CheckoutReceipt>('POST', '/v1/accounts/u_buys/checkouts', {
    body: { pack: 'pack_100', return_url: 'http://127.0.0.1/', provider: 'sandbox' },
  });
  expect(await told('u_buys')).toEqual([]);
  for (let i = 0; i < 2; i += 1)
    await t.ask('POST', `/checkout/${order.checkout}/pay`, { as: null, key: null });
  await t.ask('POST', `/v1/purchases/${order.purchase.id}/refund`, { body: {} });
  const notices = await told('u_buys');
  expect(notices.map(({ type }) => type)).toEqual([
    'credits.granted',
    'purchase.completed',
    'purchase.reversed',
  ]);
  expect(notices[1]?.data).toMatchObject({
    account: 'u_buys',
    purchase: { id: order.purchase.id, credits: 100 },
  });
  expect(notices[2]?.data).toMatchObject({ paid_back: { amount_minor: 499, currency: 'USD' } });
});

test("a subscription's refill is told when it comes in, and once", async () => {
  await t.ask('POST', '/v1/accounts/u_pro/subscriptions', { body: { plan: 'pro', interval: 'year' } });
  for (let i = 0; i < 2; i += 1) await t.ask('POST', '/v1/test_clock', { body: { advance: 'P1M' } });
  const notices = (await told('u_pro')).filter(({ type }) => type === 'credits.refilled');
  expect(notices.map(({ data }) => [data.plan, data.amount])).toEqual([
    ['pro', 600],
    ['pro', 600],
    ['pro', 600],
  ]);
});

test('a member who has used up a limit is told of, once', async () => {
  await t.ask('PUT', '/v1/accounts/team', { body: { kind: 'team' } });
  await t.ask('POST', '/v1/accounts/team/grants', { body: { class: 'purchased', amount: 1_000 } });
  await t.ask('PUT', '/v1/accounts/u_owner', { body: {} });
  await t.ask('PUT', '/v1/accounts/u_member', { body: {} });
  await t.ask('PUT', '/v1/accounts/team/members/u_owner', { as: ADMIN, body: { role: 'owner' } });
  const limit = { amount: 30, per: 'month' };
  await t.ask('PUT', '/v1/accounts/team/members/u_member', { as: ADMIN, body: { role: 'member', limit } });
  const spend = (amount: number) =>
    t.ask('POST', '/v1/accounts/team/consume', { key: randomUUID(), body: { amount, member: 'u_member' } });
  expect((await spend(20)).status).toBe(200);
  expect((await told('team')).at(-1)?.type).toBe('credits.granted');
  expect((await spend(10)).status).toBe(200);
  expect((await spend(1)).body.code).toBe('member_limit_reached');
  const notices = (await told('team')).filter(({ type }) => type === 'member.limit_reached');
  expect(notices).toHaveLength(1);
  expect(notices[0]?.data).toMatchObject({
    account: 'team',
    member: 'u_member',
    limit: 30,
    used: 30,
    per: 'month',
  });
});
