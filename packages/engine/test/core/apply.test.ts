/** No entry that breaks a law gets in: each bound by itself, and nothing is changed where one breaks. */
import { describe, expect, test } from 'vitest';
import type { Entry, Move, Terms } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { InvariantBroken } from '../../src/core/invariant.ts';
import {
  adjust,
  capture,
  consume,
  grant,
  hold,
  issue,
  onLot,
  operationOf,
  refund,
  release,
  reserve,
  until,
} from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

/** A lot of 10 with 3 spent and 4 held, one of 5 whole, one that has ended while 2 of it were held. */
function setUp() {
  const ledger = new Ledger();
  const ended = issue(ledger, 6n, until(START + 1));
  reserve(ledger, 2n, { classes: ['promotional'], ttlMs: 90_000 });
  ledger.until(START + 1);
  const first = issue(ledger, 10n, { class: 'subscription' });
  const second = issue(ledger, 5n, { class: 'purchased' });
  const spent = operationOf(ledger.do(consume(3n)));
  const held = reserve(ledger, 4n);
  ledger.until(START + 5);
  return { ledger, ended: ended.no, first: first.no, second: second.no, spent, held };
}

type Setting = ReturnType<typeof setUp>;

/** What the command would enter, with something about it changed. */
function bent(ledger: Ledger, command: Parameters<Ledger['ask']>[0], change: Partial<Entry>): Entry {
  return { ...operationOf(ledger.ask(command)), ...change };
}

const move = (no: number, remaining: bigint, held = 0n): Move => ({ grant: no, remaining, held });

/** An entry of these moves, with all sums right. */
function moving(
  ledger: Ledger,
  type: Entry['type'],
  moves: readonly Move[],
  rest: Partial<Entry> = {},
): Entry {
  const amount = moves.reduce((sum, one) => sum + one.remaining, 0n);
  const held = moves.reduce((sum, one) => sum + one.held, 0n);
  const { seq, total } = ledger.account;
  return {
    ...operationOf(ledger.ask(consume(1n))),
    ...{ seq: seq + 1, type, moves, amount, held, total: total + amount, ...rest },
  };
}

const BROKEN: [law: string, message: RegExp, entry: (s: Setting) => Entry][] = [
  [
    'a version left out',
    /gapless/,
    ({ ledger }) => bent(ledger, consume(1n), { seq: ledger.account.seq + 2 }),
  ],
  ['a version twice', /gapless/, ({ ledger }) => bent(ledger, consume(1n), { seq: ledger.account.seq })],
  [
    'an instant before the last',
    /time never goes back/,
    ({ ledger }) => bent(ledger, consume(1n), { at: START }),
  ],
  [
    'an amount that is not the sum',
    /the amount is the sum/,
    ({ ledger }) => bent(ledger, consume(1n), { amount: -2n }),
  ],
  ['a held that is not the sum', /held is the sum/, ({ ledger }) => bent(ledger, hold(1n), { held: 2n })],
  [
    'a total that is not the sum',
    /the total is the running sum/,
    ({ ledger }) => bent(ledger, consume(1n), { total: 1n }),
  ],
  [
    'a debt below zero',
    /debt never goes below zero/,
    ({ ledger }) => bent(ledger, consume(1n), { debt: -1n }),
  ],
  ['a lot that is not there', /not there: 7/, ({ ledger }) => moving(ledger, 'consume', [move(7, -1n)])],
  [
    'a lot moved twice',
    /moves a lot once/,
    ({ ledger, first }) => moving(ledger, 'consume', [move(first, -1n), move(first, -1n)]),
  ],
  [
    'a remaining below zero',
    /remaining never goes below zero/,
    ({ ledger, second }) => moving(ledger, 'consume', [move(second, -6n)]),
  ],
  [
    'what is held spent',
    /0 ≤ held ≤ remaining/,
    ({ ledger, first }) => moving(ledger, 'consume', [move(first, -4n)]),
  ],
  [
    'more held than remains',
    /0 ≤ held ≤ remaining/,
    ({ ledger, second }) => moving(ledger, 'hold', [move(second, 0n, 6n)], { hold: 2 ** 52 }),
  ],
  [
    'a held below zero',
    /0 ≤ held ≤ remaining/,
    ({ ledger, second }) => moving(ledger, 'release', [move(second, 0n, -1n)]),
  ],
  [
    'more back than was consumed',
    /more than was consumed/,
    ({ ledger, first, ended }) => moving(ledger, 'refund', [move(first, 3n), move(ended, 1n)]),
  ],
  [
    'more than was granted',
    /more than it was granted/,
    ({ ledger, second }) => moving(ledger, 'refund', [move(second, 1n)]),
  ],
  ['a lot granted twice', /granted once/, ({ ledger, first }) => moving(ledger, 'grant', [move(first, 1n)])],
  [
    'a part granted',
    /granted whole/,
    ({ ledger }) => bentGrant(ledger, (terms) => ({ amount: terms.amount + 1n })),
  ],
  ['an expiry that gives', /only takes/, ({ ledger, ended }) => moving(ledger, 'expire', [move(ended, 1n)])],
  ['a void that gives', /only takes/, ({ ledger, first }) => moving(ledger, 'void', [move(first, 1n)])],
  [
    'an adjustment that gives to an old lot',
    /only takes/,
    ({ ledger, first }) => moving(ledger, 'adjust', [move(first, 1n)]),
  ],
  [
    'a lot with the number of another',
    /numbers only grow/,
    ({ ledger, first }) => bentGrant(ledger, () => ({ no: first })),
  ],
  [
    'a lot with the last number again',
    /numbers only grow/,
    ({ ledger }) => bentGrant(ledger, () => ({ no: ledger.account.stamp })),
  ],
  [
    'a hold with the last number again',
    /numbers only grow/,
    ({ ledger }) => bent(ledger, hold(1n), { hold: ledger.account.stamp }),
  ],
  [
    'a hold with the number of another',
    /numbers only grow/,
    ({ ledger, held }) => bent(ledger, hold(1n), { hold: held }),
  ],
  [
    'a hold that is not there',
    /hold that is not there/,
    ({ ledger, held }) => bent(ledger, release(held), { hold: 7 }),
  ],
  [
    'a lot that is not there voided',
    /names a lot that is not there/,
    ({ ledger, first }) => bent(ledger, onLot('void', first), { detail: { grant: 7 } }),
  ],
];

