import type * as wire from '@drawdown/client';
import { type Account, type Entry, findGrant, type Grant, isFinished } from './core/account.ts';
import { apply } from './core/apply.ts';
import { classIn, type Presenter } from './present.ts';
import type { Queries } from './queries.ts';
import type { History } from './store/history.ts';
import type { Wakeups } from './store/wakeups.ts';

export interface FeedSetting {
  readonly presenter: Presenter;
  readonly inOrder: (a: Grant, b: Grant) => number;
  readonly queries: Queries;
  readonly history: History;
  readonly wakeups: Wakeups;
}

export interface FeedOptions {
  /** Only entries behind this version; absent: from now on, with the present balance first. */
  readonly after?: number;
  /** Only entries in this member's name; absent: all. The balance follows each entry all the same. */
  readonly member?: string | undefined;
  readonly signal: AbortSignal;
}

/** Entries read at once; whoever reads the stream paces the next read. */
const PAGE = 200;

/**
 * An account's ledger as a live stream. It is the journal itself, read by version: each entry once, in order, followed
 * by the balance after it. A wake-up only makes it sooner; without one, the account is looked at every second.
 */
export class Feed {
  readonly #setting: FeedSetting;
  #open = 0;

  constructor(setting: FeedSetting) {
    this.#setting = setting;
  }

  /** Streams that are being read now. */
  get open(): number {
    return this.#open;
  }

  async *events(id: string, { after, member, signal }: FeedOptions): AsyncGenerator<wire.StreamEvent> {
    const { queries, presenter, wakeups, history, inOrder } = this.#setting;
    const { account: current, now } = await queries.settled(id);
    const watch = wakeups.watch(current.number);
    this.#open += 1;
    try {
      const behind = after !== undefined && after < current.seq;
      let account = behind ? await history.at(current, after, inOrder) : current;
      let last = current.seq;
      if (after === undefined) yield { type: 'balance', balance: presenter.balance(account, now) };
      while (!signal.aborted) {
        while (account.seq < last && !signal.aborted) {
          for (const entry of await history.forward(account.number, account.seq, last, PAGE)) {
            account = await this.#ready(account, entry);
            apply(account, entry, inOrder);
            if (member === undefined || entry.detail?.member === member) {
              yield {
                type: 'entry',
                seq: entry.seq,
                entry: presenter.entry(account, entry, classIn(account)),
              };
            }
            yield { type: 'balance', balance: presenter.balance(account, entry.at) };
          }
          dropFinished(account);
        }
        await watch.woken(signal);
        // Whoever looks first enters what has come due.
        if (!signal.aborted) last = (await queries.settledByNumber(account.number)).account.seq;
      }
    } finally {
      this.#open -= 1;
      watch.close();
    }
  }

  /** The account's version now, and each time that it is another one. */
  async *versions(id: string, signal: AbortSignal): AsyncGenerator<number> {
    const { queries, wakeups } = this.#setting;
    const { account } = await queries.settled(id);
    const watch = wakeups.watch(account.number);
    try {
      let said = account.seq;
      yield said;
      while (!signal.aborted) {
        await watch.woken(signal);
        if (signal.aborted) return;
        const { seq } = (await queries.settledByNumber(account.number)).account;
        if (seq === said) continue;
        said = seq;
        yield said;
      }
    } finally {
      watch.close();
    }
  }

  /** The state that the entry applies to: with the finished lots that a refund goes back to. */
  async #ready(account: Account, entry: Entry): Promise<Account> {
    const issued = new Set((entry.detail?.grants ?? []).map((terms) => terms.no));
    const named = [...entry.moves.map((move) => move.grant), entry.detail?.grant ?? null];
    const missing = named.some(
      (no) => no !== null && !issued.has(no) && findGrant(account, no) === undefined,
    );
    return missing ? this.#setting.history.at(account, entry.seq - 1, this.#setting.inOrder) : account;
  }
}

function dropFinished(account: Account): void {
  account.grants = account.grants.filter((grant) => !isFinished(grant));
  for (const hold of account.holds.values()) if (hold.state !== 'open') account.holds.delete(hold.no);
}
