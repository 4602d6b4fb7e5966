/** Keys, sessions and the test clock. */
import type { Instant, Surface } from './common.ts';

export interface SessionRequest {
  account: string;
  surface: Exclude<Surface, 'server'>;
  teams?: string[];
  /** ISO 3166: where the person buys; its checkouts are made under that law, whatever they say. */
  jurisdiction?: string;
  ttl_seconds?: number;
}

/** Asked for by the pages of a server that shows its demonstration accounts; see `docs/guide/pages.md`. */
export interface DemonstrationSessionRequest {
  account: string;
  surface: Exclude<Surface, 'server'>;
  /** Absent: the teams of the demonstration that the account is a member of. */
  teams?: string[];
}

export interface Session {
  token: string;
  expires_at: Instant;
}

export type Scope =
  | 'read'
  | 'consume'
  | 'grant'
  | 'refund'
  | 'sessions'
  | 'webhooks'
  | 'reports'
  | 'staff'
  | 'act'
  | 'approve'
  | 'admin';

export interface KeyRequest {
  name: string;
  scopes?: Scope[];
  expires_at?: Instant;
  /** Whose it is besides whoever makes it: `oidc_…`. For limits and second persons the two are one. */
  owner?: string;
}

export interface Key {
  id: string;
  name: string;
  /** The first characters of the key, to recognise it by. */
  prefix: string;
  scopes: Scope[];
  created_at: Instant;
  /** The actor that made it. */
  created_by: string;
  owner: string | null;
  /** When a second person said that it is in other hands than its maker's; before, what it does counts for the maker. */
  vouched_at: Instant | null;
  vouched_by: string | null;
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
