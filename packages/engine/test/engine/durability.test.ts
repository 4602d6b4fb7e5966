/** Law 11: what was acknowledged is there; what was not happened wholly or not at all, and a retry by key tells. */
import { setTimeout as sleep } from 'node:timers/promises';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { DrawdownError } from '../../src/errors.ts';
import { type Database, statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { type Cut, CuttingProxy } from './cutting-proxy.ts';
import { codeOf, expectWhole, openRig, type Rig, SHIPPED, tally, together } from './rig.ts';

const END_A_LANE = statement<[], { ended: boolean }>(
  'test.end_a_lane',
  `select pg_terminate_backend(pid) as ended from pg_stat_activity
    where application_name = 'engine-0' and datname = current_database() and query ilike any (array['%drawdown%', 'commit'])
    order by random() limit 1`,
);

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ engines: [{}, {}] });
});

afterAll(() => rig?.close());

async function consume(engine: Engine, id: string, idempotencyKey: string) {
  return (await engine.consume(id, { amount: 1 }, { idempotencyKey })) as wire.Receipt & {
    replayed: boolean;
  };
}

test('law 11: sessions ended by the server in the middle of load lose and double nothing', async () => {
  const accounts = Array.from({ length: 12 }, (_, i) => `ended_${i}`);
  await Promise.all(accounts.map((id) => rig.first.grant(id, { class: 'purchased', amount: 10_000 }, {})));
  const acknowledged = new Map<string, string>();
  let unknown = 0;
  let loading = true;
  const load = together(64, async (worker) => {
    for (let i = 0; i < 25; i += 1) {
      const id = accounts[(worker + i) % accounts.length] as string;
      const key = `${id}|${worker}/${i}`;
      try {
        acknowledged.set(key, (await consume(rig.first, id, key)).operation.id);
      } catch (error) {
        if (!(error instanceof DrawdownError) || error.code !== 'unavailable') throw error;
        unknown += 1;
      }
    }
  }).finally(() => {
    loading = false;
  });
  let ended = 0;
  while (loading) {
    const { rows } = await rig.database.query(END_A_LANE, []);
    ended += rows.length;
    await sleep(15);
  }
  await load;
  expect(ended).toBeGreaterThan(3);
  expect(acknowledged.size + unknown).toBe(64 * 25);
  const again = await together(64 * 25, async (n) => {
    const [worker, i] = [Math.floor(n / 25), n % 25];
    const id = accounts[(worker + i) % accounts.length] as string;
    const key = `${id}|${worker}/${i}`;
    const answer = await consume(rig.second, id, key);
    const known = acknowledged.get(key);
    if (known !== undefined) expect(answer).toMatchObject({ replayed: true, operation: { id: known } });
    return answer.operation.id;
  });
  expect(new Set(again).size).toBe(64 * 25);
  const totals = await Promise.all(accounts.map(async (id) => (await rig.first.balance(id)).total));
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(10_000 * accounts.length - 64 * 25);
  await expectWhole(rig);
});

/** An engine behind a connection that can be cut. */
async function behindProxy(work: (engine: Engine, proxy: CuttingProxy) => Promise<void>): Promise<void> {
  const proxy = await CuttingProxy.open(rig.url);
  let database: Database | undefined;
  let engine: Engine | undefined;
  try {
    database = await openPostgres({ url: proxy.url, poolSize: 4 });
    engine = await Engine.open({ database, catalog: SHIPPED, sweep: false, allowUnsafe: true });
    await work(engine, proxy);
  } finally {
    await engine?.close();
    await database?.close();
    await proxy.close();
  }
}

test('law 11: a connection cut around COMMIT: the retry of the engine itself tells what happened', async () => {
  await behindProxy(async (engine, proxy) => {
    await engine.grant('cut', { class: 'purchased', amount: 1_000 }, {});
    for (let round = 0; round < 12; round += 1) {
      const cut: Cut = round % 2 === 0 ? 'after' : 'before';
      proxy.arm(cut);
      const answers = await together(10, (i) => consume(engine, 'cut', `round ${round}/${i}`));
      expect(proxy.cuts).toBe(round + 1);
      // Whether an answer is the first or a repetition depends on which batch was cut; the balance does not.
      if (cut === 'before') expect(tally(answers.map((one) => one.replayed))).toEqual({ false: 10 });
      else expect(answers.some((one) => one.replayed)).toBe(true);
      expect((await rig.second.balance('cut')).total).toBe(1_000 - 10 * (round + 1));
    }
  });
  await expectWhole(rig);
});

test('law 11: every verb whose answer was lost after COMMIT happened once, and its key tells', async () => {
  await behindProxy(async (engine, proxy) => {
    const lost = async <T>(call: (of: Engine) => Promise<T>): Promise<T> => {
      proxy.arm('after');
      // Without an answer the engine may also say that it does not know; it never says that nothing happened.
      expect(['done', 'unavailable']).toContain(await codeOf(call(engine)));
      return call(rig.second);
    };
    const key = (idempotencyKey: string) => ({ idempotencyKey });
    const { grant } = await lost((of) => of.grant('lost', { class: 'purchased', amount: 100 }, key('grant')));
    const hold = await lost((of) => of.hold('lost', { amount: 30 }, key('hold')));
    if (hold.operation === null) throw new Error('held');
    const holdId = hold.hold.id;
    await lost((of) => of.extendHold(holdId, { ttl_seconds: 3_600 }, key('extend')));
    const capture = await lost((of) => of.capture(holdId, { amount: 20 }, key('capture')));
    await lost((of) => of.refund(capture.operation.id, { amount: 5, reason: 'no' }, key('refund')));
    await lost((of) => of.adjust('lost', { amount: -10, reason: 'wrong' }, key('adjust')));
    await lost((of) => of.freezeGrant(grant.id, { reason: 'disputed' }, key('freeze')));
    await lost((of) => of.unfreezeGrant(grant.id, { reason: 'settled' }, key('unfreeze')));
    await lost((of) => of.voidGrant(grant.id, { reason: 'gone' }, key('void')));
    const { data } = await rig.second.entries('lost', {});
    expect(data.map((entry) => entry.type).reverse()).toEqual([
      ...['grant', 'hold', 'extend', 'capture', 'refund', 'adjust', 'freeze', 'unfreeze', 'void'],
    ]);
    expect(proxy.cuts).toBeGreaterThanOrEqual(9);
  });
  await expectWhole(rig);
});

test('law 11: all connections cut at once, again and again, under load', async () => {
  await behindProxy(async (engine, proxy) => {
    await engine.grant('storm', { class: 'purchased', amount: 10_000 }, {});
    const load = together(32, async (worker) => {
      for (let i = 0; i < 20; i += 1) await consume(engine, 'storm', `storm ${worker}/${i}`);
    });
    for (let i = 0; i < 6; i += 1) {
      await sleep(30);
      proxy.cutAll();
    }
    await load;
    expect(await rig.second.balance('storm')).toMatchObject({ total: 10_000 - 640, version: 641 });
  });
  await expectWhole(rig);
});
