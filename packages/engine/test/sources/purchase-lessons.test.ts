/** Bugs that other systems had with purchases, refunds and reversals, by their number in the list of lessons. */
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import type { SandboxAction } from '../../src/sources/sandbox.ts';
import { codeOf, tally, together } from '../engine/rig.ts';
import { available, idOf, lotsIn, moveTo, withRig } from './subscribing.ts';

const START = '2027-01-31T10:00:00Z';
const RESET = '2027-02-28T10:00:00.000Z';

/** A checkout of a pack, open until it is paid. */
async function order(engine: Engine, account: string, pack = 'pack_500') {
  const body = { pack, currency: 'USD', return_url: 'http://localhost/' };
  const { checkout, purchase } = await engine.purchases.checkout(account, body, {
    origin: 'http://localhost',
  });
  return {
    id: purchase.id,
    tell: (action: SandboxAction, by = engine) => by.sandbox.tell(checkout, action),
    show: () => engine.purchases.byId(purchase.id, {}),
  };
}

test('lesson 19: a purchase is settled once, whatever says so and however often, within milliseconds', () =>
  withRig(START, async ({ first, second }) => {
    const bought = await order(first, 'u_1');
    await together(40, (i) => bought.tell('pay', i % 2 === 0 ? first : second));
    const paid = { kind: 'paid', payment: 'other', gross: 1999, net: 1999, currency: 'USD', at: 1 } as const;
    // Other types of events tell of the same payment, each in its own name.
    const codes = await together(40, (i) =>
      codeOf(
        (i % 2 === 0 ? first : second).purchases.enter('sandbox', {
          id: `evt_${i % 4}`,
          subject: { purchase: bought.id },
          facts: [{ ...paid, at: i % 4 }],
        }),
      ),
    );
    expect(tally(codes)).toEqual({ done: 40 });
    expect(await first.balance('u_1')).toMatchObject({ total: 500, version: 1 });
  }));

test('lesson 19: a checkout, a redemption and a renewal each take one effect from one key', () =>
  withRig(START, async ({ first, second }) => {
    const key = { idempotencyKey: 'one' };
    const engine = (i: number) => (i % 2 === 0 ? first : second);
    const body = { pack: 'pack_100', return_url: 'http://localhost/' };
    const opened = await together(20, (i) =>
      engine(i).purchases.checkout('u_1', body, { ...key, origin: 'http://localhost' }),
    );
    expect(new Set(opened.map(({ purchase }) => purchase.id)).size).toBe(1);
    await together(20, (i) =>
      engine(i).campaigns.claim('u_1', 'creator_event', {}, { idempotencyKey: 'two' }),
    );
    await together(20, (i) =>
      engine(i).subscriptions.create('u_1', { plan: 'pro' }, { idempotencyKey: 'three' }),
    );
    expect(available(await first.balance('u_1'))).toEqual([600, 30, 0]);
  }));

test('lesson 21: what comes back goes to the very lots: paid as paid, with its price, its source and its end', () =>
  withRig(START, async ({ first }) => {
    const bought = await order(first, 'u_1');
    await bought.tell('pay');
    await first.subscriptions.create('u_1', { plan: 'pro', currency: 'USD' }, {});
    await first.campaigns.claim('u_1', 'creator_event', {}, {});
    const before = await lotsIn(first, 'u_1');
    const { operation } = await first.consume('u_1', { amount: 1000 }, {});
    expect(operation?.draws.map((draw) => draw.amount)).toEqual([600, 30, 370]);
    await first.refund(operation?.id ?? '', { amount: 400, reason: 'a part of it failed' }, {});
    // The last drawn is the first to come back: what was paid for is whole again before anything else.
    expect(available(await first.balance('u_1'))).toEqual([0, 30, 500]);
    await first.refund(operation?.id ?? '', { reason: 'all of it failed' }, {});
    expect(await lotsIn(first, 'u_1')).toEqual(before);
    // So that the buyer may still give it back, and gets all of the money.
    expect((await first.purchases.refund(bought.id, {}, {})).state).toBe('reversed');
    expect(available(await first.balance('u_1'))).toEqual([600, 30, 0]);
  }));

