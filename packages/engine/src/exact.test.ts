import { expect, test } from 'vitest';
import { exactCredits, exactMinor } from './exact.ts';

const MOST = 2n ** 53n - 1n;

test.each([
  [0n, 0, 0],
  [-5n, 0, -5],
  [MOST, 0, Number.MAX_SAFE_INTEGER],
  [-MOST, 0, -Number.MAX_SAFE_INTEGER],
  [-1_250n, 2, -12.5],
  [4_503_599_627_370_495n, 6, 4503599627.370495],
])('%s atoms at scale %i are told as %d', (atoms, scale, told) => {
  expect(exactCredits(atoms, scale)).toBe(told);
});

// At six decimals, doubles near the limit lie further apart than two amounts.
test.each([
  [MOST + 1n, 0, '9007199254740992'],
  [-MOST - 1n, 0, '-9007199254740992'],
  [MOST + 1n, 2, '90071992547409.92'],
  [9_007_199_254_740_989n, 6, '9007199254.740989'],
])('%s atoms at scale %i are refused, with the exact sum', (atoms, scale, sum) => {
  expect(() => exactCredits(atoms, scale)).toThrow(
    expect.objectContaining({ code: 'sum_not_exact', status: 409, details: { sum } }),
  );
});

test('minor units likewise', () => {
  expect(exactMinor(MOST)).toBe(Number.MAX_SAFE_INTEGER);
  expect(Object.is(exactMinor(0n), 0)).toBe(true);
  expect(() => exactMinor(2n ** 63n)).toThrow(expect.objectContaining({ code: 'sum_not_exact' }));
});
