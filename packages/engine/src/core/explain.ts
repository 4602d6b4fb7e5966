import { type Entry, type Grant, isSpendable, unheld } from './account.ts';
import { type Eligibility, isEligible, type OrderRule, orderRules } from './order.ts';
import type { Rules } from './rules.ts';

/** What decided about a lot: a rule of the order, or why the lot could not be drawn on at all. */
export type Reason = OrderRule | 'first' | 'only' | 'frozen' | 'held' | 'other_feature' | 'class_not_allowed';

export interface Explained {
  readonly grant: Grant;
  /** From 1 in draw order; null where the lot was not eligible. */
  readonly position: number | null;
  readonly available: bigint;
  readonly drawn: bigint;
  /** The rule that put it behind the lot before it; of the first, `first` or `only`. */
  readonly reason: Reason;
  readonly before: Grant | null;
}

/**
 * Why an operation drew what it drew. `grants` are the lots as they stood just before it, in draw order; those that
 * had nothing left, or had not begun, are no part of the answer.
 */
export function explain(
  grants: readonly Grant[],
  entry: Entry,
  eligibility: Eligibility,
  rules: Rules,
): Explained[] {
  const drawn = new Map(
    entry.moves.map((move) => [move.grant, move.held > 0n ? move.held : -move.remaining]),
  );
  const ordered = orderRules(rules);
  const eligible = grants.filter((grant) => isEligible(grant, eligibility, entry.at) && unheld(grant) > 0n);
  const answer = eligible.map((grant, index): Explained => {
    const before = eligible[index - 1] ?? null;
    const decided = before && ordered.find((one) => one.compare(before, grant) !== 0);
    const reason = decided?.rule ?? (eligible.length === 1 ? 'only' : 'first');
    const amount = drawn.get(grant.no) ?? 0n;
    return { grant, position: index + 1, available: unheld(grant), drawn: amount, reason, before };
  });
  for (const grant of grants) {
    if (eligible.includes(grant) || grant.remaining === 0n) continue;
    const reason = obstacle(grant, eligibility, entry.at);
    // A capture draws on what its own hold had kept from everybody, itself included.
    const amount = drawn.get(grant.no) ?? 0n;
    answer.push({ grant, position: null, available: unheld(grant), drawn: amount, reason, before: null });
  }
  return answer;
}

function obstacle(grant: Grant, eligibility: Eligibility, at: number): Reason {
  if (grant.frozen) return 'frozen';
  if (!isSpendable(grant, at) || unheld(grant) === 0n) return 'held';
  const { classes } = eligibility;
  return classes !== null && !classes.includes(grant.class) ? 'class_not_allowed' : 'other_feature';
}
