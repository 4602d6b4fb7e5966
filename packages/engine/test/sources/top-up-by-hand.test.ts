/** A charge that its provider never answers about is ended by one of the staff, and whatever the provider says later fits. */
import type { ActReceipt, EndTopUpAct, TakenCharge } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { codeOf, expectWhole, type Rig } from '../engine/rig.ts';
import { TopUpRig } from './top-up-rig.ts';

const CHARGE = /payment_intents$/;

let world: TopUpRig;
let rig: Rig;
let limitedBefore: TopUpRig;

beforeAll(async () => {
  world = await TopUpRig.open({ sweep: false });
  ({ rig } = world);
});

afterAll(async () => {
  await expectWhole(rig);
  await world.close();
});

const ADA = { id: 'key_ada', name: 'Ada', request: null };
const caller = (idempotencyKey: string, staff = ADA) => ({
  idempotencyKey,
  staff,
  actor: `staff:${staff.id}`,
  principal: `staff:${staff.id}`,
});

/** Sent, and nobody heard what became of it; answers the purchase. */
async function unanswered(account: string, { isTaken = true } = {}): Promise<string> {
  await world.kept(account);
  if (isTaken) world.stripe.losing = CHARGE;
  else world.stripe.refusing = CHARGE;
  await world.agreed(account, { threshold: 150 });
  await rig.first.topUps.watch.round();
  Object.assign(world.stripe, { losing: /^$/, refusing: /^$/ });
  const { history } = await world.show(account);
  expect(history.map(({ state }) => state)).toEqual(['sent']);
  expect(world.chargesOf(account)).toHaveLength(isTaken ? 1 : 0);
  return history[0]?.purchase as string;
}

const shown = (act: EndTopUpAct, engine = rig.first) => engine.staff.acts.preview(act, caller('none'));

interface By {
  readonly engine?: Engine;
  readonly key?: string;
  readonly staff?: typeof ADA;
}

async function end(
  purchase: string,
  taken: TakenCharge | null,
  { engine = rig.first, key = `end ${purchase}`, staff = ADA }: By = {},
): Promise<ActReceipt & { replayed: boolean }> {
  const act = { act: 'end_top_up', purchase, taken } as const;
  const { preview } = await shown(act, engine);
  return engine.staff.acts.act({ ...act, reason: 'Stripe says so', preview }, caller(key, staff));
}

const takenOf = (account: string, more: Partial<TakenCharge> = {}): TakenCharge => ({
  payment: String(world.chargesOf(account)[0]?.id),
  amount_minor: 499,
  currency: 'USD',
  ...more,
});

/** All that a charge comes to: the ledger, what is owed, and what is told of it. */
async function outcome(account: string, purchase: string) {
  const { data } = await rig.first.entries(account, {});
  const { state, credits, price } = await rig.first.purchases.byId(purchase, {});
  const { history, ...setup } = await world.show(account);
  const payables = (await rig.first.life.settlements.payables({ limit: 200 })).data;
  const notices = (await rig.first.notices.ofAccount(account, { limit: 100 })).data;
  return {
    entries: data.map(({ type, amount }) => [type, amount]),
    purchase: [state, credits, price.amount_minor, price.currency],
    charges: history.map((one) => [one.state, one.reason]),
    setting: [setup.state, setup.state === 'off' ? null : setup.reason],
    owed: payables
      .filter((one) => one.account === account && one.payable_minor > 0)
      .map(({ kind, payable_minor, value }) => [kind, payable_minor, value.currency]),
    told: notices.map(({ type }) => type).filter((type) => type !== 'credits.granted'),
  };
}

type Says = (account: string, engine: Engine) => Promise<unknown>;

const delivered = (type: string, object: Parameters<typeof world.stripe.event>[1], engine: Engine) =>
  engine.purchases.receive('stripe', world.stripe.signed(world.stripe.event(type, object)));
const charge = (account: string) => world.chargesOf(account)[0] as Parameters<typeof world.stripe.event>[1];
const paid: Says = (account, engine) => delivered('payment_intent.succeeded', charge(account), engine);
const refunded: Says = async (account, engine) => {
  const payment = String(charge(account).id);
  const known = [...world.stripe.refunds.values()].find((one) => one.payment_intent === payment);
  await delivered('refund.created', known ?? world.stripe.refund(payment, 499), engine);
};
const reconciled: Says = async (_, engine) => {
  for await (const _one of engine.purchases.reconcile({ since: 0, repair: true }));
};

