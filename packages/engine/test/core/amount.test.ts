/** Credits as text and numbers, to atoms and back: exactly, or not at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatAmount,
  MAX_ATOMS,
  MAX_SCALE,
  parseAmount,
  parseAmountOrZero,
  smaller,
  toCredits,
} from '../../src/core/amount.ts';

const SCALES = Array.from({ length: MAX_SCALE + 1 }, (_, scale) => scale);
const atoms = fc.oneof(
  fc.bigInt(1n, MAX_ATOMS),
  fc.bigInt(1n, 5_000_000n),
  fc.bigInt(MAX_ATOMS - 9n, MAX_ATOMS),
);

describe.each(SCALES)('at scale %i', (scale) => {
  test('what is written is read back as the same atoms', () => {
    fc.assert(
      fc.property(atoms, (amount) => {
        expect(parseAmount(formatAmount(amount, scale), scale)).toBe(amount);
        expect(formatAmount(-amount, scale)).toBe(`-${formatAmount(amount, scale)}`);
      }),
    );
  });

  test('what is written is a plain decimal without an exponent or trailing zeros', () => {
    fc.assert(
      fc.property(fc.bigInt(-MAX_ATOMS, MAX_ATOMS), (amount) => {
        const text = formatAmount(amount, scale);
        expect(text).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/);
        expect((text.split('.')[1] ?? '').length).toBeLessThanOrEqual(scale);
      }),
    );
  });

  test('a JSON number is read as the decimal that was sent, or refused where it may be another', () => {
    fc.assert(
      fc.property(atoms, (amount) => {
        const sent = formatAmount(amount, scale);
        const read = parseAmount(JSON.parse(sent), scale);
        if (scale === 0 || amount < 2n ** 52n) expect(read).toBe(amount);
        else expect(read).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  test('all other texts of digits and dots are refused, or mean what they say', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789.-+eE '), maxLength: 8 });
    fc.assert(
      fc.property(text, (one) => {
        const read = parseAmountOrZero(one, scale);
        const plain = /^(0|[1-9]\d*)(\.\d+)?$/.test(one);
        const fits = (one.split('.')[1] ?? '').replace(/0+$/, '').length <= scale;
        expect(read !== null).toBe(plain && fits);
        if (read !== null) expect(Number(formatAmount(read, scale))).toBe(Number(one));
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  [1, 0, 1n],
  ['1', 0, 1n],
  ['1.0', 0, 1n],
  ['1.000000000000', 0, 1n],
  [12.5, 2, 1250n],
  ['12.5', 2, 1250n],
  ['0.01', 2, 1n],
  [0.01, 2, 1n],
  ['0.010', 2, 1n],
  [0.1, 1, 1n],
  [0.000001, 6, 1n],
  ['0.000001', 6, 1n],
  [2 ** 53 - 1, 0, MAX_ATOMS],
  ['9007199254740991', 0, MAX_ATOMS],
  ['90071992547409.91', 2, MAX_ATOMS],
  ['9007199254.740991', 6, MAX_ATOMS],
  [123456789.123456, 6, 123456789123456n],
  [4503599627.370495, 6, 4503599627370495n],
  ['4503599627.370496', 6, 4503599627370496n],
  [999999999999999, 0, 999999999999999n],
])('%s at scale %i is %s atoms', (value, scale, expected) => {
  expect(parseAmount(value, scale)).toBe(expected);
});

const HOSTILE: [value: unknown, scale: number][] = [
  ...[0, -0, '0', '0.0', '-0', -1, '-1', -0.5, '-0.5'].map((value): [unknown, number] => [value, 2]),
  ...[0.1, '0.1', 1.5, '1.5', 0.30000000000000004].map((value): [unknown, number] => [value, 0]),
  ...[0.001, '0.001', '1.234', 1e-7].map((value): [unknown, number] => [value, 2]),
  ...[1e21, '1e21', '1e3', '1E3', 1e-7, 2 ** 53, 2 ** 53 + 2, -(2 ** 53)].map((value): [unknown, number] => [
    value,
    0,
  ]),
  ...['9007199254740992', '9007199254740993', '10000000000000000', '99999999999999999999'].map(
    (value): [unknown, number] => [value, 0],
  ),
  ['90071992547409.92', 2],
  [90071992547409.92, 2],
  [9007199254740991, 1],
  [JSON.parse('4503599627.370496'), 6],
  // Each is the double of two decimals; which of them was sent, nobody can tell.
  [JSON.parse('8815650768.729358'), 6],
  [JSON.parse('9007199254.000001'), 6],
  [JSON.parse('90071992547409.91'), 2],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'NaN', 'Infinity'].map(
    (value): [unknown, number] => [value, 0],
  ),
  ...[
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '\t1',
    '01',
    '00',
    '+1',
    '1.',
    '.5',
    '1..2',
    '1.2.3',
    '1,5',
    '1_000',
    "1'000",
  ].map((value): [unknown, number] => [value, 2]),
  ...[
    '١',
    '١٢',
    '１',
    '𝟏',
    '1\u0000',
    '\ufeff1',
    '0x10',
    '0b1',
    '0o7',
    '1n',
    'one',
    `1.${'0'.repeat(40)}`,
  ].map((value): [unknown, number] => [value, 2]),
  ...[null, undefined, true, false, 1n, [], [5], {}, { value: 5 }, new Date(5), Symbol('5'), () => 5].map(
    (value): [unknown, number] => [value, 0],
  ),
  [{ toString: () => '5', valueOf: () => 5 }, 0],
  [new Number(5), 0],
  [new String('5'), 0],
];

test.each(HOSTILE.map(([value, scale]) => ({ value, scale })))(
  '$value at scale $scale is refused',
  ({ value, scale }) => {
    expect(parseAmount(value, scale)).toBeNull();
  },
);

test('zero is refused as an amount and accepted as a price', () => {
  for (const zero of [0, -0, '0', '0.0', '0.000']) {
    expect(parseAmount(zero, 2)).toBeNull();
    expect(parseAmountOrZero(zero, 2)).toBe(0n);
  }
  for (const bad of [-1, '-0', '', null, MAX_ATOMS, '9007199254740992', 2 ** 53, 1e21]) {
    expect(parseAmountOrZero(bad, 0)).toBeNull();
  }
  expect(parseAmountOrZero('9007199254740991', 0)).toBe(MAX_ATOMS);
  expect(parseAmountOrZero('12.5', 1)).toBe(125n);
});

test.each([
  [0n, 0, '0'],
  [0n, 6, '0'],
  [1n, 6, '0.000001'],
  [-1n, 6, '-0.000001'],
  [10n, 1, '1'],
  [-1250n, 2, '-12.5'],
  [1250n, 2, '12.5'],
  [100n, 2, '1'],
  [5n, 2, '0.05'],
  [50n, 2, '0.5'],
  [MAX_ATOMS, 0, '9007199254740991'],
  [-MAX_ATOMS, 6, '-9007199254.740991'],
])('%s atoms at scale %i are written %s', (amount, scale, text) => {
  expect(formatAmount(amount, scale)).toBe(text);
  expect(toCredits(amount, scale)).toBe(Number(text));
});

test('the smaller of two', () => {
  expect([smaller(1n, 2n), smaller(2n, 1n), smaller(-1n, 0n), smaller(3n, 3n)]).toEqual([1n, 1n, -1n, 3n]);
});
