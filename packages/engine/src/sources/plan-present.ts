import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import type { Presenter } from '../present.ts';
import { type PlanCheckout, planIdOf } from './plan-rows.ts';
import { priceOf, refillOf } from './subscription-terms.ts';

export function presentPlanCheckout(
  presenter: Presenter,
  { offer, ...one }: PlanCheckout,
  account: string,
): wire.PlanCheckout {
  const price = priceOf(offer);
  return {
    subscription: planIdOf(one),
    account,
    provider: one.provider,
    state: one.state,
    plan: offer.plan,
    interval: offer.interval,
    seats: offer.seats,
    credits: presenter.credits(refillOf(offer)),
    price: { amount_minor: price?.amountMinor ?? 0, currency: price?.currency ?? '' },
    trial: one.trial !== null,
    checkout_url: one.state === 'open' ? one.url : null,
    created_at: formatInstant(one.createdAt),
  };
}
