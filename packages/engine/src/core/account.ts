import type { Members } from './team.ts';

/** JSON that callers attach; kept as given, never interpreted. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Metadata = { [key: string]: Json };

export const ENTRY_TYPES = [
  'grant',
  'consume',
  'hold',
  'capture',
  'release',
  'refund',
  'expire',
  'void',
  'freeze',
  'unfreeze',
  'extend',
  'adjust',
  'transfer',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** What a grant is issued under; nothing but `expires_at` (later only) ever changes afterwards. */
export interface Terms {
  readonly no: number;
  readonly class: string;
  /** Atoms granted when the lot starts. */
  readonly amount: bigint;
  readonly priority: number;
  readonly effectiveAt: number;
  readonly expiresAt: number | null;
  /** Sorted; null means every feature. */
  readonly features: readonly string[] | null;
  readonly source: { readonly type: string; readonly ref: string | null };
  readonly cost: { readonly amountMinor: number; readonly currency: string } | null;
  readonly catalog: string;
  readonly metadata: Metadata;
}

/**
 * A lot of credits. At every version `granted = remaining + consumed + expired + voided + transferred`, none below zero
 * and `held ≤ remaining`; each is moved on its own, none is inferred from the others (law 1).
 */
export interface Grant extends Omit<Terms, 'expiresAt'> {
  expiresAt: number | null;
  /** Sequence number of the entry that issued the lot. */
  readonly seq: number;
  readonly createdAt: number;
  /**
   * Scheduled until `effectiveAt`, when its credits are entered; voided once it was taken back, transferred once what was
   * left of it went to another account.
   */
  phase: 'scheduled' | 'started' | 'voided' | 'transferred';
  frozen: boolean;
  granted: bigint;
  remaining: bigint;
  held: bigint;
  consumed: bigint;
  expired: bigint;
  voided: bigint;
  transferred: bigint;
}

export type HoldState = 'open' | 'captured' | 'released' | 'timed_out';

/** A reservation of named amounts of named lots, until captured, released or timed out: exactly one of these. */
export interface Hold {
  readonly no: number;
  /** Sequence number of the entry that opened it. */
  readonly seq: number;
  readonly amount: bigint;
  readonly feature: string | null;
  /** In draw order. */
  readonly draws: readonly Draw[];
  readonly actor: string;
  /** On whose behalf, where a team's member opened it. */
  readonly member: string | null;
  readonly createdAt: number;
  expiresAt: number;
  state: HoldState;
  captured: bigint;
}

export interface Draw {
  readonly grant: number;
  readonly amount: bigint;
}

/** A signed change of one lot. An entry is a list of these and nothing else changes a balance. */
export interface Move {
  readonly grant: number;
  readonly remaining: bigint;
  readonly held: bigint;
}

/** What an entry says beyond its moves, where its type needs it; plain JSON, part of what is hashed. */
export interface EntryDetail {
  /** Lots that this entry issues. */
  readonly grants?: readonly Terms[];
  /** The one lot that a freeze, unfreeze, extend or void is about. */
  readonly grant?: number;
  /** The lot was frozen already, for a reason that this one now takes the place of. */
  readonly again?: boolean;
  /** The new end of a lot's validity or of a hold. */
  readonly expiresAt?: number | null;
  /** The end that an extension took the place of, so that an entry can be taken off the state again. */
  readonly before?: number | null;
  /** When the operation in `reverses` was, so that its id is known without looking it up. */
  readonly reversesAt?: number;
  readonly reason?: string;
  readonly units?: Json;
  /** The member of a team on whose behalf this was spent, held, closed or given back. */
  readonly member?: string;
  readonly metadata?: Metadata;
  /** Lots that left for another account, or came from one. */
  readonly transfer?: Transfer;
  /** The account ends with this entry; `into`: the number of the one that it was merged into. */
  readonly closes?: { readonly into: number | null };
  /** Entries before this one no longer say whose they are; this one attests to what they say instead. */
  readonly redaction?: Redaction;
}

export interface Redaction {
  /** How many of the account's entries were ever redacted. */
  readonly entries: number;
  /** Over their numbers, the hashes by which they were chained, and the hashes of what they say now; hex. */
  readonly digest: string;
  /** The account itself was the person's: its id is a pseudonym from now on. */
  readonly erased: boolean;
}

/** The two halves of a merge name each other by the accounts' numbers. */
export type Transfer =
  | { readonly to: number; readonly lots: readonly number[] }
  /** `seq` and `at` are those of the entry that took the lots out; `lots` are pairs of their numbers, there and here. */
  | {
      readonly from: number;
      readonly seq: number;
      readonly at: number;
      readonly lots: readonly (readonly [number, number])[];
    };

