import type { Page } from '@drawdown/client';
import { invalid } from './errors.ts';

/** Pages without a limit of their own. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export function readLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_LIMIT) return value;
  throw invalid('limit', `must be a whole number from 1 to ${MAX_LIMIT}`);
}

/** A cursor names its list and the last item seen, so one list's cursor is refused by another. */
function cursorOf(list: string, last: number): string {
  return Buffer.from(`${list}:${last}`).toString('base64url');
}

export function readCursor(list: string, cursor: string): number {
  const text = cursor.length <= 64 ? Buffer.from(cursor, 'base64url').toString() : '';
  const match = /^([a-z_]+):(\d{1,16})$/.exec(text);
  const last = Number(match?.[2]);
  if (match?.[1] !== list || !Number.isSafeInteger(last) || cursorOf(list, last) !== cursor) {
    throw invalid('cursor', 'is none that this list gave', 'invalid_cursor');
  }
  return last;
}

/** A page of rows that were read one beyond `limit`, to know whether there are more. */
export function pageOf<Row, T>(
  list: string,
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => number,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: shown.map(present), next_cursor: more ? cursorOf(list, positionOf(last)) : null };
}
