/**
 * Prices as the file has them: what must hold inside one (every combination of a table exactly once),
 * and how it becomes atoms and quantities.
 */
import { parseAmount, parseAmountOrZero } from '../core/amount.ts';
import type { Dimension, Price } from './catalog.ts';
import { parseQuantity, toUnits } from './quantity.ts';
import type { ValidatedFile } from './schema.ts';
import { type Axis, axesOf, cellIndex, countCells, describeCell } from './table.ts';

type FilePrice = ValidatedFile['features'][string]['price'];
type FileTable = Extract<FilePrice, { kind: 'table' }>;
type FileDimension = FileTable['dimensions'][number];

interface PriceIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A table is written out in full, and nobody maintains more cells than this by hand. */
const MAX_CELLS = 10_000;

/** Turns a price that passed the checks into what `priceOf` multiplies. */
export function resolvePrice(price: FilePrice, scale: number): Price {
  const atoms = (value: number | string | undefined) =>
    value === undefined ? null : parseAmount(value, scale);
  switch (price.kind) {
    case 'flat':
      return { kind: 'flat', amount: checked(parseAmountOrZero(price.amount, scale)) };
    case 'per_unit':
      return {
        kind: 'per_unit',
        amount: checked(atoms(price.amount)),
        unit: price.unit,
        minimum: atoms(price.minimum),
        maximumUnits: quantityOrNull(price.maximum_units),
        increment: quantityOrNull(price.increment),
      };
    case 'table': {
      const dimensions = price.dimensions.map(resolveDimension);
      const axes = axesOf(dimensions);
      const cells = new Array<bigint | null>(countCells(axes)).fill(null);
      for (const { when, amount } of price.cells) {
        cells[cellIndex(axes, when)] = amount === null ? null : parseAmountOrZero(amount, scale);
      }
      return { kind: 'table', dimensions, cells, minimum: atoms(price.minimum) };
    }
  }
}

function resolveDimension(dimension: FileDimension): Dimension {
  const { id } = dimension;
  switch (dimension.kind) {
    case 'choice':
      return { kind: 'choice', id, values: dimension.values, default: dimension.default ?? null };
    case 'tier': {
      const upTo = dimension.up_to.map((value) => checked(parseQuantity(value)));
      return { kind: 'tier', id, upTo, default: quantityOrNull(dimension.default) };
    }
    case 'per_unit':
      return {
        kind: 'per_unit',
        id,
        increment: quantityOrNull(dimension.increment),
        maximum: quantityOrNull(dimension.maximum),
        default: quantityOrNull(dimension.default),
      };
  }
}

function quantityOrNull(value: number | string | undefined): bigint | null {
  return value === undefined ? null : parseQuantity(value);
}

/** The schema has read each value once already, so that null here is a defect of this program. */
export function checked<T>(value: T | null): T {
  if (value === null) throw new Error('a value passed the catalog schema and cannot be read');
  return value;
}

/** What contradicts itself in a price, with paths relative to it. */
export function checkPrice(price: FilePrice): PriceIssue[] {
  if (price.kind === 'flat') return [];
  if (price.kind === 'per_unit') {
    return checkMultiple({ key: 'maximum_units', value: price.maximum_units, increment: price.increment });
  }
  const issues = price.dimensions.flatMap((dimension, index) =>
    checkDimension(dimension).map(({ path, message }) => ({ path: ['dimensions', index, ...path], message })),
  );
  const ids = price.dimensions.map(({ id }) => id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) {
      issues.push({ path: ['dimensions', index, 'id'], message: `"${id}" is there twice` });
    }
  });
  return issues.length > 0 ? issues : checkCells(price);
}

/** A maximum that is no multiple would be passed by rounding up to the increment. */
function checkMultiple(limit: {
  key: string;
  value: number | string | undefined;
  increment: number | string | undefined;
}): PriceIssue[] {
  const value = quantityOrNull(limit.value);
  const increment = quantityOrNull(limit.increment);
  return value !== null && increment !== null && value % increment !== 0n
    ? [{ path: [limit.key], message: 'must be a multiple of increment' }]
    : [];
}

function checkDimension(dimension: FileDimension): PriceIssue[] {
  if (dimension.kind === 'choice') {
    return dimension.default === undefined || dimension.values.includes(dimension.default)
      ? []
      : [{ path: ['default'], message: `"${dimension.default}" is not among values` }];
  }
  const preset = quantityOrNull(dimension.default);
  if (dimension.kind === 'per_unit') {
    const maximum = quantityOrNull(dimension.maximum);
    const issues = checkMultiple({
      key: 'maximum',
      value: dimension.maximum,
      increment: dimension.increment,
    });
    return preset !== null && maximum !== null && preset > maximum
      ? [...issues, { path: ['default'], message: 'must not be above maximum' }]
      : issues;
  }
  const upTo = dimension.up_to.map((value) => checked(parseQuantity(value)));
  const issues: PriceIssue[] = [];
  upTo.forEach((value, index) => {
    if (index > 0 && value <= (upTo[index - 1] as bigint)) {
      issues.push({ path: ['up_to', index], message: 'must be above the one before' });
    }
  });
  const last = upTo.at(-1) as bigint;
  if (preset !== null && preset > last) {
    issues.push({ path: ['default'], message: 'must not be above the last tier' });
  }
  return issues;
}

function checkCells(table: FileTable): PriceIssue[] {
  const axes = axesOf(table.dimensions.map(resolveDimension));
  const size = countCells(axes);
  if (size > MAX_CELLS) {
    return [{ path: ['dimensions'], message: `make ${size} combinations; at most ${MAX_CELLS} are allowed` }];
  }
  const issues: PriceIssue[] = [];
  const seen = new Set<number>();
  table.cells.forEach(({ when }, index) => {
    const path = ['cells', index, 'when'];
    const unknown = Object.keys(when).find((key) => !axes.some((axis) => axis.id === key));
    if (unknown !== undefined) {
      issues.push({ path: [...path, unknown], message: 'is not a choice or tier dimension of this price' });
    }
    const outside = axes.find((axis) => cellIndex([axis], when) < 0);
    if (outside !== undefined) {
      const valid = outside.kind === 'choice' ? outside.values : outside.upTo.map(toUnits);
      issues.push({ path: [...path, outside.id], message: `must be one of ${valid.join(', ')}` });
      return;
    }
    const place = cellIndex(axes, when);
    if (seen.has(place)) issues.push({ path, message: `${describeCell(axes, place)} is there twice` });
    seen.add(place);
  });
  return issues.length > 0 ? issues : missingCells({ axes, size, seen });
}

function missingCells(table: {
  axes: readonly Axis[];
  size: number;
  seen: ReadonlySet<number>;
}): PriceIssue[] {
  const issues: PriceIssue[] = [];
  for (let place = 0; place < table.size; place += 1) {
    if (table.seen.has(place)) continue;
    const cell = describeCell(table.axes, place);
    issues.push({
      path: ['cells'],
      message: `nothing for ${cell}; "amount": null says that it is not offered`,
    });
  }
  return issues;
}
