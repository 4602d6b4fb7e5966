/** Law 11: a process is killed at any stage of a merge, a closing or an erasure, and the next one does the rest, once. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { TopUpRig, until } from '../sources/top-up-rig.ts';
import { call, people } from './campaign-rig.ts';
import { type Cut, CuttingProxy } from './cutting-proxy.ts';
import { expectWhole, type Rig } from './rig.ts';
import { serveChild } from './serve-child.ts';

/** Which stages are reached before and which after their commit; another seed has it the other way round. */
const SEED = Number(process.env.DRAWDOWN_SEED ?? 1);
/** Each server takes seconds to start, so every third stage is reached; 1 reaches them all. */
const STRIDE = Number(process.env.DRAWDOWN_STRIDE ?? 3);
/** More commits than any of these has. */
const MOST = 20;
const ADMIN = 'ak_test_of_a_crash';
const REASON = { reason: 'asked for' };
const EDGES: readonly Cut[] = ['before', 'after'];

let world: TopUpRig;
let rig: Rig;
let engine: Engine;
let proxy: CuttingProxy;
let server: { child: ChildProcess; url: string };

async function start(): Promise<void> {
  const { secretKey, webhookSecret, api } = world.stripe;
  server = await serveChild(proxy.url, {
    DRAWDOWN_TEST_CLOCK: '1',
    DRAWDOWN_ADMIN_KEY: ADMIN,
    DRAWDOWN_STRIPE_SECRET_KEY: secretKey,
    DRAWDOWN_STRIPE_WEBHOOK_SECRET: webhookSecret,
    DRAWDOWN_STRIPE_API: api,
  });
}

async function kill(): Promise<void> {
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
}

beforeAll(async () => {
  world = await TopUpRig.open({ sweep: false });
  ({ rig } = world);
  engine = rig.first;
  proxy = await CuttingProxy.open(rig.url);
  await start();
}, 60_000);

afterAll(async () => {
  await kill();
  await proxy.close();
  await world.close();
});

interface Answer {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: unknown;
}

