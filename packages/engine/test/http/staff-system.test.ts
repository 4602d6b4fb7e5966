/** How a server says that it is. */
import type { Problem, SystemState, WebhookEndpoint } from '@drawdown/client';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bucketOf } from '../../src/core/id.ts';
import { Engine } from '../../src/engine.ts';
import { createServer } from '../../src/http/server.ts';
import { BEGIN, ROLLBACK, statement } from '../../src/store/database.ts';
import { noteVerification } from '../../src/store/verifications.ts';
import { ADMIN, SECRET, startServer, stripeDelivery, type TestServer } from './support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer({ version: '7.8.9', testClock: false });
  await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 10 } });
});

afterAll(async () => {
  await t.close();
});

const system = async (): Promise<SystemState> => {
  const { status, text, body } = await t.ask<SystemState>('GET', '/v1/staff/system', { as: ADMIN });
  expect(status, text).toBe(200);
  return body;
};

const spend = (amount: number) => t.ask('POST', '/v1/accounts/u_1/consume', { body: { amount } });

test('which program and which database it is', async () => {
  const { process, database, verify } = await system();
  expect(process.version).toBe('7.8.9');
  const up = (Date.now() - Date.parse(process.started_at)) / 1000;
  expect(process.up_seconds).toBeLessThanOrEqual(Math.ceil(up));
  expect(up).toBeLessThan(600);
  const { body } = await t.ask<{ schema: number }>('GET', '/readyz', { as: null });
  expect(database).toMatchObject({ role: 'primary', schema: body.schema });
  expect(database.version).toMatch(/^\d+/);
  expect(database.size_bytes).toBeGreaterThan(1_000_000);
  expect(database.connections).toBeGreaterThan(0);
  expect(verify).toBeNull();
});

test('what it did since its start, and what it refused', async () => {
  await spend(2);
  await spend(1);
  await spend(50);
  const { commands, rates } = (await system()).process;
  expect(commands).toEqual([
    { verb: 'consume', outcome: 'done', count: 2 },
    { verb: 'consume', outcome: 'insufficient_credits', count: 1 },
    { verb: 'grant', outcome: 'done', count: 1 },
  ]);
  expect(rates.commands).toBeGreaterThan(rates.deductions);
  expect(rates.deductions).toBeGreaterThan(rates.refused);
  expect(rates.refused).toBeGreaterThan(0);
  expect(rates.batches).toBeGreaterThan(0);
});

test('what waits for its turn, and for how long', async () => {
  const lock = statement<[], never>('test.lock', `select from drawdown.accounts where id = 'u_1' for update`);
  const other = await t.database.connect();
  await other.query(BEGIN, []);
  await other.query(lock, []);
  const begun = performance.now();
  // The first waits in the database and is nobody's queue; those behind it wait for it.
  const spending = [spend(1)];
  await expect
    .poll(async () => {
      spending.push(spend(1));
      return (await system()).process.waiting_commands;
    })
    .toBeGreaterThan(0);
  const { waiting_commands: waiting, lane_lag_ms: lag } = (await system()).process;
  expect(waiting).toBeGreaterThan(0);
  expect(lag).toBeLessThanOrEqual(Math.ceil(performance.now() - begun));
  await expect.poll(async () => (await system()).process.lane_lag_ms).toBeGreaterThan(lag);
  await other.query(ROLLBACK, []);
  await other.close();
  await Promise.all(spending);
  expect((await system()).process).toMatchObject({ waiting_commands: 0, lane_lag_ms: 0 });
});

