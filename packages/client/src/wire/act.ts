/** What staff do to accounts: shown before it is done. */
import type { Balance, Cost, GrantState } from './account.ts';
import type { GrantRequest } from './change.ts';
import type { Amount, Instant, Metadata } from './common.ts';
import type { ApprovalLimits } from './staff.ts';

export type ActName =
  | 'grant'
  | 'extend'
  | 'void'
  | 'freeze'
  | 'unfreeze'
  | 'refund'
  | 'adjust'
  | 'end_top_up';

/** Its source is the staff's doing, and nothing was paid for it. */
export interface GrantAct extends Omit<GrantRequest, 'source' | 'cost'> {
  act: 'grant';
  account: string;
}

export interface ExtendAct {
  act: 'extend';
  grant: string;
  expires_at: Instant | null;
}

export interface LotAct {
  act: 'void' | 'freeze' | 'unfreeze';
  grant: string;
}

export interface RefundAct {
  act: 'refund';
  operation: string;
  /** Absent: all that is left to refund. */
  amount?: Amount;
}

export interface AdjustAct {
  act: 'adjust';
  account: string;
  /** Signed: above 0 grants a lot of `class`, below 0 draws in the usual order. */
  amount: Amount;
  class?: string;
  metadata?: Metadata;
}

/** A payment that a provider took, by its own id of it. */
export interface TakenCharge extends Cost {
  payment: string;
}

/** Ends a charge of an automatic top-up that its provider does not answer about, as whoever looked there found it. */
export interface EndTopUpAct {
  act: 'end_top_up';
  purchase: string;
  /** Null: nothing was taken. Money that arrives all the same is owed back. */
  taken: TakenCharge | null;
}

/** What staff may do to an account, before anybody says why. */
export type Act = GrantAct | ExtendAct | LotAct | RefundAct | AdjustAct | EndTopUpAct;

/** `preview`: the effect that was shown; where it is another one now, nothing is done. */
export type ActRequest = Act & { reason: string; preview: string };

/** What a lot has on one side of an act. */
export interface LotFacts {
  remaining: number;
  held: number;
  state: GrantState;
  expires_at: Instant | null;
}

/** What becomes of a charge that is ended. */
export interface EndedCharge {
  purchase: string;
  asked: Cost;
  becomes: 'completed' | 'failed';
  /** What was taken and nothing is given for; null: nothing is owed. */
  owed: Cost | null;
}

/** What an act would do now. */
export interface ActPreview {
  /** Names the effect: the same as long as the act would do the same. */
  preview: string;
  act: ActName;
  account: string;
  as_of: Instant;
  /** The credits that it counts for against the limits. */
  size: number;
  before: Balance;
  after: Balance;
  /** Those that it changes. `grant` null: the lot that it makes. */
  lots: { grant: string | null; class: string; before: LotFacts | null; after: LotFacts }[];
  /** Of a charge that it ends. */
  charge?: EndedCharge;
  /** Whether a second person must approve, and what this one has done alone within 24 hours. */
  approval: ApprovalLimits & { required: boolean; account_used: number; staff_used: number };
}
