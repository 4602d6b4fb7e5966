import type { Account } from '../core/account.ts';
import type { Command, Refusal } from '../core/command.ts';
import type { StoredEntry } from './rows.ts';

/** What became of a task that did its work, now or when its key was first used. */
export interface Outcome {
  /** As it stands right after the entry, or now where the answer is a replay; valid only during `answer`. */
  readonly account: Account;
  readonly now: number;
  /** The operation's entry; null where the command was only to settle. */
  readonly entry: StoredEntry | null;
  readonly replayed: boolean;
}

/** One command on its way through a lane. */
export interface Task<T> {
  /** The account's number. */
  readonly account: number;
  command: Command;
  readonly actor: string;
  /** Hashes, hex; null only for `settle`, which may happen twice. */
  readonly key: string | null;
  readonly fingerprint: string | null;
  /** Makes the caller's answer while the state is at hand. Pure; runs before the commit, is given out after it. */
  answer(outcome: Outcome): T;
}

/** How a task ended, as a value: none of these sinks its neighbours. */
export type Verdict<T> =
  | { readonly kind: 'done'; readonly value: T; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The key was used with another input. */
  | { readonly kind: 'reused' }
  | { readonly kind: 'absent' }
  /** A broken invariant, or a write that the database refused: ours, not the caller's. */
  | { readonly kind: 'broken'; readonly cause: unknown };
