import type { Account } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { subscriptionId } from '../core/id.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { type Bill, demandBilled, isOfTrial } from './subscription-billed.ts';
import { type Period, refillsOf } from './subscription-calendar.ts';
import { issueRefill } from './subscription-lots.ts';
import {
  graceFrom,
  isPaid,
  nextUnpaid,
  type Paid,
  periodEnding,
  type Subscription,
  statusAt,
  stopOf,
  termsAt,
} from './subscription-state.ts';
import { type Money, priceOf, type Terms } from './subscription-terms.ts';

/** What a change comes to: the rows after it, and what the account's ledger takes. Equal rows: nothing to do. */
export interface Decided {
  readonly after: Subscription;
  readonly commands: readonly Command[];
}

/** Where a change is decided: on the locked account when it is made, on a copy of it when it is previewed. */
export interface Ground {
  readonly account: Account;
  readonly now: number;
}

/** A payment as it is reported. */
export interface Payment {
  readonly ref: string | null;
  readonly cost: Money | null;
  /** Which provider tells of it; absent: the product itself. */
  readonly channel?: string;
  /** What the provider billed; absent: the product decides what counts as paid. */
  readonly bill?: Bill;
  /** What was sold, one of which must be the plan; absent: nobody says. */
  readonly plans?: readonly string[];
}

/** Periods may begin, and be paid, so far ahead: more is a slip, and every scheduled lot is carried by the account. */
export const MOST_AHEAD_MS = 3 * 366 * 86_400_000;

export function commandOf(commands: readonly Command[]): Command {
  const [only, ...others] = commands;
  if (only === undefined) return { verb: 'settle' };
  return others.length === 0 ? only : { verb: 'many', commands };
}

export const unchanged = (one: Subscription): Decided => ({ after: one, commands: [] });

export const idOf = ({ account, no }: Pick<Subscription, 'account' | 'no'>): string =>
  subscriptionId(account, no);

/** The refusal of what a subscription in this state does not do. */
export function outOfState(one: Subscription, now: number, what: string): DrawdownError {
  const state = statusAt(one, now);
  return new DrawdownError('subscription_state', `${what}; this one is ${state}.`, { state });
}

/** Records a period as paid and issues its lots, up to where a pause or a cancellation stops them. */
export function pay(
  one: Subscription,
  period: Period,
  { ref, cost, channel }: Payment,
  now: number,
): Decided {
  const terms = one.terms[period.term] as Terms;
  const paid: Paid = { ...period, ref, paidAt: now, cost: cost ?? priceOf(terms) };
  const after = { ...one, paid: [...one.paid, paid] };
  const stop = stopOf(one);
  const commands = refillsOf(terms, period)
    .filter((refill) => refill.startsAt <= stop)
    .flatMap((refill) =>
      issueRefill({ id: idOf(one), channel: one.provider ?? channel ?? null }, { terms, paid, refill }, now),
    );
  return { after, commands };
}

/**
 * A payment arrived: the period that it names by its end, or the first that is unpaid, is paid and its lots are issued.
 * A payment or a period that is known already changes nothing, so that any number of reports in any order are one.
 */
export function renew(
  one: Subscription,
  { periodEnd, ...payment }: Payment & { readonly periodEnd: number | null },
  { now }: Ground,
): Decided {
  if (isKnown(one, payment.ref)) return unchanged(one);
  if (payment.bill !== undefined && isOfTrial(one, payment.bill, periodEnd)) return unchanged(one);
  if (periodEnd !== null && periodEnd <= Math.min(...one.terms.map(({ startsAt }) => startsAt))) {
    throw invalid('period_end', 'must be after the start of the first period');
  }
  // Looked at before the periods are gone through, so that no far end makes for a long search.
  if (periodEnd !== null && periodEnd - now > MOST_AHEAD_MS + 366 * 86_400_000) throw tooFarAhead();
  const period = periodEnd === null ? nextUnpaid(one, now) : periodEnding(one, periodEnd);
  if (isPaid(one, period)) return unchanged(one);
  if (period.startsAt - now > MOST_AHEAD_MS) throw tooFarAhead();
  const { bill, plans } = payment;
  const { plan } = one.terms[period.term] as Terms;
  if (plans?.includes(plan) === false) {
    const about = { field: 'product', subscription: idOf(one) };
    throw new DrawdownError('payment_refused', `product: ${plan} was agreed`, about);
  }
  if (bill !== undefined) demandBilled(one.terms[period.term] as Terms, bill, { subscription: idOf(one) });
  if (one.cancelled === 'now' && period.startsAt >= (one.cancelAt as number)) {
    throw outOfState(one, now, 'A period after the cancellation cannot be paid');
  }
  const { after, commands } = pay(one, period, payment, now);
  const moved =
    one.cancelled === 'period_end' ? Math.max(one.cancelAt as number, period.endsAt) : one.cancelAt;
  return { after: { ...after, graceUntil: null, cancelAt: moved }, commands };
}

export const isKnown = (one: Subscription, ref: string | null): boolean =>
  ref !== null && one.paid.some((paid) => paid.ref === ref);

const tooFarAhead = () => invalid('period_end', 'is more than three years ahead');

/** A payment failed: the grace runs from now, once. What is paid already is left alone. */
export function fail(
  one: Subscription,
  { ref, periodEnd }: { readonly ref: string | null; readonly periodEnd: number | null },
  { now }: Ground,
): Decided {
  // The news of a failure may come after that of the success that followed it.
  const named = periodEnd === null ? null : periodEnding(one, periodEnd);
  if (isKnown(one, ref) || (named !== null && isPaid(one, named)) || one.graceUntil !== null) {
    return unchanged(one);
  }
  if (one.cancelAt !== null && one.cancelAt <= now) return unchanged(one);
  return { after: { ...one, graceUntil: graceFrom(termsAt(one, now).terms, now) }, commands: [] };
}
