import {
  type Account,
  type Entry,
  type EntryType,
  findGrant,
  type Grant,
  type Hold,
  isFinished,
  type Transfer,
} from '../core/account.ts';
import { apply, isRepayment } from '../core/apply.ts';
import { availableOf, crossingsOf, type Standing, standingsAfter } from '../core/low-balance.ts';
import { limitReached, type Notice, noticesOf } from '../core/notice.ts';
import { remindersOf } from '../core/reminder.ts';
import type { Rules } from '../core/rules.ts';
import { dueAt, settle } from '../core/settle.ts';
import { type Member, standingOf, useOf } from '../core/team.ts';
import { chainHash } from './chain.ts';
import type { Changes } from './changes.ts';
import { type StoredEntry, storedEntry } from './rows.ts';

type InOrder = (a: Grant, b: Grant) => number;

export interface BookSetting {
  readonly rules: Rules;
  readonly inOrder: InOrder;
}

/** Entries that change no more of a lot than what is left, held and consumed. */
const SPENDS: readonly EntryType[] = ['consume', 'hold', 'capture', 'release'];

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
  readonly #members: Member[] = [];
  /** That limits of members were reached, also where nothing was entered. */
  readonly #limits: Notice[] = [];
  /** Whether the state may have more than the next batch need know. */
  #isCrowded = false;
  #onlySpent = true;
  /** Whether an entry is news to somebody. */
  #tells = false;
  /** Asked for only where a low balance is told. */
  readonly #before: { readonly total: bigint; readonly available: bigint } | null;
  /** What could be spent after each thing that time brought. */
  #standings: Standing[] = [];

  constructor(account: Account, start: { head: string; now: number }, setting: BookSetting) {
    this.account = account;
    this.now = Math.max(start.now, account.at);
    this.#head = start.head;
    this.#setting = setting;
    this.#firstSeq = account.seq + 1;
    const isLowTold = setting.rules.notices.low.length > 0;
    this.#before = isLowTold ? { total: account.total, available: availableOf(account) } : null;
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
    const entries = settle(this.account, { now: this.now, rules }, inOrder);
    for (const entry of entries) this.#record(entry, null, null);
    if (this.#before !== null) this.#standings = standingsAfter(this.account, entries, this.#before);
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
    // What follows in the same write may forgive the debt, and no table has this yet.
    if (isRepayment(entry)) account.spendings.set(entry.seq, { entry, refunded: 0n });
    if (!SPENDS.includes(entry.type)) this.#onlySpent = false;
    if (entry.type !== 'consume' || this.#setting.rules.notices.types.has('credits.consumed')) {
      this.#tells = true;
    }
    for (const move of entry.moves) this.#touch(move.grant);
    for (const terms of entry.detail?.grants ?? []) this.#touch(terms.no);
    if (entry.detail?.grant !== undefined) this.#touch(entry.detail.grant);
    if (entry.detail?.transfer !== undefined) this.#touchLeaving(entry.detail.transfer);
    if (entry.hold !== null) {
      const hold = account.holds.get(entry.hold) as Hold;
      if (!this.#holds.includes(hold)) this.#holds.push(hold);
    }
    if (entry.detail?.member !== undefined) this.#touchMember(entry.detail.member, entry);
    return stored;
  }

  /** A lot that had not begun leaves without a move. */
  #touchLeaving(transfer: Transfer): void {
    if ('to' in transfer) for (const no of transfer.lots) this.#touch(no);
  }

  #touch(no: number): void {
    const grant = findGrant(this.account, no) as Grant;
    if (!this.#grants.includes(grant)) this.#grants.push(grant);
  }

  #touchMember(id: string, entry: Entry): void {
    const member = this.account.members?.named.get(id);
    if (!member) return;
    if (useOf(entry) !== 0n && !this.#members.includes(member)) this.#members.push(member);
    if (standingOf(this.account, member, this.now).remaining === 0n) this.limitReached(id);
  }

  /** Notes that a member met the limit: by what was entered, or by what was refused. Told once a period. */
  limitReached(id: string): void {
    const member = this.account.members?.named.get(id);
    const notice = member ? limitReached(this.account, member, this.now, this.#setting.rules) : null;
    if (!member || notice === null) return;
    this.#limits.push(notice);
    member.told = standingOf(this.account, member, this.now).period;
    if (!this.#members.includes(member)) this.#members.push(member);
  }

  /** Adds what is to be written: of the ledger nothing where nothing was entered. */
  addTo(changes: Changes): void {
    const { account } = this;
    const { number } = account;
    for (const member of this.#members) changes.members.push({ account: number, member });
    if (this.#entries.length > 0) this.#addEntries(changes);
    for (const notice of this.#limits) changes.notices.push({ account: number, now: this.now, notice });
  }

  #addEntries(changes: Changes): void {
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
    if (account.closed !== null) changes.closed.push(account);
    if (this.#tells) this.#addNotices(changes);
    if (this.#before !== null) this.#addCrossings(changes, this.#before.available);
  }

  #addNotices(changes: Changes): void {
    const { account, now } = this;
    const { rules } = this.#setting;
    for (const notice of noticesOf(account, this.#entries, rules)) {
      changes.notices.push({ account: account.number, now, notice });
    }
    for (const { type, detail, moves } of this.#entries) {
      const moved = type === 'extend' || type === 'void' ? detail?.grant : undefined;
      if (moved !== undefined) this.#addReminders(changes, moved, true);
      // An empty lot has lost its announcements; what comes back into it is to be announced again.
      if (type === 'refund') for (const { grant } of moves) this.#addReminders(changes, grant, false);
      for (const { no } of detail?.grants ?? []) this.#addReminders(changes, no, false);
    }
  }

  #addReminders(changes: Changes, no: number, extended: boolean): void {
    const { account, now } = this;
    const { rules } = this.#setting;
    const lot = findGrant(account, no) as Grant;
    const hasEnded = lot.phase === 'voided' || lot.phase === 'transferred';
    const reminders = hasEnded ? [] : remindersOf(lot, rules.notices, { now, timeZone: account.timeZone });
    const added = { account: account.number, grant: no, reminders };
    if (extended) changes.extended.push(added);
    if (reminders.length > 0) changes.reminders.push(added);
  }

  #addCrossings(changes: Changes, before: bigint): void {
    const { account, now } = this;
    const { at, seq } = this.#entries.at(-1) as StoredEntry;
    const last = { at, seq, available: availableOf(account) };
    for (const crossing of crossingsOf(this.#setting.rules.notices.low, before, [...this.#standings, last])) {
      changes.crossings.push({ account, now, crossing });
    }
  }

  /** Drops what the next batch need not know: finished lots, closed holds, operations looked back at, members. */
  prune(): void {
    this.account.members = null;
    if (!this.#isCrowded && this.#holds.length === 0) return;
    const { account } = this;
    account.grants = account.grants.filter((grant) => !isFinished(grant));
    for (const hold of account.holds.values()) if (hold.state !== 'open') account.holds.delete(hold.no);
    account.spendings.clear();
  }
}
