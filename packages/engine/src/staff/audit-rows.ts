import type { Metadata } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Outcome, Write } from '../store/task.ts';
import type { StoredPreview } from './present.ts';

type On = Pick<Connection | Database, 'query'>;

export interface AuditRow {
  account: bigint;
  /** The account's id now. */
  id: string;
  no: bigint;
  act: string;
  at: bigint;
  staff: string;
  name: string;
  reason: string | null;
  input: string;
  preview: string | null;
  size: bigint;
  /** Null: a step of an approval, which enters nothing. */
  seq: bigint | null;
  /** The instant of the operation, which is part of its id. */
  operation_at: bigint | null;
  last_seq: bigint | null;
  request: string | null;
  approval: bigint | null;
  approved_by: string | null;
  approved_name: string | null;
}

const COLUMNS = `u.account, a.id, u.no, u.act, u.at, u.staff, u.name, u.reason, u.input::text as input,
  u.preview::text as preview, u.size, u.seq, u.last_seq, u.request, u.approval, u.approved_by,
  u.approved_name, e.at as operation_at`;
const FROM = `from drawdown.audit u join drawdown.accounts a on a.number = u.account
  left join drawdown.entries e on e.account = u.account and e.seq = u.seq`;

const NEXT = statement<[], { no: bigint }>('audit_next', `select nextval('drawdown.audit_ordinal') as no`);
const ADD = statement<readonly unknown[], never>(
  'audit_add',
  `insert into drawdown.audit (account, no, act, at, staff, name, reason, input, preview, size, seq, last_seq, request,
     approval, approved_by, approved_name, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8::text::json, $9::text::json, $10, $11, $12, $13, $14, $15, $16, $17)`,
);
const BY_OPERATION = statement<[number, number], AuditRow>(
  'audit_by_operation',
  `select ${COLUMNS} ${FROM} where u.account = $1 and u.seq = $2`,
);
const BEFORE = statement<
  [number, number | null, string | null, string | null, number | null, number | null, number],
  AuditRow
>(
  'audit_before',
  `select ${COLUMNS} ${FROM}
    where u.no < $1 and ($2::int8 is null or u.account = $2) and ($3::text is null or u.staff = $3)
      and ($4::text is null or u.act = $4) and ($5::int8 is null or u.at >= $5) and ($6::int8 is null or u.at < $6)
    order by u.no desc limit $7`,
);
const OF_LATE = statement<[number, string, number], { on_account: string; in_all: string }>(
  'audit_of_late',
  `select coalesce(sum(size) filter (where account = $1), 0)::text as on_account, coalesce(sum(size), 0)::text as in_all
     from drawdown.audit where staff = $2 and at > $3 and seq is not null and approval is null`,
);

/** What is written down of an act; its entries are the outcome's. */
export interface Audited {
  readonly account: number;
  readonly no: number;
  readonly act: string;
  readonly staff: { readonly id: string; readonly name: string; readonly request: string };
  readonly reason: string | null;
  readonly input: Metadata;
  readonly preview: StoredPreview | null;
  readonly size: bigint;
  /** The approval that it is a step of, or came to. */
  readonly approval?: number;
  readonly approvedBy?: { readonly id: string; readonly name: string };
}

export async function nextNo(on: Connection): Promise<number> {
  return Number((await on.query(NEXT, [])).rows[0]?.no);
}

const STEPS = ['request', 'reject', 'withdraw'];

export function auditing(audited: Audited, { account, entry, now }: Outcome): Write {
  const { staff, preview, act } = audited;
  const isStep = STEPS.includes(act);
  if (entry === null && !isStep) throw new Error('an act enters something');
  return {
    statement: ADD,
    params: [
      audited.account,
      audited.no,
      audited.act,
      now,
      staff.id,
      staff.name,
      audited.reason,
      JSON.stringify(audited.input),
      preview === null ? null : JSON.stringify(preview),
      audited.size,
      isStep ? null : entry?.seq,
      isStep ? null : account.seq,
      staff.request,
      audited.approval ?? null,
      audited.approvedBy?.id ?? null,
      audited.approvedBy?.name ?? null,
      bucketOf(audited.account),
    ],
  };
}

export async function auditOf(on: On, account: number, seq: number): Promise<AuditRow | null> {
  return (await on.query(BY_OPERATION, [account, seq])).rows[0] ?? null;
}

/** Atoms that one of the staff moved within 24 hours, with nobody's approval. */
export interface OfLate {
  readonly onAccount: bigint;
  readonly inAll: bigint;
}

const DAY_MS = 86_400_000;

export async function doneOfLate(
  on: On,
  { account, staff, now }: { account: number; staff: string; now: number },
): Promise<OfLate> {
  const { rows } = await on.query(OF_LATE, [account, staff, now - DAY_MS]);
  return { onAccount: BigInt(rows[0]?.on_account ?? 0), inAll: BigInt(rows[0]?.in_all ?? 0) };
}

export interface AuditWanted {
  /** The number of the last one seen. */
  readonly before: number;
  readonly account: number | null;
  readonly staff: string | null;
  readonly act: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
}

/** Newest first. */
export async function auditBefore(on: On, wanted: AuditWanted): Promise<AuditRow[]> {
  const { before, account, staff, act, from, to, limit } = wanted;
  return (await on.query(BEFORE, [before, account, staff, act, from, to, limit])).rows;
}
