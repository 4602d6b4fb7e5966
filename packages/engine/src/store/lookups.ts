import { hexArray, int8Array } from './binary.ts';
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
} from './rows.ts';

/*
 * What the write path reads, in statements of their own after the lock. All are prepared, all take arrays, and all name their accounts, so that a batch
 * is a handful of statements whatever its size.
 */

/**
 * Plans are made once and kept, perhaps while the tables were empty and a scan was cheapest. Every statement here goes
 * by key, so nothing but walking the index is ever right. For this transaction only: sessions may be shared by a pooler.
 * Before PostgreSQL 18 what is off costs ten thousand million, for which plans would be compiled, a tenth of a second each.
 */
const BY_INDEX = statement<[], never>(
  'by_index',
  `select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
          set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)`,
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

/** See `isRepayment`. */
const REPAYMENTS = statement<[Buffer], EntryRow>(
  'repayments',
  `select ${ENTRY_COLUMNS} from drawdown.entries
    where account = any ($1::int8[]) and type = 'adjust' and debt < 0 and moves <> '{}'`,
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
export const repaymentsOf = (on: Connection, accounts: readonly number[]): Promise<Result<EntryRow>> =>
  on.query(REPAYMENTS, [int8Array(accounts)]);

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
