/** Law 8 on the pure core: what becomes of a purchase is a function of the set of what is known of its payment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rulesOf } from '../../src/catalog/load.ts';
import { type Account, emptyAccount, type Grant } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import type { Command } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { comparator } from '../../src/core/order.ts';
import { newPart, type Part } from '../../src/sources/purchase-parts.ts';
import { planOf } from '../../src/sources/purchase-plan.ts';
import { type Fact, outcomeOf, unite } from '../../src/sources/purchase-state.ts';
import { SHIPPED } from '../engine/rig.ts';

const rules = rulesOf(SHIPPED);
const inOrder = comparator(rules);
const PRICE = 1_000;

const paid: Fact = { kind: 'paid', payment: 'p', gross: PRICE, net: 840, currency: 'USD', at: 10 };
const refund = (id: string, amount: number, failed = false): Fact => ({ kind: 'refund', id, amount, failed });
const dispute = (stage: 'opened' | 'won' | 'lost', at: number, amount = PRICE, id = 'd'): Fact => ({
  kind: 'dispute',
  id,
  stage,
  amount,
  at,
});

/** One account with a purchase and a lot that is none of its business, on the core alone. */
class Bench {
  readonly account: Account = emptyAccount({ number: 1, id: 'u', kind: 'user', timeZone: 'UTC' });
  readonly lots = new Map<number, Grant>();
  now = Date.UTC(2026, 0, 1);
  facts: Fact[] = [];
  parts: readonly Part[];
  frozen: readonly number[] = [];
  readonly reversal: 'loss' | 'debt';

  constructor(reversal: 'loss' | 'debt' = 'loss') {
    this.reversal = reversal;
    this.parts = [newPart(100n), newPart(10n)];
    this.run({
      verb: 'grant',
      class: 'purchased',
      amount: 50n,
      priority: 5,
      effectiveAt: null,
      validity: { kind: 'forever' },
      features: null,
      source: { type: 'test', ref: null },
      cost: null,
      metadata: {},
    });
  }

  run(command: Command): string {
    this.now += 1;
    const decision = decide(this.account, command, { now: this.now, rules, actor: 'test' });
    if ('refusal' in decision) return decision.refusal.code;
    for (const entry of decision.entries) apply(this.account, entry, inOrder);
    return 'done';
  }

  plan(facts: readonly Fact[]) {
    const own = this.parts.flatMap((part) => part.lots);
    return planOf({
      terms: {
        id: 'pur_1',
        provider: 'test',
        pack: null,
        class: 'purchased',
        validity: null,
        reversal: this.reversal,
        jurisdiction: null,
        law: null,
        plan: null,
        endsAt: null,
      },
      outcome: outcomeOf(facts),
      parts: this.parts,
      frozen: this.frozen,
      account: this.account,
      lots: new Map(this.account.grants.filter(({ no }) => own.includes(no)).map((lot) => [lot.no, lot])),
      settlements: [],
      now: this.now + 1,
    });
  }

  learn(...facts: readonly Fact[]): void {
    this.facts = unite(this.facts, facts);
    const { commands, parts, frozen } = this.plan(this.facts);
    if (commands.length > 0) expect(this.run({ verb: 'many', commands })).toBe('done');
    this.parts = parts;
    this.frozen = frozen;
    // What was done is all there was to do.
    expect(this.plan(this.facts).commands).toEqual([]);
  }

  spend(amount: bigint): string {
    const spend = {
      verb: 'consume',
      amount,
      feature: null,
      classes: null,
      quote: null,
      overdraft: false,
    } as const;
    return this.run(spend);
  }

