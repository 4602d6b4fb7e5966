/**
 * Finds accounts that are to be topped up. What changes an account is a command, of this process or of another one, and both are
 * heard of after their commit: then those that agreed to top-ups are looked at at once. A hint may be lost, with whoever had it or
 * among very many; so each account has its turn besides, every few minutes, by an index of whose turn it is. Of accounts that are
 * idle nothing is read in between, however many there are, and nothing is written where credits are spent.
 */
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
/** Accounts that are looked at in one round, in their turn. */
const STRETCH = 1_000;
/** Between two turns of an account: how late a top-up is at most of which no hint arrived. */
const TURN_MS = 5 * 60_000;
/** A low one that was found and is not topped up by then is looked at again. */
const SOON_MS = 60_000;
/** Changes of so long are looked at together, off the way of those who made them. */
const GATHER_MS = 20;
/** What a second of the highest load changes; the rest is found in its turn. */
const MAX_GATHERED = 10_000;
/** Accounts that are asked for in one statement. */
const AT_ONCE = 1_000;

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

  /** Called after each commit of this process and when others tell of theirs, off the critical path. */
  changed(accounts: ReadonlySet<number>): void {
    if (!this.#isUsed || !this.#isOn) return;
    if (this.#gathered.size < MAX_GATHERED) for (const account of accounts) this.#gathered.add(account);
    this.#gathering ??= setTimeout(() => {
      const among = [...this.#gathered];
      this.#gathered = new Set();
      this.#gathering = null;
      this.#run(async () => {
        const now = await this.#now();
        for (let from = 0; from < among.length; from += AT_ONCE) {
          this.#lookAt(await rows.lowAmong(this.#setting.database, now, among.slice(from, from + AT_ONCE)));
        }
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
    const about = { now, soon: now + SOON_MS, later: now + TURN_MS, limit: STRETCH };
    const { low } = this.#isUsed ? await rows.lowInTurn(database, about) : { low: [] };
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
