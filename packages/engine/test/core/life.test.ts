/** The two halves of a merge, and the closing, as decisions. */
import { describe, expect, test } from 'vitest';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import type { ReceiveCommand } from '../../src/core/command.ts';
import { rewind } from '../../src/core/rewind.ts';
import { consume, issue, reserve } from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';
import { lotOf } from './lots.ts';

/** What an account with this much in it sends on, as another one is to receive it. */
const received = (lots: ReceiveCommand['lots'], debt = 0n): ReceiveCommand => ({
  verb: 'receive',
  from: 7,
  seq: 3,
  at: START,
  lots,
  debt,
  reason: 'merged',
});

const lot = (parts: Parameters<typeof lotOf>[0], frozen: string | null = null) => {
  const {
    no,
    class: type,
    amount,
    priority,
    effectiveAt,
    expiresAt,
    features,
    source,
    cost,
    catalog,
    metadata,
  } = lotOf(parts);
  const terms = {
    no,
    class: type,
    amount,
    priority,
    effectiveAt,
    expiresAt,
    features,
    source,
    cost,
    catalog,
    metadata,
  };
  return { terms, frozen };
};

describe('law 1: what is sent is a term of its own', () => {
  test('all that is left of every lot, the debt, and what has not begun', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    issue(ledger, 5n, { effectiveAt: START + DAY });
    ledger.do(consume(4n));
    ledger.do({ verb: 'owe', amount: 3n, reason: 'x' });
    const decision = ledger.do({ verb: 'send', into: 9, reason: 'merged' });
    if (!('entries' in decision)) throw new Error('it is sent');
    expect(decision.entries).toMatchObject([{ type: 'transfer', amount: -6n, debt: -3n }]);
    expect(ledger.account).toMatchObject({ total: 0n, debt: 0n, closed: { at: START, into: 9 } });
    const states = ledger
      .lots()
      .map(({ phase, granted, consumed, transferred }) => [phase, granted, consumed, transferred]);
    expect(states).toEqual([
      ['transferred', 10n, 4n, 6n],
      ['transferred', 0n, 0n, 0n],
    ]);
    // Time does nothing more to it.
    expect(ledger.until(START + 400 * DAY)).toEqual([]);
    expect(ledger.ask(consume(1n))).toMatchObject({ refusal: { code: 'account_closed', into: 9 } });
  });

  test('a hold keeps what it holds', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    const hold = reserve(ledger, 2n);
    for (const command of [
      { verb: 'send', into: 9, reason: 'x' } as const,
      { verb: 'close', reason: 'x' } as const,
    ]) {
      expect(ledger.ask(command)).toEqual({ refusal: { code: 'account_busy', holds: [hold] } });
    }
  });
});

test('debts of both are repaid in draw order out of what came, never out of what is frozen', () => {
  const ledger = new Ledger();
  ledger.do({ verb: 'owe', amount: 4n, reason: 'x' });
  ledger.do(
    received(
      [
        lot({ no: 1, class: 'purchased', amount: 20n }),
        lot({ no: 2, class: 'promotional', amount: 5n }, 'review'),
        lot({ no: 3, class: 'promotional', amount: 6n }),
      ],
      5n,
    ),
  );
  expect(ledger.account).toMatchObject({ debt: 0n, total: 22n });
  expect(ledger.lots().map(({ remaining, consumed, frozen }) => [remaining, consumed, frozen])).toEqual([
    [17n, 3n, false],
    [5n, 0n, true],
    [0n, 6n, false],
  ]);
});

test('what ended on the way expires at once, and what was to begin has begun', () => {
  const ledger = new Ledger({ now: START + 10 * DAY });
  ledger.do(
    received([
      lot({ no: 1, amount: 3n, effectiveAt: START, expiresAt: START + DAY }),
      lot({ no: 2, amount: 4n, effectiveAt: START + DAY }),
      lot({ no: 3, amount: 5n, effectiveAt: START + 20 * DAY }),
    ]),
  );
  expect(ledger.lots().map(({ phase, remaining, expired }) => [phase, remaining, expired])).toEqual([
    ['started', 0n, 3n],
    ['started', 4n, 0n],
    ['scheduled', 0n, 0n],
  ]);
});

test('nothing is received beyond what an account may hold', () => {
  const ledger = new Ledger();
  issue(ledger, 2n);
  const decision = ledger.ask(received([lot({ amount: 2n ** 53n - 2n })]));
  expect(decision).toMatchObject({ refusal: { code: 'balance_limit_exceeded' } });
});

test('a closing takes back lot by lot, and each step can be taken off again', () => {
  const ledger = new Ledger();
  issue(ledger, 10n);
  issue(ledger, 5n, { effectiveAt: START + DAY });
  const before = copyOf(ledger.account);
  const decision = ledger.do({ verb: 'close', reason: 'asked for' });
  if (!('entries' in decision)) throw new Error('it is closed');
  expect(decision.entries.map(({ type, amount }) => [type, amount])).toEqual([
    ['adjust', 0n],
    ['void', -10n],
    ['void', 0n],
  ]);
  const state: Account = copyOf(ledger.account);
  expect(() =>
    apply(
      state,
      { ...decision.entries[1], seq: 6, amount: 1n, total: 1n, moves: [] } as never,
      ledger.inOrder,
    ),
  ).toThrow();
  for (const entry of [...decision.entries].reverse()) rewind(ledger.account, entry, START, ledger.inOrder);
  expect(ledger.account).toEqual(before);
  ledger.record(ledger.entries.splice(-3));
  const sending = new Ledger();
  issue(sending, 10n);
  issue(sending, 5n, { effectiveAt: START + DAY });
  const unsent = copyOf(sending.account);
  sending.do({ verb: 'send', into: 9, reason: 'x' });
  rewind(sending.account, sending.entries.at(-1) as never, START, sending.inOrder);
  expect(sending.account).toEqual(unsent);
  expect(emptyAccount(sending.account).closed).toBeNull();
});