  get figures() {
    const spendable = this.account.grants.filter((lot) => lot.phase === 'started');
    const sum = (of: (lot: Grant) => bigint) => spendable.reduce((all, lot) => all + of(lot), 0n);
    return {
      total: this.account.total,
      debt: this.account.debt,
      frozen: sum((lot) => (lot.frozen ? lot.remaining : 0n)),
      voided: this.parts.map((part) => part.voided),
      lost: this.parts.map((part) => part.lost),
      state: outcomeOf(this.facts).state,
    };
  }
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

const FACTS: readonly Fact[] = [
  paid,
  { ...paid, at: 11 },
  { kind: 'ended', how: 'expired' },
  refund('r1', 300),
  refund('r1', 300, true),
  refund('r2', 250),
  { kind: 'refunded', total: 550 },
  dispute('opened', 20, 700),
  dispute('won', 30, 700),
  dispute('lost', 40, 700),
  dispute('opened', 50, 100, 'd2'),
  { kind: 'asked', attempt: 1 },
  { kind: 'declined', attempt: 1 },
];

describe('law 8: every order of arrival settles right', () => {
  test.each([
    ['refund before purchase', [refund('r', PRICE), paid]],
    ['dispute won after lost', [paid, dispute('opened', 1), dispute('lost', 2), dispute('won', 3)]],
    ['dispute lost after won', [paid, dispute('opened', 1), dispute('won', 2), dispute('lost', 3)]],
    [
      'two event types for one payment',
      [paid, { ...paid, at: 12 }, { kind: 'refunded', total: 400 }, refund('r', 400)],
    ],
    [
      'a refund that fails',
      [paid, refund('r', PRICE), refund('r', PRICE, true), { kind: 'refunded', total: PRICE }],
    ],
    ['a refund and a dispute', [paid, refund('r', 300), dispute('opened', 1), dispute('lost', 2)]],
    [
      'six facts',
      [
        paid,
        refund('r1', 100),
        refund('r2', 200),
        dispute('opened', 1, 700),
        dispute('won', 2, 700),
        { kind: 'refunded', total: 300 },
      ],
    ],
  ] as [string, Fact[]][])('%s', (_, facts) => {
    const ends = permutations(facts).map((order) => {
      const bench = new Bench();
      for (const fact of order) bench.learn(fact, fact);
      return bench.figures;
    });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  test('any set, in any order, each fact any number of times', () => {
    fc.assert(
      fc.property(
        fc.subarray([...FACTS]).chain((facts) =>
          fc.record({
            one: fc.shuffledSubarray(facts, { minLength: facts.length }),
            // At least once each, some of them again.
            other: fc
              .tuple(fc.shuffledSubarray(facts, { minLength: facts.length }), fc.shuffledSubarray(facts))
              .map(([all, again]) => [...all, ...again]),
            reversal: fc.constantFrom('loss' as const, 'debt' as const),
          }),
        ),
        ({ one, other, reversal }) => {
          const [a, b] = [new Bench(reversal), new Bench(reversal)];
          for (const fact of one) a.learn(fact);
          for (const fact of other) b.learn(fact);
          expect(a.figures).toEqual(b.figures);
          expect(unite(one, [])).toEqual(unite([], other));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  /** What was forgiven of a debt stood where the next look would take it again. */
  const FORGIVEN: [({ fact: Fact } | { spend: bigint })[], 'debt'] = [
    [
      { fact: { kind: 'paid', payment: 'p', gross: 1000, net: 840, currency: 'USD', at: 10 } },
      { fact: { kind: 'refunded', total: 550 } },
      { spend: 6n },
      { fact: { kind: 'dispute', id: 'd', stage: 'lost', amount: 700, at: 40 } },
      { fact: { kind: 'refund', id: 'r1', amount: 300, failed: true } },
    ],
    'debt',
  ];

  test('whatever is spent in between, no lot goes below zero and no other lot is touched', () => {
    const step = fc.oneof(
      fc.constantFrom(...FACTS).map((fact) => ({ fact })),
      fc.bigInt(1n, 60n).map((spend) => ({ spend })),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.constantFrom('loss' as const, 'debt' as const),
        (steps, reversal) => {
          const bench = new Bench(reversal);
          for (const one of steps) {
            if ('spend' in one) bench.spend(one.spend);
            else {
              const other = { ...(bench.account.grants.find((lot) => lot.source.type === 'test') as Grant) };
              bench.learn(one.fact);
              expect(bench.account.grants.find((lot) => lot.source.type === 'test')).toEqual(other);
            }
            for (const part of bench.parts) expect(part.voided + part.lost).toBeLessThanOrEqual(part.target);
          }
        },
      ),
      { numRuns: 2_000, examples: [FORGIVEN] },
    );
  });
});

describe('what a set of facts comes to', () => {
  test.each([
    ['nothing paid', [refund('r', 300)], { state: 'open', back: 0, frozen: false }],
    ['an end without money', [{ kind: 'ended', how: 'expired' }], { state: 'expired' }],
    ['money beats an end', [paid, { kind: 'ended', how: 'failed' }], { state: 'completed' }],
    ['a part', [paid, refund('r', 300)], { state: 'partly_reversed', back: 300 }],
    ['two refunds add up', [paid, refund('r', 300), refund('s', 200)], { back: 500 }],
    [
      'a sum tells of the same money',
      [paid, refund('r', 300), { kind: 'refunded', total: 300 }],
      { back: 300 },
    ],
    ['a sum may know more', [paid, refund('r', 300), { kind: 'refunded', total: 450 }], { back: 450 }],
    [
      'a refund that failed',
      [paid, refund('r', 300), refund('r', 300, true)],
      { state: 'completed', back: 0 },
    ],
    [
      'a sum with a refund that failed',
      [paid, { kind: 'refunded', total: 500 }, refund('r', 300, true)],
      { state: 'partly_reversed', back: 200 },
    ],
    [
      'a refund and a lost dispute',
      [paid, refund('r', 300), dispute('lost', 1, 700)],
      { state: 'reversed', back: 1000 },
    ],
    [
      'never more than was paid',
      [paid, refund('r', 300), dispute('lost', 1)],
      { state: 'reversed', back: 1000 },
    ],
    ['an open dispute', [paid, dispute('opened', 1)], { state: 'disputed', back: 0, frozen: true }],
    [
      'a verdict before its dispute',
      [paid, dispute('won', 1), dispute('opened', 2)],
      { state: 'completed', frozen: false },
    ],
    [
      'two verdicts in one instant',
      [paid, dispute('won', 1), dispute('lost', 1)],
      { state: 'completed', back: 0 },
    ],
    ['won after lost', [paid, dispute('lost', 1), dispute('won', 2)], { state: 'completed', back: 0 }],
    ['lost after won', [paid, dispute('won', 1), dispute('lost', 2)], { state: 'reversed', back: 1000 }],
    [
      'two disputes, one of them open',
      [paid, dispute('lost', 1, 100), dispute('opened', 2, 100, 'd2')],
      { state: 'disputed', back: 100, frozen: true },
    ],
    [
      'a dispute in another currency is about all of it',
      [paid, { ...dispute('lost', 1, 90), currency: 'CHF' }],
      { state: 'reversed', back: 1000 },
    ],
    [
      'a refund that is asked for',
      [paid, { kind: 'asked', attempt: 1 }],
      { state: 'refunding', frozen: true },
    ],
    [
      'asked, declined and asked again',
      [paid, { kind: 'asked', attempt: 1 }, { kind: 'declined', attempt: 1 }, { kind: 'asked', attempt: 2 }],
      { state: 'refunding', frozen: true },
    ],
    [
      'a part that is lost after all of it was won back',
      [paid, dispute('lost', 1), dispute('won', 2), dispute('lost', 3, 250)],
      { state: 'partly_reversed', back: 250 },
    ],
    [
      'a second payment and its refund',
      [paid, { ...paid, payment: 'q', at: 12 }, { ...refund('r', 400), payment: 'q' }],
      { state: 'completed', back: 0, again: [{ standing: 600 }] },
    ],
    [
      'the first of two payments gone back',
      [paid, { ...paid, payment: 'q', at: 12 }, refund('r', 1000)],
      { state: 'completed', back: 0, again: [], paid: { payment: 'q' } },
    ],
    ['the first of two payments', [{ ...paid, at: 11 }, paid], { paid: { at: 10 } }],
  ] as [string, Fact[], object][])('%s', (_, facts, outcome) => {
    expect(outcomeOf(facts)).toMatchObject(outcome);
    expect(outcomeOf([...facts].reverse())).toEqual(outcomeOf(facts));
  });
});

describe('what was spent before the money went back', () => {
  test('is a loss: nothing else is taken, and given back it was never gone', () => {
    const bench = new Bench();
    bench.learn(paid);
    bench.spend(40n);
    bench.learn(dispute('opened', 1), dispute('lost', 2));
    expect(bench.figures).toMatchObject({ total: 50n, debt: 0n, voided: [60n, 10n], lost: [40n, 0n] });
    bench.learn(dispute('won', 3));
    expect(bench.figures).toMatchObject({
      total: 120n,
      debt: 0n,
      voided: [0n, 0n],
      lost: [0n, 0n],
      state: 'completed',
    });
  });

  test('is owed where the catalog says so, and no longer once the money is back', () => {
    const bench = new Bench('debt');
    bench.learn(paid);
    bench.spend(40n);
    bench.learn(dispute('lost', 2));
    expect(bench.figures).toMatchObject({ total: 50n, debt: 40n, lost: [40n, 0n] });
    bench.learn(dispute('won', 3));
    expect(bench.figures).toMatchObject({ total: 120n, debt: 0n, lost: [0n, 0n] });
  });

  test('a part of the money takes a part of the credits, rounded for the buyer', () => {
    const bench = new Bench();
    bench.learn(paid, refund('r', 255));
    expect(bench.figures).toMatchObject({ state: 'partly_reversed', voided: [25n, 2n], total: 133n });
  });

  test('lesson 21: what a refund of spending puts back after the reversal is void, and comes back with the rest', () => {
    const bench = new Bench();
    bench.learn(paid);
    bench.spend(40n);
    const operation = bench.account.seq;
    const { at } = bench.account;
    bench.learn(dispute('lost', 2));
    const entry = { seq: operation, type: 'consume', at, amount: -40n, debt: 0n, feature: null } as const;
    const lot = bench.parts[0]?.lots[0] as number;
    bench.account.spendings.set(operation, {
      entry: {
        ...entry,
        held: 0n,
        total: 0n,
        moves: [{ grant: lot, remaining: -40n, held: 0n }],
        hold: null,
        reverses: null,
        actor: 'test',
        catalog: rules.version,
        detail: null,
      },
      refunded: 0n,
    });
    bench.run({ verb: 'refund', operation, operationAt: at, amount: null, reason: 'failed' });
    expect(bench.account.total).toBe(50n);
    bench.learn(dispute('won', 3));
    expect(bench.account.total).toBe(160n);
  });

  test('what is held is neither taken nor lost, and void once it is free', () => {
    const bench = new Bench();
    bench.learn(paid);
    const hold = {
      verb: 'hold',
      amount: 30n,
      feature: null,
      classes: null,
      quote: null,
      ttlMs: 60_000,
    } as const;
    bench.run(hold);
    const held = [...bench.account.holds.keys()][0] as number;
    bench.learn(dispute('lost', 1));
    expect(bench.figures).toMatchObject({ total: 80n, voided: [70n, 10n], lost: [0n, 0n] });
    bench.run({ verb: 'release', hold: held, owner: null });
    expect(bench.figures.total).toBe(50n);
    bench.learn(dispute('won', 2));
    expect(bench.figures.total).toBe(160n);
  });

  test('what staff took is not given again with what a dispute took', () => {
    const bench = new Bench();
    bench.learn(paid);
    const lot = bench.parts[0]?.lots[0] as number;
    bench.run({ verb: 'void', grant: lot, reason: 'staff', amount: 20n });
    bench.learn(dispute('lost', 1));
    expect(bench.figures).toMatchObject({ voided: [80n, 10n], total: 50n });
    bench.learn(dispute('won', 2));
    expect(bench.figures).toMatchObject({ voided: [0n, 0n], total: 140n });
  });

  test('a debt is repaid before a part is taken: what repaid it counts as spent', () => {
    const [early, late] = [new Bench(), new Bench()];
    for (const bench of [early, late]) bench.run({ verb: 'owe', amount: 90n, reason: 'before' });
    early.learn(paid, refund('r', 300));
    late.learn(paid);
    late.learn(refund('r', 300));
    expect(early.figures).toMatchObject({ debt: 0n, total: 57n, voided: [10n, 3n], lost: [20n, 0n] });
    expect(late.figures).toEqual(early.figures);
  });

  test('staff froze a lot: a dispute that is won does not unfreeze it', () => {
    const bench = new Bench();
    bench.learn(paid);
    const lot = bench.parts[0]?.lots[0] as number;
    bench.run({ verb: 'freeze', grant: lot, reason: 'staff' });
    bench.learn(dispute('opened', 1));
    bench.learn(dispute('won', 2));
    expect(bench.account.grants.find(({ no }) => no === lot)?.frozen).toBe(true);
    expect(bench.figures.frozen).toBe(100n);
  });

  test('lesson 22: a refund after a dispute is netted, not clawed back twice', () => {
    const bench = new Bench();
    bench.learn(paid, dispute('opened', 1), dispute('lost', 2));
    const total = bench.account.total;
    bench.learn(refund('r', PRICE));
    expect(bench.account.total).toBe(total);
    bench.learn(dispute('won', 3));
    expect(bench.figures).toMatchObject({ state: 'reversed', total });
  });
});
