/** Why, and what has been. */
import type { Balance } from './account.ts';
import type { Operation } from './change.ts';
import type { EntryType, Instant, Metadata, Units } from './common.ts';

export interface ExplainedGrant {
  grant: string;
  class: string;
  /** Position in the order at that instant, from 1; null where the lot was not eligible. */
  position: number | null;
  available: number;
  drawn: number;
  /** The rule that decided. */
  rule:
    | 'class'
    | 'expiring_first'
    | 'priority'
    | 'expiry'
    | 'feature_scope'
    | 'effective_at'
    | 'created'
    | 'first'
    | 'only'
    | 'frozen'
    | 'held'
    | 'other_feature'
    | 'class_not_allowed';
  /** One sentence a person can read. */
  because: string;
}

export interface Explanation {
  operation: Operation;
  grants: ExplainedGrant[];
}

export interface EntryMove {
  grant: string;
  class: string;
  /** Signed change of what is left in the lot. */
  remaining: number;
  /** Signed change of what is reserved of it. */
  held: number;
}

/** The one lot that a freeze, unfreeze, extend or void is about. */
export interface EntryAbout {
  grant: string;
  class: string;
  /** Of an extension: the lot's end from then on, and the one before it; null: none. */
  expires_at?: Instant | null;
  expires_before?: Instant | null;
}

export interface Entry {
  seq: number;
  type: EntryType;
  at: Instant;
  /** Signed change of the account's total; `balance_after` is the running sum of these. */
  amount: number;
  /** Signed change of what is reserved. */
  held: number;
  /** Signed change of the debt. */
  debt: number;
  feature: string | null;
  /** How much of the feature was asked for, where it has a price by units. */
  units?: Units;
  /** The operation's id; null where time alone was the cause (expiry, time-out, a scheduled grant's start). */
  operation: string | null;
  hold: string | null;
  reverses: string | null;
  /** On whose behalf, in the ledger of a team. */
  member?: string;
  moves: EntryMove[];
  about?: EntryAbout;
  balance_after: number;
  hash: string;
  actor: string;
  reason: string | null;
  catalog_version: string;
  metadata: Metadata;
}

export interface StatementClass {
  class: string;
  opening: number;
  in: number;
  out: number;
  closing: number;
  /** `in` and `out` by the type of entry; both positive. */
  by_type: { type: EntryType; in: number; out: number }[];
}

export interface Statement {
  account: string;
  from: Instant;
  to: Instant;
  opening: number;
  in: number;
  out: number;
  closing: number;
  classes: StatementClass[];
}

/** One server-sent event of `GET /v1/accounts/{account}/events`. */
export type StreamEvent =
  | { type: 'balance'; balance: Balance }
  | { type: 'entry'; seq: number; entry: Entry };
