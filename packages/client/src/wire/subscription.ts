/** Subscriptions. */
import type { Balance, Cost, Source } from './account.ts';
import type { Operation } from './change.ts';
import type { Instant } from './common.ts';
import type { PaymentProvider } from './purchase.ts';
import type { SeatUse } from './team.ts';

export type SubscriptionStatus = 'trialing' | 'active' | 'past_due' | 'paused' | 'cancelled' | 'ended';

/** What was agreed; frozen, whatever becomes of the catalog. */
export interface SubscriptionTerms {
  plan: string;
  interval: 'month' | 'year';
  refill: 'monthly' | 'upfront';
  /** Null for a personal plan. */
  seats: number | null;
  /** Of one refill, for all seats. */
  credits: number;
  /** Of one period, for all seats, net; null where no currency was agreed. */
  price: Cost | null;
}

export interface Subscription extends SubscriptionTerms {
  id: string;
  account: string;
  ref: string;
  status: SubscriptionStatus;
  class: string;
  /** What periods are counted from, in `time_zone`. */
  anchor: Instant;
  time_zone: string;
  /** The period that runs now, half-open, and whether it is paid; null in a trial and before the first. */
  current_period: { start: Instant; end: Instant; paid: boolean } | null;
  /** The end of what is paid, or of the trial; null where nothing was paid. */
  paid_until: Instant | null;
  /** When the next refill that is paid for starts. */
  next_refill_at: Instant | null;
  trial_ends_at: Instant | null;
  /** When it is over for good, as far as it is known: a cancellation. */
  cancel_at: Instant | null;
  /** Until when a failed payment may be made good. */
  grace_until: Instant | null;
  paused_at: Instant | null;
  /** Who charges for it, where it was sold through a checkout; it is changed there. */
  provider: PaymentProvider | null;
  /** Other terms that are agreed and begin at `at`. */
  pending: (SubscriptionTerms & { at: Instant }) | null;
  created_at: Instant;
}

export interface SubscriptionRequest {
  plan: string;
  /** Absent: the plan's first. */
  interval?: 'month' | 'year';
  /** Team plans only: one of the plan's sizes; absent: the smallest. */
  seats?: number;
  /** Begins with the plan's trial; its first payment then is a renewal. Absent: the first period is paid. */
  trial?: boolean;
  /** Absent: now. */
  started_at?: Instant;
  /** What it is called where it was sold, and the first period's payment; the same one again is the same subscription. */
  ref?: string;
  /** Of the plan's prices, where it has several. */
  currency?: string;
  /** What was in fact paid for the first period, net. */
  cost?: Cost;
}

export interface RenewRequest {
  /** Names the period that was paid by its end. Absent: the first unpaid one. */
  period_end?: Instant;
  /** The payment: the same one again changes nothing. */
  ref: string;
  cost?: Cost;
}

export interface PaymentFailedRequest {
  ref?: string;
  period_end?: Instant;
}

export interface SubscriptionChangeRequest {
  plan?: string;
  interval?: 'month' | 'year';
  seats?: number;
  /** Absent: more credits a year, or a longer interval, at once; less at the period's end. */
  at?: 'now' | 'period_end';
  currency?: string;
  /** The payment of the period that begins now. */
  ref?: string;
  cost?: Cost;
}

export interface SubscriptionCancelRequest {
  /** Absent: at the period's end. */
  at?: 'period_end' | 'now';
}

export interface ReactivateRequest {
  ref?: string;
  cost?: Cost;
}

export type SubscriptionPreviewRequest =
  | ({ action: 'change' } & SubscriptionChangeRequest)
  | ({ action: 'cancel' } & SubscriptionCancelRequest)
  | ({ action: 'reactivate' } & ReactivateRequest)
  | ({ action: 'renew' } & RenewRequest)
  | { action: 'pause' }
  | { action: 'resume' };

export interface SubscriptionReceipt {
  subscription: Subscription;
  /** Null where no lot was issued or taken back, because there was nothing to do or it was done before. */
  operation: Operation | null;
  balance: Balance;
  /** Of a team with seats that keeps members: whether they fit. */
  members?: SeatUse;
}

export interface PreviewedLot {
  /** Null for a lot that the change would issue. */
  grant: string | null;
  class: string;
  amount: number;
  remaining: number;
  source: Source;
  /**
   * `keeps`: it never expires. `expires`: unspent credits expire at `expires_at`. `moves`: they outlive the period by
   * the plan's rollover, up to `expires_at`. `voided`: taken back before it starts. `starts`: issued by the change.
   */
  effect: 'keeps' | 'expires' | 'moves' | 'voided' | 'starts';
  effective_at: Instant;
  expires_at: Instant | null;
  /** One sentence a person can read. */
  because: string;
}

export interface SubscriptionPreview {
  subscription: Subscription;
  /** The balance right after the change. */
  balance: Balance;
  /** Every lot of the account that has credits or will have, in draw order; then those that would be taken back. */
  lots: PreviewedLot[];
  /** Of a team with seats that keeps members: whether they would fit. */
  members?: SeatUse;
}
