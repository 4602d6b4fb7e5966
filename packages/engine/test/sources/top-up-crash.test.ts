/** Law 11: a process is killed at any stage of a charge, and another one finishes it. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { CLOCK_START, expectWhole, type Rig, SHIPPED } from '../engine/rig.ts';
import { serveChild } from '../engine/serve-child.ts';
import { TopUpRig } from './top-up-rig.ts';

const CHARGE = /payment_intents$/;
const LEASE_MS = 60_000;
const NUMBER = statement<[string], { number: bigint }>(
  'test.number',
  'select number from drawdown.accounts where id = $1',
);

let world: TopUpRig;
let env: Record<string, string>;
let rig: Rig;
let stripe: TopUpRig['stripe'];

beforeAll(async () => {
  world = await TopUpRig.open({ sweep: false });
  ({ rig, stripe } = world);
  const { secretKey, webhookSecret, api } = stripe;
  env = {
    DRAWDOWN_TEST_CLOCK: '1',
    DRAWDOWN_STRIPE_SECRET_KEY: secretKey,
    DRAWDOWN_STRIPE_WEBHOOK_SECRET: webhookSecret,
    DRAWDOWN_STRIPE_API: api,
  };
});

afterAll(async () => {
  await expectWhole(rig);
  await world.close();
});

/** A process works on what `wait` waits for, and is killed then. */
async function killed(wait: () => Promise<unknown>): Promise<void> {
  const { child } = await serveChild(rig.url, env);
  try {
    await wait();
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const reached = (holds: () => Promise<boolean>) =>
  expect.poll(holds, { timeout: 30_000, interval: 50 }).toBe(true);

const stateOf = async (account: string) => (await world.show(account)).history[0]?.state;
const wished = async (account: string): Promise<void> => {
  await world.kept(account);
  await world.agreed(account, { threshold: 150 });
};

test('switched off between being written down and being sent, it never is; nor where nobody here can send it', async () => {
  await wished('k_due');
  const database = await openPostgres({ url: rig.url, poolSize: 2 });
  const other = await Engine.open({
    database,
    catalog: SHIPPED,
    allowUnsafe: true,
    testClock: true,
    sweep: false,
  });
  const { rows } = await rig.database.query(NUMBER, ['k_due']);
  await other.topUps.look(Number(rows[0]?.number));
  expect(await stateOf('k_due')).toBe('pending');
  await rig.second.topUps.remove('k_due', {});
  await world.agreed('k_due', { threshold: 1 });
  expect((await world.show('k_due')).history).toMatchObject([{ state: 'canceled' }]);
  await rig.first.topUps.watch.round();
  expect(world.chargesOf('k_due')).toEqual([]);
  await other.close();
  await database.close();
});

/** Processes wait at these stages, each just before the row of an account takes the state, as long as the lock is held. */
const STOPS = `
  create table public.test_stops (id text, state text);
  create function public.test_stop() returns trigger language plpgsql as $$
  begin
    if exists (select from public.test_stops s join drawdown.accounts a on a.id = s.id
                where a.number = new.account and s.state = new.state) then
      perform pg_advisory_xact_lock(4711);
    end if;
    return new;
  end $$;
  create trigger test_stop before update on drawdown.top_ups for each row execute function public.test_stop();
  insert into public.test_stops values ('k_written', 'sent'), ('k_recorded', 'completed');`;
const GONE = `
  drop trigger test_stop on drawdown.top_ups;
  drop function public.test_stop();
  drop table public.test_stops;`;
const HOLD = statement<[], unknown>('test.hold', 'select pg_advisory_lock(4711)');
const LET_GO = statement<[], unknown>('test.let_go', 'select pg_advisory_unlock(4711)');
const AT_A_STOP = `select pid from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`;
const STOPPED = statement<[], { pid: number }>('test.stopped', AT_A_STOP);
/** What a killed process had asked for is not done: its server's end of the connection is closed before it goes on. */
const END_THEIRS = statement<[], unknown>(
  'test.end_theirs',
  `select pg_terminate_backend(pid) from (${AT_A_STOP}) waiting`,
);

test('killed at whatever stage, another process finishes it: one charge, one purchase', async () => {
  const stages = ['k_written', 'k_deaf', 'k_answered', 'k_recorded'];
  const stopped = async () => (await rig.database.query(STOPPED, [])).rows.length;
  const purchaseOf = async (account: string) => {
    const { purchase } = (await world.show(account)).history[0] as { purchase: string };
    return (await rig.first.purchases.byId(purchase, {})).state;
  };
  const told = async (account: string) =>
    (await rig.first.notices.ofAccount(account, { type: 'auto_top_up.completed' })).data.length;
  await rig.sql(STOPS);
  const holder = await rig.database.connect();
  await holder.query(HOLD, []);
  await killed(async () => {
    // It is written down, and is about to be sent.
    await wished('k_written');
    await reached(async () => (await stopped()) === 1);
    // It is sent, and does not arrive; or is charged, and nobody answers.
    Object.assign(stripe, { hanging: CHARGE, deaf: 1 });
    await wished('k_deaf');
    await reached(async () => stripe.deaf === 0);
    await wished('k_answered');
    await reached(async () => world.chargesOf('k_answered').length === 1);
    // What was charged is entered, and the charge is about to end.
    Object.assign(stripe, { hanging: /^$/ });
    await wished('k_recorded');
    await reached(async () => (await stopped()) === 2);
  });
  await rig.database.query(END_THEIRS, []);
  await reached(async () => (await stopped()) === 0);
  await holder.query(LET_GO, []);
  await holder.close();
  await rig.sql(GONE);
  expect(await Promise.all(stages.map(stateOf))).toEqual(['pending', 'sent', 'sent', 'sent']);
  expect(await Promise.all(stages.map(purchaseOf))).toEqual(['open', 'open', 'open', 'completed']);
  expect(stages.map((account) => world.chargesOf(account).length)).toEqual([0, 0, 1, 1]);
  expect(await Promise.all(stages.map(told))).toEqual([0, 0, 0, 0]);
  // Switched off before it is sent, it never is.
  await wished('k_off');
  await rig.second.topUps.remove('k_off', {});
  await setTestClock(rig.database, CLOCK_START + LEASE_MS);
  await killed(() =>
    reached(async () => (await Promise.all(stages.map(stateOf))).every((state) => state === 'completed')),
  );
  const entries = await Promise.all(
    stages.map(async (account) =>
      (await rig.first.entries(account, {})).data.map(({ type, amount }) => [type, amount]),
    ),
  );
  for (const [nth, account] of stages.entries()) {
    expect(world.chargesOf(account)).toHaveLength(1);
    expect((await world.show(account)).history.map(({ packs }) => packs)).toEqual([1]);
    expect(entries[nth]).toEqual([
      ['grant', 100],
      ['grant', 100],
    ]);
    expect(await told(account)).toBe(1);
  }
  expect(world.chargesOf('k_off')).toEqual([]);
}, 120_000);
