import type { Account, Grant } from '../core/account.ts';
import { copyOf } from '../core/balance.ts';
import { type Clock, nowStatement } from './clock.ts';
import { COMMIT, type Connection, type Database, DatabaseError, statement } from './database.ts';
import { fill } from './load.ts';
import { accountRows, liveGrants, openHolds, planByIndex } from './lookups.ts';
import { accountOf } from './rows.ts';

/** An account as of one snapshot; not settled: where `dueAt` has come, time has something to enter first. */
export interface Snapshot {
  readonly account: Account;
  readonly dueAt: number | null;
  readonly now: number;
}

const BEGIN_SNAPSHOT = statement<[], never>(
  'begin_snapshot',
  'begin isolation level repeatable read read only',
);

interface Asked {
  readonly number: number;
  readonly resolve: (snapshot: Snapshot | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Accounts in one snapshot: enough to serve a burst, few enough that its first is not kept waiting. */
const MAX_ACCOUNTS = 500;

/**
 * Reads accounts whole, each from one snapshot. Those asked for while a read is under way travel together in the
 * next, so reading grows cheaper per account the more is read, as writing does in the lanes.
 */
export class Reader {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #inOrder: (a: Grant, b: Grant) => number;
  #connection: Connection | null = null;
  #asked: Asked[] = [];
  #running: Promise<void> | null = null;

  constructor(database: Database, clock: Clock, inOrder: (a: Grant, b: Grant) => number) {
    this.#database = database;
    this.#clock = clock;
    this.#inOrder = inOrder;
  }

  snapshot(number: number): Promise<Snapshot | null> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ number, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    while (this.#running !== null) await this.#running;
    await this.#connection?.close();
    this.#connection = null;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#asked.length > 0) await this.#serve(this.#asked.splice(0, MAX_ACCOUNTS));
    this.#running = null;
  }

  async #serve(asked: readonly Asked[]): Promise<void> {
    try {
      const numbers = [...new Set(asked.map((one) => one.number))];
      const snapshots = await this.#readPatiently(numbers);
      const given = new Set<number>();
      for (const { number, resolve } of asked) {
        const snapshot = snapshots.get(number) ?? null;
        // Each asker may change what it gets, so no two share one.
        if (snapshot === null || !given.has(number)) resolve(snapshot);
        else resolve({ ...snapshot, account: copyOf(snapshot.account) });
        given.add(number);
      }
    } catch (error) {
      for (const one of asked) one.reject(error);
    }
  }

  /** A lost session is replaced once: reading again changes nothing. */
  async #readPatiently(numbers: readonly number[]): Promise<Map<number, Snapshot>> {
    try {
      return await this.#read(numbers);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.kind !== 'connection') throw error;
      return this.#read(numbers);
    }
  }

  async #read(numbers: readonly number[]): Promise<Map<number, Snapshot>> {
    if (this.#connection === null || this.#connection.broken) {
      await this.#connection?.close();
      this.#connection = await this.#database.connect();
    }
    const on = this.#connection;
    const [, , rows, grants, holds, clock] = await Promise.all([
      on.query(BEGIN_SNAPSHOT, []),
      planByIndex(on),
      accountRows(on, numbers),
      liveGrants(on, numbers),
      openHolds(on, numbers),
      on.query(nowStatement(this.#clock), []),
      on.query(COMMIT, []),
    ]);
    const accounts = new Map(rows.rows.map((row) => [Number(row.number), accountOf(row)]));
    fill(accounts, { grants: grants.rows, holds: holds.rows }, this.#inOrder);
    const now = Number(clock.rows[0]?.now);
    return new Map(
      rows.rows.map((row) => {
        const account = accounts.get(Number(row.number)) as Account;
        const dueAt = row.due_at === null ? null : Number(row.due_at);
        return [account.number, { account, dueAt, now: Math.max(now, account.at) }];
      }),
    );
  }
}
