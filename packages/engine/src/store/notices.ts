import { nextStamp } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import type { Notice } from '../core/notice.ts';
import type { Reminder } from '../core/reminder.ts';
import { int2Array, int4Array, int8Array, textArray } from './binary.ts';
import { type Connection, type Result, statement } from './database.ts';

/*
 * What the write path writes for those who want to be told, in the transaction of what they are told of.
 */

export interface NewNotice {
  readonly account: number;
  /** The instant of the change, which numbers are led by. */
  readonly now: number;
  readonly notice: Notice;
}

/** Numbers follow the account's last, which is locked or about to be found taken; nothing is counted elsewhere. */
const INSERT_NOTICES = statement<Buffer[], never>(
  'insert_notices',
  `insert into drawdown.notices (account, no, type, at, data, bucket)
   select n.account,
     greatest(n.stamp - 1,
       coalesce((select max(p.no) from drawdown.notices p where p.account = n.account), 0)) + n.place,
     n.type, n.at, n.data::json, n.bucket
   from unnest($1::int8[], $2::int4[], $3::int8[], $4::text[], $5::int8[], $6::text[], $7::int2[])
     as n (account, place, stamp, type, at, data, bucket)`,
);

/** Rows of one account are in the order in which they are told. */
export function insertNotices(on: Connection, rows: readonly NewNotice[]): Promise<Result<never>> {
  const places = new Map<number, number>();
  return on.query(INSERT_NOTICES, [
    int8Array(rows.map((row) => row.account)),
    int4Array(
      rows.map(({ account }) => {
        const place = (places.get(account) ?? 0) + 1;
        places.set(account, place);
        return place;
      }),
    ),
    int8Array(rows.map((row) => nextStamp(0, row.now))),
    textArray(rows.map((row) => row.notice.type)),
    int8Array(rows.map((row) => row.notice.at)),
    textArray(rows.map((row) => JSON.stringify(row.notice.data))),
    int2Array(rows.map((row) => bucketOf(row.account))),
  ]);
}

/** A lot whose end is to be announced, or no longer. */
export interface LotReminders {
  readonly account: number;
  readonly grant: number;
  /** The next one first. */
  readonly reminders: readonly Reminder[];
}

const DELETE_REMINDERS = statement<Buffer[], never>(
  'delete_reminders',
  `delete from drawdown.notice_reminders r using unnest($1::int8[], $2::int8[]) as u (account, no)
    where r.account = u.account and r.grant_no = u.no`,
);

export function deleteReminders(on: Connection, rows: readonly LotReminders[]): Promise<Result<never>> {
  return on.query(DELETE_REMINDERS, [
    int8Array(rows.map((row) => row.account)),
    int8Array(rows.map((row) => row.grant)),
  ]);
}

const END_REMINDERS = statement<[Buffer], never>(
  'end_reminders',
  'delete from drawdown.notice_reminders where account = any ($1::int8[])',
);

/** Of accounts that ended. */
export function endReminders(on: Connection, accounts: readonly { readonly number: number }[]) {
  return on.query(END_REMINDERS, [int8Array(accounts.map(({ number }) => number))]);
}

const INSERT_REMINDERS = statement<Buffer[], never>(
  'insert_reminders',
  `insert into drawdown.notice_reminders (account, grant_no, days, due_at, bucket)
   select account, no, days::int4[], due_at, bucket
   from unnest($1::int8[], $2::int8[], $3::text[], $4::int8[], $5::int2[]) as u (account, no, days, due_at, bucket)
   on conflict do nothing`,
);

/** Takes rows with at least one reminder; what a lot has already stays as it is. */
export function insertReminders(on: Connection, rows: readonly LotReminders[]): Promise<Result<never>> {
  return on.query(INSERT_REMINDERS, [
    int8Array(rows.map((row) => row.account)),
    int8Array(rows.map((row) => row.grant)),
    textArray(rows.map((row) => `{${row.reminders.map(({ days }) => days).join(',')}}`)),
    int8Array(rows.map((row) => row.reminders[0]?.dueAt as number)),
    int2Array(rows.map((row) => bucketOf(row.account))),
  ]);
}
