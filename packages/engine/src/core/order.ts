import { type Draw, type Grant, isSpendable, unheld } from './account.ts';
import { smaller } from './amount.ts';
import type { Rules } from './rules.ts';

/** The rules of the draw order, as they are named in explanations; the first that differs decides. */
export type OrderRule =
  | 'class'
  | 'expiring_first'
  | 'priority'
  | 'expiry'
  | 'feature_scope'
  | 'effective_at'
  | 'created';

/** All of a lot that the order looks at. */
export type Ranked = Pick<Grant, 'no' | 'class' | 'priority' | 'effectiveAt' | 'expiresAt' | 'features'>;

type Compare = (a: Ranked, b: Ranked) => number;

/** Never-expiring lots come after every lot that expires. */
const expiry = (grant: Ranked): number => grant.expiresAt ?? Number.POSITIVE_INFINITY;
/** The fewer features may use a lot, the earlier it goes; a lot for every feature goes last. */
const scope = (grant: Ranked): number => grant.features?.length ?? Number.POSITIVE_INFINITY;
/** Infinity − Infinity is NaN, so numbers are compared, never subtracted. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The draw order (fixed): class rank → priority → soonest expiry → narrower feature scope → effective_at → number.
 * Numbers are unique within an account, so the order is total and two runs never differ. With the catalog's
 * `expiring_first`, the soonest expiry outranks class among classes that nobody paid for.
 */
export function orderRules(rules: Rules): readonly { rule: OrderRule; compare: Compare }[] {
  const known = new Map(rules.classes.map((entry) => [entry.id, entry]));
  const rank = (grant: Ranked): number => known.get(grant.class)?.rank ?? rules.classes.length;
  const paid = (grant: Ranked): boolean => known.get(grant.class)?.paid ?? true;
  const byClass: { rule: OrderRule; compare: Compare } = {
    rule: 'class',
    compare: (a, b) => ascending(rank(a), rank(b)),
  };
  const expiringFirst: { rule: OrderRule; compare: Compare }[] = [
    // Whether it was paid for comes first of all; comparing rank here would be circular where a paid class
    // stands between two that are not.
    { rule: 'class', compare: (a, b) => ascending(Number(paid(a)), Number(paid(b))) },
    { rule: 'expiring_first', compare: (a, b) => (paid(a) ? 0 : ascending(expiry(a), expiry(b))) },
    byClass,
  ];
  return [
    ...(rules.strategy === 'expiring_first' ? expiringFirst : [byClass]),
    { rule: 'priority', compare: (a, b) => ascending(a.priority, b.priority) },
    { rule: 'expiry', compare: (a, b) => ascending(expiry(a), expiry(b)) },
    { rule: 'feature_scope', compare: (a, b) => ascending(scope(a), scope(b)) },
    { rule: 'effective_at', compare: (a, b) => ascending(a.effectiveAt, b.effectiveAt) },
    { rule: 'created', compare: (a, b) => ascending(a.no, b.no) },
  ];
}

/** One comparator made of `orderRules`; the only waterfall there is. */
export function comparator(rules: Rules): Compare {
  const ordered = orderRules(rules).map((entry) => entry.compare);
  return (a, b) => {
    for (const compare of ordered) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** What a piece of spending may draw on. */
export interface Eligibility {
  /** The feature that spends; null: no feature named, so only lots for every feature serve. */
  readonly feature: string | null;
  /** Classes that the feature may be paid with; null: all. */
  readonly classes: readonly string[] | null;
}

export function isEligible(grant: Grant, { feature, classes }: Eligibility, now: number): boolean {
  return (
    isSpendable(grant, now) &&
    (grant.features === null || (feature !== null && grant.features.includes(feature))) &&
    (classes === null || classes.includes(grant.class))
  );
}

/** The draws that cover `amount`, and what they cannot cover. `grants` are in draw order. */
export function draw(
  grants: readonly Grant[],
  amount: bigint,
  eligibility: Eligibility,
  now: number,
): { draws: Draw[]; missing: bigint } {
  const draws: Draw[] = [];
  let missing = amount;
  for (const grant of grants) {
    if (missing === 0n) break;
    const free = unheld(grant);
    if (free === 0n || !isEligible(grant, eligibility, now)) continue;
    const taken = smaller(free, missing);
    draws.push({ grant: grant.no, amount: taken });
    missing -= taken;
  }
  return { draws, missing };
}
