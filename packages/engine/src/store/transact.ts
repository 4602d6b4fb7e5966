import { LRUCache } from 'lru-cache';
import type { Grant } from '../core/account.ts';
import type { Rules } from '../core/rules.ts';
import type { Remembered } from './assurance.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import { Lane } from './lane.ts';
import type { Task, Verdict } from './task.ts';

/** Four sessions keep a small server's disk and processors busy; more only make smaller batches. */
const DEFAULT_LANES = 4;
/** Remembered accounts over all lanes; about a kilobyte each. */
const DEFAULT_REMEMBERED = 200_000;

export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
  readonly random: () => number;
  readonly committed: (accounts: ReadonlySet<number>, tasks: number) => void;
  readonly told?: () => void;
  readonly lanes?: number;
  readonly remembered?: number;
}

/** The one way in which anything changes: every task goes through the lane of its account. */
export class Writer {
  readonly #lanes: readonly Lane[];

  constructor({ lanes = DEFAULT_LANES, remembered = DEFAULT_REMEMBERED, ...setting }: WriterOptions) {
    const max = Math.max(1, Math.ceil(remembered / lanes));
    this.#lanes = Array.from({ length: lanes }, () => {
      return new Lane({ ...setting, memory: new LRUCache<number, Remembered>({ max }) });
    });
  }

  /**
   * Resolves after the commit, or with a refusal of which nothing was written. Rejects with a `DatabaseError` of kind
   * `connection` where the database could not be reached for long: whether it happened is then unknown, and a retry
   * with the same key tells.
   */
  submit<T>(task: Task<T>): Promise<Verdict<T>> {
    const lane = this.#lanes[task.account % this.#lanes.length] as Lane;
    return new Promise((resolve, reject) => {
      lane.push({ task, resolve: resolve as (verdict: Verdict<unknown>) => void, reject });
    });
  }

  /** Tasks that wait for their batch. */
  get depth(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.depth, 0);
  }

  /** How long the oldest of them has waited at most, in milliseconds. */
  get lagMs(): number {
    return Math.max(...this.#lanes.map((lane) => lane.lagMs));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
