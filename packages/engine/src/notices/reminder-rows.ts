import type { Reminder } from '../core/reminder.ts';
import { statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';

/** Accounts of which a lot's end is to be announced by now, the longest due first; without those left alone. */
export const DUE_ACCOUNTS = statement<[number, number, string], { account: bigint; due_at: bigint }>(
  'reminders_due',
  `select account, min(due_at) as due_at
     from (select account, due_at from drawdown.notice_reminders
            where due_at <= $1 and account <> all ($3::int8[]) order by due_at limit $2) as due
    group by account order by 2`,
);

/** Read under the account's lock, which all who change them hold. `days` null: of a lot from before announcements were. */
export const DUE_OF_ACCOUNT = statement<[number, number], { grant_no: bigint; days: string | null }>(
  'reminders_of_account',
  `select grant_no, days::text from drawdown.notice_reminders where account = $1 and due_at <= $2 order by grant_no`,
);

/** Whether an end of this lot was ever announced, as far as notices are kept. */
export const ANNOUNCED = statement<[number, string], { announced: boolean }>(
  'reminders_announced',
  `select exists (select from drawdown.notices where account = $1 and type = 'credits.expiring'
     and data ->> 'grant' = $2) as announced`,
);

const POSTPONE = statement<readonly unknown[], unknown>(
  'reminder_next',
  'update drawdown.notice_reminders set days = $3::int4[], due_at = $4 where account = $1 and grant_no = $2',
);
const END = statement<readonly unknown[], unknown>(
  'reminder_end',
  'delete from drawdown.notice_reminders where account = $1 and grant_no = $2',
);

const END_ALL = statement<readonly unknown[], unknown>(
  'reminders_end',
  'delete from drawdown.notice_reminders where account = $1',
);

/** Of an account that has ended nothing is announced. */
export const endAll = (account: number): Write => ({ statement: END_ALL, params: [account] });

/** Keeps what is left to be announced of a lot. */
export function keep(account: number, grant: number, later: readonly Reminder[]): Write {
  const next = later[0];
  if (next === undefined) return { statement: END, params: [account, grant] };
  const days = `{${later.map((one) => one.days).join(',')}}`;
  return { statement: POSTPONE, params: [account, grant, days, next.dueAt] };
}

export const daysOf = (text: string): number[] => text.slice(1, -1).split(',').map(Number);
