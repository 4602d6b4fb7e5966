import type { Account } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { subscriptionId } from '../core/id.ts';
import { DrawdownError, invalid } from '../errors.ts';
import {
  monthAt,
  monthsToEnd,
  type Period,
  periodAt,
  periodsOf,
  refillsOf,
} from './subscription-calendar.ts';
import { issue, issueRefill, shareOf, voidScheduled } from './subscription-lots.ts';
import {
  graceFrom,
  isPaid,
  nextUnpaid,
  type Paid,
  paidRefills,
  paidUntil,
  periodEnding,
  type Subscription,
  statusAt,
  stopOf,
  termsAt,
} from './subscription-state.ts';
import { type Beginning, type Money, refillStepOf, stepOf, type Terms } from './subscription-terms.ts';

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
}

/** What is sold, before it is known from when. */
export type Offer = Omit<Terms, keyof Beginning | 'endsAt'>;

/** Periods may be paid so far ahead: more is a slip, and every scheduled lot is carried by the account. */
const MOST_AHEAD_MS = 3 * 366 * 86_400_000;

const unchanged = (one: Subscription): Decided => ({ after: one, commands: [] });

export const idOf = ({ account, no }: Pick<Subscription, 'account' | 'no'>): string =>
  subscriptionId(account, no);

/** The refusal of what a subscription in this state does not do. */
export function outOfState(one: Subscription, now: number, what: string): DrawdownError {
  const state = statusAt(one, now);
  return new DrawdownError('subscription_state', `${what}; this one is ${state}.`, { state });
}

/** Records a period as paid and issues its lots, up to where a pause or a cancellation stops them. */
function pay(one: Subscription, period: Period, { ref, cost }: Payment, now: number): Decided {
  const terms = one.terms[period.term] as Terms;
  const { seats, price } = terms;
  const agreed = price && { amountMinor: price.amountMinor * (seats ?? 1), currency: price.currency };
  const paid: Paid = { ...period, ref, paidAt: now, cost: cost ?? agreed };
  const after = { ...one, paid: [...one.paid, paid] };
  const stop = stopOf(one);
  const commands = refillsOf(terms, period)
    .filter((refill) => refill.startsAt <= stop)
    .flatMap((refill) => issueRefill(idOf(one), { terms, paid, refill }, now));
  return { after, commands };
}

/** A new subscription: its first period is paid, or its trial begins. */
export function subscribe(
  one: Omit<Subscription, 'terms' | 'paid' | 'trialEndsAt'>,
  wish: {
    readonly offer: Offer;
    readonly startsAt: number;
    readonly timeZone: string;
    readonly trial: { readonly endsAt: number; readonly credits: bigint } | null;
    readonly payment: Payment;
  },
  { now }: Ground,
): Decided {
  const { offer, startsAt, timeZone, trial, payment } = wish;
  const terms = begin(offer, { timeZone, anchor: trial?.endsAt ?? startsAt });
  const fresh: Subscription = { ...one, terms: [terms], paid: [], trialEndsAt: trial?.endsAt ?? null };
  if (trial === null) return pay(fresh, periodAt(terms, 0, 0), payment, now);
  if (trial.endsAt <= now) return unchanged(fresh);
  const metadata = { plan: offer.plan, trial: true };
  const lot = { startsAt, endsAt: trial.endsAt, amount: trial.credits, cost: null, metadata };
  return { after: fresh, commands: [issue(idOf(one), offer.class, lot)] };
}

const begin = (offer: Offer, { timeZone, anchor }: Pick<Terms, 'timeZone' | 'anchor'>): Terms => ({
  ...offer,
  timeZone,
  anchor,
  months: 0,
  first: stepOf(offer),
  startsAt: anchor,
  endsAt: null,
});

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
  if (periodEnd !== null && periodEnd <= Math.min(...one.terms.map(({ startsAt }) => startsAt))) {
    throw invalid('period_end', 'must be after the start of the first period');
  }
  // Looked at before the periods are gone through, so that no far end makes for a long search.
  if (periodEnd !== null && periodEnd - now > MOST_AHEAD_MS + 366 * 86_400_000) throw tooFarAhead();
  const period = periodEnd === null ? nextUnpaid(one, now) : periodEnding(one, periodEnd);
  if (isPaid(one, period)) return unchanged(one);
  if (period.startsAt - now > MOST_AHEAD_MS) throw tooFarAhead();
  if (one.cancelled === 'now' && period.startsAt >= (one.cancelAt as number)) {
    throw outOfState(one, now, 'A period after the cancellation cannot be paid');
  }
  const { after, commands } = pay(one, period, payment, now);
  const moved =
    one.cancelled === 'period_end' ? Math.max(one.cancelAt as number, period.endsAt) : one.cancelAt;
  return { after: { ...after, graceUntil: null, cancelAt: moved }, commands };
}

