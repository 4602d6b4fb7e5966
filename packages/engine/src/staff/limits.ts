import { parseAmount } from '../core/amount.ts';
import { invalid } from '../errors.ts';
import type { Limits } from './present.ts';

/** In credits, as they are written; absent: no limit. */
export interface ApprovalOptions {
  /** On one account. */
  readonly accountLimit?: string | null;
  /** On all accounts together. */
  readonly staffLimit?: string | null;
}

/** Throws `invalid_amount` for what is no amount of credits of the catalog's scale. */
export function limitsOf({ accountLimit = null, staffLimit = null }: ApprovalOptions, scale: number): Limits {
  return {
    account: atoms('accountLimit', accountLimit, scale),
    staff: atoms('staffLimit', staffLimit, scale),
  };
}

function atoms(name: string, text: string | null, scale: number): bigint | null {
  if (text === null) return null;
  const amount = parseAmount(text, scale);
  if (amount === null) throw invalid(name, `must be an amount of credits, not "${text}"`, 'invalid_amount');
  return amount;
}