/** All orders of what is said, each by one engine and the other in turn. */
function ordersOf(all: readonly Says[]): Says[][] {
  if (all.length <= 1) return [[...all]];
  const firsts = all.filter((one, i) => all.indexOf(one) === i);
  return firsts.flatMap((one) => ordersOf(all.toSpliced(all.indexOf(one), 1)).map((rest) => [one, ...rest]));
}

const BOUGHT = ['grant', 100];
const FOR_NOTHING = ['failed', 0, 499, 'USD'];
const KEPT = [['grant', 100]];

describe('nothing was taken', () => {
  test('it ends as that, once, with its record; the account is free and its owner asked anew', async () => {
    const purchase = await unanswered('h_none', { isTaken: false });
    const close = () => codeOf(rig.first.life.closures.close('h_none', { reason: 'asked for' }, {}));
    expect(await close()).toBe('account_busy');
    const preview = await shown({ act: 'end_top_up', purchase, taken: null });
    expect(preview).toMatchObject({
      size: 0,
      lots: [],
      charge: { purchase, asked: { amount_minor: 499 }, becomes: 'failed', owed: null },
    });
    expect((await world.show('h_none')).history).toMatchObject([{ state: 'sent' }]);
    const done = await end(purchase, null);
    expect(done).toMatchObject({ state: 'done', operation: null, balance: { total: 100 }, replayed: false });
    expect(done.audit).toMatchObject({
      act: 'end_top_up',
      subject: purchase,
      account: 'h_none',
      reason: 'Stripe says so',
      input: { purchase, taken: null },
      entries: [],
      preview: { charge: { becomes: 'failed' } },
    });
    expect(await outcome('h_none', purchase)).toEqual({
      entries: KEPT,
      purchase: FOR_NOTHING,
      charges: [['failed', 'not_taken']],
      setting: ['stopped', 'not_taken'],
      owed: [],
      told: ['auto_top_up.stopped', 'purchase.completed'],
    });
    // The same press again, whichever server it reaches; then another one.
    const request = { act: 'end_top_up', purchase, taken: null, reason: 'Stripe says so' } as const;
    const again = { ...request, preview: preview.preview };
    const replay = await rig.second.staff.acts.act(again, caller(`end ${purchase}`));
    expect(replay).toEqual({ ...done, replayed: true, balance: replay.balance });
    expect(await codeOf(rig.second.staff.acts.act(again, caller('another')))).toBe('top_up_closed');
    const other = { ...again, taken: { payment: 'pi_x', amount_minor: 499, currency: 'USD' } };
    expect(await codeOf(rig.first.staff.acts.act(other, caller(`end ${purchase}`)))).toBe(
      'idempotency_key_reused',
    );
    await rig.first.topUps.watch.round();
    expect(world.chargesOf('h_none')).toEqual([]);
    expect(await close()).toBe('done');
  });

  test.each([
    ['is heard of', [paid, paid, reconciled], [['late', 499, 'USD']], 'completed'],
    ['and goes back', [paid, refunded, reconciled], [], 'reversed'],
  ] as const)(
    'money that came all the same %s: in any order it is owed as long as it is there',
    async (what, said, owes, state) => {
      for (const [nth, order] of ordersOf(said).entries()) {
        const account = `h_late_${what.length}_${nth}`;
        const purchase = await unanswered(account);
        await end(purchase, null);
        for (const [i, say] of order.entries()) await say(account, rig.engines[(i + nth) % 2] as Engine);
        const at = await outcome(account, purchase);
        expect(at).toMatchObject({
          entries: KEPT,
          purchase: [state, 0, 499, 'USD'],
          charges: [['failed', 'not_taken']],
          owed: owes,
        });
      }
    },
  );

  test('the answer was on its way, and comes at last: owed, whatever sum it is of', async () => {
    for (const [account, short] of [
      ['h_way', 0],
      ['h_way_short', 9],
    ] as const) {
      await world.kept(account);
      await world.agreed(account, { threshold: 150 });
      let answer = (): void => undefined;
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      Object.assign(world.stripe, { late: { path: CHARGE, until } });
      world.stripe.charges.short = short;
      const round = rig.second.topUps.watch.round();
      await expect.poll(() => world.chargesOf(account).length, { timeout: 10_000 }).toBe(1);
      const purchase = (await world.show(account)).history[0]?.purchase as string;
      await end(purchase, null);
      answer();
      await round;
      Object.assign(world.stripe, { late: null });
      world.stripe.charges.short = 0;
      await paid(account, rig.first);
      expect(await outcome(account, purchase)).toMatchObject({
        entries: KEPT,
        purchase: ['completed', 0, 499 - short, 'USD'],
        charges: [['failed', 'not_taken']],
        owed: [['late', 499 - short, 'USD']],
      });
    }
  });

  test('money is found in the account that it was merged into', async () => {
    const purchase = await unanswered('h_merged');
    await end(purchase, null);
    await rig.first.putAccount('h_heir', {});
    await rig.first.life.merges.merge('h_merged', { into: 'h_heir', reason: 'twice' }, {});
    await paid('h_merged', rig.second);
    const { data } = await rig.first.life.settlements.payables({ limit: 200 });
    expect(data.filter(({ account }) => account === 'h_heir')).toMatchObject([
      { kind: 'late', payable_minor: 499 },
    ]);
    expect(await rig.first.balance('h_heir')).toMatchObject({ total: 100 });
  });
});

