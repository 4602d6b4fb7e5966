import type { Account } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import type { Member, Members, Per, Role } from '../core/team.ts';
import { int8Array, textArray } from './binary.ts';
import { type Connection, type Result, statement } from './database.ts';

export interface MemberRow {
  account: bigint;
  member: string;
  no: bigint;
  role: Role;
  limit_amount: bigint | null;
  limit_per: Per | null;
  joined_at: bigint;
  left_at: bigint | null;
  day: string;
  day_after: bigint;
  day_used: bigint;
  month: string;
  month_after: bigint;
  month_used: bigint;
  extra: bigint;
  extra_period: string | null;
  told: string | null;
}

export const MEMBER_COLUMNS =
  'account, member, no, role, limit_amount, limit_per, joined_at, left_at, day, day_after, day_used, month, ' +
  'month_after, month_used, extra, extra_period, told';

export function memberOf(row: MemberRow): Member {
  return {
    id: row.member,
    role: row.role,
    limit: row.limit_per === null ? null : { amount: row.limit_amount as bigint, per: row.limit_per },
    day: { period: row.day, after: Number(row.day_after), used: row.day_used },
    month: { period: row.month, after: Number(row.month_after), used: row.month_used },
    extra: row.extra_period === null ? null : { period: row.extra_period, amount: row.extra },
    leftAt: row.left_at === null ? null : Number(row.left_at),
    told: row.told,
  };
}

type Named = { [Column in keyof MemberRow]: MemberRow[Column] | null } & {
  account: bigint;
  member: string;
  kept: boolean;
};

/** Whoever ever joined keeps a row, so a team that kept members once is never open to all again. */
const NAMED = statement<[Buffer, Buffer], Named>(
  'members_named',
  `select wanted.account, wanted.member, exists (select from drawdown.members o where o.account = wanted.account) as kept,
     ${MEMBER_COLUMNS.split(', ')
       .slice(2)
       .map((column) => `m.${column}`)
       .join(', ')}
     from unnest($1::int8[], $2::text[]) as wanted (account, member)
     left join drawdown.members m on m.account = wanted.account and m.member = wanted.member`,
);

interface Wanted {
  readonly account: number;
  readonly member: string;
}

/** The members that the tasks concern and nobody has read yet: who spends, whose hold is closed, whose use is refunded. */
function wantedBy(
  tasks: readonly { account: number; command: Command }[],
  accountAt: (number: number) => Account | undefined,
): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const { account: number, command } of tasks) {
    if (command.verb === 'consume' && command.member === undefined) continue;
    const account = accountAt(number);
    if (account === undefined || account.kind !== 'team') continue;
    for (const member of concerned(command, account)) {
      // What was read and counted on since the lock must not be read again.
      if (account.members?.named.has(member) !== true)
        wanted.set(`${number}:${member}`, { account: number, member });
    }
  }
  return [...wanted.values()];
}

function concerned(command: Command, account: Account): string[] {
  switch (command.verb) {
    case 'consume':
    case 'hold':
      return command.member === undefined ? [] : [command.member];
    case 'capture': {
      const member = account.holds.get(command.hold)?.member ?? null;
      return member === null ? [] : [member];
    }
    case 'refund': {
      const member = account.spendings.get(command.operation)?.entry.detail?.member;
      return member === undefined ? [] : [member];
    }
    case 'many':
      return command.commands.flatMap((one) => concerned(one, account));
    default:
      return [];
  }
}

/** Reads the members that the tasks concern into their accounts, in one statement; behind the lock where it is to bind. */
export async function loadMembers(
  on: Pick<Connection, 'query'>,
  tasks: readonly { account: number; command: Command }[],
  accountAt: (number: number) => Account | undefined,
): Promise<void> {
  const wanted = wantedBy(tasks, accountAt);
  if (wanted.length === 0) return;
  const { rows } = await on.query(NAMED, [
    int8Array(wanted.map((one) => one.account)),
    textArray(wanted.map((one) => one.member)),
  ]);
  for (const row of rows) {
    const account = accountAt(Number(row.account)) as Account;
    const members: Members = account.members ?? { kept: row.kept, named: new Map() };
    members.named.set(row.member, row.no === null ? null : memberOf(row as MemberRow));
    account.members = members;
  }
}

const UPDATE_MEMBERS = statement<Buffer[], never>(
  'update_members',
  `update drawdown.members m
      set day = u.day, day_after = u.day_after, day_used = u.day_used,
          month = u.month, month_after = u.month_after, month_used = u.month_used, told = u.told
     from unnest($1::int8[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::text[], $7::int8[], $8::int8[],
       $9::text[]) as u (account, member, day, day_after, day_used, month, month_after, month_used, told)
    where m.account = u.account and m.member = u.member`,
);

export interface ChangedMember {
  readonly account: number;
  readonly member: Member;
}

export function updateMembers(on: Connection, rows: readonly ChangedMember[]): Promise<Result<never>> {
  const members = rows.map((row) => row.member);
  return on.query(UPDATE_MEMBERS, [
    int8Array(rows.map((row) => row.account)),
    textArray(members.map((m) => m.id)),
    textArray(members.map((m) => m.day.period)),
    int8Array(members.map((m) => m.day.after)),
    int8Array(members.map((m) => m.day.used)),
    textArray(members.map((m) => m.month.period)),
    int8Array(members.map((m) => m.month.after)),
    int8Array(members.map((m) => m.month.used)),
    textArray(members.map((m) => m.told)),
  ]);
}
