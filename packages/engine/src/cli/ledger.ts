/** The tables of a ledger, opened beside whatever server runs on them, for commands that only read. */
import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { CommandError } from './exit.ts';
import { beside } from './process.ts';

/** Refuses where there is no ledger; closes what it opened, whatever `work` does. */
export async function readLedger<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const [{ openStorage, holdsDatabase }, { createLog }, { schemaVersion }] = await Promise.all([
    import('./storage.ts'),
    import('./log.ts'),
    import('../store/migrate.ts'),
  ]);
  const place = beside(config);
  if (place.databaseUrl === null && !holdsDatabase(place.dataDirectory)) {
    throw new CommandError(
      'usage',
      `There is no database in ${place.dataDirectory}: name one with --database or --data-dir`,
    );
  }
  const storage = await openStorage(place, createLog('error'));
  try {
    if ((await schemaVersion(storage.database)) === 0) {
      throw new CommandError('usage', 'The database has no tables of Drawdown: run "drawdown migrate"');
    }
    return await work(storage.database);
  } finally {
    await storage.close();
  }
}