describe('it was taken', () => {
  test.each([
    ['and is heard of later', [paid, paid, reconciled]],
    ['and nothing more is heard', []],
  ] as const)('%s: bought once, in any order, as if the provider had said so', async (what, said) => {
    for (const [nth, order] of ordersOf(said).entries()) {
      const account = `h_taken_${what.length}_${nth}`;
      const purchase = await unanswered(account);
      const preview = await shown({ act: 'end_top_up', purchase, taken: takenOf(account) });
      expect(preview).toMatchObject({
        size: 100,
        after: { available: 200 },
        charge: { becomes: 'completed', owed: null },
      });
      const done = await end(purchase, takenOf(account), { engine: rig.second });
      expect(done).toMatchObject({ state: 'done', operation: { type: 'grant', amount: 100 } });
      expect(done.audit).toMatchObject({ subject: purchase, size: 100, operation: done.operation?.id });
      for (const [i, say] of order.entries()) await say(account, rig.engines[(i + nth) % 2] as Engine);
      await rig.first.topUps.watch.round();
      expect(await outcome(account, purchase)).toEqual({
        entries: [BOUGHT, ...KEPT],
        purchase: ['completed', 100, 499, 'USD'],
        charges: [['completed', null]],
        setting: ['on', null],
        owed: [],
        told: ['auto_top_up.completed', 'purchase.completed', 'purchase.completed'],
      });
      expect(world.chargesOf(account)).toHaveLength(1);
    }
  });

  test('the provider told of it first: there is nothing to end, and nobody has to ask', async () => {
    const purchase = await unanswered('h_first');
    await paid('h_first', rig.second);
    for (const taken of [null, takenOf('h_first')]) {
      expect(await codeOf(end(purchase, taken))).toBe('top_up_closed');
    }
    await rig.sql('update drawdown.top_ups set due_at = 1');
    world.stripe.refusing = CHARGE;
    await rig.first.topUps.watch.round();
    world.stripe.refusing = /^$/;
    expect(await outcome('h_first', purchase)).toMatchObject({
      entries: [BOUGHT, ...KEPT],
      charges: [['completed', null]],
      setting: ['on', null],
    });
  });

  test('twenty presses of four people at two servers: one of them ends it', async () => {
    const purchase = await unanswered('h_many');
    const presses = Array.from({ length: 20 }, (_, i) => {
      const staff = { ...ADA, id: `key_${i % 4}` };
      const engine = rig.engines[i % 2] as Engine;
      return codeOf(end(purchase, i % 3 === 0 ? null : takenOf('h_many'), { engine, key: `k${i}`, staff }));
    });
    const codes = await Promise.all(presses);
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['done', 'top_up_closed']));
    const log = await rig.first.staff.audit.list({ account: 'h_many' });
    expect(log.data.map(({ act }) => act)).toEqual(['end_top_up']);
  });

  test('by another name than was said: the provider’s counts, and nothing is owed twice', async () => {
    for (const [account, order] of [
      ['h_slip', [paid]],
      ['h_slip_back', [refunded, paid]],
      ['h_slip_back_2', [paid, refunded]],
    ] as const) {
      const purchase = await unanswered(account);
      await end(purchase, takenOf(account, { payment: `pi_slip_${account}` }));
      for (const say of order) await say(account, rig.second);
      const isBack = order.length > 1;
      const at = await outcome(account, purchase);
      expect([at.owed, at.purchase[0]]).toEqual([[], isBack ? 'reversed' : 'completed']);
      expect(await rig.first.balance(account)).toMatchObject({ total: isBack ? 100 : 200 });
      expect((await rig.first.purchases.byId(purchase, {})).paid).toMatchObject({ amount_minor: 499 });
    }
  });

  test('another sum, or another currency: owed back as it is said, and as the provider says it later', async () => {
    for (const [account, said, owes] of [
      ['h_other', { amount_minor: 450 }, ['late', 450, 'USD']],
      ['h_foreign', { currency: 'EUR' }, ['late', 499, 'EUR']],
    ] as const) {
      const purchase = await unanswered(account);
      const taken = takenOf(account, said);
      const preview = await shown({ act: 'end_top_up', purchase, taken });
      expect(preview).toMatchObject({ size: 100, lots: [], charge: { becomes: 'failed' } });
      expect(preview.charge?.owed).toEqual({ amount_minor: owes[1], currency: owes[2] });
      expect(await end(purchase, taken)).toMatchObject({ state: 'done', operation: null });
      expect(await outcome(account, purchase)).toMatchObject({
        entries: KEPT,
        purchase: ['completed', 0, owes[1], owes[2]],
        charges: [['failed', 'charge_differs']],
        setting: ['stopped', 'charge_differs'],
        owed: [owes],
      });
      await paid(account, rig.second);
      expect(await outcome(account, purchase)).toMatchObject({
        purchase: ['completed', 0, 499, 'USD'],
        owed: [['late', 499, 'USD']],
      });
    }
  });

  test('what is no payment of it is refused, and so is what is no charge', async () => {
    const before = await world.kept('h_wrong');
    const purchase = await unanswered('h_wrong_2');
    const codes = async (more: Partial<TakenCharge>) => codeOf(end(purchase, takenOf('h_wrong_2', more)));
    expect(await codes({ payment: before })).toBe('invalid_request');
    expect(await codes({ payment: ' pi_1' })).toBe('invalid_request');
    expect(await codes({ amount_minor: 0 })).toBe('invalid_request');
    expect(await codes({ amount_minor: 0.5 })).toBe('invalid_request');
    const [bought] = (await rig.first.purchases.list('h_wrong', {})).data;
    expect(await codeOf(end(bought?.id as string, null))).toBe('top_up_closed');
    expect(await codeOf(end('pur_0', null))).toBe('purchase_not_found');
    expect((await world.show('h_wrong_2')).history).toMatchObject([{ state: 'sent' }]);
  });
});

