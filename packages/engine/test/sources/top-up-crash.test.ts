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

test('whatever stage it was left at, another process finishes it: one charge, one purchase', async () => {
  const stages = ['k_entered', 'k_deaf', 'k_written', 'k_answered'];
  await killed(async () => {
    await wished('k_entered');
    await reached(async () => (await stateOf('k_entered')) === 'completed');
    // From here on nobody answers: of the next two nothing reaches Stripe, and the last is charged all the same.
    Object.assign(stripe, { hanging: CHARGE, deaf: 2 });
    await wished('k_deaf');
    await wished('k_written');
    await reached(async () => stripe.deaf === 0);
    await wished('k_answered');
    await reached(async () => world.chargesOf('k_answered').length === 1);
  });
  expect(await Promise.all(stages.map(stateOf))).toEqual(['completed', 'sent', 'sent', 'sent']);
  // As a process leaves them that is killed one statement sooner.
  await rig.sql(`
    delete from drawdown.notices where type = 'auto_top_up.completed';
    update drawdown.top_ups set state = 'sent' where state = 'completed';
    update drawdown.top_ups set state = 'pending', tries = 0
      where account = (select number from drawdown.accounts where id = 'k_written');`);
  // Switched off before it is sent, it never is.
  await wished('k_off');
  await rig.second.topUps.remove('k_off', {});
  Object.assign(stripe, { hanging: /^$/ });
  await setTestClock(rig.database, CLOCK_START + LEASE_MS);
  await killed(() =>
    reached(async () => (await Promise.all(stages.map(stateOf))).every((state) => state === 'completed')),
  );
  for (const account of stages) {
    expect(world.chargesOf(account)).toHaveLength(1);
    expect((await world.show(account)).history.map(({ packs }) => packs)).toEqual([1]);
    expect(await rig.first.balance(account)).toMatchObject({ total: 200 });
    const told = await rig.first.notices.ofAccount(account, { type: 'auto_top_up.completed' });
    expect(told.data).toHaveLength(1);
  }
  expect(world.chargesOf('k_off')).toEqual([]);
}, 120_000);
