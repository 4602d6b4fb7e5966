/** A debt that turns out to be none: what it was repaid out of gets back exactly that. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consume, entriesOf, entry, grant, issue, onLot, refund, refusalOf, until } from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

const { amount: _, ...otherwise } = grant(1n, { class: 'purchased', metadata: { reinstated: true } });
const owe = (amount: bigint) => ({ verb: 'owe' as const, amount, reason: 'purchase_reversed' });
const forgive = (amount: bigint) => ({
  verb: 'forgive' as const,
  amount,
  reason: 'purchase_reversed',
  otherwise,
});
const remaining = (ledger: Ledger) => ledger.lots().map((lot) => [lot.class, lot.remaining]);

describe('a debt is forgiven', () => {
  test('what is still owed is owed no more, and no lot is touched', () => {
    const ledger = new Ledger();
    ledger.do(owe(40n));
    expect(entriesOf(ledger.do(forgive(30n)))).toEqual([
      entry({
        seq: 2,
        type: 'adjust',
        at: START,
        debt: -30n,
        actor: 'someone',
        detail: { reason: 'purchase_reversed' },
      }),
    ]);
    expect(ledger.account).toMatchObject({ debt: 10n, total: 0n });
  });

  test('what was repaid goes back into the very lots, the newest repayment first', () => {
    const ledger = new Ledger();
    ledger.do(owe(40n));
    const first = issue(ledger, 15n, { class: 'promotional' });
    const second = issue(ledger, 10n, { class: 'subscription' });
    expect(ledger.account).toMatchObject({ debt: 15n, total: 0n });
    const entries = entriesOf(ledger.do(forgive(29n)));
    expect(entries.map(({ type, debt, moves, reverses }) => [type, debt, moves, reverses])).toEqual([
      ['refund', 10n, [{ grant: second.no, remaining: 10n, held: 0n }], 5],
      ['refund', 4n, [{ grant: first.no, remaining: 4n, held: 0n }], 3],
      ['adjust', -29n, [], null],
    ]);
    expect(ledger.account).toMatchObject({ debt: 0n, total: 14n });
    // What came back once does not come back again.
    ledger.do(owe(1n));
    ledger.do(forgive(12n));
    expect(remaining(ledger)).toEqual([
      ['promotional', 15n],
      ['subscription', 10n],
    ]);
  });

  test('a lot that expired meanwhile has a new one of its class in its place, one that was voided keeps nothing', () => {
    const ledger = new Ledger();
    ledger.do(owe(12n));
    issue(ledger, 5n, { class: 'promotional', ...until(START + DAY) });
    const voided = issue(ledger, 10n, { class: 'subscription' });
    ledger.do(onLot('void', voided.no));
    ledger.until(START + 2 * DAY);
    const entries = entriesOf(ledger.do(forgive(12n)));
    expect(entries.map(({ type, amount }) => [type, amount])).toEqual([
      ['refund', 7n],
      ['void', -7n],
      ['refund', 5n],
      ['adjust', 0n],
    ]);
    const [, , instead] = ledger.lots();
    expect(instead).toMatchObject({
      class: 'promotional',
      remaining: 5n,
      source: { type: 'refund', ref: '3' },
      expiresAt: START + 9 * DAY,
    });
    expect(ledger.account).toMatchObject({ debt: 0n, total: 5n });
  });

  test('what nobody knows a repayment of is granted instead', () => {
    const ledger = new Ledger();
    ledger.do(owe(4n));
    ledger.do(forgive(10n));
    expect(remaining(ledger)).toEqual([['purchased', 6n]]);
    expect(ledger.account).toMatchObject({ debt: 0n, total: 6n });
  });

  test('a repayment is no operation that anybody could refund', () => {
    const ledger = new Ledger();
    ledger.do(owe(4n));
    issue(ledger, 10n);
    const repayment = ledger.entries.find((one) => one.debt < 0n);
    expect(refusalOf(ledger.ask(refund(repayment as never)))).toEqual({ code: 'operation_not_found' });
  });

  test('the balance limit holds, and nothing is forgiven then', () => {
    const ledger = new Ledger();
    ledger.do(owe(10n));
    issue(ledger, 10n);
    issue(ledger, 2n ** 53n - 5n);
    expect(refusalOf(ledger.ask(forgive(10n)))).toMatchObject({ code: 'balance_limit_exceeded' });
  });
});

test('whatever happens in between, a debt that is wholly forgiven leaves what was granted less what was spent', () => {
  const step = fc.oneof(
    fc.record({ owe: fc.bigInt(1n, 60n) }),
    fc.record({ grant: fc.bigInt(1n, 60n), of: fc.constantFrom('subscription', 'promotional', 'purchased') }),
    fc.record({ spend: fc.bigInt(1n, 60n) }),
    fc.record({ forgive: fc.bigInt(1n, 60n) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ledger = new Ledger();
      let owed = 0n;
      let net = 0n;
      const less = (amount: bigint): void => {
        if (amount === 0n) return;
        ledger.do(forgive(amount));
        owed -= amount;
      };
      for (const one of steps) {
        if ('owe' in one) {
          ledger.do(owe(one.owe));
          owed += one.owe;
        } else if ('grant' in one) {
          issue(ledger, one.grant, { class: one.of });
          net += one.grant;
        } else if ('spend' in one) {
          if ('entries' in ledger.do(consume(one.spend))) net -= one.spend;
        } else less(one.forgive < owed ? one.forgive : owed);
        expect(ledger.account.total - ledger.account.debt).toBe(net - owed);
      }
      less(owed);
      expect(ledger.account).toMatchObject({ debt: 0n, total: net });
      // Every credit is back in a lot that was granted: none was made up.
      expect(
        ledger.lots().every((lot) => lot.source.type === 'test' && lot.metadata.reinstated !== true),
      ).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
