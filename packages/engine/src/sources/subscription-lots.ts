import type { Account } from '../core/account.ts';
import { addDuration, type Duration, parseDuration } from '../core/calendar.ts';
import type { Command, GrantCommand } from '../core/command.ts';
import type { Refill, Window } from './subscription-calendar.ts';
import type { Paid } from './subscription-state.ts';
import { type Money, refillOf, type Terms } from './subscription-terms.ts';

/** How lots name where they are from. */
export const SOURCE = 'subscription';

interface Lot extends Window {
  readonly amount: bigint;
  readonly cost: Money | null;
  readonly metadata: GrantCommand['metadata'];
}

/** A share of money, such that all shares of it add up to the unit. */
export function shareOf(
  cost: Money | null,
  { index, count }: { index: number; count: number },
): Money | null {
  if (cost === null) return null;
  const upTo = (shares: number): number =>
    Number((BigInt(cost.amountMinor) * BigInt(shares)) / BigInt(count));
  return { amountMinor: upTo(index + 1) - upTo(index), currency: cost.currency };
}

/**
 * The lots of a refill. Rollover needs nobody to look at the period's end: the part that may move is a lot of its
 * own from the start, which lives on by the rollover's validity. It expires later, so the order draws on it last; what
 * is left of the refill at the period's end is therefore first of all what is left of this part.
 */
function lotsOf(
  terms: Terms,
  { refill, cost }: { refill: Refill; cost: Money | null },
): Omit<Lot, 'metadata'>[] {
  const amount = refillOf(terms);
  const moving = movingPart(terms);
  const lots: Omit<Lot, 'metadata'>[] = [];
  const { startsAt } = refill;
  if (moving < amount) lots.push({ startsAt, endsAt: refill.endsAt, amount: amount - moving, cost: null });
  if (terms.rollover !== null && moving > 0n) {
    const validity = parseDuration(terms.rollover.validity) as Duration;
    const endsAt = addDuration(refill.endsAt, validity, { timeZone: terms.timeZone });
    lots.push({ startsAt, endsAt, amount: moving, cost: null });
  }
  return lots.map((lot) => ({ ...lot, cost: byAmount(cost, lots, lot) }));
}

/** At most so many percent of the refill, and at most the maximum, which like the credits is per seat. */
function movingPart(terms: Terms): bigint {
  if (terms.rollover === null) return 0n;
  const share = (refillOf(terms) * BigInt(terms.rollover.percentage)) / 100n;
  const most = terms.rollover.maximum * BigInt(terms.seats ?? 1);
  return share < most ? share : most;
}

/** The first lot has what rounding leaves of the others. */
function byAmount(
  cost: Money | null,
  lots: readonly Pick<Lot, 'amount'>[],
  lot: Pick<Lot, 'amount'>,
): Money | null {
  if (cost === null) return null;
  const whole = lots.reduce((sum, one) => sum + one.amount, 0n);
  const part = (amount: bigint): number => Number((BigInt(cost.amountMinor) * amount) / whole);
  const others = lots.slice(1).reduce((sum, one) => sum + part(one.amount), 0);
  return {
    amountMinor: lot === lots[0] ? cost.amountMinor - others : part(lot.amount),
    currency: cost.currency,
  };
}

/**
 * Issues a refill of a paid period: at once, or scheduled where its window lies ahead. Lots whose window is over are
 * left out: they would have expired unused, so that being late leaves the same balance. `channel`: who was paid, where that
 * is known.
 */
export function issueRefill(
  { id, channel }: { readonly id: string; readonly channel: string | null },
  { terms, paid, refill }: { terms: Terms; paid: Paid; refill: Refill },
  now: number,
): Command[] {
  const cost = shareOf(paid.cost, refill);
  return lotsOf(terms, { refill, cost })
    .map((lot): Lot => {
      const rollover = lot.endsAt > refill.endsAt ? { rollover: true } : {};
      const metadata = {
        plan: terms.plan,
        term: paid.term,
        period: paid.no,
        refill: refill.index,
        ...(channel === null ? {} : { channel }),
        ...rollover,
      };
      return { ...lot, metadata };
    })
    .filter((lot) => lot.endsAt > now)
    .map((lot) => issue(id, terms.class, lot));
}

export function issue(id: string, klass: string, lot: Lot): GrantCommand {
  return {
    verb: 'grant',
    class: klass,
    amount: lot.amount,
    priority: 0,
    effectiveAt: lot.startsAt,
    validity: { kind: 'until', expiresAt: lot.endsAt },
    features: null,
    source: { type: SOURCE, ref: id },
    cost: lot.cost,
    metadata: lot.metadata,
  };
}

/** Takes back the lots of the subscription that have not begun. Those that run keep their window. */
export function voidScheduled(id: string, account: Account, reason: string): Command[] {
  return account.grants
    .filter(({ source, phase }) => phase === 'scheduled' && source.type === SOURCE && source.ref === id)
    .map(({ no }) => ({ verb: 'void', grant: no, reason }));
}
