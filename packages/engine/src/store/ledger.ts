import type { Account, Grant, Hold } from '../core/account.ts';
import { canonicalJson, detailText } from '../core/canonical.ts';
import { bucketOf } from '../core/id.ts';
import { boolArray, hexArray, int2Array, int4Array, int8Array, textArray } from './binary.ts';
import { type Connection, type Result, statement } from './database.ts';
import { GRANT_COLUMNS, HOLD_COLUMNS, type StoredEntry } from './rows.ts';

/*
 * What the write path writes: one statement per table, whatever the size of the batch, with a column per array.
 */

/**
 * A key that a change without an entry has used is no key for an entry: then the hash is left out, which the table
 * refuses, so that it is found in the flight of the write and costs no question of its own.
 */
const INSERT_ENTRIES = statement<Buffer[], never>(
  'insert_entries',
  `insert into drawdown.entries (account, seq, type, at, amount, held, debt, total, feature, moves, hold, reverses,
     actor, catalog, detail, key, fingerprint, hash, bucket)
   select account, seq, type, at, amount, held, debt, total, feature, moves::int8[], hold, reverses,
     actor, catalog, detail::json, key, fingerprint,
     case when key is not null and exists (
       select from drawdown.change_keys k where k.account = e.account and k.key = e.key
     ) then null else hash end, bucket
   from unnest($1::int8[], $2::int8[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[],
     $9::text[], $10::text[], $11::int8[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::bytea[],
     $17::bytea[], $18::bytea[], $19::int2[]) as e (account, seq, type, at, amount, held, debt, total, feature,
     moves, hold, reverses, actor, catalog, detail, key, fingerprint, hash, bucket)`,
);

export interface NewEntry {
  readonly account: number;
  readonly entry: StoredEntry;
}

export function insertEntries(on: Connection, rows: readonly NewEntry[]): Promise<Result<never>> {
  const entries = rows.map((row) => row.entry);
  return on.query(INSERT_ENTRIES, [
    int8Array(rows.map((row) => row.account)),
    int8Array(entries.map((e) => e.seq)),
    textArray(entries.map((e) => e.type)),
    int8Array(entries.map((e) => e.at)),
    int8Array(entries.map((e) => e.amount)),
    int8Array(entries.map((e) => e.held)),
    int8Array(entries.map((e) => e.debt)),
    int8Array(entries.map((e) => e.total)),
    textArray(entries.map((e) => e.feature)),
    textArray(entries.map(movesLiteral)),
    int8Array(entries.map((e) => e.hold)),
    int8Array(entries.map((e) => e.reverses)),
    textArray(entries.map((e) => e.actor)),
    textArray(entries.map((e) => e.catalog)),
    textArray(entries.map((e) => (e.detail === null ? null : detailText(e.detail)))),
    hexArray(entries.map((e) => e.key)),
    hexArray(entries.map((e) => e.fingerprint)),
    hexArray(entries.map((e) => e.hash)),
    int2Array(rows.map((row) => bucketOf(row.account))),
  ]);
}

/** A nested array cannot be unnested row by row, so moves travel as array literals. */
function movesLiteral({ moves }: StoredEntry): string {
  let text = '{';
  for (const move of moves) {
    text += `${text.length > 1 ? ',' : ''}${move.grant},${move.remaining},${move.held}`;
  }
  return `${text}}`;
}

const INSERT_GRANTS = statement<Buffer[], never>(
  'insert_grants',
  `insert into drawdown.grants (${GRANT_COLUMNS}, finished, bucket)
   select account, no, seq, class, amount, priority, effective_at, expires_at, features::text[], source_type,
     source_ref, cost_minor, currency, catalog, metadata::json, created_at, phase, frozen, granted, remaining, held,
     consumed, expired, voided, transferred, finished, bucket
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::int8[], $6::int4[], $7::int8[], $8::int8[],
     $9::text[], $10::text[], $11::text[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::int8[],
     $17::text[], $18::bool[], $19::int8[], $20::int8[], $21::int8[], $22::int8[], $23::int8[], $24::int8[],
     $25::int8[], $26::bool[], $27::int2[]) as g (${GRANT_COLUMNS}, finished, bucket)`,
);

