/** How the database is, as it says so itself. Nothing here waits for a lock, and every count has an end. */
import { type Database, statement } from './database.ts';

export interface DatabaseFacts {
  readonly version: string;
  readonly standby: boolean;
  readonly sizeBytes: number;
  readonly schema: number;
  readonly connections: number;
  /** Rows, as the statistics estimate them. */
  readonly accounts: number;
  readonly entries: number;
  readonly grants: number;
}

const FACTS = statement<
  [],
  {
    version: string;
    standby: boolean;
    size: bigint;
    schema: number;
    connections: bigint;
    accounts: bigint | null;
    entries: bigint | null;
    grants: bigint | null;
  }
>(
  'database_facts',
  `select current_setting('server_version') as version, pg_is_in_recovery() as standby,
     pg_database_size(current_database()) as size,
     (select max(version) from drawdown.schema_migrations) as schema,
     (select count(*) from pg_stat_activity where datname = current_database()) as connections,
     t.accounts, t.entries, t.grants
     from (select max(n_live_tup) filter (where relname = 'accounts') as accounts,
             max(n_live_tup) filter (where relname = 'entries') as entries,
             max(n_live_tup) filter (where relname = 'grants') as grants
             from pg_stat_all_tables where schemaname = 'drawdown') as t`,
);

export async function databaseFacts(database: Database): Promise<DatabaseFacts> {
  const row = (await database.query(FACTS, [])).rows[0];
  if (row === undefined) throw new Error('the database says nothing of itself');
  return {
    version: row.version,
    standby: row.standby,
    sizeBytes: Number(row.size),
    schema: row.schema,
    connections: Number(row.connections),
    accounts: Number(row.accounts ?? 0n),
    entries: Number(row.entries ?? 0n),
    grants: Number(row.grants ?? 0n),
  };
}

/** More than so many are many. */
const COUNTED = 1_000;

const DUE = statement<[number, number], { due: bigint; oldest: bigint | null }>(
  'accounts_due_count',
  `select count(*) as due, min(due_at) as oldest
     from (select due_at from drawdown.accounts where due_at <= $1 order by due_at limit $2) as d`,
);

/** Accounts for which time has something to enter by then. */
export async function dueAccounts(
  database: Database,
  now: number,
): Promise<{ due: number; oldest: number | null }> {
  const row = (await database.query(DUE, [now, COUNTED])).rows[0];
  return { due: Number(row?.due ?? 0n), oldest: row?.oldest == null ? null : Number(row.oldest) };
}

export interface Unanswered {
  readonly charges: number;
  readonly refunds: number;
  readonly planChanges: number;
  /** When the longest of them was asked. */
  readonly oldest: number | null;
  /** Whose they are, the longest first. */
  readonly accounts: readonly string[];
}

/** Accounts that are named; of more there is the count. */
const NAMED = 10;

/** Each by a partial index of what is open, of which there is little wherever providers answer. */
const UNANSWERED = statement<
  [number, number, number],
  { charges: bigint; refunds: bigint; plan_changes: bigint; oldest: bigint | null; accounts: string }
>(
  'unanswered',
  `with open (what, account, at) as (
     (select 'charge', account, created_at from drawdown.top_ups
       where state in ('pending', 'sent') and created_at <= $1 limit $2)
     union all
     (select 'refund', account, updated_at from drawdown.purchases
       where awaits and state = 'refunding' and moved_to is null and updated_at <= $1 limit $2)
     union all
     (select 'plan_change', account, created_at from drawdown.plan_changes
       where state = 'open' and created_at <= $1 limit $2)),
   named (id, at) as (
     select a.id, min(o.at) from open o join drawdown.accounts a on a.number = o.account
      group by a.id order by 2, 1 limit $3)
   select count(*) filter (where what = 'charge') as charges, count(*) filter (where what = 'refund') as refunds,
     count(*) filter (where what = 'plan_change') as plan_changes, min(at) as oldest,
     (select coalesce(json_agg(id order by at, id), '[]') from named)::text as accounts
     from open`,
);

/** What payment providers were asked before then and have not answered, each kind counted to an end. */
export async function unanswered(database: Database, before: number): Promise<Unanswered> {
  const row = (await database.query(UNANSWERED, [before, COUNTED, NAMED])).rows[0];
  return {
    charges: Number(row?.charges ?? 0n),
    refunds: Number(row?.refunds ?? 0n),
    planChanges: Number(row?.plan_changes ?? 0n),
    oldest: row?.oldest == null ? null : Number(row.oldest),
    accounts: JSON.parse(row?.accounts ?? '[]') as string[],
  };
}

export interface EndpointQueue {
  readonly id: string;
  readonly url: string;
  readonly disabled: boolean;
  readonly waiting: number;
  readonly dead: number;
}

const undelivered = (state: 'pending' | 'dead'): string =>
  `(select count(*) from (select from drawdown.webhook_deliveries d
      where d.endpoint = e.id and d.state = '${state}' and d.state <> 'delivered' limit $1) as d)`;

const ENDPOINTS = statement<
  [number],
  { id: string; url: string; disabled: boolean; waiting: bigint; dead: bigint }
>(
  'endpoint_queues',
  `select e.id, e.url, e.disabled_at is not null as disabled, ${undelivered('pending')} as waiting,
     ${undelivered('dead')} as dead
     from drawdown.webhook_endpoints e where e.deleted_at is null order by e.id desc`,
);

/** What each endpoint is still to be told, and what was given up. */
export async function endpointQueues(database: Database): Promise<EndpointQueue[]> {
  const { rows } = await database.query(ENDPOINTS, [COUNTED]);
  return rows.map((row) => ({ ...row, waiting: Number(row.waiting), dead: Number(row.dead) }));
}
