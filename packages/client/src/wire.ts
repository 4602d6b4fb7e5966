/**
 * The shapes of the HTTP contract, version 1: what travels, and nothing else. Types only.
 * Amounts are JSON numbers of credits; times are RFC 3339 UTC with milliseconds; every list is in one page shape.
 */

/** Credits going in: a number, or a decimal string where a float would not do. */
export type Amount = number | string;
/** RFC 3339, e.g. `2026-03-25T10:00:00.000Z`. */
export type Instant = string;
/** String values and small JSON of the caller's own; kept, never interpreted. */
export type Metadata = { [key: string]: Json };
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Surface = 'web' | 'desktop_windows' | 'desktop_macos' | 'ios' | 'android' | 'server';

export type EntryType =
  | 'grant'
  | 'consume'
  | 'hold'
  | 'capture'
  | 'release'
  | 'refund'
  | 'expire'
  | 'void'
  | 'freeze'
  | 'unfreeze'
  | 'extend'
  | 'adjust'
  | 'transfer';

/** How much of a feature: a count of its unit, or its dimensions by name (`{ seconds: 10, resolution: "1080p" }`). */
export type Units = number | string | { [dimension: string]: number | string };

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

// ——— accounts and balances ———

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

export type GrantState = 'active' | 'scheduled' | 'depleted' | 'expired' | 'voided' | 'frozen';

export interface Source {
  type: string;
  ref: string | null;
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
  priority: number;
  effective_at: Instant;
  expires_at: Instant | null;
  /** Features that may draw on the lot; null means every feature. */
  features: string[] | null;
  source: Source;
  cost: Cost | null;
  state: GrantState;
  catalog_version: string;
  metadata: Metadata;
  created_at: Instant;
}

// ——— changes ———

export interface GrantRequest {
  class: string;
  amount: Amount;
  effective_at?: Instant;
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
}

export interface Quote {
  quote: string;
  feature: string | null;
  units?: Units;
  amount: number;
  price_version: string;
  draws: Draw[];
  after: Balance;
  sufficient: boolean;
  shortfall: number;
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

// ——— purchases ———

export type PaymentProvider = 'sandbox' | 'stripe' | 'app_store';

/** `partly_reversed`: a part of the money went back; `reversed`: all of it, by refunds or a lost dispute. */
export type PurchaseState =
  | 'open'
  | 'canceled'
  | 'failed'
  | 'expired'
  | 'completed'
  | 'refunding'
  | 'disputed'
  | 'partly_reversed'
  | 'reversed';

export interface CheckoutRequest {
  /** A pack of the catalog. */
  pack: string;
  /** ISO 4217; absent: the first that the pack has a price in. */
  currency?: string;
  /** Where the buyer goes afterwards: absolute, on an origin that the server allows. */
  return_url: string;
  /** Absent: the real one where there is one, else the sandbox. */
  provider?: PaymentProvider;
  /** Whose law the sale is under: a key of the catalog's jurisdictions. */
  jurisdiction?: string;
  /** The buyer wants to use the credits at once; recorded, and required where the law gives a right to withdraw. */
  consent?: { immediate_use: true };
}

export interface Purchase {
  id: string;
  account: string;
  provider: PaymentProvider;
  state: PurchaseState;
  pack: string | null;
  class: string;
  credits: number;
  /** Came with the purchase, and is reversed with it. */
  bonus: number;
  /** What was asked for. */
  price: Cost;
  /** What the provider charged, and what of it is not tax; null until it is paid. */
  paid: { amount_minor: number; net_minor: number; currency: string } | null;
  /** Bought credits first, the bonus behind them, then what replaced credits that were taken back and returned. */
  grants: string[];
  /** Credits that were taken back, since the money went back. */
  reversed: number;
  /** Credits that were spent before the money went back: a loss of the product … */
  lost: number;
  /** … or a debt of the account, as the catalog says. */
  owed: number;
  jurisdiction: string | null;
  consent: { immediate_use: true; at: Instant } | null;
  /** Where it can be paid; null once it is over. */
  checkout_url: string | null;
  /** Until when the buyer may give it back unspent; null: not without support. */
  refundable_until: Instant | null;
  created_at: Instant;
  paid_at: Instant | null;
}

export interface CheckoutReceipt {
  /** Send the buyer there. */
  url: string;
  /** The provider's id of the checkout. */
  checkout: string;
  purchase: Purchase;
}

export interface AppAccountToken {
  /** A UUID that the app passes on to the App Store with a purchase. */
  app_account_token: string;
}

export interface PurchaseRefundRequest {
  reason?: string;
}

// ——— explanation and history ———

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
  /** The operation's id; null where time alone was the cause (expiry, time-out, a scheduled grant's start). */
  operation: string | null;
  hold: string | null;
  reverses: string | null;
  moves: EntryMove[];
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

// ——— catalog ———

export type SurfaceMode = 'charge' | 'free_on_device' | 'open_on_web' | 'unsupported';

export interface CatalogClass {
  id: string;
  name: string;
  paid: boolean;
  /** ISO 8601 duration of a grant that states none; null: it never expires. */
  default_validity: string | null;
}

export interface CatalogFeature {
  id: string;
  name: string;
  description?: string;
  price: Json;
  /** The only classes that may pay for it; null: every class. */
  classes: string[] | null;
  surfaces: { [surface in Surface]: SurfaceMode };
}

export interface Catalog {
  name?: string;
  version: string;
  scale: number;
  strategy: 'class_order' | 'expiring_first';
  classes: CatalogClass[];
  features: CatalogFeature[];
  surfaces: { [surface in Surface]: { credits: boolean } };
  plans: Json[];
  packs: Json[];
  campaigns: Json[];
  /** Only for the product's server. */
  policies?: Json;
  handoff_url?: string | null;
}

// ——— keys, sessions, clock ———

export interface SessionRequest {
  account: string;
  surface: Exclude<Surface, 'server'>;
  teams?: string[];
  ttl_seconds?: number;
}

export interface Session {
  token: string;
  expires_at: Instant;
}

export type Scope = 'read' | 'consume' | 'grant' | 'refund' | 'sessions' | 'webhooks' | 'admin';

export interface KeyRequest {
  name: string;
  scopes?: Scope[];
  expires_at?: Instant;
}

export interface Key {
  id: string;
  name: string;
  /** The first characters of the key, to recognise it by. */
  prefix: string;
  scopes: Scope[];
  created_at: Instant;
  expires_at: Instant | null;
  revoked_at: Instant | null;
  last_used_at: Instant | null;
}

export interface CreatedKey extends Key {
  /** The key itself: shown this once. */
  secret: string;
}

export interface TestClock {
  now: Instant;
}

// ——— errors ———

/** RFC 9457. Switch on `code`; `detail` is for people. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  [detail: string]: unknown;
}

// ——— subscriptions ———

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
}

// ——— campaigns ———

export type CampaignKind =
  | 'event'
  | 'promotion_code'
  | 'referral'
  | 'limited_time_offer'
  | 'daily_check_in'
  | 'sign_up_bonus';

export interface CampaignAudienceRequest {
  account_kinds?: ('user' | 'team')[];
  /** Accounts that have one of these plans. */
  plans?: string[];
  surfaces?: Surface[];
  /** ISO 8601 duration: only accounts made at most this long ago. */
  newer_than?: string;
}

