import type * as wire from '@drawdown/client';
import { type Account, type Grant, isFinished } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import type { Presenter } from '../present.ts';
import { SOURCE } from './subscription-lots.ts';
import { idOf } from './subscription-pay.ts';
import {
  isPaid,
  paidRefills,
  paidUntil,
  pendingTerms,
  periodRunning,
  type Subscription,
  statusAt,
  stopOf,
  termsAt,
} from './subscription-state.ts';
import { priceOf, refillOf, type Terms } from './subscription-terms.ts';

const instantOr = (instant: number | null): string | null =>
  instant === null ? null : formatInstant(instant);

function presentTerms(presenter: Presenter, terms: Terms): wire.SubscriptionTerms {
  const price = priceOf(terms);
  return {
    plan: terms.plan,
    interval: terms.interval,
    refill: terms.refill,
    seats: terms.seats,
    credits: presenter.credits(refillOf(terms)),
    price: price && { amount_minor: price.amountMinor, currency: price.currency },
  };
}

/** A subscription as it is at `now`. */
export function presentSubscription(
  presenter: Presenter,
  account: { readonly id: string },
  { one, now }: { readonly one: Subscription; readonly now: number },
): wire.Subscription {
  const { terms } = termsAt(one, now);
  const pending = pendingTerms(one, now);
  const over = one.cancelAt !== null && one.cancelAt <= now;
  const period = over ? null : periodRunning(one, now);
  const paid = paidUntil(one);
  return {
    id: idOf(one),
    account: account.id,
    ref: one.ref,
    status: statusAt(one, now),
    ...presentTerms(presenter, terms),
    class: terms.class,
    anchor: formatInstant(terms.anchor),
    time_zone: terms.timeZone,
    current_period: period && {
      start: formatInstant(period.startsAt),
      end: formatInstant(period.endsAt),
      paid: isPaid(one, period),
    },
    paid_until: paid === 0 ? null : formatInstant(paid),
    next_refill_at: instantOr(nextRefillAt(one, now)),
    trial_ends_at: instantOr(one.trialEndsAt),
    cancel_at: instantOr(one.cancelAt),
    grace_until: instantOr(one.graceUntil),
    paused_at: instantOr(one.pausedAt),
    provider: one.provider,
    pending: pending && {
      ...presentTerms(presenter, pending.terms),
      at: formatInstant(pending.terms.startsAt),
    },
    created_at: formatInstant(one.createdAt),
  };
}

function nextRefillAt(one: Subscription, now: number): number | null {
  const stop = stopOf(one);
  const ahead = paidRefills(one)
    .map(({ refill }) => refill.startsAt)
    .filter((startsAt) => startsAt > now && startsAt <= stop);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** Lots before and after a change, each with what becomes of it. */
export function presentLots(
  presenter: Presenter,
  { before, after, now }: { readonly before: Account; readonly after: Account; readonly now: number },
): wire.PreviewedLot[] {
  const known = new Set(before.grants.map(({ no }) => no));
  const lots = after.grants.filter(
    (lot) => !isFinished(lot) || (lot.phase === 'voided' && known.has(lot.no)),
  );
  const kept = lots.filter(({ phase }) => phase !== 'voided');
  const voided = lots.filter(({ phase }) => phase === 'voided');
  return [...kept, ...voided].map((lot) => {
    const effect = effectOf(lot, known);
    const shown = presenter.grant(after, lot, now);
    return {
      grant: known.has(lot.no) ? shown.id : null,
      class: shown.class,
      amount: shown.amount,
      // Of a lot that is taken back: what it would have had.
      remaining: effect === 'voided' ? shown.amount : shown.remaining,
      source: shown.source,
      effect,
      effective_at: shown.effective_at,
      expires_at: shown.expires_at,
      because: because(effect, shown),
    };
  });
}

function effectOf(lot: Grant, known: ReadonlySet<number>): wire.PreviewedLot['effect'] {
  if (lot.phase === 'voided') return 'voided';
  if (!known.has(lot.no)) return 'starts';
  if (lot.expiresAt === null) return 'keeps';
  return lot.source.type === SOURCE && lot.metadata.rollover === true ? 'moves' : 'expires';
}

function because(effect: wire.PreviewedLot['effect'], lot: wire.Grant): string {
  switch (effect) {
    case 'keeps':
      return 'Its credits never expire and depend on no plan.';
    case 'expires':
      return `It keeps its terms: what is unspent expires on ${lot.expires_at}.`;
    case 'moves':
      return `It outlives its period by the rollover of its plan: what is unspent expires on ${lot.expires_at}.`;
    case 'voided':
      return `It would have started on ${lot.effective_at} and is taken back.`;
    case 'starts':
      return `It is issued by this change, for ${lot.effective_at} to ${lot.expires_at}.`;
  }
}
