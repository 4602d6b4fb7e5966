import type { Account } from './account.ts';
import { toCredits } from './amount.ts';
import type { LowBalance, Notice } from './notice.ts';
import type { Rules } from './rules.ts';

/** What nobody has reserved or frozen, in atoms: what may be spent. */
export function availableOf(account: Account): bigint {
  let available = account.total;
  for (const grant of account.grants) available -= grant.frozen ? grant.remaining : grant.held;
  return available;
}

/** A balance went below a threshold, or has come back over it. */
export interface Crossing {
  readonly threshold: bigint;
  readonly low: boolean;
}

/** Judged on where a change began and where it ended: what lies in between nobody could have seen. */
export function crossingsOf(low: readonly LowBalance[], before: bigint, after: bigint): Crossing[] {
  const crossings: Crossing[] = [];
  for (const { below, recoveredAt } of low) {
    if (before >= below && after < below) crossings.push({ threshold: below, low: true });
    if (before < recoveredAt && after >= recoveredAt) crossings.push({ threshold: below, low: false });
  }
  return crossings;
}

export function crossingNotice(
  account: Account,
  { threshold, low }: Crossing,
  { available, at, rules }: { available: bigint; at: number; rules: Rules },
): Notice {
  const data = {
    account: account.id,
    available: toCredits(available, rules.scale),
    threshold: toCredits(threshold, rules.scale),
    version: account.seq,
  };
  return { type: low ? 'credits.balance_low' : 'credits.balance_recovered', at, data };
}
