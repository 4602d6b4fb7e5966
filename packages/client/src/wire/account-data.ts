/** What is kept about an account, to be taken away or removed. */
import type { Account, Balance, Grant } from './account.ts';
import type { Redemption } from './campaign.ts';
import type { Hold } from './change.ts';
import type { Instant } from './common.ts';
import type { Entry } from './history.ts';
import type { Purchase } from './purchase.ts';
import type { Subscription } from './subscription.ts';

/** One line of an export. The last is `end`: one without it was cut off. */
export type ExportLine =
  | { type: 'account'; data: Account }
  | { type: 'balance'; data: Balance }
  | { type: 'grant'; data: Grant }
  | { type: 'entry'; data: Entry }
  | { type: 'hold'; data: Hold }
  | { type: 'subscription'; data: Subscription }
  | { type: 'purchase'; data: Purchase }
  | { type: 'redemption'; data: Redemption }
  | { type: 'referral_code'; data: { campaign: string; code: string; created_at: Instant } }
  /** That the account was invited. */
  | { type: 'referral'; data: { campaign: string; at: Instant } }
  | { type: 'membership'; data: { team: string; role: string; joined_at: Instant; left_at: Instant | null } }
  | { type: 'notice'; data: { type: string; at: Instant; data: object } }
  /** `version`: the account's at the beginning; `counts`: lines by type. */
  | { type: 'end'; data: { version: number; at: Instant; counts: Record<string, number> } };

export interface EraseRequest {
  reason: string;
}

export interface Erasure {
  /** The pseudonym by which the closed account is read from now on. */
  account: string;
  /** Entries of its ledger that no longer say who. */
  entries: number;
  /** Teams whose ledgers named the person. */
  teams: string[];
  at: Instant;
}
