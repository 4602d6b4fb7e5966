const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after each failed attempt the next one is made: the schedule that Standard Webhooks recommends, 3 days. */
export const RETRIES_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** A receiver may ask for more patience than the schedule has, but not for good. */
const MAX_RETRY_AFTER_MS = 24 * HOUR;

/**
 * When to try again after `attempts` that failed; null: never, it is a dead letter. Up to a fifth is added, so that
 * what failed together does not come again together.
 */
export function retryAfter(
  attempts: number,
  { retries, asked, random }: { retries: readonly number[]; asked: number | null; random: number },
): number | null {
  const planned = retries[attempts - 1];
  if (planned === undefined) return null;
  return Math.max(planned * (1 + random / 5), patience(asked));
}

/** How long a receiver is left alone, of what it asks for. */
export const patience = (asked: number | null): number => Math.min(asked ?? 0, MAX_RETRY_AFTER_MS);
