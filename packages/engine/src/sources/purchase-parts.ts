/** How a purchase's parts are kept. */
import type { Part } from './purchase-plan.ts';

/** Atoms travel as text, since JSON readers round above 2^53. */
export function partsText(parts: readonly Part[]): string {
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

type StoredPart = { lots: number[]; before?: { consumed: string; voided: string } | null } & Record<
  Exclude<keyof Part, 'lots' | 'before'>,
  string
>;

function partOf(stored: StoredPart): Part {
  return {
    credits: BigInt(stored.credits),
    lots: stored.lots,
    target: BigInt(stored.target),
    voided: BigInt(stored.voided),
    lost: BigInt(stored.lost),
    given: BigInt(stored.given),
    excluded: BigInt(stored.excluded),
    before:
      stored.before == null
        ? null
        : { consumed: BigInt(stored.before.consumed), voided: BigInt(stored.before.voided) },
  };
}

export const readParts = (text: string): Part[] => (JSON.parse(text) as StoredPart[]).map(partOf);
