/** Payments on real PostgreSQL, told to two engines at once in every order: one and the same end (law 8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Fact, Paid } from '../../src/sources/purchase-state.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from '../engine/rig.ts';

let rig: Rig;

const RETURN = 'http://localhost/';
const ORIGIN = 'http://127.0.0.1:4400';
const DEBT = readCatalog({
  ...shippedCatalog,
  policies: { ...shippedCatalog.policies, reversal: 'debt' },
});

beforeAll(async () => {
  const payments = { sandbox: true };
  rig = await openRig({ engines: [{ payments }, { payments }, { payments, catalog: DEBT }] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function order(account: string, engine = rig.first): Promise<string> {
  const body = { pack: 'pack_1200', currency: 'USD', return_url: RETURN };
  return (await engine.purchases.checkout(account, body, { origin: ORIGIN })).purchase.id;
}

const PAID: Paid = { kind: 'paid', payment: 'p', gross: 3999, net: 3999, currency: 'USD', at: 1 };

const paidAs = (payment: string): Paid => ({ ...PAID, payment });

/** Each engine in its turn; an event's id is its place in the story, so that the same one is the same event. */
async function tell(purchase: string, story: readonly Fact[], indexes: readonly number[]): Promise<void> {
  for (const [turn, index] of indexes.entries()) {
    const engine = turn % 2 === 0 ? rig.first : rig.second;
    const fact = story[index] as Fact;
    await engine.purchases.enter('sandbox', {
      id: `${purchase}:${index}`,
      subject: { purchase },
      facts: [fact],
    });
  }
}

async function endOf(account: string, purchase: string) {
  const { state, reversed, lost, owed } = await rig.second.purchases.byId(purchase, {});
  const { total, frozen, available, debt, classes } = await rig.first.balance(account);
  const open = (await rig.second.grants(account, { state: 'all' })).data
    .filter((lot) => lot.remaining > 0)
    .map((lot) => ({
      class: lot.class,
      remaining: lot.remaining,
      state: lot.state,
      expires_at: lot.expires_at,
    }));
  const left = classes.map((one) => one.total);
  return { state, reversed, lost, owed, total, frozen, available, debt, left, open };
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)),
  );
}

const STORIES: Record<string, (payment: string) => Fact[]> = {
  'refund before purchase': (payment) => [
    paidAs(payment),
    { kind: 'refund', id: 'r', amount: 3999, failed: false },
    { kind: 'refunded', total: 3999 },
  ],
  'dispute won after lost, with a partial refund': (payment) => [
    paidAs(payment),
    { kind: 'ended', how: 'expired' },
    { kind: 'refund', id: 'r', amount: 1000, failed: false },
    { kind: 'dispute', id: 'd', stage: 'opened', amount: 3999, at: 2 },
    { kind: 'dispute', id: 'd', stage: 'lost', amount: 3999, at: 3 },
    { kind: 'dispute', id: 'd', stage: 'won', amount: 3999, at: 4 },
  ],
};

describe.each(Object.entries(STORIES))('law 8: %s', (name, story) => {
  test('every order of the events, with repetitions, has the same end', { timeout: 120_000 }, async () => {
    const { length } = story('');
    const orders = permutations(length);
    const ends: unknown[] = [];
    const queue = [...orders.entries()];
    const worker = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [i, indexes] = next;
        const account = `${name.replaceAll(/\W/g, '_')}_${i}`;
        const purchase = await order(account);
        await tell(purchase, story(`${name}-${i}`), [...indexes, indexes[i % length] as number]);
        ends[i] = await endOf(account, purchase);
      }
    };
    await together(16, worker);
    expect(ends).toHaveLength(orders.length);
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  test.each([1, 2, 100])('all events delivered %i times to two engines at once', async (times) => {
    const account = `times_${name.length}_${times}`;
    const purchase = await order(account);
    const facts = story(`${name}-${times}`);
    await together(times, async (i) => {
      const engine = i % 2 === 0 ? rig.first : rig.second;
      const all = facts.map((fact, index) =>
        engine.purchases.enter('sandbox', {
          id: `${purchase}:${index}`,
          subject: { purchase },
          facts: [fact],
        }),
      );
      await Promise.all(all);
    });
    const other = `${account}_once`;
    const once = await order(other);
    await tell(once, story(`${name}-${times}-once`), [...facts.keys()]);
    expect(await endOf(account, purchase)).toEqual(await endOf(other, once));
  });
});

