/** Finds accounts that are to be topped up: a change is a hint to look at once, a regular look is the truth. */
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import * as rows from './top-up-rows.ts';

/** Accounts in one round; those left are found in the next. */
const ROUND = 100;
const IDLE_MS = 1_000;
const FAILED_MS = 2_000;
/** Changes of so long are looked at together, off the way of those who made them. */
const GATHER_MS = 20;
/** More than this, and the next round finds them. */
const MAX_GATHERED = 1_000;

export interface TopUpWatchSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly look: (account: number) => Promise<void>;
  readonly log: (message: string, error?: unknown) => void;
}

export class TopUpWatch {
  readonly #setting: TopUpWatchSetting;
  #timer: NodeJS.Timeout | null = null;
  #gathering: NodeJS.Timeout | null = null;
  #gathered = new Set<number>();
  readonly #running = new Set<Promise<void>>();
  /** Whether anybody has agreed to it: without, a change costs nothing at all. */
  #isUsed = false;
  #isOn = false;

  constructor(setting: TopUpWatchSetting) {
    this.#setting = setting;
  }

  start(): void {
    this.#isOn = true;
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    for (const timer of [this.#timer, this.#gathering]) if (timer !== null) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  /** Called after each commit, off the critical path. */
  changed(accounts: ReadonlySet<number>): void {
    if (!this.#isUsed || !this.#isOn) return;
    if (this.#gathered.size < MAX_GATHERED) for (const account of accounts) this.#gathered.add(account);
    this.#gathering ??= setTimeout(() => {
      const among = [...this.#gathered];
      this.#gathered = new Set();
      this.#gathering = null;
      this.#run(async () => {
        const now = await this.#now();
        await this.#lookAt(await rows.lowAccounts(this.#setting.database, { now, limit: ROUND, among }));
      });
    }, GATHER_MS).unref();
  }

  #schedule(wait: number): void {
    if (!this.#isOn) return;
    this.#timer = setTimeout(() => {
      this.#run(async () => {
        const more = await this.round().catch((error: unknown) => {
          this.#setting.log('top-ups could not be looked up and will be again', error);
          return null;
        });
        this.#schedule(more === null ? FAILED_MS : IDLE_MS);
      });
    }, wait);
    this.#timer.unref();
  }

  #run(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.#setting.log('a top-up failed and will be tried again', error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Looks at every account that needs it now; answers how many. */
  async round(): Promise<number> {
    const { database } = this.#setting;
    this.#isUsed = await rows.anySetUp(database);
    const now = await this.#now();
    const due = await rows.dueAccounts(database, now, ROUND);
    const low = this.#isUsed ? await rows.lowAccounts(database, { now, limit: ROUND }) : [];
    const all = new Set([...due, ...low]);
    await this.#lookAt([...all]);
    return all.size;
  }

  async #lookAt(accounts: readonly number[]): Promise<void> {
    const looks = accounts.map((account) =>
      this.#setting
        .look(account)
        .catch((error: unknown) => this.#setting.log('a top-up failed and will be tried again', error)),
    );
    await Promise.all(looks);
  }

  async #now(): Promise<number> {
    const { rows: found } = await this.#setting.database.query(nowStatement(this.#setting.clock), []);
    return Number(found[0]?.now);
  }
}
