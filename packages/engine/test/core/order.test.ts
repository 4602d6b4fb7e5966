/** The draw order, rule by rule: one table in plain text, then the article's example. */
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../src/core/account.ts';
import { comparator, type OrderRule, orderRules } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { consume, issue, operationOf } from './commands.ts';
import { DAY, Ledger, RULES, START } from './ledger.ts';
import { lotOf } from './lots.ts';

/**
 * The lot on the left goes first, and the rule is the one that decides. Each is in isolation: what comes before it
 * in the order ties, and every rule after it would have it the other way round.
 */
const CLASS_ORDER = `
  rule          | goes first                                          | goes later
  class         | subscription prio 9 never ends, any, from 5d, no 9  | promotional prio 0 ends 1d, for x, from 1d, no 1
  class         | subscription prio 9 never ends, any, from 5d, no 9  | purchased prio 0 ends 1d, for x, from 1d, no 1
  class         | promotional prio 9 never ends, any, from 5d, no 9   | purchased prio 0 ends 1d, for x, from 1d, no 1
  class         | purchased prio 9 never ends, any, from 5d, no 9     | withdrawn prio 0 ends 1d, for x, from 1d, no 1
  priority      | promotional prio 0 never ends, any, from 5d, no 9   | promotional prio 1 ends 1d, for x, from 1d, no 1
  priority      | promotional prio -1 never ends, any, from 5d, no 9  | promotional prio 0 ends 1d, for x, from 1d, no 1
  priority      | promotional prio 2 never ends, any, from 5d, no 9   | promotional prio 10 ends 1d, for x, from 1d, no 1
  expiry        | promotional prio 0 ends 8d, any, from 5d, no 9      | promotional prio 0 ends 9d, for x, from 1d, no 1
  expiry        | promotional prio 0 ends 9d, any, from 5d, no 9      | promotional prio 0 ends 10d, for x, from 1d, no 1
  expiry        | purchased prio 0 ends 900d, any, from 5d, no 9      | purchased prio 0 never ends, for x, from 1d, no 1
  feature_scope | promotional prio 0 ends 9d, for x, from 5d, no 9    | promotional prio 0 ends 9d, any, from 1d, no 1
  feature_scope | promotional prio 0 ends 9d, for z, from 5d, no 9    | promotional prio 0 ends 9d, for x+y, from 1d, no 1
  feature_scope | promotional prio 0 never ends, for x, from 5d, no 9 | promotional prio 0 never ends, any, from 1d, no 1
  effective_at  | promotional prio 0 ends 9d, for z, from 1d, no 9    | promotional prio 0 ends 9d, for x, from 5d, no 1
  effective_at  | promotional prio 0 never ends, any, from 1d, no 9   | promotional prio 0 never ends, any, from 5d, no 1
  created       | promotional prio 0 never ends, any, from 1d, no 1   | promotional prio 0 never ends, any, from 1d, no 2
  created       | promotional prio 0 ends 9d, for x, from 1d, no 9    | promotional prio 0 ends 9d, for y, from 1d, no 10`;

/** The same, where the soonest expiry outranks class among classes that nobody paid for. */
const EXPIRING_FIRST = `
  rule           | goes first                                         | goes later
  expiring_first | promotional prio 9 ends 8d, any, from 5d, no 9     | subscription prio 0 ends 9d, for x, from 1d, no 1
  expiring_first | promotional prio 9 ends 8d, any, from 5d, no 9     | subscription prio 0 never ends, for x, from 1d, no 1
  class          | promotional prio 9 never ends, any, from 5d, no 9  | purchased prio 0 ends 1d, for x, from 1d, no 1
  class          | subscription prio 9 never ends, any, from 5d, no 9 | promotional prio 0 never ends, for x, from 1d, no 1
  class          | subscription prio 9 ends 8d, any, from 5d, no 9    | promotional prio 0 ends 8d, for x, from 1d, no 1
  class          | purchased prio 9 never ends, any, from 5d, no 9    | withdrawn prio 0 ends 1d, for x, from 1d, no 1
  priority       | purchased prio 0 never ends, any, from 5d, no 9    | purchased prio 1 ends 1d, for x, from 1d, no 1
  priority       | subscription prio 0 ends 9d, any, from 5d, no 9    | subscription prio 1 ends 9d, for x, from 1d, no 1
  expiry         | purchased prio 0 ends 8d, any, from 5d, no 9       | purchased prio 0 never ends, for x, from 1d, no 1
  created        | promotional prio 0 ends 9d, any, from 1d, no 1     | promotional prio 0 ends 9d, any, from 1d, no 2`;

