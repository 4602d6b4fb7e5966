import type { Entry } from '../wire.ts';

export type HistoryStatus =
  | 'charged'
  | 'refunded'
  | 'partly_refunded'
  | 'reserved'
  | 'captured'
  | 'released'
  | 'timed_out';

/** One entry of the ledger as people read it, with what became of it. */
export interface HistoryRow {
  readonly entry: Entry;
  /** Null where the kind of entry says it all. */
  readonly status: HistoryStatus | null;
  /** What it undoes or completes, and what undoes or completes it, as far as that is among those shown. */
  readonly related: readonly Entry[];
  /** What it was for, where the product said so: of what ends a hold or gives back, what that was for. */
  readonly project: string | null;
  /** Signed credits by class: what was spent, put in, or, of a hold, set apart; null: the lot is another, no credits are. */
  readonly split: readonly { readonly class: string; readonly amount: number | null }[];
}

/** The rows of these entries, newest first. No entry is left out or merged: the ledger is shown as it is. */
export function historyRows(entries: readonly Entry[]): HistoryRow[] {
  const byOperation = new Map(entries.map((entry) => [entry.operation, entry]));
  const refunded = new Map<string, number>();
  const ends = new Map<string, Entry>();
  const begins = new Map<string, Entry>();
  for (const entry of entries) {
    if (entry.type === 'refund' && entry.reverses !== null) {
      refunded.set(entry.reverses, (refunded.get(entry.reverses) ?? 0) + entry.amount);
    }
    if (entry.hold === null) continue;
    if (entry.type === 'hold') begins.set(entry.hold, entry);
    if (entry.type === 'capture' || entry.type === 'release') ends.set(entry.hold, entry);
  }
  const statusOf = (entry: Entry): HistoryStatus | null => {
    if (entry.type === 'consume' || entry.type === 'capture') {
      const back = entry.operation === null ? 0 : (refunded.get(entry.operation) ?? 0);
      if (back === 0) return 'charged';
      return back >= -entry.amount ? 'refunded' : 'partly_refunded';
    }
    if (entry.type === 'hold') {
      const end = entry.hold === null ? undefined : ends.get(entry.hold);
      if (end === undefined) return 'reserved';
      return end.type === 'capture' ? 'captured' : 'released';
    }
    // Nobody released it: its time ran out.
    if (entry.type === 'release') return entry.operation === null ? 'timed_out' : 'released';
    return null;
  };
  const beforeOf = (entry: Entry): Entry | undefined => {
    if (entry.reverses !== null) return byOperation.get(entry.reverses);
    return entry.type === 'hold' || entry.hold === null ? undefined : begins.get(entry.hold);
  };
  const behind = new Map<Entry, Entry[]>();
  for (const entry of entries) {
    const before = beforeOf(entry);
    if (before !== undefined) behind.set(before, [...(behind.get(before) ?? []), entry]);
  }
  const projectOf = (entry: Entry): string | null => {
    const { project } = entry.metadata;
    if (typeof project === 'string') return project;
    const before = beforeOf(entry);
    return before === undefined ? null : projectOf(before);
  };
  return entries.map((entry) => ({
    entry,
    status: statusOf(entry),
    related: [beforeOf(entry) ?? [], behind.get(entry) ?? []].flat(),
    project: projectOf(entry),
    split: splitOf(entry),
  }));
}

/** By class, in the order of the moves; what was only set apart counts where nothing else changed. */
function splitOf({ moves, about }: Entry): { class: string; amount: number | null }[] {
  if (moves.length === 0 && about !== undefined) return [{ class: about.class, amount: null }];
  const sums = new Map<string, number>();
  const hasChange = moves.some(({ remaining }) => remaining !== 0);
  for (const move of moves) {
    const amount = hasChange ? move.remaining : -move.held;
    if (amount !== 0) sums.set(move.class, (sums.get(move.class) ?? 0) + amount);
  }
  return [...sums].map(([id, amount]) => ({ class: id, amount }));
}
