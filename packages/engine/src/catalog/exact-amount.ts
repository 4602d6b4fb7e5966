/** What any amount of credits costs, for buyers who name an amount instead of a pack. One function quotes and charges. */
import type { ExactAmount } from './catalog.ts';
import { ONE_UNIT } from './quantity.ts';

/** Three decimals, of which cards are charged two. */
const IN_TENS: readonly string[] = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];

/** Of the catalog: a credit is 10^scale atoms. */
export interface Sale {
  readonly terms: ExactAmount;
  readonly currency: string;
  readonly scale: number;
}

/** Whether that many atoms are sold: within the bounds, in whole steps. */
export function isSold({ minimum, maximum, step }: ExactAmount, atoms: bigint): boolean {
  return atoms >= minimum && atoms <= maximum && atoms % step === 0n;
}

/**
 * The price in minor units of an amount that is sold. Each credit costs what its tier says, so more never costs less;
 * only the sum is rounded, to the nearest amount that cards are charged in, a half up, and never below the least of these.
 */
export function priceOfAmount({ terms, currency, scale }: Sale, atoms: bigint): number {
  let below = 0n;
  let sum = 0n;
  for (const { upTo, unitPrices } of terms.tiers) {
    const end = upTo === null || upTo > atoms ? atoms : upTo;
    if (end > below) sum += (end - below) * (unitPrices[currency] ?? 0n);
    below = end;
  }
  const least = IN_TENS.includes(currency) ? 10 : 1;
  const divisor = ONE_UNIT * 10n ** BigInt(scale) * BigInt(least);
  const rounded = (2n * sum + divisor) / (2n * divisor);
  return (rounded < 1n ? 1 : Number(rounded)) * least;
}

/** The most that a sum of money buys, in atoms; null where it does not reach for the least that is sold. */
export function amountFor(sale: Sale, money: number): bigint | null {
  const { minimum, maximum, step } = sale.terms;
  if (priceOfAmount(sale, minimum) > money) return null;
  let [reached, beyond] = [0n, (maximum - minimum) / step + 1n];
  while (beyond - reached > 1n) {
    const middle = (reached + beyond) / 2n;
    if (priceOfAmount(sale, minimum + middle * step) > money) beyond = middle;
    else reached = middle;
  }
  return minimum + reached * step;
}
