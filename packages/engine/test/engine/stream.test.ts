/** Law 10: the stream shows every version once, in order, whoever wrote it and wherever it is read. */
import { setTimeout as sleep } from 'node:timers/promises';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { expectWhole, openRig, type Rig, together } from './rig.ts';

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}] });
});

afterAll(() => rig?.close());

/** Reads until version `last` was shown with its balance. */
async function readUntil(
  of: Engine,
  id: string,
  { last, after }: { last: number; after?: number },
): Promise<wire.StreamEvent[]> {
  const controller = new AbortController();
  const seen: wire.StreamEvent[] = [];
  const options = { signal: controller.signal, ...(after === undefined ? {} : { after }) };
  for await (const event of of.events(id, options)) {
    seen.push(event);
    if (event.type === 'balance' && event.balance.version >= last) break;
  }
  controller.abort();
  return seen;
}

/** Each entry once, in order and without a gap, each followed by the balance after it. */
function expectGapless(events: readonly wire.StreamEvent[], after: number): void {
  const entries = events.filter((event) => event.type === 'entry');
  expect(entries.map((event) => event.seq)).toEqual(entries.map((_, i) => after + 1 + i));
  for (const [i, event] of events.entries()) {
    if (event.type !== 'entry') continue;
    const next = events[i + 1];
    if (next?.type !== 'balance') throw new Error(`no balance behind ${event.seq}`);
    expect([next.balance.version, next.balance.total]).toEqual([event.seq, event.entry.balance_after]);
  }
}

test('law 10: readers on two engines see all that two engines write, gapless and in order', async () => {
  await rig.first.grant('u_live', { class: 'purchased', amount: 10_000 }, {});
  const readers = together(6, (i) => readUntil(engine(i), 'u_live', { last: 301 }));
  // The first balance is of the version at which the reader came.
  await sleep(50);
  await together(300, async (i) => {
    await sleep(Math.floor(i / 10) * 4);
    await engine(i).consume('u_live', { amount: 1 }, {});
  });
  for (const events of await readers) {
    const [first] = events;
    if (first?.type !== 'balance') throw new Error('a balance comes first');
    expectGapless(events.slice(1), first.balance.version);
    const last = events.at(-1);
    if (last?.type !== 'balance') throw new Error('a balance comes last');
    const { as_of: _, ...shown } = last.balance;
    expect(await rig.first.balance('u_live')).toMatchObject(shown);
  }
  await expectWhole(rig);
});

test('law 10: a reader that comes back with the last version it saw misses and repeats nothing', async () => {
  await rig.first.grant('u_back', { class: 'subscription', amount: 50 }, {});
  await rig.first.grant('u_back', { class: 'purchased', amount: 500 }, {});
  const writing = together(5, async (worker) => {
    for (let i = 0; i < 40; i += 1) await engine(worker).consume('u_back', { amount: 1 }, {});
  });
  const seen: number[] = [];
  // Another engine each time, always from the version that was seen last.
  for (let visit = 0, after = 0; after < 202; visit += 1) {
    const events = await readUntil(engine(visit), 'u_back', { after, last: Math.min(after + 17, 202) });
    expectGapless(events, after);
    for (const event of events) if (event.type === 'entry') seen.push(event.seq);
    after = seen.at(-1) as number;
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: 202 }, (_, i) => i + 1));
});

test('law 10: what time brings is shown as well, and a refund into a lot that was finished', async () => {
  await rig.first.grant('u_time', { class: 'purchased', amount: 10 }, {});
  const soon = new Date((await rig.first.now()) + 700).toISOString();
  await rig.first.grant('u_time', { class: 'promotional', amount: 5, expires_at: soon }, {});
  const spent = (await rig.first.consume('u_time', { amount: 15 }, {})) as wire.Receipt;
  const reading = readUntil(rig.second, 'u_time', { after: 0, last: 5 });
  await rig.first.refund(spent.operation.id, { amount: 15, reason: 'failed' }, {});
  const events = await reading;
  expectGapless(events, 0);
  expect(events.flatMap((event) => (event.type === 'entry' ? [event.entry.type] : []))).toEqual([
    'grant',
    'grant',
    'consume',
    'refund',
    'expire',
  ]);
});

test('law 10: a reader with nothing to read ends when it is told to, and leaves nothing behind', async () => {
  await rig.first.grant('u_still', { class: 'purchased', amount: 1 }, {});
  const controller = new AbortController();
  const events = rig.first.events('u_still', { signal: controller.signal });
  expect((await events.next()).value).toMatchObject({ type: 'balance' });
  const waiting = events.next();
  expect(rig.first.metrics().streams).toBe(1);
  controller.abort();
  expect((await waiting).done).toBe(true);
  expect(rig.first.metrics().streams).toBe(0);
});
