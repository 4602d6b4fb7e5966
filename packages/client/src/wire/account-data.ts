/** What is kept about an account, to be taken away or removed. */
import type { Account, Balance, Grant } from './account.ts';
import type { MergeReport, Settlement } from './account-life.ts';
import type { Redemption } from './campaign.ts';
import type { Hold } from './change.ts';
import type { Instant } from './common.ts';
import type { Entry } from './history.ts';
import type { PlanCheckout } from './plan.ts';
import type { JurisdictionPolicy, PaymentProvider, Purchase } from './purchase.ts';
import type { Subscription } from './subscription.ts';
import type { Member, More, MoreState } from './team.ts';
import type { AutoTopUp, PaymentMethod, TopUp } from './top-up.ts';

/** One line of an export. The last is `end`: one without it was cut off. */
export type ExportLine =
  | { type: 'account'; data: Account }
  | { type: 'balance'; data: Balance }
  | { type: 'grant'; data: Grant }
  | { type: 'entry'; data: Entry }
  | { type: 'hold'; data: Hold }
  | { type: 'subscription'; data: Subscription }
  | { type: 'purchase'; data: Purchase }
  | { type: 'settlement'; data: Settlement & { created_at: Instant } }
  | {
      type: 'plan_checkout';
      data: {
        subscription: string;
        provider: PaymentProvider;
        state: PlanCheckout['state'];
        plan: string;
        trial: boolean;
        jurisdiction: string | null;
        policy: JurisdictionPolicy | null;
        consent: { immediate_use: true; at: Instant; actor: string } | null;
        created_at: Instant;
      };
    }
  /** A change of a plan that was asked of its provider, and what became of it. */
  | {
      type: 'plan_change';
      data: {
        subscription: string;
        plan: string;
        begins: 'now' | 'period_end';
        state: 'open' | 'done' | 'refused' | 'dropped';
        created_at: Instant;
      };
    }
  /** With the provider's own names for the person and the way to pay. */
  | {
      type: 'payment_method';
      data: PaymentMethod & { customer: string; method: string; saved_at: Instant };
    }
  | {
      type: 'auto_top_up';
      data: Pick<AutoTopUp, 'threshold' | 'pack' | 'monthly_cap' | 'reason' | 'consent' | 'updated_at'> & {
        state: 'on' | 'stopped';
      };
    }
  | { type: 'top_up'; data: TopUp & { provider: PaymentProvider } }
  | { type: 'redemption'; data: Redemption }
  | { type: 'referral_code'; data: { campaign: string; code: string; created_at: Instant } }
  /** That the account was invited. */
  | { type: 'referral'; data: { campaign: string; at: Instant } }
  | {
      type: 'membership';
      data: Pick<Member, 'team' | 'role' | 'limit' | 'joined_at' | 'left_at'> & {
        used: { month: string; amount: number };
      };
    }
  | {
      type: 'member_request';
      data: Pick<More, 'id' | 'team' | 'amount' | 'reason' | 'created_at' | 'decided_at'> & {
        period: string;
        state: Exclude<MoreState, 'expired'>;
      };
    }
  /** Of the account into another one, or of another one into it. */
  | {
      type: 'merge';
      data: Pick<MergeReport, 'account' | 'into' | 'reason' | 'by' | 'at'> & { delivered_at: Instant | null };
    }
  | { type: 'notice'; data: { type: string; at: Instant; data: object } }
  /** Hashes by which a repeated request is known. */
  | { type: 'change_key'; data: { key: string; fingerprint: string; at: Instant } }
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
  /** Pseudonyms of the accounts that had been merged into it, which are erased with it. */
  merged: string[];
  /** Teams whose ledgers named the person. */
  teams: string[];
  at: Instant;
}
