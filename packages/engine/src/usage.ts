import type * as wire from '@drawdown/client';
import { formatInstant, periodStarts } from './core/calendar.ts';
import { csvOf } from './csv.ts';
import { DrawdownError, invalid } from './errors.ts';
import { readAccountId, readGroups, readInstant, readTimeZone } from './request.ts';
import type { Used } from './store/usage.ts';

const GROUPS: readonly wire.UsageGroup[] = ['feature', 'member'];
/** Somewhat more than a year of days, or ten years of months. */
const MOST_PERIODS = 400;
const DAY_MS = 86_400_000;

/** A question about usage that can be answered. */
export interface UsageAsked {
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  readonly groups: readonly wire.UsageGroup[];
  readonly per: 'day' | 'month' | null;
  /** Whose alone; null: everybody's. */
  readonly member: string | null;
  /** When each period begins; without `per` the only one begins at `from`. */
  readonly bounds: readonly number[];
}

/** `timeZone` is the account's own; `sees`: the one member of a team that the caller may see. */
export function readUsage(query: wire.UsageQuery, timeZone: string, sees: string | undefined): UsageAsked {
  const from = readInstant(query.from, 'from');
  const to = readInstant(query.to, 'to');
  if (to < from) throw invalid('to', 'must not be before from');
  const per = query.per ?? null;
  if (per !== null && per !== 'day' && per !== 'month') throw invalid('per', 'must be day or month');
  const zone = query.time_zone === undefined ? timeZone : readTimeZone(query.time_zone);
  const member = query.member === undefined ? (sees ?? null) : readAccountId(query.member, 'member');
  if (sees !== undefined && member !== sees) {
    throw new DrawdownError('forbidden', 'Only an owner or an admin of the team may.');
  }
  const days = (to - from) / DAY_MS;
  if ((per === 'day' ? days : days / 31) > MOST_PERIODS && per !== null) {
    throw invalid('to', `must be at most ${MOST_PERIODS} ${per}s after from`);
  }
  return {
    from,
    to,
    timeZone: zone,
    groups: query.group_by === undefined ? ['feature'] : readGroups(query.group_by, GROUPS),
    per,
    member,
    bounds: per === null ? [from] : periodStarts(per, from, to, zone),
  };
}

/** More rows than this are not read by people, and are asked for in parts by programs. */
const MOST_ROWS = 10_000;

/** How many rows to ask the database for: one more than may be. */
export const USAGE_ROWS = MOST_ROWS + 1;

/** `classes` in the order of their columns; `credits` turns atoms into credits. */
export function usageOf(
  account: string,
  { from, to, timeZone, groups, per, bounds }: UsageAsked,
  used: readonly Used[],
  { classes, credits }: { classes: readonly string[]; credits: (atoms: bigint) => number },
): wire.Usage {
  if (used.length > MOST_ROWS) {
    throw invalid('to', `makes more than ${MOST_ROWS} rows: ask for less time, or for fewer groups`);
  }
  const known = [...new Set([...classes, ...used.flatMap((one) => [...one.classes.keys()])])];
  const sums = (of: readonly Used[]): wire.UsageSums => {
    const sum = (pick: (one: Used) => bigint): bigint => of.reduce((before, one) => before + pick(one), 0n);
    const [spent, refunded] = [sum((one) => one.spent), sum((one) => one.refunded)];
    return {
      operations: of.reduce((before, one) => before + one.operations, 0),
      spent: credits(spent),
      refunded: credits(refunded),
      used: credits(spent - refunded),
      classes: known.map((id) => ({ class: id, used: credits(sum((one) => one.classes.get(id) ?? 0n)) })),
      debt: credits(sum((one) => one.debt)),
    };
  };
  return {
    account,
    from: formatInstant(from),
    to: formatInstant(to),
    time_zone: timeZone,
    group_by: [...groups],
    per,
    ...sums(used),
    rows: used.map((one) => ({
      ...(per === null ? {} : { period: formatInstant(bounds[one.period] as number) }),
      ...Object.fromEntries(groups.map((group) => [group, one[group]])),
      ...sums([one]),
    })),
  };
}

/** RFC 4180: a line for each row, and one `total` behind them. Columns of classes are named as the catalog names them. */
export function usageCsv(usage: wire.Usage): string {
  const { group_by, per } = usage;
  const lead = [...(per === null ? [] : ['period']), ...group_by];
  const classes = usage.classes.map((one) => one.class);
  const sums = (of: wire.UsageSums) => [
    of.operations,
    of.spent,
    of.refunded,
    of.used,
    ...classes.map((id) => of.classes.find((one) => one.class === id)?.used ?? 0),
    of.debt,
  ];
  return csvOf([
    [...lead, 'operations', 'spent', 'refunded', 'used', ...classes, 'debt'],
    ...usage.rows.map((row) => [
      ...(per === null ? [] : [row.period ?? null]),
      ...group_by.map((group) => row[group] ?? null),
      ...sums(row),
    ]),
    [...lead.map((_, nth) => (nth === 0 ? 'total' : null)), ...sums(usage)],
  ]);
}
