/** Money truth: what became of credits, and of what was paid for them. */
import type { Instant } from './common.ts';

/** What every report says of itself. */
export interface ReportHead {
  from: Instant;
  to: Instant;
  time_zone: string;
  /** When it was made. */
  as_of: Instant;
  /** It will read the same whenever it is asked for again. False while the range is not over. */
  final: boolean;
  /** What it was made from: every entry of every account's ledger, up to and with this many. */
  ledger: { accounts: number; entries: number };
}

/**
 * One line of a roll-forward: opening + all columns between = closing. Each is signed as it changes the balance: what
 * comes in is above zero, what goes out below.
 */
export interface RollForwardColumns {
  opening: number;
  /** Lots that were paid for. */
  sold: number;
  /** Lots that nothing was paid for. */
  granted: number;
  /** Spending taken back. */
  refunded: number;
  /** Taken back since the money went back; above zero where that was itself undone. */
  reversed: number;
  /** Spent, or paid towards a debt. */
  used: number;
  expired: number;
  voided: number;
  cashed_out: number;
  adjusted: number;
  /** From or to other accounts. */
  transferred: number;
  closing: number;
}

/** The same in money, net, in the minor unit: what was paid for these credits. `closing` is not yet earned. */
export interface RollForwardMoney extends RollForwardColumns {
  currency: string;
  /** Earned by use and expiry, less what refunds of spending gave back. */
  recognised: number;
}

export interface RollForwardRow {
  class: string;
  /** Where grouped by it; null: nothing was paid. */
  currency?: string | null;
  /** Where grouped by it: what sold the lots; null: nobody said. */
  channel?: string | null;
  credits: RollForwardColumns;
  /** One for each currency that was paid in. */
  money: RollForwardMoney[];
}

export interface RollForwardPeriod {
  from: Instant;
  to: Instant;
  rows: RollForwardRow[];
}

export interface RollForward extends ReportHead {
  group_by: ReportGroup[];
  /** One for each calendar month. */
  periods: RollForwardPeriod[];
}

export type ReportGroup = 'currency' | 'channel';

/** Money in minor units: what was paid for these credits, and is not yet earned. */
export interface Outstanding {
  lots: number;
  credits: number;
  money: number;
}

export interface OutstandingRow extends Outstanding {
  class: string;
  currency: string;
  channel: string | null;
  /** Part of `credits`: reserved by holds. */
  held: number;
  /** On top: paid, and not begun. */
  scheduled: Outstanding;
  /** `credits` by when they lapse, from `at` on. */
  expiring: (Outstanding & { expires: ExpiresIn })[];
}

export type ExpiresIn = 'within_30_days' | 'within_90_days' | 'within_365_days' | 'later' | 'never';

/** Paid credits that nobody has used yet, just before `at`: the closing of a roll-forward up to there. */
export interface OutstandingReport extends Omit<ReportHead, 'from' | 'to' | 'time_zone'> {
  at: Instant;
  rows: OutstandingRow[];
}

export interface BreakageRow {
  class: string;
  currency: string;
  channel: string | null;
  /** Paid credits that lapsed, and their money. */
  credits: number;
  money: number;
}

export interface CohortPart {
  credits: number;
  money: number;
}

/** What was sold in a month, and what has become of it up to now: sold = used + expired + reversed + other + open. */
export interface Cohort {
  from: Instant;
  to: Instant;
  class: string;
  currency: string;
  channel: string | null;
  sold: CohortPart;
  /** Less what refunds of spending gave back. */
  used: CohortPart;
  expired: CohortPart;
  /** Below zero where what was reversed before came back. */
  reversed: CohortPart;
  /** Voided, paid out, corrected or moved to another account. */
  other: CohortPart;
  open: CohortPart;
  /** Shares of the credits sold, to four decimals; null where none were. */
  rates: Record<'used' | 'expired' | 'reversed' | 'other' | 'open', number | null>;
}

/** What is `final` is what lapsed in the range; cohorts are told up to `as_of`. */
export interface Breakage extends ReportHead {
  rows: BreakageRow[];
  cohorts: Cohort[];
}
