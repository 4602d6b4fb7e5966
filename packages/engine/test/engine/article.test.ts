import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine } from '../../src/engine.ts';
import { freshDatabase } from '../support/database.ts';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let engine: Engine;

beforeAll(async () => {
  fresh = await freshDatabase();
  engine = await Engine.open({ database: fresh.database, catalog: readCatalog(shippedCatalog) });
});

afterAll(async () => {
  await engine?.close();
  await fresh?.drop();
});

test("the article's example: 20 + 15 + 100, cost 25, draws 20 + 5 + 0 and leaves 0 / 10 / 100", async () => {
  const sub = await engine.grant('u_1', { class: 'subscription', amount: 20 }, { idempotencyKey: 'g1' });
  const act = await engine.grant('u_1', { class: 'promotional', amount: 15 }, { idempotencyKey: 'g2' });
  const buy = await engine.grant('u_1', { class: 'purchased', amount: 100 }, { idempotencyKey: 'g3' });
  const receipt = await engine.consume('u_1', { feature: 'ai_script' }, { idempotencyKey: 'c1' });
  if (receipt.operation === null) throw new Error('charged');
  expect(receipt.operation).toMatchObject({
    type: 'consume',
    account: 'u_1',
    seq: 4,
    amount: 25,
    feature: 'ai_script',
    draws: [
      { grant: sub.grant.id, class: 'subscription', amount: 20 },
      { grant: act.grant.id, class: 'promotional', amount: 5 },
    ],
  });
  expect(receipt.balance.classes.map((one) => one.available)).toEqual([0, 10, 100]);
  expect(receipt.balance.total).toBe(110);
  expect(receipt.balance.draw_order).toEqual([act.grant.id, buy.grant.id]);
  expect(await engine.balance('u_1')).toMatchObject({ version: 4, total: 110 });

  const again = await engine.consume('u_1', { feature: 'ai_script' }, { idempotencyKey: 'c1' });
  expect(again).toMatchObject({ replayed: true });
  expect(again.operation).toEqual(receipt.operation);
  await expect(
    engine.consume('u_1', { feature: 'smart_cutout' }, { idempotencyKey: 'c1' }),
  ).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
});

test('every verb, read back', async () => {
  const grant = (cls: string, amount: number, key: string) =>
    engine.grant('u_2', { class: cls, amount }, { idempotencyKey: key });
  const sub = await grant('subscription', 20, 'a');
  await grant('purchased', 100, 'b');
  const hold = await engine.hold('u_2', { amount: 30, ttl_seconds: 60 }, { idempotencyKey: 'h' });
  if (hold.operation === null) throw new Error('held');
  expect(hold.balance).toMatchObject({ total: 120, held: 30, available: 90 });
  const captured = await engine.capture(hold.hold.id, { amount: 25 }, { idempotencyKey: 'cap' });
  expect(captured.balance).toMatchObject({ total: 95, held: 0, available: 95 });
  expect(captured.hold.state).toBe('captured');
  const back = await engine.refund(
    captured.operation.id,
    { amount: 10, reason: 'failed' },
    { idempotencyKey: 'r' },
  );
  expect(back.operation.draws.map((one) => one.amount)).toEqual([5, 5]);
  await expect(
    engine.refund(captured.operation.id, { amount: 16, reason: 'failed' }, { idempotencyKey: 'r2' }),
  ).rejects.toMatchObject({ code: 'amount_exceeds_operation', details: { refundable: 15 } });
  const explained = await engine.explain(captured.operation.id, {});
  expect(explained.grants.map((one) => [one.class, one.drawn, one.rule])).toEqual([
    ['subscription', 20, 'first'],
    ['purchased', 10, 'class'],
  ]);
  const entries = await engine.entries('u_2', {});
  expect(entries.data.map((entry) => entry.type)).toEqual(['refund', 'capture', 'hold', 'grant', 'grant']);
  const statement = await engine.statement('u_2', {
    from: '2020-01-01T00:00:00Z',
    to: '2100-01-01T00:00:00Z',
  });
  expect(statement).toMatchObject({ opening: 0, in: 130, out: 25, closing: 105 });
  const quote = await engine.quote('u_2', { feature: 'ai_script' }, {});
  expect(quote).toMatchObject({ amount: 25, sufficient: true, after: { total: 80 } });
  await engine.voidGrant(sub.grant.id, { reason: 'mistake' }, { idempotencyKey: 'v' });
  expect(await engine.balance('u_2')).toMatchObject({ total: 100 });
});
