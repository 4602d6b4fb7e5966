import { bucketOf } from '../core/id.ts';
import { crossingNotice } from '../core/low-balance.ts';
import type { Rules } from '../core/rules.ts';
import { int2Array, int8Array } from './binary.ts';
import type { Changes, CrossedBalance } from './changes.ts';
import { type Connection, statement } from './database.ts';

const LOW = statement<[Buffer], { account: bigint; threshold: bigint }>(
  'low_balances',
  'select account, threshold from drawdown.low_balances where account = any ($1::int8[])',
);
const ENTER = statement<Buffer[], never>(
  'low_balances_enter',
  `insert into drawdown.low_balances (account, threshold, since, bucket)
   select * from unnest($1::int8[], $2::int8[], $3::int8[], $4::int2[])`,
);
const LEAVE = statement<Buffer[], never>(
  'low_balances_leave',
  `delete from drawdown.low_balances l using unnest($1::int8[], $2::int8[]) as u (account, threshold)
    where l.account = u.account and l.threshold = u.threshold`,
);

/**
 * Keeps of the crossings those that are news: a low balance is told once until it has recovered, and nobody recovers
 * who was not told to be low. Reads nothing where nothing was crossed. What it reads changes only with the account, so
 * the write that follows vouches for it.
 */
export async function judgeCrossings(on: Connection, changes: Changes, rules: Rules): Promise<void> {
  const crossed = changes.crossings.splice(0);
  if (crossed.length === 0) return;
  const numbers = [...new Set(crossed.map(({ account }) => account.number))];
  const { rows } = await on.query(LOW, [int8Array(numbers)]);
  const low = new Set(rows.map(({ account, threshold }) => `${account} ${threshold}`));
  for (const one of crossed) {
    const { account, now, crossing } = one;
    if (low.has(`${account.number} ${crossing.threshold}`) === crossing.low) continue;
    changes.crossings.push(one);
    const notice = crossingNotice(account, crossing, rules);
    // What came later is told later, also where time brought both at once.
    const later = changes.notices.findIndex((other) => {
      return other.account === account.number && other.notice.at > notice.at;
    });
    const place = later === -1 ? changes.notices.length : later;
    changes.notices.splice(place, 0, { account: account.number, now, notice });
  }
}

/** Remembers who is low and who no longer is. */
export function noteLowBalances(on: Connection, crossings: readonly CrossedBalance[]): Promise<unknown>[] {
  const [low, recovered] = [true, false].map((side) =>
    crossings.filter(({ crossing }) => crossing.low === side),
  );
  const keysOf = (rows: readonly CrossedBalance[]) => [
    int8Array(rows.map(({ account }) => account.number)),
    int8Array(rows.map(({ crossing }) => crossing.threshold)),
  ];
  const writes: Promise<unknown>[] = [];
  if (low !== undefined && low.length > 0) {
    const since = int8Array(low.map(({ crossing }) => crossing.since.at));
    const buckets = int2Array(low.map(({ account }) => bucketOf(account.number)));
    writes.push(on.query(ENTER, [...keysOf(low), since, buckets]));
  }
  if (recovered !== undefined && recovered.length > 0) writes.push(on.query(LEAVE, keysOf(recovered)));
  return writes;
}
