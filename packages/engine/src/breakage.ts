/** What was paid for and lapsed; and of what was sold in each month, what has become of it since. */
import type * as wire from '@drawdown/client';
import { formatInstant } from './core/calendar.ts';
import { exactMinor } from './exact.ts';
import type { Column, Flow } from './store/flows.ts';

type ToCredits = (atoms: bigint) => number;
const PARTS = ['sold', 'used', 'expired', 'reversed', 'other', 'open'] as const;
type Part = (typeof PARTS)[number];

/** In which part of a cohort a column counts; what is sold counts up, what leaves is counted positive as well. */
const PART: Record<Column, Exclude<Part, 'open'>> = {
  sold: 'sold',
  used: 'used',
  refunded: 'used',
  expired: 'expired',
  reversed: 'reversed',
  granted: 'other',
  voided: 'other',
  cashed_out: 'other',
  adjusted: 'other',
  transferred: 'other',
};

const keyOf = (one: Flow): string => JSON.stringify([one.class, one.currency, one.channel]);

function byHolder(flows: readonly Flow[]): Flow[][] {
  const keys = [...new Set(flows.map(keyOf))].sort();
  return keys.map((key) => flows.filter((one) => keyOf(one) === key));
}

const holderOf = ([one]: readonly Flow[]) => ({
  class: (one as Flow).class,
  currency: (one as Flow).currency as string,
  channel: (one as Flow).channel,
});

/** What lapsed of paid lots, by class, currency and channel. `flows` are by time, of one period. */
export function breakageRows(flows: readonly Flow[], credits: ToCredits): wire.BreakageRow[] {
  const lapsed = flows.filter((one) => one.paid && one.period === 0 && one.column === 'expired');
  return byHolder(lapsed).map((own) => ({
    ...holderOf(own),
    credits: credits(-own.reduce((all, one) => all + one.credits, 0n)),
    money: exactMinor(-own.reduce((all, one) => all + one.money, 0n)),
  }));
}

/** `flows` are by the start of their lot, with a period for each month. */
export function cohorts(
  flows: readonly Flow[],
  { bounds, credits }: { bounds: readonly number[]; credits: ToCredits },
): wire.Cohort[] {
  return bounds.slice(0, -1).flatMap((from, period) => {
    const own = flows.filter((one) => one.paid && one.period === period);
    return byHolder(own).map((flowsOf) => ({
      from: formatInstant(from),
      to: formatInstant(bounds[period + 1] as number),
      ...holderOf(flowsOf),
      ...cohort(flowsOf, credits),
    }));
  });
}

function cohort(flows: readonly Flow[], toCredits: ToCredits) {
  const sums = Object.fromEntries(PARTS.map((part) => [part, { credits: 0n, money: 0n }])) as Record<
    Part,
    { credits: bigint; money: bigint }
  >;
  for (const { column, credits, money } of flows) {
    const part = PART[column];
    const sign = part === 'sold' ? 1n : -1n;
    sums[part].credits += sign * credits;
    sums[part].money += sign * money;
    sums.open.credits += credits;
    sums.open.money += money;
  }
  const present = (part: Part) => ({
    credits: toCredits(sums[part].credits),
    money: exactMinor(sums[part].money),
  });
  const rate = (part: Part): number | null => rateOf(sums[part].credits, sums.sold.credits);
  return {
    sold: present('sold'),
    used: present('used'),
    expired: present('expired'),
    reversed: present('reversed'),
    other: present('other'),
    open: present('open'),
    rates: {
      used: rate('used'),
      expired: rate('expired'),
      reversed: rate('reversed'),
      other: rate('other'),
      open: rate('open'),
    },
  };
}

/** To four decimals; null where nothing was sold. */
function rateOf(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number((part * 20_000n + whole) / (whole * 2n)) / 10_000;
}

/** Two tables in one, told apart by the first column: what lapsed in the range, and each cohort. */
export function breakageLines(report: wire.Breakage): (string | number | null)[][] {
  const { from, to } = report;
  return [
    ['what', 'from', 'to', 'class', 'currency', 'channel', 'unit', ...PARTS],
    ...report.rows.flatMap(({ class: className, currency, channel, credits, money }) => {
      const lead = ['breakage', from, to, className, currency, channel];
      const line = (unit: string, expired: number) => [...lead, unit, null, null, expired, null, null, null];
      return [line('credits', credits), line(currency, money)];
    }),
    ...report.cohorts.flatMap((one) => {
      const lead = ['cohort', one.from, one.to, one.class, one.currency, one.channel];
      return [
        [...lead, 'credits', ...PARTS.map((part) => one[part].credits)],
        [...lead, one.currency, ...PARTS.map((part) => one[part].money)],
      ];
    }),
  ];
}
