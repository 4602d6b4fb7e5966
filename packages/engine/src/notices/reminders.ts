import type { Runner } from '../change.ts';
import { type Account, findGrant, type Grant } from '../core/account.ts';
import { grantId } from '../core/id.ts';
import type { Notice } from '../core/notice.ts';
import { remind, remindersOf } from '../core/reminder.ts';
import type { Rules } from '../core/rules.ts';
import type { Accounts } from '../store/accounts.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Prepared, Write } from '../store/task.ts';
import { ANNOUNCED, DUE_ACCOUNTS, DUE_OF_ACCOUNT, daysOf, endAll, keep } from './reminder-rows.ts';

/** Lots in one round. */
const ROUND = 500;
/** Between rounds that found nothing: days ahead of an expiry, a second is soon enough. */
const IDLE_MS = 1_000;
const FAILED_MS = 5_000;
/** An account that cannot be written is left alone, each time for twice as long. */
const MOST_ALONE_MS = 60 * 60_000;

export interface RemindersSetting {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: (message: string, error?: unknown) => void;
  readonly rules: Rules;
  readonly runner: Runner;
}

/**
 * Announces lots that will expire. What is to be announced was written with the lot; this only finds what is due and
 * takes it through the write path, where the row that was due ends with the notice: once, whoever looks and however
 * often. Who was away announces the last of what was missed.
 */
export class Reminders {
  readonly #setting: RemindersSetting;
  /** Accounts that could not be written: for how long they are left alone, and until when. */
  readonly #alone = new Map<number, { readonly ms: number; readonly until: number }>();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #stopped = false;

  constructor(setting: RemindersSetting) {
    this.#setting = setting;
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
      this.#schedule((await this.round()) > 0 ? 0 : IDLE_MS);
    } catch (error) {
      this.#setting.log('lots about to expire could not be announced and will be', error);
      this.#schedule(FAILED_MS);
    }
  }

  /** Announces what is due now, up to one round; answers of how many accounts. */
  async round(): Promise<number> {
    const { clock, database } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { rows } = await database.query(DUE_ACCOUNTS, [now, ROUND, `{${this.#leftAlone().join(',')}}`]);
    await Promise.all(rows.map(({ account }) => this.#tryOne(Number(account))));
    return rows.length;
  }

  #leftAlone(): number[] {
    const now = performance.now();
    return [...this.#alone].flatMap(([number, { until }]) => (until > now ? [number] : []));
  }

  /** One account that cannot be written must not keep the others from being told, now or in the next round. */
  async #tryOne(number: number): Promise<void> {
    try {
      await this.#announce(number);
      this.#alone.delete(number);
    } catch (error) {
      const ms = Math.min(2 * (this.#alone.get(number)?.ms ?? FAILED_MS / 2), MOST_ALONE_MS);
      this.#alone.set(number, { ms, until: performance.now() + ms });
      this.#setting.log(
        `lots of account ${number} about to expire could not be announced and will be`,
        error,
      );
    }
  }

  async #announce(number: number): Promise<void> {
    const { accounts, runner } = this.#setting;
    const id = await accounts.idOf(number);
    if (id === null) throw new Error(`reminders of ${number}, which is no account`);
    await runner.runPrepared({
      account: { number, id },
      verb: 'remind',
      input: {},
      call: { actor: 'system', principal: 'source' },
      alsoClosed: true,
      prepare: (on, locked) => this.#prepare(on, locked),
      answer: () => true,
    });
  }

  async #prepare(
    on: Connection,
    { account, now }: { readonly account: Account; readonly now: number },
  ): Promise<Prepared> {
    if (account.closed !== null) {
      return { command: { verb: 'settle' }, writes: () => [endAll(account.number)] };
    }
    const { rules } = this.#setting;
    const { rows } = await on.query(DUE_OF_ACCOUNT, [account.number, now]);
    const notices: Notice[] = [];
    const writes: Write[] = [];
    for (const row of rows) {
      const no = Number(row.grant_no);
      const lot = findGrant(account, no);
      const days =
        row.days === null ? await this.#daysOfEarlier(on, { account, lot, now }) : daysOf(row.days);
      const { notice, later } = remind(account, { lot, days }, { now, rules });
      if (notice !== null) notices.push(notice);
      writes.push(keep(account.number, no, later));
    }
    return { command: { verb: 'settle' }, writes: () => writes, notices: () => notices };
  }

  /**
   * Of a lot from before announcements were: the days that would have been written with it. Where one of them was told
   * since, because the lot was extended, only what is still to come.
   */
  async #daysOfEarlier(
    on: Connection,
    { account, lot, now }: { account: Account; lot: Grant | undefined; now: number },
  ): Promise<number[]> {
    const { notices } = this.#setting.rules;
    if (lot === undefined || !notices.types.has('credits.expiring')) return [];
    const { rows } = await on.query(ANNOUNCED, [account.number, grantId(account.number, lot.no)]);
    const from = rows[0]?.announced === true ? now : lot.createdAt;
    return remindersOf(lot, notices, { now: from, timeZone: account.timeZone }).map(({ days }) => days);
  }
}
