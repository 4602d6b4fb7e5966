/** What the React bindings decide without a page: when to ask, what is short, which rows belong together. */
import { describe, expect, it } from 'vitest';
import { DrawdownApiError, DrawdownNetworkError } from '../../src/errors.ts';
import { mustAsk } from '../../src/react/asking.ts';
import { monthBefore, startOfDate } from '../../src/react/calendar.ts';
import { calendarFile } from '../../src/react/calendar-file.ts';
import { cheaperSettings } from '../../src/react/cheaper.ts';
import { createFormat } from '../../src/react/format.ts';
import { historyCsv } from '../../src/react/history-csv.ts';
import { historyRows } from '../../src/react/history-rows.ts';
import { Intent } from '../../src/react/intent.ts';
import { shortageOf } from '../../src/react/shortage.ts';
import type { Balance, Catalog, CatalogPrice, Entry, Quote, QuotedLimit } from '../../src/wire.ts';

const balance = (available: number, held = 0) => ({ available, held }) as Balance;
const quote = (more: Partial<Quote>): Quote => ({
  quote: 'qte_1',
  feature: 'ai_script',
  amount: 25,
  price_version: 'v',
  draws: [],
  after: balance(18),
  sufficient: false,
  shortfall: 7,
  member_limit: null,
  expires_at: '2026-03-25T10:00:00.000Z',
  ...more,
});
const limitOf = (remaining: number, sufficient: boolean) =>
  ({ remaining, sufficient, per: 'month', resets_at: '2026-04-01T00:00:00.000Z' }) as QuotedLimit;

describe('what a price is short of', () => {
  it('is nothing where it can be paid', () => {
    expect(shortageOf(quote({ sufficient: true, shortfall: 0 }), undefined)).toBeNull();
  });

  it('is told apart: too few, reserved, of another kind, beyond a limit', () => {
    expect(shortageOf(quote({}), undefined)).toEqual({
      kind: 'few',
      required: 25,
      available: 18,
      missing: 7,
    });
    expect(shortageOf(quote({ after: balance(18, 6) }), undefined)).toMatchObject({ kind: 'few' });
    expect(shortageOf(quote({ after: balance(18, 7) }), undefined)).toMatchObject({ kind: 'held', held: 7 });
    const catalog = { features: [{ id: 'ai_script', classes: ['purchased'] }] } as unknown as Catalog;
    expect(shortageOf(quote({ after: balance(25) }), catalog)).toMatchObject({
      kind: 'class',
      other: 7,
      allowed: ['purchased'],
    });
  });

  it('is the limit first, also where the team has enough', () => {
    const rich = quote({ sufficient: true, shortfall: 0, after: balance(500) });
    const limited = { member_limit: limitOf(5, false) };
    expect(shortageOf({ ...rich, ...limited }, undefined)).toMatchObject({
      kind: 'limit',
      available: 5,
      missing: 20,
      per: 'month',
      resetsAt: '2026-04-01T00:00:00.000Z',
    });
    expect(shortageOf(quote(limited), undefined)).toMatchObject({ kind: 'limit' });
    expect(shortageOf({ ...rich, member_limit: limitOf(25, true) }, undefined)).toBeNull();
  });
});

describe('asking before credits are spent', () => {
  const isPaid = (id: string): boolean => id === 'purchased';
  const free = quote({ draws: [{ grant: 'g', class: 'promotional', amount: 25 }] });
  const mixed = quote({ draws: [...free.draws, { grant: 'h', class: 'purchased', amount: 1 }] });

  it('stops below what was allowed, and not at it', () => {
    expect(mustAsk(free, { below: 26, paid: false }, isPaid)).toBe(false);
    expect(mustAsk(free, { below: 25, paid: false }, isPaid)).toBe(true);
    expect(mustAsk(free, { below: 0, paid: true }, isPaid)).toBe(true);
  });

  it('never covers a purchased credit, unless that was allowed by itself', () => {
    expect(mustAsk(mixed, { below: 1_000, paid: false }, isPaid)).toBe(true);
    expect(mustAsk(mixed, { below: 1_000, paid: true }, isPaid)).toBe(false);
  });
});

describe('settings that cost less', () => {
  const table: CatalogPrice = {
    kind: 'table',
    dimensions: [
      { kind: 'tier', id: 'seconds', up_to: [15, 60], default: 15 },
      { kind: 'choice', id: 'resolution', values: ['720p', '4k'], default: '720p' },
    ],
    cells: [
      { when: { seconds: 15, resolution: '720p' }, amount: 10 },
      { when: { seconds: 15, resolution: '4k' }, amount: 30 },
      { when: { seconds: 60, resolution: '720p' }, amount: 20 },
      { when: { seconds: 60, resolution: '4k' }, amount: null },
    ],
  };

  it('are those that there are credits for, the nearest to the wish first', () => {
    expect(cheaperSettings(table, { seconds: 15, resolution: '4k' }, 25)).toEqual([
      { units: { seconds: 60, resolution: '720p' }, amount: 20 },
      { units: { seconds: 15, resolution: '720p' }, amount: 10 },
    ]);
    expect(cheaperSettings(table, { seconds: 15, resolution: '4k' }, 9)).toEqual([]);
  });

  it('are as many units as there are credits for, in whole steps', () => {
    const each: CatalogPrice = { kind: 'per_unit', amount: 25, unit: 'script', increment: 1 };
    expect(cheaperSettings(each, 3, 60)).toEqual([{ units: 2, amount: 50 }]);
    expect(cheaperSettings(each, 2, 60)).toEqual([]);
    expect(cheaperSettings(each, 3, 24)).toEqual([]);
  });
});

