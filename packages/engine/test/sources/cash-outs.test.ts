/** Small balances are paid out under the law of their sale: whole lots, once, whoever else spends of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { DrawdownError } from '../../src/errors.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { call } from '../engine/campaign-rig.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig, tally, together } from '../engine/rig.ts';

const withThreshold = (at_most_minor: number | null) =>
  readCatalog({
    ...shippedCatalog,
    packs: [{ id: 'pack', name: 'Pack', credits: 100, bonus: 10, prices: { USD: 1000, EUR: 1000 } }],
    policies: {
      ...shippedCatalog.policies,
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
  ];
  rig = await openRig({ testClock: true, sweep: false, engines });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function bought(account: string, { currency = 'USD', jurisdiction = 'US-CA' } = {}): Promise<string> {
  const { purchase } = await rig.first.purchases.checkout(
    account,
    { pack: 'pack', currency, jurisdiction, return_url: 'http://localhost/' },
    { ...call(), origin: 'http://127.0.0.1:4400' },
  );
  const paid = {
    kind: 'paid',
    payment: purchase.id,
    gross: 1000,
    net: 1000,
    currency,
    at: CLOCK_START,
  } as const;
  await rig.first.purchases.enter('sandbox', {
    id: purchase.id,
    subject: { purchase: purchase.id },
    facts: [paid],
  });
  return purchase.id;
}

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
  await spend('u_1', 30);
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
  await setTestClock(rig.database, CLOCK_START + 1000);
  const { periods } = await rig.first.reports.rollForward({
    from: '2026-01',
    to: '2026-02',
    class: 'purchased',
  });
  expect(periods[0]?.rows[0]?.money[0]).toMatchObject({
    sold: 1000,
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

test('what the provider pays back afterwards is no longer payable', async () => {
  const purchase = await bought('u_6');
  await spend('u_6', 60);
  const { payable, settlements } = await cashOut('u_6');
  const refund = { kind: 'refund', id: 'r', amount: payable.amount_minor, failed: false } as const;
  await rig.first.purchases.enter('sandbox', { id: 'r', subject: { purchase }, facts: [refund] });
  const { data } = await rig.first.life.settlements.payables({ limit: 200 });
  expect(data.find(({ id }) => id === settlements[0]?.grant)).toMatchObject({
    payable_minor: 0,
    paid_at: null,
  });
});
