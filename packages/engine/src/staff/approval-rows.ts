import type { Metadata } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { StoredPreview } from './present.ts';

type On = Pick<Connection | Database, 'query'>;

export interface ApprovalRow {
  account: bigint;
  /** The account's id now. */
  id: string;
  no: bigint;
  act: string;
  at: bigint;
  expires_at: bigint;
  staff: string;
  name: string;
  reason: string;
  input: string;
  preview: string;
  size: bigint;
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  decided_by: string | null;
  decided_name: string | null;
  decided_at: bigint | null;
  decision_reason: string | null;
  seq: bigint | null;
  /** The instant of the operation, which is part of its id. */
  operation_at: bigint | null;
}

const COLUMNS = `p.account, a.id, p.no, p.act, p.at, p.expires_at, p.staff, p.name, p.reason, p.input::text as input,
  p.preview::text as preview, p.size, p.state, p.decided_by, p.decided_name, p.decided_at, p.decision_reason, p.seq,
  e.at as operation_at`;
const FROM = `from drawdown.approvals p join drawdown.accounts a on a.number = p.account
  left join drawdown.entries e on e.account = p.account and e.seq = p.seq`;

const ADD = statement<readonly unknown[], never>(
  'approval_add',
  `insert into drawdown.approvals
     (account, no, act, at, expires_at, staff, name, reason, input, preview, size, key, state, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::json, $10::text::json, $11, $12, 'pending', $13)`,
);
const ONE = statement<[number, number], ApprovalRow>(
  'approval',
  `select ${COLUMNS} ${FROM} where p.account = $1 and p.no = $2`,
);
const BY_KEY = statement<[number, Buffer], ApprovalRow>(
  'approval_by_key',
  `select ${COLUMNS} ${FROM} where p.account = $1 and p.key = $2`,
);
const BEFORE = statement<[number, number | null, number, number], ApprovalRow>(
  'approvals_before',
  `select ${COLUMNS} ${FROM} where p.no < $1 and ($2::int8 is null or p.account = $2) and $3::int8 is not null
    order by p.no desc limit $4`,
);
const PENDING = statement<[number, number | null, number, number], ApprovalRow>(
  'approvals_pending',
  `select ${COLUMNS} ${FROM} where p.no < $1 and ($2::int8 is null or p.account = $2) and p.state = 'pending'
      and p.expires_at > $3 order by p.no desc limit $4`,
);
const DECIDE = statement<readonly unknown[], unknown>(
  'approval_decide',
  `update drawdown.approvals set state = $3, decided_by = $4, decided_name = $5, decided_at = $6, decision_reason = $7,
     seq = $8 where account = $1 and no = $2 and state = 'pending'`,
);
/** Whoever made a key has seen it, so that the two of them, and whoever that one made, are one person. */
const RELATED = statement<[string, string], { related: boolean }>(
  'staff_related',
  `with recursive made (id, by) as (
     select id, split_part(created_by, ':', 2) from drawdown.keys where id in ($1, $2)
     union select k.id, split_part(k.created_by, ':', 2) from made m join drawdown.keys k on k.id = m.by)
   select $1 = $2 or exists (
     with recursive up (root, id) as (
       select id, by from made where id in ($1, $2)
       union select u.root, m.by from up u join made m on m.id = u.id)
     select from up where (root = $1 and id = $2) or (root = $2 and id = $1)) as related`,
);
const ONE_AT_A_TIME = statement<[string], unknown>(
  'staff_one_at_a_time',
  `select pg_advisory_xact_lock(hashtextextended('drawdown.staff:' || $1, 0))`,
);

export interface Requested {
  readonly account: number;
  readonly no: number;
  readonly act: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly staff: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly input: Metadata;
  readonly preview: StoredPreview;
  readonly size: bigint;
  readonly key: Buffer;
}

export const requesting = (one: Requested): Write => ({
  statement: ADD,
  params: [
    one.account,
    one.no,
    one.act,
    one.at,
    one.expiresAt,
    one.staff.id,
    one.staff.name,
    one.reason,
    JSON.stringify(one.input),
    JSON.stringify(one.preview),
    one.size,
    one.key,
    bucketOf(one.account),
  ],
});

export interface Decided {
  readonly account: number;
  readonly no: number;
  readonly state: 'approved' | 'rejected' | 'withdrawn';
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
  readonly reason: string;
  /** The operation that it came to. */
  readonly seq: number | null;
}

export const deciding = ({ account, no, state, by, at, reason, seq }: Decided): Write => ({
  statement: DECIDE,
  params: [account, no, state, by.id, by.name, at, reason, seq],
});

export async function approvalOf(on: On, account: number, no: number): Promise<ApprovalRow | null> {
  return (await on.query(ONE, [account, no])).rows[0] ?? null;
}

export async function approvalByKey(on: On, account: number, key: Buffer): Promise<ApprovalRow | null> {
  return (await on.query(BY_KEY, [account, key])).rows[0] ?? null;
}

/** Newest first. */
export async function approvalsBefore(
  on: On,
  wanted: { before: number; account: number | null; now: number; limit: number; pending: boolean },
): Promise<ApprovalRow[]> {
  const { before, account, now, limit, pending } = wanted;
  return (await on.query(pending ? PENDING : BEFORE, [before, account, now, limit])).rows;
}

/** Whether two of the staff may be one person. */
export async function areRelated(on: On, one: string, other: string): Promise<boolean> {
  return (await on.query(RELATED, [one, other])).rows[0]?.related === true;
}

/** Until the transaction ends nobody else adds up what this one of the staff has done. */
export async function aloneAs(on: Connection, staff: string): Promise<void> {
  await on.query(ONE_AT_A_TIME, [staff]);
}
