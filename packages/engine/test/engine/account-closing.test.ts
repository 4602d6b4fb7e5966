/** Closing: what was paid for is settled, every lot is taken back in an entry, and late money still settles right. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Engine } from '../../src/engine.ts';
import { call, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig, SHIPPED, tally, together } from './rig.ts';

const BACK = 'http://127.0.0.1/';
const policy = (closure: 'payable' | 'forfeit') =>
  readCatalog({ ...shippedCatalog, policies: { ...shippedCatalog.policies, closure } });

let rig: Rig;
let engine: Engine;
let payable: Engine;
let forfeit: Engine;

beforeAll(async () => {
  rig = await openRig({
    testClock: true,
    payments: { sandbox: true },
    engines: [{ catalog: SHIPPED }, { catalog: policy('payable') }, { catalog: policy('forfeit') }],
  });
  [engine, payable, forfeit] = rig.engines as [Engine, Engine, Engine];
});

afterAll(() => rig?.close());

const close = (id: string, by = engine, more: { forfeit?: true } = {}) =>
  by.life.closures.close(id, { reason: 'asked for', ...more }, call({ actor: 'staff:anna' }));

async function bought(account: string, pay = true): Promise<{ id: string; checkout: string }> {
  const made = await engine.purchases.checkout(
    account,
    { pack: 'pack_100', return_url: BACK, provider: 'sandbox' },
    { ...call(), origin: 'http://127.0.0.1' },
  );
  if (pay) await engine.sandbox.act(made.checkout, 'pay');
  return { id: made.purchase.id, checkout: made.checkout };
}

/** What the provider tells of a purchase, some time. */
const told = (id: string, facts: Parameters<Engine['purchases']['enter']>[1]['facts']) =>
  engine.purchases.enter('sandbox', {
    id: `${id}-${JSON.stringify(facts).length}`,
    subject: { purchase: id },
    facts,
  });

test('an untouched pack is paid back, one that was touched is payable, everything else is voided, row by row', async () => {
  await people(engine, ['anna']);
  // Of two alike, the older one is drawn on.
  const [touched, whole] = [await bought('anna'), await bought('anna')];
  await engine.consume('anna', { amount: 25 }, call());
  await engine.grant('anna', { class: 'promotional', amount: 7 }, call());
  await engine.grant('anna', { class: 'purchased', amount: 5, effective_at: '2027-01-01T00:00:00Z' }, call());
  const { subscription } = await engine.subscriptions.create('anna', { plan: 'pro' }, call());

  const preview = await engine.life.closures.preview('anna');
  expect(tally(preview.lots.map(({ outcome }) => outcome))).toEqual({ refunded: 1, payable: 1, voided: 3 });
  const price = (await engine.purchases.byId(whole.id, {})).price;
  expect(preview.value).toEqual([
    { ...price, amount_minor: Math.ceil((price.amount_minor * 75) / 100), outcome: 'payable' },
    { ...price, outcome: 'refunded' },
  ]);
  expect(preview.subscriptions).toEqual([subscription.id]);
  expect(await engine.getAccount('anna')).toMatchObject({ state: 'active' });

  const done = await close('anna');
  expect(done).toMatchObject({
    account: { state: 'closed', merged_into: null },
    operation: { type: 'adjust', amount: 0, reason: 'asked for' },
    payable: [{ ...price, amount_minor: Math.ceil((price.amount_minor * 75) / 100) }],
  });
  expect(await engine.purchases.byId(whole.id, {})).toMatchObject({ state: 'reversed' });
  expect(await engine.purchases.byId(touched.id, {})).toMatchObject({ state: 'completed' });
  expect((await engine.subscriptions.list('anna', {})).data).toMatchObject([{ status: 'cancelled' }]);
  expect(await engine.balance('anna')).toMatchObject({ total: 0 });
  const voids = (await engine.entries('anna', { type: 'void' })).data;
  expect(tally(voids.map(({ reason }) => String(reason)))).toEqual({
    account_closed: 4,
    purchase_reversed: 1,
  });
  for (const change of [
    () => engine.grant('anna', { class: 'promotional', amount: 1 }, call()),
    () => payable.consume('anna', { amount: 1 }, call()),
    () => engine.subscriptions.create('anna', { plan: 'pro' }, call()),
    () => engine.subscriptions.renew('anna', subscription.id, { ref: 'late' }, call()),
    () => bought('anna'),
    () => close('anna'),
    () => engine.life.merges.merge('anna', { into: 'bert', reason: 'x' }, call()),
  ]) {
    expect(await codeOf(change()), String(change)).toMatch(/account_(closed|not_found)/);
  }
  await expectWhole(rig);
});

test('the provider pays back once, however often the closing is tried, and by how many at once', async () => {
  await people(engine, ['bert']);
  const { id } = await bought('bert');
  const codes = await together(6, () => codeOf(close('bert')));
  // Whoever looks while the money goes back finds something under way; afterwards all find the same.
  const { done, account_closed: closed = 0, account_busy: busy = 0 } = tally(codes);
  expect([done, closed + busy]).toEqual([1, 5]);
  expect(await codeOf(close('bert'))).toBe('account_closed');
  expect(await engine.purchases.byId(id, {})).toMatchObject({ state: 'reversed', reversed: 100 });
  expect((await engine.life.closures.report('bert')).payable).toEqual([]);
});

