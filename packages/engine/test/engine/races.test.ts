/** Ends that race: of a hold one wins, and refunds together never exceed what was spent. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}], testClock: true });
});

afterAll(() => rig?.close());

async function held(id: string, amount: number, ttl_seconds = 600): Promise<wire.Hold> {
  const receipt = await rig.first.hold(id, { amount, ttl_seconds }, {});
  if (receipt.operation === null) throw new Error('held');
  return receipt.hold;
}

test('law 6: of captures and releases that race exactly one wins', async () => {
  for (let round = 0; round < 8; round += 1) {
    const id = `race_${round}`;
    await rig.first.grant(id, { class: 'promotional', amount: 20 }, {});
    await rig.first.grant(id, { class: 'purchased', amount: 80 }, {});
    const hold = await held(id, 30);
    const codes = await together(24, (i) =>
      i % 3 === 0
        ? codeOf(engine(i).capture(hold.id, { amount: 25 }, {}))
        : codeOf(engine(i).release(hold.id, {}, {})),
    );
    expect(tally(codes)).toEqual({ done: 1, hold_closed: 23 });
    const captured = codes.indexOf('done') % 3 === 0;
    expect(await rig.second.balance(id)).toMatchObject({
      total: captured ? 75 : 100,
      held: 0,
      version: 4,
    });
  }
  await expectWhole(rig);
});

test('law 6: capture, extension and time-out race, and a hold ends once all the same', async () => {
  const ends = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const id = `late_${round}`;
    await rig.first.grant(id, { class: 'purchased', amount: 100 }, {});
    const hold = await held(id, 30, 5);
    const timeOut = (await rig.first.now()) + 5_000;
    const [captured, extended] = await Promise.all([
      codeOf(rig.first.capture(hold.id, {}, {})),
      codeOf(rig.second.extendHold(hold.id, { ttl_seconds: 60 }, {})),
      // Late enough for the time-out; the sweepers of both engines run as well.
      round % 3 === 0 ? rig.second.setTestClock(formatInstant(timeOut)) : setTestClock(rig.database, timeOut),
      codeOf(rig.second.consume(id, { amount: 1 }, {})),
    ]);
    const after = await rig.second.holdById(hold.id, {});
    expect(['done', 'hold_closed']).toContain(captured);
    expect(after.state === 'captured').toBe(captured === 'done');
    if (after.state === 'timed_out') expect(extended).toBe('hold_closed');
    ends.add(after.state);
    const open = after.state === 'open' ? 30 : 0;
    const total = 99 - (captured === 'done' ? 30 : 0);
    expect(await rig.first.balance(id)).toMatchObject({ total, held: open, available: total - open });
  }
  expect(ends.size).toBeGreaterThan(0);
  await expectWhole(rig);
});

test('law 6: at the instant of its time-out a hold is over, a millisecond before it is not', async () => {
  await rig.first.grant('edge', { class: 'purchased', amount: 100 }, {});
  const [early, late] = [await held('edge', 10, 60), await held('edge', 10, 60)];
  const end = Date.parse(early.expires_at);
  await setTestClock(rig.database, end - 1);
  expect(await codeOf(rig.second.capture(early.id, {}, {}))).toBe('done');
  await setTestClock(rig.database, end);
  expect(await codeOf(rig.second.capture(late.id, {}, {}))).toBe('hold_closed');
  expect((await rig.first.holdById(late.id, {})).state).toBe('timed_out');
});

test('law 7: parallel refunds never give back more than was spent, and into the very lots', async () => {
  await rig.first.grant('refunded', { class: 'subscription', amount: 40 }, {});
  await rig.first.grant('refunded', { class: 'purchased', amount: 60 }, {});
  const spent = (await rig.first.consume('refunded', { amount: 100 }, {})) as wire.Receipt;
  const codes = await together(40, (i) =>
    codeOf(engine(i).refund(spent.operation.id, { amount: 7, reason: 'failed' }, {})),
  );
  expect(tally(codes)).toEqual({ done: 14, amount_exceeds_operation: 26 });
  const rest = await rig.second.refund(spent.operation.id, { reason: 'failed' }, {});
  expect(rest.operation.amount).toBe(2);
  expect(rest.balance.classes.map((one) => one.total)).toEqual([40, 0, 60]);
  expect(await codeOf(rig.first.refund(rest.operation.id, { reason: 'no' }, {}))).toBe(
    'operation_not_refundable',
  );
  await expectWhole(rig);
});

test('law 7: refunds and a second spending of the same lots race to a sum that is right', async () => {
  await rig.first.grant('both', { class: 'purchased', amount: 50 }, {});
  const spent = (await rig.first.consume('both', { amount: 50 }, {})) as wire.Receipt;
  const codes = await together(120, (i) =>
    i % 2 === 0
      ? codeOf(engine(i / 2).refund(spent.operation.id, { amount: 1, reason: 'bit by bit' }, {}))
      : codeOf(engine((i + 1) / 2).consume('both', { amount: 1 }, {})),
  );
  const refunds = codes.filter((code, i) => i % 2 === 0 && code === 'done').length;
  const consumed = codes.filter((code, i) => i % 2 === 1 && code === 'done').length;
  expect(refunds).toBe(50);
  expect((await rig.first.balance('both')).total).toBe(50 - consumed);
  await expectWhole(rig);
});
