import { parseAmount } from '../core/amount.ts';
import { invalid } from '../errors.ts';
import { recorded } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { exchanged } from '../store/settings.ts';
import type { Limits } from './present.ts';

/** In credits, as they are written; absent: no limit. */
export interface ApprovalOptions {
  /** On one account. */
  readonly accountLimit?: string | null;
  /** On all accounts together. */
  readonly staffLimit?: string | null;
  /** How long an act waits for a second person; absent: 7 days. */
  readonly waitMs?: number;
}

const WAIT_MS = 7 * 86_400_000;

/** Throws `invalid_amount` for what is no amount of credits of the catalog's scale. */
export function limitsOf(
  { accountLimit = null, staffLimit = null, waitMs = WAIT_MS }: ApprovalOptions,
  scale: number,
): Limits {
  return {
    account: atoms('accountLimit', accountLimit, scale),
    staff: atoms('staffLimit', staffLimit, scale),
    waitMs,
  };
}

/** Who is named where the server itself was told otherwise. */
const CONFIGURATION = { id: 'server', name: 'configuration', request: null };

/** Once for all processes that are started with the same limits: that they are others now is in the audit log. */
export async function recordLimits(
  database: Database,
  { accountLimit = null, staffLimit = null }: ApprovalOptions,
  at: number,
): Promise<void> {
  const limits = { account_limit: accountLimit, staff_limit: staffLimit };
  await recorded(database, CONFIGURATION, async (on) => {
    const before = await exchanged(on, 'approval_limits', JSON.stringify(limits));
    const isSame = before === JSON.stringify(limits);
    const isNothing = before === null && accountLimit === null && staffLimit === null;
    return { done: undefined, told: isSame || isNothing ? null : { act: 'set_limits', at, input: limits } };
  });
}

function atoms(name: string, text: string | null, scale: number): bigint | null {
  if (text === null) return null;
  const amount = parseAmount(text, scale);
  if (amount === null) throw invalid(name, `must be an amount of credits, not "${text}"`, 'invalid_amount');
  return amount;
}
