/** Why a lot was drawn on, or was not: each reason there is. */
import { describe, expect, test } from 'vitest';
import type { Entry, Grant } from '../../src/core/account.ts';
import { type Explained, explain } from '../../src/core/explain.ts';
import type { Eligibility } from '../../src/core/order.ts';
import { comparator } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { capture, consume, issue, onLot, operationOf, reserve, until } from './commands.ts';
import { DAY, Ledger, RULES, START } from './ledger.ts';
import { lotOf } from './lots.ts';

const ANY: Eligibility = { feature: 'script', classes: null };

/** What is said about some lots when `amount` is drawn from them in order. */
function said(
  grants: readonly Grant[],
  {
    amount = 1n,
    eligibility = ANY,
    rules = RULES,
  }: { amount?: bigint; eligibility?: Eligibility; rules?: Rules } = {},
): Explained[] {
  const ordered = [...grants].sort(comparator(rules));
  const [first] = ordered;
  const moves = first === undefined ? [] : [{ grant: first.no, remaining: -amount, held: 0n }];
  const entry = { type: 'consume', at: START, moves } as unknown as Entry;
  return explain(ordered, entry, eligibility, rules);
}

const reasons = (explained: readonly Explained[]): unknown[] =>
  explained.map(({ grant, position, reason, before }) => [grant.no, position, reason, before?.no ?? null]);

describe('among eligible lots, the rule that put a lot behind the one before it', () => {
  test('a single lot is the only one', () => {
    expect(reasons(said([lotOf({ no: 1 })]))).toEqual([[1, 1, 'only', null]]);
  });

  const later: [reason: string, later: Partial<Grant>, first?: Partial<Grant>][] = [
    ['class', { class: 'purchased' }],
    ['priority', { priority: 1 }],
    ['expiry', {}, { expiresAt: START + DAY }],
    ['feature_scope', {}, { features: ['script'] }],
    ['effective_at', {}, { effectiveAt: START - DAY }],
    ['created', {}],
  ];
  test.each(later)('%s', (reason, second, first = {}) => {
    const lots = [lotOf({ no: 1, ...first }), lotOf({ no: 2, ...second })];
    expect(reasons(said(lots))).toEqual([
      [1, 1, 'first', null],
      [2, 2, reason, 1],
    ]);
  });

  test('expiring_first', () => {
    const lots = [
      lotOf({ no: 1, class: 'subscription', expiresAt: START + 2 * DAY }),
      lotOf({ no: 2, class: 'promotional', expiresAt: START + DAY }),
    ];
    expect(reasons(said(lots, { rules: { ...RULES, strategy: 'expiring_first' } }))).toEqual([
      [2, 1, 'first', null],
      [1, 2, 'expiring_first', 2],
    ]);
  });

  test('each is compared with the one right before it', () => {
    const lots = [lotOf({ no: 1, class: 'subscription' }), lotOf({ no: 2 }), lotOf({ no: 3, priority: 4 })];
    expect(reasons(said(lots))).toEqual([
      [1, 1, 'first', null],
      [2, 2, 'class', 1],
      [3, 3, 'priority', 2],
    ]);
  });
});

describe('lots that could not be drawn on come last, with what stood in the way', () => {
  const obstacles: [reason: string, lot: Partial<Grant>, eligibility?: Eligibility][] = [
    ['frozen', { frozen: true }],
    ['frozen', { frozen: true, features: ['export'] }],
    ['held', { held: 10n }],
    ['held', { held: 10n, expiresAt: START }],
    ['other_feature', { features: ['export'] }],
    ['other_feature', { features: ['export'], held: 4n }],
    ['other_feature', { features: ['export'] }, { feature: null, classes: null }],
    ['class_not_allowed', { class: 'purchased' }, { feature: 'script', classes: ['promotional'] }],
    [
      'class_not_allowed',
      { class: 'purchased', features: ['export'] },
      { feature: 'script', classes: ['promotional'] },
    ],
  ];
  test.each(obstacles)('%s: %o', (reason, lot, eligibility = ANY) => {
    const lots = [lotOf({ no: 1, ...lot }), lotOf({ no: 2, priority: 5 })];
    expect(reasons(said(lots, { eligibility }))).toEqual([
      [2, 1, 'only', null],
      [1, null, reason, null],
    ]);
  });

  test('a lot with a single atom left is one of them', () => {
    const last = lotOf({ no: 1, remaining: 5n, held: 4n, consumed: 5n });
    expect(reasons(said([last, lotOf({ no: 2 })]))).toEqual([
      [1, 1, 'first', null],
      [2, 2, 'created', 1],
    ]);
  });

  test('a lot with nothing left, or not yet begun, is no part of the answer', () => {
    const empty = lotOf({ no: 1, remaining: 0n, consumed: 10n });
    const scheduled = lotOf({
      no: 2,
      phase: 'scheduled',
      effectiveAt: START + DAY,
      granted: 0n,
      remaining: 0n,
    });
    expect(reasons(said([empty, scheduled, lotOf({ no: 3 })]))).toEqual([[3, 1, 'only', null]]);
  });
});

describe('amounts', () => {
  const setUp = () => {
    const ledger = new Ledger();
    issue(ledger, 20n, { class: 'subscription' });
    issue(ledger, 15n, until(START + DAY));
    issue(ledger, 100n, { class: 'purchased' });
    const frozen = issue(ledger, 7n, { class: 'purchased' });
    ledger.do(onLot('freeze', frozen.no));
    return ledger;
  };
  const amounts = (explained: readonly Explained[]) =>
    explained.map(({ available, drawn }) => [available, drawn]);
  const before = (ledger: Ledger): Grant[] => ledger.account.grants.map((lot) => ({ ...lot }));

  test('of a consume: what each lot had free, and what was drawn from it', () => {
    const ledger = setUp();
    reserve(ledger, 4n);
    const lots = before(ledger);
    const entry = operationOf(ledger.do(consume(25n)));
    expect(amounts(explain(lots, entry, { feature: null, classes: null }, RULES))).toEqual([
      [16n, 16n],
      [15n, 9n],
      [100n, 0n],
      [7n, 0n],
    ]);
  });

  test('of a hold: what was reserved of each', () => {
    const ledger = setUp();
    const lots = before(ledger);
    reserve(ledger, 25n);
    const explained = explain(lots, ledger.entries.at(-1) as Entry, { feature: null, classes: null }, RULES);
    expect(amounts(explained)).toEqual([
      [20n, 20n],
      [15n, 5n],
      [100n, 0n],
      [7n, 0n],
    ]);
  });

  test('of a hold of a single atom', () => {
    const ledger = setUp();
    const lots = before(ledger);
    reserve(ledger, 1n);
    const explained = explain(lots, ledger.entries.at(-1) as Entry, { feature: null, classes: null }, RULES);
    expect(explained.map((one) => one.drawn)).toEqual([1n, 0n, 0n, 0n]);
  });

  test('of a capture: what was spent of each, though the hold had kept it from others', () => {
    const ledger = setUp();
    const no = reserve(ledger, 25n);
    const lots = before(ledger);
    const entry = operationOf(ledger.do(capture(no, { amount: 22n })));
    const explained = explain(lots, entry, { feature: null, classes: null }, RULES);
    const told = explained.map(({ grant, position, reason, drawn }) => [
      grant.class,
      position,
      reason,
      drawn,
    ]);
    expect(told).toEqual([
      ['promotional', 1, 'first', 2n],
      ['purchased', 2, 'class', 0n],
      ['subscription', null, 'held', 20n],
      ['purchased', null, 'frozen', 0n],
    ]);
  });
});
