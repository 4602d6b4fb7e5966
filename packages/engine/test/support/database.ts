/** A database of a test's own on the server of the run. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { type Database, statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { recycle, takeFree } from './recycle.ts';
import { createDatabase, databaseUrl, dropDatabase, withDatabase } from './server.ts';

export interface FreshDatabase {
  url: string;
  database: Database;
  /** Closes `database` and gives it away. Throws when other sessions were left open: whoever opened them has a leak. */
  drop(): Promise<void>;
}

/** A closed session leaves the server's list a moment after its last byte. */
const GRACE_MS = 1_000;

const sessionsOf = statement<[string], { application: string; query: string }>(
  'test.sessions_of',
  `select application_name as application, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
);

/** The server of the run, for tests that need sessions of an unusual kind. */
export function serverUrl(): string {
  return inject('serverUrl');
}

/** Makes a database with the schema, or an empty one; one that another test has left as new where there is one. */
export async function freshDatabase(
  options: { empty?: boolean; poolSize?: number } = {},
): Promise<FreshDatabase> {
  const server = serverUrl();
  const template = inject('template');
  const empty = options.empty === true;
  if (template === null && !empty) throw new Error(`The migrations do not apply: ${inject('templateError')}`);
  const name = `drawdown_test_${randomBytes(8).toString('hex')}`;
  const place = empty || template === null ? undefined : { server, template };
  if (place === undefined || !(await takeFree(place, name))) {
    await createDatabase(server, name, place?.template);
  }
  const url = databaseUrl(server, name);
  const database = await openPostgres({
    url,
    applicationName: 'drawdown-test',
    ...(options.poolSize === undefined ? {} : { poolSize: options.poolSize }),
  });
  const drop = async () => {
    await database.close();
    const leaked = await leakedSessions(server, name);
    const pristine = leaked.length > 0 || place === undefined ? null : inject('pristine');
    if (place === undefined || pristine === null || !(await recycle(place, name, pristine))) {
      await dropDatabase(server, name);
    }
    if (leaked.length > 0)
      throw new Error(`${leaked.length} sessions were left open: ${JSON.stringify(leaked)}`);
  };
  return { url, database, drop };
}

async function leakedSessions(
  server: string,
  name: string,
): Promise<{ application: string; query: string }[]> {
  return await withDatabase(server, async (database) => {
    const deadline = Date.now() + GRACE_MS;
    for (;;) {
      const { rows } = await database.query(sessionsOf, [name]);
      if (rows.length === 0 || Date.now() > deadline) return rows;
      await sleep(20);
    }
  });
}
