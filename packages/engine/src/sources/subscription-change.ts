import { monthAt, monthsToEnd, type Period, periodAt, periodsOf } from './subscription-calendar.ts';
import { issue, issueRefill, shareOf, voidScheduled } from './subscription-lots.ts';
import {
  type Decided,
  type Ground,
  idOf,
  isKnown,
  type Payment,
  pay,
  unchanged,
} from './subscription-pay.ts';
import { paidRefills, paidUntil, type Subscription, stopOf, termsAt } from './subscription-state.ts';
import { begin, type Money, type Offer, stepOf, type Terms } from './subscription-terms.ts';

/** What a subscription begins with. */
interface Beginning {
  readonly offer: Offer;
  readonly startsAt: number;
  readonly timeZone: string;
  readonly trial: { readonly endsAt: number; readonly credits: bigint } | null;
}

/** A new subscription: its first period is paid, or its trial begins. */
export function subscribe(
  one: Omit<Subscription, 'terms' | 'paid' | 'trialEndsAt'>,
  { payment, ...wish }: Beginning & { readonly payment: Payment },
  ground: Ground,
): Decided {
  const agreed = agree(one, wish, ground);
  const [terms] = agreed.after.terms;
  if (wish.trial !== null || terms === undefined) return agreed;
  return pay(agreed.after, periodAt(terms, 0, 0), payment, ground.now);
}

/** Its terms, before anything is paid; a trial begins at once. */
export function agree(
  one: Omit<Subscription, 'terms' | 'paid' | 'trialEndsAt'>,
  { offer, startsAt, timeZone, trial }: Beginning,
  { now }: Ground,
): Decided {
  const terms = begin(offer, { timeZone, anchor: trial?.endsAt ?? startsAt });
  const fresh: Subscription = { ...one, terms: [terms], paid: [], trialEndsAt: trial?.endsAt ?? null };
  if (trial === null || trial.credits === 0n || trial.endsAt <= now) return unchanged(fresh);
  const metadata = { plan: offer.plan, trial: true };
  const lot = { startsAt, endsAt: trial.endsAt, amount: trial.credits, cost: null, metadata };
  return { after: fresh, commands: [issue(idOf(one), offer.class, lot)] };
}

/**
 * Other terms from this instant on, or from the one that a provider took, with a new anchor: their first period is paid;
 * running lots keep their window.
 */
export function changeNow(
  one: Subscription,
  wish: { readonly offer: Offer; readonly payment: Payment; readonly from?: number },
  { account, now }: Ground,
): Decided {
  const { offer, payment, from = now } = wish;
  if (isKnown(one, payment.ref)) return unchanged(one);
  const { timeZone } = termsAt(one, from).terms;
  const trialEndsAt = one.trialEndsAt === null ? null : Math.min(one.trialEndsAt, from);
  const begun = beginAnew(
    { ...one, trialEndsAt, graceUntil: null },
    begin(offer, { timeZone, anchor: from }),
  );
  const { after, commands } = pay(begun, lastPeriod(begun), payment, now);
  return { after, commands: [...commands, ...voidScheduled(idOf(one), account, 'subscription_changed')] };
}

/** Ends all terms now and puts new ones in their place. */
export function beginAnew(one: Subscription, terms: Terms): Subscription {
  const closed = one.terms.map((old) => ({
    ...old,
    endsAt: Math.min(old.endsAt ?? terms.startsAt, terms.startsAt),
  }));
  return { ...one, terms: [...closed, terms] };
}

export const lastPeriod = (one: Subscription): Period =>
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
  const { terms: running, term } = termsAt(one, now);
  // Fewer that were agreed for later and are paid already cannot be taken back, so they become more as well.
  const grows = (terms: Terms, nth: number): boolean =>
    nth >= term && terms.plan === running.plan && (terms.seats ?? 0) < seats;
  const stop = stopOf(one);
  const open = paidRefills(one).filter(
    ({ paid, terms, refill }) => grows(terms, paid.term) && refill.endsAt > now && refill.startsAt <= stop,
  );
  const commands = open.flatMap(({ paid, terms, refill }, index) => {
    const added = { ...terms, seats: seats - (terms.seats ?? 0) };
    const share = shareOf(cost, { index, count: open.length });
    const from = { ...refill, startsAt: Math.max(refill.startsAt, now), index: 0, count: 1 };
    return issueRefill(
      { id: idOf(one), channel: one.provider },
      { terms: added, paid: { ...paid, cost: share }, refill: from },
      now,
    );
  });
  const agreed = one.terms.map((old, nth) => (grows(old, nth) ? { ...old, seats } : old));
  return { after: { ...one, terms: agreed }, commands };
}