test('lesson 21: of a purchase that was reversed nothing comes back to be spent, and all of it where that was wrong', () =>
  withRig(START, async ({ first }) => {
    const bought = await order(first, 'u_1');
    await bought.tell('pay');
    const { operation } = await first.consume('u_1', { amount: 120 }, {});
    await bought.tell('lose');
    expect(await bought.show()).toMatchObject({ state: 'reversed', reversed: 380, lost: 120 });
    await first.refund(operation?.id ?? '', { reason: 'it failed' }, {});
    expect(available(await first.balance('u_1'))).toEqual([0, 0, 0]);
    await bought.tell('win');
    const lots = await lotsIn(first, 'u_1');
    const back = lots.filter(({ state }) => state === 'active');
    expect(back.reduce((sum, lot) => sum + lot.remaining, 0)).toBe(500);
    // Never as a present: bought credits of the same purchase, at what was paid for them.
    for (const lot of back) {
      expect(lot).toMatchObject({ class: 'purchased', source: { type: 'purchase', ref: bought.id } });
      expect(lot.cost?.amount_minor).toBeGreaterThan(0);
    }
  }));

test('lesson 22: what has expired is not spent, though nobody has swept, and no other lot pays for its end', () =>
  withRig(START, async ({ first, second, database }) => {
    const bought = await order(first, 'u_1', 'pack_1200');
    await bought.tell('pay');
    await first.subscriptions.create('u_1', { plan: 'pro' }, {});
    await first.campaigns.claim('u_1', 'creator_event', {}, {});
    await moveTo(database, RESET);
    expect(await codeOf(second.consume('u_1', { amount: 1301 }, {}))).toBe('insufficient_credits');
    expect(available(await first.balance('u_1'))).toEqual([0, 0, 1300]);
    const { data } = await first.entries('u_1', { type: 'expire', limit: 10 });
    expect(data.map(({ moves }) => moves.map((move) => `${move.class} ${move.remaining}`))).toEqual([
      ['subscription -600'],
      ['promotional -30'],
    ]);
  }));

test('lesson 22: a refund and a lost dispute of one payment are netted, in whatever order they arrive', () =>
  withRig(START, async ({ first, second }) => {
    for (const [i, story] of [
      ['pay', 'refund', 'dispute', 'lose'] as const,
      ['dispute', 'lose', 'refund', 'pay'] as const,
      ['pay', 'dispute', 'refund', 'lose', 'refund', 'lose'] as const,
    ].entries()) {
      const account = `u_${i}`;
      const [bought, other] = [await order(first, account), await order(first, account, 'pack_100')];
      await other.tell('pay');
      for (const [turn, action] of story.entries())
        await bought.tell(action, turn % 2 === 0 ? first : second);
      expect(await bought.show()).toMatchObject({ state: 'reversed', reversed: 500, lost: 0 });
      expect(await first.balance(account)).toMatchObject({ total: 100, frozen: 0, debt: 0 });
    }
  }));

test('lesson 23: a store that cannot be read is no "nothing yet": nothing is granted, and the next try counts once', () =>
  withRig(START, async ({ first, second, sql }) => {
    const sub = idOf(await first.subscriptions.create('u_1', { plan: 'pro', trial: true }, {}));
    await first.campaigns.claim('u_1', 'daily_check_in', {}, {});
    const bought = await order(first, 'u_1');
    const trial = (engine: Engine) => engine.subscriptions.create('u_1', { plan: 'pro', trial: true }, {});
    const acts: [string, (engine: Engine, n: number) => Promise<unknown>][] = [
      ['subscription_periods', (engine) => engine.subscriptions.renew('u_1', sub, { ref: 'in_2' }, {})],
      ['subscription_periods', trial],
      ['subscriptions', trial],
      ['campaign_awards', (engine) => engine.campaigns.claim('u_1', 'daily_check_in', {}, {})],
      ['purchases', (engine) => bought.tell('pay', engine)],
    ];
    for (const [table, act] of acts) {
      const { version } = await first.balance('u_1');
      await sql(`alter table drawdown.${table} rename to gone`);
      for (const engine of [first, second]) await expect(act(engine, 0)).rejects.toThrow();
      await sql(`alter table drawdown.gone rename to ${table}`);
      expect((await first.balance('u_1')).version).toBe(version);
    }
    // No second trial and no second check-in came of it; the payment and the purchase are entered, once.
    const codes = [];
    for (const [, act] of acts) codes.push(await codeOf(act(second, 1)), await codeOf(act(first, 2)));
    expect(codes).toEqual([
      ...['done', 'done', 'trial_used', 'trial_used', 'trial_used', 'trial_used'],
      ...['campaign_already_redeemed', 'campaign_already_redeemed', 'done', 'done'],
    ]);
    expect(available(await first.balance('u_1'))).toEqual([100, 2, 500]);
    expect((await lotsIn(first, 'u_1')).filter(({ source }) => source.type === 'subscription')).toHaveLength(
      2,
    );
  }));
