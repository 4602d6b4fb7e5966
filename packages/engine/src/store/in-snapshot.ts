import { type Connection, type Database, statement } from './database.ts';

const ONE_SNAPSHOT = statement<[], never>(
  'one_snapshot',
  'set transaction isolation level repeatable read, read only',
);

/** Runs reads that have to agree with each other: all of them see what was committed before the first. */
export function inSnapshot<T>(database: Database, read: (on: Connection) => Promise<T>): Promise<T> {
  return database.transaction(async (on) => {
    // Sent with the first of them, since a connection answers in order.
    const [, answer] = await Promise.all([on.query(ONE_SNAPSHOT, []), read(on)]);
    return answer;
  });
}
