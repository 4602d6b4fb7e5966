/**
 * One look at the whole ledger that stays true: what is due before an instant is entered first, and changes that were
 * under way are waited for, so that no entry from before that instant ever comes after the look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { textArray } from './binary.ts';
import { type Clock, nowStatement } from './clock.ts';
import { COMMIT, type Connection, type Database, ROLLBACK, statement } from './database.ts';

/** What a report was made from. */
export interface Position {
  /** The engine's clock when the snapshot was taken. */
  readonly asOf: number;
  /** Nothing that is entered later can be from before the end of the range. */
  readonly final: boolean;
  readonly accounts: number;
  /** In the ledgers of all accounts: it only grows, by one per entry. */
  readonly entries: bigint;
}

export interface ClosingSetting {
  readonly database: Database;
  readonly clock: Clock;
  /** Enters what is due for an account; rejects where that cannot be. */
  readonly settle: (account: number) => Promise<unknown>;
}

/** An account stayed due although it was settled: nothing that is added up over all of them would be right. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';
  readonly account: number;

  constructor(account: number, cause?: unknown) {
    super(
      `What is due for the account numbered ${account} cannot be entered`,
      cause === undefined ? undefined : { cause },
    );
    this.account = account;
  }
}

const DUE = statement<
  [before: number, limit: number, due: number, number: number],
  { number: bigint; due_at: bigint }
>(
  'accounts_due_before',
  `select number, due_at from drawdown.accounts
    where due_at < $1 and (due_at, number) > ($3::int8, $4::int8) order by due_at, number limit $2`,
);

/**
 * Every other client's transaction that has begun. Whoever reads the clock has begun before, so once these are over
 * nobody can write an entry of an instant before now. What a session without rights may not see counts as a client.
 */
const UNDER_WAY = statement<[], { transaction: string }>(
  'transactions_under_way',
  `select l.virtualtransaction as transaction
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_backend_pid()
      and a.datname = current_database() and coalesce(a.backend_type, 'client backend') = 'client backend'`,
);

const STILL_UNDER_WAY = statement<[Buffer], { count: number }>(
  'transactions_still_under_way',
  `select count(*)::int4 as count from pg_locks
    where locktype = 'virtualxid' and granted and virtualtransaction = any ($1::text[])`,
);

const BEGIN_REPORT = statement<[], never>('begin_report', 'begin isolation level repeatable read read only');

/**
 * Sums over a stretch of accounts may take longer than a statement of the write path ever does, and order many rows. What
 * they come to is few rows, which a planner that guesses many would order first. Stretches differ in what is in them, so
 * each is planned for itself.
 */
const AT_LENGTH = statement<[limit: string], never>(
  'report_settings',
  `select set_config('work_mem', '64MB', true), set_config('statement_timeout', $1, true),
          set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
          set_config('jit', 'off', true)`,
);

const POSITION = statement<[], { accounts: bigint; entries: string }>(
  'ledger_position',
  'select count(*) as accounts, coalesce(sum(seq), 0)::text as entries from drawdown.accounts',
);

/** Accounts that are settled at once, in batches with everybody else. */
const ROUND = 1_000;
/** A transaction of the write path takes milliseconds. One that is open for longer is a dump's, or another report's. */
const PATIENCE_MS = 2_000;
const POLL_MS = 10;
/** Whatever is entered meanwhile may be due at once, but a few rounds on end that leave some mean that something is broken. */
const MAX_SNAPSHOTS = 5;
/** One account's whole ledger is the longest that a statement ever reads: tens of millions of entries in this time. */
const STATEMENT_LIMIT_MS = 30 * 60_000;

/** Runs `read` on one snapshot in which nothing from before `end` is missing, or that says that it is not final. */
export async function closed<T>(
  setting: ClosingSetting,
  end: number,
  read: (on: Connection, position: Position) => Promise<T>,
): Promise<T> {
  // The server keeps the limit itself, and is waited for a little longer.
  const on = await setting.database.connect({ silenceMs: STATEMENT_LIMIT_MS + PATIENCE_MS });
  try {
    for (let left = MAX_SNAPSHOTS; ; left -= 1) {
      const now = await nowOn(on, setting.clock);
      const waited = now < end ? false : await othersDone(on);
      // What has come due since the end is entered as well: reports also tell what became of something up to now.
      const due = now + 1;
      await settleBefore(setting, on, due);
      await Promise.all([on.query(BEGIN_REPORT, []), on.query(AT_LENGTH, [String(STATEMENT_LIMIT_MS)])]);
      const [stays] = (await on.query(DUE, [due, 1, ...FIRST])).rows;
      if (stays === undefined) {
        const position = await positionOn(on, waited, await nowOn(on, setting.clock));
        const result = await read(on, position);
        await on.query(COMMIT, []);
        return result;
      }
      await on.query(ROLLBACK, []);
      if (left === 1) throw new NotSettled(Number(stays.number));
    }
  } finally {
    await on.close();
  }
}

async function nowOn(on: Connection, clock: Clock): Promise<number> {
  return Number((await on.query(nowStatement(clock), [])).rows[0]?.now);
}

async function positionOn(on: Connection, final: boolean, asOf: number): Promise<Position> {
  const row = (await on.query(POSITION, [])).rows[0];
  return { asOf, final, accounts: Number(row?.accounts), entries: BigInt(row?.entries ?? '0') };
}

/** Whether all transactions that had begun are over; false where one of them takes long. */
async function othersDone(on: Connection): Promise<boolean> {
  const { rows } = await on.query(UNDER_WAY, []);
  if (rows.length === 0) return true;
  const waitedFor = textArray(rows.map(({ transaction }) => transaction));
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows: left } = await on.query(STILL_UNDER_WAY, [waitedFor]);
    if (left[0]?.count === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Before every account that is due. */
const FIRST = [Number.MIN_SAFE_INTEGER, 0] as const;

/** Each is settled once: whoever stays due is passed over, and found by the look at the snapshot. */
async function settleBefore({ settle }: ClosingSetting, on: Connection, end: number): Promise<void> {
  for (let [due, number]: readonly [number, number] = FIRST; ; ) {
    const { rows } = await on.query(DUE, [end, ROUND, due, number]);
    await Promise.all(rows.map((row) => settleOne(settle, Number(row.number))));
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROUND) return;
    [due, number] = [Number(last.due_at), Number(last.number)];
  }
}

function settleOne(settle: ClosingSetting['settle'], account: number): Promise<unknown> {
  return settle(account).catch((error: unknown) => {
    throw new NotSettled(account, error);
  });
}