/** A grant whose terms say something else than its move. */
function bentGrant(ledger: Ledger, change: (terms: Terms) => Partial<Terms>): Entry {
  const entry = operationOf(ledger.ask(grant(3n)));
  const [terms] = entry.detail?.grants ?? [];
  if (terms === undefined) throw new Error('no terms');
  const changed = { ...terms, ...change(terms) };
  return { ...entry, moves: [move(changed.no, 3n)], detail: { grants: [changed] } };
}

describe('an entry that breaks a law is thrown out, and nothing is changed', () => {
  test.each(BROKEN)('%s', (_law, message, entry) => {
    const setting = setUp();
    const { ledger } = setting;
    const before = copyOf(ledger.account);
    const broken = entry(setting);
    expect(() => apply(ledger.account, broken, ledger.inOrder)).toThrow(InvariantBroken);
    expect(() => apply(ledger.account, broken, ledger.inOrder)).toThrow(message);
    expect(ledger.account).toEqual(before);
  });

  test('two lots of one entry do not share a number', () => {
    const { ledger } = setUp();
    const entry = operationOf(ledger.ask(grant(3n, { effectiveAt: START + DAY })));
    const [terms] = entry.detail?.grants ?? [];
    if (terms === undefined) throw new Error('no terms');
    const twice = { ...entry, detail: { grants: [terms, terms] } };
    expect(() => apply(ledger.account, twice, ledger.inOrder)).toThrow(/numbers only grow/);
  });

  test('an account whose total is less than its lots is not spent below zero', () => {
    const { ledger } = setUp();
    const entry = operationOf(ledger.ask(consume(2n)));
    const wrong = { ...copyOf(ledger.account), total: 1n };
    expect(() => apply(wrong, { ...entry, total: -1n }, ledger.inOrder)).toThrow(
      /total never goes below zero/,
    );
  });

  test('a hold that has ended cannot end again', () => {
    const { ledger, held } = setUp();
    const end = operationOf(ledger.ask(capture(held)));
    ledger.do(release(held));
    const again = { ...end, seq: ledger.account.seq + 1, total: ledger.account.total + end.amount };
    expect(() => apply(ledger.account, again, ledger.inOrder)).toThrow(/a hold ends once|held ≤ remaining/);
    const empty = moving(ledger, 'release', [], { hold: held });
    expect(() => apply(ledger.account, empty, ledger.inOrder)).toThrow(/a hold ends once/);
  });

  test('it names the account and the place in the ledger', () => {
    const { ledger } = setUp();
    const entry = bent(ledger, consume(1n), { at: 0 });
    try {
      apply(ledger.account, entry, ledger.inOrder);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'InvariantBroken', account: 'u_1', seq: entry.seq });
      expect((error as Error).message).toContain(`(account u_1, seq ${entry.seq})`);
    }
  });
});

describe('an entry that keeps them is applied whole', () => {
  test('each kind of entry that a decision makes', () => {
    const { ledger, spent, held, second } = setUp();
    const commands = [
      grant(3n),
      consume(1n),
      hold(1n),
      capture(held),
      release(held),
      refund(spent),
      adjust(-1n),
    ];
    for (const command of [...commands, adjust(1n), onLot('freeze', second), onLot('void', second)]) {
      const account = copyOf(ledger.account);
      const decision = ledger.ask(command);
      if ('refusal' in decision) throw new Error(decision.refusal.code);
      for (const entry of decision.entries) apply(account, entry, ledger.inOrder);
      expect(account.seq).toBe(ledger.account.seq + decision.entries.length);
      expect(account.grants.reduce((sum, lot) => sum + lot.remaining, 0n)).toBe(account.total);
    }
  });

  test('a refund counts against the operation that it undoes, and nothing else does', () => {
    const { ledger, spent, held } = setUp();
    const refunded = (seq: number): bigint | undefined => ledger.account.spendings.get(seq)?.refunded;
    const opening = ledger.entries.find((entry) => entry.hold === held) ?? spent;
    for (const entry of [spent, opening]) ledger.ask(refund(entry));
    ledger.do(refund(spent, { amount: 1n }));
    ledger.do(refund(spent, { amount: 1n }));
    ledger.do(capture(held));
    expect([refunded(spent.seq), refunded(opening.seq)]).toEqual([2n, 0n]);
  });
});
