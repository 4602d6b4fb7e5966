/** Days and months as people of a zone count them. */

export interface Month {
  /** `2026-11` */
  readonly id: string;
  /** Included, and not: instants, RFC 3339. */
  readonly from: string;
  readonly to: string;
}

/** When a day of a zone begins; `month` is counted from 0, and what overflows goes into the next one. */
function startOfDay(day: { year: number; month: number; day: number }, timeZone: string): string {
  const wall = Date.UTC(day.year, day.month, day.day);
  // Where the clocks change between the guess and the answer, the second look has the offset of the answer.
  const guess = wall - offsetAt(wall, timeZone);
  return new Date(wall - offsetAt(guess, timeZone)).toISOString();
}

/** The month that is `back` months before the one of `now`. */
export function monthBefore(now: number, back: number, timeZone: string): Month {
  const wall = new Date(now + offsetAt(now, timeZone));
  const first = { year: wall.getUTCFullYear(), month: wall.getUTCMonth() - back, day: 1 };
  return {
    id: new Date(Date.UTC(first.year, first.month, 1)).toISOString().slice(0, 7),
    from: startOfDay(first, timeZone),
    to: startOfDay({ ...first, month: first.month + 1 }, timeZone),
  };
}

/** The day after `2026-11-27` begins where `later` is 1, that day itself where it is 0. */
export function startOfDate(date: string, later: 0 | 1, timeZone: string): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return startOfDay({ year, month: month - 1, day: day + later }, timeZone);
}

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}
