/** What changes an account, and the receipts. */
import type { Balance, Cost, Grant } from './account.ts';
import type { Amount, EntryType, Instant, Metadata, Surface, Units } from './common.ts';
import type { Problem } from './problem.ts';
import type { LimitPeriod } from './team.ts';

export interface GrantRequest {
  class: string;
  amount: Amount;
  effective_at?: Instant;
  /** Null: never; absent: by `valid_for`, or as the class says. */
  expires_at?: Instant | null;
  /** ISO 8601 calendar duration in the account's time zone, counted from `effective_at`. */
  valid_for?: string;
  priority?: number;
  features?: string[];
  source?: { type: string; ref?: string | null };
  cost?: Cost;
  metadata?: Metadata;
}

export interface Draw {
  grant: string;
  class: string;
  amount: number;
}

export interface Operation {
  id: string;
  type: EntryType;
  account: string;
  seq: number;
  /** Positive: what was asked for and done. The ledger entry carries the signed change. */
  amount: number;
  at: Instant;
  feature?: string;
  units?: Units;
  /** The lots concerned, in draw order; of a refund, in the order in which they were filled again. */
  draws: Draw[];
  /** Part of the amount that no lot covered, where the catalog allows an overdraft. */
  overdraft?: number;
  hold?: string;
  /** The operation that this one undoes or completes. */
  reverses?: string;
  member?: string;
  reason?: string;
  metadata?: Metadata;
}

export interface Receipt {
  operation: Operation;
  balance: Balance;
}

export interface GrantReceipt extends Receipt {
  grant: Grant;
}

/** A consume that did its work on the person's device: nothing was written. */
export interface FreeOnDevice {
  operation: null;
  charged: 0;
  mode: 'free_on_device';
  balance: null;
}

export interface SpendRequest {
  feature?: string;
  units?: Units;
  amount?: Amount;
  /** Secret keys only; a session's surface comes from its token. */
  surface?: Surface;
  /** Team accounts: on whose behalf. */
  member?: string;
  quote?: string;
  metadata?: Metadata;
}

export interface ConsumeRequest extends SpendRequest {
  /** Take what is there and let the rest become debt, where the catalog allows it. */
  overdraft?: boolean;
}

export interface HoldRequest extends SpendRequest {
  ttl_seconds?: number;
}

export interface BatchRequest {
  operations: (ConsumeRequest & { account: string; idempotency_key: string })[];
}

export interface BatchResult {
  status: number;
  operation?: Operation | null;
  balance?: Balance | null;
  replayed?: boolean;
  /** 0, where the work was done on the person's device. */
  charged?: 0;
  mode?: 'free_on_device';
  error?: Problem;
}

export interface BatchResponse {
  results: BatchResult[];
}

export interface QuoteRequest {
  feature?: string;
  units?: Units;
  amount?: Amount;
  surface?: Surface;
  /** Team accounts: on whose behalf. Of a session it is its person. */
  member?: string;
}

/** What a member's limit leaves, in the words of `member_limit_reached`. */
export interface QuotedLimit {
  member: string;
  limit: number;
  per: LimitPeriod;
  /** Allowed beyond the limit, in this period only. */
  extra: number;
  /** Spent in the period, less what was refunded of it. */
  used: number;
  /** Reserved by the member's open holds. */
  held: number;
  /** What the limit leaves now, before the quoted use. */
  remaining: number;
  /** The first instant of the next period. */
  resets_at: Instant;
  /** Whether it leaves enough for the quoted use. */
  sufficient: boolean;
}

export interface Quote {
  quote: string;
  feature: string | null;
  units?: Units;
  amount: number;
  price_version: string;
  draws: Draw[];
  after: Balance;
  /** Whether the account has enough; of a member, `member_limit` says whether they may spend it. */
  sufficient: boolean;
  shortfall: number;
  /** Null: nobody's limit stands in the way. */
  member_limit: QuotedLimit | null;
  expires_at: Instant;
}

export type HoldState = 'open' | 'captured' | 'released' | 'timed_out';

export interface Hold {
  id: string;
  account: string;
  amount: number;
  captured: number;
  feature: string | null;
  draws: Draw[];
  state: HoldState;
  /** On whose behalf, where a team's member opened it. */
  member?: string;
  created_at: Instant;
  expires_at: Instant;
}

export interface HoldReceipt extends Receipt {
  hold: Hold;
}

export interface CaptureRequest {
  amount?: Amount;
  metadata?: Metadata;
}

export interface ReleaseRequest {
  reason?: string;
}

export interface ExtendHoldRequest {
  ttl_seconds: number;
}

export interface RefundRequest {
  amount?: Amount;
  reason: string;
  metadata?: Metadata;
}

export interface ReasonRequest {
  reason: string;
}

export interface ExtendGrantRequest {
  /** Later than now and than the present expiry; null: never expires. */
  expires_at: Instant | null;
  reason?: string;
}

export interface AdjustRequest {
  /** Signed: a positive adjustment grants a lot of `class`, a negative one draws in the usual order. */
  amount: Amount;
  class?: string;
  reason: string;
  metadata?: Metadata;
}
