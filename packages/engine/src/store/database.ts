/**
 * The port to PostgreSQL: everything that the engine asks of a database, and nothing of any driver.
 *
 * Times, amounts and numbers of 64 bits arrive as `bigint`, `json` and `jsonb` as their exact text, `bytea` as a
 * `Buffer`, `numeric` as a string. Parameters are strings, numbers, bigints, booleans, null, or a `Buffer` in
 * PostgreSQL's binary format (see `binary.ts`).
 */

/** A prepared statement: one name for one text, the same everywhere, so that a session parses it once. */
export interface Statement<Params extends readonly unknown[], Row> {
  readonly name: string;
  readonly text: string;
  /** Never present: it only carries the two types to the call. */
  readonly shape?: (params: Params) => Row;
}

/** Declares a statement with the types of its parameters and rows; names are unique within a process. */
export function statement<Params extends readonly unknown[], Row>(
  name: string,
  text: string,
): Statement<Params, Row> {
  return { name, text };
}

export interface Result<Row> {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly count: number;
  /** The server's word for what it did. After an error inside a transaction, `COMMIT` answers `ROLLBACK`. */
  readonly command: string;
}

/**
 * One server session. Statements are pipelined: sent at once, in the order of the calls, and answered in that order,
 * so a caller that does not wait between them pays one round trip for all. Each is judged on its own; inside
 * `BEGIN … COMMIT` the first error makes the rest fail and turns the commit into a rollback.
 */
export interface Connection {
  query<Params extends readonly unknown[], Row>(
    statement: Statement<Params, Row>,
    params: NoInfer<Params>,
  ): Promise<Result<Row>>;
  /** Sends SQL of any number of statements, without parameters, as one message and outside the statement time-out of the client. */
  script(sql: string): Promise<void>;
  /** True once the session is lost: everything pending has failed, and a new connection is needed. */
  readonly broken: boolean;
  /** Ends the session after what was already sent; never throws. */
  close(): Promise<void>;
}

export interface Subscription {
  close(): Promise<void>;
}

export interface Database {
  /**
   * Runs one statement by itself (autocommit) on a connection that other callers share. It must not wait for locks
   * and must be short, since answers on a connection keep their order; else use `transaction` or `connect`.
   */
  query<Params extends readonly unknown[], Row>(
    statement: Statement<Params, Row>,
    params: NoInfer<Params>,
  ): Promise<Result<Row>>;
  /**
   * Runs `work` between BEGIN and COMMIT (READ COMMITTED) and resolves after the commit. When `work` throws, the
   * transaction is rolled back and the error passed on. Throws a `DatabaseError` when the server answers the commit
   * with a rollback; with `kind: 'connection'` nobody knows whether it was committed.
   */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Opens a session of the caller's own, beside the pool; the caller closes it. `silenceMs`: how long the server may take
   * for an answer before it counts as gone; absent: as long as on the sessions of the pool.
   */
  connect(options?: { readonly silenceMs?: number }): Promise<Connection>;
  /**
   * Subscribes to a NOTIFY channel on a session of its own. After a lost connection it subscribes again by itself and
   * calls `reconnected`: what was notified meanwhile is lost, so the caller then reads what it would have been told.
   */
  listen(
    channel: string,
    on: { notification(payload: string): void; reconnected(): void },
  ): Promise<Subscription>;
  /** Finishes what runs, then closes every connection, also those from `connect` and `listen`. */
  close(): Promise<void>;
}

/** `connection`: the outcome is unknown. The other kinds are the server's refusal: the statement had no effect. */
export type DatabaseErrorKind = 'connection' | 'serialization' | 'unique' | 'check' | 'statement';

/**
 * A failure of the database. The message names the statement and the server's reason but holds no parameter and no
 * value of a row, since those may be personal data.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  /** The five-character SQLSTATE, or null when the server said nothing (a lost connection). */
  readonly sqlState: string | null;
  readonly constraint?: string;

  constructor(
    message: string,
    about: { kind: DatabaseErrorKind; sqlState: string | null; constraint?: string | undefined },
  ) {
    super(message);
    this.kind = about.kind;
    this.sqlState = about.sqlState;
    if (about.constraint !== undefined) this.constraint = about.constraint;
  }
}

/** What an SQLSTATE means to a caller that decides between retry, refusal and failure. */
export function kindOf(sqlState: string): DatabaseErrorKind {
  if (sqlState === '40001' || sqlState === '40P01') return 'serialization';
  if (sqlState === '23505') return 'unique';
  if (sqlState === '23514') return 'check';
  // Class 08 is a connection failure; 57P01 to 57P03 end the session or refuse it: administrator's shutdown, crash, starting up.
  // Whether a statement in flight had been committed cannot be told from them.
  // 25P03 and 25P04 are time-outs that end the session.
  // 53300, too many connections, comes before anything was sent and passes by itself.
  if (sqlState.startsWith('08') || /^(57P0[1-5]|25P0[34]|53300)$/.test(sqlState)) return 'connection';
  return 'statement';
}

/**
 * Nobody's statement is to blame: the server is gone, out of disk or memory, shutting down, has become read-only (a
 * failover), or a lock was waited for until the statement timed out. The same may well succeed later.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { kind, sqlState } = error;
  return kind === 'connection' || kind === 'serialization' || /^(53|57|58|25006)/.test(sqlState ?? '');
}

/** The refusal of a session that was lost or closed before the statement was sent. */
export function lostConnection(): DatabaseError {
  return new DatabaseError('The connection is lost or closed', { kind: 'connection', sqlState: null });
}

/** The transaction's three words as prepared statements, for callers that pipeline them around their own. */
export const BEGIN = statement<[], never>('begin', 'begin isolation level read committed');
export const COMMIT = statement<[], never>('commit', 'commit');
export const ROLLBACK = statement<[], never>('rollback', 'rollback');

/** The error of a transaction whose COMMIT was answered by ROLLBACK: an earlier statement in it had failed. */
export function rolledBack(): DatabaseError {
  return new DatabaseError('The transaction was rolled back: an earlier statement in it had failed', {
    kind: 'statement',
    sqlState: '25P02',
  });
}
