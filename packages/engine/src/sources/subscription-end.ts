import { monthAt, periodAt } from './subscription-calendar.ts';
import { beginAnew, lastPeriod } from './subscription-change.ts';
import { issueRefill, shareOf, voidScheduled } from './subscription-lots.ts';
import {
  type Decided,
  type Ground,
  idOf,
  isKnown,
  outOfState,
  type Payment,
  pay,
  unchanged,
} from './subscription-pay.ts';
import {
  paidRefills,
  paidUntil,
  pendingTerms,
  type Subscription,
  statusAt,
  termsAt,
} from './subscription-state.ts';
import { begin, type Money, refillStepOf, stepOf, type Terms } from './subscription-terms.ts';

/* A subscription's ends, and what brings it back. */

/**
 * Ends at the end of what is paid; every lot keeps its window. What a pause kept was paid for: it begins now, and the
 * end comes behind it.
 */
export function cancelLater(one: Subscription, ground: Ground): Decided {
  if (one.cancelAt !== null) return unchanged(one);
  const { after, commands } = keepsRefills(one) ? resume(one, ground) : unchanged(one);
  const cancelAt = Math.max(paidUntil(after), ground.now);
  return { after: { ...after, cancelAt, cancelled: 'period_end' }, commands };
}

const keepsRefills = (one: Subscription): boolean =>
  one.pausedAt !== null && keptRefills(one, one.pausedAt).length > 0;

/** What was paid for and had not begun when a pause began. */
const keptRefills = (one: Subscription, pausedAt: number) =>
  paidRefills(one)
    .filter(({ refill }) => refill.startsAt > pausedAt)
    .sort((a, b) => a.refill.startsAt - b.refill.startsAt);

/** Ends now: lots that have not begun are taken back, the running one was paid for and keeps its window. */
export function cancelNow(one: Subscription, ground: Ground): Decided {
  return cancelAt(one, ground.now, ground);
}

/** As `cancelNow`, where others say when it was. */
export function cancelAt(one: Subscription, at: number, { account, now }: Ground): Decided {
  if (one.cancelAt !== null && one.cancelAt <= now) return unchanged(one);
  const commands = voidScheduled(idOf(one), account, 'subscription_cancelled');
  return { after: { ...one, cancelAt: at, cancelled: 'now' }, commands };
}

/** Takes back a cancellation that lies ahead. */
export function goOn(one: Subscription, { now }: Ground): Decided {
  if (one.cancelled !== 'period_end' || one.cancelAt === null || one.cancelAt <= now) return unchanged(one);
  return { after: { ...one, cancelAt: null, cancelled: null }, commands: [] };
}

/** Stops refills: what is paid and has not begun is kept for the resumption; the running lot keeps its window. */
export function pause(one: Subscription, { account, now }: Ground): Decided {
  if (one.pausedAt !== null) return unchanged(one);
  const status = statusAt(one, now);
  if (status !== 'active' && status !== 'trialing') {
    throw outOfState(one, now, 'Only an active subscription can be paused');
  }
  // What is kept would never come: the end would be there before anybody resumes.
  if (one.cancelAt !== null) throw outOfState(one, now, 'A cancellation is taken back before a pause');
  const commands = voidScheduled(idOf(one), account, 'subscription_paused');
  return { after: { ...one, pausedAt: now }, commands };
}

/**
 * Goes on. Within the refill that was running: as if there had been no pause. Later: the refills that were kept start
 * now, one after the other, each under the terms that it was paid under, with now as their anchor; where none were kept, the
 * next payment's period starts now. Terms that were agreed for later begin behind them.
 */
export function resume(paused: Subscription, { now }: Ground): Decided {
  const { pausedAt } = paused;
  if (pausedAt === null || statusAt(paused, now) === 'cancelled') {
    throw outOfState(paused, now, 'Only a paused subscription can be resumed');
  }
  const one = { ...paused, pausedAt: null };
  const kept = keptRefills(one, pausedAt);
  const runningUntil = endOfRunning(one, pausedAt);
  if (now < runningUntil) {
    const commands = kept.flatMap((refill) =>
      issueRefill({ id: idOf(one), channel: one.provider }, refill, now),
    );
    return { after: one, commands };
  }
  // What was kept belongs to the new terms now, so the old ones end with the lot that was running.
  const closed = one.terms.map((old) => ({ ...old, endsAt: Math.min(old.endsAt ?? now, runningUntil) }));
  const stretches = stretchesFrom(one, kept, now);
  const terms = [...closed, ...inARow(stretches, now)];
  // A payment that failed meanwhile was for a period that does not come any more.
  return stretches.reduce<Decided>(
    ({ after, commands }, { costs }, nth) => {
      if (costs === null) return { after, commands };
      const term = closed.length + nth;
      const period = periodAt(terms[term] as Terms, term, 0);
      const paid = pay(after, period, { ref: null, cost: sum(costs) }, now);
      return { after: paid.after, commands: [...commands, ...paid.commands] };
    },
    { after: { ...one, terms, graceUntil: null }, commands: [] },
  );
}

/** So many months under one offer, with what was paid for them; `costs` null: nobody has paid yet. */
interface Stretch {
  readonly terms: Terms;
  readonly months: number;
  readonly costs: readonly (Money | null)[] | null;
}

/** What comes after a pause: what was paid, in its order, or a period to be paid; then what was agreed for later. */
function stretchesFrom(one: Subscription, kept: ReturnType<typeof keptRefills>, now: number): Stretch[] {
  const paid: Stretch[] = [];
  for (const term of new Set(kept.map((refill) => refill.paid.term))) {
    const own = kept.filter((refill) => refill.paid.term === term);
    const terms = one.terms[term] as Terms;
    const costs = own.map((refill) => shareOf(refill.paid.cost, refill.refill));
    paid.push({ terms, months: own.length * refillStepOf(terms), costs });
  }
  const running = termsAt(one, now).terms;
  const first = paid.length > 0 ? paid : [{ terms: running, months: stepOf(running), costs: null }];
  const pending = pendingTerms(one, now)?.terms;
  if (pending === undefined || pending === first.at(-1)?.terms) return first;
  return [...first, { terms: pending, months: stepOf(pending), costs: null }];
}

/** Their terms, without a gap, counted from one anchor. */
function inARow(stretches: readonly Stretch[], anchor: number): Terms[] {
  let months = 0;
  return stretches.map(({ terms, months: first }, nth): Terms => {
    const from = { timeZone: terms.timeZone, anchor };
    const begun = { ...begin(terms, from), months, first, startsAt: monthAt(from, months) };
    months += first;
    return { ...begun, endsAt: nth === stretches.length - 1 ? null : monthAt(from, months) };
  });
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
