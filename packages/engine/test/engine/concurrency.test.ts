/** Many at once, on two engines that share nothing but the database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  // Different numbers of lanes, so that the two never make the same batches.
  rig = await openRig({ engines: [{ lanes: 4 }, { lanes: 1 }] });
});

afterAll(() => rig?.close());

test('law 3: of 1,000 parallel requests of 1 on 500 credits exactly 500 succeed', async () => {
  for (const [cls, amount] of [
    ['subscription', 120],
    ['promotional', 180],
    ['purchased', 200],
  ] as const) {
    await rig.first.grant('u_500', { class: cls, amount }, {});
  }
  const codes = await together(1_000, (i) =>
    codeOf(engine(i).consume('u_500', { amount: 1 }, { idempotencyKey: `one-${i}` })),
  );
  expect(tally(codes)).toEqual({ done: 500, insufficient_credits: 500 });
  for (const one of rig.engines) {
    expect(await one.balance('u_500')).toMatchObject({ version: 503, total: 0, available: 0 });
  }
  await expectWhole(rig);
});

test('law 3: what is held is not spent, though many spend and hold at once', async () => {
  await rig.first.grant('u_held', { class: 'purchased', amount: 300 }, {});
  const codes = await together(400, (i) =>
    i % 4 < 2
      ? codeOf(engine(i).hold('u_held', { amount: 2, ttl_seconds: 600 }, {}))
      : codeOf(engine(i).consume('u_held', { amount: 1 }, {})),
  );
  const balance = await rig.second.balance('u_held');
  const held = codes.filter((code, i) => code === 'done' && i % 4 < 2).length;
  const spent = codes.filter((code, i) => code === 'done' && i % 4 >= 2).length;
  expect(balance).toMatchObject({ total: 300 - spent, held: 2 * held, available: 0 });
  expect(2 * held + spent).toBe(300);
  await expectWhole(rig);
});

test('law 5: a first use in parallel makes one account, with all that was granted', async () => {
  const ids = Array.from({ length: 25 }, (_, i) => `new_${i}`);
  await Promise.all(
    ids.map((id, n) =>
      together(8, async (i) => {
        if (i === 7) await engine(n).putAccount(id, { metadata: { n } });
        else await engine(i + n).grant(id, { class: 'purchased', amount: 10 }, {});
      }),
    ),
  );
  const count = statement<[], { id: string; total: bigint }>(
    'test.accounts',
    `select id, total from drawdown.accounts where id like 'new%'`,
  );
  const { rows } = await rig.database.query(count, []);
  expect(rows.map((row) => row.id).sort()).toEqual([...ids].sort());
  expect(new Set(rows.map((row) => row.total))).toEqual(new Set([70n]));
  await expectWhole(rig);
});

test('two engines that make the same accounts in opposite orders deadlock nobody', async () => {
  const ids = Array.from({ length: 150 }, (_, i) => `made_${i}`);
  const make = (of: Engine, order: readonly string[]) =>
    Promise.all(order.map((id) => codeOf(of.grant(id, { class: 'purchased', amount: 1 }, {}))));
  const codes = await Promise.all([make(rig.first, ids), make(rig.second, [...ids].reverse())]);
  expect(tally(codes.flat())).toEqual({ done: 2 * ids.length });
  for (const id of ids) expect((await rig.first.balance(id)).total).toBe(2);
});

test('batches over the same accounts in opposite orders deadlock nobody', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => `both_${i}`);
  await Promise.all(ids.map((id) => rig.first.grant(id, { class: 'purchased', amount: 100 }, {})));
  const batch = (of: readonly string[], key: string) => ({
    operations: of.map((account) => ({ account, idempotency_key: key, amount: 1 })),
  });
  const answers = await together(12, (i) =>
    engine(i).consumeBatch(batch(i % 2 === 0 ? ids : [...ids].reverse(), `round-${i}`), {}),
  );
  const statuses = answers.flatMap(({ results }) => results.map((result) => result.status));
  expect(tally(statuses)).toEqual({ 200: 12 * ids.length });
  for (const id of ids) expect((await rig.second.balance(id)).total).toBe(88);
  await expectWhole(rig);
});

test('law 3: an engine that remembers an account decides by what another has written since', async () => {
  await rig.first.grant('u_stale', { class: 'purchased', amount: 100 }, {});
  await rig.first.consume('u_stale', { amount: 10 }, {});
  await rig.second.consume('u_stale', { amount: 80 }, {});
  expect(await codeOf(rig.first.consume('u_stale', { amount: 11 }, {}))).toBe('insufficient_credits');
  await rig.first.grant('u_stale', { class: 'subscription', amount: 5 }, {});
  const { operation } = (await rig.second.consume('u_stale', { amount: 15 }, {})) as {
    operation: { draws: { class: string; amount: number }[] };
  };
  expect(operation.draws.map((draw) => [draw.class, draw.amount])).toEqual([
    ['subscription', 5],
    ['purchased', 10],
  ]);
  expect(await codeOf(rig.first.consume('u_stale', { amount: 1 }, {}))).toBe('insufficient_credits');
  await expectWhole(rig);
});

test('law 9: a time zone that another engine has set counts from the next change on', async () => {
  const clocked = await openRig({ engines: [{}, {}], testClock: true });
  try {
    // In Berlin the night after this noon has 23 hours.
    await clocked.first.setTestClock('2026-03-28T11:00:00.000Z');
    const grant = () =>
      clocked.first.grant('u_zone', { class: 'promotional', amount: 5, valid_for: 'P1D' }, {});
    expect((await grant()).grant.expires_at).toBe('2026-03-29T11:00:00.000Z');
    await clocked.second.putAccount('u_zone', { time_zone: 'Europe/Berlin' });
    expect((await grant()).grant.expires_at).toBe('2026-03-29T10:00:00.000Z');
    await expectWhole(clocked);
  } finally {
    await clocked.close();
  }
});
