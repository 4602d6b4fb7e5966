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
