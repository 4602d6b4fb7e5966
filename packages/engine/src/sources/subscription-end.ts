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
import { paidRefills, paidUntil, type Subscription, statusAt, termsAt } from './subscription-state.ts';
import { begin, type Money, refillStepOf, stepOf } from './subscription-terms.ts';

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
  paidRefills(one).filter(({ refill }) => refill.startsAt > pausedAt);

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
 * now, one after the other, with now as their anchor; where none were kept, the next payment's period starts now.
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
