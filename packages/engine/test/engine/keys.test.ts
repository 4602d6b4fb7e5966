/** Law 5: one key, one effect, one answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { BEGIN, COMMIT, statement } from '../../src/store/database.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

const LOCK = statement<[string], never>(
  'test.lock',
  'select from drawdown.accounts where id = $1 for update',
);

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}] });
});

afterAll(() => rig?.close());

async function consume(of: Engine, id: string, amount: number, idempotencyKey: string) {
  return (await of.consume(id, { amount }, { idempotencyKey })) as wire.Receipt & { replayed: boolean };
}

test('law 5: 100 parallel requests with one key are one operation and 100 equal answers', async () => {
  await rig.first.grant('u_key', { class: 'purchased', amount: 1_000 }, {});
  const answers = await together(100, (i) => consume(engine(i), 'u_key', 7, 'the key'));
  expect(new Set(answers.map((one) => JSON.stringify(one.operation))).size).toBe(1);
  expect(tally(answers.map((one) => one.replayed))).toEqual({ false: 1, true: 99 });
  expect(await rig.first.balance('u_key')).toMatchObject({ version: 2, total: 993 });
  await expectWhole(rig);
});

test('law 5: the same of every verb, with the account still to be made', async () => {
  const grants = await together(40, (i) =>
    engine(i).grant('u_verbs', { class: 'purchased', amount: 100 }, { idempotencyKey: 'grant' }),
  );
  expect(new Set(grants.map((one) => one.grant.id)).size).toBe(1);
  const holds = await together(40, (i) =>
    engine(i).hold('u_verbs', { amount: 10 }, { idempotencyKey: 'hold' }),
  );
  const ids = holds.map((one) => (one.operation === null ? '' : one.hold.id));
  expect(new Set(ids).size).toBe(1);
  const captures = await together(40, (i) =>
    engine(i).capture(ids[0] as string, { amount: 6 }, { idempotencyKey: 'capture' }),
  );
  const captured = captures[0]?.operation.id as string;
  const refunds = await together(40, (i) =>
    engine(i).refund(captured, { amount: 5, reason: 'failed' }, { idempotencyKey: 'refund' }),
  );
  const adjusted = await together(40, (i) =>
    engine(i).adjust('u_verbs', { amount: -9, reason: 'wrong' }, { idempotencyKey: 'adjust' }),
  );
  for (const answers of [grants, captures, refunds, adjusted]) {
    expect(tally(answers.map((one) => one.replayed))).toEqual({ false: 1, true: 39 });
    expect(new Set(answers.map((one) => JSON.stringify(one.operation))).size).toBe(1);
  }
  expect(await rig.second.balance('u_verbs')).toMatchObject({ total: 100 - 6 + 5 - 9, held: 0, version: 5 });
});

test('law 5: the same key with another input is a conflict without effect, whoever comes first', async () => {
  await rig.first.grant('u_other', { class: 'purchased', amount: 1_000 }, {});
  const codes = await together(60, (i) => codeOf(consume(engine(i), 'u_other', 1 + (i % 3), 'shared')));
  expect(tally(codes)).toEqual({ done: 20, idempotency_key_reused: 40 });
  const balance = await rig.first.balance('u_other');
  expect(balance.version).toBe(2);
  expect([999, 998, 997]).toContain(balance.total);
});

test('law 5: a repetition waits for the first while it is in flight', async () => {
  await rig.first.grant('u_wait', { class: 'purchased', amount: 10 }, {});
  const blocker = await rig.database.connect();
  await Promise.all([blocker.query(BEGIN, []), blocker.query(LOCK, ['u_wait'])]);
  let answered = 0;
  const calls = [rig.first, rig.second, rig.second].map(async (one) => {
    const answer = await consume(one, 'u_wait', 4, 'in flight');
    answered += 1;
    return answer;
  });
  await sleep(150);
  expect(answered).toBe(0);
  await blocker.query(COMMIT, []);
  await blocker.close();
  const answers = await Promise.all(calls);
  expect(tally(answers.map((one) => one.replayed))).toEqual({ false: 1, true: 2 });
  expect((await rig.first.balance('u_wait')).total).toBe(6);
});

test('law 5: a refusal is not kept: the same key is judged afresh, and a later success is forever', async () => {
  await rig.first.grant('u_poor', { class: 'purchased', amount: 3 }, {});
  expect(await codeOf(consume(rig.first, 'u_poor', 5, 'again'))).toBe('insufficient_credits');
  await rig.second.grant('u_poor', { class: 'purchased', amount: 3 }, {});
  const done = await consume(rig.second, 'u_poor', 5, 'again');
  expect(done.replayed).toBe(false);
  const replayed = await consume(rig.first, 'u_poor', 5, 'again');
  expect(replayed).toMatchObject({ replayed: true, operation: done.operation });
});

test('law 14: one key of two principals, or on two accounts, is two keys', async () => {
  for (const id of ['u_a', 'u_b']) await rig.first.grant(id, { class: 'purchased', amount: 10 }, {});
  const call = { idempotencyKey: 'mine' };
  const answers = await Promise.all([
    rig.first.consume('u_a', { amount: 1 }, call),
    rig.second.consume('u_a', { amount: 2 }, { ...call, principal: 'user:u_a' }),
    rig.second.consume('u_b', { amount: 3 }, call),
  ]);
  expect(answers.map((one) => 'replayed' in one && one.replayed)).toEqual([false, false, false]);
  expect((await rig.first.balance('u_a')).total).toBe(7);
  expect((await rig.first.balance('u_b')).total).toBe(7);
  await expectWhole(rig);
});
