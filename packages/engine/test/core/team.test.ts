/** Limits of members: counted by calendar day and month of the team's zone, exact at the boundary instant. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Account, Entry } from '../../src/core/account.ts';
import { calendarDay, parseInstant, periodEnd } from '../../src/core/calendar.ts';
import type { Decision } from '../../src/core/command.ts';
import { type Member, type Per, periodAt, standingOf } from '../../src/core/team.ts';
import { capture, consume, hold, issue, refund, release } from './commands.ts';
import { Ledger } from './ledger.ts';

const HOUR = 3_600_000;

const at = (text: string): number => parseInstant(text) as number;

const newcomer = (id: string, limit: Member['limit']): Member => ({
  id,
  role: 'member',
  limit,
  day: { period: '', after: 0, used: 0n },
  month: { period: '', after: 0, used: 0n },
  extra: null,
  leftAt: null,
  told: null,
});

/** A team with plenty of credits, and these members. */
function team(members: readonly Member[], setting: { now: number; timeZone?: string }): Ledger {
  const ledger = new Ledger(setting);
  issue(ledger, 1_000_000n);
  ledger.account.members = { kept: true, named: new Map(members.map((one) => [one.id, one])) };
  return ledger;
}

const codeOf = (decision: Decision): string => ('refusal' in decision ? decision.refusal.code : 'done');
const memberOf = (account: Account, id: string) => account.members?.named.get(id) as Member;
const remaining = (ledger: Ledger, id: string) =>
  standingOf(ledger.account, memberOf(ledger.account, id), ledger.now).remaining;

describe('periods', () => {
  test.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2026-03', 'Europe/Berlin', '2026-03-31T22:00:00Z'],
    ['2026-02', 'UTC', '2026-03-01T00:00:00Z'],
    ['2026-12', 'America/New_York', '2027-01-01T05:00:00Z'],
    // Midnight does not exist there: the day begins at one.
    ['2026-04-23', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
    // Midnight comes twice there: the day begins with the first.
    ['2026-10-31', 'America/Havana', '2026-11-01T04:00:00Z'],
  ])('%s in %s is over at %s', (period, timeZone, end) => {
    expect(periodEnd(period, timeZone)).toBe(at(end));
  });

  test('every instant is in the period that ends behind it and began no later', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'Africa/Cairo',
      'America/Sao_Paulo',
      'America/Havana',
      'Pacific/Apia',
    ];
    const instants = fc.integer({ min: at('2000-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom<Per>('day', 'month'),
        instants,
        (zone, per, instant) => {
          const end = periodEnd(periodAt(per, instant, zone), zone);
          expect(end).toBeGreaterThan(instant);
          expect(periodAt(per, end, zone) > periodAt(per, instant, zone)).toBe(true);
          expect(periodAt(per, end - 1, zone) <= periodAt(per, instant, zone)).toBe(true);
        },
      ),
    );
  });
});

