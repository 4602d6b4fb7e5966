import { type Connection, type Database, statement } from '../store/database.ts';

type On = Pick<Connection | Database, 'query'>;

export interface AuditRow {
  account: bigint;
  /** The account's id now; null: it is about none. */
  id: string | null;
  no: bigint;
  act: string;
  at: bigint;
  staff: string;
  name: string;
  reason: string | null;
  input: string;
  preview: string | null;
  size: bigint;
  /** What it was done to, where that is no account. */
  subject: string | null;
  /** Null: nothing was entered in a ledger. */
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
  u.approved_name, u.subject, e.at as operation_at`;
const FROM = `from drawdown.audit u left join drawdown.accounts a on a.number = u.account
  left join drawdown.entries e on e.account = u.account and e.seq = u.seq`;

const BY_OPERATION = statement<[number, number], AuditRow>(
  'audit_by_operation',
  `select ${COLUMNS} ${FROM} where u.account = $1 and u.seq = $2`,
);
const BEFORE = statement<
  [number, number | null, string | null, string | null, number | null, number | null, string | null, number],
  AuditRow
>(
  'audit_before',
  `select ${COLUMNS} ${FROM}
    where u.no < $1 and ($2::int8 is null or u.account = $2) and ($3::text is null or u.staff = $3)
      and ($4::text is null or u.act = $4) and ($5::int8 is null or u.at >= $5) and ($6::int8 is null or u.at < $6)
      and ($7::text is null or u.subject = $7)
    order by u.no desc limit $8`,
);

export async function auditOf(on: On, account: number, seq: number): Promise<AuditRow | null> {
  return (await on.query(BY_OPERATION, [account, seq])).rows[0] ?? null;
}

export interface AuditWanted {
  /** The number of the last one seen. */
  readonly before: number;
  readonly account: number | null;
  readonly staff: string | null;
  readonly act: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly subject: string | null;
  readonly limit: number;
}

/** Newest first. */
export async function auditBefore(on: On, wanted: AuditWanted): Promise<AuditRow[]> {
  const { before, account, staff, act, from, to, subject, limit } = wanted;
  return (await on.query(BEFORE, [before, account, staff, act, from, to, subject, limit])).rows;
}
