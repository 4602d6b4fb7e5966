import type { Account, Grant, Hold } from '../core/account.ts';
import { canonicalJson, detailText } from '../core/canonical.ts';
import { bucketOf } from '../core/id.ts';
import { boolArray, hexArray, int2Array, int4Array, int8Array, textArray } from './binary.ts';
import { type Connection, type Result, statement } from './database.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  ENTRY_COLUMNS,
  type EntryRow,
  GRANT_COLUMNS,
  type GrantRow,
  HOLD_COLUMNS,
  type HoldRow,
  type StoredEntry,
} from './rows.ts';

/*
 * The statements of the write path. All are prepared, all take arrays, and all name their accounts, so that a batch
 * is a handful of statements whatever its size.
 */

/**
 * Plans are made once and kept, perhaps while the tables were empty and a scan was cheapest. Every statement here goes
 * by key, so nothing but walking the index is ever right. For this transaction only: sessions may be shared by a pooler.
 */
const BY_INDEX = statement<[], never>(
  'by_index',
  `select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
          set_config('enable_mergejoin', 'off', true)`,
);

export const planByIndex = (on: Connection): Promise<Result<never>> => on.query(BY_INDEX, []);

/** In number order, so that two batches that share accounts never wait for each other in a circle. */
const LOCK = statement<[Buffer], LockedRow>(
  'lock',
  `select number::float8 as number, seq::float8 as seq, encode(head, 'hex') as head, time_zone
     from drawdown.accounts where number = any ($1::int8[]) order by number for no key update`,
);

/** What tells whether a remembered account is current. A float8 is exact up to 2^53 and arrives as a number. */
export interface LockedRow {
  number: number;
  seq: number;
  /** Hex. */
  head: string;
  time_zone: string;
}

const ACCOUNTS = statement<[Buffer], AccountRow>(
  'accounts_by_number',
  `select ${ACCOUNT_COLUMNS} from drawdown.accounts where number = any ($1::int8[])`,
);

