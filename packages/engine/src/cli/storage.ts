/** The database of a process: the embedded one in a data directory, or a server of the product's own. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { openEmbedded } from '../store/embedded.ts';
import { openPostgres } from '../store/postgres.ts';
import { databaseLog, type Log } from './log.ts';

export interface Storage {
  readonly database: Database;
  /** With its password: never printed. */
  readonly url: string;
  /** Where the embedded database lies; null where the server is somebody else's. */
  readonly directory: string | null;
  /** Closes the connections and stops what was started. */
  close(): Promise<void>;
}

/** Opens it. Throws `EmbeddedInUse`, `EmbeddedFailed` or a `DatabaseError`, and leaves nothing running then. */
export async function openStorage(
  { databaseUrl, dataDirectory }: Pick<Config, 'databaseUrl' | 'dataDirectory'>,
  log: Log,
): Promise<Storage> {
  if (databaseUrl !== null) {
    const database = await openPostgres({ url: databaseUrl });
    return { database, url: databaseUrl, directory: null, close: () => database.close() };
  }
  const directory = resolve(dataDirectory);
  const embedded = await openEmbedded({ directory, log: databaseLog(log) });
  try {
    const database = await openPostgres({ url: embedded.url });
    const close = async () => {
      try {
        await database.close();
      } finally {
        await embedded.stop();
      }
    };
    return { database, url: embedded.url, directory, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Whether a directory holds a database already. */
export function holdsDatabase(directory: string): boolean {
  return existsSync(join(directory, 'postgres'));
}

/** The place for people, without user and password. */
export function placeOf({ directory, url }: Pick<Storage, 'directory' | 'url'>): string {
  if (directory !== null) return `${directory} (embedded PostgreSQL)`;
  try {
    const { host, pathname } = new URL(url);
    return `PostgreSQL at ${host}${pathname}`;
  } catch {
    return 'PostgreSQL at DATABASE_URL';
  }
}
