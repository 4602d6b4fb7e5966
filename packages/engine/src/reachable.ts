import { DrawdownError } from './errors.ts';
import { type Database, DatabaseError } from './store/database.ts';

/** Passes an error on; one of a lost database as the typed error that callers know. */
export function unavailable(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error;
  throw new DrawdownError(
    'unavailable',
    'The database cannot be reached. If this was a change, whether it happened is not known: retry with the same Idempotency-Key.',
    {},
    error,
  );
}

/** The same database for callers that answer people: where it is lost, they get `unavailable`. */
export function answering(database: Database): Database {
  return {
    query: (statement, params) => database.query(statement, params).catch(unavailable),
    transaction: (work) => database.transaction(work).catch(unavailable),
    connect: () => database.connect(),
    listen: (channel, on) => database.listen(channel, on),
    close: () => database.close(),
  };
}
