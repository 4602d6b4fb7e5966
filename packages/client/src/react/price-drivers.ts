import type { CatalogPrice, Units } from '../wire.ts';
import type { CatalogNames } from './catalog-names.ts';
import type { Translate } from './messages/translate.ts';

/** What makes a price: how many of what at which price, or the settings of a table. Null: it is always the same. */
export function priceDrivers(
  price: CatalogPrice | undefined,
  units: Units | undefined,
  { t, names }: { t: Translate; names: CatalogNames },
): string | null {
  if (price === undefined || price.kind === 'flat') return null;
  if (price.kind === 'per_unit') {
    const count = Number(typeof units === 'object' ? Object.values(units)[0] : (units ?? 1));
    const unit = names.unit(price.unit);
    if (count === 1) return t('cost.one', { unit });
    const each = t('credits', { count: price.amount });
    return t('cost.each', { count, unit, price: each });
  }
  const settings = typeof units === 'object' ? units : {};
  const said = price.dimensions.flatMap((axis) => {
    const value = settings[axis.id] ?? axis.default;
    return value === null ? [] : [`${names.setting(axis.id)} ${names.setting(String(value))}`];
  });
  return said.length === 0 ? null : said.join(' · ');
}
