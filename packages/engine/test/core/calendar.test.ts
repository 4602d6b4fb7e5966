/** Law 9, the calendar part: periods from the original anchor, clamped, on the wall clock of the account's zone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDuration,
  type Duration,
  formatInstant,
  parseDuration,
  parseInstant,
} from '../../src/core/calendar.ts';
import { consume, issue, until } from './commands.ts';
import { DAY, Ledger } from './ledger.ts';

const at = (text: string): number => {
  const instant = parseInstant(text.includes('T') ? text : `${text}T00:00:00Z`);
  if (instant === null) throw new Error(`no instant: ${text}`);
  return instant;
};

const duration = (text: string): Duration => {
  const parts = parseDuration(text);
  if (parts === null) throw new Error(`no duration: ${text}`);
  return parts;
};

const day = (instant: number): string => formatInstant(instant).slice(0, 10);

/** The first ends of periods of `text` from an anchor at midnight UTC, as days. */
const ends = (anchor: string, text: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => day(addDuration(at(anchor), duration(text), { times: i + 1 })));

describe('periods are computed from the original anchor and clamped to the end of the month', () => {
  test('lesson 8: Jan 31 → Feb 28 → Mar 31, twelve months forward, never sliding', () => {
    expect(ends('2026-01-31', 'P1M', 13)).toEqual([
      ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31', '2026-08-31'],
      ...['2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28'],
    ]);
    expect(ends('2028-01-31', 'P1M', 3)).toEqual(['2028-02-29', '2028-03-31', '2028-04-30']);
  });

  test('lesson 8: a May 31 anchor does not slide to July 1, a Jan 29 one does not break', () => {
    expect(ends('2026-05-31', 'P1M', 4)).toEqual(['2026-06-30', '2026-07-31', '2026-08-31', '2026-09-30']);
    expect(ends('2026-01-29', 'P1M', 3)).toEqual(['2026-02-28', '2026-03-29', '2026-04-29']);
    expect(ends('2028-01-29', 'P1M', 3)).toEqual(['2028-02-29', '2028-03-29', '2028-04-29']);
    expect(ends('2026-01-30', 'P1M', 3)).toEqual(['2026-02-28', '2026-03-30', '2026-04-30']);
    expect(ends('2026-08-31', 'P3M', 4)).toEqual(['2026-11-30', '2027-02-28', '2027-05-31', '2027-08-31']);
  });

  test('leap days: a year from Feb 29 is Feb 28, four are Feb 29, a century year is none', () => {
    expect(ends('2028-02-29', 'P1Y', 4)).toEqual(['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
    expect(ends('2028-02-28', 'P1D', 2)).toEqual(['2028-02-29', '2028-03-01']);
    expect(ends('2100-01-31', 'P1M', 1)).toEqual(['2100-02-28']);
    expect(ends('2000-01-31', 'P1M', 1)).toEqual(['2000-02-29']);
    expect(ends('2027-03-31', 'P11M', 1)).toEqual(['2028-02-29']);
  });

  test('any anchor, any number of months: the same day of the month, or its last', () => {
    const anchors = fc.integer({ min: at('1970-01-01'), max: at('2200-01-01') });
    fc.assert(
      fc.property(anchors, fc.integer({ min: 1, max: 500 }), (anchor, months) => {
        const date = new Date(anchor);
        const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
        const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
        const clamped = Math.min(date.getUTCDate(), last);
        const expected = Date.UTC(Math.floor(month / 12), month % 12, clamped) + (anchor - at(day(anchor)));
        expect(addDuration(anchor, duration('P1M'), { times: months })).toBe(expected);
        expect(addDuration(anchor, duration(`P${months}M`))).toBe(expected);
        expect(
          addDuration(anchor, duration(`P${Math.floor(months / 12)}Y${months % 12}M`.replace('P0Y', 'P'))),
        ).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('lesson 7: an anchor is never cut to midnight; the period ends at its very millisecond', () => {
    const anchor = at('2026-01-15T13:47:11.123Z');
    expect(formatInstant(addDuration(anchor, duration('P1M')))).toBe('2026-02-15T13:47:11.123Z');
    expect(formatInstant(addDuration(anchor, duration('P1D'), { timeZone: 'Asia/Kathmandu' }))).toBe(
      '2026-01-16T13:47:11.123Z',
    );
  });

  test('no period, and no time, is the anchor itself', () => {
    const anchor = at('2026-10-25T00:30:00Z');
    expect(addDuration(anchor, duration('P1M'), { timeZone: 'Europe/Berlin', times: 0 })).toBe(anchor);
  });

  test('years, months, weeks and days move the wall clock, then hours to seconds pass exactly', () => {
    expect(formatInstant(addDuration(at('2026-01-31'), duration('P1Y2M3W4DT5H6M7S')))).toBe(
      '2027-04-25T05:06:07.000Z',
    );
    expect(addDuration(at('2026-01-01'), duration('P2W'))).toBe(at('2026-01-15'));
    expect(addDuration(0, duration('PT1H1M1S'), { times: 3 })).toBe(3 * 3_661_000);
    expect(addDuration(at('2026-01-31'), duration('P1MT24H'))).toBe(at('2026-03-01'));
  });
});

describe('time zones: the wall clock counts', () => {
  // The anchor, what is added, and the end; a wall time that is skipped or occurs twice is the later one.
  test.each([
    [
      'Europe/Berlin',
      'P30D',
      '2026-03-20T10:00:00+01:00',
      '2026-04-19T10:00:00+02:00',
      'over the spring change',
    ],
    [
      'Europe/Berlin',
      'P30D',
      '2026-10-10T10:00:00+02:00',
      '2026-11-09T10:00:00+01:00',
      'over the autumn change',
    ],
    ['Europe/Berlin', 'P1D', '2026-03-28T02:30:00+01:00', '2026-03-29T03:30:00+02:00', 'into the gap'],
    ['Europe/Berlin', 'P1D', '2026-10-24T02:30:00+02:00', '2026-10-25T02:30:00+01:00', 'into the overlap'],
    [
      'Europe/Berlin',
      'P1M',
      '2026-01-31T23:30:00+01:00',
      '2026-02-28T23:30:00+01:00',
      'a month end that is not yet one in UTC',
    ],
    [
      'Europe/Berlin',
      'P1M',
      '2026-03-31T00:30:00+02:00',
      '2026-04-30T00:30:00+02:00',
      'a month end, still the 30th in UTC',
    ],
    ['America/New_York', 'P1D', '2026-03-07T02:30:00-05:00', '2026-03-08T03:30:00-04:00', 'into the gap'],
    ['America/New_York', 'P1D', '2026-10-31T01:30:00-04:00', '2026-11-01T01:30:00-05:00', 'into the overlap'],
    [
      'America/New_York',
      'P1M',
      '2026-10-31T19:00:00-04:00',
      '2026-11-30T19:00:00-05:00',
      '7 pm, which is the 1st in UTC',
    ],
    [
      'Australia/Lord_Howe',
      'P1D',
      '2026-10-03T02:15:00+10:30',
      '2026-10-04T02:45:00+11:00',
      'into a gap of half an hour',
    ],
    [
      'Australia/Lord_Howe',
      'P1D',
      '2026-04-04T01:45:00+11:00',
      '2026-04-05T01:45:00+10:30',
      'into its overlap',
    ],
    [
      'Pacific/Apia',
      'P1D',
      '2011-12-29T10:00:00-10:00',
      '2011-12-31T10:00:00+14:00',
      'into the day that never was',
    ],
    ['Pacific/Apia', 'P2D', '2011-12-29T10:00:00-10:00', '2011-12-31T10:00:00+14:00', 'over it'],
    ['Pacific/Apia', 'P1M', '2011-11-30T10:00:00-10:00', '2011-12-31T10:00:00+14:00', 'a month into it'],
    ['Asia/Kathmandu', 'P1M', '2026-01-31T00:00:00+05:45', '2026-02-28T00:00:00+05:45', 'at an odd offset'],
    [
      'Asia/Kathmandu',
      'P1D',
      '1985-12-31T12:00:00+05:30',
      '1986-01-01T12:00:00+05:45',
      'over the change of its offset',
    ],
    ['+05:30', 'P1M', '2026-01-31T00:00:00+05:30', '2026-02-28T00:00:00+05:30', 'a fixed offset'],
  ])('%s %s from %s to %s: %s', (timeZone, text, anchor, end) => {
    expect(formatInstant(addDuration(at(anchor), duration(text), { timeZone }))).toBe(formatInstant(at(end)));
  });

  test('hours pass exactly, whatever the clocks do', () => {
    const anchor = at('2026-03-28T12:00:00+01:00');
    for (const timeZone of ['Europe/Berlin', 'America/New_York', 'Pacific/Apia']) {
      expect(addDuration(anchor, duration('PT24H'), { timeZone }) - anchor).toBe(DAY);
      expect(addDuration(anchor, duration('PT720H'), { timeZone }) - anchor).toBe(30 * DAY);
    }
    expect(addDuration(anchor, duration('P1D'), { timeZone: 'Europe/Berlin' }) - anchor).toBe(
      DAY - 3_600_000,
    );
  });

  test('an instant inside an overlap is not moved by hours, and keeps its wall clock over days', () => {
    const [first, second] = [at('2026-10-25T02:30:00+02:00'), at('2026-10-25T02:30:00+01:00')];
    const timeZone = 'Europe/Berlin';
    for (const instant of [first, second]) {
      expect(addDuration(instant, duration('PT1S'), { timeZone })).toBe(instant + 1000);
      expect(addDuration(instant, duration('P1D'), { timeZone })).toBe(at('2026-10-26T02:30:00+01:00'));
    }
  });

  const ZONES = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
  ];

  test('the end shows the same wall time as the anchor, unless the clocks skip it', () => {
    const anchors = fc.integer({ min: at('2020-01-01'), max: at('2032-01-01') });
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        anchors,
        fc.integer({ min: 1, max: 400 }),
        (timeZone, anchor, days) => {
          const end = addDuration(anchor, duration('P1D'), { timeZone, times: days });
          const [from, to] = [wall(anchor, timeZone), wall(end, timeZone)];
          expect(Date.UTC(to.year, to.month, to.day) - Date.UTC(from.year, from.month, from.day)).toBe(
            days * DAY,
          );
          // A gap of an hour or of half an hour moves the wall time on by just that.
          expect([0, 30, 60]).toContain((to.minutes - from.minutes + 1440) % 1440);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('consecutive periods leave neither a gap nor an overlap, in any zone', () => {
    const anchors = fc.integer({ min: at('2020-01-01'), max: at('2032-01-01') });
    const lengths = fc.constantFrom('P1D', 'P1W', 'P30D', 'P1M', 'P1Y', 'PT36H');
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), anchors, lengths, (timeZone, anchor, text) => {
        const starts = Array.from({ length: 14 }, (_, times) =>
          addDuration(anchor, duration(text), { timeZone, times }),
        );
        for (const [i, start] of starts.entries())
          if (i > 0) expect(start).toBeGreaterThan(starts[i - 1] as number);
      }),
      { numRuns: 100 },
    );
  });

  test('lesson 6: a reset at the end of the local day, not at 7 pm of it', () => {
    const anchor = at('2026-01-01T00:00:00-05:00');
    const end = addDuration(anchor, duration('P1M'), { timeZone: 'America/New_York' });
    expect(wall(end, 'America/New_York')).toMatchObject({ month: 1, day: 1, minutes: 0 });
    expect(end).toBe(at('2026-02-01T00:00:00-05:00'));
  });
});

/** What a clock on the wall shows, told by Intl rather than by what is tested. */
function wall(instant: number, timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) as number;
  return {
    year: part('year'),
    month: part('month') - 1,
    day: part('day'),
    minutes: part('hour') * 60 + part('minute'),
  };
}

describe('lots of consecutive periods', () => {
  const anchor = at('2026-01-31T09:00:00Z');
  const boundary = (times: number): number => addDuration(anchor, duration('P1M'), { times });
  const scheduled = (count: number): Ledger => {
    const ledger = new Ledger({ now: anchor });
    for (let i = 0; i < count; i++) {
      issue(ledger, 100n, { class: 'subscription', effectiveAt: boundary(i), ...until(boundary(i + 1)) });
    }
    return ledger;
  };

  test('lesson 9: creation = start = reset: at each boundary instant exactly one of them counts', () => {
    const ledger = scheduled(12);
    for (let i = 0; i < 12; i++) {
      for (const now of [boundary(i), boundary(i) + 1, boundary(i + 1) - 1]) {
        ledger.until(now);
        expect(ledger.account.total).toBe(100n);
        expect(ledger.ask(consume(100n))).toHaveProperty('entries');
      }
    }
    ledger.until(boundary(12));
    expect(ledger.account.total).toBe(0n);
  });

  test('40 missed periods catch up to the same state as 40 daily runs', () => {
    const [late, daily] = [scheduled(40), scheduled(40)];
    for (let now = anchor; now < boundary(40); now += DAY) daily.until(now);
    daily.until(boundary(40));
    late.until(boundary(40));
    expect(late.entries).toEqual(daily.entries);
    expect(late.account).toEqual(daily.account);
  });

  test('validity as a duration counts calendar days in the zone of the account, from effective_at', () => {
    const start = at('2026-03-20T10:00:00+01:00');
    const ledger = new Ledger({ timeZone: 'Europe/Berlin', now: start });
    const validity = { kind: 'for' as const, duration: 'P30D' };
    expect(issue(ledger, 1n, { validity }).expiresAt).toBe(at('2026-04-19T10:00:00+02:00'));
    const later = issue(ledger, 1n, { validity, effectiveAt: at('2026-10-10T10:00:00+02:00') });
    expect(later.expiresAt).toBe(at('2026-11-09T10:00:00+01:00'));
  });
});
