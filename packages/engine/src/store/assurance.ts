import type { Account } from '../core/account.ts';

/** An account as a lane remembers it between batches: true only while the locked row has the same head. */
export interface Remembered {
  account: Account;
  head: string;
}

export interface AccountMemory {
  get(account: number): Remembered | undefined;
  set(account: number, remembered: Remembered): unknown;
  delete(account: number): unknown;
}

/** What was remembered cannot be relied on for these tasks: run them again under locks. Nothing was written. */
export class Unsure extends Error {
  override readonly name = 'Unsure';
}

/**
 * How a batch makes sure of what it decides on.
 * `remembered`: from memory alone, when it knows every account and all only spend; each account is then written on
 * the condition that nobody has written it since, and two that write one version collide on the entry's own key. A
 * refusal would be checked by nothing, so with any the batch is `Unsure`.
 * `locked`: under row locks, taken in one order, and what is remembered only where the locked row says it is current.
 * `keyed`: as `locked`, and every key is looked up before deciding.
 */
export type Assurance = 'remembered' | 'locked' | 'keyed';

/**
 * A task that cannot be entered at all. The transaction was rolled back; the rest of the batch runs again without it.
 */
export class Poisoned extends Error {
  readonly tasks: readonly number[];

  constructor(tasks: readonly number[], cause: unknown) {
    super('a task broke an invariant', { cause });
    this.name = 'Poisoned';
    this.tasks = tasks;
  }
}
