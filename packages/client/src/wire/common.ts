/** What every shape of the contract is made of. */

/** Credits going in: a number, or a decimal string where a float would not do. */
export type Amount = number | string;
/** RFC 3339, e.g. `2026-03-25T10:00:00.000Z`. */
export type Instant = string;
/** String values and small JSON of the caller's own; kept, never interpreted. */
export type Metadata = { [key: string]: Json };
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Surface = 'web' | 'desktop_windows' | 'desktop_macos' | 'ios' | 'android' | 'server';

export type EntryType =
  | 'grant'
  | 'consume'
  | 'hold'
  | 'capture'
  | 'release'
  | 'refund'
  | 'expire'
  | 'void'
  | 'freeze'
  | 'unfreeze'
  | 'extend'
  | 'adjust'
  | 'transfer';

/** How much of a feature: a count of its unit, or its dimensions by name (`{ seconds: 10, resolution: "1080p" }`). */
export type Units = number | string | { [dimension: string]: number | string };

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