const LOT = /^(\w+) prio (-?\d+) (?:never ends|ends (\d+)d), (?:any|for (\S+)), from (\d+)d, no (\d+)$/;

function lotFrom(text: string): Grant {
  const [, id, priority, ends, features, from, no] = LOT.exec(text) ?? [];
  if (id === undefined) throw new Error(`not a lot: ${text}`);
  return lotOf({
    class: id,
    priority: Number(priority),
    expiresAt: ends === undefined ? null : START + Number(ends) * DAY,
    features: features?.split('+') ?? null,
    effectiveAt: START + Number(from) * DAY,
    no: Number(no),
  });
}

function cases(table: string): [rule: string, first: string, later: string][] {
  const rows = table.trim().split('\n').slice(1);
  return rows.map((row) => row.split('|').map((cell) => cell.trim()) as [string, string, string]);
}

function decidingRule(rules: Rules, a: Grant, b: Grant): OrderRule | undefined {
  return orderRules(rules).find((one) => one.compare(a, b) !== 0)?.rule;
}

describe.each([
  { strategy: 'class_order' as const, table: CLASS_ORDER },
  { strategy: 'expiring_first' as const, table: EXPIRING_FIRST },
])('$strategy', ({ strategy, table }) => {
  const rules: Rules = { ...RULES, strategy };

  test.each(cases(table))('%s: %s before %s', (rule, first, later) => {
    const [a, b] = [lotFrom(first), lotFrom(later)];
    expect(comparator(rules)(a, b)).toBeLessThan(0);
    expect(comparator(rules)(b, a)).toBeGreaterThan(0);
    expect(decidingRule(rules, a, b)).toBe(rule);
  });

  test('a lot is level with itself alone', () => {
    const lot = lotOf();
    expect(comparator(rules)(lot, lot)).toBe(0);
    expect(decidingRule(rules, lot, lot)).toBeUndefined();
  });
});

test('the rules are these, in this order', () => {
  const names = (strategy: Rules['strategy']) => orderRules({ ...RULES, strategy }).map((one) => one.rule);
  const common = ['priority', 'expiry', 'feature_scope', 'effective_at', 'created'];
  expect(names('class_order')).toEqual(['class', ...common]);
  expect(names('expiring_first')).toEqual(['class', 'expiring_first', 'class', ...common]);
});

test('expiring_first never lets a paid class overtake, nor be overtaken by how soon it ends', () => {
  const classes = [
    { id: 'a', rank: 0, paid: false },
    { id: 'paid', rank: 1, paid: true },
    { id: 'c', rank: 2, paid: false },
  ];
  const inOrder = comparator({ ...RULES, classes, strategy: 'expiring_first' });
  const lots = [
    lotOf({ no: 1, class: 'paid', expiresAt: START + 1 }),
    lotOf({ no: 2, class: 'a' }),
    lotOf({ no: 3, class: 'c', expiresAt: START + 9 }),
    lotOf({ no: 4, class: 'a', expiresAt: START + 9 }),
    lotOf({ no: 5, class: 'c', expiresAt: START + 2 }),
  ];
  expect([...lots].sort(inOrder).map((lot) => lot.no)).toEqual([5, 4, 3, 2, 1]);
});

test("the article's example: 20 + 15 + 100, a cost of 25 takes 20 + 5 + 0 and leaves 0, 10, 100", () => {
  const ledger = new Ledger();
  // Given in the opposite order, so that nothing but the classes can decide.
  const purchased = issue(ledger, 100n, { class: 'purchased' });
  const promotional = issue(ledger, 15n, { class: 'promotional' });
  const subscription = issue(ledger, 20n, { class: 'subscription' });
  const spent = operationOf(ledger.do(consume(25n, { feature: 'ai_script' })));
  expect(spent.moves).toEqual([
    { grant: subscription.no, remaining: -20n, held: 0n },
    { grant: promotional.no, remaining: -5n, held: 0n },
  ]);
  expect(spent).toMatchObject({ type: 'consume', amount: -25n, total: 110n, feature: 'ai_script' });
  const left = [subscription, promotional, purchased].map((lot) => ledger.lot(lot.no).remaining);
  expect(left).toEqual([0n, 10n, 100n]);
});
