/** What the product's own people see and do: sign-in, second persons, the audit log, and how the server is. */
import type { Scope } from './access.ts';
import type { Balance } from './account.ts';
import type { ActName, ActPreview } from './act.ts';
import type { Campaign } from './campaign.ts';
import type { Operation } from './change.ts';
import type { Instant, Metadata } from './common.ts';

/** One of the staff: by a key of theirs, or as the identity provider knows them. */
export interface StaffMember {
  /** `key_…` or `oidc_…` */
  id: string;
  name: string;
}

/** How staff may sign in here. */
export interface SignIn {
  key: true;
  /** A link to follow, and what to write on it; null: no identity provider is configured. */
  oidc: { name: string; url: string } | null;
  /** Of the cookie that came along; null: nobody is signed in. */
  session: StaffSession | null;
}

/** From how many credits on acts need a second person, within 24 hours and by one of the staff; null: never. */
export interface ApprovalLimits {
  /** On one account. */
  account_limit: number | null;
  /** On all accounts together. */
  staff_limit: number | null;
}

export interface StaffSession {
  staff: StaffMember;
  scopes: Scope[];
  /** Null: a key asked, not somebody who is signed in. */
  expires_at: Instant | null;
  approval: ApprovalLimits;
}

/** One of the staff who is signed in to the console. */
export interface StaffSignIn {
  id: string;
  staff: StaffMember;
  /** Who vouched: a key of theirs, or the identity provider. */
  by: 'key' | 'oidc';
  signed_in_at: Instant;
  /** Half a minute behind at most; null: not since. */
  last_used_at: Instant | null;
  expires_at: Instant;
  /** Null: it goes on. */
  ended_at: Instant | null;
  /** Whose request this is. */
  current: boolean;
}

/** What the audit log tells of: acts, the steps of one that waits for a second person, and everything else that staff do. */
export type AuditedAct =
  | ActName
  | 'request'
  | 'reject'
  | 'withdraw'
  | 'put_account'
  | 'export_account'
  | 'merge'
  | 'receive'
  | 'close'
  | 'settle_closure'
  | 'erase'
  | 'cash_out'
  | 'mark_paid'
  | 'consume'
  | 'hold'
  | 'capture'
  | 'release'
  | 'extend_hold'
  | 'put_member'
  | 'remove_member'
  | 'ask_for_more'
  | 'approved_more'
  | 'denied_more'
  | 'subscribe'
  | 'subscription_renew'
  | 'subscription_payment_failed'
  | 'subscription_change'
  | 'subscription_cancel'
  | 'subscription_pause'
  | 'subscription_resume'
  | 'subscription_reactivate'
  | 'plan'
  | 'plan_change'
  | 'plan_end'
  | 'plan_checkout'
  | 'checkout'
  | 'claim_purchase'
  | 'refund_purchase'
  | 'auto_top_up'
  | 'auto_top_up_off'
  | 'auto_top_up_stop'
  | 'payment_method_off'
  | 'redeem'
  | 'claim'
  | 'create_referral'
  | 'create_campaign'
  | 'start_campaign'
  | 'stop_campaign'
  | 'create_codes'
  | 'create_webhook_endpoint'
  | 'update_webhook_endpoint'
  | 'delete_webhook_endpoint'
  | 'rotate_webhook_secret'
  | 'test_webhook_endpoint'
  | 'redeliver_webhook'
  | 'replay_webhooks'
  | 'create_session'
  | 'create_key'
  | 'vouch_for_key'
  | 'revoke_key'
  | 'sign_in'
  | 'sign_out'
  | 'end_session'
  | 'set_limits';

export interface AuditRecord {
  id: string;
  at: Instant;
  act: AuditedAct;
  /** Null: it is about none. */
  account: string | null;
  /** The id of what it was done to, where that is no account: a key, a campaign, an endpoint, a session, a settlement. */
  subject: string | null;
  staff: StaffMember;
  approved_by: StaffMember | null;
  reason: string | null;
  /** What was asked. */
  input: Metadata;
  /** What was shown before it was done; null: it was asked for without looking. */
  preview: ActPreview | null;
  size: number;
  operation: string | null;
  /** The entries of the ledger, by number. */
  entries: number[];
  approval: string | null;
  request_id: string | null;
}

export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'withdrawn' | 'expired';

