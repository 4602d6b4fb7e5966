/** Small balances are paid out under the law of their sale: whole lots, once, whoever else spends of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { DrawdownError } from '../../src/errors.ts';
import type { PaymentEvent } from '../../src/sources/provider.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { call } from '../engine/campaign-rig.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig, tally, together } from '../engine/rig.ts';

const withThreshold = (at_most_minor: number | null, reversal: 'loss' | 'debt' = 'loss') =>
  readCatalog({
    ...shippedCatalog,
    packs: [{ id: 'pack', name: 'Pack', credits: 100, bonus: 10, prices: { USD: 1000, EUR: 1000 } }],
    policies: {
      ...shippedCatalog.policies,
      reversal,
      overdraft: { allowed: true, limit: 50 },
      jurisdictions: {
        'US-CA': { cash_out: at_most_minor === null ? null : { at_most_minor, currency: 'USD' } },
      },
    } as never,
  });

let rig: Rig;

beforeAll(async () => {
  const payments = { sandbox: true };
  const engines = [
    { payments, catalog: withThreshold(999) },
    { payments, catalog: withThreshold(null) },
    { payments, catalog: withThreshold(999, 'debt') },
  ];
  rig = await openRig({ testClock: true, sweep: false, engines });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function ordered(
  account: string,
  { engine = rig.first, currency = 'USD', jurisdiction = 'US-CA' } = {},
): Promise<string> {
  const { purchase } = await engine.purchases.checkout(
    account,
    { pack: 'pack', currency, jurisdiction, return_url: 'http://localhost/' },
    { ...call(), origin: 'http://127.0.0.1:4400' },
  );
  return purchase.id;
}

async function bought(account: string, more: Parameters<typeof ordered>[1] = {}): Promise<string> {
  const purchase = await ordered(account, more);
  await pay(purchase, more.currency);
  return purchase;
}

async function pay(purchase: string, currency = 'USD'): Promise<void> {
  const paid = {
    kind: 'paid',
    payment: purchase,
    gross: 1000,
    net: 1000,
    currency,
    at: CLOCK_START,
  } as const;
  await rig.first.purchases.enter('sandbox', {
    id: purchase,
    subject: { purchase },
    facts: [paid],
  });
}

let refunds = 0;
async function refunded(purchase: string, amount: number, { id = `r${refunds}`, failed = false } = {}) {
  refunds += 1;
  const fact = { kind: 'refund', id, amount, failed } as const;
  await rig.first.purchases.enter('sandbox', { id: `e${refunds}`, subject: { purchase }, facts: [fact] });
}

const owedTo = async (account: string): Promise<number> => {
  const { data } = await rig.first.life.settlements.payables({ limit: 200 });
  const own = data.filter((one) => one.account === account);
  return own.reduce((sum, { payable_minor }) => sum + payable_minor, 0);
};

const spend = (account: string, amount: number) => rig.first.consume(account, { amount }, call());
// The second engine's catalog asks for no payouts any more.
const cashOut = (account: string, key = call()) => rig.second.life.cashOuts.cashOut(account, {}, key);

async function reasonOf(change: Promise<unknown>): Promise<unknown> {
  try {
    await change;
    return 'done';
  } catch (error) {
    if (error instanceof DrawdownError) return error.details.reason ?? error.code;
    throw error;
  }
}

test('what was frozen at the sale holds: too much, then little enough; the bonus stays', async () => {
  await bought('u_1');
  expect(await reasonOf(rig.second.life.cashOuts.preview('u_1', {}))).toBe('above_threshold');
  expect(await reasonOf(cashOut('u_1'))).toBe('above_threshold');
  const { operation } = await spend('u_1', 30);
  const preview = await rig.second.life.cashOuts.preview('u_1', {});
  const [lot] = preview.lots;
  const made = await cashOut('u_1');
  expect(preview).toMatchObject({ payable: made.payable, balance: made.payable });
  expect(made.settlements).toMatchObject([
    { grant: lot?.grant, value: lot?.value, payable_minor: preview.payable.amount_minor },
  ]);
  const left = (await rig.first.grants('u_1', { state: 'active' })).data;
  expect(left.every(({ cost }) => cost === null || cost.amount_minor === 0)).toBe(true);
  expect(await reasonOf(cashOut('u_1'))).toBe('nothing');
  // What falls back into the lot is void, and no part of what was paid out.
  await rig.first.refund(operation?.id ?? '', { reason: 'failed', amount: 10 }, call());
  await setTestClock(rig.database, CLOCK_START + 1000);
  const { periods } = await rig.first.reports.rollForward({
    from: '2026-01',
    to: '2026-02',
    class: 'purchased',
  });
  expect(periods[0]?.rows[0]?.money[0]).toMatchObject({
    sold: 1000,
    used: -300,
    refunded: 100,
    voided: -100,
    cashed_out: -made.payable.amount_minor,
    closing: 0,
  });
});

test('two in one currency count together; what no policy is about, or none in its currency, does not', async () => {
  await rig.first.putAccount('u_2', {});
  const cost = { amount_minor: 500, currency: 'USD' };
  const law = { cash_out: { at_most_minor: 999, currency: 'USD' } };
  const lot = (metadata: object, more: object = {}) =>
    rig.first.grant(
      'u_2',
      { class: 'purchased', amount: 50, cost, metadata: metadata as never, ...more },
      call(),
    );
  await lot({});
  await lot(law, { cost: { amount_minor: 500, currency: 'EUR' } });
  expect(await reasonOf(cashOut('u_2'))).toBe('nothing');
  await lot(law);
  await lot({ cash_out: { at_most_minor: 2000, currency: 'USD' } });
  // Together they are worth 1000: too much for the one, little enough for the other.
  expect((await cashOut('u_2')).payable).toEqual({ amount_minor: 500, currency: 'USD' });
  expect((await cashOut('u_2')).payable).toEqual({ amount_minor: 500, currency: 'USD' });
  expect((await rig.first.balance('u_2')).total).toBe(100);
});

test('held, frozen or owing: not now', async () => {
  await bought('u_3');
  await spend('u_3', 90);
  const hold = await rig.first.hold('u_3', { amount: 20 }, call());
  expect(await reasonOf(cashOut('u_3'))).toBe('held');
  if (hold.operation === null) throw new Error('charged');
  await rig.first.release(hold.hold.id, {}, call());
  const { lots } = await rig.first.life.cashOuts.preview('u_3', {});
  const frozen = lots[0]?.grant as string;
  await rig.first.freezeGrant(frozen, { reason: 'disputed' }, call());
  expect(await reasonOf(cashOut('u_3'))).toBe('frozen');
  // What is frozen pays nothing, so the account falls into debt beside it.
  await rig.first.consume('u_3', { amount: 15, overdraft: true }, call());
  expect(await reasonOf(cashOut('u_3'))).toBe('debt');
});

test('beside spending: the lot is spent or paid out, to the credit, and never both', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 6; round += 1) {
    const account = `race_${round}`;
    await bought(account);
    await spend(account, 60);
    const [payout, ...spent] = await Promise.all([
      reasonOf(cashOut(account)),
      ...(await together(5, async () => codeOf(spend(account, 5)))),
    ]);
    expect(payout).toBe('done');
    const [settled] = (await rig.first.life.settlements.payables({ limit: 200 })).data.filter(
      (one) => one.account === account,
    );
    const used = 60 + 5 * (tally(spent as string[]).done ?? 0);
    expect((await rig.first.balance(account)).total).toBe(110 - used - (settled?.credits ?? 0));
  }
});

test('one key is one payout, however often and wherever at once; another key finds nothing', async () => {
  await bought('u_5');
  await spend('u_5', 60);
  const one = call();
  const all = await together(8, (i) =>
    (i % 2 === 0 ? rig.first : rig.second).life.cashOuts.cashOut('u_5', {}, one),
  );
  expect(new Set(all.map(({ operation }) => operation.id)).size).toBe(1);
  expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(all.map(({ payable }) => payable.amount_minor)).size).toBe(1);
  expect(await reasonOf(cashOut('u_5'))).toBe('nothing');
});

test('what the provider pays back afterwards is no longer payable, wherever the purchase is by then', async () => {
  const purchase = await bought('u_6');
  await spend('u_6', 60);
  const { payable } = await cashOut('u_6');
  await refunded(purchase, payable.amount_minor - 50);
  expect(await owedTo('u_6')).toBe(50);
  await rig.first.putAccount('u_6_heir', {});
  await rig.first.life.merges.merge('u_6', { into: 'u_6_heir', reason: 'one person' }, call());
  await refunded(purchase, 50);
  expect(await owedTo('u_6')).toBe(0);
});

test('of several lots of one purchase, what comes back lowers one, and what is owed in money not in credits', async () => {
  const twice = await bought('u_7');
  await refunded(twice, 500, { id: 'half' });
  await refunded(twice, 500, { id: 'half', failed: true });
  await spend('u_7', 10);
  expect((await cashOut('u_7')).settlements).toHaveLength(2);
  expect(await owedTo('u_7')).toBe(900);
  await refunded(twice, 300);
  expect(await owedTo('u_7')).toBe(600);
  await refunded(twice, 500);
  expect(await owedTo('u_7')).toBe(100);

  const engine = rig.engines[2];
  const debt = await bought('u_8', engine === undefined ? {} : { engine });
  await spend('u_8', 60);
  await cashOut('u_8');
  // 40 of the 50 credits that this is the price of were paid for in money, which is not paid any more.
  await refunded(debt, 500);
  expect(await owedTo('u_8')).toBe(0);
  expect(await rig.first.purchases.byId(debt, {})).toMatchObject({ owed: 10 });
});

test('while a dispute is open nothing of its payment is payable, and what was paid again neither', async () => {
  const purchase = await bought('u_10');
  const told = async (...facts: PaymentEvent['facts']) => {
    refunds += 1;
    await rig.first.purchases.enter('sandbox', { id: `e${refunds}`, subject: { purchase }, facts });
  };
  const about = { kind: 'dispute', amount: 1000, at: CLOCK_START } as const;
  const again = { kind: 'paid', payment: 'twice', gross: 1000, net: 1000, currency: 'USD' } as const;
  await spend('u_10', 30);
  await cashOut('u_10');
  await told({ ...about, id: 'd1', stage: 'opened' });
  expect(await owedTo('u_10')).toBe(0);
  const [lot] = (await rig.first.life.settlements.payables({ limit: 200 })).data.filter(
    (one) => one.account === 'u_10',
  );
  const mark = () => rig.first.life.settlements.paid(lot?.id as string, { reference: 'SEPA' }, call());
  expect(await mark()).toMatchObject({ payable_minor: 0, paid_at: null });
  await told({ ...about, id: 'd1', stage: 'won', at: CLOCK_START + 1 });
  expect(await owedTo('u_10')).toBe(700);
  await told({ ...again, at: CLOCK_START + 2 });
  expect(await owedTo('u_10')).toBe(1700);
  await told({ ...about, id: 'd2', payment: 'twice', stage: 'opened' });
  expect(await owedTo('u_10')).toBe(700);
  await told({ ...about, id: 'd2', payment: 'twice', stage: 'lost', at: CLOCK_START + 3 });
  expect(await owedTo('u_10')).toBe(700);
  expect(await mark()).toMatchObject({ payable_minor: 0, paid_minor: 700 });
});

test('what failed to come back after the rest was paid is payable again, once', async () => {
  const purchase = await bought('u_11');
  await spend('u_11', 10);
  await cashOut('u_11');
  await refunded(purchase, 250, { id: 'fails' });
  const [lot] = (await rig.first.life.settlements.payables({ limit: 200 })).data.filter(
    (one) => one.account === 'u_11',
  );
  const mark = (reference: string) =>
    rig.first.life.settlements.paid(lot?.id as string, { reference }, call());
  expect(await mark('SEPA 1')).toMatchObject({ payable_minor: 0, paid_minor: 650, reference: 'SEPA 1' });
  await refunded(purchase, 250, { id: 'fails', failed: true });
  expect(await owedTo('u_11')).toBe(250);
  // A repetition of what was said is none of what came since.
  expect(await mark('SEPA 1')).toMatchObject({ payable_minor: 250, paid_minor: 650 });
  expect(await mark('SEPA 2')).toMatchObject({
    payable_minor: 0,
    paid_minor: 900,
    reference: 'SEPA 1; SEPA 2',
  });
  expect(await owedTo('u_11')).toBe(0);
  expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({ state: 'completed', lost: 0 });
});

test('a lot and a purchase of one number are settled both', async () => {
  const at = CLOCK_START + 10_000;
  await setTestClock(rig.database, at);
  const purchase = await ordered('u_9');
  const cost = { amount_minor: 700, currency: 'USD' };
  const { grant } = await rig.first.grant('u_9', { class: 'purchased', amount: 7, cost }, call());
  expect(grant.id.slice(4)).toBe(purchase.slice(4));
  await setTestClock(rig.database, at + 31 * 60_000);
  await rig.first.life.closures.close('u_9', { reason: 'asked' }, call());
  await pay(purchase);
  expect(await owedTo('u_9')).toBe(1700);
  await rig.first.life.settlements.paid(purchase, { reference: 'SEPA' }, call());
  expect(await owedTo('u_9')).toBe(700);
});