/** Of lots that were only drawn on or held, which is nearly all of them: half the columns. */
const UPDATE_SPENT = statement<Buffer[], never>(
  'update_spent',
  `update drawdown.grants g set remaining = u.remaining, held = u.held, consumed = u.consumed, finished = u.finished
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::bool[])
     as u (account, no, remaining, held, consumed, finished)
   where g.account = u.account and g.no = u.no`,
);

const UPDATE_GRANTS = statement<Buffer[], never>(
  'update_grants',
  `update drawdown.grants g set expires_at = u.expires_at, phase = u.phase, frozen = u.frozen, granted = u.granted,
     remaining = u.remaining, held = u.held, consumed = u.consumed, expired = u.expired, voided = u.voided,
     transferred = u.transferred, finished = u.finished
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::bool[], $6::int8[], $7::int8[], $8::int8[],
     $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::bool[]) as u (account, no, expires_at, phase, frozen,
     granted, remaining, held, consumed, expired, voided, transferred, finished)
   where g.account = u.account and g.no = u.no`,
);

export interface ChangedGrant {
  readonly account: number;
  readonly grant: Grant;
  readonly finished: boolean;
}

export function insertGrants(on: Connection, rows: readonly ChangedGrant[]): Promise<Result<never>> {
  const grants = rows.map((row) => row.grant);
  return on.query(INSERT_GRANTS, [
    int8Array(rows.map((row) => row.account)),
    int8Array(grants.map((g) => g.no)),
    int8Array(grants.map((g) => g.seq)),
    textArray(grants.map((g) => g.class)),
    int8Array(grants.map((g) => g.amount)),
    int4Array(grants.map((g) => g.priority)),
    int8Array(grants.map((g) => g.effectiveAt)),
    int8Array(grants.map((g) => g.expiresAt)),
    textArray(grants.map((g) => (g.features === null ? null : textLiteral(g.features)))),
    textArray(grants.map((g) => g.source.type)),
    textArray(grants.map((g) => g.source.ref)),
    int8Array(grants.map((g) => g.cost?.amountMinor ?? null)),
    textArray(grants.map((g) => g.cost?.currency ?? null)),
    textArray(grants.map((g) => g.catalog)),
    textArray(grants.map((g) => canonicalJson(g.metadata))),
    int8Array(grants.map((g) => g.createdAt)),
    textArray(grants.map((g) => g.phase)),
    boolArray(grants.map((g) => g.frozen)),
    int8Array(grants.map((g) => g.granted)),
    int8Array(grants.map((g) => g.remaining)),
    int8Array(grants.map((g) => g.held)),
    int8Array(grants.map((g) => g.consumed)),
    int8Array(grants.map((g) => g.expired)),
    int8Array(grants.map((g) => g.voided)),
    int8Array(grants.map((g) => g.transferred)),
    boolArray(rows.map((row) => row.finished)),
    int2Array(rows.map((row) => bucketOf(row.account))),
  ]);
}

const textLiteral = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

export function updateGrants(on: Connection, rows: readonly ChangedGrant[]): Promise<Result<never>> {
  const grants = rows.map((row) => row.grant);
  return on.query(UPDATE_GRANTS, [
    int8Array(rows.map((row) => row.account)),
    int8Array(grants.map((g) => g.no)),
    int8Array(grants.map((g) => g.expiresAt)),
    textArray(grants.map((g) => g.phase)),
    boolArray(grants.map((g) => g.frozen)),
    int8Array(grants.map((g) => g.granted)),
    int8Array(grants.map((g) => g.remaining)),
    int8Array(grants.map((g) => g.held)),
    int8Array(grants.map((g) => g.consumed)),
    int8Array(grants.map((g) => g.expired)),
    int8Array(grants.map((g) => g.voided)),
    int8Array(grants.map((g) => g.transferred)),
    boolArray(rows.map((row) => row.finished)),
  ]);
}

