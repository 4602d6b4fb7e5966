/** Whether an account is topped up now, with how much, or why not. Pure. */
import type { StopReason } from './top-up-rows.ts';

export interface TopUpSituation {
  /** Atoms. */
  readonly available: bigint;
  readonly threshold: bigint;
  /** Of one pack: atoms with its bonus, and minor units. */
  readonly pack: { readonly credits: bigint; readonly priceMinor: number };
  readonly capMinor: number;
  /** This month, with what is on its way. */
  readonly spentMinor: number;
  /** Top-ups within the last hour. */
  readonly recent: number;
  readonly policy: { readonly mostPerHour: number; readonly mostPacks: number };
}

export type TopUpDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'wait_for_month' }
  | { readonly do: 'stop'; readonly reason: StopReason }
  | { readonly do: 'charge'; readonly packs: number };

/** As many packs as bring the account to its threshold, within what its owner and the catalog allow. */
export function decideTopUp(about: TopUpSituation): TopUpDecision {
  const { available, threshold, pack, policy } = about;
  if (available >= threshold) return { do: 'nothing' };
  // No month would ever have room for it.
  if (pack.priceMinor > about.capMinor) return { do: 'stop', reason: 'pack_above_cap' };
  if (about.recent >= policy.mostPerHour) return { do: 'stop', reason: 'abnormal_use' };
  const shortfall = threshold - available;
  const wanted = Number((shortfall + pack.credits - 1n) / pack.credits);
  const affordable = Math.floor((about.capMinor - about.spentMinor) / pack.priceMinor);
  const packs = Math.min(wanted, affordable, policy.mostPacks);
  return packs > 0 ? { do: 'charge', packs } : { do: 'wait_for_month' };
}
