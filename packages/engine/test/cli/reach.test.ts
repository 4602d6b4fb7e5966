/** Commands for what only HTTP and the client had: against a real server, in processes of their own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Account,
  ActReceipt,
  BatchResponse,
  FoundAccount,
  Grant,
  GrantReceipt,
  Hold,
  HoldReceipt,
  Page,
  Session,
  Statement,
  WebhookEndpoint,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import { serving } from './serving.ts';

const server = serving();
const { cli, json } = server;

test('an account is made, changed, shown, found, and its person gets a session', async () => {
  await json<Account>('accounts', 'put', 'u_1', '--time-zone', 'Europe/Berlin', '--metadata', '{"a":1}');
  const shown = await json<Account>('accounts', 'show', 'u_1');
  expect(shown).toMatchObject({ kind: 'user', time_zone: 'Europe/Berlin', metadata: { a: 1 } });
  const found = await json<Page<FoundAccount>>('accounts', 'find', 'u_');
  expect(found.data.map(({ account }) => account)).toContain('u_1');
  const session = await json<Session>('session', 'u_1', '--surface', 'web', '--ttl', '60');
  const asked = await cli('balance', 'u_1', '--key', session.token, '--json');
  expect(asked).toMatchObject({ code: 0, stderr: '' });
});

test('an act is previewed, done once under its key, and shown by its id', async () => {
  const words = ['act', 'grant', 'u_2', '--class', 'promotional', '--amount', '40', '--valid-for', 'P30D'];
  await json('accounts', 'put', 'u_2');
  const preview = await cli(...words, '--preview');
  expect(preview.stdout).toBe('u_2: 0 → 40 credits, by grant of 40 credits.\n');
  const done = await json<ActReceipt>(...words, '--reason', 'the outage', '--idempotency-key', 'k');
  expect(done).toMatchObject({ state: 'done', balance: { total: 40 }, audit: { reason: 'the outage' } });
  const lot = (await json<Page<Grant>>('grants', 'u_2')).data[0] as Grant;
  expect(await json<Grant>('show', lot.id)).toMatchObject({ id: lot.id, amount: 40 });
  const other = await cli('show', 'u_2');
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('is not the id of') });
});

test('a batch is read from a file, answered line by line, and ends with 3 where one was refused', async () => {
  await json<GrantReceipt>('grant', 'u_3', 'purchased', '10');
  const file = join(server.cwd, 'batch.jsonl');
  const line = (key: string, amount: number) =>
    JSON.stringify({ account: 'u_3', idempotency_key: key, amount });
  writeFileSync(file, `${line('a', 6)}\n\n${line('b', 6)}\n`);
  const { code, stdout } = await cli('consume-batch', file, '--json');
  expect(code).toBe(3);
  expect((JSON.parse(stdout) as BatchResponse).results).toMatchObject([
    { status: 200, operation: { amount: 6 } },
    { status: 402, error: { code: 'insufficient_credits' } },
  ]);
});

test('what is reserved is listed and extended, and a statement adds up', async () => {
  await json<GrantReceipt>('grant', 'u_4', 'purchased', '10');
  const { hold } = await json<HoldReceipt>('hold', 'u_4', '--amount', '4', '--ttl', '60');
  const longer = await json<HoldReceipt>('extend-hold', hold.id, '--ttl', '600');
  expect(Date.parse(longer.hold.expires_at)).toBeGreaterThan(Date.parse(hold.expires_at));
  expect((await json<Page<Hold>>('holds', 'u_4')).data).toMatchObject([{ id: hold.id, state: 'open' }]);
  await json('capture', hold.id);
  const range = ['--from', '2020-01-01T00:00:00Z', '--to', '2100-01-01T00:00:00Z'];
  expect(await json<Statement>('statement', 'u_4', ...range)).toMatchObject({
    opening: 0,
    in: 10,
    out: 4,
    closing: 6,
  });
});

test('a webhook endpoint keeps what is not named when it is updated', async () => {
  const url = 'https://hooks.example.com/a';
  const { id } = await json<WebhookEndpoint>('webhooks', 'create', url, '--description', 'crm');
  const changed = await json<WebhookEndpoint>('webhooks', 'update', id, '--type', 'credits.expired');
  expect(changed).toMatchObject({ url, description: 'crm', types: ['credits.expired'] });
  const all = await json<WebhookEndpoint>('webhooks', 'update', id, '--type', 'all');
  expect(all).toMatchObject({ url, description: 'crm', types: null });
  expect(await json<WebhookEndpoint>('webhooks', 'show', id)).toMatchObject({ id, types: null });
});
