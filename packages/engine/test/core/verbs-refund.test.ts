/** What a refund enters, to the last field: back to the very lots, or to what takes their place. */
import { describe, expect, test } from 'vitest';
import {
  consume,
  entriesOf,
  entry,
  issue,
  onLot,
  operationOf,
  refund,
  refusalOf,
  until,
} from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

describe('refund', () => {
  const setUp = () => {
    const ledger = new Ledger({ timeZone: 'Europe/Berlin' });
    const first = issue(ledger, 10n, {
      class: 'subscription',
      priority: 2,
      features: ['script'],
      ...until(START + DAY),
    });
    const second = issue(ledger, 10n);
    const spent = operationOf(ledger.do(consume(15n, { feature: 'script' })));
    return { ledger, first: first.no, second: second.no, spent };
  };

  test('goes back into the very lots, last drawn first', () => {
    const { ledger, first, second, spent } = setUp();
    ledger.until(START + 9);
    expect(entriesOf(ledger.do(refund(spent, { amount: 7n, metadata: { by: 'ann' } }), 'ann'))).toEqual([
      entry({
        seq: 4,
        type: 'refund',
        at: START + 9,
        amount: 7n,
        total: 12n,
        feature: 'script',
        reverses: 3,
        actor: 'ann',
        moves: [
          { grant: second, remaining: 5n, held: 0n },
          { grant: first, remaining: 2n, held: 0n },
        ],
        detail: { reason: 'failed', metadata: { by: 'ann' }, reversesAt: START },
      }),
    ]);
    expect(ledger.lot(first)).toMatchObject({ remaining: 2n, consumed: 8n });
    // The rest, when no amount is named; then there is nothing more to give.
    expect(operationOf(ledger.do(refund(spent))).moves).toEqual([{ grant: first, remaining: 8n, held: 0n }]);
    expect(ledger.ask(refund(spent))).toEqual({
      refusal: { code: 'amount_exceeds_operation', refundable: 0n },
    });
    expect(ledger.account.total).toBe(20n);
  });

  test('more than is left to give back is refused, and says how much is', () => {
    const { ledger, spent } = setUp();
    expect(refusalOf(ledger.ask(refund(spent, { amount: 16n })))).toEqual({
      code: 'amount_exceeds_operation',
      refundable: 15n,
    });
    ledger.do(refund(spent, { amount: 4n }));
    expect(refusalOf(ledger.ask(refund(spent, { amount: 12n })))).toEqual({
      code: 'amount_exceeds_operation',
      refundable: 11n,
    });
  });

  test('an id with another instant is no id of the operation', () => {
    const { ledger, spent } = setUp();
    const elsewhen = refund({ ...spent, at: spent.at + 1 });
    expect(refusalOf(ledger.ask(elsewhen))).toEqual({ code: 'operation_not_found' });
  });

  test('where a lot has ended, a new one takes its place: same class, priority and features, with the grace', () => {
    const { ledger, first, second, spent } = setUp();
    const now = START + DAY;
    ledger.until(now);
    const entered = entriesOf(ledger.do(refund(spent)));
    const no = ledger.account.stamp;
    const terms = {
      ...{
        no,
        class: 'subscription',
        amount: 10n,
        priority: 2,
        features: ['script'],
        metadata: {},
        cost: null,
      },
      // Seven calendar days in Berlin, where the clocks go forward in between.
      ...{ effectiveAt: now, expiresAt: now + 7 * DAY - 3_600_000, catalog: 'test' },
      source: { type: 'refund', ref: String(spent.seq) },
    };
    expect(entered).toEqual([
      entry({
        seq: 4,
        type: 'refund',
        at: now,
        amount: 15n,
        total: 20n,
        feature: 'script',
        reverses: 3,
        moves: [
          { grant: second, remaining: 5n, held: 0n },
          { grant: no, remaining: 10n, held: 0n },
        ],
        detail: { grants: [terms], reason: 'failed', reversesAt: START },
      }),
    ]);
    expect(ledger.lot(first)).toMatchObject({ remaining: 0n, consumed: 10n });
    expect(ledger.lot(no)).toMatchObject({ granted: 10n, remaining: 10n, seq: 4, createdAt: now });
  });

  test('each ended lot gets one of its own, numbered upwards', () => {
    const ledger = new Ledger();
    for (const id of ['subscription', 'promotional']) issue(ledger, 5n, { class: id, ...until(START + 9) });
    const spent = operationOf(ledger.do(consume(10n)));
    ledger.until(START + 9);
    const terms = operationOf(ledger.do(refund(spent))).detail?.grants ?? [];
    expect(terms.map((one) => [one.class, one.amount])).toEqual([
      ['promotional', 5n],
      ['subscription', 5n],
    ]);
    expect(terms[1]?.no).toBe((terms[0]?.no ?? 0) + 1);
  });

  test('a voided lot keeps nothing of it', () => {
    const { ledger, second, spent } = setUp();
    ledger.do(onLot('void', second));
    const [back, gone, ...none] = entriesOf(ledger.do(refund(spent, { amount: 3n })));
    expect(none).toEqual([]);
    expect(back).toMatchObject({ type: 'refund', amount: 3n, total: 3n });
    expect(gone).toEqual(
      entry({ seq: 6, type: 'void', amount: -3n, moves: [{ grant: second, remaining: -3n, held: 0n }] }),
    );
    expect(ledger.lot(second)).toMatchObject({ remaining: 0n, consumed: 2n, voided: 8n, phase: 'voided' });
  });

  test('an overdraft is forgiven first; one that was repaid meanwhile comes back as a new lot', () => {
    const ledger = new Ledger();
    issue(ledger, 4n, { class: 'purchased' });
    const spent = operationOf(ledger.do(consume(10n, { overdraft: true })));
    expect(operationOf(ledger.do(refund(spent, { amount: 2n })))).toMatchObject({
      amount: 0n,
      debt: -2n,
      moves: [],
    });
    issue(ledger, 3n);
    expect(ledger.account.debt).toBe(1n);
    const last = operationOf(ledger.do(refund(spent, { amount: 6n })));
    const terms = last.detail?.grants?.[0];
    expect(last).toMatchObject({ amount: 5n, debt: -1n });
    expect(last.moves.map((move) => move.remaining)).toEqual([3n, 2n]);
    expect(terms).toMatchObject({ class: 'purchased', amount: 3n, priority: 0, features: null });
    expect(ledger.account.debt).toBe(0n);
  });

  test('a repaid overdraft that no lot was part of comes back in the first class', () => {
    const ledger = new Ledger();
    const spent = operationOf(ledger.do(consume(5n, { overdraft: true })));
    issue(ledger, 5n, { class: 'purchased' });
    expect(operationOf(ledger.do(refund(spent))).detail?.grants).toMatchObject([
      { class: 'subscription', amount: 5n },
    ]);
  });
});