describe('one wish', () => {
  const refusal = (status: number) =>
    new DrawdownApiError({ type: 't', title: 't', status, code: 'c', detail: 'd' }, 'key');

  it('is one request however often it is pressed, and the next one has a key of its own', async () => {
    const keys: string[] = [];
    const intent = new Intent(async (_: string, key: string) => keys.push(key));
    await Promise.all([intent.run('a'), intent.run('a')]);
    expect(keys).toHaveLength(1);
    await intent.run('a');
    expect(new Set(keys).size).toBe(2);
  });

  it('goes under the same key until an answer came, and under another after a refusal', async () => {
    const lost = new DrawdownNetworkError(
      { method: 'POST', url: '/', idempotencyKey: 'k', attempts: 1 },
      new Error('gone'),
    );
    const failures = [lost, refusal(500), refusal(402)];
    const keys: string[] = [];
    const intent = new Intent(async (_: string, key: string) => {
      keys.push(key);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    });
    for (let turn = 0; turn < 3; turn += 1) await intent.run('a').catch(() => undefined);
    await intent.run('a');
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[2]);
  });
});

describe('rows of the history', () => {
  const entry = (seq: number, more: Partial<Entry>): Entry =>
    ({
      seq,
      operation: `op_${seq}`,
      reverses: null,
      hold: null,
      amount: 0,
      moves: [],
      metadata: {},
      ...more,
    }) as Entry;

  it('say what became of each: a charge that was given back, a job that ended', () => {
    const rows = historyRows([
      entry(6, { type: 'release', hold: 'hld_2', operation: null }),
      entry(5, { type: 'hold', hold: 'hld_2' }),
      entry(4, { type: 'capture', hold: 'hld_1', amount: -20 }),
      entry(3, { type: 'hold', hold: 'hld_1' }),
      entry(2, { type: 'refund', reverses: 'op_1', amount: 10 }),
      entry(1, { type: 'consume', amount: -25 }),
    ]);
    expect(rows.map(({ status }) => status)).toEqual([
      'timed_out',
      'released',
      'charged',
      'captured',
      null,
      'partly_refunded',
    ]);
    // What belongs together leads to each other, from both sides.
    expect(rows.map(({ related }) => related.map(({ seq }) => seq))).toEqual([[5], [6], [3], [4], [1], [2]]);
  });

  it('say of what ends a job what it was for', () => {
    const rows = historyRows([
      entry(4, { type: 'refund', reverses: 'op_3', metadata: {} }),
      entry(3, { type: 'capture', hold: 'hld_1', metadata: {} }),
      entry(2, { type: 'hold', hold: 'hld_1', metadata: { project: 'Spring film' } }),
      entry(1, { type: 'consume', metadata: { project: 7 } }),
    ]);
    expect(rows.map(({ project }) => project)).toEqual(['Spring film', 'Spring film', 'Spring film', null]);
  });

  it('count by class what was set apart, only where nothing else changed', () => {
    const moves = [
      { grant: 'a', class: 'subscription', remaining: 0, held: 20 },
      { grant: 'b', class: 'promotional', remaining: 0, held: 5 },
    ];
    const [row] = historyRows([entry(1, { type: 'hold', hold: 'hld_1', moves })]);
    expect(row?.split).toEqual([
      { class: 'subscription', amount: -20 },
      { class: 'promotional', amount: -5 },
    ]);
  });

  it('name the lot that was changed where no credits moved', () => {
    const [row] = historyRows([
      entry(1, { type: 'freeze', moves: [], about: { grant: 'grt_1', class: 'purchased' } }),
    ]);
    expect(row?.split).toEqual([{ class: 'purchased', amount: null }]);
  });

  it('are a table for a spreadsheet: what became of each, what it was for, which lots', async () => {
    async function* newestFirst() {
      yield entry(3, { type: 'extend', moves: [], about: { grant: 'grt_9', class: 'promotional' } });
      yield entry(2, { type: 'capture', hold: 'hld_1', amount: -25, metadata: {} });
      const moves = [
        { grant: 'grt_1', class: 'subscription', remaining: 0, held: 20 },
        { grant: 'grt_2', class: 'promotional', remaining: 0, held: 5 },
      ];
      const units = { seconds: 10, quality: 'high' };
      yield entry(1, { type: 'hold', hold: 'hld_1', held: 25, moves, units, metadata: { project: '=Film' } });
    }
    const [head = '', ...lines] = (await historyCsv(newestFirst())).trimEnd().split('\r\n');
    const columns = head.split(',');
    expect(lines.map((line) => line.split(',')[columns.indexOf('status')])).toEqual([
      '',
      'charged',
      'captured',
    ]);
    expect(lines[0]).toContain(',promotional,grt_9,');
    expect(lines[1]).toContain(`,'=Film,-25,`);
    expect(lines[2]).toContain(`"{""seconds"":10,""quality"":""high""}",'=Film,0,25,`);
    expect(lines[2]).toContain(',subscription: -20; promotional: -5,grt_1; grt_2,');
  });
});