test('what grants, or is to be paid out, waits for a second person above the limit; what ends alone does not', async () => {
  const limited = await TopUpRig.open({ sweep: false, approvals: { accountLimit: '99' } });
  [world, limitedBefore] = [limited, world];
  rig = limited.rig;
  const BEN = { ...ADA, id: 'key_ben', name: 'Ben' };
  const { approvals } = rig.first.staff;
  const cases = [
    ['s_none', () => null, 'failed', 100],
    ['s_taken', () => takenOf('s_taken'), 'completed', 200],
    ['s_other', () => takenOf('s_other', { amount_minor: 998 }), 'failed', 100],
  ] as const;
  for (const [account, taken, state, total] of cases) {
    const purchase = await unanswered(account);
    const done = await end(purchase, taken());
    expect(done.state).toBe(state === 'failed' && total === 100 && taken() === null ? 'done' : 'pending');
    if (done.approval !== null) {
      expect(done.approval).toMatchObject({ act: 'end_top_up', size: account === 's_other' ? 200 : 100 });
      expect((await world.show(account)).history).toMatchObject([{ state: 'sent' }]);
      const { preview } = await approvals.preview(done.approval.id, caller('look', BEN));
      const approve = (engine: Engine) =>
        engine.staff.approvals.approve(
          done.approval?.id as string,
          { reason: 'seen', preview },
          caller('x', BEN),
        );
      expect(await codeOf(approvals.approve(done.approval.id, { reason: 'I', preview }, caller('x')))).toBe(
        'forbidden',
      );
      const both = await Promise.all(rig.engines.map(approve));
      expect(both.map((one) => [one.state, one.approval?.state])).toEqual([
        ['done', 'approved'],
        ['done', 'approved'],
      ]);
      expect(both.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
      expect(both[0]?.audit).toMatchObject({ subject: purchase, approved_by: { id: 'key_ben' } });
      // Asked for again, the answer is how it stands.
      const act = { act: 'end_top_up', purchase, taken: taken(), reason: 'Stripe says so', preview } as const;
      const again = await rig.first.staff.acts.act(act, caller(`end ${purchase}`));
      expect(again).toMatchObject({ state: 'done', approval: { state: 'approved' } });
    }
    expect((await world.show(account)).history).toMatchObject([{ state }]);
    expect(await rig.first.balance(account)).toMatchObject({ total });
  }
  await expectWhole(rig);
  [world, rig] = [limitedBefore, limitedBefore.rig];
  await limited.close();
});