test('payable by policy: what the provider pays back later is not paid twice, the rest is settled by hand', async () => {
  await people(payable, ['carl']);
  const [first, second] = [await bought('carl'), await bought('carl')];
  const { price } = await engine.purchases.byId(first.id, {});
  const done = await close('carl', payable);
  expect(done.payable).toEqual([{ ...price, amount_minor: 2 * price.amount_minor }]);
  // The buyer goes to the bank all the same.
  await told(first.id, [{ kind: 'dispute', id: 'dp', stage: 'lost', amount: price.amount_minor, at: 1 }]);
  await told(second.id, [{ kind: 'refund', id: 're', amount: 100, failed: false }]);
  expect(await engine.purchases.byId(first.id, {})).toMatchObject({ state: 'reversed', lost: 0 });
  const left = { ...price, amount_minor: price.amount_minor - 100 };
  expect((await payable.life.closures.report('carl')).payable).toEqual([left]);
  const settled = await payable.life.closures.settle(
    'carl',
    { reference: 'SEPA 1' },
    { actor: 'staff:anna' },
  );
  expect(settled.payable).toEqual([]);
  const again = await payable.life.closures.settle('carl', { reference: 'SEPA 2' }, {});
  expect(again).toEqual(settled);
  expect(tally(settled.settlements.map((one) => `${one.reference} ${one.paid_minor}`))).toEqual({
    [`SEPA 1 ${left.amount_minor}`]: 1,
    'null null': 1,
  });
  await expectWhole(rig);
});

test('a dispute that is won after the closing gives nothing to a closed account', async () => {
  await people(payable, ['dora']);
  const { id } = await bought('dora');
  const { price } = await engine.purchases.byId(id, {});
  await close('dora', payable);
  const dispute = { kind: 'dispute', id: 'dp', amount: price.amount_minor } as const;
  await told(id, [{ ...dispute, stage: 'lost', at: 1 }]);
  expect((await payable.life.closures.report('dora')).payable).toEqual([]);
  await told(id, [{ ...dispute, stage: 'won', at: 20 }]);
  expect(await engine.balance('dora')).toMatchObject({ total: 0, debt: 0 });
  // The money is ours again, so it is payable again.
  expect((await payable.life.closures.report('dora')).payable).toEqual([price]);
  await expectWhole(rig);
});

test('forfeited only with the consent that is recorded', async () => {
  await people(forfeit, ['emil']);
  await bought('emil');
  expect(await codeOf(close('emil', forfeit))).toBe('consent_required');
  expect(await engine.getAccount('emil')).toMatchObject({ state: 'active' });
  const done = await close('emil', forfeit, { forfeit: true });
  expect(done).toMatchObject({ payable: [], settlements: [{ way: 'forfeited', credits: 100 }] });
  expect((await engine.entries('emil', { type: 'adjust' })).data[0]).toMatchObject({
    metadata: { forfeit: true },
  });
});

test('what is being paid keeps the account open; what is paid when it is closed is payable', async () => {
  await people(engine, ['fee']);
  const { id, checkout } = await bought('fee', false);
  await expect(close('fee')).rejects.toMatchObject({ code: 'account_busy', details: { purchases: [id] } });
  await engine.advanceTestClock('PT31M');
  await close('fee');
  // Its checkout was closed, so that nobody pays there any more; money that was on its way arrives all the same.
  await engine.sandbox.act(checkout, 'pay').catch(() => undefined);
  const { state, price } = await engine.purchases.byId(id, {});
  expect(state).toBe('expired');
  const sum = { gross: price.amount_minor, net: price.amount_minor, currency: price.currency };
  const paid = { kind: 'paid', payment: 'pay_slow', ...sum, at: 1 } as const;
  await engine.purchases.enter('sandbox', { id: 'evt_slow', subject: { purchase: id }, facts: [paid] });
  const purchase = await engine.purchases.byId(id, {});
  expect(purchase).toMatchObject({ state: 'completed', grants: [] });
  expect(await engine.balance('fee')).toMatchObject({ total: 0 });
  expect(await engine.life.closures.report('fee')).toMatchObject({
    settlements: [{ grant: null, purchase: id, credits: 0 }],
    payable: [purchase.price],
  });
  await engine.sandbox.act(checkout, 'refund');
  expect((await engine.life.closures.report('fee')).payable).toEqual([]);
  await expectWhole(rig);
});

test('open holds keep it open, and an account that is open has no closure', async () => {
  await people(engine, ['gabi']);
  await engine.grant('gabi', { class: 'purchased', amount: 5 }, call());
  await engine.hold('gabi', { amount: 2 }, call());
  expect(await codeOf(close('gabi'))).toBe('account_busy');
  expect(await codeOf(engine.life.closures.report('gabi'))).toBe('account_open');
});
