/** Commands with everything that a test does not speak about filled in. */
import type { Entry, Grant } from '../../src/core/account.ts';
import type { Command, Decision, Refusal } from '../../src/core/command.ts';
import { type Ledger, START } from './ledger.ts';

type Of<Verb extends Command['verb']> = Command & { verb: Verb };

export function grant(amount: bigint, rest: Partial<Of<'grant'>> = {}): Of<'grant'> {
  return {
    verb: 'grant',
    class: 'promotional',
    amount,
    priority: 0,
    effectiveAt: null,
    validity: { kind: 'forever' },
    features: null,
    source: { type: 'test', ref: null },
    cost: null,
    metadata: {},
    ...rest,
  };
}

export const until = (expiresAt: number) => ({ validity: { kind: 'until' as const, expiresAt } });

export function consume(amount: bigint, rest: Partial<Of<'consume'>> = {}): Of<'consume'> {
  return { verb: 'consume', amount, feature: null, classes: null, quote: null, overdraft: false, ...rest };
}

export function hold(amount: bigint, rest: Partial<Of<'hold'>> = {}): Of<'hold'> {
  return { verb: 'hold', amount, feature: null, classes: null, quote: null, ttlMs: 60_000, ...rest };
}

export const capture = (no: number, rest: Partial<Of<'capture'>> = {}): Of<'capture'> => ({
  verb: 'capture',
  hold: no,
  amount: null,
  owner: null,
  ...rest,
});

export const release = (no: number, rest: Partial<Of<'release'>> = {}): Of<'release'> => ({
  verb: 'release',
  hold: no,
  owner: null,
  ...rest,
});

export const extendHold = (
  no: number,
  ttlMs: number,
  rest: Partial<Of<'extend_hold'>> = {},
): Of<'extend_hold'> => ({
  verb: 'extend_hold',
  hold: no,
  ttlMs,
  owner: null,
  ...rest,
});

export const refund = (operation: Entry, rest: Partial<Of<'refund'>> = {}): Of<'refund'> => ({
  verb: 'refund',
  operation: operation.seq,
  operationAt: operation.at,
  amount: null,
  reason: 'failed',
  ...rest,
});

export const onLot = (
  verb: 'void' | 'freeze' | 'unfreeze',
  no: number,
): Of<'void'> | Of<'freeze'> | Of<'unfreeze'> => ({
  verb,
  grant: no,
  reason: 'asked',
});

export const extend = (no: number, expiresAt: number | null): Of<'extend'> => ({
  verb: 'extend',
  grant: no,
  expiresAt,
});

export const adjust = (amount: bigint, rest: Partial<Of<'adjust'>> = {}): Of<'adjust'> => ({
  verb: 'adjust',
  amount,
  class: null,
  reason: 'recount',
  ...rest,
});

/** The entries of a decision that must not be a refusal. */
export function entriesOf(decision: Decision): readonly Entry[] {
  if ('refusal' in decision) throw new Error(`refused: ${decision.refusal.code}`);
  return decision.entries;
}

/** The operation: a decision's first entry. */
export function operationOf(decision: Decision): Entry {
  const [first] = entriesOf(decision);
  if (first === undefined) throw new Error('nothing was entered');
  return first;
}

export function refusalOf(decision: Decision): Refusal {
  if ('entries' in decision) throw new Error('not refused');
  return decision.refusal;
}

/** Grants a lot and answers it. */
export function issue(ledger: Ledger, amount: bigint, rest: Partial<Of<'grant'>> = {}): Grant {
  entriesOf(ledger.do(grant(amount, rest)));
  return ledger.lot(ledger.account.stamp);
}

/** Opens a hold and answers its number. */
export function reserve(ledger: Ledger, amount: bigint, rest: Partial<Of<'hold'>> = {}): number {
  return operationOf(ledger.do(hold(amount, rest))).hold as number;
}

/** An entry with all that is not said here empty. */
export const entry = (parts: Partial<Entry>): Entry => ({
  seq: 0,
  type: 'grant',
  at: START,
  amount: 0n,
  held: 0n,
  debt: 0n,
  total: 0n,
  feature: null,
  moves: [],
  hold: null,
  reverses: null,
  actor: 'someone',
  catalog: 'test',
  detail: null,
  ...parts,
});
