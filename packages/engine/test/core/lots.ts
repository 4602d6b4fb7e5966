/** Lots on their own: for the order, for explanations, for anything that only looks at them. */
import fc from 'fast-check';
import type { Grant } from '../../src/core/account.ts';
import { DAY, START } from './ledger.ts';

export function lotOf(parts: Partial<Grant> = {}): Grant {
  const amount = parts.amount ?? 10n;
  return {
    no: 1,
    class: 'promotional',
    amount,
    priority: 0,
    effectiveAt: START,
    expiresAt: null,
    features: null,
    source: { type: 'test', ref: null },
    cost: null,
    catalog: 'test',
    metadata: {},
    seq: 1,
    createdAt: START,
    phase: 'started',
    frozen: false,
    granted: amount,
    remaining: amount,
    held: 0n,
    consumed: 0n,
    expired: 0n,
    voided: 0n,
    transferred: 0n,
    ...parts,
  };
}

/** So many lots with distinct numbers, of few different terms each, so that most rules often tie. */
export function lots(count: number): fc.Arbitrary<Grant[]> {
  const terms = fc.record({
    class: fc.constantFrom('a', 'b', 'c', 'd', 'unheard_of'),
    priority: fc.constantFrom(0, 1, -1),
    expiresAt: fc.constantFrom(null, START + DAY, START + 2 * DAY),
    features: fc.constantFrom(null, ['x'], ['y'], ['x', 'y']),
    effectiveAt: fc.constantFrom(START, START - DAY),
  });
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count });
  return fc
    .tuple(numbers, fc.array(terms, { minLength: count, maxLength: count }))
    .map(([nos, all]) => all.map((one, i) => lotOf({ ...one, no: nos[i] as number })));
}