/** One line of an account's ledger, without its hash: what the core decides. */
export interface Entry {
  /** Gapless per account, from 1. */
  readonly seq: number;
  readonly type: EntryType;
  /** Never before the previous entry's. */
  readonly at: number;
  /** Signed change of the total: the sum of the moves' `remaining`. */
  readonly amount: bigint;
  /** Signed change of what is reserved: the sum of the moves' `held`. */
  readonly held: bigint;
  /** Signed change of the debt. */
  readonly debt: bigint;
  /** The total after this entry. */
  readonly total: bigint;
  readonly feature: string | null;
  readonly moves: readonly Move[];
  readonly hold: number | null;
  /** Sequence number of the operation that this one undoes or completes. */
  readonly reverses: number | null;
  readonly actor: string;
  readonly catalog: string;
  readonly detail: EntryDetail | null;
}

/** Spending that a refund may look back at, with what was already returned of it. */
export interface Spending {
  readonly entry: Entry;
  refunded: bigint;
}

/**
 * An account's state: its counters, its live lots in draw order and its open holds. Finished lots and closed holds
 * are absent unless a command named them; `spendings` has only the operations that the commands at hand refund, and
 * the repayments of debts that they forgive.
 */
export interface Account {
  readonly number: number;
  readonly id: string;
  readonly kind: 'user' | 'team';
  readonly timeZone: string;
  seq: number;
  /** The instant of the last entry. */
  at: number;
  /** The last number given to a grant or a hold. */
  stamp: number;
  total: bigint;
  debt: bigint;
  /** For good; `into`: where everything went. */
  closed: Closed | null;
  grants: Grant[];
  holds: Map<number, Hold>;
  spendings: Map<number, Spending>;
  /** Of a team: the members that the commands at hand concern; null where nobody asked for any. */
  members: Members | null;
}

export interface Closed {
  readonly at: number;
  readonly into: number | null;
}

/** An account with nothing in it yet. */
export function emptyAccount(identity: Pick<Account, 'number' | 'id' | 'kind' | 'timeZone'>): Account {
  return {
    ...identity,
    seq: 0,
    at: 0,
    stamp: 0,
    total: 0n,
    debt: 0n,
    closed: null,
    grants: [],
    holds: new Map(),
    spendings: new Map(),
    members: { kept: false, named: new Map() },
  };
}

/** 2020-01-01Z: the zero of stamps. */
const STAMP_EPOCH = 1_577_836_800_000;
/** Grants and holds of one account in one millisecond before the next millisecond is borrowed from. */
const STAMPS_PER_MS = 2_048;

/**
 * The next number for a grant or hold: strictly increasing within the account and led by the time, so that ids
 * sort by creation. Stays below 2^53 until the year 2159.
 */
export function nextStamp(last: number, now: number): number {
  return Math.max(last + 1, (now - STAMP_EPOCH) * STAMPS_PER_MS);
}

/** Whether a lot can be drawn on at `now`, leaving aside for which feature. */
export function isSpendable(grant: Grant, now: number): boolean {
  return grant.phase === 'started' && !grant.frozen && isValid(grant, now);
}

/** Half-open validity: from `effectiveAt`, up to and without `expiresAt` (law 12). */
export function isValid(grant: Grant, now: number): boolean {
  return grant.effectiveAt <= now && (grant.expiresAt === null || now < grant.expiresAt);
}

/** What nobody has reserved. */
export function unheld(grant: Grant): bigint {
  return grant.remaining - grant.held;
}

/** Neither time nor spending can change the lot any more: it leaves the live set unless a refund brings it back. */
export function isFinished(grant: Grant): boolean {
  return grant.remaining === 0n && grant.phase !== 'scheduled';
}

export type GrantState =
  | 'active'
  | 'scheduled'
  | 'depleted'
  | 'expired'
  | 'voided'
  | 'frozen'
  | 'transferred';

/** The one word that says what became of a lot, at `now`. */
export function grantState(grant: Grant, now: number): GrantState {
  if (grant.phase === 'voided' || grant.phase === 'transferred') return grant.phase;
  if (grant.phase === 'started') {
    if (!isValid(grant, now)) return 'expired';
    if (grant.remaining === 0n) return 'depleted';
  }
  if (grant.frozen) return 'frozen';
  return grant.phase === 'scheduled' ? 'scheduled' : 'active';
}

export function findGrant(account: Account, no: number): Grant | undefined {
  return account.grants.find((grant) => grant.no === no);
}
