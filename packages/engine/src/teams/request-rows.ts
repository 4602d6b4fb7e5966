import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';

type On = Pick<Connection | Database, 'query'>;

export interface RequestRow {
  account: bigint;
  no: bigint;
  member: string;
  amount: bigint;
  reason: string | null;
  period: string;
  expires_at: bigint;
  state: 'pending' | 'approved' | 'denied' | 'withdrawn';
  created_at: bigint;
  decided_at: bigint | null;
  decided_by: string | null;
}

const COLUMNS =
  'account, no, member, amount, reason, period, expires_at, state, created_at, decided_at, decided_by';

const BY_NO = statement<[number, number, number], RequestRow>(
  'member_request',
  `select ${COLUMNS} from drawdown.member_requests where account = $1 and bucket = $2 and no = $3`,
);
const OPEN = statement<[number, number, string, number], RequestRow>(
  'member_requests_open',
  `select ${COLUMNS} from drawdown.member_requests
    where account = $1 and bucket = $2 and member = $3 and state = 'pending' and expires_at > $4`,
);
const LAST = statement<[number, number], { last: bigint }>(
  'member_requests_last',
  'select coalesce(max(no), 0) as last from drawdown.member_requests where account = $1 and bucket = $2',
);
const PAGE = statement<[number, number, number, number | null, string | null, number], RequestRow>(
  'member_requests_page',
  `select ${COLUMNS} from drawdown.member_requests
    where account = $1 and bucket = $2 and no < $3 and ($4::int8 is null or (state = 'pending' and expires_at > $4))
      and ($5::text is null or member = $5)
    order by no desc limit $6`,
);
const ADD = statement<readonly unknown[], never>(
  'member_request_add',
  `insert into drawdown.member_requests (${COLUMNS}, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);
const CLOSE = statement<readonly unknown[], never>(
  'member_request_close',
  `update drawdown.member_requests set state = $4, decided_at = $5, decided_by = $6
    where account = $1 and bucket = $2 and no = $3`,
);
const WITHDRAW = statement<readonly unknown[], never>(
  'member_requests_withdraw',
  `update drawdown.member_requests set state = 'withdrawn', decided_at = $4, decided_by = $5
    where account = $1 and bucket = $2 and member = $3 and state = 'pending' and expires_at > $4`,
);

export async function requestAt(on: On, team: number, no: number): Promise<RequestRow | null> {
  return (await on.query(BY_NO, [team, bucketOf(team), no])).rows[0] ?? null;
}

/** What a member asks for at this moment: one at most. */
export async function openRequest(
  on: On,
  team: number,
  member: string,
  now: number,
): Promise<RequestRow | null> {
  return (await on.query(OPEN, [team, bucketOf(team), member, now])).rows[0] ?? null;
}

/** The last number given to a request of the team. */
export async function lastRequest(on: On, team: number): Promise<number> {
  return Number((await on.query(LAST, [team, bucketOf(team)])).rows[0]?.last);
}

export interface RequestsWanted {
  readonly before: number;
  /** Only those open at this instant; null: all. */
  readonly openAt: number | null;
  readonly member: string | null;
}

/** Newest first. */
export async function pageOfRequests(
  on: On,
  team: number,
  { before, openAt, member }: RequestsWanted,
  limit: number,
): Promise<RequestRow[]> {
  return (await on.query(PAGE, [team, bucketOf(team), before, openAt, member, limit])).rows;
}

export function adding(row: RequestRow): Write {
  return {
    statement: ADD,
    params: [
      row.account,
      row.no,
      row.member,
      row.amount,
      row.reason,
      row.period,
      row.expires_at,
      row.state,
      row.created_at,
      row.decided_at,
      row.decided_by,
      bucketOf(Number(row.account)),
    ],
  };
}

export function closing(row: RequestRow): Write {
  const team = Number(row.account);
  const params = [team, bucketOf(team), row.no, row.state, row.decided_at, row.decided_by];
  return { statement: CLOSE, params };
}

/** Takes back what a member asks for: another request takes its place, or the member leaves. */
export function withdrawing(team: number, member: string, by: { now: number; actor: string }): Write {
  return { statement: WITHDRAW, params: [team, bucketOf(team), member, by.now, by.actor] };
}
