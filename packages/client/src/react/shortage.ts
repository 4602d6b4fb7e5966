import type { Catalog, LimitPeriod, Quote } from '../wire.ts';

/** Why a price cannot be paid now: each has its own way out, so each is said in other words. */
export type Shortage = {
  readonly required: number;
  /** What may be spent on it. */
  readonly available: number;
  readonly missing: number;
} & (
  | { readonly kind: 'few' }
  /** Running jobs reserve what is missing, and give back what they do not use. */
  | { readonly kind: 'held'; readonly held: number }
  /** There are credits enough, but not of a kind that may pay for this. */
  | { readonly kind: 'class'; readonly other: number; readonly allowed: readonly string[] | null }
  /** The team has enough; the person's limit in it does not leave as much. */
  | { readonly kind: 'limit'; readonly per: LimitPeriod; readonly resetsAt: string }
);

/** What a quote is short of; null: it can be paid. A limit goes first, since no purchase would help against it. */
export function shortageOf(quote: Quote, catalog: Catalog | undefined): Shortage | null {
  const required = quote.amount;
  const limit = limitShortage(quote);
  if (limit !== null) return limit;
  if (quote.sufficient) return null;
  const missing = quote.shortfall;
  const amounts = { required, available: required - missing, missing };
  const { available, held } = quote.after;
  const other = available - amounts.available;
  if (other >= missing) {
    const allowed = catalog?.features.find(({ id }) => id === quote.feature)?.classes ?? null;
    return { ...amounts, kind: 'class', other, allowed };
  }
  return held >= missing ? { ...amounts, kind: 'held', held } : { ...amounts, kind: 'few' };
}

function limitShortage({ amount: required, member_limit: limit }: Quote): Shortage | null {
  if (limit === null || limit.sufficient) return null;
  const { remaining: available, per, resets_at: resetsAt } = limit;
  return { kind: 'limit', required, available, missing: required - available, per, resetsAt };
}
