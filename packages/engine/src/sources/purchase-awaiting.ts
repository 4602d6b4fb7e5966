/**
 * Purchases that were paid back while credits of theirs were held or spent. What falls back later, by a release, a
 * time-out or a refund of spending, is still owed to the reversal; what is captured later is lost or owed.
 */
import type { Accounts } from '../store/accounts.ts';
import { type Database, statement } from '../store/database.ts';
import { DueRounds } from './due-rounds.ts';
import type { Place } from './purchase-order.ts';

const OF_ACCOUNT = statement<[number], { no: bigint }>(
  'purchases_awaiting_of',
  'select no from drawdown.purchases where account = $1 and awaits and moved_to is null order by no',
);
/** Of accounts in which something happened since. */
const STALE = statement<[number], { account: bigint; no: bigint }>(
  'purchases_awaiting',
  `select p.account, p.no from drawdown.purchases p join drawdown.accounts a on a.number = p.account
    where p.awaits and p.moved_to is null and a.seq > p.followed order by p.updated_at limit $1`,
);
/** Purchases in one round. */
const ROUND = 100;

export interface AwaitingSetting {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'idOf'>;
  readonly follow: (place: { account: Place; no: number }) => Promise<unknown>;
  readonly log: (message: string, error?: unknown) => void;
}

export class Awaiting {
  readonly #setting: AwaitingSetting;
  readonly #rounds: DueRounds;

  constructor(setting: AwaitingSetting) {
    this.#setting = setting;
    const round = async () => (await this.round()) === ROUND;
    this.#rounds = new DueRounds({ what: 'purchases that await credits', round, log: setting.log });
  }

  /** Finds what no change of this process brought along. */
  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** After something fell back in an account. Its failure is no failure of that: a round finds it again. */
  async inAccount(number: number): Promise<void> {
    const { database, log } = this.#setting;
    try {
      const { rows } = await database.query(OF_ACCOUNT, [number]);
      for (const { no } of rows) await this.#follow(number, Number(no));
    } catch (error) {
      log(`what fell back in account ${number} will be looked at again`, error);
    }
  }

  /** Answers how many were brought along. */
  async round(): Promise<number> {
    const { rows } = await this.#setting.database.query(STALE, [ROUND]);
    let done = 0;
    for (const { account, no } of rows) {
      try {
        await this.#follow(Number(account), Number(no));
        done += 1;
      } catch (error) {
        this.#setting.log(
          `purchase ${no} of account ${account} could not follow and will be tried again`,
          error,
        );
      }
    }
    return done;
  }

  async #follow(number: number, no: number): Promise<void> {
    const id = await this.#setting.accounts.idOf(number);
    if (id !== null) await this.#setting.follow({ account: { number, id }, no });
  }
}
