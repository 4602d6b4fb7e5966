/** The only file that knows the driver: `Database` on node-postgres, pipelined. */
import pg from 'pg';
import {
  BEGIN,
  COMMIT,
  type Connection,
  type Database,
  DatabaseError,
  kindOf,
  lostConnection,
  type Result,
  ROLLBACK,
  rolledBack,
  type Statement,
  type Subscription,
} from './database.ts';
import { closedError, ExclusiveConnections, SharedConnections } from './pool.ts';

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
/** The server ends a slow statement itself, so silence past this means that the server or the network is gone. */
const SILENCE_TIMEOUT_MS = 2 * STATEMENT_TIMEOUT_MS;
/** A refused host answers at once; only a lost one is silent this long. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Idle sessions are probed so that a vanished server is noticed within about twenty seconds. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** A listener tries again soon at first, and then no more often than a restarting server minds. */
const RELISTEN_FIRST_MS = 50;
const RELISTEN_MOST_MS = 5_000;

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

function clientConfig(options: PostgresOptions, statementTimeout: boolean): pg.ClientConfig {
  return {
    application_name: options.applicationName ?? 'drawdown',
    // Startup parameters, not SET: behind a pooler, what a session sets would stay with another caller's session.
    ...(statementTimeout ? { statement_timeout: STATEMENT_TIMEOUT_MS } : {}),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types,
    pipeline: true,
    connectionString: options.url,
  };
}

class PostgresConnection implements Connection {
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

  get client(): pg.Client {
    return this.#client;
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
        query_timeout: SILENCE_TIMEOUT_MS,
      } as pg.QueryConfig<unknown[]>);
      return { rows: answer.rows as Row[], count: answer.rowCount ?? 0, command: answer.command };
    } catch (error) {
      throw this.#translate(error, statement.name);
    }
  }

  async script(sql: string): Promise<void> {
    this.#demandOpen();
    try {
      await this.#client.query(sql);
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

  connect(): Promise<Connection> {
    return this.#connect();
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

  async #connect(): Promise<PostgresConnection> {
    if (this.#closed) throw closedError();
    const client = new pg.Client(clientConfig(this.#options, this.#statementTimeout));
    const connection = new PostgresConnection(client, (lost) => this.#open.delete(lost));
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      if (this.#statementTimeout && isUnsupportedParameter(error)) {
        this.#statementTimeout = false;
        return await this.#connect();
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

async function inTransaction<T>(
  session: Connection,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const transaction = new Transaction(session);
  // BEGIN is not waited for: the first statements of the work travel with it.
  const begun = session.query(BEGIN, []);
  try {
    const [, value] = await Promise.all([begun, work(transaction)]);
    transaction.end();
    const { command } = await session.query(COMMIT, []);
    if (command !== 'COMMIT') throw rolledBack();
    return value;
  } catch (error) {
    transaction.end();
    await rollBack(session);
    throw error;
  }
}

/**
 * The session as the work sees it. Work that failed may have branches that still run; what they send after the end
 * would otherwise commit by itself.
 */
class Transaction implements Connection {
  readonly #session: Connection;
  #ended = false;

  constructor(session: Connection) {
    this.#session = session;
  }

  get broken(): boolean {
    return this.#session.broken;
  }

  end(): void {
    this.#ended = true;
  }

  async query<Params extends readonly unknown[], Row>(
    statement: Statement<Params, Row>,
    params: NoInfer<Params>,
  ): Promise<Result<Row>> {
    this.#demandOpen();
    return await this.#session.query(statement, params);
  }

  async script(sql: string): Promise<void> {
    this.#demandOpen();
    await this.#session.script(sql);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #demandOpen(): void {
    if (this.#ended) throw new Error('A statement was sent after the end of its transaction');
  }
}

/** Leaves the session outside any transaction, or closed. */
async function rollBack(connection: Connection): Promise<void> {
  if (connection.broken) return;
  try {
    await connection.query(ROLLBACK, []);
  } catch {
    await connection.close();
  }
}

/** A subscription that outlives its connections. */
class Listener {
  readonly #connect: () => Promise<PostgresConnection>;
  readonly #channel: string;
  readonly #on: { notification(payload: string): void; reconnected(): void };
  #connection: PostgresConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    connect: () => Promise<PostgresConnection>,
    channel: string,
    on: { notification(payload: string): void; reconnected(): void },
  ) {
    this.#connect = connect;
    this.#channel = channel;
    this.#on = on;
  }

  async start(): Promise<void> {
    const connection = await this.#connect();
    connection.client.on('notification', (message) => {
      if (message.channel === this.#channel) this.#on.notification(message.payload ?? '');
    });
    try {
      await connection.script(`listen ${pg.escapeIdentifier(this.#channel)}`);
    } catch (error) {
      await connection.close();
      throw error;
    }
    if (this.#closed) {
      await connection.close();
      return;
    }
    this.#connection = connection;
    connection.client.once('end', () => this.#again(RELISTEN_FIRST_MS));
    // The session may have ended between the answer and the line above, and then 'end' is already past.
    if (connection.broken) this.#again(RELISTEN_FIRST_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#connection?.close();
  }

  #again(delay: number): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.start().then(
        () => {
          if (!this.#closed) this.#on.reconnected();
        },
        () => this.#again(Math.min(delay * 2, RELISTEN_MOST_MS)),
      );
    }, delay);
  }
}
