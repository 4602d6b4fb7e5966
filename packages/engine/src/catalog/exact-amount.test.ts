import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountFor, isSold, priceOfAmount } from './exact-amount.ts';
import { readCatalog } from './load.ts';
import type { CatalogFile } from './schema.ts';
import { shippedCatalog } from './shipped.ts';

type Sold = NonNullable<CatalogFile['exact_amount']>;
const catalogWith = (exact_amount: Sold, scale = 0) =>
  readCatalog({ ...shippedCatalog, features: {}, plans: [], campaigns: [], packs: [], scale, exact_amount });
const saleOf = (exact_amount: Sold, scale = 0, currency = 'USD') => {
  const terms = catalogWith(exact_amount, scale).exactAmount;
  if (terms === null) throw new Error('an amount is sold');
  return { terms, currency, scale };
};

const TIERS: Sold = {
  minimum: 10,
  maximum: 1000,
  step: 5,
  tiers: [
    { up_to: 100, unit_prices: { USD: 5, JPY: 7.5 } },
    { up_to: 500, unit_prices: { USD: '4.99', JPY: 7 } },
    { unit_prices: { USD: 0.333333, JPY: 6 } },
  ],
};

describe('the price of an amount', () => {
  it.each([
    [10, 50],
    [100, 500],
    // 5 × 4.99 = 24.95.
    [105, 525],
    [500, 500 + 1996],
    // 500 × 0.333333 = 166.6665.
    [1000, 500 + 1996 + 167],
  ])('%i credits cost %i cents: each credit what its tier says, the sum rounded', (credits, cents) => {
    expect(priceOfAmount(saleOf(TIERS), BigInt(credits))).toBe(cents);
  });

  it('rounds a half up, and is never below one minor unit', () => {
    const cheap: Sold = { minimum: 1, maximum: 100, step: 1, tiers: [{ unit_prices: { USD: 0.05 } }] };
    const price = (credits: bigint) => priceOfAmount(saleOf(cheap), credits);
    expect([1n, 9n, 10n, 29n, 30n, 49n, 50n].map(price)).toEqual([1, 1, 1, 1, 2, 2, 3]);
  });

  it('is what a card can be charged: tens of the minor units of a dinar', () => {
    const dinars: Sold = { minimum: 1, maximum: 900, step: 1, tiers: [{ unit_prices: { KWD: 1.5 } }] };
    const sale = saleOf(dinars, 0, 'KWD');
    expect([1n, 3n, 4n, 823n].map((credits) => priceOfAmount(sale, credits))).toEqual([10, 10, 10, 1230]);
    expect([9, 10, 14, 1234].map((money) => amountFor(sale, money))).toEqual([null, 9n, 9n, 823n]);
  });

  it('is the same for the same credits, however finely they divide', () => {
    for (const scale of [0, 2, 6]) {
      expect(priceOfAmount(saleOf(TIERS, scale), 105n * 10n ** BigInt(scale))).toBe(525);
    }
    const half: Sold = { ...TIERS, minimum: 0.5, step: 0.5 };
    expect(priceOfAmount(saleOf(half, 1), 5n)).toBe(3);
  });

  it('never falls as the amount grows, and money buys the most that it reaches for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6000 }), fc.constantFrom('USD', 'JPY'), (money, currency) => {
        const sale = saleOf(TIERS, 0, currency);
        const bought = amountFor(sale, money);
        if (bought === null) {
          expect(priceOfAmount(sale, 10n)).toBeGreaterThan(money);
          return;
        }
        expect(isSold(sale.terms, bought)).toBe(true);
        expect(priceOfAmount(sale, bought)).toBeLessThanOrEqual(money);
        if (bought < 1000n) expect(priceOfAmount(sale, bought + 5n)).toBeGreaterThan(money);
      }),
    );
  });

  it('is in the shipped catalog never better than a pack', () => {
    const catalog = readCatalog(shippedCatalog);
    for (const { credits, prices } of catalog.packs) {
      const terms = catalog.exactAmount;
      if (terms === null) throw new Error('an amount is sold');
      for (const [currency, price] of Object.entries(prices)) {
        expect(priceOfAmount({ terms, currency, scale: 0 }, credits)).toBeGreaterThan(price);
      }
    }
  });
});

describe('a catalog whose amounts cannot be sold', () => {
  it.each([
    ['a maximum below the minimum', { maximum: 5 }, 'exact_amount.maximum: must not be below the minimum'],
    ['bounds off the steps', { step: 7 }, 'exact_amount.minimum: must be a multiple of the step'],
    [
      'a class that is not paid',
      { class: 'promotional' },
      'exact_amount.class: "promotional" is not a paid class',
    ],
    [
      'tiers that descend',
      { tiers: [TIERS.tiers[1], TIERS.tiers[0], TIERS.tiers[2]] },
      'tiers[1].up_to: must be above',
    ],
    [
      'a last tier with an end',
      { tiers: [TIERS.tiers[0]] },
      'tiers[0].up_to: is required in every tier but the last',
    ],
    [
      'a tier without an end before it',
      { tiers: [TIERS.tiers[2], TIERS.tiers[2]] },
      'tiers[0].up_to: is required',
    ],
    [
      'a tier without a currency',
      { tiers: [TIERS.tiers[0], { unit_prices: { USD: 1 } }] },
      'tiers[1].unit_prices: must name the currencies of the first tier',
    ],
    ['nothing to pay', { tiers: [{ unit_prices: { USD: 0 } }] }, 'tiers[0].unit_prices.USD: must be above 0'],
    ['a price beyond all payments', { maximum: 10 ** 12 }, 'exact_amount.maximum: would cost more'],
  ])('%s is refused by its path', (_, wrong, message) => {
    expect(() => catalogWith({ ...TIERS, ...wrong } as Sold)).toThrow(message);
  });
});
