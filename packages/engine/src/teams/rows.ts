import type { Account } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import { periodAt } from '../core/team.ts';
import { textArray } from '../store/binary.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import { MEMBER_COLUMNS, type MemberRow } from '../store/members.ts';
import type { Write } from '../store/task.ts';

/*
 * The rows of members and of their requests. They are changed under the lock of the team's account only, so what is
 * read on the connection that holds it stays so until the commit.
 */

type On = Pick<Connection | Database, 'query'>;

const NAMED = statement<[number, number, Buffer], MemberRow>(
  'roster_named',
  `select ${MEMBER_COLUMNS} from drawdown.members where account = $1 and bucket = $2 and member = any ($3::text[])`,
);
const THERE = statement<[number, string], { there: boolean }>(
  'person_there',
  'select exists (select from drawdown.accounts where number = $1 and id = $2) as there',
);
const STANDING = statement<
  [number, number, string, number],
  { [C in keyof MemberRow]: MemberRow[C] | null } & { kept: boolean; there: boolean }
>(
  'member_standing',
  `select ${MEMBER_COLUMNS.split(', ')
    .map((column) => `m.${column}`)
    .join(', ')},
     exists (select from drawdown.members o where o.account = $1 and o.bucket = $2) as kept,
     exists (select from drawdown.accounts p where p.number = $4 and p.id = $3) as there
     from (select $3::text as member) as wanted
     left join drawdown.members m on m.account = $1 and m.bucket = $2 and m.member = wanted.member`,
);
const CENSUS = statement<[number, number], { present: bigint; owners: bigint; last: bigint }>(
  'roster_census',
  `select count(*) filter (where left_at is null) as present,
     count(*) filter (where left_at is null and role = 'owner') as owners, coalesce(max(no), 0) as last
     from drawdown.members where account = $1 and bucket = $2`,
);
const PAGE = statement<[number, number, number, boolean, string | null, number], MemberRow>(
  'members_page',
  `select ${MEMBER_COLUMNS} from drawdown.members
    where account = $1 and bucket = $2 and no > $3 and ($4 or left_at is null) and ($5::text is null or member = $5)
    order by no limit $6`,
);
const TEAMS = statement<[string, number, number], MemberRow>(
  'members_teams',
  `select ${MEMBER_COLUMNS.split(', ')
    .map((column) => `m.${column}`)
    .join(', ')} from drawdown.members m
     join drawdown.accounts a on a.number = m.account and a.bucket = m.bucket and a.closed_at is null
    where m.member = $1 and m.account > $2 and m.left_at is null order by m.account limit $3`,
);
const PUT = statement<readonly unknown[], never>(
  'member_put',
  `insert into drawdown.members (${MEMBER_COLUMNS}, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
   on conflict (account, member, bucket) do update set role = excluded.role, limit_amount = excluded.limit_amount,
     limit_per = excluded.limit_per, joined_at = excluded.joined_at, left_at = excluded.left_at,
     extra = excluded.extra, extra_period = excluded.extra_period`,
);

/** What is known of a team's members where a change of them is decided. */
export interface Roster {
  /** Of those asked for, also who has left. */
  readonly rows: ReadonlyMap<string, MemberRow>;
  readonly present: number;
  readonly owners: number;
  /** The last number given to a member. */
  readonly last: number;
}

export async function readRoster(
  on: On,
  team: number,
  members: readonly (string | undefined)[],
): Promise<Roster> {
  const ids = members.filter((id) => id !== undefined);
  const [{ rows }, census] = await Promise.all([
    on.query(NAMED, [team, bucketOf(team), textArray(ids)]),
    readCensus(on, team),
  ]);
  return { rows: new Map(rows.map((row) => [row.member, row])), ...census };
}

interface Person {
  readonly id: string;
  readonly number: number;
}

/**
 * One person of a team, whether it keeps members at all, and whether the person's account still goes by that id: one
 * look-up, since it goes before every request of theirs.
 */
export async function readStanding(
  on: On,
  team: number,
  { id, number }: Person,
): Promise<{ kept: boolean; there: boolean; rows: ReadonlyMap<string, MemberRow> }> {
  const { rows } = await on.query(STANDING, [team, bucketOf(team), id, number]);
  const own = rows.filter((row) => row.no !== null).map((row): [string, MemberRow] => [id, row as MemberRow]);
  return { kept: rows[0]?.kept === true, there: rows[0]?.there === true, rows: new Map(own) };
}

/** Whether the person's account still goes by that id. */
export async function isThere(on: On, { id, number }: Person): Promise<boolean> {
  return (await on.query(THERE, [number, id])).rows[0]?.there === true;
}

/** How many members a team has. */
export async function readCensus(on: On, team: number) {
  const { rows } = await on.query(CENSUS, [team, bucketOf(team)]);
  return { present: Number(rows[0]?.present), owners: Number(rows[0]?.owners), last: Number(rows[0]?.last) };
}

export interface MembersWanted {
  /** Behind this number. */
  readonly after: number;
  /** Also who has left. */
  readonly all: boolean;
  readonly member: string | null;
}

export async function pageOfMembers(
  on: On,
  team: number,
  { after, all, member }: MembersWanted,
  limit: number,
): Promise<MemberRow[]> {
  return (await on.query(PAGE, [team, bucketOf(team), after, all, member, limit])).rows;
}

/** Teams that are open, by their numbers, from behind one: every bucket is asked, since a member's teams may be in any. */
export async function teamsWith(on: On, member: string, after: number, limit: number): Promise<MemberRow[]> {
  return (await on.query(TEAMS, [member, after, limit])).rows;
}

/** A new member, who has used nothing yet. */
export function joined(
  team: Account,
  wish: Pick<MemberRow, 'member' | 'role' | 'limit_amount' | 'limit_per'>,
  { no, now }: { no: number; now: number },
): MemberRow {
  const after = BigInt(team.seq);
  return {
    account: BigInt(team.number),
    ...wish,
    no: BigInt(no),
    joined_at: BigInt(now),
    left_at: null,
    day: periodAt('day', now, team.timeZone),
    day_after: after,
    day_used: 0n,
    month: periodAt('month', now, team.timeZone),
    month_after: after,
    month_used: 0n,
    extra: 0n,
    extra_period: null,
    told: null,
  };
}

/** Of a row that is there, what was counted stays as it is. */
export function putting(row: MemberRow): Write {
  return {
    statement: PUT,
    params: [
      row.account,
      row.member,
      row.no,
      row.role,
      row.limit_amount,
      row.limit_per,
      row.joined_at,
      row.left_at,
      row.day,
      row.day_after,
      row.day_used,
      row.month,
      row.month_after,
      row.month_used,
      row.extra,
      row.extra_period,
      row.told,
      bucketOf(Number(row.account)),
    ],
  };
}
