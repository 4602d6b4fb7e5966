import { type Clock, nowStatement } from './store/clock.ts';
import { type Database, statement } from './store/database.ts';

const DUE = statement<[number, number], { number: bigint; due_at: bigint }>(
  'accounts_due',
  'select number, due_at from drawdown.accounts where due_at <= $1 order by due_at limit $2',
);

/** Accounts in one round; they are settled through the lanes, in batches with everybody else. */
const ROUND = 1_000;
/** Between rounds that found nothing. Only the streams' latency hangs on it, never what anyone may spend. */
const IDLE_MS = 250;
/** After a failure, which shows elsewhere; the sweeper only tries again. */
const FAILED_MS = 2_000;

export interface SweepSetting {
  readonly database: Database;
  readonly clock: Clock;
  readonly settle: (account: number) => Promise<unknown>;
  readonly log: (message: string, error: unknown) => void;
}

/** Finds accounts that time has changed and sends them through the write path. Late, doubled or off: all the same. */
export class Sweep {
  readonly #setting: SweepSetting;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #stopped = false;
  #lagMs = 0;
  #settled = 0;

  constructor(setting: SweepSetting) {
    this.#setting = setting;
  }

  /** How late the oldest account of the last round was, and how many were settled in all. */
  get figures(): { lagMs: number; settled: number } {
    return { lagMs: this.#lagMs, settled: this.#settled };
  }

  start(): void {
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(delay: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run();
    }, delay);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    try {
      this.#schedule((await this.round()) === ROUND ? 0 : IDLE_MS);
    } catch (error) {
      this.#setting.log('the sweep failed and will try again', error);
      this.#schedule(FAILED_MS);
    }
  }

  /** Settles what is due now, up to one round; answers how many accounts that were. */
  async round(): Promise<number> {
    const { database, clock, settle } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { rows } = await database.query(DUE, [now, ROUND]);
    this.#lagMs = rows[0] === undefined ? 0 : now - Number(rows[0].due_at);
    await Promise.all(rows.map((row) => settle(Number(row.number))));
    this.#settled += rows.length;
    return rows.length;
  }
}
