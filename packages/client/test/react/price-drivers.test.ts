/** What makes a price is said with it. */
import { expect, it } from 'vitest';
import { catalogNames } from '../../src/react/catalog-names.ts';
import { createFormat } from '../../src/react/format.ts';
import { english } from '../../src/react/messages/english.ts';
import { createTranslate } from '../../src/react/messages/translate.ts';
import { priceDrivers } from '../../src/react/price-drivers.ts';
import type { CatalogPrice } from '../../src/wire.ts';

const t = createTranslate(english, createFormat({ locale: 'en' }));
const names = catalogNames(undefined, undefined, { 'unit.script': 'scripts', 'setting.seconds': 'Seconds' });
const said = (price: CatalogPrice, units?: Parameters<typeof priceDrivers>[1]) =>
  priceDrivers(price, units, { t, names });

it('names how many of what at which price, or the settings, also those that were not asked for', () => {
  const each: CatalogPrice = { kind: 'per_unit', amount: 25, unit: 'script' };
  expect(said(each, 3)).toBe('3 × scripts, 25 credits each');
  expect(said(each)).toBe('Per scripts');
  const table: CatalogPrice = {
    kind: 'table',
    dimensions: [
      { kind: 'tier', id: 'seconds', up_to: [30, 60], default: 30 },
      { kind: 'choice', id: 'resolution', values: ['720p', '1080p'], default: '720p' },
    ],
    cells: [],
  };
  expect(said(table, { seconds: 60 })).toBe('Seconds 60 · resolution 720p');
  expect(said({ kind: 'flat', amount: 5 }, 1)).toBe(null);
});
