import { parseAmount, toCredits } from '../core/amount.ts';

/** Quantities that prices multiply (seconds, images, tokens) are bigints of 10^-6 units: no float touches them. */
export const UNIT_DECIMALS = 6;
const MICROS = 10n ** BigInt(UNIT_DECIMALS);

/** The most units of one use. 10^15 millionths stay below 2^52, so a quantity as a JSON number is exact both ways. */
export const MAX_UNITS = 1_000_000_000;
export const MAX_QUANTITY = BigInt(MAX_UNITS) * MICROS;

/** What one unit is in the inner count. */
export const ONE_UNIT = MICROS;

/** Reads a quantity above 0 from a number or a decimal string; null where it is anything else or too large. */
export function parseQuantity(value: unknown): bigint | null {
  const quantity = parseAmount(value, UNIT_DECIMALS);
  return quantity === null || quantity > MAX_QUANTITY ? null : quantity;
}

/** A quantity as a JSON number of units, exactly. */
export function toUnits(quantity: bigint): number {
  return toCredits(quantity, UNIT_DECIMALS);
}

export function roundUpTo(quantity: bigint, increment: bigint): bigint {
  return divideUp(quantity, increment) * increment;
}

/** The quotient of two non-negative integers, rounded up. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
