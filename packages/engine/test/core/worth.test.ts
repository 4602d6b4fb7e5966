/** The money of a lot is its price, whatever the lot goes through: no minor unit is lost or made by rounding. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelOf, paidValueOf, worthOf } from '../../src/core/worth.ts';

const lot = (amount: bigint, amountMinor: number, currency = 'USD') => ({
  amount,
  cost: { amountMinor, currency },
});

test('what changes take and bring adds up to the price, in any order', () => {
  const large = fc.bigInt(1n, 2n ** 53n - 1n);
  fc.assert(
    fc.property(
      large,
      fc.maxSafeNat(),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (amount, price, path) => {
        const one = lot(amount, price);
        const lefts = [
          amount,
          ...path.map((part) => (amount * BigInt(Math.floor(part * 1e6))) / 1_000_000n),
          0n,
        ];
        const changes = lefts
          .slice(1)
          .map((left, i) => worthOf(one, left) - worthOf(one, lefts[i] as bigint));
        expect(changes.reduce((sum, change) => sum + change, 0n)).toBe(-BigInt(price));
        for (const left of lefts) {
          // Within one minor unit of the exact share, and never below it.
          const excess = worthOf(one, left) * amount - BigInt(price) * left;
          expect(excess >= 0n && excess < amount).toBe(true);
        }
      },
    ),
  );
});

test('the last minor unit goes with the last credit', () => {
  const one = lot(3n, 100);
  expect([3n, 2n, 1n, 0n].map((left) => worthOf(one, left))).toEqual([100n, 67n, 34n, 0n]);
  expect(worthOf({ amount: 3n, cost: null }, 3n)).toBe(0n);
});

test('what is paid and not used: held or not, by currency; all of what is still to begin', () => {
  const value = paidValueOf([
    { ...lot(100n, 1000), remaining: 33n, phase: 'started' },
    { ...lot(10n, 999, 'EUR'), remaining: 0n, phase: 'scheduled' },
    { ...lot(10n, 500), remaining: 0n, phase: 'voided' },
    { ...lot(100n, 0, 'JPY'), remaining: 100n, phase: 'started' },
    { amount: 5n, cost: null, remaining: 5n, phase: 'started' },
  ]);
  expect([...value]).toEqual([
    ['USD', 330n],
    ['EUR', 999n],
  ]);
});

test.each([
  [{ channel: 'stripe' }, 'stripe'],
  [{}, null],
  [{ channel: 7 }, null],
  [{ channel: 'stripe', note: '\u0000' }, null],
  [{ nested: { channel: 'stripe' } }, null],
])('the channel of %j is %j', (metadata, channel) => {
  expect(channelOf({ metadata })).toBe(channel);
});