describe('limits', () => {
  test('all of it, and not one more; the refusal says what is left and until when', () => {
    const ledger = team([newcomer('anna', { amount: 100n, per: 'day' })], {
      now: at('2026-03-29T10:00:00Z'),
      timeZone: 'Europe/Berlin',
    });
    expect(codeOf(ledger.do(consume(60n, { member: 'anna' })))).toBe('done');
    expect(ledger.do(consume(41n, { member: 'anna' }))).toEqual({
      refusal: {
        code: 'member_limit_reached',
        required: 41n,
        member: 'anna',
        limit: 100n,
        per: 'day',
        extra: 0n,
        used: 60n,
        held: 0n,
        remaining: 40n,
        resetsAt: at('2026-03-29T22:00:00Z'),
      },
    });
    expect(codeOf(ledger.do(consume(40n, { member: 'anna' })))).toBe('done');
    expect(codeOf(ledger.do(consume(1n, { member: 'anna' })))).toBe('member_limit_reached');
    ledger.until(at('2026-03-29T21:59:59.999Z'));
    expect(codeOf(ledger.do(consume(1n, { member: 'anna' })))).toBe('member_limit_reached');
    ledger.until(at('2026-03-29T22:00:00Z'));
    expect(codeOf(ledger.do(consume(100n, { member: 'anna' })))).toBe('done');
  });

  test('what is reserved counts while it is, and what is released, timed out or refunded is given back', () => {
    const ledger = team([newcomer('anna', { amount: 100n, per: 'month' })], {
      now: at('2026-03-10T00:00:00Z'),
    });
    ledger.do(hold(60n, { member: 'anna', ttlMs: HOUR }));
    ledger.do(hold(30n, { member: 'anna', ttlMs: 2 * HOUR }));
    expect(remaining(ledger, 'anna')).toBe(10n);
    expect(codeOf(ledger.do(hold(11n, { member: 'anna', ttlMs: HOUR })))).toBe('member_limit_reached');
    const [first, second] = [...ledger.account.holds.keys()] as [number, number];
    ledger.do(capture(first, { amount: 25n }));
    expect(remaining(ledger, 'anna')).toBe(45n);
    ledger.do(release(second));
    expect(remaining(ledger, 'anna')).toBe(75n);
    ledger.do(hold(75n, { member: 'anna', ttlMs: HOUR }));
    expect(remaining(ledger, 'anna')).toBe(0n);
    ledger.until(ledger.now + HOUR);
    expect(remaining(ledger, 'anna')).toBe(75n);
    const captured = ledger.entries.find(({ type }) => type === 'capture') as Entry;
    ledger.do(refund(captured, { amount: 5n }));
    ledger.do(refund(captured));
    expect(remaining(ledger, 'anna')).toBe(100n);
  });

  test('a hold that outlives its period is counted where it is captured, and until then where it is open', () => {
    const ledger = team([newcomer('anna', { amount: 100n, per: 'day' })], {
      now: at('2026-03-10T23:00:00Z'),
    });
    ledger.do(hold(80n, { member: 'anna', ttlMs: 4 * HOUR }));
    ledger.until(at('2026-03-11T00:30:00Z'));
    expect(remaining(ledger, 'anna')).toBe(20n);
    ledger.do(capture([...ledger.account.holds.keys()][0] as number));
    expect(remaining(ledger, 'anna')).toBe(20n);
    ledger.until(at('2026-03-12T00:00:00Z'));
    expect(remaining(ledger, 'anna')).toBe(100n);
  });

  test('what is refunded of an earlier period allows nothing in this one', () => {
    const ledger = team([newcomer('anna', { amount: 100n, per: 'day' })], {
      now: at('2026-03-10T23:00:00Z'),
    });
    ledger.do(consume(70n, { member: 'anna' }));
    const before = ledger.entries.at(-1) as Entry;
    ledger.until(at('2026-03-11T01:00:00Z'));
    ledger.do(consume(10n, { member: 'anna' }));
    ledger.do(refund(before));
    const { day, month } = memberOf(ledger.account, 'anna');
    expect([day.used, month.used]).toEqual([10n, 10n]);
  });

  test('another limit finds what was used, and more that is allowed counts in its period alone', () => {
    const ledger = team([newcomer('anna', null)], { now: at('2026-03-10T00:00:00Z') });
    ledger.do(consume(500n, { member: 'anna' }));
    const named = ledger.account.members?.named as Map<string, Member>;
    named.set('anna', { ...memberOf(ledger.account, 'anna'), limit: { amount: 300n, per: 'month' } });
    expect(remaining(ledger, 'anna')).toBe(0n);
    named.set('anna', { ...memberOf(ledger.account, 'anna'), extra: { period: '2026-03', amount: 250n } });
    expect(remaining(ledger, 'anna')).toBe(50n);
    ledger.until(at('2026-04-01T00:00:00Z'));
    expect(remaining(ledger, 'anna')).toBe(300n);
  });

  test('a zone that moves west, back over midnight, gives no second allowance', () => {
    const ledger = team([newcomer('anna', { amount: 100n, per: 'day' })], {
      now: at('2026-03-10T23:30:00Z'),
      timeZone: 'Europe/Berlin',
    });
    ledger.do(consume(100n, { member: 'anna' }));
    Object.assign(ledger.account, { timeZone: 'America/New_York' });
    expect(calendarDay(ledger.now, 'America/New_York')).toBe('2026-03-10');
    expect(codeOf(ledger.do(consume(1n, { member: 'anna' })))).toBe('member_limit_reached');
    ledger.until(at('2026-03-12T04:00:00Z'));
    expect(codeOf(ledger.do(consume(100n, { member: 'anna' })))).toBe('done');
  });

  test('whoever is none, or was one, may spend nothing; and nobody spends unless they were looked up', () => {
    const gone = { ...newcomer('gone', null), leftAt: 1 };
    const ledger = team([gone], { now: at('2026-03-10T00:00:00Z') });
    ledger.account.members?.named.set('stranger', null);
    for (const id of ['gone', 'stranger']) {
      expect(ledger.do(consume(1n, { member: id }))).toEqual({
        refusal: { code: 'not_a_member', member: id },
      });
      expect(codeOf(ledger.do(hold(1n, { member: id })))).toBe('not_a_member');
    }
    expect(() => ledger.do(consume(1n, { member: 'unread' }))).toThrow('the member unread is at hand');
    ledger.account.members = null;
    expect(() => ledger.do(consume(1n, { member: 'gone' }))).toThrow('the member gone is at hand');
  });
});

const formats = new Map<string, Intl.DateTimeFormat>();
const dates = new Map<string, string>();

/** The calendar told by the runtime's own formatter, which shares nothing with the core. */
function naivePeriod(per: Per, instant: number, timeZone: string): string {
  const digits = { month: '2-digit', day: '2-digit' } as const;
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', ...digits });
  formats.set(timeZone, format);
  const place = `${timeZone} ${instant}`;
  const date = dates.get(place) ?? format.format(instant);
  dates.set(place, date);
  return per === 'day' ? date : date.slice(0, 7);
}

