/**
 * Stretches of accounts. What is added up over a whole ledger is added up stretch by stretch in one snapshot, so that no
 * statement reads or sorts more than a part, however large the ledger is.
 */
import { accountNumber, BUCKETS } from '../core/id.ts';
import { type Connection, statement } from './database.ts';

/** Numbers of accounts: `from` is included, `to` is not. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const ENTRIES_SINCE = statement<[number], { count: bigint }>(
  'entries_since',
  'select count(*) as count from drawdown.entries where at >= $1',
);

/** On two cores, seconds: far below what a statement may take, and hundreds of megabytes of files at most. */
const ROWS_PER_STRETCH = 500_000;

/** Enough of them for the entries from an instant on and the lots of so many accounts. */
export async function stretchesSince(
  on: Connection,
  at: number,
  { accounts }: { accounts: number },
): Promise<Stretch[]> {
  const entries = Number((await on.query(ENTRIES_SINCE, [at])).rows[0]?.count);
  return stretches(Math.ceil((entries + accounts) / ROWS_PER_STRETCH));
}

/** So many, as far as there are buckets: a hash puts accounts into these, so each stretch has about as many. */
export function stretches(wanted: number): Stretch[] {
  const count = Math.min(Math.max(1, wanted), BUCKETS);
  const start = (nth: number): number => accountNumber(Math.floor((nth * BUCKETS) / count), 0);
  return Array.from({ length: count }, (_, nth) => ({ from: start(nth), to: start(nth + 1) }));
}

/** One for each key, in the order in which the keys came. */
export function added<T>(
  sums: Map<string, T>,
  rows: readonly T[],
  { key, add }: { key: (row: T) => string; add: (one: T, other: T) => T },
): Map<string, T> {
  for (const row of rows) {
    const id = key(row);
    const known = sums.get(id);
    sums.set(id, known === undefined ? row : add(known, row));
  }
  return sums;
}
