/** Rules on the migrations: what lets the same schema be distributed by bucket. */
import type { Violation } from './module.ts';

interface Table {
  readonly name: string;
  readonly body: string;
}

/** Tables of the installation, not of an account: small, few, and copied to every node of a distributed database. */
const SHARED = new Set([
  'settings',
  'catalogs',
  'keys',
  'signing_keys',
  'staff_sessions',
  'staff_identities',
  'verifications',
  'migrations',
  // A budget, a code and a device are what accounts compete for: they belong to the campaign.
  'campaigns',
  'campaign_codes',
  'webhook_endpoints',
  'campaign_devices',
  // Of accounts that are gone: that no way leads to them any more is what it is for.
  'erased_uses',
]);
/** What an account is known by, as a key may begin. */
const ACCOUNT = new Set(['account', 'number']);

export function checkSql(files: ReadonlyMap<string, string>): Violation[] {
  return [...files].flatMap(([path, text]) => {
    const sql = text.replaceAll(/--.*$/gm, '').toLowerCase();
    const add = (rule: string, what: string): Violation => ({ rule, at: `${path}:1`, what });
    return [
      ...tablesOf(sql).flatMap((table) => tableFaults(table).map((what) => add('key', what))),
      ...uniqueIndexes(sql).map((what) => add('key', what)),
      ...forbidden(path, sql).map((what) => add('sql', what)),
    ];
  });
}

/** A file of migrations is named 0001_…, in one unbroken row. */
export function checkMigrationNames(names: readonly string[]): Violation[] {
  return names.flatMap((name, index) => {
    const number = String(index + 1).padStart(4, '0');
    const fits = new RegExp(`^${number}_[a-z_]+\\.sql$`).test(name);
    return fits ? [] : [{ rule: 'migration name', at: `${name}:1`, what: `expected ${number}_name.sql` }];
  });
}

function tablesOf(sql: string): Table[] {
  return [...sql.matchAll(/create table (?:if not exists )?drawdown\.(\w+) \(\n(.*?)\n\)/gs)].map(
    (match) => ({
      name: match[1] as string,
      body: match[2] as string,
    }),
  );
}

function tableFaults({ name, body }: Table): string[] {
  if (SHARED.has(name)) return [];
  const faults: string[] = [];
  const columns = new Set(
    [...body.matchAll(/^\s+(\w+) (?:bigint|smallint|text)\b/gm)].map((match) => match[1]),
  );
  if (!columns.has('bucket')) faults.push(`${name} has no bucket`);
  if (![...ACCOUNT].some((column) => columns.has(column))) faults.push(`${name} has no account`);
  const keys = [...body.matchAll(/^\s+(primary key|unique) \(([^)]*)\)/gm)];
  if (!keys.some((match) => match[1] === 'primary key'))
    faults.push(`${name} has no primary key of its own line`);
  for (const [, kind, list = ''] of keys)
    faults.push(...keyFaults(`${kind} of ${name}`, { table: name, list }));
  for (const line of body.split('\n')) {
    if (/^\s+(?!primary key|unique)\w+ .*\b(primary key|unique)\b/.test(line)) {
      faults.push(`${name}: a key of one column lacks account or bucket: ${line.trim()}`);
    }
  }
  return faults;
}

function uniqueIndexes(sql: string): string[] {
  const found = sql.matchAll(/create unique index (\w+) on drawdown\.(\w+) \(([^)]*)\)/g);
  return [...found].flatMap(([, name = '', table = '', list = '']) =>
    SHARED.has(table) ? [] : keyFaults(`unique index ${name}`, { table, list }),
  );
}

function keyFaults(what: string, { table, list }: { table: string; list: string }): string[] {
  const columns = list.split(',').map((column) => column.trim());
  const first = columns[0] as string;
  const faults: string[] = [];
  // The account's own id is what a caller knows it by, so it leads its one row as its number does.
  if (!ACCOUNT.has(first) && !(table === 'accounts' && first === 'id')) {
    faults.push(`${what} begins with ${first}, not with the account`);
  }
  if (columns.at(-1) !== 'bucket') faults.push(`${what} does not end with bucket`);
  return faults;
}

/** None of these survives distribution, or they hide work from the one write path. */
/** The one rule that no application keeps for everybody: whoever reaches the tables cannot rewrite what staff did. */
const TRIGGERS_ON = /^packages\/engine\/sql\/\d{4}_audit\.sql$/;

function forbidden(path: string, sql: string): string[] {
  const words = [/\breferences\b/, /\bforeign key\b/];
  if (!TRIGGERS_ON.test(path)) words.push(/\bcreate (or replace )?(function|procedure|trigger)\b/);
  return words.flatMap((word) => word.exec(sql)?.[0] ?? []);
}
