/** What adjustments and the verbs on a single lot enter, to the last field. */
import { describe, expect, test } from 'vitest';
import {
  adjust,
  consume,
  entriesOf,
  entry,
  extend,
  issue,
  onLot,
  operationOf,
  refusalOf,
  release,
  reserve,
  until,
} from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

describe('one lot', () => {
  const setUp = () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n, until(START + DAY));
    return { ledger, no: lot.no };
  };

  test('void takes back what is unspent and unheld, and what comes back later', () => {
    const { ledger, no } = setUp();
    ledger.do(consume(2n));
    const held = reserve(ledger, 3n);
    expect(entriesOf(ledger.do(onLot('void', no)))).toEqual([
      entry({
        seq: 4,
        type: 'void',
        amount: -5n,
        total: 3n,
        moves: [{ grant: no, remaining: -5n, held: 0n }],
        detail: { grant: no, reason: 'asked' },
      }),
    ]);
    expect(ledger.lot(no)).toMatchObject({ phase: 'voided', remaining: 3n, held: 3n, voided: 5n });
    const [, gone] = entriesOf(ledger.do(release(held)));
    expect(gone).toMatchObject({ type: 'void', amount: -3n, detail: null });
    expect(refusalOf(ledger.ask(onLot('void', no)))).toEqual({ code: 'grant_closed', state: 'voided' });
  });

  test('void of a lot with nothing to take is entered all the same', () => {
    const { ledger, no } = setUp();
    ledger.do(consume(10n));
    expect(operationOf(ledger.do(onLot('void', no)))).toMatchObject({
      amount: 0n,
      moves: [],
      detail: { grant: no },
    });
    expect(ledger.lot(no).phase).toBe('voided');
    const later = issue(ledger, 4n, { effectiveAt: START + 5 });
    ledger.do(onLot('void', later.no));
    expect(ledger.until(START + 9)).toEqual([]);
    expect(ledger.lot(later.no)).toMatchObject({ phase: 'voided', granted: 0n });
  });

  test('freeze keeps it from being drawn on, unfreeze lets go; both say why', () => {
    const { ledger, no } = setUp();
    for (const [verb, frozen, code] of [
      ['freeze', true, 'grant_frozen'],
      ['unfreeze', false, 'grant_not_frozen'],
    ] as const) {
      expect(entriesOf(ledger.do(onLot(verb, no)))).toEqual([
        entry({ seq: frozen ? 2 : 3, type: verb, total: 10n, detail: { grant: no, reason: 'asked' } }),
      ]);
      expect(ledger.lot(no).frozen).toBe(frozen);
      expect('entries' in ledger.ask(consume(1n))).toBe(!frozen);
      expect(refusalOf(ledger.ask(onLot(verb, no)))).toEqual({ code });
    }
  });

  test('a frozen lot that has ended is closed as expired, though part of it is held', () => {
    const { ledger, no } = setUp();
    reserve(ledger, 3n, { ttlMs: 2 * DAY });
    ledger.do(onLot('freeze', no));
    ledger.until(START + DAY);
    expect(refusalOf(ledger.ask(onLot('unfreeze', no)))).toEqual({ code: 'grant_closed', state: 'expired' });
  });

  test('extend moves the end later, or away; never earlier, nor to where it is', () => {
    const { ledger, no } = setUp();
    expect(entriesOf(ledger.do({ ...extend(no, START + 2 * DAY), reason: 'kind' }))).toEqual([
      entry({
        seq: 2,
        type: 'extend',
        total: 10n,
        detail: { reason: 'kind', grant: no, expiresAt: START + 2 * DAY, before: START + DAY },
      }),
    ]);
    for (const end of [START + 2 * DAY, START + DAY, START - 1]) {
      expect(refusalOf(ledger.ask(extend(no, end)))).toEqual({ code: 'expiry_not_later' });
    }
    const detail = { grant: no, expiresAt: null, before: START + 2 * DAY };
    expect(operationOf(ledger.do(extend(no, null))).detail).toEqual(detail);
    expect(refusalOf(ledger.ask(extend(no, null)))).toEqual({ code: 'expiry_not_later' });
    expect(refusalOf(ledger.ask(extend(no, START + 9 * DAY)))).toEqual({ code: 'expiry_not_later' });
  });

  test('extending changes the draw order at once', () => {
    const { ledger, no } = setUp();
    const other = issue(ledger, 10n, until(START + 2 * DAY));
    ledger.do(extend(no, START + 3 * DAY));
    expect(operationOf(ledger.ask(consume(1n))).moves[0]?.grant).toBe(other.no);
  });
});

describe('adjust', () => {
  test('up: a lot of the class named, or of the first, that never ends', () => {
    const ledger = new Ledger();
    const only = operationOf(ledger.do(adjust(5n, { metadata: { case: 7 } }), 'ann'));
    const no = ledger.account.stamp;
    const terms = {
      ...{
        no,
        class: 'subscription',
        amount: 5n,
        priority: 0,
        effectiveAt: START,
        expiresAt: null,
        features: null,
      },
      ...{ source: { type: 'adjustment', ref: null }, cost: null, catalog: 'test', metadata: { case: 7 } },
    };
    expect(only).toEqual(
      entry({
        seq: 1,
        type: 'adjust',
        amount: 5n,
        total: 5n,
        actor: 'ann',
        moves: [{ grant: no, remaining: 5n, held: 0n }],
        detail: { grants: [terms], reason: 'recount', metadata: { case: 7 } },
      }),
    );
    ledger.do(adjust(1n, { class: 'purchased' }));
    expect(ledger.lot(ledger.account.stamp)).toMatchObject({ class: 'purchased', granted: 1n });
    expect(ledger.lot(ledger.account.stamp).metadata).toEqual({});
  });

  test('down: in draw order, from the class named where one is, all or nothing', () => {
    const ledger = new Ledger();
    const paid = issue(ledger, 10n, { class: 'purchased' });
    const free = issue(ledger, 4n);
    expect(operationOf(ledger.do(adjust(-6n)))).toEqual(
      entry({
        seq: 3,
        type: 'adjust',
        amount: -6n,
        total: 8n,
        moves: [
          { grant: free.no, remaining: -4n, held: 0n },
          { grant: paid.no, remaining: -2n, held: 0n },
        ],
        detail: { reason: 'recount' },
      }),
    );
    expect(ledger.lot(free.no)).toMatchObject({ remaining: 0n, voided: 4n, consumed: 0n });
    const refused = { code: 'insufficient_credits', required: 9n, available: 8n, shortfall: 1n, held: 0n };
    expect(refusalOf(ledger.ask(adjust(-9n)))).toEqual(refused);
    expect(refusalOf(ledger.ask(adjust(-1n, { class: 'promotional' })))).toMatchObject({ available: 0n });
    expect(operationOf(ledger.ask(adjust(-8n, { class: 'purchased' }))).amount).toBe(-8n);
  });
});
