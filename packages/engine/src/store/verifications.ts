import { SYSTEM_CLOCK } from './clock.ts';
import { type Database, statement } from './database.ts';

export interface Verification {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly accounts: number;
  readonly entries: number;
  readonly faults: number;
}

/** A nightly run for some years. */
const KEPT = 1_000;

const NOTE = statement<[number, number, number, number], never>(
  'verification_note',
  `insert into drawdown.verifications (started_at, finished_at, accounts, entries, faults)
   select n.now - $1, n.now, $2, $3, $4 from (select ${SYSTEM_CLOCK.sql} as now) as n`,
);
const FORGET = statement<[number], never>(
  'verifications_forget',
  'delete from drawdown.verifications where no <= (select max(no) from drawdown.verifications) - $1',
);
const LAST = statement<
  [],
  { started_at: bigint; finished_at: bigint; accounts: bigint; entries: bigint; faults: bigint }
>(
  'verification_last',
  `select started_at, finished_at, accounts, entries, faults from drawdown.verifications
    order by no desc limit 1`,
);

/** Notes a run that has just ended and took so long. */
export async function noteVerification(
  database: Database,
  {
    tookMs,
    accounts,
    entries,
    faults,
  }: { tookMs: number; accounts: number; entries: number; faults: number },
): Promise<void> {
  await database.query(NOTE, [Math.round(tookMs), accounts, entries, faults]);
  await database.query(FORGET, [KEPT]);
}

export async function lastVerification(database: Database): Promise<Verification | null> {
  const row = (await database.query(LAST, [])).rows[0];
  if (row === undefined) return null;
  return {
    startedAt: Number(row.started_at),
    finishedAt: Number(row.finished_at),
    accounts: Number(row.accounts),
    entries: Number(row.entries),
    faults: Number(row.faults),
  };
}