describe('a month', () => {
  const month = (now: string, zone: string, back = 0) => monthBefore(Date.parse(now), back, zone);

  it('begins and ends where the zone has midnight, with its clocks of then', () => {
    expect(month('2026-11-27T12:00:00Z', 'UTC')).toEqual({
      id: '2026-11',
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
    });
    // Summer time ends within it.
    expect(month('2026-10-15T12:00:00Z', 'Europe/Berlin')).toEqual({
      id: '2026-10',
      from: '2026-09-30T22:00:00.000Z',
      to: '2026-10-31T23:00:00.000Z',
    });
    expect(month('2026-10-31T23:30:00Z', 'Europe/Berlin').id).toBe('2026-11');
    expect(month('2026-10-31T23:30:00Z', 'America/Los_Angeles').id).toBe('2026-10');
    expect(month('2026-01-01T09:00:00Z', 'Pacific/Kiritimati', 1)).toMatchObject({
      id: '2025-12',
      from: '2025-11-30T10:00:00.000Z',
    });
    expect(month('2026-11-27T12:00:00Z', 'Asia/Kolkata', 23).id).toBe('2024-12');
  });

  it('leaves no instant out and counts none twice', () => {
    for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'America/Asuncion']) {
      for (let back = 0; back < 36; back++) {
        const now = '2026-11-27T12:00:00Z';
        expect(month(now, zone, back + 1).to).toBe(month(now, zone, back).from);
      }
    }
  });

  it('has days that begin in the zone as well, the last one included', () => {
    expect(startOfDate('2026-03-29', 0, 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(startOfDate('2026-03-29', 1, 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(startOfDate('2026-12-31', 1, 'UTC')).toBe('2027-01-01T00:00:00.000Z');
  });
});

describe('the dates for a calendar', () => {
  const now = Date.parse('2026-03-20T10:00:00.000Z');
  const file = (at: string, title = '15 credits; expire, “soon”') =>
    calendarFile([{ id: 'grt_1', at, title, text: 'Ä'.repeat(80) }], {
      url: 'http://localhost/credits',
      now,
    });

  it('is one event at the exact instant, with what a calendar would misread escaped', () => {
    const text = file('2026-03-28T12:30:00.000Z');
    expect(text).toContain('\r\nDTSTART:20260328T123000Z\r\n');
    expect(text).toContain('SUMMARY:15 credits\\; expire\\, “soon”');
    expect(text.startsWith('BEGIN:VCALENDAR\r\n') && text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  });

  it('rings only when there is still time', () => {
    const triggers = (text: string) => [...text.matchAll(/TRIGGER:(\S+)/g)].map(([, one]) => one);
    expect(triggers(file('2026-03-28T12:30:00.000Z'))).toEqual(['-P3D', '-P1D']);
    expect(triggers(file('2026-03-22T10:00:00.000Z'))).toEqual(['-P1D', '-PT1H']);
    expect(triggers(file('2026-03-20T10:30:00.000Z'))).toEqual([]);
  });

  it('has no line of more than 75 octets, and loses no character by folding', () => {
    const text = file('2026-03-28T12:30:00.000Z');
    const sizes = text.split('\r\n').map((line) => new TextEncoder().encode(line).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain('Ä'.repeat(80));
  });
});

it('money has the decimals of its currency', () => {
  const format = createFormat({ locale: 'en-GB' });
  // By ISO 4217, whatever coins there are: `decimalsOf`.
  const sums = (['USD', 'HUF', 'JPY', 'KWD'] as const).map((currency) => format.money(199_900, currency));
  expect(sums.map((sum) => sum.replace(/^[^\d]+/, ''))).toEqual([
    '1,999.00',
    '1,999.00',
    '199,900',
    '199.900',
  ]);
});

it('an instant of another year says which', () => {
  const format = createFormat({ locale: 'en-GB', timeZone: 'UTC' });
  const next = new Date().getUTCFullYear() + 1;
  expect(format.dateTime(`${next}-03-05T07:00:00Z`)).toBe(`5 Mar ${next}, 07:00`);
  expect(format.utc(`${next}-03-05T07:00:00Z`)).toBe(`5 Mar ${next}, 07:00 UTC`);
  expect(format.dateTime(`${next - 1}-03-05T07:00:00Z`)).toBe('5 Mar, 07:00');
});
