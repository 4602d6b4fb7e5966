import type { EndedCharge } from '@drawdown/client';
import type { Account } from '../core/account.ts';
import type { Command, Refusal } from '../core/command.ts';
import type { Notice } from '../core/notice.ts';
import type { Told } from './audit.ts';
import type { Connection, Statement } from './database.ts';
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

/** A statement of a source's own, written in the transaction of the entries that it goes with. */
export interface Write {
  readonly statement: Statement<readonly unknown[], unknown>;
  readonly params: readonly unknown[];
}

/** What a source found once the account was locked: the command it comes to, and its own rows to write with it. */
export interface Prepared {
  readonly command: Command;
  /**
   * Looks at the account, with all that the command names, before it is decided: answers the command that is. Null: it
   * was only to be looked at, and all of it is rolled back. May throw, as `prepare` may.
   */
  consider?(account: Account, now: number): Command | null;
  writes(outcome: Outcome): readonly Write[];
  /** What staff are shown of it besides what it does to lots, and what it counts for against their limits, in atoms. */
  readonly shown?: { readonly charge: EndedCharge; readonly size?: bigint };
  /** What a source tells besides what its entries tell by themselves; written with them, after theirs. */
  notices?(outcome: Outcome): readonly Notice[];
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
  /**
   * For sources, whose command depends on rows of their own (a subscription, a campaign's budget): runs after the
   * account is locked, unless the key was used before, and may claim rows itself. Where it throws, or the command is
   * refused, all of it is rolled back. Such a task is a transaction by itself.
   */
  prepare?(on: Connection, locked: { readonly account: Account; readonly now: number }): Promise<Prepared>;
  /** Whether the key is kept even where nothing is entered, so that a source's change too is made once. */
  readonly keepsKey?: boolean;
  /** One of the staff asked for it: this is in the audit log with what it came to. */
  readonly told?: Told;
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
  /** A source refused it, with an error of its own. */
  | { readonly kind: 'declined'; readonly error: unknown }
  /** A broken invariant, or a write that the database refused: ours, not the caller's. */
  | { readonly kind: 'broken'; readonly cause: unknown };
