import type { Connection, Statement } from './database.ts';
import { statement } from './database.ts';
import {
  ENTRY_COLUMNS,
  type EntryRow,
  GRANT_COLUMNS,
  type GrantRow,
  HOLD_COLUMNS,
  type HoldRow,
} from './rows.ts';

/*
 * The tables as `verify` reads them: every column, arrays as the server writes them, in the order of the primary key,
 * by ranges of account numbers and not by account, so that rows which belong to no account are met as well.
 */

export type ScannedEntry = Omit<EntryRow, 'moves'> & { moves: string; bucket: number };
export type ScannedGrant = Omit<GrantRow, 'features'> & {
  features: string | null;
  finished: boolean;
  bucket: number;
};
export type ScannedHold = Omit<HoldRow, 'draws'> & { draws: string; bucket: number };

/** A member's counts: the rest of the row is nothing that the ledger knows. */
export interface ScannedMember {
  account: bigint;
  no: bigint;
  seq: bigint;
  member: string;
  day_after: bigint;
  day_used: bigint;
  month_after: bigint;
  month_used: bigint;
  bucket: number;
}

export interface ScannedAccount {
  number: bigint;
  id: string;
  kind: 'user' | 'team';
  time_zone: string;
  metadata: string;
  created_at: bigint;
  profile_hash: Buffer;
  seq: bigint;
  at: bigint;
  head: Buffer;
  total: bigint;
  debt: bigint;
  stamp: bigint;
  due_at: bigint | null;
  closed_at: bigint | null;
  merged_into: bigint | null;
  bucket: number;
}

/** One moment for all that is read until the end. */
export const BEGIN_SNAPSHOT = statement<[], never>(
  'begin_snapshot',
  'begin isolation level repeatable read read only',
);

/** Behind this account and place within it, up to that account, so many rows. */
type Span = [bigint, bigint, bigint, number];
type ScanStatement<Row> = Statement<Span, Row>;

const columns = (list: string, array: string): string =>
  list.replace(new RegExp(`\\b${array}\\b`), `${array}::text as ${array}`);

export const ENTRIES: ScanStatement<ScannedEntry> = statement(
  'verify_entries',
  `select ${columns(ENTRY_COLUMNS, 'moves')}, bucket from drawdown.entries
    where (account, seq) > ($1, $2) and account <= $3 order by account, seq, bucket limit $4`,
);
export const GRANTS: ScanStatement<ScannedGrant> = statement(
  'verify_grants',
  `select ${columns(GRANT_COLUMNS, 'features')}, finished, bucket from drawdown.grants
    where (account, no) > ($1, $2) and account <= $3 order by account, no, bucket limit $4`,
);
export const HOLDS: ScanStatement<ScannedHold> = statement(
  'verify_holds',
  `select ${columns(HOLD_COLUMNS, 'draws')}, bucket from drawdown.holds
    where (account, no) > ($1, $2) and account <= $3 order by account, no, bucket limit $4`,
);
export const MEMBERS: ScanStatement<ScannedMember> = statement(
  'verify_members',
  `select account, no, 0::int8 as seq, member, day_after, day_used, month_after, month_used, bucket
     from drawdown.members
    where (account, no) > ($1, $2) and account <= $3 order by account, no, bucket limit $4`,
);
export interface ScannedRedaction {
  account: bigint;
  seq: bigint;
  digest: Buffer;
}

export const REDACTIONS: ScanStatement<ScannedRedaction> = statement(
  'verify_redactions',
  `select account, seq, digest from drawdown.redactions
    where (account, seq) > ($1, $2) and account <= $3 order by account, seq, bucket limit $4`,
);
export const ACCOUNTS = statement<[bigint, bigint, number], ScannedAccount>(
  'verify_accounts',
  `select number, id, kind, time_zone, metadata, created_at, profile_hash, seq, at, head, total, debt, stamp,
     due_at, closed_at, merged_into, bucket
     from drawdown.accounts where number > $1 and number <= $2 order by number, bucket limit $3`,
);

/** Rows per flight; the next flight is under way while one page is worked on. */
const PAGE = 2_000;
/** Below every number there is. */
const LOWEST = -(2n ** 63n);

/** One table's rows of a range of accounts (after, upTo], read page by page, one row at hand at a time. */
export class Scan<Row extends { account: bigint }> {
  readonly #on: Connection;
  readonly #statement: ScanStatement<Row>;
  readonly #placeOf: (row: Row) => bigint;
  readonly #upTo: bigint;
  #page: Row[] = [];
  #at = 0;
  #coming: Promise<Row[]> | null;

  constructor(
    on: Connection,
    read: { statement: ScanStatement<Row>; placeOf: (row: Row) => bigint },
    range: { after: bigint; upTo: bigint },
  ) {
    this.#on = on;
    this.#statement = read.statement;
    this.#placeOf = read.placeOf;
    this.#upTo = range.upTo;
    // Behind all rows of the account `after` is: behind the highest place that a row of it could have.
    this.#coming = this.#fetch(range.after, range.after === LOWEST ? LOWEST : 2n ** 63n - 1n);
  }

  #fetch(account: bigint, place: bigint): Promise<Row[]> {
    const answer = this.#on.query(this.#statement, [account, place, this.#upTo, PAGE]);
    const rows = answer.then((result) => result.rows);
    // Whoever waits for the page is told; nobody may, when the work ends before.
    rows.catch(() => undefined);
    return rows;
  }

  /** The row at hand; undefined behind the last. True only after `start` and each `next` were waited for. */
  get row(): Row | undefined {
    return this.#page[this.#at];
  }

  async start(): Promise<void> {
    if (this.#coming === null) return;
    this.#page = await this.#coming;
    this.#at = 0;
    const last = this.#page.at(-1);
    const more = last !== undefined && this.#page.length === PAGE;
    this.#coming = more ? this.#fetch(last.account, this.#placeOf(last)) : null;
  }

  /** Goes on to the next row; undefined where there is nothing to wait for. */
  next(): Promise<void> | undefined {
    this.#at += 1;
    return this.#at >= this.#page.length ? this.#turn() : undefined;
  }

  async #turn(): Promise<void> {
    if (this.#coming === null) this.#page = [];
    else await this.start();
  }
}
