import { addDuration, MAX_INSTANT } from '../core/calendar.ts';
import { refillStepOf, stepOf, type Terms } from './subscription-terms.ts';

/** A half-open window of time. */
export interface Window {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** One period of one set of terms, both counted from 0. */
export interface Period extends Window {
  readonly term: number;
  readonly no: number;
}

/** The instant so many months after the anchor, always counted from the anchor itself: no clamp accumulates. */
export function monthAt({ anchor, timeZone }: Pick<Terms, 'anchor' | 'timeZone'>, months: number): number {
  if (months === 0) return anchor;
  const duration = { years: 0, months, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
  return addDuration(anchor, duration, { timeZone });
}

/** Months from the anchor to the start of a period. */
export function monthsTo(terms: Terms, no: number): number {
  return no === 0 ? terms.months : terms.months + terms.first + (no - 1) * stepOf(terms);
}

export function periodAt(terms: Terms, term: number, no: number): Period {
  return {
    term,
    no,
    startsAt: monthAt(terms, monthsTo(terms, no)),
    endsAt: monthAt(terms, monthsTo(terms, no + 1)),
  };
}

/** Months from the anchor to the end of a period: where other terms may begin without a gap. */
export const monthsToEnd = (terms: Terms, { no }: Pick<Period, 'no'>): number => monthsTo(terms, no + 1);

/** The periods of a set of terms in order, up to the first that begins at or after `until` or after the terms' end. */
export function* periodsOf(terms: Terms, term: number, until: number): Generator<Period, void, undefined> {
  const end = Math.min(until, terms.endsAt ?? MAX_INSTANT);
  for (let no = 0; ; no += 1) {
    const period = periodAt(terms, term, no);
    if (period.startsAt >= end) return;
    yield period;
  }
}

/** A refill of a period: the `index`-th of `count`. */
export interface Refill extends Window {
  readonly index: number;
  readonly count: number;
}

/** The refills of a period, those left out that would begin under other terms. */
export function refillsOf(terms: Terms, { no }: Pick<Period, 'no'>): Refill[] {
  const step = refillStepOf(terms);
  const from = monthsTo(terms, no);
  const count = Math.max(1, Math.round((monthsTo(terms, no + 1) - from) / step));
  const refills: Refill[] = [];
  for (let index = 0; index < count; index += 1) {
    const startsAt = monthAt(terms, from + index * step);
    if (terms.endsAt !== null && startsAt >= terms.endsAt) break;
    refills.push({ index, count, startsAt, endsAt: monthAt(terms, from + (index + 1) * step) });
  }
  return refills;
}
