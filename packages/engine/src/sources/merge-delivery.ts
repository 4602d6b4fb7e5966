import type { Runner } from '../change.ts';
import { bucketOf } from '../core/id.ts';
import type { Accounts } from '../store/accounts.ts';
import { staffBehind } from '../store/audit.ts';
import { type Clock, nowStatement } from '../store/clock.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Prepared, Write } from '../store/task.ts';
import { Succession } from '../teams/succession.ts';
import { DueRounds } from './due-rounds.ts';
import { movedPurchases, sentLots } from './merge-lots.ts';
import * as rows from './merge-rows.ts';

/** Merges in one round; those left are due in the next. */
const ROUND = 50;
/** One that cannot be delivered (the other account would hold too much) is tried ever more seldom. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60 * 60 * 1_000;

export interface MergeDeliverySetting {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: (message: string, error?: unknown) => void;
  readonly runner: Runner;
}

/**
 * The second half of a merge: puts into the other account what the first half took out, under a key made of the merge,
 * in one transaction with the end of the row that says it is due. A crash in between leaves the row due, and whoever
 * finds it delivers it, once.
 */
export class MergeDelivery {
  readonly #setting: MergeDeliverySetting;
  readonly #rounds: DueRounds;
  readonly #succession: Succession;

  constructor(setting: MergeDeliverySetting) {
    const { log } = setting;
    this.#succession = new Succession(setting);
    this.#setting = setting;
    this.#rounds = new DueRounds({ what: 'merges', round: () => this.#round(), log });
  }

  /** Looks for what is due, now and from now on. */
  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #round(): Promise<boolean> {
    const { clock, database } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { rows: due } = await database.query(rows.DUE, [now, ROUND]);
    for (const merge of due) await this.#tryToDeliver(merge, now);
    return due.length === ROUND;
  }

  async #tryToDeliver(merge: rows.MergeRow, now: number): Promise<void> {
    try {
      await this.deliver(merge);
    } catch (error) {
      const { database, log } = this.#setting;
      log(`what account ${merge.account} sent to account ${merge.into_account} is still due`, error);
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Number(merge.tries));
      await database.query(rows.POSTPONE, [Number(merge.account), now + wait]);
    }
  }

  /** Rejects where it could not be delivered now: it stays due. */
  async deliver({ account, into_account, actor, seq }: rows.MergeRow): Promise<void> {
    const { accounts, database, runner } = this.#setting;
    const [from, number] = [Number(account), Number(into_account)];
    const id = await accounts.idOf(number);
    if (id === null) throw new Error(`${number} is no account`);
    const left = await accounts.idOf(from);
    if (left !== null) await this.#succession.ofMember({ id: left }, { id }, { actor });
    const staff = await staffBehind(database, from, Number(seq));
    const call = { idempotencyKey: `merge:${from}`, principal: 'source', actor };
    await runner.runPrepared({
      account: { number, id },
      verb: 'receive',
      input: { from },
      call: staff === undefined ? call : { ...call, staff },
      prepare: (on, { now }) => this.#prepare(on, { from, into: number, now }),
      answer: () => undefined,
    });
  }

  async #prepare(
    on: Connection,
    { from, into, now }: { from: number; into: number; now: number },
  ): Promise<Prepared> {
    const { rows: ended } = await on.query(rows.DELIVER, [from, now]);
    const [merge] = ended;
    // Another process was first, which its key tells where it still ran when this one began.
    if (merge === undefined) return { command: { verb: 'settle' }, writes: () => [] };
    const seq = Number(merge.seq);
    const sent = (await on.query(rows.SENT_ENTRY, [from, seq])).rows[0];
    if (sent === undefined) throw new Error(`the entry ${seq} of account ${from} is missing`);
    const lots = await sentLots(on, from);
    const purchases = await movedPurchases(on, { from, into, now });
    return {
      command: {
        verb: 'receive',
        from,
        seq,
        at: Number(sent.at),
        lots,
        debt: -sent.debt,
        reason: merge.reason,
      },
      writes: ({ entry }): Write[] => {
        const transfer = entry?.detail?.transfer;
        if (entry === null || transfer === undefined || !('from' in transfer)) {
          throw new Error('what was received is an entry');
        }
        return [
          { statement: rows.DELIVERED, params: [from, entry.seq] },
          { statement: rows.MOVE_CODES, params: [from, into] },
          ...purchases(new Map(transfer.lots)),
        ];
      },
    };
  }
}

/** The row that says what is due, with the entry that took it out. */
export function dueWrite(merge: {
  account: number;
  into: number;
  seq: number;
  actor: string;
  reason: string;
  now: number;
}): Write {
  const { account, into, seq, actor, reason, now } = merge;
  return { statement: rows.MERGE, params: [account, into, seq, actor, reason, now, bucketOf(account)] };
}
