import type { Entry, EntryDetail, Json, Metadata, Redaction, Terms } from './account.ts';
import type { Per } from './team.ts';

/** Why a command was refused: a value, so that it never sinks its neighbours. Amounts are atoms. */
export type Refusal =
  | { code: 'insufficient_credits'; required: bigint; available: bigint; held: bigint; shortfall: bigint }
  | { code: 'not_a_team' }
  | { code: 'not_a_member'; member: string }
  | ({ code: 'member_limit_reached'; required: bigint } & MemberLimit)
  | { code: 'overdraft_not_allowed' }
  | { code: 'quote_expired'; expiresAt: number }
  | { code: 'quote_changed' }
  | { code: 'hold_not_found' }
  | { code: 'hold_closed'; state: string }
  | { code: 'amount_exceeds_hold'; held: bigint }
  | { code: 'operation_not_found' }
  | { code: 'operation_not_refundable' }
  | { code: 'amount_exceeds_operation'; refundable: bigint }
  | { code: 'grant_not_found' }
  | { code: 'grant_closed'; state: string }
  | { code: 'grant_frozen' }
  | { code: 'grant_not_frozen' }
  | { code: 'expiry_not_later' }
  | { code: 'invalid_expiry'; field: 'expires_at' | 'valid_for' | 'effective_at' | 'ttl_seconds' }
  | { code: 'balance_limit_exceeded'; limit: bigint }
  /** `into`: the number of the account that it was merged into. */
  | { code: 'account_closed'; into: number | null }
  /** `holds`: the numbers of those that are open. */
  | { code: 'account_busy'; holds: readonly number[] };

/** What a member may spend in the period that runs, and has spent and reserved of it. */
export interface MemberLimit {
  readonly member: string;
  readonly limit: bigint;
  readonly per: Per;
  readonly extra: bigint;
  readonly used: bigint;
  readonly held: bigint;
  readonly remaining: bigint;
  readonly resetsAt: number;
}

/** What a caller attached to spending; recorded, never interpreted here. */
export interface Attached {
  readonly units?: Json;
  readonly member?: string;
  readonly metadata?: Metadata;
}

/** What a quote promised: at most this much, and from no more precious class than this. */
export interface QuotedDraw {
  readonly expiresAt: number;
  readonly amount: bigint;
  /** Amount per class, by class id. */
  readonly byClass: ReadonlyMap<string, bigint>;
}

export interface Spend extends Attached {
  readonly amount: bigint;
  readonly feature: string | null;
  /** Classes the feature may be paid with; null: all. */
  readonly classes: readonly string[] | null;
  readonly quote: QuotedDraw | null;
}

export interface GrantCommand extends Omit<Terms, 'no' | 'effectiveAt' | 'expiresAt' | 'catalog'> {
  readonly verb: 'grant';
  /** Absent: at once. */
  readonly effectiveAt: number | null;
  /** An instant; a calendar duration counted from `effectiveAt`; or never. */
  readonly validity: Validity;
}

export type Validity =
  | { readonly kind: 'until'; readonly expiresAt: number }
  | { readonly kind: 'for'; readonly duration: string }
  | { readonly kind: 'forever' };

export type Command =
  | GrantCommand
  | (Spend & { readonly verb: 'consume'; readonly overdraft: boolean })
  | (Spend & { readonly verb: 'hold'; readonly ttlMs: number })
  | {
      readonly verb: 'capture';
      readonly hold: number;
      readonly amount: bigint | null;
      readonly metadata?: Metadata;
      readonly owner: string | null;
    }
  | {
      readonly verb: 'release';
      readonly hold: number;
      readonly reason?: string;
      readonly owner: string | null;
    }
  | {
      readonly verb: 'extend_hold';
      readonly hold: number;
      readonly ttlMs: number;
      readonly owner: string | null;
    }
  | {
      readonly verb: 'refund';
      readonly operation: number;
      /** Part of the operation's id: an id with another instant is no id of it. */
      readonly operationAt: number;
      readonly amount: bigint | null;
      readonly reason: string;
      readonly metadata?: Metadata;
    }
  | {
      readonly verb: 'void';
      readonly grant: number;
      readonly reason: string;
      /** No more than this, and the lot lives on; absent: all of it, and the lot ends. */
      readonly amount?: bigint;
    }
  /** What was spent of something that was taken back: owed, and repaid by what comes in next. */
  | { readonly verb: 'owe'; readonly amount: bigint; readonly reason: string }
  /** What was owed is owed no more. `otherwise`: what is granted for what was repaid in lots that nobody knows; null: nothing. */
  | {
      readonly verb: 'forgive';
      readonly amount: bigint;
      readonly reason: string;
      readonly otherwise: Omit<GrantCommand, 'amount'> | null;
    }
  | {
      readonly verb: 'extend';
      readonly grant: number;
      readonly expiresAt: number | null;
      readonly reason?: string;
    }
  /** `again`: also a lot that is frozen, for another reason. */
  | { readonly verb: 'freeze'; readonly grant: number; readonly reason: string; readonly again?: boolean }
  | { readonly verb: 'unfreeze'; readonly grant: number; readonly reason: string }
  | {
      readonly verb: 'adjust';
      readonly amount: bigint;
      readonly class: string | null;
      readonly reason: string;
      readonly metadata?: Metadata;
    }
  /** Takes everything out, for the account numbered `into`, and ends this one. */
  | { readonly verb: 'send'; readonly into: number; readonly reason: string }
  | ReceiveCommand
  /** Voids every lot and ends the account. */
  | { readonly verb: 'close'; readonly reason: string; readonly metadata?: Metadata }
  /** Enters that earlier entries were redacted, by whoever redacts them in the same transaction. */
  | { readonly verb: 'attest'; readonly redaction: Redaction }
  /** Several at once, in order; refused whole where one is. The first entry is the operation. */
  | { readonly verb: 'many'; readonly commands: readonly Command[] }
  | { readonly verb: 'settle' }
  /** Asks only for what its key did before; refused where it did nothing. */
  | { readonly verb: 'recall' };

/** Puts in what another account sent. */
export interface ReceiveCommand {
  readonly verb: 'receive';
  /** The account that it comes from, and the entry that took it out there. */
  readonly from: number;
  readonly seq: number;
  readonly at: number;
  readonly lots: readonly ReceivedLot[];
  readonly debt: bigint;
  readonly reason: string;
}

/** A lot as it was sent: its terms as they stood, and what was left of it. */
export interface ReceivedLot {
  readonly terms: Terms;
  /** Why it was frozen; null: it was not. */
  readonly frozen: string | null;
}

export type Decision =
  | { readonly refusal: Refusal }
  /** The first entry is the operation; others are what follows from it in the same instant. */
  | { readonly entries: readonly Entry[] };

export const refuse = (refusal: Refusal): Decision => ({ refusal });

/** The optional parts of an entry's detail, without keys that say nothing. */
export function detailOf(parts: { [K in keyof EntryDetail]: EntryDetail[K] | undefined }): EntryDetail {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}
