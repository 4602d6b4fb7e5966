/** What a reversal took and was not owed: which lots stand for it, and when they begin and end. */
import { smaller } from '../core/amount.ts';

/** When a lot can be drawn on; half-open, and without an end where it never expires. */
export interface Span {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** A lot of a purchase, as far as it may be given again. */
export interface Takeable extends Span {
  readonly amount: bigint;
  readonly voided: bigint;
  /** It was void before it began, so that it never had anything. */
  readonly neverBegan: boolean;
  /** It stands for what a reversal took before. */
  readonly isAgain: boolean;
}

/** A lot that stands for what was taken. */
export interface Again extends Span {
  readonly amount: bigint;
}

/**
 * Each credit is given again for the time that it was for: what had begun until its end, what had not with its beginning, the
 * earliest first. Nothing is given again whose time is over.
 */
export function givenAgain(lots: readonly Takeable[], amount: bigint, now: number): Again[] {
  const spans = new Map<string, { readonly span: Span; left: bigint }>();
  for (const { startsAt, endsAt, ...lot } of lots) {
    const key = `${startsAt <= now ? 'now' : startsAt}:${endsAt}`;
    const known = spans.get(key) ?? { span: { startsAt: Math.max(startsAt, now), endsAt }, left: 0n };
    known.left += (lot.neverBegan ? lot.amount : lot.voided) - (lot.isAgain ? lot.amount : 0n);
    spans.set(key, known);
  }
  let left = amount;
  return [...spans.values()]
    .filter(({ span }) => span.endsAt === null || span.endsAt > now)
    .sort((a, b) => a.span.startsAt - b.span.startsAt || endOf(a.span) - endOf(b.span))
    .flatMap(({ span, left: taken }) => {
      const given = smaller(left, taken > 0n ? taken : 0n);
      left -= given;
      return given === 0n ? [] : [{ ...span, amount: given }];
    });
}

const endOf = ({ endsAt }: Span): number => endsAt ?? Number.POSITIVE_INFINITY;
