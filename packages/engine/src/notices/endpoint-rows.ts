import { SYSTEM_CLOCK } from '../store/clock.ts';
import { type Database, statement } from '../store/database.ts';
import type { SigningSecret } from './signing.ts';

export type DisabledReason = 'asked' | 'gone' | 'failing';

/** Who is told, and of what. Times are epoch milliseconds. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Null: every type. */
  readonly types: readonly string[] | null;
  readonly secrets: readonly SigningSecret[];
  readonly disabledAt: number | null;
  readonly disabledReason: DisabledReason | null;
  readonly failingSince: number | null;
  readonly lastError: string | null;
  readonly createdAt: number;
}

interface Row {
  id: string;
  url: string;
  description: string | null;
  types: string[] | null;
  secrets: string;
  disabled_at: bigint | null;
  disabled_reason: DisabledReason | null;
  failing_since: bigint | null;
  last_error: string | null;
  created_at: bigint;
}

const COLUMNS =
  'id, url, description, types, secrets, disabled_at, disabled_reason, failing_since, last_error, created_at';
const NOW = SYSTEM_CLOCK.sql;

const INSERT = statement<[string, string, string | null, string | null, string, number], Row>(
  'endpoint_insert',
  `insert into drawdown.webhook_endpoints (id, url, description, types, secrets, created_at)
   select $1, $2, $3, $4::text[], $5::json, $6
    where (select count(*) from drawdown.webhook_endpoints where deleted_at is null) < 50
   returning ${COLUMNS}`,
);
const ALL = statement<[], Row>(
  'endpoints',
  `select ${COLUMNS} from drawdown.webhook_endpoints where deleted_at is null order by id desc`,
);
const ONE = statement<[string], Row>(
  'endpoint',
  `select ${COLUMNS} from drawdown.webhook_endpoints where id = $1 and deleted_at is null`,
);
const UPDATE = statement<[string, string, string | null, string | null], Row>(
  'endpoint_update',
  `update drawdown.webhook_endpoints set url = $2, description = $3, types = $4::text[]
    where id = $1 and deleted_at is null returning ${COLUMNS}`,
);
/** Whoever is switched on again begins without a past. */
const ENABLE = statement<[string], Row>(
  'endpoint_enable',
  `update drawdown.webhook_endpoints
      set disabled_at = null, disabled_reason = null, failing_since = null, last_error = null
    where id = $1 and deleted_at is null returning ${COLUMNS}`,
);
const DISABLE = statement<[string, string], Row>(
  'endpoint_disable',
  `update drawdown.webhook_endpoints
      set disabled_at = coalesce(disabled_at, ${NOW}), disabled_reason = coalesce(disabled_reason, $2)
    where id = $1 and deleted_at is null returning ${COLUMNS}`,
);
const SECRETS = statement<[string, string, string], Row>(
  'endpoint_secrets',
  `update drawdown.webhook_endpoints set secrets = $2::json
    where id = $1 and deleted_at is null and secrets::text = $3 returning ${COLUMNS}`,
);
const DELETE = statement<[string], { id: string }>(
  'endpoint_delete',
  `update drawdown.webhook_endpoints set deleted_at = ${NOW}, disabled_at = ${NOW}, disabled_reason = 'asked'
    where id = $1 and deleted_at is null returning id`,
);
const FAILED = statement<[string, string], { failing_since: bigint }>(
  'endpoint_failed',
  `update drawdown.webhook_endpoints set failing_since = coalesce(failing_since, ${NOW}), last_error = $2
    where id = $1 and disabled_at is null returning failing_since`,
);
const RECOVERED = statement<[string], { id: string }>(
  'endpoint_recovered',
  `update drawdown.webhook_endpoints set failing_since = null, last_error = null
    where id = $1 and failing_since is not null returning id`,
);

const secretsText = (secrets: readonly SigningSecret[]): string => JSON.stringify(secrets);
/** A list of words without anything that would need quotes. */
const typesText = (types: readonly string[] | null): string | null =>
  types === null ? null : `{${types.join(',')}}`;

type Asks = Pick<Database, 'query'>;

/** Null: there are as many as there may be. */
export async function insertEndpoint(
  on: Asks,
  one: Pick<Endpoint, 'id' | 'url' | 'description' | 'types' | 'secrets' | 'createdAt'>,
): Promise<Endpoint | null> {
  const { id, url, description, types, secrets, createdAt } = one;
  const params = [id, url, description, typesText(types), secretsText(secrets), createdAt] as const;
  return first((await on.query(INSERT, [...params])).rows);
}

export async function allEndpoints(on: Asks): Promise<Endpoint[]> {
  return (await on.query(ALL, [])).rows.map(endpointOf);
}

export async function endpointById(on: Asks, id: string): Promise<Endpoint | null> {
  return first((await on.query(ONE, [id])).rows);
}

export async function updateEndpoint(
  on: Asks,
  { id, url, description, types }: Pick<Endpoint, 'id' | 'url' | 'description' | 'types'>,
): Promise<Endpoint | null> {
  return first((await on.query(UPDATE, [id, url, description, typesText(types)])).rows);
}

export async function enableEndpoint(on: Asks, id: string): Promise<Endpoint | null> {
  return first((await on.query(ENABLE, [id])).rows);
}

export async function disableEndpoint(
  on: Asks,
  id: string,
  reason: DisabledReason,
): Promise<Endpoint | null> {
  return first((await on.query(DISABLE, [id, reason])).rows);
}

/** Null: they were exchanged by somebody else meanwhile. */
export async function exchangeSecrets(
  on: Asks,
  { id, secrets }: Endpoint,
  next: readonly SigningSecret[],
): Promise<Endpoint | null> {
  return first((await on.query(SECRETS, [id, secretsText(next), secretsText(secrets)])).rows);
}

export async function deleteEndpoint(on: Asks, id: string): Promise<boolean> {
  return (await on.query(DELETE, [id])).rows.length === 1;
}

/** Notes a failure; answers since when there were no others, or null where it is disabled by now. */
export async function noteFailure(on: Asks, id: string, error: string): Promise<number | null> {
  const { rows } = await on.query(FAILED, [id, error]);
  return rows[0] === undefined ? null : Number(rows[0].failing_since);
}

/** Notes a success; true where it was the first after failures. */
export async function noteRecovery(on: Asks, id: string): Promise<boolean> {
  return (await on.query(RECOVERED, [id])).rows.length === 1;
}

const first = (rows: readonly Row[]): Endpoint | null => (rows[0] === undefined ? null : endpointOf(rows[0]));

const instant = (value: bigint | null): number | null => (value === null ? null : Number(value));

function endpointOf(row: Row): Endpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    types: row.types,
    secrets: JSON.parse(row.secrets) as SigningSecret[],
    disabledAt: instant(row.disabled_at),
    disabledReason: row.disabled_reason,
    failingSince: instant(row.failing_since),
    lastError: row.last_error,
    createdAt: Number(row.created_at),
  };
}
