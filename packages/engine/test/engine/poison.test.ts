/** A task that cannot be entered is answered alone; its neighbours in the batch never notice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  // One lane, so that everything that comes at once is one batch.
  rig = await openRig({ lanes: 1, engines: [{}, {}], sweep: false });
});

afterAll(() => rig?.close());

/** Twenty neighbours and the victim in between, at once; answers what became of each. */
async function batchAround(victim: string, round: string): Promise<{ victim: string; others: string[] }> {
  const codes = await together(21, (i) =>
    codeOf(rig.second.consume(i === 10 ? victim : `${round}_${i}`, { amount: 10 }, {})),
  );
  return { victim: codes[10] as string, others: codes.filter((_, i) => i !== 10) };
}

async function neighbours(round: string): Promise<void> {
  await together(21, (i) => rig.first.grant(`${round}_${i}`, { class: 'purchased', amount: 100 }, {}));
}

test('an account whose row breaks an invariant answers 500, its neighbours are served', async () => {
  await neighbours('row');
  await rig.first.grant('broken', { class: 'purchased', amount: 100 }, {});
  await rig.sql(`update drawdown.accounts set total = 0 where id = 'broken'`);
  expect(await batchAround('broken', 'row')).toEqual({
    victim: 'internal',
    others: new Array(20).fill('done'),
  });
  // Nothing of it was written, and once the row is right the account works again.
  await rig.sql(`update drawdown.accounts set total = 100 where id = 'broken'`);
  expect(await codeOf(rig.second.consume('broken', { amount: 10 }, {}))).toBe('done');
  expect(await rig.first.balance('broken')).toMatchObject({ total: 90, version: 2 });
  await expectWhole(rig);
});

test('a write that the database refuses is found among the others', async () => {
  await neighbours('write');
  const { grant } = await rig.first.grant('refused', { class: 'purchased', amount: 100 }, {});
  expect(grant.remaining).toBe(100);
  await rig.sql(`do $$ begin execute format('alter table drawdown.entries add constraint poison
    check (account <> %s) not valid', (select number from drawdown.accounts where id = 'refused')); end $$`);
  try {
    expect(await batchAround('refused', 'write')).toEqual({
      victim: 'internal',
      others: new Array(20).fill('done'),
    });
  } finally {
    await rig.sql('alter table drawdown.entries drop constraint poison');
  }
  for (let i = 0; i < 21; i += 1) {
    if (i !== 10) expect((await rig.first.balance(`write_${i}`)).total).toBe(90);
  }
  expect(await codeOf(rig.second.consume('refused', { amount: 10 }, {}))).toBe('done');
  expect(await rig.first.balance('refused')).toMatchObject({ total: 90, version: 2 });
  await expectWhole(rig);
});

test('a refusal in a batch is an answer, not an accident: it sinks nobody', async () => {
  await neighbours('poor');
  const codes = await together(60, (i) =>
    codeOf(rig.second.consume(`poor_${i % 20}`, { amount: i < 20 ? 60 : 50 }, {})),
  );
  expect(tally(codes)).toEqual({ done: 20, insufficient_credits: 40 });
  await expectWhole(rig);
});

test('an actor that could not be stored as it is hashed is refused, and nothing is written', async () => {
  for (const actor of ['half a character \ud800', 'nul \0', '']) {
    const call = rig.first.grant('acted', { class: 'purchased', amount: 5 }, { actor });
    expect(await codeOf(call)).toBe('invalid_request');
  }
  const { grant } = await rig.first.grant('acted', { class: 'purchased', amount: 5 }, { actor: 'Zoë 🙂' });
  expect(grant.amount).toBe(5);
  expect((await rig.first.balance('acted')).version).toBe(1);
  await expectWhole(rig);
});
