/** Notices, and the webhooks that carry them. */
import type { Instant, Json } from './common.ts';

export type NoticeType =
  | 'credits.granted'
  | 'credits.refilled'
  | 'credits.consumed'
  | 'credits.expiring'
  | 'credits.expired'
  | 'credits.balance_low'
  | 'credits.balance_recovered'
  | 'hold.timed_out'
  | 'purchase.completed'
  | 'purchase.reversed'
  | 'auto_top_up.completed'
  | 'auto_top_up.stopped'
  | 'member.limit_reached';

/** One piece of news about an account. */
export interface Notice {
  id: string;
  type: NoticeType;
  /** When it happened. */
  at: Instant;
  /** `account`, and what the type says besides. */
  data: { [key: string]: Json };
}

export interface NoticesQuery {
  type?: NoticeType;
  limit?: number;
  cursor?: string;
}

/** What a receiver gets as the body; the notice's id is the header `webhook-id`. */
export interface WebhookBody {
  type: NoticeType | 'webhook.ping';
  timestamp: Instant;
  data: { [key: string]: Json };
}

export interface WebhookEndpointRequest {
  /** https only. */
  url: string;
  /** Null or absent: every type. */
  types?: NoticeType[] | null;
  description?: string | null;
}

export interface WebhookEndpointUpdate extends WebhookEndpointRequest {
  /** Absent: as it is. */
  enabled?: boolean;
}

export interface WebhookEndpoint {
  id: string;
  url: string;
  description: string | null;
  types: NoticeType[] | null;
  state: 'enabled' | 'disabled';
  disabled_at: Instant | null;
  /** By whom: somebody, its own answer 410, or five days of failures. */
  disabled_reason: 'asked' | 'gone' | 'failing' | null;
  /** Since when no attempt went well; null: the last one did. */
  failing_since: Instant | null;
  last_error: string | null;
  created_at: Instant;
}

export interface CreatedWebhookEndpoint extends WebhookEndpoint {
  /** `whsec_…`: shown this once. */
  secret: string;
}

export interface RotateSecretRequest {
  /** How long the secrets before it go on signing; a day, unless told. */
  overlap_seconds?: number;
}

export interface WebhookTest {
  delivered: boolean;
  status: number | null;
  error: string | null;
  duration_ms: number;
}

export interface WebhookDelivery {
  /** The notice's own id: what a receiver sees as `webhook-id`. */
  id: string;
  endpoint: string;
  account: string;
  type: NoticeType;
  at: Instant;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  /** Of the last attempt. */
  status: number | null;
  error: string | null;
  queued_at: Instant;
  attempted_at: Instant | null;
}

export interface DeliveriesQuery {
  state?: WebhookDelivery['state'] | 'all';
  limit?: number;
  cursor?: string;
}

export interface ReplayRequest {
  since: Instant;
  /** Absent: now. */
  until?: Instant;
  /** `dead` unless told; `missed`: what happened while it was disabled or not there yet. */
  state?: 'dead' | 'missed' | 'all';
}

export interface Replay {
  replayed: number;
}