async function ask(account: string, what: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}/v1/accounts/${account}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN}`,
      'content-type': 'application/json',
      'idempotency-key': `${what} ${account}`,
    },
    body: JSON.stringify(body),
  });
  const replayed = response.headers.get('idempotency-replayed');
  return { status: response.status, replayed, body: await response.json() };
}

/**
 * Asks for it of one account after the other, and kills the server at an ever later commit, until one is answered before it is
 * killed. Each time the next server is asked the same.
 */
async function killedAtEach(
  what: string,
  work: {
    readonly prepare: (account: string) => Promise<unknown>;
    readonly body: (account: string) => unknown;
    readonly check: (account: string, first: Answer | null, again: Answer) => Promise<void>;
  },
): Promise<number> {
  let killed = 0;
  for (let stage = 1 + (SEED % STRIDE); stage < MOST; stage += STRIDE) {
    const account = `${what}_${stage}`;
    await work.prepare(account);
    const halted = proxy.halt(EDGES[(stage + SEED) % 2] as Cut, stage).then(() => null);
    const asked = ask(account, what, work.body(account));
    asked.catch(() => undefined);
    const first = await Promise.race([halted, asked]);
    proxy.pass();
    if (first !== null) expect(first).toMatchObject({ status: 200 });
    await kill();
    await start();
    await work.check(account, first, await ask(account, what, work.body(account)));
    await expectWhole(rig);
    if (first !== null) return killed;
    killed += 1;
  }
  throw new Error('it never ended');
}

const typesOf = async (account: string): Promise<string[]> =>
  (await engine.entries(account, {})).data.map(({ type }) => type);

/** What Stripe paid back of a payment, each time. */
const paidBack = (payment: string): unknown[] =>
  [...world.stripe.refunds.values()]
    .filter((one) => one.payment_intent === payment)
    .map(({ amount }) => amount);

const PRICE = 499;

test('a merge: everything arrives once, and the key answers', async () => {
  const stages = await killedAtEach('merge', {
    prepare: async (account) => {
      await people(engine, [`${account}_new`]);
      await world.kept(account);
      await engine.grant(account, { class: 'promotional', amount: 7 }, call());
    },
    body: (account) => ({ into: `${account}_new`, ...REASON }),
    check: async (account, first, again) => {
      expect(again.status).toBe(200);
      if (first !== null) expect({ ...again, replayed: first.replayed }).toEqual(first);
      expect(await engine.life.merges.report(account)).toMatchObject({ state: 'delivered' });
      expect(await engine.balance(account)).toMatchObject({ total: 0 });
      expect(await engine.balance(`${account}_new`)).toMatchObject({ total: 107 });
      expect((await typesOf(account)).filter((type) => type === 'transfer')).toHaveLength(1);
      expect((await typesOf(`${account}_new`)).filter((type) => type === 'transfer')).toHaveLength(1);
    },
  });
  expect(stages).toBeGreaterThan(0);
}, 120_000);

const payments = new Map<string, string>();

/** An account with one pack that was touched and one that was not. */
async function bought(account: string): Promise<void> {
  await world.kept(account);
  await engine.consume(account, { amount: 40 }, call());
  payments.set(account, await world.kept(account));
}

test('a closing: what may be given back is paid back once, and the rest is owed once', async () => {
  const stages = await killedAtEach('close', {
    prepare: bought,
    body: () => REASON,
    check: async (account, first, again) => {
      expect(again.status).toBe(200);
      if (first !== null) expect({ ...again, replayed: first.replayed }).toEqual(first);
      expect(paidBack(payments.get(account) as string)).toEqual([PRICE]);
      const { payable } = await engine.life.closures.report(account);
      expect(payable).toEqual([{ amount_minor: Math.ceil((PRICE * 60) / 100), currency: 'USD' }]);
      expect(await engine.balance(account)).toMatchObject({ total: 0 });
      expect(await engine.getAccount(account)).toMatchObject({ state: 'closed' });
      expect(tallyOf(await typesOf(account))).toEqual({
        grant: 2,
        consume: 1,
        freeze: 1,
        void: 2,
        adjust: 1,
      });
    },
  });
  expect(stages).toBeGreaterThan(0);
}, 120_000);

function tallyOf(types: readonly string[]): Record<string, number> {
  return Object.fromEntries(types.map((type) => [type, types.filter((one) => one === type).length]));
}

test('an erasure: nobody is named any more, in its own ledger, a merged one or a team’s', async () => {
  const stages = await killedAtEach('erase', {
    prepare: async (account) => {
      await people(engine, [`${account}_old`]);
      await engine.grant(
        `${account}_old`,
        { class: 'promotional', amount: 7 },
        call({ actor: `user:${account}` }),
      );
      await bought(account);
      await engine.life.merges.merge(`${account}_old`, { into: account, ...REASON }, call());
      await engine.life.closures.close(account, REASON, call());
      // The server forgets the card by itself, and whoever asks meanwhile is told to ask again.
      await until(
        async () => world.cardsOf(account),
        (cards) => cards.length === 0,
      );
      await engine.life.closures.settle(account, { reference: 'SEPA' }, call());
      await engine.putAccount(`${account.replace('_', '-team-')}`, {
        kind: 'team',
        metadata: { by: account },
      });
    },
    body: () => REASON,
    check: async (account, first, again) => {
      // The id is nobody's afterwards.
      const done = first ?? again;
      if (again.status !== 200)
        expect(again).toMatchObject({ status: 404, body: { code: 'account_not_found' } });
      expect(done.status === 200 || again.status === 404).toBe(true);
      for (const id of [account, `${account}_old`]) {
        await expect(rig.second.getAccount(id)).rejects.toMatchObject({ code: 'account_not_found' });
      }
      expect(world.cardsOf(account)).toEqual([]);
      expect(paidBack(payments.get(account) as string)).toEqual([PRICE]);
      if (first !== null) {
        const { account: pseudonym } = first.body as wire.Erasure;
        expect(await engine.balance(pseudonym)).toMatchObject({ total: 0 });
      }
    },
  });
  expect(stages).toBeGreaterThan(0);
}, 120_000);
