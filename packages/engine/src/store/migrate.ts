/** Immutable migrations: `.sql` files applied in order, each once, each in a transaction of its own. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, type Database, statement } from './database.ts';

/**
 * The database and the files do not belong together. `schema_newer`: a newer release has migrated it.
 * `checksum_mismatch`: a file that was applied has been changed since. `gap`: a number is missing or used twice.
 */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly code: 'schema_newer' | 'checksum_mismatch' | 'gap';

  constructor(code: 'schema_newer' | 'checksum_mismatch' | 'gap', message: string) {
    super(message);
    this.code = code;
  }
}

export interface Migrated {
  /** Names of the files that this call applied. */
  readonly applied: string[];
  /** The number of the last migration of the database. */
  readonly version: number;
}

interface MigrationFile {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
}

/** An arbitrary number that nothing else in a shared database is likely to lock. */
const LOCK = '7310579420193265641';

const tableExists = statement<[], { present: boolean }>(
  'migrate.table_exists',
  `select to_regclass('drawdown.schema_migrations') is not null as present`,
);
const readApplied = statement<[], AppliedMigration>(
  'migrate.read_applied',
  'select version, name, checksum from drawdown.schema_migrations order by version',
);
const recordApplied = statement<[number, string, string], never>(
  'migrate.record_applied',
  'insert into drawdown.schema_migrations (version, name, checksum) values ($1, $2, $3)',
);
const readVersion = statement<[], { version: number }>(
  'migrate.read_version',
  'select coalesce(max(version), 0) as version from drawdown.schema_migrations',
);

/**
 * Brings the database to the version of the files `0001_name.sql`, `0002_…` in `directory`. Processes that start
 * together apply each file once. Throws `SchemaError`; a file that fails is rolled back whole and its error passed on.
 */
export async function migrate(database: Database, directory: string): Promise<Migrated> {
  const files = await readMigrations(directory);
  const applied: string[] = [];
  for (;;) {
    const name = await database.transaction((connection) => applyNext(connection, files));
    if (name === null) return { applied, version: files.length };
    applied.push(name);
  }
}

/** The number of the last applied migration; 0 when there is none. */
export async function schemaVersion(database: Database): Promise<number> {
  const { rows } = await database.query(tableExists, []);
  if (rows[0]?.present !== true) return 0;
  const answer = await database.query(readVersion, []);
  return answer.rows[0]?.version ?? 0;
}

async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names) {
    const version = files.length + 1;
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name) || Number(name.slice(0, 4)) !== version) {
      throw new SchemaError(
        'gap',
        `${name} is not migration ${version}: files are numbered 0001, 0002, …, each once`,
      );
    }
    // A checkout may turn line ends; that does not change what is applied.
    const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
    files.push({ version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
  }
  return files;
}

/** Applies the first file that is missing; null when none is. The lock ends with the transaction, so poolers do no harm. */
async function applyNext(connection: Connection, files: readonly MigrationFile[]): Promise<string | null> {
  await connection.script(`set local statement_timeout = 0; select pg_advisory_xact_lock(${LOCK})`);
  const applied = await readHistory(connection);
  compare(applied, files);
  const next = files[applied.length];
  if (next === undefined) return null;
  await connection.script(next.sql);
  await connection.query(recordApplied, [next.version, next.name, next.checksum]);
  return next.name;
}

/** Creates the table only when it is absent, so that a role without DDL can still confirm that nothing is to be done. */
async function readHistory(connection: Connection): Promise<AppliedMigration[]> {
  const { rows } = await connection.query(tableExists, []);
  if (rows[0]?.present !== true) {
    await connection.script(`
      create schema if not exists drawdown;
      create table drawdown.schema_migrations (
        version    integer primary key,
        name       text not null,
        checksum   text not null,
        applied_at timestamptz not null default now()
      )`);
    return [];
  }
  return (await connection.query(readApplied, [])).rows;
}

function compare(applied: readonly AppliedMigration[], files: readonly MigrationFile[]): void {
  const last = applied.at(-1)?.version ?? 0;
  if (last > files.length) {
    throw new SchemaError(
      'schema_newer',
      `The database is at migration ${last} and this release knows ${files.length}: use the newer release`,
    );
  }
  for (const [index, row] of applied.entries()) {
    const file = files[index];
    if (row.version !== index + 1 || file === undefined) {
      throw new SchemaError('gap', `The database records migration ${row.version} but not ${index + 1}`);
    }
    if (row.checksum !== file.checksum) {
      throw new SchemaError(
        'checksum_mismatch',
        `${file.name} was changed after it was applied; migrations are immutable`,
      );
    }
  }
}