test('what failed by its own fault, by route, and what providers sent', async () => {
  expect((await system()).process.failures).toEqual([]);
  vi.spyOn(t.engine, 'getAccount').mockRejectedValue(new Error('broken on purpose'));
  for (const account of ['u_1', 'u_2']) await t.ask('GET', `/v1/accounts/${account}`);
  vi.restoreAllMocks();
  await t.ask('POST', '/webhooks/stripe', stripeDelivery({ id: 'evt_1', type: 'nothing.of_ours' }));
  const { failures, deliveries } = (await system()).process;
  expect(failures).toEqual([{ method: 'GET', route: '/v1/accounts/{account}', status: 500, count: 2 }]);
  expect(deliveries).toEqual([{ provider: 'stripe', outcome: 'other', count: 1 }]);
});

test('what webhooks wait and were given up, without the addresses', async () => {
  const url = 'https://hooks.example.com/services/a-secret-path?token=hush';
  const made = await t.ask<WebhookEndpoint>('POST', '/v1/webhook_endpoints', { as: ADMIN, body: { url } });
  const { id } = made.body;
  await t.ask('PUT', `/v1/webhook_endpoints/${id}`, { as: ADMIN, body: { url, enabled: false } });
  const place = statement<[], { number: bigint }>('test.number', 'select number from drawdown.accounts');
  const account = Number((await t.database.query(place, [])).rows[0]?.number);
  const add = statement<[number, string, number, string, number], never>(
    'test.delivery',
    `insert into drawdown.webhook_deliveries (account, endpoint, notice, state, queued_at, bucket)
     values ($1, $2, $3, $4, 0, $5)`,
  );
  const states = ['pending', 'pending', 'dead', 'delivered'];
  for (const [nth, state] of states.entries()) {
    await t.database.query(add, [account, id, nth, state, bucketOf(account)]);
  }
  const { webhooks } = await system();
  expect(webhooks.endpoints).toEqual([
    { id, host: 'hooks.example.com', state: 'disabled', waiting: 2, dead: 1 },
  ]);
  const { text } = await t.ask('GET', '/v1/staff/system', { as: ADMIN });
  expect(text).not.toMatch(/secret-path|hush/);
});

test('what a provider was asked ten minutes ago and has not answered, and whose it is', async () => {
  const none = { charges: 0, refunds: 0, plan_changes: 0, oldest_asked_at: null, accounts: [] };
  expect((await system()).unanswered).toEqual(none);
  await t.ask('POST', '/v1/accounts/u_2/grants', { body: { class: 'purchased', amount: 10 } });
  const numbers = statement<[], { number: bigint }>(
    'test.numbers',
    'select number from drawdown.accounts order by id',
  );
  const [one = 0, two = 0] = (await t.database.query(numbers, [])).rows.map(({ number }) => Number(number));
  const charge = statement<readonly unknown[], never>(
    'test.charge',
    `insert into drawdown.top_ups (account, no, packs, price_minor, currency, provider, customer, method, state, due_at,
       created_at, bucket) values ($1, 1, 1, 500, 'USD', 'sandbox', 'c', 'm', $4, $3::int8 + 86400000, $3::int8, $2)`,
  );
  const refund = statement<readonly unknown[], never>(
    'test.refund',
    `insert into drawdown.purchases (account, no, provider, credits, bonus, class, price_minor, currency, reversal, facts,
       parts, frozen, state, created_at, updated_at, bucket, law, awaits)
     values ($1, $4, 'sandbox', 1, 0, 'purchased', 5, 'USD', 'loss', '[]', '[]', '{}', $5, $3::int8, $3::int8, $2, '{}', true)`,
  );
  const change = statement<readonly unknown[], never>(
    'test.change',
    `insert into drawdown.plan_changes (account, no, subscription, offer, begins, state, created_at, updated_at, bucket)
     values ($1, $4, $4, '{}', 'now', 'open', $3::int8, $3::int8, $2)`,
  );
  const ago = (minutes: number): number => Date.now() - minutes * 60_000;
  const oldest = ago(40);
  await t.database.query(charge, [two, bucketOf(two), oldest, 'sent']);
  // What was asked just now is being answered, and what has ended is.
  await t.database.query(charge, [one, bucketOf(one), ago(9), 'pending']);
  await t.database.query(refund, [one, bucketOf(one), ago(11), 1, 'refunding']);
  await t.database.query(refund, [one, bucketOf(one), ago(11), 2, 'disputed']);
  await t.database.query(change, [one, bucketOf(one), ago(12), 1]);
  await t.database.query(change, [one, bucketOf(one), ago(2), 2]);
  expect((await system()).unanswered).toEqual({
    charges: 1,
    refunds: 1,
    plan_changes: 1,
    oldest_asked_at: new Date(oldest).toISOString(),
    accounts: ['u_2', 'u_1'],
  });
  const answer = (table: string) =>
    statement<[], never>(`test.answer_${table}`, `delete from drawdown.${table}`);
  for (const table of ['top_ups', 'purchases', 'plan_changes']) await t.database.query(answer(table), []);
  expect((await system()).unanswered).toEqual(none);
});

