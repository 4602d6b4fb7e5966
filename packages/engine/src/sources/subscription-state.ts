import { addDuration, type Duration, parseDuration } from '../core/calendar.ts';
import type { ProviderId } from './provider.ts';
import { type Period, periodsOf, type Refill, refillsOf } from './subscription-calendar.ts';
import type { Money, Terms } from './subscription-terms.ts';

/** A period that was paid for. */
export interface Paid extends Period {
  /** The payment; null where an earlier one was carried over a pause. */
  readonly ref: string | null;
  readonly paidAt: number;
  readonly cost: Money | null;
}

/** All that is known of a subscription. What it is at an instant follows from this and the instant. */
export interface Subscription {
  readonly account: number;
  readonly no: number;
  readonly ref: string;
  readonly createdAt: number;
  /** In the order agreed; the last that has begun is in force. */
  readonly terms: readonly Terms[];
  readonly paid: readonly Paid[];
  readonly trialEndsAt: number | null;
  readonly cancelAt: number | null;
  /** How: at the end of what is paid, which later payments move on, or there and then. */
  readonly cancelled: 'period_end' | 'now' | null;
  readonly graceUntil: number | null;
  readonly pausedAt: number | null;
  /** Who charges for it; null where the product does, and tells us. */
  readonly provider: ProviderId | null;
}

export type Status = 'trialing' | 'active' | 'past_due' | 'paused' | 'cancelled' | 'ended';

/** Terms that other terms replaced before they began. */
const neverBegan = ({ startsAt, endsAt }: Terms): boolean => endsAt !== null && endsAt <= startsAt;

/** The terms in force, and which they are. Before the first begin, the first. */
export function termsAt(one: Subscription, now: number): { terms: Terms; term: number } {
  for (let term = one.terms.length - 1; term > 0; term -= 1) {
    const terms = one.terms[term] as Terms;
    if (terms.startsAt <= now && !neverBegan(terms)) return { terms, term };
  }
  return { terms: one.terms[0] as Terms, term: 0 };
}

/** Terms that are agreed and have not begun. */
export function pendingTerms(one: Subscription, now: number): { terms: Terms; term: number } | null {
  const term = one.terms.length - 1;
  const terms = one.terms[term] as Terms;
  return term > termsAt(one, now).term && terms.startsAt > now && !neverBegan(terms) ? { terms, term } : null;
}

/** Up to when there is something paid, or a trial: the latest end. */
export function paidUntil(one: Subscription): number {
  let until = one.trialEndsAt ?? 0;
  for (const paid of one.paid) {
    const { endsAt } = one.terms[paid.term] as Terms;
    until = Math.max(until, Math.min(paid.endsAt, endsAt ?? paid.endsAt));
  }
  return until;
}

/** When the subscription is over for want of payment. */
function lapsesAt(one: Subscription, now: number): number {
  const { terms } = termsAt(one, now);
  const covered = Math.max(paidUntil(one), terms.startsAt);
  const until = one.graceUntil ?? graceFrom(terms, covered);
  return Math.max(until, covered);
}

/** When a grace that begins at `instant` is over. */
export function graceFrom(terms: Terms, instant: number): number {
  if (terms.grace === null) return instant;
  return addDuration(instant, parseDuration(terms.grace) as Duration, { timeZone: terms.timeZone });
}

/** What the subscription is at an instant: nothing has to happen at that instant for it. */
export function statusAt(one: Subscription, now: number): Status {
  if (one.cancelAt !== null && one.cancelAt <= now) return 'cancelled';
  if (one.pausedAt !== null) return 'paused';
  if (one.trialEndsAt !== null && now < one.trialEndsAt) return 'trialing';
  if (lapsesAt(one, now) <= now) return 'ended';
  return one.graceUntil !== null || paidUntil(one) <= now ? 'past_due' : 'active';
}

/** The instant after which what was paid for is not issued: a pause keeps it for later, a cancellation drops it. */
export function stopOf(one: Subscription): number {
  const cancelled = one.cancelled === 'now' ? (one.cancelAt as number) : Number.POSITIVE_INFINITY;
  return Math.min(cancelled, one.pausedAt ?? Number.POSITIVE_INFINITY);
}

export const isPaid = (one: Subscription, { term, no }: Pick<Period, 'term' | 'no'>): boolean =>
  one.paid.some((paid) => paid.term === term && paid.no === no);

/** The first period that nobody has paid, from the terms in force on; in the order of time. */
export function nextUnpaid(one: Subscription, now: number): Period {
  for (let { term } = termsAt(one, now); ; term += 1) {
    const terms = one.terms[term];
    if (terms === undefined) throw new Error('the last terms have no end');
    for (const period of periodsOf(terms, term, Number.POSITIVE_INFINITY)) {
      if (!isPaid(one, period)) return period;
    }
  }
}

/**
 * The period that a payment names by its end: the one whose end is nearest, since providers keep seconds and UTC
 * where we keep milliseconds and the account's zone. Of two, the one agreed later.
 */
export function periodEnding(one: Subscription, end: number): Period {
  let nearest: Period | null = null;
  for (const [term, terms] of one.terms.entries()) {
    for (const period of periodsOf(terms, term, Number.POSITIVE_INFINITY)) {
      if (nearest === null || Math.abs(period.endsAt - end) <= Math.abs(nearest.endsAt - end))
        nearest = period;
      if (period.endsAt >= end) break;
    }
  }
  if (nearest === null) throw new Error('a subscription has terms');
  return nearest;
}

/** The period that runs at an instant: a paid one before an unpaid one. */
export function periodRunning(one: Subscription, now: number): Period | null {
  const paid = one.paid.findLast((period) => period.startsAt <= now && now < period.endsAt);
  if (paid !== undefined) return paid;
  const { terms, term } = termsAt(one, now);
  for (const period of periodsOf(terms, term, now + 1)) if (now < period.endsAt) return period;
  return null;
}

/** Every refill that was paid for and is still agreed, with its terms and period. */
export function paidRefills(one: Subscription): { refill: Refill; paid: Paid; terms: Terms }[] {
  return one.paid.flatMap((paid) => {
    const terms = one.terms[paid.term] as Terms;
    return refillsOf(terms, paid).map((refill) => ({ refill, paid, terms }));
  });
}
