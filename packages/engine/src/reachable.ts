import { DrawdownError } from './errors.ts';
import { type Database, isOutage } from './store/database.ts';
import { schemaVersion } from './store/migrate.ts';
import { takesChanges } from './store/safety.ts';

/** Passes an error on; that of a database that is lost, or takes no changes now, as the typed error callers know. */
export function unavailable(error: unknown): never {
  if (!isOutage(error)) throw error;
  throw new DrawdownError(
    'unavailable',
    'The database cannot be reached, or takes no changes now. If this was a change, whether it happened is not known: retry with the same Idempotency-Key.',
    {},
    error,
  );
}

/** See `Engine.ready`. */
export async function ready(database: Database): Promise<{ database: true; schema: number }> {
  try {
    const [schema, changes] = await Promise.all([schemaVersion(database), takesChanges(database)]);
    if (changes) return { database: true, schema };
  } catch (error) {
    throw new DrawdownError('unavailable', 'The database does not answer.', {}, error);
  }
  throw new DrawdownError('unavailable', 'The database takes no changes now.');
}

/** The same database for callers that answer people: where it is lost, they get `unavailable`. */
export function answering(database: Database): Database {
  return {
    query: (statement, params) => database.query(statement, params).catch(unavailable),
    transaction: (work) => database.transaction(work).catch(unavailable),
    connect: (options) => database.connect(options),
    listen: (channel, on) => database.listen(channel, on),
    close: () => database.close(),
  };
}
