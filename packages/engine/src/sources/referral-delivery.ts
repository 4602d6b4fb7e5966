import type { Runner } from '../change.ts';
import { calendarDay } from '../core/calendar.ts';
import { DrawdownError } from '../errors.ts';
import type { Accounts } from '../store/accounts.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import { awardWrite, grantOf } from './campaign-award.ts';
import { DueRounds } from './due-rounds.ts';
import * as rows from './referral-rows.ts';

/** Referrals in one round; those left are due in the next. */
const ROUND = 200;
/** An inviter that cannot be granted anything (it holds too much already) is tried again ever more seldom. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60 * 60 * 1_000;

export interface DeliverySetting {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: (message: string, error?: unknown) => void;
  readonly runner: Runner;
}

/**
 * Grants inviters what they are due. The invited account's grant and the referral are one transaction; the inviter is
 * another account, so its grant is a change of its own, under a key made of the referral, in one transaction with the
 * referral's end. A crash in between leaves the referral due, and whoever finds it delivers it, once.
 */
export class ReferralDelivery {
  readonly #setting: DeliverySetting;
  readonly #rounds: DueRounds;

  constructor(setting: DeliverySetting) {
    const { log } = setting;
    this.#setting = setting;
    const round = async () => (await this.round()) === ROUND;
    this.#rounds = new DueRounds({ what: 'referrals', round, log });
  }

  /** Looks for what is due, now and from now on. */
  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Something has become due just now. */
  hurry(): void {
    this.#rounds.hurry();
  }

  /** Delivers what is due now, up to one round; answers how many were due. */
  async round(): Promise<number> {
    const { clock, database } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { rows: due } = await database.query(rows.DUE, [now, ROUND]);
    await Promise.all(due.map((referral) => this.#deliver(referral, now)));
    return due.length;
  }

  async #deliver(referral: rows.DueReferral, now: number): Promise<void> {
    try {
      await this.#grant(referral);
    } catch (error) {
      const { database, log } = this.#setting;
      if (error instanceof DrawdownError && error.code === 'account_closed') {
        await database.query(rows.LAPSE, [Number(referral.account)]);
        return;
      }
      log(`the inviter's side of a referral of ${referral.campaign} is still due`, error);
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Number(referral.tries));
      await database.query(rows.POSTPONE, [Number(referral.account), now + wait]);
    }
  }

  async #grant({ account, campaign, inviter, amount, class: type, validity }: rows.DueReferral) {
    const { accounts, runner } = this.#setting;
    // An inviter that was merged into another account is that account now.
    const number = await accounts.heirOf(Number(inviter));
    const id = await accounts.idOf(number);
    if (id === null) throw new Error(`the inviter ${number} is no account`);
    const role = 'inviter';
    await runner.runPrepared({
      account: { number, id },
      verb: 'referral',
      input: { campaign, invited: Number(account) },
      call: { idempotencyKey: `referral:${account}`, principal: 'source', actor: 'system' },
      prepare: async (on, { account: locked, now }) => {
        const { rows: ended } = await on.query(rows.DELIVER, [Number(account), now]);
        // Another process was first, which its key tells where it still ran when this one began.
        if (ended[0] === undefined) return { command: { verb: 'settle' }, writes: () => [] };
        const day = calendarDay(now, locked.timeZone);
        return {
          command: grantOf({ campaign, class: type, amount, validity, kind: 'referral', role }),
          writes: (outcome) => [awardWrite(outcome, { campaign, amount, validity, role, day })],
        };
      },
      answer: () => true,
    });
  }
}
