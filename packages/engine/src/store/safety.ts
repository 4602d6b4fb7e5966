/** Refuses servers on which an acknowledged write can be lost. */
import { type Database, statement } from './database.ts';

export interface UnsafeSetting {
  readonly name: string;
  readonly value: string;
  readonly danger: string;
}

/** The server may lose or corrupt what it acknowledged, or is too old to run on. */
export class UnsafeServer extends Error {
  override readonly name = 'UnsafeServer';
  readonly settings: readonly UnsafeSetting[];

  constructor(message: string, settings: readonly UnsafeSetting[]) {
    super(message);
    this.settings = settings;
  }
}

/** PostgreSQL 15, as the number that the server gives for it. */
const OLDEST_VERSION = 150_000;

const DANGERS: Record<string, string> = {
  fsync: 'a power failure can destroy the database',
  full_page_writes: 'a power failure during a checkpoint can destroy the database',
  synchronous_commit: 'a crash loses the commits of the last moments, though they were acknowledged',
};

const readSettings = statement<[], { name: string; setting: string }>(
  'safety.read_settings',
  `select name, setting from pg_catalog.pg_settings
   where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num', 'server_version') order by name`,
);

/**
 * Resolves when the server is safe to keep money's worth on: PostgreSQL 15 or later with `fsync`, `full_page_writes` and
 * `synchronous_commit` not off, as this session sees them. Else throws `UnsafeServer`. `allowUnsafe` accepts the
 * settings (throw-away databases in tests), never an old version.
 */
export async function checkServer(
  database: Database,
  options: { allowUnsafe?: boolean } = {},
): Promise<void> {
  const { rows } = await database.query(readSettings, []);
  const settings = new Map(rows.map((row) => [row.name, row.setting]));
  const version = settings.get('server_version') ?? 'unknown';
  if (!(Number(settings.get('server_version_num')) >= OLDEST_VERSION)) {
    throw new UnsafeServer(`PostgreSQL ${version} is too old: version 15 or later is needed`, [
      { name: 'server_version', value: version, danger: 'the statements need version 15' },
    ]);
  }
  if (options.allowUnsafe === true) return;
  const unsafe: UnsafeSetting[] = [];
  for (const [name, danger] of Object.entries(DANGERS)) {
    // A setting that the server does not show is one that nobody has vouched for.
    const value = settings.get(name) ?? 'unknown';
    if (value === 'off' || value === 'unknown') unsafe.push({ name, value, danger });
  }
  if (unsafe.length === 0) return;
  const list = unsafe.map(({ name, value, danger }) => `${name} is ${value}: ${danger}`).join('; ');
  const remedy = unsafe.map(({ name }) => `alter system set ${name} = on`).join('; ');
  throw new UnsafeServer(
    `Refusing an unsafe server. ${list}. Remedy: ${remedy}; select pg_reload_conf(). For a throw-away database pass allowUnsafe: true`,
    unsafe,
  );
}

const TAKES_CHANGES = statement<[], { changes: boolean }>(
  'safety.takes_changes',
  `select not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off' as changes`,
);

/** False on a standby, and where an operator has closed the database to changes: reads go on, nothing else does. */
export async function takesChanges(database: Database): Promise<boolean> {
  const { rows } = await database.query(TAKES_CHANGES, []);
  return rows[0]?.changes === true;
}
