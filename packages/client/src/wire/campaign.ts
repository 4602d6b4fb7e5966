/** Campaigns, codes and referrals. */
import type { Amount, Instant, Surface } from './common.ts';

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

/** `waiting`: for a second person, since it may give more than one of the staff may alone. */
export type CampaignState = 'waiting' | 'scheduled' | 'running' | 'exhausted' | 'ended' | 'stopped';

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
  /** That it waits for, or waited for; null: nobody had to be asked. */
  approval: string | null;
  created_at: Instant;
  created_by: string;
  stopped_at: Instant | null;
  stopped_by: string | null;
  stop_reason: string | null;
  metrics: CampaignMetrics;
}

/** A campaign that an account may take part in now. */
export interface CampaignOffer {
  id: string;
  name: string;
  kind: CampaignKind;
  credits: number;
  class: string;
  validity: string;
  ends_at: Instant | null;
  /** By itself, with a code, or by the code of whoever invites it. */
  how: 'claim' | 'code' | 'invite';
  needs_device: boolean;
  /** Referrals only: what the inviter gets. */
  inviter_credits: number | null;
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
