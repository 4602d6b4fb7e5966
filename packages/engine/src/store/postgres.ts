/** The only file that knows the driver: `Database` on node-postgres, pipelined. */
import pg from 'pg';
import {
  type Connection,
  type Database,
  DatabaseError,
  kindOf,
  lostConnection,
  type Result,
  type Statement,
  type Subscription,
} from './database.ts';
import { Listener, type ListeningConnection } from './listener.ts';
import { closedError, ExclusiveConnections, SharedConnections } from './pool.ts';
import { inTransaction } from './transaction.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode`, `sslrootcert` and the driver's other options as query parameters. */
  url: string;
  /** Sessions of the pool, half for single statements, half for transactions. Those of `connect` and `listen` come on top. */
  poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
}

/** Eight sessions leave room for a dozen processes within PostgreSQL's usual hundred connections. */
const DEFAULT_POOL_SIZE = 8;
/** A statement of the engine takes milliseconds; one that runs this long hangs on something and must let go of its locks. `?statement_timeout=` in the URL overrides. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** The server ends a slow statement itself, so silence past this means that the server or the network is gone. `?query_timeout=` overrides. */
const SILENCE_TIMEOUT_MS = 2 * STATEMENT_TIMEOUT_MS;
/** The longest that a timer can run: a migration takes what it takes. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;
/** A refused host answers at once; only a lost one is silent this long. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Idle sessions are probed so that a vanished server is noticed within about twenty seconds. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** Opens a database and proves that it answers. Throws `DatabaseError` of kind `connection` when it does not. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const database = new PostgresDatabase(options);
  await database.prove();
  return database;
}

const OID = { bytea: 17, int8: 20, json: 114, int8Array: 1016, jsonb: 3802 } as const;
const parseInt8Array = (text: string): (bigint | null)[] => {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : BigInt(item)));
};
const rawText = (text: string): string => text;

/** Parsers of this client only; the driver's global ones stay as any other user of it in the process set them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === OID.int8) return BigInt;
      if (oid === OID.int8Array) return parseInt8Array;
      if (oid === OID.json || oid === OID.jsonb) return rawText;
    }
    return pg.types.getTypeParser(oid, format as 'text');
  }) as typeof pg.types.getTypeParser,
};

function clientConfig(
  options: PostgresOptions,
  { statementTimeout, silenceMs }: { statementTimeout: boolean; silenceMs: number },
): pg.ClientConfig {
  return {
    application_name: options.applicationName ?? 'drawdown',
    // Startup parameters, not SET: behind a pooler, what a session sets would stay with another caller's session.
    ...(statementTimeout ? { statement_timeout: STATEMENT_TIMEOUT_MS } : {}),
    query_timeout: silenceMs,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types,
    pipeline: true,
    connectionString: options.url,
  };
}

class PostgresConnection implements ListeningConnection {
  readonly #client: pg.Client;
  readonly #onClose: (connection: PostgresConnection) => void;
  #broken = false;
  #closing: Promise<void> | undefined;

  constructor(client: pg.Client, onClose: (connection: PostgresConnection) => void) {
    this.#client = client;
    this.#onClose = onClose;
    client.on('error', () => this.#lost());
    client.on('end', () => this.#lost());
  }

  get broken(): boolean {
    return this.#broken;
  }

  onNotification(heard: (channel: string, payload: string) => void): void {
    this.#client.on('notification', (message) => heard(message.channel, message.payload ?? ''));
  }

  onLost(lost: () => void): void {
    this.#client.once('end', lost);
  }

  async query<Params extends readonly unknown[], Row>(
    statement: Statement<Params, Row>,
    params: NoInfer<Params>,
  ): Promise<Result<Row>> {
    this.#demandOpen();
    try {
      const answer = await this.#client.query<pg.QueryResultRow>({
        name: statement.name,
        text: statement.text,
        values: params as unknown as unknown[],
      });
      return { rows: answer.rows as Row[], count: answer.rowCount ?? 0, command: answer.command };
    } catch (error) {
      throw this.#translate(error, statement.name);
    }
  }

  async script(sql: string): Promise<void> {
    this.#demandOpen();
    try {
      await this.#client.query({ text: sql, query_timeout: NO_TIMEOUT_MS } as pg.QueryConfig);
    } catch (error) {
      throw this.#translate(error, 'script');
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#broken = true;
    this.#onClose(this);
    // A session that is already lost has nothing left to say goodbye to.
    await this.#client.end().catch(() => undefined);
  }

  #lost(): void {
    this.#broken = true;
    this.#onClose(this);
  }

  #demandOpen(): void {
    if (this.#broken) throw lostConnection();
  }

  #translate(error: unknown, name: string): Error {
    // One name for two texts is a mistake in the code, found before anything was sent.
    if (error instanceof Error && error.message.startsWith('Prepared statements must be unique'))
      return error;
    const translated = translateError(error, name);
    // 26000 and 42P05 say that driver and server disagree about what is prepared (a parse that failed with others of
    // the same name in flight behind it); a fresh session agrees again.
    const disagreed = translated.sqlState === '26000' || translated.sqlState === '42P05';
    if (translated.kind === 'connection') this.#broken = true;
    if (translated.kind === 'connection' || disagreed) void this.close();
    return translated;
  }
}

/** Messages of these classes can quote a value (22: data, P0: raised by code), so only the state is passed on. */
const QUOTES_VALUES = /^(22|P0)/;