test.each([
  ['another currency', { currency: 'EUR' }, 'currency'],
  ['too little', { gross: 3998, net: 3998 }, 'amount'],
  ['too much', { gross: 4000, net: 4000 }, 'amount'],
])('%s is refused, and nothing is granted', async (name, wrong, field) => {
  const account = `u_wrong_${name.replaceAll(' ', '_')}`;
  const purchase = await order(account);
  const event = { id: `evt_${name}`, subject: { purchase }, facts: [{ ...PAID, payment: name, ...wrong }] };
  await expect(rig.first.purchases.enter('sandbox', event)).rejects.toMatchObject({
    code: 'payment_refused',
    details: { field, purchase },
  });
  expect(await rig.first.balance(account)).toMatchObject({ total: 0, version: 0 });
  expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({ state: 'open', paid: null });
});

test("an event of one provider says nothing about another's purchase, and none about no purchase", async () => {
  const purchase = await order('u_foreign');
  const paid = { id: 'evt', subject: { purchase }, facts: [PAID] };
  expect(await codeOf(rig.first.purchases.enter('stripe', paid))).toBe('payment_refused');
  const absent = { ...paid, subject: { purchase: 'pur_0cn99285w001k0000000c' } };
  expect(await codeOf(rig.first.purchases.enter('sandbox', absent))).toBe('purchase_not_found');
  const unknown = { ...paid, subject: { payment: 'pay_unknown' } };
  expect(await codeOf(rig.first.purchases.enter('sandbox', unknown))).toBe('unavailable');
});

test('law 8: spending and a lost dispute race: what is spent is spent, the rest is gone, nothing twice', async () => {
  const purchase = await order('u_race');
  await tell(purchase, [paidAs('race')], [0]);
  const lost: Fact = { kind: 'dispute', id: 'd', stage: 'lost', amount: 3999, at: 2 };
  const spent = together(40, (i) =>
    codeOf((i % 2 === 0 ? rig.first : rig.second).consume('u_race', { amount: 50 }, {})),
  );
  const [codes] = await Promise.all([spent, tell(purchase, [PAID, lost], [1, 1, 1])]);
  const consumed = 50 * (tally(codes).done ?? 0);
  expect(await rig.first.balance('u_race')).toMatchObject({ total: 0, debt: 0 });
  expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({
    lost: consumed,
    reversed: 1300 - consumed,
  });
});

test('where the policy says debt, what was spent is owed and the next purchase pays it', async () => {
  const engine = rig.engines[2] ?? rig.first;
  const enter = (purchase: string, id: string, fact: Fact) =>
    engine.purchases.enter('sandbox', { id: `${purchase}:${id}`, subject: { purchase }, facts: [fact] });
  const purchase = await order('u_debt', engine);
  await enter(purchase, 'paid', paidAs('debt-1'));
  await engine.consume('u_debt', { amount: 300 }, {});
  await enter(purchase, 'lost', { kind: 'dispute', id: 'd', stage: 'lost', amount: 3999, at: 2 });
  expect(await engine.balance('u_debt')).toMatchObject({ total: 0, debt: 300 });
  expect(await engine.purchases.byId(purchase, {})).toMatchObject({ owed: 300, lost: 0 });
  const next = await order('u_debt', engine);
  await enter(next, 'paid', paidAs('debt-2'));
  expect(await engine.balance('u_debt')).toMatchObject({ total: 1000, debt: 0 });
  await enter(purchase, 'won', { kind: 'dispute', id: 'd', stage: 'won', amount: 3999, at: 3 });
  expect(await engine.balance('u_debt')).toMatchObject({ total: 2300, debt: 0 });
});

test('lesson 2: a catalog edit changes nothing that was bought', async () => {
  const purchase = await order('u_policy');
  await tell(purchase, [paidAs('policy')], [0]);
  await rig.first.consume('u_policy', { amount: 300 }, {});
  // Another engine, with a catalog that says debt, hears of the lost dispute.
  await (rig.engines[2] ?? rig.first).purchases.enter('sandbox', {
    id: 'evt_policy',
    subject: { purchase },
    facts: [{ kind: 'dispute', id: 'd', stage: 'lost', amount: 3999, at: 2 }],
  });
  expect(await rig.first.balance('u_policy')).toMatchObject({ total: 0, debt: 0 });
  expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({ lost: 300, owed: 0 });
});