const isKnown = (one: Subscription, ref: string | null): boolean =>
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

/** Other terms from this instant on, with a new anchor: their first period is paid; running lots keep their window. */
export function changeNow(
  one: Subscription,
  { offer, payment }: { readonly offer: Offer; readonly payment: Payment },
  { account, now }: Ground,
): Decided {
  if (isKnown(one, payment.ref)) return unchanged(one);
  const { timeZone } = termsAt(one, now).terms;
  const trialEndsAt = one.trialEndsAt === null ? null : Math.min(one.trialEndsAt, now);
  const begun = beginAnew({ ...one, trialEndsAt, graceUntil: null }, begin(offer, { timeZone, anchor: now }));
  const { after, commands } = pay(begun, lastPeriod(begun), payment, now);
  return { after, commands: [...commands, ...voidScheduled(idOf(one), account, 'subscription_changed')] };
}

/** Ends all terms now and puts new ones in their place. */
function beginAnew(one: Subscription, terms: Terms): Subscription {
  const closed = one.terms.map((old) => ({
    ...old,
    endsAt: Math.min(old.endsAt ?? terms.startsAt, terms.startsAt),
  }));
  return { ...one, terms: [...closed, terms] };
}

const lastPeriod = (one: Subscription): Period =>
  periodAt(one.terms.at(-1) as Terms, one.terms.length - 1, 0);

/**
 * Other terms from the end of what is paid, or of the period that runs, on; without a gap, since they go on counting
 * from the same anchor. Takes the place of a change that was agreed and has not begun.
 */
export function changeLater(one: Subscription, offer: Offer, { now }: Ground): Decided {
  const term = one.terms.length - 1;
  const last = one.terms[term] as Terms;
  if (last.startsAt > now && !one.paid.some((paid) => paid.term === term)) {
    const replaced = { ...offer, ...beginningOf(last), first: stepOf(offer), endsAt: null };
    return { after: { ...one, terms: [...one.terms.slice(0, -1), replaced] }, commands: [] };
  }
  const months = monthsOfEnd(one, now);
  const startsAt = monthAt(last, months);
  const { timeZone, anchor } = last;
  const next = { ...offer, timeZone, anchor, months, first: stepOf(offer), startsAt, endsAt: null };
  return {
    after: { ...one, terms: [...one.terms.slice(0, -1), { ...last, endsAt: startsAt }, next] },
    commands: [],
  };
}

const beginningOf = ({ timeZone, anchor, months, startsAt }: Terms) => ({
  timeZone,
  anchor,
  months,
  startsAt,
});

/** Months from the last terms' anchor to the end of what is paid under them, or of the period that runs. */
function monthsOfEnd(one: Subscription, now: number): number {
  const term = one.terms.length - 1;
  const last = one.terms[term] as Terms;
  const until = paidUntil(one);
  for (const period of periodsOf(last, term, Number.POSITIVE_INFINITY)) {
    if (period.endsAt > now && period.endsAt >= until) return monthsToEnd(last, period);
  }
  throw new Error('the last terms have no end');
}

/** Takes back a change that was agreed and has not begun. */
export function keepTerms(one: Subscription, now: number): Decided {
  const term = one.terms.length - 1;
  const pending = one.terms[term] as Terms;
  const isUnpaid = !one.paid.some((paid) => paid.term === term);
  if (term === termsAt(one, now).term || pending.startsAt <= now || !isUnpaid) return unchanged(one);
  const kept = one.terms.slice(0, -1);
  const before = { ...(kept.at(-1) as Terms), endsAt: null };
  return { after: { ...one, terms: [...kept.slice(0, -1), before] }, commands: [] };
}

/**
 * More seats at once: every refill that is paid and not over gets the difference, from now or from its start to its
 * end. What is not paid yet will be issued for the new number.
 */
export function addSeats(
  before: Subscription,
  { seats, cost }: { readonly seats: number; readonly cost: Money | null },
  { now }: Ground,
): Decided {
  const one = keepTerms(before, now).after;
  const { terms, term } = termsAt(one, now);
  const added = { ...terms, seats: seats - (terms.seats ?? 0) };
  const stop = stopOf(one);
  const open = paidRefills(one).filter(
    ({ paid, refill }) => paid.term === term && refill.endsAt > now && refill.startsAt <= stop,
  );
  const commands = open.flatMap(({ paid, refill }, index) => {
    const share = shareOf(cost, { index, count: open.length });
    const from = { ...refill, startsAt: Math.max(refill.startsAt, now), index: 0, count: 1 };
    return issueRefill(idOf(one), { terms: added, paid: { ...paid, cost: share }, refill: from }, now);
  });
  const agreed = one.terms.map((old) => (old === terms ? { ...terms, seats } : old));
  return { after: { ...one, terms: agreed }, commands };
}