/** As a catalog file writes a campaign, and by the same rules. */
export interface CampaignRequest {
  id: string;
  name: string;
  kind: CampaignKind;
  /** Of one award; of a referral, what the invited account gets. */
  credits: Amount;
  class: string;
  /** Whole days or weeks, counted by the calendar of the account's time zone. */
  validity: string;
  /** The window is half-open. */
  starts_at?: Instant | null;
  ends_at?: Instant | null;
  /** What it may award in all. */
  budget?: Amount | null;
  /** Awards for one account: each calendar day for a daily check-in, else in all. Absent: 1; null: no limit. */
  per_account_limit?: number | null;
  per_device_limit?: number | null;
  audience?: CampaignAudienceRequest | null;
  /** Promotion codes only. */
  codes?: { kind: 'single_use' } | { kind: 'shared'; code: string };
  /** Referrals only. */
  referral?: { inviter_credits: Amount; inviter_limit?: number | null };
}

export type CampaignState = 'scheduled' | 'running' | 'exhausted' | 'ended' | 'stopped';

export interface CampaignMetrics {
  /** Lots that were issued, and their credits. */
  redemptions: number;
  awarded: number;
  /** What became of these credits so far. */
  used: number;
  expired: number;
  remaining: number;
  /** What may still be awarded; null where there is no budget. */
  budget_left: number | null;
}

export interface Campaign {
  id: string;
  name: string;
  kind: CampaignKind;
  credits: number;
  class: string;
  validity: string;
  starts_at: Instant | null;
  ends_at: Instant | null;
  budget: number | null;
  per_account_limit: number | null;
  per_device_limit: number | null;
  audience: {
    account_kinds: ('user' | 'team')[] | null;
    plans: string[] | null;
    surfaces: Surface[] | null;
    newer_than: string | null;
  } | null;
  codes: { kind: 'single_use' } | { kind: 'shared'; code: string } | null;
  referral: { inviter_credits: number; inviter_limit: number | null } | null;
  /** Whether the catalog's file defines it or staff made it. */
  origin: 'catalog' | 'staff';
  state: CampaignState;
  created_at: Instant;
  created_by: string;
  stopped_at: Instant | null;
  stopped_by: string | null;
  stop_reason: string | null;
  metrics: CampaignMetrics;
}

export interface CampaignCodesRequest {
  /** 1 to 1,000. */
  count: number;
}

export interface CampaignCodes {
  campaign: string;
  /** Each good for one award: shown this once. */
  codes: string[];
}

export interface Redemption {
  campaign: string;
  account: string;
  /** Of a referral, the side that was granted. */
  role: 'participant' | 'invited' | 'inviter';
  grant: string;
  amount: number;
  /** The calendar day in the account's time zone, as `2026-03-29`. */
  day: string;
  at: Instant;
}

export interface ClaimRequest {
  /** What the product calls the device; kept as a hash. Required where the campaign has a limit for each device. */
  device?: string;
  /** Secret keys only; a session's surface comes from its token. */
  surface?: Surface;
}

export interface RedeemRequest extends ClaimRequest {
  /** Case, spaces and hyphens do not matter. */
  code: string;
}

export interface ReferralRequest {
  /** Absent: the first referral campaign that runs. */
  campaign?: string;
}

/** An account's own code to invite others with, and what it came to. */
export interface Referral {
  account: string;
  campaign: string;
  code: string;
  /** What an invited account gets. */
  credits: number;
  inviter_credits: number;
  inviter_limit: number | null;
  invited: number;
  /** What the inviter was granted, and what is on its way. */
  awarded: number;
  pending: number;
  created_at: Instant;
}