const LIVE_GRANTS = statement<[Buffer], GrantRow>(
  'live_grants',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = any ($1::int8[]) and not finished`,
);

const OPEN_HOLDS = statement<[Buffer], HoldRow>(
  'open_holds',
  `select ${HOLD_COLUMNS} from drawdown.holds where account = any ($1::int8[]) and state = 'open'`,
);

const prefixed = (columns: string, table: string): string =>
  columns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');

const GRANTS_BY_NO = statement<[Buffer, Buffer], GrantRow>(
  'grants_by_no',
  `select ${prefixed(GRANT_COLUMNS, 'g')} from unnest($1::int8[], $2::int8[]) as wanted (account, no)
     join drawdown.grants g on g.account = wanted.account and g.no = wanted.no`,
);

const HOLDS_BY_NO = statement<[Buffer, Buffer], HoldRow>(
  'holds_by_no',
  `select ${prefixed(HOLD_COLUMNS, 'h')} from unnest($1::int8[], $2::int8[]) as wanted (account, no)
     join drawdown.holds h on h.account = wanted.account and h.no = wanted.no`,
);

const ENTRIES_BY_SEQ = statement<[Buffer, Buffer], EntryRow>(
  'entries_by_seq',
  `select ${prefixed(ENTRY_COLUMNS, 'e')} from unnest($1::int8[], $2::int8[]) as wanted (account, seq)
     join drawdown.entries e on e.account = wanted.account and e.seq = wanted.seq`,
);

const REFUNDS_OF = statement<[Buffer, Buffer], EntryRow>(
  'refunds_of',
  `select ${prefixed(ENTRY_COLUMNS, 'e')} from unnest($1::int8[], $2::int8[]) as wanted (account, seq)
     join drawdown.entries e
       on e.account = wanted.account and e.reverses = wanted.seq and e.type = 'refund'`,
);

const ENTRIES_BY_KEY = statement<[Buffer, Buffer], EntryRow>(
  'entries_by_key',
  `select ${prefixed(ENTRY_COLUMNS, 'e')} from unnest($1::int8[], $2::bytea[]) as wanted (account, key)
     join drawdown.entries e on e.account = wanted.account and e.key = wanted.key`,
);

export const lock = (on: Connection, accounts: readonly number[]): Promise<Result<LockedRow>> =>
  on.query(LOCK, [int8Array(accounts)]);
export const accountRows = (on: Connection, accounts: readonly number[]): Promise<Result<AccountRow>> =>
  on.query(ACCOUNTS, [int8Array(accounts)]);
export const liveGrants = (on: Connection, accounts: readonly number[]): Promise<Result<GrantRow>> =>
  on.query(LIVE_GRANTS, [int8Array(accounts)]);
export const openHolds = (on: Connection, accounts: readonly number[]): Promise<Result<HoldRow>> =>
  on.query(OPEN_HOLDS, [int8Array(accounts)]);

/** A row's place: the account's number and the number within it. */
export interface Place {
  readonly account: number;
  readonly no: number;
}

const places = (wanted: readonly Place[]): [Buffer, Buffer] => [
  int8Array(wanted.map((place) => place.account)),
  int8Array(wanted.map((place) => place.no)),
];

export const grantsByNo = (on: Connection, wanted: readonly Place[]): Promise<Result<GrantRow>> =>
  on.query(GRANTS_BY_NO, places(wanted));
export const holdsByNo = (on: Connection, wanted: readonly Place[]): Promise<Result<HoldRow>> =>
  on.query(HOLDS_BY_NO, places(wanted));
export const entriesBySeq = (on: Connection, wanted: readonly Place[]): Promise<Result<EntryRow>> =>
  on.query(ENTRIES_BY_SEQ, places(wanted));
export const refundsOf = (on: Connection, wanted: readonly Place[]): Promise<Result<EntryRow>> =>
  on.query(REFUNDS_OF, places(wanted));

export interface KeyedPlace {
  readonly account: number;
  /** Hex. */
  readonly key: string;
}

export const entriesByKey = (on: Connection, wanted: readonly KeyedPlace[]): Promise<Result<EntryRow>> =>
  on.query(ENTRIES_BY_KEY, [
    int8Array(wanted.map((place) => place.account)),
    hexArray(wanted.map((place) => place.key)),
  ]);

const INSERT_ENTRIES = statement<Buffer[], never>(
  'insert_entries',
  `insert into drawdown.entries (account, seq, type, at, amount, held, debt, total, feature, moves, hold, reverses,
     actor, catalog, detail, key, fingerprint, hash, bucket)
   select account, seq, type, at, amount, held, debt, total, feature, moves::int8[], hold, reverses,
     actor, catalog, detail::json, key, fingerprint, hash, bucket
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
     consumed, expired, voided, finished, bucket
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::int8[], $6::int4[], $7::int8[], $8::int8[],
     $9::text[], $10::text[], $11::text[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::int8[],
     $17::text[], $18::bool[], $19::int8[], $20::int8[], $21::int8[], $22::int8[], $23::int8[], $24::int8[],
     $25::bool[], $26::int2[]) as g (${GRANT_COLUMNS}, finished, bucket)`,
);

const UPDATE_GRANTS = statement<Buffer[], never>(
  'update_grants',
  `update drawdown.grants g set expires_at = u.expires_at, phase = u.phase, frozen = u.frozen, granted = u.granted,
     remaining = u.remaining, held = u.held, consumed = u.consumed, expired = u.expired, voided = u.voided,
     finished = u.finished
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::bool[], $6::int8[], $7::int8[], $8::int8[],
     $9::int8[], $10::int8[], $11::int8[], $12::bool[]) as u (account, no, expires_at, phase, frozen, granted,
     remaining, held, consumed, expired, voided, finished)
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
    boolArray(rows.map((row) => row.finished)),
  ]);
}

const UPSERT_HOLDS = statement<Buffer[], never>(
  'upsert_holds',
  `insert into drawdown.holds as h (${HOLD_COLUMNS}, bucket)
   select account, no, seq, amount, captured, feature, draws::int8[], actor, state, created_at, expires_at, bucket
   from unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::text[], $7::text[], $8::text[],
     $9::text[], $10::int8[], $11::int8[], $12::int2[]) as u (${HOLD_COLUMNS}, bucket)
   on conflict (account, no, bucket) do update
     set captured = excluded.captured, state = excluded.state, expires_at = excluded.expires_at`,
);

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
     from unnest($1::int8[], $2::int8[], $3::int8[], $4::bytea[], $5::int8[], $6::int8[], $7::int8[], $8::int8[])
       as u (number, seq, at, head, total, debt, stamp, due_at)
    where a.number = u.number`,
);

export interface ChangedAccount {
  readonly account: Account;
  /** Hex. */
  readonly head: string;
  readonly dueAt: number | null;
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
  ]);
}
