import type { Metadata } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { StoredPreview } from './present.ts';

type On = Pick<Connection | Database, 'query'>;

export interface ApprovalRow {
  account: bigint;
  /** The account's id now; null: it is about a campaign. */
  id: string | null;
  /** The campaign. */
  subject: string | null;
  no: bigint;
  act: string;
  at: bigint;
  expires_at: bigint;
  staff: string;
  name: string;
  reason: string;
  input: string;
  preview: string;
  /** Null: it has no end. */
  size: bigint | null;
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  decided_by: string | null;
  decided_name: string | null;
  decided_at: bigint | null;
  decision_reason: string | null;
  seq: bigint | null;
  /** The instant of the operation, which is part of its id. */
  operation_at: bigint | null;
}

const COLUMNS = `p.account, a.id, p.subject, p.no, p.act, p.at, p.expires_at, p.staff, p.name, p.reason, p.input::text as input,
  p.preview::text as preview, p.size, p.state, p.decided_by, p.decided_name, p.decided_at, p.decision_reason, p.seq,
  e.at as operation_at`;
const FROM = `from drawdown.approvals p left join drawdown.accounts a on a.number = p.account
  left join drawdown.entries e on e.account = p.account and e.seq = p.seq`;

const ADD = statement<readonly unknown[], never>(
  'approval_add',
  `insert into drawdown.approvals
     (account, no, act, at, expires_at, staff, name, reason, input, preview, size, key, state, bucket, subject)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::json, $10::text::json, $11, $12, 'pending', $13, $14)`,
);
const ONE = statement<[number, number], ApprovalRow>(
  'approval',
  `select ${COLUMNS} ${FROM} where p.account = $1 and p.no = $2`,
);
const BY_KEY = statement<[number, Buffer], ApprovalRow>(
  'approval_by_key',
  `select ${COLUMNS} ${FROM} where p.account = $1 and p.key = $2`,
);
const listOf = (name: string, condition: string) =>
  statement<[number, number | null, string | null, number, number], ApprovalRow>(
    `approvals_${name}`,
    `select ${COLUMNS} ${FROM} where p.no < $1 and ($2::int8 is null or p.account = $2)
       and ($3::text is null or p.staff = $3) and ${condition} order by p.no desc limit $5`,
  );
const LISTS = {
  all: listOf('all', '$4::int8 is not null'),
  pending: listOf('pending', `p.state = 'pending' and p.expires_at > $4`),
  expired: listOf('expired', `p.state = 'pending' and p.expires_at <= $4`),
};
const DECIDE = statement<readonly unknown[], unknown>(
  'approval_decide',
  `update drawdown.approvals set state = $3, decided_by = $4, decided_name = $5, decided_at = $6, decision_reason = $7,
     seq = $8 where account = $1 and no = $2 and state = 'pending'`,
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
  /** Null: what is asked for shows it. */
  readonly preview: StoredPreview | null;
  readonly size: bigint | null;
  /** The campaign; the account is nobody's then. */
  readonly subject?: string;
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
    JSON.stringify(one.preview ?? {}),
    one.size,
    one.key,
    bucketOf(one.account),
    one.subject ?? null,
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
  wanted: {
    readonly before: number;
    readonly account: number | null;
    readonly askedBy: string | null;
    readonly state: keyof typeof LISTS;
    readonly now: number;
    readonly limit: number;
  },
): Promise<ApprovalRow[]> {
  const { before, account, askedBy, state, now, limit } = wanted;
  return (await on.query(LISTS[state], [before, account, askedBy, now, limit])).rows;
}
