/** The parts of a purchase, and how they are kept. */

/** Bought credits or the bonus that came with them. Amounts are atoms. */
export interface Part {
  readonly credits: bigint;
  /** The lot that was issued, then those that took the place of what a reversal had taken and was wrong. */
  readonly lots: readonly number[];
  /** How many of the credits the provider's reversals are about. */
  readonly target: bigint;
  /** Of these, what is taken back: `taken` without `given`. */
  readonly voided: bigint;
  /** Of these, what had been spent: a loss, or owed by the account, as the policy says. */
  readonly lost: bigint;
  /** What this purchase's own commands ever voided, and what then fell back into lots that they ended. */
  readonly taken: bigint;
  /** What was given again of that. */
  readonly given: bigint;
  /**
   * Lots that this purchase ended, and how much of each was void when that was last looked at. Null: it was written before
   * that was kept.
   */
  readonly ended: Readonly<Record<number, bigint>> | null;
  /** What became of its credits in an account that was merged into this one; null: they were issued here, or not yet. */
  readonly before: { readonly consumed: bigint; readonly voided: bigint } | null;
}

export const isIssued = ({ lots, before }: Part): boolean => lots.length > 0 || before !== null;

export function newPart(credits: bigint): Part {
  return {
    credits,
    lots: [],
    target: 0n,
    voided: 0n,
    lost: 0n,
    taken: 0n,
    given: 0n,
    ended: {},
    before: null,
  };
}

/** What a hold or a refund of spending put into a lot that this purchase had ended: void at once, and no one else's. */
export function fallenBack({ ended }: Part, { no, voided }: { no: number; voided: bigint }): bigint {
  const known = ended?.[no];
  return known === undefined ? 0n : voided - known;
}

/** Of what was written before: only a reversal of everything ended lots, and what fell back since is not known. */
export function endedBefore(
  { credits, target }: Part,
  lots: readonly { no: number; voided: bigint; open: boolean }[],
): Record<number, bigint> {
  const ended = target === credits ? lots.filter((lot) => !lot.open && lot.voided > 0n) : [];
  return Object.fromEntries(ended.map(({ no, voided }) => [no, voided]));
}

/** Atoms travel as text, since JSON readers round above 2^53. */
export function partsText(parts: readonly Part[]): string {
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

type StoredPart = {
  lots: number[];
  ended?: Record<string, string> | null;
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
    ended: stored.ended ? endedOf(stored.ended) : null,
    before:
      stored.before == null
        ? null
        : { consumed: BigInt(stored.before.consumed), voided: BigInt(stored.before.voided) },
  };
}

const endedOf = (ended: Record<string, string>): NonNullable<Part['ended']> =>
  Object.fromEntries(Object.entries(ended).map(([no, atoms]) => [no, BigInt(atoms)]));

export const readParts = (text: string): Part[] => (JSON.parse(text) as StoredPart[]).map(partOf);

/** Rounded down, for the buyer, unless all of it went back. */
export function shareOf(credits: bigint, { back, gross }: { back: number; gross: number }): bigint {
  return back >= gross ? credits : (credits * BigInt(back)) / BigInt(gross);
}
