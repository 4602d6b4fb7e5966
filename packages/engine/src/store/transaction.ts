/** Work between BEGIN and COMMIT on one session. */
import {
  BEGIN,
  COMMIT,
  type Connection,
  type Result,
  ROLLBACK,
  rolledBack,
  type Statement,
} from './database.ts';

/** Runs the work and commits; see `Database.transaction` for the promise. The session is left outside any transaction, or closed. */
export async function inTransaction<T>(
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
