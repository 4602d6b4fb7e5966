/**
 * Databases used again. Copying the template takes a quarter of a second, emptying what a test filled a tenth of that;
 * so a database whose schema is still the template's is emptied and left for the next test, whichever file it is in.
 * Its name says that it is free; who renames it has it.
 */
import { randomBytes } from 'node:crypto';
import { type Database, statement } from '../../src/store/database.ts';
import { databaseUrl, dropDatabase, renameDatabase, withDatabase } from './server.ts';

/** What a migrated database is before anybody used it. */
export interface Pristine {
  readonly shape: string;
  /** The rows that migrations write, by table, as a JSON array. */
  readonly rows: readonly { table: string; rows: string }[];
}

/** A server, and the template that its free databases were copied from. */
export interface Place {
  readonly server: string;
  readonly template: string;
}

/** Everything of a schema that a test could have changed, and the database's own settings. */
const shape = statement<[], { shape: string }>(
  'test.shape',
  `select md5(string_agg(part, e'\\n' order by part)) as shape from (
     select format('%s %s %s %s', c.oid::regclass, c.relkind, c.relchecks, c.reloptions) as part
       from pg_class c where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     union all
     select format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, a.atttypid::regtype, a.attnotnull, a.attisdropped)
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     union all
     select format('%s %s %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger
     union all
     select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
       where connamespace::regnamespace::text !~ '^(pg_|information_schema)'
     union all
     select format('%s %s', proname, md5(prosrc)) from pg_proc
       where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
     union all
     select format('%s %s', setrole, setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
       where d.datname = current_database()
   ) parts`,
);

const filled = statement<[], { table: string }>(
  'test.filled',
  `select c.oid::regclass::text as "table" from pg_class c
   where c.relkind = 'r' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     and pg_relation_size(c.oid) > 0`,
);

const sequences = statement<[], { sequence: string }>(
  'test.sequences',
  `select c.oid::regclass::text as sequence from pg_class c
   where c.relkind = 'S' and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
);

const free = statement<[string], { name: string }>(
  'test.free_databases',
  `select datname as name from pg_database where starts_with(datname, $1)`,
);

export async function pristineOf(database: Database): Promise<Pristine> {
  const rows: { table: string; rows: string }[] = [];
  for (const { table } of (await database.query(filled, [])).rows) {
    const all = statement<[], { rows: string }>(
      `test.rows_of_${table}`,
      `select coalesce(json_agg(t), '[]')::text as rows from ${table} t`,
    );
    rows.push({ table, rows: (await database.query(all, [])).rows[0]?.rows ?? '[]' });
  }
  return { shape: await shapeOf(database), rows };
}

async function shapeOf(database: Database): Promise<string> {
  return (await database.query(shape, [])).rows[0]?.shape ?? '';
}

/** Empties the database `name` and leaves it for the next; false where its schema is no longer the template's. */
export async function recycle(place: Place, name: string, pristine: Pristine): Promise<boolean> {
  const same = await withDatabase(databaseUrl(place.server, name), async (database) => {
    if ((await shapeOf(database)) !== pristine.shape) return false;
    const connection = await database.connect();
    await connection.script(await emptying(database, pristine));
    await connection.close();
    return true;
  });
  if (same) await renameDatabase(place.server, name, `${prefixOf(place)}${randomBytes(6).toString('hex')}`);
  return same;
}

/** Gives a free database the name `name`; false where there is none. */
export async function takeFree(place: Place, name: string): Promise<boolean> {
  for (const candidate of await freeDatabases(place)) {
    try {
      await renameDatabase(place.server, candidate, name);
      return true;
    } catch {
      // Another test was faster; the next may be there still.
    }
  }
  return false;
}

export async function dropFree(place: Place): Promise<void> {
  for (const name of await freeDatabases(place)) await dropDatabase(place.server, name);
}

async function freeDatabases(place: Place): Promise<string[]> {
  const { rows } = await withDatabase(
    place.server,
    async (database) => await database.query(free, [prefixOf(place)]),
  );
  return rows.map(({ name }) => name);
}

function prefixOf({ template }: Place): string {
  return `${template}_free_`;
}

/** Triggers that keep rows for ever are for whoever uses them, not for who throws everything away. */
async function emptying(database: Database, pristine: Pristine): Promise<string> {
  const tables = (await database.query(filled, [])).rows.map(({ table }) => table);
  const all = (await database.query(sequences, [])).rows.map(({ sequence }) => sequence);
  return [
    'begin',
    'set local session_replication_role = replica',
    ...(tables.length === 0 ? [] : [`truncate ${tables.join(', ')}`]),
    ...all.map((sequence) => `alter sequence ${sequence} restart`),
    ...pristine.rows.map(
      ({ table, rows }) =>
        `insert into ${table} select * from json_populate_recordset(null::${table}, $rows$${rows}$rows$)`,
    ),
    'commit',
  ].join(';\n');
}
