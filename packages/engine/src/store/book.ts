import { type Account, type Entry, findGrant, type Grant, type Hold, isFinished } from '../core/account.ts';
import { apply } from '../core/apply.ts';
import type { Rules } from '../core/rules.ts';
import { dueAt, settle } from '../core/settle.ts';
import { chainHash } from './chain.ts';
import type { ChangedAccount, ChangedGrant, ChangedHold, NewEntry } from './ledger.ts';
import type { StoredEntry } from './rows.ts';

type InOrder = (a: Grant, b: Grant) => number;

/**
 * One account while a batch works on it: its state, the head of its chain, and what has changed since the lock.
 * The state is changed in place; when the batch does not commit, the book is thrown away with it.
 */
export class Book {
  readonly account: Account;
  /** The batch's instant, or the account's last one where a clock stepped back. */
  readonly now: number;
  #head: string;
  readonly #rules: Rules;
  readonly #inOrder: InOrder;
  readonly #firstSeq: number;
  readonly #entries: StoredEntry[] = [];
  readonly #grants = new Set<Grant>();
  readonly #holds = new Set<Hold>();

  constructor(account: Account, start: { head: string; now: number; rules: Rules; inOrder: InOrder }) {
    this.account = account;
    this.now = Math.max(start.now, account.at);
    this.#head = start.head;
    this.#rules = start.rules;
    this.#inOrder = start.inOrder;
    this.#firstSeq = account.seq + 1;
  }

  get head(): string {
    return this.#head;
  }

  get entries(): readonly StoredEntry[] {
    return this.#entries;
  }

  /** Enters what time brought since the account was last written. */
  settle(): void {
    for (const entry of settle(this.account, { now: this.now, rules: this.#rules }, this.#inOrder)) {
      this.#record(entry, null, null);
    }
  }

  /** Applies and chains one entry; throws `InvariantBroken` where it breaks a law. */
  post(entry: Entry, key: string | null, fingerprint: string | null): StoredEntry {
    apply(this.account, entry, this.#inOrder);
    return this.#record(entry, key, fingerprint);
  }

  #record(entry: Entry, key: string | null, fingerprint: string | null): StoredEntry {
    const hash = chainHash(this.#head, entry, { account: this.account.number, key, fingerprint });
    const stored: StoredEntry = { ...entry, key, fingerprint, hash };
    this.#head = hash;
    this.#entries.push(stored);
    for (const move of entry.moves) this.#grants.add(findGrant(this.account, move.grant) as Grant);
    for (const terms of entry.detail?.grants ?? []) {
      this.#grants.add(findGrant(this.account, terms.no) as Grant);
    }
    if (entry.detail?.grant !== undefined) {
      this.#grants.add(findGrant(this.account, entry.detail.grant) as Grant);
    }
    if (entry.hold !== null) this.#holds.add(this.account.holds.get(entry.hold) as Hold);
    return stored;
  }

  /** What is to be written. */
  changes(): BookChanges {
    const { number } = this.account;
    const newGrants: ChangedGrant[] = [];
    const changedGrants: ChangedGrant[] = [];
    for (const grant of this.#grants) {
      const change = { account: number, grant, finished: isFinished(grant) };
      (grant.seq >= this.#firstSeq ? newGrants : changedGrants).push(change);
    }
    return {
      entries: this.#entries.map((entry): NewEntry => ({ account: number, entry })),
      newGrants,
      changedGrants,
      holds: [...this.#holds].map((hold): ChangedHold => ({ account: number, hold })),
      accounts: [{ account: this.account, head: this.#head, dueAt: dueAt(this.account) }],
    };
  }

  /** Drops what the next batch need not know: finished lots, closed holds, operations that were looked back at. */
  prune(): void {
    const { account } = this;
    if (account.grants.some(isFinished))
      account.grants = account.grants.filter((grant) => !isFinished(grant));
    for (const hold of account.holds.values()) if (hold.state !== 'open') account.holds.delete(hold.no);
    if (account.spendings.size > 0) account.spendings.clear();
  }
}

export interface BookChanges {
  entries: NewEntry[];
  newGrants: ChangedGrant[];
  changedGrants: ChangedGrant[];
  holds: ChangedHold[];
  accounts: ChangedAccount[];
}

/** The changes of many books as one, so that they are written by one statement per table. */
export function allChanges(books: Iterable<Book>): BookChanges {
  const all: BookChanges = { entries: [], newGrants: [], changedGrants: [], holds: [], accounts: [] };
  for (const book of books) {
    if (book.entries.length === 0) continue;
    const changes = book.changes();
    for (const entry of changes.entries) all.entries.push(entry);
    for (const grant of changes.newGrants) all.newGrants.push(grant);
    for (const grant of changes.changedGrants) all.changedGrants.push(grant);
    for (const hold of changes.holds) all.holds.push(hold);
    for (const account of changes.accounts) all.accounts.push(account);
  }
  return all;
}
