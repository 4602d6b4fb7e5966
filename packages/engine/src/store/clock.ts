import { type Database, statement } from './database.ts';

/**
 * The engine's clock is the database's, so that all processes share one. It is an SQL expression for "now" in epoch
 * milliseconds, read in a statement that follows the one that locks.
 */
export interface Clock {
  readonly sql: string;
}

/** `clock_timestamp()`, not `now()`: the latter is when the transaction began, before it waited for its locks. */
export const SYSTEM_CLOCK: Clock = { sql: 'floor(extract(epoch from clock_timestamp()) * 1000)::int8' };

/** For tests and development: stands still at the instant it was last set to; until then it is the system's. */
export const TEST_CLOCK: Clock = {
  sql: `coalesce((select value::int8 from drawdown.settings where name = 'test_clock'), ${SYSTEM_CLOCK.sql})`,
};

export function nowStatement(clock: Clock) {
  const name = clock === SYSTEM_CLOCK ? 'now' : 'now_test';
  return statement<[], { now: bigint }>(name, `select ${clock.sql} as now`);
}

const SET = statement<[string], { value: string }>(
  'test_clock_set',
  `insert into drawdown.settings as s (name, value) values ('test_clock', $1)
   on conflict (name) do update set value = excluded.value where s.value::int8 <= excluded.value::int8
   returning value`,
);

/**
 * Sets the test clock; false where it already stands later, since it never goes back. The first setting starts it
 * anywhere, also before the system's time: an account's own instants never decrease whatever a clock says.
 */
export async function setTestClock(database: Database, instant: number): Promise<boolean> {
  const { rows } = await database.query(SET, [String(instant)]);
  return rows.length === 1;
}
