import { periodsOf, refillsOf } from './subscription-calendar.ts';
import { isPaid, type Subscription, statusAt } from './subscription-state.ts';
import { refillOf } from './subscription-terms.ts';

/** A refill that nobody has paid yet. */
export interface ExpectedRefill {
  readonly class: string;
  readonly amount: bigint;
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * The refills up to `until` that nobody has paid yet and that come if the subscription goes on as agreed. What is paid
 * is a lot already; of what was cancelled, or waits for a payment that failed, nothing is expected.
 */
export function expectedRefills(
  one: Subscription,
  { now, until }: { readonly now: number; readonly until: number },
): ExpectedRefill[] {
  const status = statusAt(one, now);
  if ((status !== 'active' && status !== 'trialing') || one.cancelAt !== null) return [];
  return one.terms.flatMap((terms, term) => {
    if (terms.endsAt !== null && terms.endsAt <= terms.startsAt) return [];
    return [...periodsOf(terms, term, until + 1)]
      .filter((period) => period.endsAt > now && !isPaid(one, period))
      .flatMap((period) => refillsOf(terms, period))
      .filter(({ startsAt }) => startsAt > now && startsAt <= until)
      .map(({ startsAt, endsAt }) => ({ class: terms.class, amount: refillOf(terms), startsAt, endsAt }));
  });
}
