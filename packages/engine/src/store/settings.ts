import { type Database, statement } from './database.ts';

const PUT = statement<[string, string], never>(
  'setting_put',
  'insert into drawdown.settings (name, value) values ($1, $2) on conflict do nothing',
);
const GET = statement<[string], { value: string }>(
  'setting_get',
  'select value from drawdown.settings where name = $1',
);

/** A value that the installation keeps once it was made; whoever is first makes it for all processes. */
export async function setting(database: Database, name: string, make: () => string): Promise<string> {
  const { rows } = await database.query(GET, [name]);
  if (rows[0] !== undefined) return rows[0].value;
  await database.query(PUT, [name, make()]);
  const again = await database.query(GET, [name]);
  return (again.rows[0] as { value: string }).value;
}