/** Ends at the end of what is paid; every lot keeps its window. */
export function cancelLater(one: Subscription, { now }: Ground): Decided {
  if (one.cancelAt !== null) return unchanged(one);
  return {
    after: { ...one, cancelAt: Math.max(paidUntil(one), now), cancelled: 'period_end' },
    commands: [],
  };
}

/** Ends now: lots that have not begun are taken back, the running one was paid for and keeps its window. */
export function cancelNow(one: Subscription, { account, now }: Ground): Decided {
  if (one.cancelAt !== null && one.cancelAt <= now) return unchanged(one);
  const commands = voidScheduled(idOf(one), account, 'subscription_cancelled');
  return { after: { ...one, cancelAt: now, cancelled: 'now' }, commands };
}

/** Stops refills: what is paid and has not begun is kept for the resumption; the running lot keeps its window. */
export function pause(one: Subscription, { account, now }: Ground): Decided {
  if (one.pausedAt !== null) return unchanged(one);
  const status = statusAt(one, now);
  if (status !== 'active' && status !== 'trialing') {
    throw outOfState(one, now, 'Only an active subscription can be paused');
  }
  const commands = voidScheduled(idOf(one), account, 'subscription_paused');
  return { after: { ...one, pausedAt: now }, commands };
}

/**
 * Goes on. Within the refill that was running: as if there had been no pause. Later: the refills that were kept start
 * now, one after the other, with now as their anchor; where none were kept, the next payment's period starts now.
 */
export function resume(paused: Subscription, { now }: Ground): Decided {
  const { pausedAt } = paused;
  if (pausedAt === null || statusAt(paused, now) === 'cancelled') {
    throw outOfState(paused, now, 'Only a paused subscription can be resumed');
  }
  const one = { ...paused, pausedAt: null };
  const kept = paidRefills(one).filter(({ refill }) => refill.startsAt > pausedAt);
  const runningUntil = endOfRunning(one, pausedAt);
  if (now < runningUntil) {
    const commands = kept.flatMap((refill) => issueRefill(idOf(one), refill, now));
    return { after: one, commands };
  }
  const terms = kept[0]?.terms ?? termsAt(one, now).terms;
  const months = kept.length * refillStepOf(terms);
  const first = months === 0 ? stepOf(terms) : months;
  const next = { ...begin(terms, { timeZone: terms.timeZone, anchor: now }), first };
  const begun = beginAnew(one, next);
  // What was kept belongs to the new terms now, so the old ones end with the lot that was running.
  const closed = begun.terms.map((old) =>
    old === next ? old : { ...old, endsAt: Math.min(old.endsAt ?? 0, runningUntil) },
  );
  const after = { ...begun, terms: closed };
  if (kept.length === 0) return { after, commands: [] };
  const costs = kept.map(({ paid, refill }) => shareOf(paid.cost, refill));
  return pay(after, lastPeriod(after), { ref: null, cost: sum(costs) }, now);
}

/** The end of the refill or trial that ran at an instant. */
function endOfRunning(one: Subscription, instant: number): number {
  const running = paidRefills(one).filter(
    ({ refill }) => refill.startsAt <= instant && instant < refill.endsAt,
  );
  const trial = one.trialEndsAt !== null && instant < one.trialEndsAt ? one.trialEndsAt : instant;
  return Math.max(trial, ...running.map(({ refill }) => refill.endsAt));
}

/** Money of one currency; of several there is no sum. */
function sum(costs: readonly (Money | null)[]): Money | null {
  const currency = costs[0]?.currency;
  if (currency === undefined || costs.some((cost) => cost?.currency !== currency)) return null;
  return { amountMinor: costs.reduce((total, cost) => total + (cost?.amountMinor ?? 0), 0), currency };
}

/** Takes a cancellation back while it lies ahead; of what is over, a new period begins now, and is paid. */
export function reactivate(one: Subscription, payment: Payment, { now }: Ground): Decided {
  if (isKnown(one, payment.ref)) return unchanged(one);
  if (one.cancelAt !== null && one.cancelAt > now) {
    return { after: { ...one, cancelAt: null, cancelled: null }, commands: [] };
  }
  const status = statusAt(one, now);
  if (status !== 'cancelled' && status !== 'ended') {
    throw outOfState(one, now, 'Only a cancelled or ended subscription can be reactivated');
  }
  const { terms } = termsAt(one, now);
  const next = begin(terms, { timeZone: terms.timeZone, anchor: now });
  const begun = beginAnew(
    { ...one, cancelAt: null, cancelled: null, graceUntil: null, pausedAt: null },
    next,
  );
  return pay(begun, lastPeriod(begun), payment, now);
}
