import type { Account } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { decide } from '../core/decide.ts';
import { type AccountMemory, type Assurance, Poisoned, type Remembered, Unsure } from './assurance.ts';
import { Deeds } from './audit.ts';
import { Book, type BookSetting } from './book.ts';
import { keepChangeKey } from './change-keys.ts';
import { noChanges, writeLedger, writeNotices } from './changes.ts';
import { type Clock, nowStatement } from './clock.ts';
import { BEGIN, COMMIT, type Connection, DatabaseError, ROLLBACK, rolledBack } from './database.ts';
import { KnownKeys } from './known-keys.ts';
import { loadLive, loadNamed } from './load.ts';
import { lock, planByIndex } from './lookups.ts';
import { judgeCrossings } from './low-balances.ts';
import { loadMembers } from './members.ts';
import type { StoredEntry } from './rows.ts';
import type { Outcome, Prepared, Task, Verdict } from './task.ts';

export interface BatchSetting extends BookSetting {
  readonly clock: Clock;
  readonly memory: AccountMemory;
  /** Told after a commit that wrote notices. */
  readonly told?: () => void;
}

/** Verbs that need no more than the live lots. */
const NAMING_NOTHING: readonly Command['verb'][] = [
  'consume',
  'grant',
  'hold',
  'adjust',
  'settle',
  'recall',
  'send',
  'receive',
  'close',
  'attest',
];

type AnyTask = Task<unknown>;
type AnyVerdict = Verdict<unknown>;

/**
 * Runs tasks as one transaction: makes sure of their accounts, settles, decides in order of arrival, writes. Resolves
 * only after the commit; throws where nothing may have happened, and then nothing is remembered. Unless keys are looked
 * up first, the unique index vouches that a fresh entry's key is new (a `unique` error: run again `keyed`), and
 * refused tasks are looked up after.
 */
export async function runBatch(
  on: Connection,
  tasks: readonly AnyTask[],
  setting: BatchSetting,
  assurance: Assurance,
): Promise<AnyVerdict[]> {
  const numbers = [...new Set(tasks.map((task) => task.account))].sort((a, b) => a - b);
  try {
    return await new Batch(on, tasks, setting).run(numbers, assurance);
  } catch (error) {
    for (const number of numbers) setting.memory.delete(number);
    // The session may be lost, or already out of the transaction; the lane decides what to do with it.
    await on.query(ROLLBACK, []).catch(() => undefined);
    throw error;
  }
}

/** The state of one run: tasks by index, their verdicts, and a book per account. */
class Batch {
  readonly #on: Connection;
  readonly #tasks: readonly AnyTask[];
  readonly #setting: BatchSetting;
  readonly #verdicts: AnyVerdict[] = [];
  readonly #books = new Map<number, Book>();
  /** Accounts that this lane knows as they are, by number. */
  readonly #remembered = new Map<number, Remembered>();
  readonly #book: BookSetting;
  readonly #keys: KnownKeys;
  /** The entry of the task that was decided last. */
  #operation: StoredEntry | null = null;
  readonly #deeds = new Deeds();

  constructor(on: Connection, tasks: readonly AnyTask[], setting: BatchSetting) {
    this.#on = on;
    this.#tasks = tasks;
    this.#setting = setting;
    this.#book = { rules: setting.rules, inOrder: setting.inOrder };
    this.#keys = new KnownKeys(on);
  }

