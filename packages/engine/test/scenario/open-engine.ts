import type { Catalog } from '../../src/catalog/catalog.ts';
import { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { freshDatabase } from '../support/database.ts';

/** Before every scenario, since clocks only move forward. */
const CLOCK_START = Date.UTC(2020, 0, 1);

const RESET = statement<[string], { value: string }>(
  'test.reset_clock',
  `update drawdown.settings set value = $1 where name = 'test_clock' returning value`,
);

/** An engine on a database of its own, with a clock that stands before every scenario. */
export async function openEngine(catalog: Catalog) {
  const fresh = await freshDatabase({ poolSize: 4 });
  await setTestClock(fresh.database, CLOCK_START);
  const engine = await Engine.open({
    remembered: 10_000,
    database: fresh.database,
    catalog,
    testClock: true,
    // Time is moved between scenarios, and only `setTestClock` is to enter what has come due.
    sweep: false,
    payments: { sandbox: true },
    // The test server is thrown away after the run; whether it may lose writes is not what scenarios are about.
    allowUnsafe: true,
  });
  return {
    engine,
    /** No account is older than its scenario, so for the accounts to come the clock has never gone back. */
    resetClock: async (): Promise<void> => {
      await fresh.database.query(RESET, [String(CLOCK_START)]);
    },
    close: async (): Promise<void> => {
      await engine.close();
      await fresh.drop();
    },
  };
}
