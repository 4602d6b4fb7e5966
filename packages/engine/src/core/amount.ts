/**
 * Amounts are whole atoms (10^-scale credits) in a bigint, so no float ever holds a balance.
 * This file is the only place where credits are read from and written to text.
 */

/** The largest amount of one command, and of one account's total: the last integer that JSON readers agree on. */
export const MAX_ATOMS = 9_007_199_254_740_991n;

/** The finest division of a credit: six decimals leave nine billion credits below `MAX_ATOMS`. */
export const MAX_SCALE = 6;

/** Below this many atoms no two amounts of one scale are the same double; above, the last decimal may be lost. */
const EXACT_FRACTIONS = 2n ** 52n;

const DECIMAL = /^(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,20}))?$/;

/**
 * Reads a positive amount of credits, given as a JSON number or an ASCII decimal string, exactly.
 * Answers atoms, or null where the value is anything else: zero, negative, an exponent, finer than
 * `scale` decimals (trailing zeros do not count), more than `MAX_ATOMS`, or a JSON number so large that it may have
 * lost its last decimal on the way here, which only a string carries.
 */
export function parseAmount(value: unknown, scale: number): bigint | null {
  const atoms = parseDecimal(value, scale);
  return atoms === null || atoms === 0n || atoms > MAX_ATOMS ? null : atoms;
}

/** As `parseAmount`, but zero is a value too; used for prices that may be free. */
export function parseAmountOrZero(value: unknown, scale: number): bigint | null {
  const atoms = parseDecimal(value, scale);
  return atoms === null || atoms > MAX_ATOMS ? null : atoms;
}

function parseDecimal(value: unknown, scale: number): bigint | null {
  if (typeof value === 'number') {
    // An integer beyond 2^53 has lost digits on its way here, but then it is more than `MAX_ATOMS` whatever they were.
    const atoms = parseText(String(value), scale);
    return atoms !== null && scale > 0 && atoms >= EXACT_FRACTIONS ? null : atoms;
  }
  return typeof value === 'string' && value.length <= 40 ? parseText(value, scale) : null;
}

function parseText(text: string, scale: number): bigint | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  return BigInt(match[1] as string) * 10n ** BigInt(scale) + BigInt(fraction.padEnd(scale, '0') || '0');
}

/** Writes atoms as a plain decimal without an exponent or trailing zeros: `-1250n` at scale 2 is `-12.5`. */
export function formatAmount(atoms: bigint, scale: number): string {
  if (scale === 0) return atoms.toString();
  const sign = atoms < 0n ? '-' : '';
  const digits = (atoms < 0n ? -atoms : atoms).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, -scale);
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Atoms as a JSON number of credits; exact at scale 0, else the double nearest to the exact decimal. */
export function toCredits(atoms: bigint, scale: number): number {
  return scale === 0 ? Number(atoms) : Number(formatAmount(atoms, scale));
}

export const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
