/** The engine's time for the doors of the house: when tokens and keys end. */
import type { Engine } from '../engine.ts';

/** Two clocks drift apart by far less than a millisecond in this time. */
const REFRESH_MS = 10_000;

/**
 * The engine's clock is the database's, and asking it costs a round trip: too much for each request. So it is asked
 * now and then and carried on by a clock here that nobody can set back. A test clock stands still and jumps, so it is
 * asked every time.
 */
export function carriedClock(engine: Engine): () => Promise<number> {
  if (engine.testClock) return () => engine.now();
  let offset: number | null = null;
  let askedAt = 0;
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    const before = performance.now();
    const now = await engine.now();
    const after = performance.now();
    offset = now - (before + after) / 2;
    askedAt = after;
  };
  const refresh = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
  return async () => {
    if (offset === null) await refresh();
    // While the database is away the clock goes on; the requests themselves will say what is wrong.
    else if (performance.now() - askedAt > REFRESH_MS) refresh().catch(() => undefined);
    return Math.floor(performance.now() + (offset ?? 0));
  };
}
