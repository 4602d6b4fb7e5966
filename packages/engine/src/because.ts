import { formatInstant } from './core/calendar.ts';
import type { Explained } from './core/explain.ts';

/** One sentence for people: where a lot stood in the order and why, and whether it was drawn on. */
export function because(one: Explained, written: (atoms: bigint) => string): string {
  const standing = standingOf(one);
  if (one.position === null) return standing;
  if (one.drawn === 0n) return `${standing} Not drawn on: what came before it was enough.`;
  return one.drawn < one.available
    ? `${standing} ${written(one.drawn)} of its ${written(one.available)} were drawn, which completed the amount.`
    : `${standing} All ${written(one.drawn)} that it had were drawn.`;
}

function standingOf({ grant, before, reason }: Explained): string {
  const end = (expiresAt: number | null): string =>
    expiresAt === null ? 'never expires' : `expires at ${formatInstant(expiresAt)}`;
  switch (reason) {
    case 'only':
      return 'It was the only grant that could be drawn on.';
    case 'first':
      return `It was first in the order: class ${grant.class}.`;
    case 'class':
      return `Class ${grant.class} comes after class ${before?.class}.`;
    case 'expiring_first':
      return `It ${end(grant.expiresAt)}, later than the grant before it, and expiry outranks class among credits nobody paid for.`;
    case 'priority':
      return `Its priority ${grant.priority} comes after ${before?.priority}.`;
    case 'expiry':
      return `It ${end(grant.expiresAt)}; the grant before it ${end(before?.expiresAt ?? null)}.`;
    case 'feature_scope':
      return 'More features may use it than the grant before it.';
    case 'effective_at':
      return `It is effective since ${formatInstant(grant.effectiveAt)}, later than the grant before it.`;
    case 'created':
      return 'It was created after the grant before it.';
    case 'frozen':
      return 'It was frozen.';
    case 'held':
      return 'All that it had left was reserved, or its validity had ended.';
    case 'other_feature':
      return 'It is for other features.';
    case 'class_not_allowed':
      return `The feature cannot be paid for with class ${grant.class}.`;
  }
}
