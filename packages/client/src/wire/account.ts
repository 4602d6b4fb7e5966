/** Accounts, balances, grants and holds as they are shown. */
import type { Instant, Metadata } from './common.ts';

export interface AccountRequest {
  kind?: 'user' | 'team';
  time_zone?: string;
  metadata?: Metadata;
}

export interface Account {
  account: string;
  kind: 'user' | 'team';
  time_zone: string;
  metadata: Metadata;
  version: number;
  created_at: Instant;
  /** A closed account is read, and never changed again. */
  state: 'active' | 'closed';
  closed_at: Instant | null;
  /** The account that everything went to; null: it was not merged. */
  merged_into: string | null;
}

export interface ClassBalance {
  class: string;
  total: number;
  held: number;
  /** In lots that are frozen: theirs, and not spendable until unfrozen. */
  frozen: number;
  /** total − held − frozen. */
  available: number;
  next_expiry: { at: Instant; amount: number } | null;
}

export interface Balance {
  account: string;
  /** The account's last ledger sequence number: it only grows, by one per entry. */
  version: number;
  as_of: Instant;
  total: number;
  held: number;
  frozen: number;
  available: number;
  debt: number;
  /** Every class of the catalog in draw order, also at zero. */
  classes: ClassBalance[];
  /** Spendable lots in the order in which they will be drawn. */
  draw_order: string[];
}

export type GrantState =
  | 'active'
  | 'scheduled'
  | 'depleted'
  | 'expired'
  | 'voided'
  | 'frozen'
  | 'transferred';

export interface Source {
  type: string;
  ref: string | null;
  /** Of a campaign: what it is called. Null for everything else, and where there is no campaign of that id. */
  name: string | null;
}

export interface Cost {
  /** What was paid for the lot, net, in the currency's minor unit. */
  amount_minor: number;
  /** ISO 4217, upper case. */
  currency: string;
}

export interface Grant {
  id: string;
  account: string;
  class: string;
  amount: number;
  remaining: number;
  held: number;
  consumed: number;
  expired: number;
  voided: number;
  /** What went to another account when this one was merged into it. */
  transferred: number;
  priority: number;
  effective_at: Instant;
  expires_at: Instant | null;
  /** Features that may draw on the lot; null means every feature. */
  features: string[] | null;
  source: Source;
  /** Where it was sold: what its metadata call `channel`; null: nobody said. */
  channel: string | null;
  cost: Cost | null;
  state: GrantState;
  catalog_version: string;
  metadata: Metadata;
  created_at: Instant;
}
