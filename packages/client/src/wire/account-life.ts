/** The life of an account: merged into another one, closed and settled, taken away as data, removed. */
import type { Account, Balance, Cost } from './account.ts';
import type { Operation } from './change.ts';
import type { Instant } from './common.ts';

export interface MergeRequest {
  /** The account that everything goes to; of the same kind. */
  into: string;
  reason: string;
}

export interface MergedLot {
  grant: string;
  class: string;
  /** What was left of it. */
  amount: number;
  expires_at: Instant | null;
  frozen: boolean;
  /** The lot that it is in the other account; null: on its way, or not yet sent. */
  moved_to: string | null;
}

/** What a merge does to each lot. */
export interface MergePreview {
  account: string;
  into: string;
  lots: MergedLot[];
  /** What the account owes: it moves too, and is repaid as debts are. */
  debt: number;
  /** Of `into`, with everything that came. */
  balance: Balance;
}

export interface MergeReport extends MergePreview {
  reason: string;
  by: string;
  at: Instant;
  /** Credits leave one account before they arrive in the other; in between they are here. */
  state: 'on_its_way' | 'delivered';
}

export interface MergeReceipt extends MergeReport {
  operation: Operation;
}

export interface CloseRequest {
  reason: string;
  /** The person's word that unspent paid credits are given up; required where the catalog's policy is `forfeit`. */
  forfeit?: true;
}

export interface ClosingLot {
  grant: string;
  class: string;
  amount: number;
  expires_at: Instant | null;
  /** What was paid for the credits that are left; null: nothing. */
  value: Cost | null;
  /** `voided`: nobody paid for it. */
  outcome: 'refunded' | 'payable' | 'forfeited' | 'voided';
}

/** What closing an account does to each lot, and what the person is owed for it. */
export interface ClosePreview {
  account: string;
  lots: ClosingLot[];
  /** Sums of what was paid for unspent credits, by currency and outcome. */
  value: (Cost & { outcome: 'refunded' | 'payable' | 'forfeited' })[];
  /** Subscriptions that end with it. */
  subscriptions: string[];
  /** What the account owes; it stays on record. */
  debt: number;
}

/** What the paid credits of one lot were worth, or a payment that came after the closing, and what became of it. */
export interface Settlement {
  /** What was left of a lot, what was paid too late to come to credits, or what was paid for a purchase again. */
  kind: 'lot' | 'late' | 'double';
  grant: string | null;
  purchase: string | null;
  credits: number;
  value: Cost;
  way: 'payable' | 'forfeited';
  /** What is still to be paid, in minor units: what the provider has paid back since is not. */
  payable_minor: number;
  paid_at: Instant | null;
  paid_by: string | null;
  paid_minor: number | null;
  reference: string | null;
}

export interface ClosureReport {
  account: Account;
  settlements: Settlement[];
  /** What is still to be paid, by currency. */
  payable: Cost[];
}

export interface CloseReceipt extends ClosureReport {
  operation: Operation;
}

export interface SettlementRequest {
  /** How it was paid: the bank's or the provider's own name for it. */
  reference: string;
}
