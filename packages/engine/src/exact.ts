/**
 * Sums over all accounts may pass what every JSON reader agrees on, where a single account's never do. A sum is told exactly
 * or not at all: a rounded one would look as right as any other.
 */
import { formatAmount, MAX_ATOMS } from './core/amount.ts';
import { DrawdownError } from './errors.ts';

/** Atoms as credits; throws `sum_not_exact` where the number would not be read as what it is. */
export function exactCredits(atoms: bigint, scale: number): number {
  return exact(formatAmount(atoms, scale), atoms);
}

/** Minor units of a currency; throws `sum_not_exact`. */
export function exactMinor(minor: bigint): number {
  return exact(minor.toString(), minor);
}

/** `text` says the same as `units`, of which one is the smallest step. */
function exact(text: string, units: bigint): number {
  const told = Number(text);
  const isTold = units <= MAX_ATOMS && units >= -MAX_ATOMS && String(told) === text;
  if (isTold) return told;
  throw new DrawdownError(
    'sum_not_exact',
    `${text} is a sum that no JSON number carries exactly; ask for one class, fewer months, or by currency and channel.`,
    { sum: text },
  );
}
