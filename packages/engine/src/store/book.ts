import {
  type Account,
  type Entry,
  type EntryType,
  findGrant,
  type Grant,
  type Hold,
  isFinished,
} from '../core/account.ts';
import { apply } from '../core/apply.ts';
import type { Rules } from '../core/rules.ts';
import { dueAt, settle } from '../core/settle.ts';
import { chainHash } from './chain.ts';
import type { ChangedAccount, ChangedGrant, ChangedHold, NewEntry } from './ledger.ts';
import { type StoredEntry, storedEntry } from './rows.ts';

type InOrder = (a: Grant, b: Grant) => number;

export interface BookSetting {
  readonly rules: Rules;
  readonly inOrder: InOrder;
}

/** Entries that change no more of a lot than what is left, held and consumed. */
const SPENDS: readonly EntryType[] = ['consume', 'hold', 'capture', 'release'];

/** What a batch writes, table by table. */
export interface Changes {
  readonly entries: NewEntry[];
  readonly newGrants: ChangedGrant[];
  /** Of which only what is left, held and consumed has changed. */
  readonly spentGrants: ChangedGrant[];
  readonly changedGrants: ChangedGrant[];
  readonly holds: ChangedHold[];
  readonly accounts: ChangedAccount[];
}

/**
 * One account while a batch works on it: its state, the head of its chain, and what has changed since the lock.
 * The state is changed in place; when the batch does not commit, the book is thrown away with it.
 */
export class Book {
  readonly account: Account;
  /** The batch's instant, or the account's last one where a clock stepped back. */
  readonly now: number;
  #head: string;
  readonly #setting: BookSetting;
  readonly #firstSeq: number;
  readonly #entries: StoredEntry[] = [];
  /** Few per account and batch, so a search is quicker than a set. */
  readonly #grants: Grant[] = [];
  readonly #holds: Hold[] = [];
  /** Whether the state may have more than the next batch need know. */
  #isCrowded = false;
  #onlySpent = true;

  constructor(account: Account, start: { head: string; now: number }, setting: BookSetting) {
    this.account = account;
    this.now = Math.max(start.now, account.at);
    this.#head = start.head;
    this.#setting = setting;
    this.#firstSeq = account.seq + 1;
  }

  get head(): string {
    return this.#head;
  }

  /** Says that the state was given more than its live lots and open holds. */
  hasMore(): void {
    this.#isCrowded = true;
  }

  /** Enters what time brought since the account was last written. */
  settle(): void {
    const { rules, inOrder } = this.#setting;
    for (const entry of settle(this.account, { now: this.now, rules }, inOrder))
      this.#record(entry, null, null);
  }

  /** Applies and chains one entry; throws `InvariantBroken` where it breaks a law. */
  post(entry: Entry, key: string | null, fingerprint: string | null): StoredEntry {
    apply(this.account, entry, this.#setting.inOrder);
    return this.#record(entry, key, fingerprint);
  }

  #record(entry: Entry, key: string | null, fingerprint: string | null): StoredEntry {
    const { account } = this;
    const hash = chainHash(this.#head, entry, { account: account.number, key, fingerprint });
    const stored = storedEntry(entry, key, fingerprint, hash);
    this.#head = hash;
    this.#entries.push(stored);
    if (!SPENDS.includes(entry.type)) this.#onlySpent = false;
    for (const move of entry.moves) this.#touch(move.grant);
    for (const terms of entry.detail?.grants ?? []) this.#touch(terms.no);
    if (entry.detail?.grant !== undefined) this.#touch(entry.detail.grant);
    if (entry.hold !== null) {
      const hold = account.holds.get(entry.hold) as Hold;
      if (!this.#holds.includes(hold)) this.#holds.push(hold);
    }
    return stored;
  }

  #touch(no: number): void {
    const grant = findGrant(this.account, no) as Grant;
    if (!this.#grants.includes(grant)) this.#grants.push(grant);
  }

  /** Adds what is to be written; nothing where nothing was entered. */
  addTo(changes: Changes): void {
    if (this.#entries.length === 0) return;
    const { account } = this;
    const { number } = account;
    for (const entry of this.#entries) changes.entries.push({ account: number, entry });
    for (const grant of this.#grants) {
      const finished = isFinished(grant);
      if (finished) this.#isCrowded = true;
      const change = { account: number, grant, finished };
      if (grant.seq >= this.#firstSeq) changes.newGrants.push(change);
      else if (this.#onlySpent) changes.spentGrants.push(change);
      else changes.changedGrants.push(change);
    }
    for (const hold of this.#holds) changes.holds.push({ account: number, hold });
    changes.accounts.push({
      account,
      head: this.#head,
      dueAt: dueAt(account),
      seqBefore: this.#firstSeq - 1,
    });
  }

  /** Drops what the next batch need not know: finished lots, closed holds, operations that were looked back at. */
  prune(): void {
    if (!this.#isCrowded && this.#holds.length === 0) return;
    const { account } = this;
    account.grants = account.grants.filter((grant) => !isFinished(grant));
    for (const hold of account.holds.values()) if (hold.state !== 'open') account.holds.delete(hold.no);
    account.spendings.clear();
  }
}