const UPSERT_HOLDS = statement<Buffer[], never>(
  'upsert_holds',
  `insert into drawdown.holds as h (${HOLD_COLUMNS}, bucket)
   select account, no, seq, amount, captured, feature, draws::int8[], actor, member, state, created_at, expires_at,
     bucket
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::text[], $11::int8[], $12::int8[], $13::int2[]) as u (${HOLD_COLUMNS}, bucket)
   on conflict (account, no, bucket) do update
     set captured = excluded.captured, state = excluded.state, expires_at = excluded.expires_at`,
);

export function updateSpent(on: Connection, rows: readonly ChangedGrant[]): Promise<Result<never>> {
  return on.query(UPDATE_SPENT, [
    int8Array(rows.map((row) => row.account)),
    int8Array(rows.map((row) => row.grant.no)),
    int8Array(rows.map((row) => row.grant.remaining)),
    int8Array(rows.map((row) => row.grant.held)),
    int8Array(rows.map((row) => row.grant.consumed)),
    boolArray(rows.map((row) => row.finished)),
  ]);
}

export interface ChangedHold {
  readonly account: number;
  readonly hold: Hold;
}

export function upsertHolds(on: Connection, rows: readonly ChangedHold[]): Promise<Result<never>> {
  const holds = rows.map((row) => row.hold);
  return on.query(UPSERT_HOLDS, [
    int8Array(rows.map((row) => row.account)),
    int8Array(holds.map((h) => h.no)),
    int8Array(holds.map((h) => h.seq)),
    int8Array(holds.map((h) => h.amount)),
    int8Array(holds.map((h) => h.captured)),
    textArray(holds.map((h) => h.feature)),
    textArray(holds.map((h) => `{${h.draws.map((one) => `${one.grant},${one.amount}`).join(',')}}`)),
    textArray(holds.map((h) => h.actor)),
    textArray(holds.map((h) => h.member)),
    textArray(holds.map((h) => h.state)),
    int8Array(holds.map((h) => h.createdAt)),
    int8Array(holds.map((h) => h.expiresAt)),
    int2Array(rows.map((row) => bucketOf(row.account))),
  ]);
}

const UPDATE_ACCOUNTS = statement<Buffer[], never>(
  'update_accounts',
  `update drawdown.accounts a
      set seq = u.seq, at = u.at, head = u.head, total = u.total, debt = u.debt, stamp = u.stamp, due_at = u.due_at
     from unnest($1::int8[], $2::int8[], $3::int8[], $4::bytea[], $5::int8[], $6::int8[], $7::int8[], $8::int8[],
       $9::int8[]) as u (number, seq, at, head, total, debt, stamp, due_at, seq_before)
    where a.number = u.number and a.seq = u.seq_before`,
);

const CLOSE_ACCOUNT = statement<[number, number, number | null], never>(
  'close_account',
  'update drawdown.accounts set closed_at = $2, merged_into = $3 where number = $1',
);

/** A statement of its own, so that all other changes need not carry what so few accounts have. */
export function closeAccount(on: Connection, { number, closed }: Account): Promise<Result<never>> {
  if (closed === null) throw new Error('an account that ended says when');
  return on.query(CLOSE_ACCOUNT, [number, closed.at, closed.into]);
}

export interface ChangedAccount {
  readonly account: Account;
  /** Hex. */
  readonly head: string;
  readonly dueAt: number | null;
  /** The version that this one follows: another writer's must not be overwritten. */
  readonly seqBefore: number;
}

export function updateAccounts(on: Connection, rows: readonly ChangedAccount[]): Promise<Result<never>> {
  const accounts = rows.map((row) => row.account);
  return on.query(UPDATE_ACCOUNTS, [
    int8Array(accounts.map((a) => a.number)),
    int8Array(accounts.map((a) => a.seq)),
    int8Array(accounts.map((a) => a.at)),
    hexArray(rows.map((row) => row.head)),
    int8Array(accounts.map((a) => a.total)),
    int8Array(accounts.map((a) => a.debt)),
    int8Array(accounts.map((a) => a.stamp)),
    int8Array(rows.map((row) => row.dueAt)),
    int8Array(rows.map((row) => row.seqBefore)),
  ]);
}
