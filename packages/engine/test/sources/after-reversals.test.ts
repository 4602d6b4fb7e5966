/** What happens to bought credits beside and after a reversal: it takes exactly what it is owed, and nothing else. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Engine } from '../../src/engine.ts';
import type { Fact } from '../../src/sources/purchase-state.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, expectWhole, openRig, type Rig } from '../engine/rig.ts';

let rig: Rig;
let debt: Engine;

const DEBT = readCatalog({
  ...shippedCatalog,
  policies: { ...shippedCatalog.policies, reversal: 'debt' },
});
/** `pack_1200`: 1,200 credits and a bonus of 100, in this order. */
const PRICE = 3999;

beforeAll(async () => {
  const payments = { sandbox: true };
  const each = { payments, testClock: true };
  rig = await openRig({ testClock: true, engines: [each, each, { ...each, catalog: DEBT }] });
  debt = rig.engines[2] as Engine;
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function buy(account: string, engine = rig.first): Promise<string> {
  const body = { pack: 'pack_1200', currency: 'USD', return_url: 'http://localhost/' };
  const { purchase } = await engine.purchases.checkout(account, body, { origin: 'http://127.0.0.1:4400' });
  const paid = { kind: 'paid', payment: account, gross: PRICE, net: PRICE, currency: 'USD', at: 1 } as const;
  await tell(purchase.id, paid);
  return purchase.id;
}

let events = 0;
async function tell(purchase: string, ...facts: readonly Fact[]): Promise<void> {
  events += 1;
  await rig.second.purchases.enter('sandbox', { id: `after:${events}`, subject: { purchase }, facts });
}

const refund = (amount: number, failed = false): Fact => ({
  kind: 'refund',
  id: `r${amount}`,
  amount,
  failed,
});
const dispute = (stage: 'opened' | 'won' | 'lost', at: number): Fact => ({
  kind: 'dispute',
  id: 'd',
  stage,
  amount: PRICE,
  at,
});

async function classesOf(account: string) {
  const { classes } = await rig.first.balance(account);
  return Object.fromEntries(classes.map((one) => [one.class, one.total]));
}

const show = (purchase: string) => rig.first.purchases.byId(purchase, {});
const lotsOf = async (account: string) => (await rig.first.grants(account, { state: 'all' })).data;

test('what staff voided is not given again by whatever the provider says next', async () => {
  const purchase = await buy('u_staff');
  await tell(purchase, refund(PRICE / 3));
  for (const lot of (await show(purchase)).grants) await rig.first.voidGrant(lot, { reason: 'abuse' }, {});
  await tell(purchase, dispute('opened', 2));
  await tell(purchase, dispute('won', 3));
  expect(await rig.first.balance('u_staff')).toMatchObject({ total: 0 });
  expect(await show(purchase)).toMatchObject({ reversed: 433, lost: 0 });
  await tell(purchase, refund(PRICE / 3, true));
  expect(await rig.first.balance('u_staff')).toMatchObject({ total: 433 });
});

test('lots that are given again cost what their part did: a bonus nothing, all together never above the price', async () => {
  const purchase = await buy('u_cost');
  await tell(purchase, refund(PRICE));
  await tell(purchase, refund(PRICE, true));
  const again = (await lotsOf('u_cost')).filter((lot) => lot.remaining > 0);
  expect(again.map(({ remaining, cost }) => [remaining, cost?.amount_minor]).sort()).toEqual([
    [100, 0],
    [1200, PRICE],
  ]);
});

describe('a reversal that was taken back', () => {
  test('while the credits were held: they are the buyer’s again once the hold ends', async () => {
    const purchase = await buy('u_held');
    const hold = (await rig.first.hold('u_held', { amount: 1300 }, {})) as wire.HoldReceipt;
    await tell(purchase, refund(PRICE));
    await tell(purchase, refund(PRICE, true));
    await rig.first.release(hold.hold.id, {}, {});
    expect(await rig.first.balance('u_held')).toMatchObject({ available: 1300 });
    expect(await show(purchase)).toMatchObject({ state: 'completed', reversed: 0, lost: 0 });
  });

  test('while they were spent: a refund of the spending brings them back', async () => {
    const purchase = await buy('u_spent');
    const { operation } = await rig.first.consume('u_spent', { amount: 1300 }, {});
    await tell(purchase, dispute('lost', 2));
    await tell(purchase, dispute('won', 3));
    await rig.first.refund((operation as { id: string }).id, { reason: 'failed' }, {});
    expect(await rig.first.balance('u_spent')).toMatchObject({ available: 1300 });
  });
});

describe('what falls back after a reversal is still owed to it', () => {
  test.each(['release', 'time out'])('by a %s', async (how) => {
    const account = `u_falls_${how.replaceAll(' ', '_')}`;
    const purchase = await buy(account);
    const hold = (await rig.first.hold(account, { amount: 1300, ttl_seconds: 60 }, {})) as wire.HoldReceipt;
    await tell(purchase, refund(PRICE / 3));
    expect(await show(purchase)).toMatchObject({ reversed: 0, lost: 0 });
    if (how === 'release') await rig.second.release(hold.hold.id, {}, {});
    else await rig.first.advanceTestClock('PT2M');
    expect(await rig.first.balance(account)).toMatchObject({ available: 867, held: 0 });
    expect(await show(purchase)).toMatchObject({ reversed: 433, lost: 0 });
  });

  test('a capture is lost', async () => {
    const purchase = await buy('u_capture');
    const hold = (await rig.first.hold('u_capture', { amount: 1300 }, {})) as wire.HoldReceipt;
    await tell(purchase, refund(PRICE));
    await rig.first.capture(hold.hold.id, { amount: 1000 }, {});
    expect(await show(purchase)).toMatchObject({ reversed: 300, lost: 1000 });
    expect(await rig.first.balance('u_capture')).toMatchObject({ total: 0 });
  });

  test('a capture is owed where the policy says so', async () => {
    const purchase = await buy('u_owes', debt);
    const hold = (await debt.hold('u_owes', { amount: 1300 }, {})) as wire.HoldReceipt;
    await tell(purchase, dispute('lost', 2));
    await debt.capture(hold.hold.id, { amount: 1000 }, {});
    expect(await show(purchase)).toMatchObject({ reversed: 300, owed: 1000 });
    expect(await rig.first.balance('u_owes')).toMatchObject({ total: 0, debt: 1000 });
  });

  test('spending that is refunded takes the debt, or the loss, away', async () => {
    for (const engine of [rig.first, debt]) {
      const account = engine === debt ? 'u_no_debt' : 'u_no_loss';
      const purchase = await buy(account, engine);
      const { operation } = await engine.consume(account, { amount: 1300 }, {});
      await tell(purchase, refund(PRICE));
      expect(await engine.balance(account)).toMatchObject({ debt: engine === debt ? 1300 : 0 });
      await engine.refund((operation as { id: string }).id, { reason: 'failed' }, {});
      expect(await engine.balance(account)).toMatchObject({ total: 0, debt: 0 });
      expect(await show(purchase)).toMatchObject({ reversed: 1300, lost: 0, owed: 0 });
      await buy(`${account}_next`, engine);
    }
  });

  test('what a debt was repaid out of comes back to it, whatever class it was of', async () => {
    const purchase = await buy('u_repaid', debt);
    const { operation } = await debt.consume('u_repaid', { amount: 1000 }, {});
    await tell(purchase, refund(PRICE));
    const { grant } = await debt.grant(
      'u_repaid',
      { class: 'promotional', amount: 150, valid_for: 'P30D' },
      {},
    );
    expect(await debt.balance('u_repaid')).toMatchObject({ total: 0, debt: 850 });
    await debt.refund((operation as { id: string }).id, { reason: 'failed' }, {});
    expect(await classesOf('u_repaid')).toEqual({ subscription: 0, promotional: 150, purchased: 0 });
    expect(await debt.balance('u_repaid')).toMatchObject({ debt: 0 });
    expect(await debt.grantById(grant.id, {})).toMatchObject({ remaining: 150, consumed: 0, voided: 0 });
    expect(await show(purchase)).toMatchObject({ reversed: 1300, lost: 0, owed: 0 });
  });

  test('a repayment that time enters in the very write that forgives is found as well', async () => {
    const purchase = await buy('u_begins', debt);
    await debt.consume('u_begins', { amount: 1300 }, {});
    await tell(purchase, dispute('lost', 2));
    const now = Date.parse((await debt.balance('u_begins')).as_of);
    const later = new Date(now + 60_000).toISOString();
    await debt.grant('u_begins', { class: 'promotional', amount: 100, effective_at: later }, {});
    await setTestClock(rig.database, now + 61_000);
    await tell(purchase, dispute('won', 3));
    expect(await classesOf('u_begins')).toEqual({ subscription: 0, promotional: 100, purchased: 0 });
  });

  test('reconciling finds lots that do not follow, and a rehearsal changes nothing', async () => {
    const purchase = await buy('u_reconcile');
    const hold = (await rig.first.hold('u_reconcile', { amount: 1300 }, {})) as wire.HoldReceipt;
    await tell(purchase, refund(PRICE / 3));
    // As if the process had ended between the release and what follows from it.
    await rig.sql(`update drawdown.purchases set awaits = false where payment = 'u_reconcile'`);
    await rig.first.release(hold.hold.id, {}, {});
    const found = async (repair: boolean) => {
      for await (const one of rig.first.purchases.reconcile({ since: 0, repair })) {
        if (one.purchase === purchase) return one.result;
      }
      return null;
    };
    expect(await found(false)).toBe('differs');
    expect(await rig.first.balance('u_reconcile')).toMatchObject({ available: 0 });
    expect(await found(true)).toBe('repaired');
    expect(await rig.first.balance('u_reconcile')).toMatchObject({ available: 867 });
    expect(await found(true)).toBe('same');
  });
});

test('staff freeze during a dispute, which outlives it; unfreezing does not end the dispute’s', async () => {
  const purchase = await buy('u_frozen');
  const [lot = ''] = (await show(purchase)).grants;
  await tell(purchase, dispute('opened', 2));
  const call = { idempotencyKey: 'staff' };
  await rig.first.freezeGrant(lot, { reason: 'fraud' }, call);
  expect(await rig.first.freezeGrant(lot, { reason: 'fraud' }, call)).toMatchObject({ replayed: true });
  expect(await codeOf(rig.first.freezeGrant(lot, { reason: 'again' }, {}))).toBe('grant_frozen');
  await rig.first.unfreezeGrant(lot, { reason: 'cleared' }, {});
  expect(await rig.first.balance('u_frozen')).toMatchObject({ available: 0 });
  await rig.first.freezeGrant(lot, { reason: 'fraud' }, {});
  await tell(purchase, dispute('won', 3));
  expect(await rig.first.balance('u_frozen')).toMatchObject({ available: 100, frozen: 1200 });
  await rig.first.unfreezeGrant(lot, { reason: 'cleared' }, {});
  expect(await rig.first.balance('u_frozen')).toMatchObject({ available: 1300 });
});
