import type { Account, Entry, EntryDetail, EntryType, Move } from './account.ts';

/** What every entry of one decision has in common. */
export interface Occasion {
  readonly at: number;
  readonly actor: string;
  /** The catalog version in force. */
  readonly catalog: string;
}

/** The parts of an entry that its verb decides; the rest follows from the account and the occasion. */
export interface Posting {
  readonly type: EntryType;
  readonly moves?: readonly Move[];
  readonly debt?: bigint;
  readonly feature?: string | null;
  readonly hold?: number | null;
  readonly reverses?: number | null;
  readonly detail?: EntryDetail;
  /** An instant other than the occasion's: that of a due expiry, time-out or start. */
  readonly at?: number;
}

/** Numbers a decision's entries in a row and keeps their running total; nothing is applied yet. */
export function ledgerWriter(account: Account, occasion: Occasion): (posting: Posting) => Entry {
  let seq = account.seq;
  let total = account.total;
  return ({ type, moves = [], debt = 0n, feature = null, hold = null, reverses = null, detail, at }) => {
    let amount = 0n;
    let held = 0n;
    for (const move of moves) {
      amount += move.remaining;
      held += move.held;
    }
    seq += 1;
    total += amount;
    return {
      seq,
      type,
      at: at ?? occasion.at,
      amount,
      held,
      debt,
      total,
      feature,
      moves,
      hold,
      reverses,
      actor: occasion.actor,
      catalog: occasion.catalog,
      detail: detail === undefined || Object.keys(detail).length === 0 ? null : detail,
    };
  };
}
