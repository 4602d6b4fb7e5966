/**
 * How long reports take over a ledger of so many entries, all of them in the months asked for, and what the database does
 * for one stretch of accounts. Entries are written by SQL, without a chain: this is about reading them.
 *
 *   npm run bench:reports [-- --entries 1000000 --accounts 20000]
 *
 * DATABASE_URL names the server; without it, an embedded one is started in a temporary directory.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Database,
  Engine,
  openEmbedded,
  openPostgres,
  readCatalog,
  shippedCatalog,
} from '../packages/engine/src/index.ts';
import { freshDatabaseUrl } from './yardstick.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '20000' },
  },
});
const entries = Number(values.entries);
const accounts = Number(values.accounts);
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2026, 2, 1);

/** Each account has a lot that was paid for; half are spent on by turns, the others lapse in part. */
async function seed(database: Database): Promise<void> {
  const each = Math.floor(entries / accounts);
  const catalog = `(select version from drawdown.catalogs limit 1)`;
  const account = '((n % 1024)::int8 << 40) + n';
  const session = await database.connect();
  await session.script('set statement_timeout = 0');
  await session.script(`
    insert into drawdown.accounts (number, id, kind, time_zone, metadata, created_at, profile_hash, seq, at, head, total,
      stamp, bucket)
    select ${account}, 'u_' || n, 'user', 'UTC', '{}', ${FROM}, sha256(n::text::bytea), ${each}, ${TO - 1},
      sha256(n::text::bytea), ${each}, n, n % 1024 from generate_series(1, ${accounts}) n;
    insert into drawdown.grants (account, no, seq, class, amount, priority, effective_at, source_type, cost_minor,
      currency, catalog, metadata, created_at, phase, frozen, granted, remaining, held, consumed, expired, voided,
      finished, bucket)
    select ${account}, n, 1, 'purchased', ${2 * each}, 0, ${FROM}, 'purchase', 1999, 'USD', ${catalog},
      '{"channel":"stripe","pack":"pack_500"}', ${FROM}, 'started', false, ${2 * each}, ${each + 1}, 0, ${each - 1}, 0, 0,
      false, n % 1024 from generate_series(1, ${accounts}) n;
    insert into drawdown.entries (account, seq, type, at, amount, held, debt, total, moves, actor, catalog, hash, bucket)
    select ${account}, seq, case seq when 1 then 'grant' else 'consume' end,
      ${FROM} + ((seq::int8 - 1) * ${Math.floor((TO - FROM) / each)}), case seq when 1 then ${2 * each} else -1 end, 0, 0,
      ${2 * each} + 1 - seq, array[n, case seq when 1 then ${2 * each} else -1 end, 0]::int8[], 'bench', ${catalog},
      sha256(seq::text::bytea), n % 1024
      from generate_series(1, ${each}) seq, generate_series(1, ${accounts}) n order by seq, n`);
  await session.script('analyze');
  await session.close();
}

const directory =
  process.env.DATABASE_URL === undefined ? await mkdtemp(join(tmpdir(), 'drawdown-bench-')) : null;
// Run as root, the server belongs to a service user, who must be able to enter.
if (directory !== null) await chmod(directory, 0o711);
const embedded = directory === null ? null : await openEmbedded({ directory });
const url = await freshDatabaseUrl(embedded?.url ?? (process.env.DATABASE_URL as string), 'drawdown_reports');
const database = await openPostgres({ url, poolSize: 4 });
const engine = await Engine.open({ database, catalog: readCatalog(shippedCatalog) });

async function timed(name: string, report: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await report();
  const took = ((performance.now() - start) / 1000).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(`${name}: ${took} s; the process has ${memory} MB`);
}

try {
  await seed(database);
  console.log(`${entries} entries of ${accounts} accounts`);
  const months = { from: '2026-01', to: '2026-03' };
  await timed('roll-forward', () => engine.reports.rollForward({ ...months, group_by: 'currency,channel' }));
  await timed('roll-forward of the last month', () =>
    engine.reports.rollForward({ ...months, from: '2026-02' }),
  );
  await timed('breakage', () => engine.reports.breakage(months));
  await timed('outstanding now', () => engine.reports.outstanding({}));
  await timed('outstanding then', () => engine.reports.outstanding({ at: '2026-02-01T00:00:00Z' }));
} finally {
  await engine.close();
  await database.close();
  await embedded?.stop();
  if (directory !== null) await rm(directory, { recursive: true, force: true });
}
