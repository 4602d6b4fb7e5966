/** What the credits of a lot are worth in the money that was paid for it. */
import type { Grant, Metadata } from './account.ts';

/** What a lot cost, and how many credits it was for. */
export type Priced = Pick<Grant, 'amount' | 'cost'>;

/**
 * The money, in minor units, that `left` of a lot's credits still stand for. It depends on nothing but how many are
 * left, so whatever a lot goes through, what its changes take and bring adds up to its price: no minor unit is lost or
 * made by rounding. Rounded up, so that the last unit goes with the last credit. Zero where nothing was paid.
 */
export function worthOf({ amount, cost }: Priced, left: bigint): bigint {
  if (cost === null || left === 0n) return 0n;
  return (BigInt(cost.amountMinor) * left + amount - 1n) / amount;
}

/**
 * What was paid and is not used up, by currency: of lots that have begun what is left of them, held or not; of lots
 * that are still to begin all of it. Currencies in which nothing is left are absent.
 */
export function paidValueOf(
  lots: Iterable<Priced & Pick<Grant, 'remaining' | 'phase'>>,
): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const lot of lots) {
    const left = lot.phase === 'scheduled' ? lot.amount : lot.remaining;
    const value = worthOf(lot, left);
    if (lot.cost === null || value === 0n) continue;
    values.set(lot.cost.currency, (values.get(lot.cost.currency) ?? 0n) + value);
  }
  return values;
}

/** NUL and half characters, as JSON writes them: text with these is nothing that a database reads values out of. */
const UNREADABLE = /\\u(0000|d[89a-f])/;

/**
 * Where a lot was sold: what its metadata call `channel`. Sources write the provider there; whoever grants what was
 * sold elsewhere names it likewise.
 */
export function channelOf({ metadata }: { readonly metadata: Metadata }): string | null {
  const { channel } = metadata;
  return typeof channel === 'string' && !UNREADABLE.test(JSON.stringify(metadata)) ? channel : null;
}
