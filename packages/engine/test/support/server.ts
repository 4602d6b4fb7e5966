/** Whole databases of the test server: made, copied and dropped. */
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';

/** The same server at another database. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openPostgres({ url, poolSize: 2, applicationName: 'drawdown-test-support' });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Statements on whole databases cannot run in a transaction, nor take parameters; the names are our own. */
async function runAlone(serverUrl: string, sql: string): Promise<void> {
  await withDatabase(serverUrl, async (database) => {
    const connection = await database.connect();
    await connection.script(sql);
    await connection.close();
  });
}

export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<void> {
  await runAlone(serverUrl, `create database ${name} template ${template ?? 'template0'}`);
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await runAlone(serverUrl, `drop database if exists ${name} with (force)`);
}

export async function renameDatabase(serverUrl: string, from: string, to: string): Promise<void> {
  await runAlone(serverUrl, `alter database ${from} rename to ${to}`);
}
