/** Where things end: the largest balance, the last instant, the longest debt; and what is no command of its own. */
import { describe, expect, test } from 'vitest';
import { MAX_ATOMS } from '../../src/core/amount.ts';
import { copyOf, summarise } from '../../src/core/balance.ts';
import { MAX_INSTANT } from '../../src/core/calendar.ts';
import { dueAt } from '../../src/core/settle.ts';
import {
  adjust,
  capture,
  consume,
  entriesOf,
  extend,
  grant,
  hold,
  issue,
  onLot,
  operationOf,
  refund,
  refusalOf,
  reserve,
  until,
} from './commands.ts';
import { DAY, Ledger, RULES, START } from './ledger.ts';

describe('the largest balance', () => {
  const full = { code: 'balance_limit_exceeded', limit: MAX_ATOMS };

  test('can be reached and not passed, by a grant or an adjustment', () => {
    const ledger = new Ledger();
    issue(ledger, MAX_ATOMS - 1n);
    expect(refusalOf(ledger.ask(grant(2n)))).toEqual(full);
    expect(refusalOf(ledger.ask(adjust(2n)))).toEqual(full);
    expect(ledger.ask(adjust(1n))).toHaveProperty('entries');
    issue(ledger, 1n);
    expect(ledger.account.total).toBe(MAX_ATOMS);
    expect(refusalOf(ledger.ask(grant(1n)))).toEqual(full);
  });

  test('counts scheduled lots, which must be able to start, and not voided ones, which never will', () => {
    const ledger = new Ledger();
    const later = issue(ledger, MAX_ATOMS, { effectiveAt: START + DAY });
    expect(refusalOf(ledger.ask(grant(1n)))).toEqual(full);
    expect(refusalOf(ledger.ask(grant(1n, { effectiveAt: START + 2 * DAY })))).toEqual(full);
    ledger.do(onLot('void', later.no));
    expect(ledger.ask(grant(MAX_ATOMS))).toHaveProperty('entries');
  });

  test('holds for refunds too, but what is only forgiven needs no room', () => {
    const ledger = new Ledger();
    issue(ledger, 5n);
    const spent = operationOf(ledger.do(consume(15n, { overdraft: true })));
    ledger.do(adjust(MAX_ATOMS));
    expect(ledger.account).toMatchObject({ debt: 10n, total: MAX_ATOMS });
    expect(refusalOf(ledger.ask(refund(spent, { amount: 11n })))).toEqual(full);
    expect(operationOf(ledger.do(refund(spent, { amount: 10n })))).toMatchObject({ amount: 0n, debt: -10n });
    ledger.do(consume(1n));
    expect(refusalOf(ledger.ask(refund(spent, { amount: 2n })))).toEqual(full);
    expect(operationOf(ledger.do(refund(spent, { amount: 1n })))).toMatchObject({
      amount: 1n,
      total: MAX_ATOMS,
    });
  });
});

describe('overdraft', () => {
  test('needs leave, even where the credits would do', () => {
    const ledger = new Ledger({ rules: { ...RULES, overdraft: { allowed: false, limit: 50n } } });
    issue(ledger, 5n);
    expect(refusalOf(ledger.ask(consume(1n, { overdraft: true })))).toEqual({
      code: 'overdraft_not_allowed',
    });
    expect(ledger.ask(consume(1n))).toHaveProperty('entries');
  });

  test('reaches its limit and no further, all debts together', () => {
    const ledger = new Ledger();
    issue(ledger, 5n);
    expect(refusalOf(ledger.ask(consume(56n, { overdraft: true })))).toMatchObject({
      required: 56n,
      available: 5n,
      shortfall: 51n,
    });
    ledger.do(consume(45n, { overdraft: true }));
    expect(refusalOf(ledger.ask(consume(11n, { overdraft: true })))).toMatchObject({
      available: 0n,
      shortfall: 11n,
    });
    ledger.do(consume(10n, { overdraft: true }));
    expect(ledger.account.debt).toBe(50n);
  });
});

describe('the last instant', () => {
  const refused = (field: string) => ({ code: 'invalid_expiry', field });

  test('a lot may end at the last instant that can be written, and not after it', () => {
    const ledger = new Ledger();
    expect(ledger.ask(grant(1n, until(MAX_INSTANT)))).toHaveProperty('entries');
    expect(refusalOf(ledger.ask(grant(1n, until(MAX_INSTANT + 1))))).toEqual(refused('expires_at'));
    const forever = { validity: { kind: 'for' as const, duration: 'P9000Y' } };
    expect(refusalOf(ledger.ask(grant(1n, forever)))).toEqual(refused('valid_for'));
    const lot = issue(ledger, 1n, until(START + DAY));
    expect(ledger.ask(extend(lot.no, MAX_INSTANT))).toHaveProperty('entries');
    expect(refusalOf(ledger.ask(extend(lot.no, MAX_INSTANT + 1)))).toEqual(refused('expires_at'));
  });

  test('a lot ends after it starts, and after now', () => {
    const ledger = new Ledger();
    const effectiveAt = START + DAY;
    expect(refusalOf(ledger.ask(grant(1n, until(START))))).toEqual(refused('expires_at'));
    expect(ledger.ask(grant(1n, until(START + 1)))).toHaveProperty('entries');
    expect(refusalOf(ledger.ask(grant(1n, { effectiveAt, ...until(effectiveAt) })))).toEqual(
      refused('expires_at'),
    );
    expect(ledger.ask(grant(1n, { effectiveAt, ...until(effectiveAt + 1) }))).toHaveProperty('entries');
    const past = { effectiveAt: START - 2 * DAY, validity: { kind: 'for' as const, duration: 'P2D' } };
    expect(refusalOf(ledger.ask(grant(1n, past)))).toEqual(refused('valid_for'));
  });
});

