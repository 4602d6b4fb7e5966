/**
 * Calendar arithmetic on epoch milliseconds in an IANA time zone, through Temporal.
 * Sums are made on the wall clock and then placed in the zone: adding to a zoned instant answers otherwise
 * around daylight saving, and differs from PostgreSQL. This is the only file of core that imports a library.
 */
import { Temporal } from 'temporal-polyfill';

/** An ISO 8601 duration in its parts, each a whole number ≥ 0. */
export interface Duration {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

// Each part is bounded so that no sum leaves the years that RFC 3339 can write.
const DURATION =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/** Reads an ISO 8601 duration such as `P30D`, `P1M` or `PT15M`; null where it is not one, is zero or negative. */
export function parseDuration(text: string): Duration | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? '0');
  const duration = {
    years: part(1),
    months: part(2),
    weeks: part(3),
    days: part(4),
    hours: part(5),
    minutes: part(6),
    seconds: part(7),
  };
  return Object.values(duration).some((n) => n > 0) ? duration : null;
}

/** The last instant that RFC 3339 writes with four digits of a year. */
export const MAX_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** 0000-01-01Z, the first one. (`Date.UTC` would take the year 0 for 1900.) */
const MIN_INSTANT = -62_167_219_200_000;

/**
 * The instant `duration` × `times` after `instant`, by the calendar of `timeZone`: years to days move the wall
 * clock and clamp to the month's end (Jan 31 + P1M = Feb 28/29), hours to seconds then pass exactly.
 * A wall time that daylight saving skips is the later one; one that occurs twice is the later too.
 * Periods pass their original anchor and `times`, never the previous end, so that no clamp accumulates.
 */
export function addDuration(
  instant: number,
  duration: Duration,
  { timeZone = 'UTC', times = 1 }: { timeZone?: string; times?: number } = {},
): number {
  const calendarDays = {
    years: duration.years * times,
    months: duration.months * times,
    weeks: duration.weeks * times,
    days: duration.days * times,
  };
  const exactMs = (duration.hours * 3600 + duration.minutes * 60 + duration.seconds) * times * 1000;
  const hasDate = Object.values(calendarDays).some((n) => n !== 0);
  return (hasDate ? addCalendar(instant, calendarDays, timeZone) : instant) + exactMs;
}

function addCalendar(instant: number, parts: Temporal.DurationLike, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .add(parts)
    .toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds;
}

/** The calendar day in `timeZone` that an instant belongs to, as `2026-03-29`. */
export function calendarDay(instant: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/** The first instant of a month such as `2026-03` in `timeZone`; null where the text is none. */
export function monthStart(text: string, timeZone: string): number | null {
  if (!MONTH.test(text)) return null;
  return Temporal.PlainDate.from(`${text}-01`).toZonedDateTime(timeZone).epochMilliseconds;
}

/** The first instants of the day or month that `instant` is in and of those that follow, up to and with `last`. */
export function periodStarts(
  per: 'day' | 'month',
  instant: number,
  last: number,
  timeZone: string,
): number[] {
  const day = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate();
  let first = per === 'day' ? day : day.with({ day: 1 });
  const starts: number[] = [];
  for (;;) {
    const start = first.toZonedDateTime(timeZone).epochMilliseconds;
    if (start > last) return starts;
    starts.push(start);
    first = first.add({ [`${per}s`]: 1 });
  }
}

/**
 * When a day such as `2026-03-29` or a month such as `2026-03` is over in `timeZone`: the first instant of the next.
 * Where daylight saving skips midnight, the day begins later.
 */
export function periodEnd(period: string, timeZone: string): number {
  const next =
    period.length === 'YYYY-MM'.length
      ? Temporal.PlainDate.from(`${period}-01`).add({ months: 1 })
      : Temporal.PlainDate.from(period).add({ days: 1 });
  return next.toZonedDateTime(timeZone).epochMilliseconds;
}

/** Temporal takes a whole date with a zone for that zone; a name is no date. */
const ZONE = /^(?:[A-Za-z][\w+/-]{0,63}|[+-]\d{2}:\d{2})$/;

/** Whether the name is an IANA time zone (or a fixed offset) that this runtime knows. */
export function isTimeZone(name: string): boolean {
  if (!ZONE.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 time, cut to the millisecond; null where it is not one, no such day exists, or its offset leads
 * out of the years that can be written. A leap second is the second before it.
 */
export function parseInstant(text: string): number | null {
  if (text.length > 40 || !INSTANT.test(text)) return null;
  try {
    const instant = Temporal.Instant.from(text).epochMilliseconds;
    return instant < MIN_INSTANT || instant > MAX_INSTANT ? null : instant;
  } catch {
    return null;
  }
}

/** Writes epoch milliseconds as RFC 3339 UTC with milliseconds. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}
