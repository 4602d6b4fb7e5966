/** How a purchase's parts are kept. */
import type { Part } from './purchase-plan.ts';

/** Atoms travel as text, since JSON readers round above 2^53. */
export function partsText(parts: readonly Part[]): string {
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

type StoredPart = {
  lots: number[];
  ended?: Record<string, string>;
  before?: { consumed: string; voided: string } | null;
} & Record<'credits' | 'target' | 'voided' | 'lost' | 'given', string> & { taken?: string };

function partOf(stored: StoredPart): Part {
  return {
    credits: BigInt(stored.credits),
    lots: stored.lots,
    target: BigInt(stored.target),
    voided: BigInt(stored.voided),
    lost: BigInt(stored.lost),
    // Before this was kept, it was what was void at the end and what had been given again.
    taken: BigInt(stored.taken ?? BigInt(stored.voided) + BigInt(stored.given)),
    given: BigInt(stored.given),
    ended: Object.fromEntries(Object.entries(stored.ended ?? {}).map(([no, atoms]) => [no, BigInt(atoms)])),
    before:
      stored.before == null
        ? null
        : { consumed: BigInt(stored.before.consumed), voided: BigInt(stored.before.voided) },
  };
}

export const readParts = (text: string): Part[] => (JSON.parse(text) as StoredPart[]).map(partOf);
