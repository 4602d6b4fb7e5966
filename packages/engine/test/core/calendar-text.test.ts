/** Durations, instants and time zones as text: what is read, and all that is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDuration,
  formatInstant,
  isTimeZone,
  MAX_INSTANT,
  parseDuration,
  parseInstant,
} from '../../src/core/calendar.ts';

const NONE = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };

describe('parseDuration', () => {
  test.each([
    ['P1Y', { years: 1 }],
    ['P1M', { months: 1 }],
    ['P2W', { weeks: 2 }],
    ['P30D', { days: 30 }],
    ['PT12H', { hours: 12 }],
    ['PT15M', { minutes: 15 }],
    ['PT90S', { seconds: 90 }],
    ['P1Y2M3W4DT5H6M7S', { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7 }],
    ['P1DT1S', { days: 1, seconds: 1 }],
    ['P0Y1D', { days: 1 }],
    ['P007D', { days: 7 }],
    ['P9999Y', { years: 9999 }],
    ['PT999999999S', { seconds: 999_999_999 }],
  ])('%s', (text, parts) => {
    expect(parseDuration(text)).toEqual({ ...NONE, ...parts });
  });

  test.each([
    ...[
      '',
      'P',
      'PT',
      'P1',
      '1D',
      'T1H',
      'P1DT',
      'PT1',
      'P1H',
      'PT1D',
      'PT1W',
      'P1S',
      'P1D1Y',
      'P1M1Y',
      'PT1S1M',
    ],
    ...[
      'P0D',
      'PT0S',
      'P0Y0M0W0DT0H0M0S',
      'P-1D',
      '-P1D',
      '+P1D',
      'P+1D',
      'P1.5D',
      'PT0.5S',
      'P1,5D',
      'P1e3D',
    ],
    ...[
      'p1d',
      'P1d',
      'pT1h',
      'Pt1H',
      ' P1D',
      'P1D ',
      'P1D\n',
      'P 1D',
      'P1 D',
      'P1D\u0000',
      'PP1D',
      'P1DP1D',
      'P1D1D',
    ],
    ...['P١D', 'P１D', 'P٣٠D', 'P𝟏D', 'P1Ｄ', 'P10000Y', 'P100000M', 'P100000W', 'P1000000D', 'PT10000000H'],
    ...[
      'PT100000000M',
      'PT1000000000S',
      `P${'9'.repeat(400)}D`,
      'PInfinityD',
      'PNaND',
      'null',
      '30',
      'P1D/P1D',
    ],
  ])('%j is refused', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('the largest of each part stays within what the calendar can count', () => {
    const largest = parseDuration('P9999Y99999M99999W999999DT9999999H99999999M999999999S');
    expect(largest).not.toBeNull();
    if (largest !== null) expect(Number.isSafeInteger(addDuration(MAX_INSTANT, largest))).toBe(true);
  });

  test('whatever is read says the same when written again', () => {
    const part = fc.option(fc.integer({ min: 0, max: 9999 }), { nil: undefined });
    fc.assert(
      fc.property(fc.tuple(part, part, part, part, part, part, part), (parts) => {
        const [years, months, weeks, days, hours, minutes, seconds] = parts;
        const unit = (n: number | undefined, letter: string): string =>
          n === undefined ? '' : `${n}${letter}`;
        const date = unit(years, 'Y') + unit(months, 'M') + unit(weeks, 'W') + unit(days, 'D');
        const time = unit(hours, 'H') + unit(minutes, 'M') + unit(seconds, 'S');
        const read = parseDuration(`P${date}${time === '' ? '' : `T${time}`}`);
        const any = parts.some((n) => n !== undefined && n > 0);
        expect(read === null ? null : Object.values(read)).toEqual(any ? parts.map((n) => n ?? 0) : null);
      }),
    );
  });
});

describe('parseInstant', () => {
  test.each([
    ['2026-03-25T10:00:00Z', '2026-03-25T10:00:00.000Z'],
    ['2026-03-25T10:00:00.5Z', '2026-03-25T10:00:00.500Z'],
    ['2026-03-25T10:00:00.123Z', '2026-03-25T10:00:00.123Z'],
    ['2026-03-25T10:00:00.123999999Z', '2026-03-25T10:00:00.123Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-03-25T10:00:00+01:00', '2026-03-25T09:00:00.000Z'],
    ['2026-03-25T10:00:00-11:30', '2026-03-25T21:30:00.000Z'],
    ['2026-03-25T10:00:00-00:00', '2026-03-25T10:00:00.000Z'],
    ['2026-03-25T10:00:00+23:59', '2026-03-24T10:01:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    // A leap second is the second before it.
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2016-12-31T23:59:60.5Z', '2016-12-31T23:59:59.500Z'],
  ])('%s', (text, written) => {
    const instant = parseInstant(text);
    expect(instant === null ? null : formatInstant(instant)).toBe(written);
  });

  test.each([
    ...[
      '',
      'now',
      '2026-03-25',
      '10:00:00Z',
      '2026-03-25T10:00Z',
      '2026-03-25T10:00:00',
      '2026-03-25 10:00:00Z',
    ],
    ...['2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z'],
    ...['2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-32T00:00:00Z', '2026-01-01T24:00:00Z'],
    ...[
      '2026-01-01T00:60:00Z',
      '2026-01-01T00:00:61Z',
      '2026-01-01T00:00:00+24:00',
      '2026-01-01T00:00:00+00:60',
    ],
    ...['2026-01-01t00:00:00Z', '2026-01-01T00:00:00z', '2026-01-01T00:00:00+0100', '2026-01-01T00:00:00+01'],
    ...['2026-01-01T00:00:00.Z', '2026-01-01T00:00:00,5Z', '2026-01-01T00:00:00.1234567890Z'],
    ...['2026-01-01T00:00:00Z[UTC]', '2026-01-01T00:00:00+01:00[Europe/Berlin]', '2026-01-01T00:00:00Z '],
    ...[' 2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z\n', '20260101T000000Z', '2026-W01-1T00:00:00Z'],
    ...[
      '٢٠٢٦-01-01T00:00:00Z',
      '２０２６-01-01T00:00:00Z',
      '+002026-01-01T00:00:00Z',
      '-000001-01-01T00:00:00Z',
    ],
    ...['-2026-01-01T00:00:00Z', '12026-01-01T00:00:00Z', '1774432800000', '2026-01-01T00:00:00−01:00'],
    // An offset may lead out of the years that can be written.
    ...['9999-12-31T23:59:59-00:01', '9999-12-31T23:59:59.999-23:59', '0000-01-01T00:00:00+00:01'],
  ])('%j is refused', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test('what is written is read back as the same millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: MAX_INSTANT }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }),
      { numRuns: 500 },
    );
  });
});

describe('isTimeZone', () => {
  test.each([
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/Argentina/Buenos_Aires', 'Australia/Lord_Howe'],
    ...['Pacific/Apia', 'Etc/GMT+5', '+05:30', '-11:00'],
  ])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each([
    ...[
      '',
      ' ',
      'Mars/Phobos',
      'Europe',
      'Europe/',
      '/Berlin',
      'Europe/Berlin ',
      'Europe/Berlin\n',
      'Z',
      '+24:00',
      '+5',
    ],
    ...[
      '+05:30:15',
      '2026-01-01',
      '2026-01-01[UTC]',
      '2026-01-01T00:00Z',
      '2026-01-01T00:00+01:00[Europe/Berlin]',
    ],
    ...['UTC[Europe/Berlin]', '__proto__', 'constructor', `A${'a'.repeat(100)}`, 'Europe\\Berlin', '\u0000'],
  ])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
