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

const DUE = statement<[number, number], { number: bigint }>(
  'accounts_due_before',
  'select number from drawdown.accounts where due_at < $1 order by due_at limit $2',
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
 * Sums over a whole ledger take longer than a statement of the write path ever may, and order many rows. What they come to
 * is few rows, which a planner that guesses many would order first.
 */
const AT_LENGTH = statement<[], never>(
  'report_settings',
  `select set_config('work_mem', '64MB', true), set_config('statement_timeout', '0', true),
          set_config('enable_sort', 'off', true)`,
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
/** A round that settles accounts leaves none of them due, so more than a few on end mean that something is broken. */
const MAX_SNAPSHOTS = 5;

/** Runs `read` on one snapshot in which nothing from before `end` is missing, or that says that it is not final. */
export async function closed<T>(
  setting: ClosingSetting,
  end: number,
  read: (on: Connection, position: Position) => Promise<T>,
): Promise<T> {
  const on = await setting.database.connect();
  try {
    for (let tries = 0; tries < MAX_SNAPSHOTS; tries += 1) {
      const now = await nowOn(on, setting.clock);
      const waited = now < end ? false : await othersDone(on);
      // What has come due since the end is entered as well: reports also tell what became of something up to now.
      const due = now + 1;
      await settleBefore(setting, on, due);
      await Promise.all([on.query(BEGIN_REPORT, []), on.query(AT_LENGTH, [])]);
      if ((await on.query(DUE, [due, 1])).rows.length === 0) {
        const position = await positionOn(on, waited, await nowOn(on, setting.clock));
        const result = await read(on, position);
        await on.query(COMMIT, []);
        return result;
      }
      await on.query(ROLLBACK, []);
    }
    throw new Error('accounts stay due although they were settled');
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

async function settleBefore({ settle }: ClosingSetting, on: Connection, end: number): Promise<void> {
  for (;;) {
    const { rows } = await on.query(DUE, [end, ROUND]);
    await Promise.all(rows.map(({ number }) => settle(Number(number))));
    if (rows.length < ROUND) return;
  }
}