/** An act that waits, or waited, for a second person. */
export interface Approval {
  id: string;
  /** Null: it is about a campaign. */
  account: string | null;
  /** Null: it is about an account. */
  campaign: string | null;
  act: ActName | 'start_campaign';
  request: Metadata;
  reason: string | null;
  requested_by: StaffMember;
  /** Null: without end, of a campaign that has no budget. */
  size: number | null;
  /** As it was shown to whoever asked; null of a campaign, whose terms `request` holds. */
  preview: ActPreview | null;
  state: ApprovalState;
  created_at: Instant;
  /** Nobody can approve it from then on. */
  expires_at: Instant;
  decided_by: StaffMember | null;
  decided_at: Instant | null;
  decision_reason: string | null;
  operation: string | null;
}

/** What starts with an approval: a campaign, with all that it may give. */
export interface CampaignPreview {
  /** Names the effect: the same as long as the same would start. */
  preview: string;
  act: 'start_campaign';
  as_of: Instant;
  /** Its budget; null: it has none. */
  size: number | null;
  campaign: Campaign;
}

export interface ActReceipt {
  state: 'done' | 'pending';
  /** Where it is done. */
  audit: AuditRecord | null;
  operation: Operation | null;
  balance: Balance | null;
  /** Where it waits for a second person, or one has approved it. */
  approval: Approval | null;
}

/** An account that a search found. */
export interface FoundAccount {
  account: string;
  kind: 'user' | 'team';
  state: 'active' | 'closed';
  version: number;
  total: number;
  /** Lots that are frozen. */
  frozen: number;
  created_at: Instant;
  /** When time changes it next; null: never. */
  due_at: Instant | null;
  /** What led to it. */
  found: {
    by:
      | 'account'
      | 'grant'
      | 'operation'
      | 'hold'
      | 'purchase'
      | 'subscription'
      | 'code'
      | 'approval'
      | 'audit';
    id: string;
  } | null;
}

/** How the server is: this process, and the database that it shares with the others. */
export interface SystemState {
  as_of: Instant;
  /** Of this process. */
  process: {
    version: string;
    started_at: Instant;
    up_seconds: number;
    /** Per second, over the last minute or since the start. */
    rates: { commands: number; deductions: number; refused: number; batches: number };
    /** Since the start, most of it first; the outcome is `done`, or the code of a refusal. */
    commands: { verb: string; outcome: string; count: number }[];
    /** What payment providers sent, since the start. */
    deliveries: { provider: string; outcome: string; count: number }[];
    /** Answers of 500 and above, since the start. */
    failures: { method: string; route: string; status: number; count: number }[];
    waiting_commands: number;
    /** How long the oldest waiting command has waited at most. */
    lane_lag_ms: number;
    /** Open event streams. */
    streams: number;
  };
  sweep: {
    /** How late the oldest account of this process's last round was. */
    lag_ms: number;
    /** Accounts that this process has settled since its start. */
    settled: number;
    /** Accounts for which time has something to enter now; counted up to a thousand. */
    due_accounts: number;
    oldest_due_at: Instant | null;
  };
  /** What payment providers were asked more than ten minutes ago and have not answered, each counted up to a thousand. */
  unanswered: {
    /** Of automatic top-ups. */
    charges: number;
    /** Purchases that are being paid back. */
    refunds: number;
    plan_changes: number;
    oldest_asked_at: Instant | null;
    /** Whose they are, the longest first; up to ten. */
    accounts: string[];
  };
  webhooks: {
    /** Accounts of which an endpoint is still to be told something. */
    waiting_accounts: number;
    /** How old the oldest of that is, at endpoints that are on. */
    lag_ms: number;
    /** Deliveries that wait or were given up, each counted up to a thousand. */
    endpoints: { id: string; host: string; state: 'enabled' | 'disabled'; waiting: number; dead: number }[];
  };
  database: {
    version: string;
    role: 'primary' | 'standby';
    size_bytes: number;
    /** The number of its last migration. */
    schema: number;
    connections: number;
    /** Rows, as the database's statistics estimate them. */
    estimated: { accounts: number; entries: number; grants: number };
  };
  /** The last whole `drawdown verify` on this database; null: none yet. */
  verify: {
    started_at: Instant;
    finished_at: Instant;
    accounts: number;
    entries: number;
    faults: number;
  } | null;
}
