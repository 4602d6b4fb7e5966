/** One meaning of an amount in minor units, wherever it is sold or shown. */
import { decimalsOf as shown } from '@drawdown/client';
import { expect, test } from 'vitest';
import { decimalsOf } from './minor-units.ts';
import { demandChargeable } from './stripe-money.ts';

test('decimals are those of ISO 4217, in stores as on pages', () => {
  // The runtime has none for these, as nobody pays with such coins.
  for (const currency of ['HUF', 'IDR', 'COP', 'PKR', 'ALL', 'USD'])
    expect(decimalsOf(currency), currency).toBe(2);
  expect(['JPY', 'ISK', 'KWD', 'IQD', 'CLF'].map(decimalsOf)).toEqual([0, 0, 3, 3, 4]);
  expect(['usd', 'US', ''].map(decimalsOf)).toEqual([null, null, null]);
  for (const currency of Intl.supportedValuesOf('currency'))
    expect(shown(currency)).toBe(decimalsOf(currency));
});

test('Stripe is asked for no sum that it counts otherwise, or does not take', () => {
  const asked = (amountMinor: number, currency: string) => () => demandChargeable({ amountMinor, currency });
  for (const currency of ['ISK', 'UGX', 'MGA']) {
    expect(asked(500, currency)).toThrow(expect.objectContaining({ code: 'payment_refused' }));
  }
  expect(asked(4999, 'KWD')).toThrow('the last digit must be 0');
  for (const [sum, currency] of [
    [4990, 'KWD'],
    [1, 'JPY'],
    [199_999, 'HUF'],
  ] as const) {
    expect(asked(sum, currency)).not.toThrow();
  }
});
