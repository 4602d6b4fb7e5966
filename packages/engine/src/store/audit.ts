/**
 * The one place that writes the audit log. Whoever changes something hands over who of the staff asked for it, and their
 * record is written in the transaction of the change: with the entries of a ledger by the write path (`Task.told`), and
 * with everything else by `recorded`.
 */
import type { AuditedAct } from '@drawdown/client';
import type { Metadata } from '../core/account.ts';
import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from './database.ts';
import type { StoredEntry } from './rows.ts';
import type { Task, Write } from './task.ts';

/** One of the staff, and the request by which they ask. */
export interface StaffCaller {
  readonly id: string;
  readonly name: string;
  /** Null: none, the server's own configuration did. */
  readonly request: string | null;
}

/** What one of the staff does, in the words of the log. */
export interface Told {
  readonly staff: StaffCaller;
  readonly act: AuditedAct;
  readonly reason: string | null;
  /** What was asked, without the account's id and without secrets. */
  readonly input: object;
  /** The id of what it is done to, where that is no account. */
  readonly subject?: string;
}

/** A record of the log, on its way there. */
export interface Recorded extends Told {
  /** The account's number; 0, which none has, where it is about none. */
  readonly account: number;
  /** Absent: the next one. */
  readonly no?: number;
  readonly at: number;
  /** What was shown before it was done. */
  readonly preview?: object | null;
  /** The credits that count against the limits, in atoms. */
  readonly size?: bigint;
  /** The operation's entry and the last one that was made with it; null: nothing was entered. */
  readonly entries: { readonly first: number; readonly last: number } | null;
  /** The approval that it is a step of, or came to. */
  readonly approval?: number;
  readonly approvedBy?: { readonly id: string; readonly name: string };
}

/** No account has this number. */
export const NOBODY = 0;

const NEXT = statement<[], { no: bigint }>('audit_next', `select nextval('drawdown.audit_ordinal') as no`);
const ADD = statement<readonly unknown[], never>(
  'audit_add',
  `insert into drawdown.audit (account, no, act, at, staff, name, reason, input, preview, size, seq, last_seq, request,
     approval, approved_by, approved_name, subject, bucket)
   values ($1, coalesce($2, nextval('drawdown.audit_ordinal')), $3, $4, $5, $6, $7, $8::text::json, $9::text::json, $10,
     $11, $12, $13, $14, $15, $16, $17, $18)`,
);

const BEHIND = statement<[number, number], StaffCaller>(
  'audit_behind',
  'select staff as id, name, request from drawdown.audit where account = $1 and seq = $2',
);

/** Who of the staff asked for an entry, for what follows from it later; undefined: nobody did. */
export async function staffBehind(
  on: Pick<Database, 'query'>,
  account: number,
  seq: number,
): Promise<StaffCaller | undefined> {
  return (await on.query(BEHIND, [account, seq])).rows[0];
}

/** The number of a record that others are to name. */
export async function nextNo(on: Connection): Promise<number> {
  return Number((await on.query(NEXT, [])).rows[0]?.no);
}

export const recording = (one: Recorded): Write => ({
  statement: ADD,
  params: [
    one.account,
    one.no ?? null,
    one.act,
    one.at,
    one.staff.id,
    one.staff.name,
    one.reason,
    JSON.stringify(one.input),
    one.preview == null ? null : JSON.stringify(one.preview),
    one.size ?? 0n,
    one.entries?.first ?? null,
    one.entries?.last ?? null,
    one.staff.request,
    one.approval ?? null,
    one.approvedBy?.id ?? null,
    one.approvedBy?.name ?? null,
    one.subject ?? null,
    bucketOf(one.account),
  ],
});

/** What the commands of one transaction came to that staff asked for. */
export class Deeds {
  readonly #writes: Write[] = [];

  add(
    { account, told }: Pick<Task<unknown>, 'account' | 'told'>,
    { first, last, at }: { first: StoredEntry | null; last: number; at: number },
  ): void {
    if (told === undefined) return;
    // What a provider says of a plan is heard again and again: an act is what it entered.
    if (told.act === 'plan' && first === null) return;
    const entries = first && { first: first.seq, last };
    this.#writes.push(recording({ ...told, account, at, entries }));
  }

  write(on: Connection): Promise<unknown>[] {
    return this.#writes.map(({ statement: add, params }) => on.query(add, params));
  }
}

/** What a change that is in no ledger came to, and what the log is told of it; null: it changed nothing. */
export interface Done<T> {
  readonly done: T;
  readonly told:
    | (Omit<Told, 'staff' | 'reason'> & {
        readonly at: number;
        readonly account?: number;
        readonly reason?: string;
        readonly size?: bigint;
      })
    | null;
}

/** Does it in one transaction with its record, where one of the staff asked for it. */
export function recorded<T>(
  database: Pick<Database, 'transaction'>,
  staff: StaffCaller | undefined,
  work: (on: Connection) => Promise<Done<T>>,
): Promise<T> {
  return database.transaction(async (on) => {
    const { done, told } = await work(on);
    if (staff !== undefined && told !== null) {
      const { statement: add, params } = recording({
        account: NOBODY,
        reason: null,
        ...told,
        staff,
        entries: null,
      });
      await on.query(add, params);
    }
    return done;
  });
}

/** Single-use codes are kept as hashes, here too. */
const SECRET: readonly string[] = ['code'];

/** What was asked of an account, as the log tells it: the reason has a place of its own. */
export function toldOf(staff: StaffCaller, act: AuditedAct, asked: unknown): Told {
  const { reason, ...input } = { ...(asked as Metadata) };
  for (const field of SECRET) delete (input as Record<string, unknown>)[field];
  return { staff, act, reason: typeof reason === 'string' ? reason : null, input };
}
