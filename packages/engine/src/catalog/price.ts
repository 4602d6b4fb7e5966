/** What a use of a feature costs. Quote and charge both ask here, so they cannot differ. */
import { MAX_ATOMS } from '../core/amount.ts';
import type { Catalog, Dimension, PerUnitDimension, PerUnitPrice, TablePrice } from './catalog.ts';
import {
  divideUp,
  MAX_QUANTITY,
  MAX_UNITS,
  ONE_UNIT,
  parseQuantity,
  roundUpTo,
  toUnits,
  UNIT_DECIMALS,
} from './quantity.ts';
import { axesOf, axisLength, describeCell } from './table.ts';

/** How much of a feature: a count of its unit, or its dimensions by name. */
export type Units = number | string | Readonly<Record<string, number | string>>;

export interface Priced {
  /** Atoms; 0n where the catalog makes this use free. */
  readonly amount: bigint;
  /** What was priced: defaults filled in and increments rounded up. Priced again, it costs the same. */
  readonly units: Units;
}

export type PriceRefusal =
  | { readonly code: 'unknown_feature'; readonly feature: string }
  | { readonly code: 'invalid_units'; readonly field: string; readonly reason: string };

type InvalidUnits = Extract<PriceRefusal, { code: 'invalid_units' }>;

const invalid = (field: string, reason: string): InvalidUnits => ({ code: 'invalid_units', field, reason });

const NOT_A_QUANTITY = `must be a number or decimal string above 0, at most ${MAX_UNITS}, with at most ${UNIT_DECIMALS} decimals`;

/**
 * The price of `units` of a feature, exact: computed in integers and rounded up once, at the end, to an atom.
 * Without units it is one unit, or a table's defaults. `units` is whatever a request carried.
 */
export function priceOf(catalog: Catalog, featureId: string, units?: unknown): Priced | PriceRefusal {
  const feature = catalog.features[featureId];
  if (feature === undefined) return { code: 'unknown_feature', feature: featureId };
  const { price } = feature;
  const priced =
    price.kind === 'flat'
      ? priceFlat(price.amount, units)
      : price.kind === 'per_unit'
        ? pricePerUnit(price, units)
        : priceTable(price, units);
  if ('amount' in priced && priced.amount > MAX_ATOMS) {
    return invalid('units', 'would cost more than the largest amount there is');
  }
  return priced;
}

function priceFlat(amount: bigint, units: unknown): Priced | InvalidUnits {
  if (units !== undefined && parseQuantity(units) !== ONE_UNIT) {
    return invalid('units', 'must be 1 or absent: the feature has one price for one use');
  }
  return { amount, units: 1 };
}

function pricePerUnit(price: PerUnitPrice, units: unknown): Priced | InvalidUnits {
  const quantity = withinLimits(
    { field: 'units', increment: price.increment, maximum: price.maximumUnits },
    units === undefined ? ONE_UNIT : parseQuantity(units),
  );
  if (typeof quantity !== 'bigint') return quantity;
  const amount = divideUp(price.amount * quantity, ONE_UNIT);
  return { amount: atLeast(amount, price.minimum), units: toUnits(quantity) };
}

function priceTable(price: TablePrice, units: unknown): Priced | InvalidUnits {
  const given = units === undefined ? {} : units;
  const names = price.dimensions.map(({ id }) => id);
  if (!isRecord(given)) return invalid('units', `must be an object with ${names.join(', ')}`);
  const unknown = Object.keys(given).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    return invalid(`units.${unknown.slice(0, 64)}`, `is unknown; the price depends on ${names.join(', ')}`);
  }

  const normal: Record<string, number | string> = {};
  let cell = 0;
  let multiplier = 1n;
  let divisor = 1n;
  for (const dimension of price.dimensions) {
    const read = readDimension(
      dimension,
      Object.hasOwn(given, dimension.id) ? given[dimension.id] : undefined,
    );
    if ('code' in read) return read;
    normal[dimension.id] = read.units;
    if (dimension.kind === 'per_unit') {
      multiplier *= read.quantity;
      divisor *= ONE_UNIT;
    } else {
      cell = cell * axisLength(dimension) + read.place;
    }
  }

  const amount = price.cells[cell];
  if (amount === undefined || amount === null) {
    return invalid('units', `${describeCell(axesOf(price.dimensions), cell)} is not offered`);
  }
  // A free cell is free: a minimum speaks of what has a price.
  const total = amount === 0n ? 0n : atLeast(divideUp(amount * multiplier, divisor), price.minimum);
  return { amount: total, units: normal };
}

interface DimensionRead {
  /** Place on the axis; 0 for a dimension that is none. */
  readonly place: number;
  readonly quantity: bigint;
  readonly units: number | string;
}

function readDimension(dimension: Dimension, value: unknown): DimensionRead | InvalidUnits {
  const field = `units.${dimension.id}`;
  if (value === undefined && dimension.default === null) return invalid(field, 'is needed for the price');
  if (dimension.kind === 'choice') {
    const chosen = value === undefined ? dimension.default : value;
    const place = typeof chosen === 'string' ? dimension.values.indexOf(chosen) : -1;
    if (place < 0) return invalid(field, `must be one of ${dimension.values.join(', ')}`);
    return { place, quantity: ONE_UNIT, units: chosen as string };
  }
  const last = dimension.kind === 'tier' ? (dimension.upTo.at(-1) ?? null) : dimension.maximum;
  const increment = dimension.kind === 'tier' ? null : dimension.increment;
  const quantity = withinLimits(
    { field, increment, maximum: last },
    value === undefined ? dimension.default : parseQuantity(value),
  );
  if (typeof quantity !== 'bigint') return quantity;
  const place = dimension.kind === 'tier' ? dimension.upTo.findIndex((upTo) => quantity <= upTo) : 0;
  return { place, quantity, units: toUnits(quantity) };
}

/** A quantity (null: the request's could not be read) rounded up to its increment, if that is within its maximum. */
function withinLimits(
  { field, increment, maximum }: { field: string } & Pick<PerUnitDimension, 'increment' | 'maximum'>,
  quantity: bigint | null,
): bigint | InvalidUnits {
  if (quantity === null) return invalid(field, NOT_A_QUANTITY);
  const rounded = increment === null ? quantity : roundUpTo(quantity, increment);
  const limit = maximum ?? MAX_QUANTITY;
  return rounded > limit ? invalid(field, `must be at most ${toUnits(limit)}`) : rounded;
}

function atLeast(amount: bigint, minimum: bigint | null): bigint {
  return minimum !== null && amount < minimum ? minimum : amount;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