test('what was found when every ledger was gone through', async () => {
  await noteVerification(t.database, { tookMs: 1_500.4, accounts: 3, entries: 40, faults: 2 });
  await noteVerification(t.database, { tookMs: 2_000, accounts: 4, entries: 50, faults: 0 });
  const { verify } = await system();
  expect(verify).toMatchObject({ accounts: 4, entries: 50, faults: 0 });
  const took = Date.parse(String(verify?.finished_at)) - Date.parse(String(verify?.started_at));
  expect(took).toBe(2_000);
  for (let run = 0; run < 1_001; run += 1) {
    await noteVerification(t.database, { tookMs: 1, accounts: run, entries: 0, faults: 0 });
  }
  const kept = statement<[], { count: bigint }>(
    'test.kept',
    'select count(*) as count from drawdown.verifications',
  );
  expect((await t.database.query(kept, [])).rows[0]?.count).toBe(1_000n);
  expect((await system()).verify?.accounts).toBe(1_000);
});

test('what time has to do, where nobody does it', async () => {
  const clock = await startServer();
  await clock.ask('POST', '/v1/test_clock', { body: { now: '2026-03-01T00:00:00Z' } });
  const engine = await Engine.open({
    database: clock.database,
    catalog: clock.engine.catalog,
    testClock: true,
    sweep: false,
  });
  await clock.engine.close();
  const server = await createServer({ engine, secretKey: SECRET, adminKey: ADMIN });
  const post = async (url: string, payload: object) => {
    const authorization = `Bearer ${SECRET}`;
    await server.inject({ method: 'POST', url, headers: { authorization, 'idempotency-key': url }, payload });
  };
  for (const account of ['u_1', 'u_2']) {
    await post(`/v1/accounts/${account}/grants`, { class: 'promotional', amount: 1, valid_for: 'P1D' });
  }
  expect((await stateOf(server)).sweep).toMatchObject({ due_accounts: 0, oldest_due_at: null });
  const move = statement<[string], never>(
    'test.move',
    `update drawdown.settings set value = $1 where name = 'test_clock'`,
  );
  await clock.database.query(move, [String(Date.parse('2026-03-05T00:00:00Z'))]);
  const state = await stateOf(server);
  expect(state.as_of).toBe('2026-03-05T00:00:00.000Z');
  expect(state.sweep).toMatchObject({ due_accounts: 2, oldest_due_at: '2026-03-02T00:00:00.000Z' });
  await server.close();
  await engine.close();
  await clock.close();
});

async function stateOf(server: FastifyInstance): Promise<SystemState> {
  const headers = { authorization: `Bearer ${ADMIN}` };
  return (await server.inject({ method: 'GET', url: '/v1/staff/system', headers })).json();
}

test('is nobody’s to know who is not of the staff', async () => {
  const { body } = await t.ask<Problem>('GET', '/v1/staff/system', { as: SECRET });
  expect(body).toMatchObject({ code: 'forbidden', required_scope: 'staff' });
});
