/** The cells of a table price: one for every combination of its choices and tiers. */
import type { ChoiceDimension, Dimension, TierDimension } from './catalog.ts';
import { parseQuantity, toUnits } from './quantity.ts';

/** The dimensions that select a cell; those per unit multiply it. */
export type Axis = ChoiceDimension | TierDimension;

export function axesOf(dimensions: readonly Dimension[]): Axis[] {
  return dimensions.filter((dimension) => dimension.kind !== 'per_unit');
}

export function axisLength(axis: Axis): number {
  return axis.kind === 'choice' ? axis.values.length : axis.upTo.length;
}

export function countCells(axes: readonly Axis[]): number {
  return axes.reduce((product, axis) => product * axisLength(axis), 1);
}

/** Row-major place of a cell's `when`, or -1 where a value is not on its axis. */
export function cellIndex(axes: readonly Axis[], when: Readonly<Record<string, number | string>>): number {
  let index = 0;
  for (const axis of axes) {
    const place = Object.hasOwn(when, axis.id) ? placeOf(axis, when[axis.id]) : -1;
    if (place < 0) return -1;
    index = index * axisLength(axis) + place;
  }
  return index;
}

function placeOf(axis: Axis, value: number | string | undefined): number {
  if (axis.kind === 'choice') return typeof value === 'string' ? axis.values.indexOf(value) : -1;
  const quantity = parseQuantity(value);
  return quantity === null ? -1 : axis.upTo.indexOf(quantity);
}

/** What selects a cell, one value for each axis: a choice, or the upper end of a tier. */
export function cellValues(axes: readonly Axis[], index: number): (string | number)[] {
  const values: (string | number)[] = [];
  let rest = index;
  for (const axis of [...axes].reverse()) {
    const place = rest % axisLength(axis);
    rest = Math.floor(rest / axisLength(axis));
    const value = axis.kind === 'choice' ? axis.values[place] : toUnits(axis.upTo[place] as bigint);
    values.unshift(value as string | number);
  }
  return values;
}

/** A cell in words: `seconds up to 15, resolution 720p`. */
export function describeCell(axes: readonly Axis[], index: number): string {
  if (axes.length === 0) return 'the one combination';
  const values = cellValues(axes, index);
  return axes.map(({ id, kind }, nth) => `${id}${kind === 'tier' ? ' up to' : ''} ${values[nth]}`).join(', ');
}
