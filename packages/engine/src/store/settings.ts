import { type Connection, type Database, statement } from './database.ts';

const PUT = statement<[string, string], never>(
  'setting_put',
  'insert into drawdown.settings (name, value) values ($1, $2) on conflict do nothing',
);
const GET = statement<[string], { value: string }>(
  'setting_get',
  'select value from drawdown.settings where name = $1',
);

const ADVANCE = statement<[string, string], never>(
  'setting_advance',
  `insert into drawdown.settings as kept (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value where kept.value::int8 < excluded.value::int8`,
);

const LOCK = statement<[string], { value: string }>(
  'setting_lock',
  'select value from drawdown.settings where name = $1 for update',
);
const SET = statement<[string, string], never>(
  'setting_set',
  'update drawdown.settings set value = $2 where name = $1',
);

const KEEP = statement<[string, string], never>(
  'setting_keep',
  `insert into drawdown.settings (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value`,
);

/** A value that may be another one later; null before the first time. */
export async function keptText(database: Database, name: string): Promise<string | null> {
  const { rows } = await database.query(GET, [name]);
  return rows[0]?.value ?? null;
}

export async function keepText(database: Database, name: string, value: string): Promise<void> {
  await database.query(KEEP, [name, value]);
}

/** Puts a value in the place of another, which it answers; null where there was none. Others wait for the transaction's end. */
export async function exchanged(on: Connection, name: string, value: string): Promise<string | null> {
  const { count } = await on.query(PUT, [name, value]);
  if (count === 1) return null;
  const { rows } = await on.query(LOCK, [name]);
  await on.query(SET, [name, value]);
  return rows[0]?.value ?? null;
}

/** A number that only grows, whoever of the processes moves it; 0 before the first time. */
export async function keptNumber(database: Database, name: string): Promise<number> {
  const { rows } = await database.query(GET, [name]);
  return Number(rows[0]?.value ?? 0);
}

export async function advance(database: Database, name: string, value: number): Promise<void> {
  await database.query(ADVANCE, [name, String(value)]);
}

/** A value that the installation keeps once it was made; whoever is first makes it for all processes. */
export async function setting(database: Database, name: string, make: () => string): Promise<string> {
  const { rows } = await database.query(GET, [name]);
  if (rows[0] !== undefined) return rows[0].value;
  await database.query(PUT, [name, make()]);
  const again = await database.query(GET, [name]);
  return (again.rows[0] as { value: string }).value;
}