/** The name under which a failure to open a session is reported; nothing had been sent then. */
const CONNECT = 'connect';

function translateError(error: unknown, name: string): DatabaseError {
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    const said = QUOTES_VALUES.test(error.code) ? '' : `: ${error.message}`;
    return new DatabaseError(`${name} failed with SQLSTATE ${error.code}${said}`, {
      // What is fatal to the session says nothing about a commit in flight.
      kind: name !== CONNECT && error.severity === 'FATAL' ? 'connection' : kindOf(error.code),
      sqlState: error.code,
      constraint: error.constraint,
    });
  }
  const reason = error instanceof Error ? (error.message === '' ? error.name : error.message) : 'unknown';
  return new DatabaseError(`${name}: connection lost or refused: ${reason}`, {
    kind: 'connection',
    sqlState: null,
  });
}

class PostgresDatabase implements Database {
  readonly #options: PostgresOptions;
  readonly #shared: SharedConnections;
  readonly #exclusive: ExclusiveConnections;
  readonly #open = new Set<PostgresConnection>();
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;
  /** Off once a pooler has said that it does not take the time-out as a startup parameter. */
  #statementTimeout = true;

  constructor(options: PostgresOptions) {
    this.#options = options;
    const size = Math.max(2, options.poolSize ?? DEFAULT_POOL_SIZE);
    const open = () => this.#connect();
    this.#shared = new SharedConnections(open, Math.ceil(size / 2));
    this.#exclusive = new ExclusiveConnections(open, Math.floor(size / 2));
  }

  async prove(): Promise<void> {
    await this.#shared.run(async () => undefined);
  }

  query<Params extends readonly unknown[], Row>(
    statement: Statement<Params, Row>,
    params: NoInfer<Params>,
  ): Promise<Result<Row>> {
    return this.#shared.run((connection) => connection.query(statement, params));
  }

  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#exclusive.run((connection) => inTransaction(connection, work));
  }

  connect({ silenceMs = SILENCE_TIMEOUT_MS }: { silenceMs?: number } = {}): Promise<Connection> {
    return this.#connect(silenceMs);
  }

  async listen(
    channel: string,
    on: { notification(payload: string): void; reconnected(): void },
  ): Promise<Subscription> {
    const listener = new Listener(() => this.#connect(), channel, on);
    await listener.start();
    const subscription: Subscription = {
      close: async () => {
        this.#subscriptions.delete(subscription);
        await listener.close();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await this.#exclusive.close();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#closed = true;
    await this.#shared.close();
    await Promise.all([...this.#open].map((connection) => connection.close()));
  }

  async #connect(silenceMs = SILENCE_TIMEOUT_MS): Promise<PostgresConnection> {
    if (this.#closed) throw closedError();
    const client = new pg.Client(
      clientConfig(this.#options, { statementTimeout: this.#statementTimeout, silenceMs }),
    );
    const connection = new PostgresConnection(client, (lost) => this.#open.delete(lost));
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      if (this.#statementTimeout && isUnsupportedParameter(error)) {
        this.#statementTimeout = false;
        return await this.#connect(silenceMs);
      }
      throw translateError(error, CONNECT);
    }
    this.#open.add(connection);
    return connection;
  }
}

/** PgBouncer refuses startup parameters that it does not know; the time-out then is the server's own setting. */
function isUnsupportedParameter(error: unknown): boolean {
  return error instanceof Error && /unsupported startup parameter/i.test(error.message);
}
