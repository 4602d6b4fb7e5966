import type { Entry, EntryMove, Statement } from '@drawdown/client';

/** A statement the plain way: every move of the ledger, oldest first, falls before, into or after the period. */
export function statementOf(
  entries: readonly Entry[],
  { from, to, classes }: { from: string; to: string; classes: readonly string[] },
): Pick<Statement, 'opening' | 'in' | 'out' | 'closing' | 'classes'> {
  const flow = (counts: (move: EntryMove) => boolean) => {
    const sums = { opening: 0, in: 0, out: 0, closing: 0 };
    for (const entry of entries) {
      if (entry.at >= to) break;
      const change = entry.moves.filter(counts).reduce((sum, move) => sum + move.remaining, 0);
      sums.closing += change;
      if (entry.at < from) sums.opening += change;
      else sums[change > 0 ? 'in' : 'out'] += Math.abs(change);
    }
    return sums;
  };
  return {
    ...flow(() => true),
    classes: classes.map((id) => ({ class: id, ...flow((move) => move.class === id), by_type: [] })),
  };
}
