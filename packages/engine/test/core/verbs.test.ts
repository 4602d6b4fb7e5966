/** What each verb enters, to the last field: entries are kept for good, so what they say is a promise. */
import { describe, expect, test } from 'vitest';
import {
  capture,
  consume,
  entriesOf,
  entry,
  extendHold,
  grant,
  hold,
  issue,
  operationOf,
  release,
  until,
} from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

describe('grant', () => {
  const rest = {
    class: 'purchased',
    priority: 3,
    features: ['export', 'script'],
    source: { type: 'purchase', ref: 'pur_1' },
    cost: { amountMinor: 999, currency: 'EUR' },
    metadata: { a: 1 },
  };

  test('issues a lot on its terms, at once', () => {
    const ledger = new Ledger();
    const [only, ...none] = entriesOf(ledger.do(grant(10n, { ...rest, ...until(START + DAY) }), 'ann'));
    const no = ledger.account.stamp;
    const terms = { no, amount: 10n, effectiveAt: START, expiresAt: START + DAY, catalog: 'test', ...rest };
    expect(none).toEqual([]);
    expect(only).toEqual(
      entry({
        seq: 1,
        amount: 10n,
        total: 10n,
        actor: 'ann',
        moves: [{ grant: no, remaining: 10n, held: 0n }],
        detail: { grants: [terms] },
      }),
    );
    expect(ledger.lot(no)).toEqual({
      ...terms,
      ...{ seq: 1, createdAt: START, phase: 'started', frozen: false },
      ...{ granted: 10n, remaining: 10n, held: 0n, consumed: 0n, expired: 0n, voided: 0n, transferred: 0n },
    });
  });

  test('schedules a lot: an entry of nothing now, the credits at effective_at', () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n, { effectiveAt: START + 5 });
    expect(ledger.entries[0]).toMatchObject({ type: 'grant', amount: 0n, total: 0n, moves: [] });
    expect(lot).toMatchObject({ phase: 'scheduled', granted: 0n, remaining: 0n, amount: 10n });
    expect(ledger.until(START + 9)).toEqual([
      entry({
        seq: 2,
        at: START + 5,
        amount: 10n,
        total: 10n,
        actor: 'time',
        moves: [{ grant: lot.no, remaining: 10n, held: 0n }],
      }),
    ]);
  });

  test('dated back is valid at once', () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n, { effectiveAt: START - DAY });
    expect(lot).toMatchObject({ effectiveAt: START - DAY, createdAt: START, remaining: 10n });
  });

  test('pays a debt out of the new lot, in an entry of its own', () => {
    const ledger = new Ledger();
    ledger.do(consume(7n, { overdraft: true }));
    const [, paid] = entriesOf(ledger.do(grant(10n)));
    const no = ledger.account.stamp;
    expect(paid).toEqual(
      entry({
        seq: 3,
        type: 'adjust',
        amount: -7n,
        debt: -7n,
        total: 3n,
        moves: [{ grant: no, remaining: -7n, held: 0n }],
        detail: { reason: 'debt_repaid' },
      }),
    );
    expect(ledger.account.debt).toBe(0n);
    expect(ledger.lot(no)).toMatchObject({ granted: 10n, remaining: 3n, consumed: 7n });
  });
});

describe('consume', () => {
  test('takes in draw order and says for what', () => {
    const ledger = new Ledger();
    const second = issue(ledger, 10n);
    const first = issue(ledger, 10n, { class: 'subscription' });
    const attached = { units: { seconds: 5 }, member: 'bob', metadata: { job: 'x' } };
    expect(entriesOf(ledger.do(consume(15n, { feature: 'script', ...attached }), 'bob'))).toEqual([
      entry({
        seq: 3,
        type: 'consume',
        amount: -15n,
        total: 5n,
        feature: 'script',
        actor: 'bob',
        moves: [
          { grant: first.no, remaining: -10n, held: 0n },
          { grant: second.no, remaining: -5n, held: 0n },
        ],
        detail: attached,
      }),
    ]);
  });

  test('says nothing beyond its columns where nothing was attached', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    expect(operationOf(ledger.do(consume(1n))).detail).toBeNull();
    expect(operationOf(ledger.do(consume(1n, { metadata: {} }))).detail).toEqual({ metadata: {} });
    expect(operationOf(ledger.do(consume(1n, { member: 'bob' }))).detail).toEqual({ member: 'bob' });
    expect(operationOf(ledger.do(consume(1n, { units: 3 }))).detail).toEqual({ units: 3 });
  });

  test('takes what is there and makes the rest a debt, where an overdraft is asked for', () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n);
    expect(operationOf(ledger.do(consume(15n, { overdraft: true })))).toMatchObject({
      amount: -10n,
      debt: 5n,
      total: 0n,
      moves: [{ grant: lot.no, remaining: -10n, held: 0n }],
    });
    expect(operationOf(ledger.do(consume(2n, { overdraft: true })))).toMatchObject({
      amount: 0n,
      debt: 2n,
      moves: [],
    });
    expect(ledger.account.debt).toBe(7n);
  });
});

