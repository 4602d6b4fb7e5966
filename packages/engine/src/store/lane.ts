import { setTimeout as sleep } from 'node:timers/promises';
import { type AccountMemory, type Assurance, Poisoned, Unsure } from './assurance.ts';
import { type BatchSetting, runBatch } from './batch.ts';
import { type Connection, type Database, DatabaseError, isOutage } from './database.ts';
import type { Task, Verdict } from './task.ts';

/** Tasks in one transaction: beyond a thousand, a batch gains no more and its neighbours wait longer. */
const MAX_BATCH = 1_000;
/** After a key was met again, keys are looked up first for so many batches: repetitions come in swarms. */
const WARY_BATCHES = 64;
/** After memory did not do, accounts are locked first for so many batches: refusals and other writers come in swarms. */
const UNSURE_BATCHES = 32;
/** Deadlocks and serialization failures are retried whole; more than this many in a row are not chance. */
const MAX_ATTEMPTS = 8;
/** How long an outage is waited out before a task is answered "unavailable": a restart of the server fits. */
const OUTAGE_MS = 15_000;

export type Waiting = {
  readonly task: Task<unknown>;
  readonly resolve: (verdict: Verdict<unknown>) => void;
  readonly reject: (error: unknown) => void;
};

export interface LaneSetting extends Omit<BatchSetting, 'memory'> {
  readonly database: Database;
  readonly memory: AccountMemory;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** Told after each commit which accounts have new entries. */
  readonly committed: (accounts: ReadonlySet<number>, tasks: number) => void;
}

/**
 * One lane: a queue and a session of its own. What arrives while a batch commits is the next batch, so under no load
 * nobody waits, and under load batches grow by themselves. An account always takes the same lane of a process.
 */
export class Lane {
  readonly #setting: LaneSetting;
  readonly #queue: Waiting[] = [];
  #connection: Connection | null = null;
  #running: Promise<void> | null = null;
  /** No command that waits came before it. */
  #waitsSince = 0;
  #wary = 0;
  #unsure = 0;

  constructor(setting: LaneSetting) {
    this.#setting = setting;
  }

  get depth(): number {
    return this.#queue.length;
  }

  /** How long the oldest waiting command has waited at most, in milliseconds. */
  get lagMs(): number {
    return this.#queue.length === 0 ? 0 : performance.now() - this.#waitsSince;
  }

  push(waiting: Waiting): void {
    if (this.#queue.length === 0) this.#waitsSince = performance.now();
    this.#queue.push(waiting);
    this.#running ??= this.#drain();
  }

  /** Resolves once everything accepted so far is answered. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async close(): Promise<void> {
    await this.idle();
    await this.#connection?.close();
    this.#connection = null;
  }

  async #drain(): Promise<void> {
    // Leaves the caller's turn first, so that what is pushed in one turn is one batch.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#serve(this.#queue.splice(0, this.#nextSize()));
    this.#running = null;
  }

  /** A source's task goes alone; others go together, up to the next such task. */
  #nextSize(): number {
    const most = Math.min(this.#queue.length, MAX_BATCH);
    for (let i = 0; i < most; i += 1) {
      if (this.#queue[i]?.task.prepare !== undefined) return Math.max(i, 1);
    }
    return most;
  }

  /** Answers every one of `batch`, whatever happens. */
  async #serve(batch: readonly Waiting[]): Promise<void> {
    try {
      this.#answer(batch, await this.#attempt(batch, this.#assurance(batch)));
    } catch (error) {
      await this.#divide(batch, error);
    }
  }

  #assurance(batch: readonly Waiting[]): Assurance {
    if (this.#wary > 0 || batch[0]?.task.prepare !== undefined) {
      this.#wary = Math.max(0, this.#wary - 1);
      return 'keyed';
    }
    if (this.#unsure === 0) return 'remembered';
    this.#unsure -= 1;
    return 'locked';
  }

  #answer(batch: readonly Waiting[], verdicts: readonly Verdict<unknown>[]): void {
    const changed = new Set<number>();
    for (const [index, { task, resolve }] of batch.entries()) {
      const verdict = verdicts[index] as Verdict<unknown>;
      if (verdict.kind === 'done' && !verdict.replayed) changed.add(task.account);
      resolve(verdict);
    }
    this.#setting.committed(changed, batch.length);
  }

  /** Runs the batch until it is decided: again under locks, after a deadlock, a key met twice or a lost session. */
  async #attempt(batch: readonly Waiting[], first: Assurance): Promise<Verdict<unknown>[]> {
    const tasks = batch.map((waiting) => waiting.task);
    const lastMoment = performance.now() + OUTAGE_MS;
    let assurance = first;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const connection = await this.#session();
        return await runBatch(connection, tasks, this.#setting, assurance);
      } catch (error) {
        if (assurance === 'remembered' && (error instanceof Unsure || isVersionTaken(error))) {
          assurance = 'locked';
          this.#unsure = UNSURE_BATCHES;
          continue;
        }
        const kind = error instanceof DatabaseError ? error.kind : 'statement';
        if (kind === 'connection' && performance.now() < lastMoment) {
          // Nobody knows whether the commit happened: the keys tell.
          assurance = 'keyed';
        } else if (isKeyTaken(error) && assurance !== 'keyed') {
          assurance = 'keyed';
          this.#wary = WARY_BATCHES;
          continue;
        } else if (kind !== 'serialization' || attempt >= MAX_ATTEMPTS) throw error;
        await sleep(backoffMs(attempt, this.#setting.random()));
      }
    }
  }

  async #session(): Promise<Connection> {
    if (this.#connection === null || this.#connection.broken) {
      await this.#connection?.close();
      this.#connection = null;
      this.#connection = await this.#setting.database.connect();
    }
    return this.#connection;
  }

  /** Finds the tasks that sink a batch and answers them alone; the others run again. */
  async #divide(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (error instanceof Poisoned) {
      const sunk = new Set(error.tasks);
      for (const index of sunk) batch[index]?.resolve({ kind: 'broken', cause: error.cause });
      const others = batch.filter((_, index) => !sunk.has(index));
      if (others.length > 0) await this.#serve(others);
    } else if (isOutage(error)) {
      for (const waiting of batch) waiting.reject(error);
    } else if (batch.length === 1) {
      batch[0]?.resolve({ kind: 'broken', cause: error });
    } else {
      const half = Math.ceil(batch.length / 2);
      await this.#serve(batch.slice(0, half));
      await this.#serve(batch.slice(half));
    }
  }
}

/** Two writers entered one version of an account: this one decided on what was no longer so. */
function isVersionTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === 'unique' && error.constraint === 'entries_pkey';
}

/** A key was met that an entry has, or a change that entered nothing: see `insertEntries`. */
function isKeyTaken(error: unknown): boolean {
  return error instanceof DatabaseError && (error.kind === 'unique' || error.sqlState === NOT_NULL);
}

const NOT_NULL = '23502';

/** Doubles from 2 ms to a cap of half a second, with full jitter, so that those who collided do not meet again. */
function backoffMs(attempt: number, random: number): number {
  return random * Math.min(500, 2 ** attempt);
}
