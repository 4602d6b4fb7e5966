/** Members of teams: their roles, limits, use, and requests for more. */
import type { Amount, Instant } from './common.ts';

export type Role = 'owner' | 'admin' | 'member';

export type LimitPeriod = 'day' | 'month';

export interface MemberRequest {
  role: Role;
  /** Per calendar day or month in the team's time zone. Absent: as much as the team has. */
  limit?: { amount: Amount; per: LimitPeriod };
}

/** Where a member stands in the period that runs: that of the limit, or the month where there is none. */
export interface MemberPeriod {
  per: LimitPeriod;
  /** Allowed beyond the limit, in this period only. */
  extra: number;
  /** Spent in the period, less what was refunded of it. */
  used: number;
  /** Reserved by the member's open holds. */
  held: number;
  /** What the limit leaves; null: no limit. What the team has is another question. */
  remaining: number | null;
  /** The first instant of the next period. */
  resets_at: Instant;
}

export interface Member {
  team: string;
  account: string;
  role: Role;
  limit: { amount: number; per: LimitPeriod } | null;
  period: MemberPeriod;
  joined_at: Instant;
  left_at: Instant | null;
}

export interface MoreRequest {
  amount: Amount;
  reason?: string;
}

export type MoreState = 'pending' | 'approved' | 'denied' | 'withdrawn' | 'expired';

/** A member's request for more than the limit allows, in the period that ran when it was made. */
export interface More {
  id: string;
  team: string;
  account: string;
  amount: number;
  reason: string | null;
  state: MoreState;
  created_at: Instant;
  /** The end of the period: nobody can approve it afterwards. */
  expires_at: Instant;
  decided_at: Instant | null;
  decided_by: string | null;
}

/** How the members of a team compare with the seats that it pays for. */
export interface SeatUse {
  seats: number;
  members: number;
  /** Members beyond the seats: they stay, and nobody joins until there is room. */
  over: number;
}