describe('holds', () => {
  const setUp = () => {
    const ledger = new Ledger();
    const first = issue(ledger, 10n, { class: 'subscription', ...until(START + DAY) });
    const second = issue(ledger, 10n);
    const attached = { feature: 'script', member: 'bob', ttlMs: 5000 };
    const opened = operationOf(ledger.do(hold(12n, attached), 'bob'));
    return { ledger, first: first.no, second: second.no, opened, no: opened.hold as number };
  };

  test('a hold reserves of named lots, until its time-out', () => {
    const { ledger, first, second, opened, no } = setUp();
    expect(opened).toEqual(
      entry({
        seq: 3,
        type: 'hold',
        held: 12n,
        total: 20n,
        feature: 'script',
        hold: no,
        actor: 'bob',
        moves: [
          { grant: first, remaining: 0n, held: 10n },
          { grant: second, remaining: 0n, held: 2n },
        ],
        detail: { member: 'bob', expiresAt: START + 5000 },
      }),
    );
    expect(no).toBeGreaterThan(second);
    expect(ledger.hold(no)).toEqual({
      ...{
        no,
        seq: 3,
        amount: 12n,
        feature: 'script',
        actor: 'bob',
        member: 'bob',
        createdAt: START,
        expiresAt: START + 5000,
      },
      ...{ state: 'open', captured: 0n },
      draws: [
        { grant: first, amount: 10n },
        { grant: second, amount: 2n },
      ],
    });
  });

  test('a capture spends the first drawn first and gives the rest back', () => {
    const { ledger, first, second, opened, no } = setUp();
    ledger.until(START + 9);
    expect(entriesOf(ledger.do(capture(no, { amount: 11n, metadata: { ok: true } }), 'ann'))).toEqual([
      entry({
        seq: 4,
        type: 'capture',
        at: START + 9,
        amount: -11n,
        held: -12n,
        total: 9n,
        feature: 'script',
        hold: no,
        reverses: opened.seq,
        actor: 'ann',
        moves: [
          { grant: first, remaining: -10n, held: -10n },
          { grant: second, remaining: -1n, held: -2n },
        ],
        detail: { member: 'bob', metadata: { ok: true }, reversesAt: START },
      }),
    ]);
    expect(ledger.hold(no)).toMatchObject({ state: 'captured', captured: 11n });
  });

  test('a release gives all back', () => {
    const { ledger, first, second, no } = setUp();
    expect(entriesOf(ledger.do(release(no, { reason: 'blocked' })))).toEqual([
      entry({
        seq: 4,
        type: 'release',
        held: -12n,
        total: 20n,
        feature: 'script',
        hold: no,
        reverses: 3,
        moves: [
          { grant: first, remaining: 0n, held: -10n },
          { grant: second, remaining: 0n, held: -2n },
        ],
        detail: { member: 'bob', reason: 'blocked', reversesAt: START },
      }),
    ]);
    expect(ledger.hold(no)).toMatchObject({ state: 'released', captured: 0n });
  });

  test('a time-out is a release by time, at its very instant', () => {
    const { ledger, no } = setUp();
    const [out, ...none] = ledger.until(START + 60_000);
    expect(none).toEqual([]);
    expect(out).toMatchObject({
      type: 'release',
      at: START + 5000,
      actor: 'time',
      hold: no,
      reverses: 3,
      held: -12n,
    });
    expect(ledger.hold(no).state).toBe('timed_out');
  });

  test('an extension moves the time-out, to the same instant or later', () => {
    const { ledger, no } = setUp();
    ledger.until(START + 1000);
    expect(entriesOf(ledger.do(extendHold(no, 9000)))).toEqual([
      entry({
        seq: 4,
        type: 'extend',
        at: START + 1000,
        total: 20n,
        feature: 'script',
        hold: no,
        reverses: 3,
        detail: { expiresAt: START + 10_000, before: START + 5000, reversesAt: START },
      }),
    ]);
    expect(ledger.hold(no)).toMatchObject({ state: 'open', expiresAt: START + 10_000 });
    expect(ledger.ask(extendHold(no, 9000))).toHaveProperty('entries');
    expect(ledger.ask(extendHold(no, 8999))).toEqual({ refusal: { code: 'expiry_not_later' } });
  });

  test('what falls back into a lot that has ended expires at once; what is captured of it does not', () => {
    const { ledger, first, no } = setUp();
    ledger.do(extendHold(no, 2 * DAY));
    ledger.until(START + DAY + 7);
    expect(ledger.lot(first)).toMatchObject({ remaining: 10n, held: 10n });
    const [captured, expired, ...none] = entriesOf(ledger.do(capture(no, { amount: 4n })));
    expect(none).toEqual([]);
    expect(captured).toMatchObject({ type: 'capture', amount: -4n, held: -12n });
    const moves = [{ grant: first, remaining: -6n, held: 0n }];
    expect(expired).toEqual(
      entry({ seq: 6, type: 'expire', at: START + DAY + 7, amount: -6n, total: 10n, moves }),
    );
    expect(ledger.lot(first)).toMatchObject({ remaining: 0n, consumed: 4n, expired: 6n });
  });
});