describe('what names nothing', () => {
  test('a lot, hold or operation that never was; a hold of somebody else', () => {
    const ledger = new Ledger();
    issue(ledger, 9n);
    const no = operationOf(ledger.do(hold(1n), 'bob')).hold as number;
    for (const command of [onLot('void', 7), onLot('freeze', 7), extend(7, null)]) {
      expect(refusalOf(ledger.ask(command))).toEqual({ code: 'grant_not_found' });
    }
    expect(refusalOf(ledger.ask(capture(7)))).toEqual({ code: 'hold_not_found' });
    expect(refusalOf(ledger.ask(capture(no, { owner: 'ann' })))).toEqual({ code: 'hold_not_found' });
    expect(ledger.ask(capture(no, { owner: 'bob' }))).toHaveProperty('entries');
    const never = { operation: 99, operationAt: START, amount: null, reason: 'x' };
    expect(refusalOf(ledger.ask({ verb: 'refund', ...never }))).toEqual({ code: 'operation_not_found' });
    expect(refusalOf(ledger.ask({ verb: 'recall' }))).toEqual({ code: 'operation_not_found' });
    expect(ledger.ask({ verb: 'settle' })).toEqual({ entries: [] });
  });

  test('only what spent something can be refunded', () => {
    const ledger = new Ledger();
    issue(ledger, 9n);
    reserve(ledger, 1n);
    ledger.do(adjust(-1n));
    for (const entry of ledger.entries) {
      expect(refusalOf(ledger.ask(refund(entry, { amount: 1n })))).toEqual({
        code: 'operation_not_refundable',
      });
    }
  });
});

describe('the balance', () => {
  test('per class, every class of the catalog in its order, then classes that it no longer knows', () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n, until(START + 2 * DAY));
    issue(ledger, 5n, until(START + DAY));
    issue(ledger, 7n, until(START + DAY));
    issue(ledger, 3n, { class: 'withdrawn' });
    issue(ledger, 8n, { effectiveAt: START + 9 });
    reserve(ledger, 6n);
    ledger.do(onLot('freeze', lot.no));
    const nothing = { total: 0n, held: 0n, frozen: 0n, nextExpiry: null };
    expect(summarise(ledger.account, RULES, ledger.now)).toEqual({
      ...{ total: 25n, held: 6n, frozen: 10n },
      classes: [
        { class: 'subscription', ...nothing },
        {
          class: 'promotional',
          total: 22n,
          held: 6n,
          frozen: 10n,
          nextExpiry: { at: START + DAY, amount: 6n },
        },
        { class: 'purchased', ...nothing },
        { class: 'withdrawn', ...nothing, total: 3n },
      ],
      drawOrder: ledger.account.grants
        .filter((one) => one.remaining > one.held && !one.frozen)
        .map((one) => one.no),
    });
  });

  test('a copy can be changed without changing the original', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    const spent = operationOf(ledger.do(consume(1n)));
    ledger.ask(refund(spent));
    reserve(ledger, 2n);
    const copy = copyOf(ledger.account);
    expect(copy).toEqual(ledger.account);
    copy.seq += 1;
    for (const lot of copy.grants) lot.remaining = 0n;
    for (const one of copy.holds.values()) one.state = 'released';
    for (const one of copy.spendings.values()) one.refunded = 1n;
    copy.holds.clear();
    copy.spendings.clear();
    copy.grants.pop();
    expect(ledger.account.grants[0]?.remaining).toBe(9n);
    expect([...ledger.account.holds.values()].map((one) => one.state)).toEqual(['open']);
    expect([...ledger.account.spendings.values()].map((one) => one.refunded)).toEqual([0n]);
  });

  test('is due when the next hold, end or start is, whichever is first; never where nothing is to come', () => {
    const ledger = new Ledger();
    expect(dueAt(ledger.account)).toBeNull();
    issue(ledger, 10n);
    expect(dueAt(ledger.account)).toBeNull();
    issue(ledger, 1n, { effectiveAt: START + 300 });
    expect(dueAt(ledger.account)).toBe(START + 300);
    const lot = issue(ledger, 1n, until(START + 200));
    expect(dueAt(ledger.account)).toBe(START + 200);
    entriesOf(ledger.do(hold(1n, { ttlMs: 100 })));
    expect(dueAt(ledger.account)).toBe(START + 100);
    // What is held cannot end, so nothing is due for it.
    expect(ledger.lot(lot.no)).toMatchObject({ remaining: 1n, held: 1n });
    ledger.until(START + 100);
    expect(dueAt(ledger.account)).toBe(START + 200);
  });
});
