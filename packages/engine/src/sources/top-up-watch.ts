/** Finds accounts that are to be topped up: a change is a hint to look at once, a regular look is the truth. */
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import { DueRounds } from './due-rounds.ts';
import type { ProviderId } from './provider.ts';
import * as rows from './top-up-rows.ts';

/** Charges that are looked up in one round; those left are found in the next. */
const ROUND = 100;
/** Accounts that are looked at at once. */
const MAX_LOOKING = 200;
/** Charges that one provider is asked about at once: what it does not answer takes no place of another one's. */
const MAX_ASKING = 200;
/** Accounts that are looked through in one round, in their turn. */
const STRETCH = 1_000;
/** Changes of so long are looked at together, off the way of those who made them. */
const GATHER_MS = 20;
/** More than this, and the next round finds them. */
const MAX_GATHERED = 1_000;

/** A charge that is to be taken to its provider, or asked about. */
export interface Errand {
  readonly provider: ProviderId;
  readonly run: () => Promise<void>;
}

export interface TopUpWatchSetting {
  readonly database: Database;
  readonly clock: Clock;
  /** Looks at an account; null where its provider is not to be asked. */
  readonly errandOf: (account: number) => Promise<Errand | null>;
  /** Forgets ways to pay where that is due; true where more may be. */
  readonly forget: () => Promise<boolean>;
  readonly log: (message: string, error?: unknown) => void;
}

export class TopUpWatch {
  readonly #setting: TopUpWatchSetting;
  readonly #rounds: DueRounds;
  #gathering: NodeJS.Timeout | null = null;
  #gathered = new Set<number>();
  readonly #running = new Set<Promise<void>>();
  /** Accounts that are looked at, and those whose charge is out. */
  readonly #busy = new Set<number>();
  #looking = 0;
  readonly #asking = new Map<ProviderId, number>();
  /** Where the last round stopped looking through the accounts. */
  #lookedTo = 0;
  /** Whether anybody has agreed to it: without, a change costs nothing at all. */
  #isUsed = false;
  #isOn = false;

  constructor(setting: TopUpWatchSetting) {
    this.#setting = setting;
    const { log } = setting;
    this.#rounds = new DueRounds({
      what: 'top-ups',
      log,
      round: async () => (await this.#begin()).isMoreDue,
    });
  }

  start(): void {
    this.#isOn = true;
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    await Promise.all([this.#rounds.stop(), ...this.#running]);
  }

  /** Something has become due just now. */
  hurry(): void {
    this.#rounds.hurry();
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
        this.#lookAt(await rows.lowAmong(this.#setting.database, await this.#now(), among));
      });
    }, GATHER_MS).unref();
  }

  #run(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.#setting.log('a top-up failed and will be tried again', error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Looks at what is due, and at the next accounts in their turn, and waits for what comes of it. */
  async round(): Promise<void> {
    await this.#begin();
    await Promise.all(this.#running);
  }

  async #begin(): Promise<{ isMoreDue: boolean }> {
    const { database, forget } = this.#setting;
    this.#isUsed = await rows.anySetUp(database);
    const now = await this.#now();
    const but = [...this.#asking.keys()].filter((provider) => this.#isFull(provider));
    const due = await rows.dueAccounts(database, { now, limit: ROUND, but });
    const about = { now, after: this.#lookedTo, limit: STRETCH };
    const { low, last } = this.#isUsed ? await rows.lowStretch(database, about) : { low: [], last: null };
    this.#lookedTo = last ?? 0;
    this.#lookAt([...new Set([...due, ...low])]);
    return { isMoreDue: await forget() };
  }

  /** A provider that answers nobody holds up none but the accounts that it is to be asked about. */
  #lookAt(accounts: readonly number[]): void {
    for (const account of accounts) {
      if (this.#looking >= MAX_LOOKING) return;
      if (this.#busy.has(account)) continue;
      this.#busy.add(account);
      this.#looking += 1;
      this.#run(() => this.#look(account).finally(() => this.#busy.delete(account)));
    }
  }

  async #look(account: number): Promise<void> {
    const { errandOf } = this.#setting;
    const errand = await errandOf(account).finally(() => {
      this.#looking -= 1;
    });
    // What finds no place is due, and found again.
    if (errand === null || this.#isFull(errand.provider)) return;
    const { provider, run } = errand;
    this.#asking.set(provider, this.#askedOf(provider) + 1);
    await run().finally(() => this.#asking.set(provider, this.#askedOf(provider) - 1));
  }

  #askedOf(provider: ProviderId): number {
    return this.#asking.get(provider) ?? 0;
  }

  #isFull(provider: ProviderId): boolean {
    return this.#askedOf(provider) >= MAX_ASKING;
  }

  async #now(): Promise<number> {
    const { rows: found } = await this.#setting.database.query(nowStatement(this.#setting.clock), []);
    return Number(found[0]?.now);
  }
}
