import type { CatalogPrice, Units } from '../wire.ts';

export interface Cheaper {
  readonly units: Units;
  readonly amount: number;
}

/** More than a handful to choose from is no help. */
const MOST = 3;

/**
 * Settings of the same feature that cost at most `available`, the dearest first, since it is the nearest to what was
 * wanted. Of a price per unit: as many units as there are credits for.
 */
export function cheaperSettings(
  price: CatalogPrice,
  wanted: Units | undefined,
  available: number,
): Cheaper[] {
  if (price.kind === 'per_unit') return fewerUnits(price, wanted, available);
  if (price.kind !== 'table' || !isDimensions(wanted)) return [];
  const axes = price.dimensions.filter((dimension) => dimension.kind !== 'per_unit');
  // What is priced by the unit multiplies a cell in ways that only the server reckons.
  if (axes.length < price.dimensions.length) return [];
  return price.cells
    .flatMap(({ when, amount }) =>
      amount === null || Math.max(amount, price.minimum ?? 0) > available
        ? []
        : [
            {
              units: { ...wanted, ...when },
              amount: Math.max(amount, price.minimum ?? 0),
              steps: stepsOf(when, wanted),
            },
          ],
    )
    .sort((a, b) => b.amount - a.amount || a.steps - b.steps)
    .slice(0, MOST)
    .map(({ units, amount }) => ({ units, amount }));
}

function fewerUnits(
  price: CatalogPrice & { kind: 'per_unit' },
  wanted: Units | undefined,
  available: number,
): Cheaper[] {
  const asked = Number(isDimensions(wanted) ? Number.NaN : (wanted ?? 1));
  const step = price.increment ?? 1;
  const steps = Math.floor(available / price.amount / step + 1e-9);
  const units = steps * step;
  const amount = Math.max(units * price.amount, price.minimum ?? 0);
  return units > 0 && units < asked && amount <= available ? [{ units, amount }] : [];
}

function isDimensions(units: Units | undefined): units is { [dimension: string]: number | string } {
  return typeof units === 'object';
}

/** On how many axes a cell differs from what was wanted. */
function stepsOf(
  when: { [dimension: string]: number | string },
  wanted: { [dimension: string]: number | string },
): number {
  return Object.entries(when).filter(([axis, value]) => String(wanted[axis]) !== String(value)).length;
}
