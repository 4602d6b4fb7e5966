/** Which months a report is about. */
import type * as wire from '@drawdown/client';
import { formatInstant, monthStart, periodStarts } from './core/calendar.ts';
import { invalid } from './errors.ts';
import { readInstant, readTimeZone } from './request.ts';
import type { Position } from './store/closing.ts';

export interface MonthsAsked {
  /** `2026-03`, or the instant at which a month begins. Included. */
  readonly from: string;
  /** The same. Not included. */
  readonly to: string;
  /** Whose months these are; UTC where absent. */
  readonly time_zone?: string;
}

/** Ten years in one report are enough. */
const MAX_MONTHS = 120;

export interface Months {
  readonly timeZone: string;
  /** The first instant of each month, and behind them the end of the last. */
  readonly bounds: readonly number[];
}

export function readMonths(asked: MonthsAsked): Months {
  const timeZone = asked.time_zone === undefined ? 'UTC' : readTimeZone(asked.time_zone);
  const from = readMonth(asked.from, 'from', timeZone);
  const to = readMonth(asked.to, 'to', timeZone);
  if (to <= from) throw invalid('to', 'must be a month after from');
  if (to - from > MAX_MONTHS * 31 * 86_400_000)
    throw invalid('to', `must be at most ${MAX_MONTHS} months after from`);
  return { timeZone, bounds: periodStarts('month', from, to, timeZone) };
}

function readMonth(value: unknown, field: string, timeZone: string): number {
  const month = typeof value === 'string' ? monthStart(value, timeZone) : null;
  const instant =
    month ?? (typeof value === 'string' && value.includes('T') ? readInstant(value, field) : null);
  if (instant === null || instant < 0 || periodStarts('month', instant, instant, timeZone)[0] !== instant) {
    throw invalid(
      field,
      `must be a month such as 2026-03, or the instant at which one begins in ${timeZone}`,
    );
  }
  return instant;
}

export function headOf({ timeZone, bounds }: Months, position: Position): wire.ReportHead {
  return {
    from: formatInstant(bounds[0] as number),
    to: formatInstant(bounds.at(-1) as number),
    time_zone: timeZone,
    ...standing(position),
  };
}

/** What a report was made from. */
export function standing({ asOf, final, accounts, entries }: Position) {
  return { as_of: formatInstant(asOf), final, ledger: { accounts, entries: Number(entries) } };
}
