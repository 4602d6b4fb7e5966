/** A file for any calendar (RFC 5545): each date an event of no length at its exact instant, with alarms before it. */
export interface CalendarDate {
  /** The same date again replaces the one that was kept before. */
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly text: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Early enough to plan something, and once more when it is time. Those that have passed are left out. */
const ALARMS = [
  { before: 3 * DAY_MS, trigger: '-P3D' },
  { before: DAY_MS, trigger: '-P1D' },
  { before: HOUR_MS, trigger: '-PT1H' },
] as const;
const MOST_ALARMS = 2;

export function calendarFile(
  dates: readonly CalendarDate[],
  { url, now }: { url: string; now: number },
): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Drawdown//Credits//EN',
    'CALSCALE:GREGORIAN',
    ...dates.flatMap((date) => eventLines(date, { url, now })),
    'END:VCALENDAR',
  ];
  return lines
    .flatMap(folded)
    .map((line) => `${line}\r\n`)
    .join('');
}

function eventLines(
  { id, at, title, text }: CalendarDate,
  { url, now }: { url: string; now: number },
): string[] {
  const alarms = ALARMS.filter(({ before }) => Date.parse(at) - before > now).slice(0, MOST_ALARMS);
  return [
    'BEGIN:VEVENT',
    `UID:${escaped(id)}@drawdown`,
    `DTSTAMP:${instant(new Date(now).toISOString())}`,
    `DTSTART:${instant(at)}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped(text)}`,
    `URL:${url}`,
    'TRANSP:TRANSPARENT',
    ...alarms.flatMap(({ trigger }) => [
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `TRIGGER:${trigger}`,
      `DESCRIPTION:${escaped(title)}`,
      'END:VALARM',
    ]),
    'END:VEVENT',
  ];
}

/** `2026-03-25T10:00:00.000Z` as `20260325T100000Z`. */
function instant(at: string): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r?\n/g, '\\n');
}

const LINE_BYTES = 75;

/** A line is at most 75 octets; what is longer goes on in the next, behind a space. Characters stay whole. */
function folded(line: string): string[] {
  const encoder = new TextEncoder();
  const lines = [''];
  let bytes = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (bytes + size > LINE_BYTES) {
      lines.push(' ');
      bytes = 1;
    }
    lines[lines.length - 1] += character;
    bytes += size;
  }
  return lines;
}
