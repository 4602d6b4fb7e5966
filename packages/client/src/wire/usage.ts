/** What credits were used for. */
import type { Instant } from './common.ts';

export type UsageGroup = 'feature' | 'member';

export interface UsageQuery {
  /** Included. */
  from: Instant;
  /** Not included. */
  to: Instant;
  /** `feature`, `member`, or both with a comma; `feature` where absent. */
  group_by?: string;
  /** A row for each day or month too. */
  per?: 'day' | 'month';
  /** Whose days and months these are; the account's own where absent. */
  time_zone?: string;
  /** Only what this member of a team used. */
  member?: string;
}

/** What was used: `spent` − `refunded`, and what the classes and the debt sum up to. Refunds count when they are made. */
export interface UsageSums {
  /** How often credits were spent, refunded or not. */
  operations: number;
  spent: number;
  refunded: number;
  used: number;
  /** By class, in the catalog's order; below zero where more of it was refunded than spent in that time. */
  classes: { class: string; used: number }[];
  /** Spent beyond what there was, less what refunds took off that. */
  debt: number;
}

export interface UsageRow extends UsageSums {
  /** When its day or month begins; only with `per`. */
  period?: Instant;
  /** Where grouped by it; null: an amount without a feature. */
  feature?: string | null;
  /** Where grouped by it; null: on nobody's behalf. */
  member?: string | null;
}

export interface Usage extends UsageSums {
  account: string;
  from: Instant;
  to: Instant;
  time_zone: string;
  group_by: UsageGroup[];
  per: 'day' | 'month' | null;
  /** Period by period, and what used most first. */
  rows: UsageRow[];
}
