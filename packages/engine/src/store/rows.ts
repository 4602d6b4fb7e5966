import type {
  Account,
  Closed,
  Draw,
  Entry,
  EntryType,
  Grant,
  Hold,
  HoldState,
  Metadata,
  Move,
} from '../core/account.ts';
import { parseDetail } from '../core/canonical.ts';

/** An entry as it is stored: what the core decided, with its place in the chain. Hashes are hex. */
export interface StoredEntry extends Entry {
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly hash: string;
}

/** Written out, not spread: one shape for all entries keeps the hot path fast. */
export function storedEntry(
  entry: Entry,
  key: string | null,
  fingerprint: string | null,
  hash: string,
): StoredEntry {
  return {
    seq: entry.seq,
    type: entry.type,
    at: entry.at,
    amount: entry.amount,
    held: entry.held,
    debt: entry.debt,
    total: entry.total,
    feature: entry.feature,
    moves: entry.moves,
    hold: entry.hold,
    reverses: entry.reverses,
    actor: entry.actor,
    catalog: entry.catalog,
    detail: entry.detail,
    key,
    fingerprint,
    hash,
  };
}

export interface AccountRow {
  number: bigint;
  id: string;
  kind: 'user' | 'team';
  time_zone: string;
  seq: bigint;
  at: bigint;
  head: Buffer;
  total: bigint;
  debt: bigint;
  stamp: bigint;
  due_at: bigint | null;
  closed_at: bigint | null;
  merged_into: bigint | null;
}

export const ACCOUNT_COLUMNS =
  'number, id, kind, time_zone, seq, at, head, total, debt, stamp, due_at, closed_at, merged_into';

/** The account of a row, without lots and holds. */
export function accountOf(row: AccountRow): Account {
  return {
    number: Number(row.number),
    id: row.id,
    kind: row.kind,
    timeZone: row.time_zone,
    seq: Number(row.seq),
    at: Number(row.at),
    stamp: Number(row.stamp),
    total: row.total,
    debt: row.debt,
    closed: closedOf(row),
    grants: [],
    holds: new Map(),
    spendings: new Map(),
    members: null,
  };
}

function closedOf({ closed_at, merged_into }: AccountRow): Closed | null {
  if (closed_at === null) return null;
  return { at: Number(closed_at), into: merged_into === null ? null : Number(merged_into) };
}

export interface GrantRow {
  account: bigint;
  no: bigint;
  seq: bigint;
  class: string;
  amount: bigint;
  priority: number;
  effective_at: bigint;
  expires_at: bigint | null;
  features: string[] | null;
  source_type: string;
  source_ref: string | null;
  cost_minor: bigint | null;
  currency: string | null;
  catalog: string;
  metadata: string;
  created_at: bigint;
  phase: Grant['phase'];
  frozen: boolean;
  granted: bigint;
  remaining: bigint;
  held: bigint;
  consumed: bigint;
  expired: bigint;
  voided: bigint;
  transferred: bigint;
}

export const GRANT_COLUMNS =
  'account, no, seq, class, amount, priority, effective_at, expires_at, features, source_type, source_ref, ' +
  'cost_minor, currency, catalog, metadata, created_at, phase, frozen, granted, remaining, held, consumed, ' +
  'expired, voided, transferred';

const EMPTY: Metadata = {};

export function grantOf(row: GrantRow): Grant {
  return {
    no: Number(row.no),
    seq: Number(row.seq),
    class: row.class,
    amount: row.amount,
    priority: row.priority,
    effectiveAt: Number(row.effective_at),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    features: row.features,
    source: { type: row.source_type, ref: row.source_ref },
    cost: row.currency === null ? null : { amountMinor: Number(row.cost_minor), currency: row.currency },
    catalog: row.catalog,
    metadata: row.metadata === '{}' ? EMPTY : (JSON.parse(row.metadata) as Metadata),
    createdAt: Number(row.created_at),
    phase: row.phase,
    frozen: row.frozen,
    granted: row.granted,
    remaining: row.remaining,
    held: row.held,
    consumed: row.consumed,
    expired: row.expired,
    voided: row.voided,
    transferred: row.transferred,
  };
}

export interface HoldRow {
  account: bigint;
  no: bigint;
  seq: bigint;
  amount: bigint;
  captured: bigint;
  feature: string | null;
  draws: bigint[];
  actor: string;
  member: string | null;
  state: HoldState;
  created_at: bigint;
  expires_at: bigint;
}

export const HOLD_COLUMNS =
  'account, no, seq, amount, captured, feature, draws, actor, member, state, created_at, expires_at';

export function holdOf(row: HoldRow): Hold {
  const draws: Draw[] = [];
  for (let i = 0; i < row.draws.length; i += 2) {
    draws.push({ grant: Number(row.draws[i]), amount: row.draws[i + 1] as bigint });
  }
  return {
    no: Number(row.no),
    seq: Number(row.seq),
    amount: row.amount,
    captured: row.captured,
    feature: row.feature,
    draws,
    actor: row.actor,
    member: row.member,
    state: row.state,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
  };
}

export interface EntryRow {
  account: bigint;
  seq: bigint;
  type: EntryType;
  at: bigint;
  amount: bigint;
  held: bigint;
  debt: bigint;
  total: bigint;
  feature: string | null;
  moves: bigint[];
  hold: bigint | null;
  reverses: bigint | null;
  actor: string;
  catalog: string;
  detail: string | null;
  key: Buffer | null;
  fingerprint: Buffer | null;
  hash: Buffer;
}

export const ENTRY_COLUMNS =
  'account, seq, type, at, amount, held, debt, total, feature, moves, hold, reverses, actor, catalog, detail, ' +
  'key, fingerprint, hash';

export function entryOf(row: EntryRow): StoredEntry {
  const moves: Move[] = [];
  for (let i = 0; i < row.moves.length; i += 3) {
    moves.push({
      grant: Number(row.moves[i]),
      remaining: row.moves[i + 1] as bigint,
      held: row.moves[i + 2] as bigint,
    });
  }
  return {
    seq: Number(row.seq),
    type: row.type,
    at: Number(row.at),
    amount: row.amount,
    held: row.held,
    debt: row.debt,
    total: row.total,
    feature: row.feature,
    moves,
    hold: row.hold === null ? null : Number(row.hold),
    reverses: row.reverses === null ? null : Number(row.reverses),
    actor: row.actor,
    catalog: row.catalog,
    detail: row.detail === null ? null : parseDetail(row.detail),
    key: row.key === null ? null : row.key.toString('hex'),
    fingerprint: row.fingerprint === null ? null : row.fingerprint.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}
