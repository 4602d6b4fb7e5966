/** A database as a release of long ago left it: its schema, and the rows that it had by then. */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../src/engine.ts';
import { type Database, statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type FreshDatabase, freshDatabase } from './database.ts';

const TABLES = statement<[], { name: string; columns: string }>(
  'test.aged_tables',
  `select table_name as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'drawdown' and table_type = 'BASE TABLE' and table_name <> 'schema_migrations'
    group by table_name`,
);

/**
 * A database of migration `version` with what `from`, which is of today, has of the tables and columns of that time. What
 * has come since is as if it had never been written.
 */
export async function agedDatabase(from: Database, version: number): Promise<FreshDatabase> {
  const fresh = await freshDatabase({ empty: true });
  const directory = await mkdtemp(join(tmpdir(), 'drawdown-aged-'));
  try {
    const files = (await readdir(MIGRATIONS)).filter((name) => Number(name.slice(0, 4)) <= version);
    for (const name of files) await copyFile(join(MIGRATIONS, name), join(directory, name));
    await migrate(fresh.database, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
  for (const { name, columns } of (await fresh.database.query(TABLES, [])).rows) {
    // As text all the way, so that no number is rounded.
    const read = statement<[], { rows: string | null }>(
      `test.aged_read_${name}`,
      `select json_agg(row_to_json(t))::text as rows from (select ${columns} from drawdown.${name}) t`,
    );
    const write = statement<[string], never>(
      `test.aged_write_${name}`,
      `insert into drawdown.${name} (${columns})
       select ${columns} from json_populate_recordset(null::drawdown.${name}, $1::json)`,
    );
    const rows = (await from.query(read, [])).rows[0]?.rows ?? null;
    if (rows !== null) await fresh.database.query(write, [rows]);
  }
  return fresh;
}
