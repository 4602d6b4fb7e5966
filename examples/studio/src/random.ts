/** Chance that can be repeated: the same seed draws the same lots, on every machine. */

export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** One of them, each as likely. Throws where there are none. */
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32 on the FNV-1a hash of the seed: quick, and good enough for pictures and sentences. */
export function randomOf(seed: string): Random {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) as number), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    pick: (from) => {
      if (from.length === 0) throw new RangeError('There is nothing to pick from');
      return from[Math.floor(next() * from.length)] as (typeof from)[number];
    },
  };
}