type Step =
  | { kind: 'consume'; who: number; amount: number }
  | { kind: 'hold'; who: number; amount: number }
  | { kind: 'capture'; which: number; share: number }
  | { kind: 'release'; which: number; share: number }
  | { kind: 'refund'; which: number; share: number }
  | { kind: 'pass'; hours: number }
  | { kind: 'limit'; who: number; amount: number; per: Per };

const who = fc.integer({ min: 0, max: 1 });
const amount = fc.integer({ min: 1, max: 60 });
const which = fc.nat(20);
const share = fc.integer({ min: 1, max: 100 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom<'consume' | 'hold'>('consume', 'hold'), who, amount }),
    fc.record({
      kind: fc.constantFrom<'capture' | 'release' | 'refund'>('capture', 'release', 'refund'),
      which,
      share,
    }),
    fc.record({ kind: fc.constant<'pass'>('pass'), hours: fc.integer({ min: 1, max: 200 }) }),
    fc.record({
      kind: fc.constant<'limit'>('limit'),
      who,
      amount,
      per: fc.constantFrom<Per>('day', 'month'),
    }),
  ),
  { minLength: 10, maxLength: 60 },
);

const NAMES = ['anna', 'ben'];

/** What a member used in a period, added up from the ledger's lines. */
function naiveUse(ledger: Ledger, id: string, per: Per): bigint {
  const { timeZone } = ledger.account;
  const period = (instant: number) => naivePeriod(per, instant, timeZone);
  let sum = 0n;
  for (const entry of ledger.entries) {
    if (entry.detail?.member !== id || period(entry.at) !== period(ledger.now)) continue;
    if (entry.type === 'consume' || entry.type === 'capture') sum -= entry.amount;
    if (entry.type === 'refund') {
      const operation = ledger.entries[(entry.reverses as number) - 1];
      if (operation !== undefined && period(operation.at) === period(entry.at)) sum -= entry.amount;
    }
  }
  return sum;
}

const naiveHeld = (ledger: Ledger, id: string): bigint =>
  [...ledger.account.holds.values()]
    .filter((one) => one.state === 'open' && one.member === id)
    .reduce((sum, one) => sum + one.amount, 0n);

function perform(ledger: Ledger, step: Step): void {
  const { account } = ledger;
  if (step.kind === 'pass') ledger.until(ledger.now + step.hours * HOUR);
  else if (step.kind === 'limit') {
    const id = NAMES[step.who] as string;
    const limit = { amount: BigInt(step.amount), per: step.per };
    account.members?.named.set(id, { ...memberOf(account, id), limit });
  } else if (step.kind === 'consume' || step.kind === 'hold') {
    const id = NAMES[step.who] as string;
    const { limit } = memberOf(account, id);
    const taken = limit && naiveUse(ledger, id, limit.per) + naiveHeld(ledger, id);
    const fits = limit === null || BigInt(step.amount) <= limit.amount - (taken as bigint);
    const wanted = BigInt(step.amount);
    const by = { member: id };
    const command = step.kind === 'consume' ? consume(wanted, by) : hold(wanted, { ...by, ttlMs: 30 * HOUR });
    const done = ledger.do(command);
    expect(codeOf(done)).toBe(fits ? 'done' : 'member_limit_reached');
  } else if (step.kind === 'refund') {
    const spent = ledger.entries.filter(({ type }) => type === 'consume' || type === 'capture');
    const chosen = spent[step.which % Math.max(1, spent.length)];
    if (chosen !== undefined) {
      const part = (-chosen.amount * BigInt(step.share)) / 100n;
      ledger.do(refund(chosen, { amount: part > 0n ? part : null }));
    }
  } else {
    const open = [...account.holds.values()].filter(({ state }) => state === 'open');
    const chosen = open[step.which % Math.max(1, open.length)];
    if (chosen === undefined) return;
    const part = (chosen.amount * BigInt(step.share)) / 100n;
    if (step.kind === 'capture') ledger.do(capture(chosen.no, { amount: part > 0n ? part : null }));
    else ledger.do(release(chosen.no));
  }
}

test('whatever happens, the counts are what the lines of the ledger add up to, and nobody passes a limit', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Havana', 'Pacific/Apia');
  const runs = Number(process.env.DRAWDOWN_RUNS ?? 200);
  fc.assert(
    fc.property(zones, steps, (timeZone, history) => {
      const members = NAMES.map((id) => newcomer(id, null));
      const ledger = team(members, { now: at('2026-10-20T12:00:00Z'), timeZone });
      for (const step of history) {
        perform(ledger, step as Step);
        for (const id of NAMES) {
          const member = memberOf(ledger.account, id);
          for (const per of ['day', 'month'] as const) {
            const period = naivePeriod(per, ledger.now, timeZone);
            const counted = member[per].period === period ? member[per].used : 0n;
            expect(counted).toBe(naiveUse(ledger, id, per));
          }
        }
      }
    }),
    { numRuns: runs },
  );
});