  async run(numbers: readonly number[], assurance: Assurance): Promise<AnyVerdict[]> {
    if (assurance === 'remembered' && this.#recall(numbers)) return this.#runRemembered();
    const lookUpKeys = assurance === 'keyed';
    await this.#open(numbers, lookUpKeys);
    this.#settleAll();
    if (this.#tasks[0]?.prepare !== undefined) return this.#runPrepared();
    for (const index of this.#tasks.keys()) this.#decide(index);
    if (!lookUpKeys) await this.#reconsiderRefused();
    this.#tellLimits();
    await this.#write();
    return this.#finish();
  }

  /** Takes every account from memory; false where one is not known, or a task does more than spend, or for a member. */
  #recall(numbers: readonly number[]): boolean {
    if (!this.#tasks.every(({ command }) => command.verb === 'consume' && command.member === undefined))
      return false;
    for (const number of numbers) {
      const known = this.#setting.memory.get(number);
      if (known === undefined) return false;
      this.#remembered.set(number, known);
    }
    return true;
  }

  async #runRemembered(): Promise<AnyVerdict[]> {
    const [, , clock] = await Promise.all([
      this.#on.query(BEGIN, []),
      planByIndex(this.#on),
      this.#on.query(nowStatement(this.#setting.clock), []),
    ]);
    const now = Number(clock.rows[0]?.now);
    for (const [number, { account, head }] of this.#remembered) {
      this.#books.set(number, new Book(account, { head, now }, this.#book));
    }
    try {
      this.#settleAll();
      for (const index of this.#tasks.keys()) this.#decide(index);
    } catch (cause) {
      throw new Unsure('a task broke an invariant on what was remembered', { cause });
    }
    if (this.#verdicts.some(({ kind }) => kind === 'refused')) throw new Unsure('a task was refused');
    await this.#write();
    return this.#finish();
  }

  /** A source's task, alone in its transaction, so that what it claims is given back where it comes to nothing. */
  async #runPrepared(): Promise<AnyVerdict[]> {
    const task = this.#tasks[0] as AnyTask;
    const book = this.#books.get(task.account);
    let prepared: Prepared | undefined;
    if (book !== undefined && !this.#keys.has(task)) {
      try {
        prepared = await task.prepare?.(this.#on, { account: book.account, now: book.now });
        task.command = prepared?.command ?? task.command;
        await this.#loadNamed();
        const command =
          prepared?.consider === undefined ? task.command : prepared.consider(book.account, book.now);
        if (command === null) return this.#rollBack(answered(task, { entry: null, replayed: false }, book));
        task.command = command;
      } catch (error) {
        if (error instanceof DatabaseError) throw error;
        return this.#rollBack({ kind: 'declined', error });
      }
    }
    this.#decide(0);
    const verdict = this.#verdicts[0] as AnyVerdict;
    if (verdict.kind !== 'done' && verdict.kind !== 'broken') return this.#rollBack(verdict);
    const replayed = verdict.kind === 'done' && verdict.replayed;
    const outcome = book && { account: book.account, now: book.now, entry: this.#operation, replayed };
    await this.#write(outcome && prepared && !replayed ? { prepared, outcome } : undefined);
    return this.#finish();
  }

  async #rollBack(verdict: AnyVerdict): Promise<AnyVerdict[]> {
    for (const number of this.#books.keys()) this.#setting.memory.delete(number);
    await this.#on.query(ROLLBACK, []);
    return [verdict];
  }

  #finish(): AnyVerdict[] {
    for (const [number, book] of this.#books) {
      book.prune();
      const known = this.#remembered.get(number);
      if (known === undefined) this.#setting.memory.set(number, { account: book.account, head: book.head });
      else {
        known.account = book.account;
        known.head = book.head;
      }
    }
    return this.#verdicts;
  }

  /** Everything up to the first decision: one flight where all accounts are remembered, two otherwise. */
  async #open(numbers: readonly number[], lookUpKeys: boolean): Promise<void> {
    const begun = Promise.all([this.#on.query(BEGIN, []), planByIndex(this.#on)]);
    const locked = lock(this.#on, numbers);
    const clock = this.#on.query(nowStatement(this.#setting.clock), []);
    const keyed = lookUpKeys ? this.#keys.lookUp(this.#tasks) : Promise.resolve();
    const [{ rows }, now] = await Promise.all([locked, clock, keyed, begun]);

    const unknown: number[] = [];
    for (const row of rows) {
      const known = this.#setting.memory.get(row.number);
      // True only where nobody has written since: the locked row says so.
      if (known !== undefined && known.account.seq === row.seq && known.head === row.head) {
        this.#remembered.set(row.number, known);
      } else unknown.push(row.number);
    }
    const loaded = unknown.length === 0 ? null : await loadLive(this.#on, unknown, this.#book.inOrder);
    const instant = Number(now.rows[0]?.now);
    for (const row of rows) {
      const account = loaded?.get(row.number) ?? (this.#remembered.get(row.number)?.account as Account);
      // The zone can change without an entry, so it is always the locked row's.
      const current = account.timeZone === row.time_zone ? account : { ...account, timeZone: row.time_zone };
      this.#books.set(row.number, new Book(current, { head: row.head, now: instant }, this.#book));
    }
    await this.#loadNamed();
  }

  async #loadNamed(): Promise<void> {
    const replays: { account: number; entry: StoredEntry }[] = [];
    for (const task of this.#keys.isEmpty ? [] : this.#tasks) {
      const entry = this.#keys.entryOf(task);
      if (entry !== null) replays.push({ account: task.account, entry });
    }
    const naming = this.#tasks.filter(({ command }) => !NAMING_NOTHING.includes(command.verb));
    if (replays.length > 0 || naming.length > 0) {
      await loadNamed(this.#on, naming, replays, this.#accounts(), this.#book.inOrder);
      for (const book of this.#books.values()) book.hasMore();
    }
    // Behind the others: whose hold is closed and whose use is given back, these say.
    await loadMembers(this.#on, this.#tasks, (number) => this.#books.get(number)?.account);
  }

  /** A source's change that entered nothing leaves its key here instead. */
  #keepKey({ entry, now }: Outcome): Promise<unknown>[] {
    const { account, key, fingerprint, keepsKey } = this.#tasks[0] as AnyTask;
    if (keepsKey !== true || entry !== null || key === null || fingerprint === null) return [];
    return [keepChangeKey(this.#on, { account, key }, { fingerprint, now })];
  }

  #accounts(): Map<number, Account> {
    return new Map([...this.#books].map(([number, book]) => [number, book.account]));
  }

  #settleAll(): void {
    for (const [number, book] of this.#books) {
      try {
        book.settle();
      } catch (cause) {
        const concerned = this.#tasks.flatMap((task, index) => (task.account === number ? [index] : []));
        throw new Poisoned(concerned, cause);
      }
    }
  }

  #decide(index: number): void {
    const task = this.#tasks[index] as AnyTask;
    const book = this.#books.get(task.account);
    if (book === undefined) {
      this.#verdicts[index] = { kind: 'absent' };
      return;
    }
    if (this.#keys.has(task)) {
      const isSame = this.#keys.fingerprintOf(task) === task.fingerprint;
      const result = { entry: this.#keys.entryOf(task), replayed: true };
      this.#verdicts[index] = isSame ? answered(task, result, book) : { kind: 'reused' };
      return;
    }
    try {
      const context = { now: book.now, rules: this.#setting.rules, actor: task.actor };
      const decision = decide(book.account, task.command, context);
      if ('refusal' in decision) {
        this.#verdicts[index] = { kind: 'refused', refusal: decision.refusal };
        return;
      }
      let operation: StoredEntry | null = null;
      for (const entry of decision.entries) {
        const first = operation === null;
        const posted = book.post(entry, first ? task.key : null, first ? task.fingerprint : null);
        operation ??= posted;
      }
      this.#operation = operation;
      if (operation !== null) this.#keys.add(task, operation);
      this.#deeds.add(task, { first: operation, last: book.account.seq, at: book.now });
      this.#verdicts[index] = answered(task, { entry: operation, replayed: false }, book);
    } catch (cause) {
      throw new Poisoned([index], cause);
    }
  }

  /** A refused task may be the repetition of one that was done: then it gets the first answer, not the refusal. */
  async #reconsiderRefused(): Promise<void> {
    const refused = this.#verdicts.flatMap((verdict, index) => (verdict.kind === 'refused' ? [index] : []));
    if (refused.length === 0) return;
    const taskOf = (index: number) => this.#tasks[index] as AnyTask;
    await this.#keys.lookUp(refused.map(taskOf));
    const found = refused.filter((index) => this.#keys.has(taskOf(index)));
    if (found.length === 0) return;
    await this.#loadNamed();
    for (const index of found) this.#decide(index);
  }

  /** Behind the second look: what was a repetition reached no limit. */
  #tellLimits(): void {
    for (const [index, verdict] of this.#verdicts.entries()) {
      if (verdict.kind !== 'refused' || verdict.refusal.code !== 'member_limit_reached') continue;
      const { account } = this.#tasks[index] as AnyTask;
      this.#books.get(account)?.limitReached(verdict.refusal.member);
    }
  }

  /** All statements and the commit in one flight; a failed one turns the commit into a rollback. */
  async #write(source?: { readonly prepared: Prepared; readonly outcome: Outcome }): Promise<void> {
    const { rules } = this.#setting;
    const changes = noChanges();
    for (const book of this.#books.values()) book.addTo(changes);
    if (source !== undefined) {
      const { account, now } = source.outcome;
      for (const notice of source.prepared.notices?.(source.outcome) ?? []) {
        changes.notices.push({ account: account.number, now, notice });
      }
    }
    if (changes.crossings.length > 0) await judgeCrossings(this.#on, changes, rules);
    const writes = writeLedger(this.#on, changes);
    for (const { statement, params } of source?.prepared.writes(source.outcome) ?? []) {
      writes.push(this.#on.query(statement, params));
    }
    if (source !== undefined) writes.push(...this.#keepKey(source.outcome));
    writes.push(...this.#deeds.write(this.#on));
    const told = writeNotices(this.#on, changes, rules.notices);
    writes.push(...told);
    const commit = this.#on.query(COMMIT, []);
    const results = await Promise.allSettled([...writes, commit]);
    // The first failure is the cause; those after it only say that the transaction had failed.
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    if ((await commit).command !== 'COMMIT') throw rolledBack();
    if (told.length > 0) this.#setting.told?.();
  }
}

/** The entry stands, even where the answer about it cannot be made: a retry with the same key then asks again. */
function answered(
  task: AnyTask,
  result: { entry: StoredEntry | null; replayed: boolean },
  book: Book,
): AnyVerdict {
  try {
    const { entry, replayed } = result;
    const value = task.answer({ account: book.account, now: book.now, entry, replayed });
    return { kind: 'done', value, replayed: result.replayed };
  } catch (cause) {
    return { kind: 'broken', cause };
  }
}
