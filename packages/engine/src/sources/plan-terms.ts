/** A plan as it is ordered at a checkout: what is sold, at which price, and whether it may be. */
import type * as wire from '@drawdown/client';
import type { Catalog } from '../catalog/catalog.ts';
import { addDuration, type Duration, parseDuration } from '../core/calendar.ts';
import { DrawdownError, invalid } from '../errors.ts';
import type { AgreedTrial, PlanCheckout } from './plan-rows.ts';
import { idOf } from './subscription-pay.ts';
import { checkKind, readOffer, readPlan } from './subscription-request.ts';
import { type Status, type Subscription, statusAt, termsAt } from './subscription-state.ts';
import { type Money, type Offer, priceOf } from './subscription-terms.ts';

export interface PlanWish {
  readonly name: string;
  readonly kind: 'personal' | 'team';
  readonly offer: Offer;
  /** Of one seat, or of the plan. */
  readonly price: Money;
  readonly trial: AgreedTrial | null;
}

/** Without a currency it is the first that the plan has a price in, as with packs. */
export function readPlanWish(catalog: Catalog, body: wire.PlanCheckoutRequest): PlanWish {
  const plan = readPlan(catalog, body.plan);
  const billing = plan.billing.find(
    ({ interval }) => body.interval === undefined || body.interval === interval,
  );
  const currency = body.currency ?? Object.keys(billing?.prices ?? {})[0];
  if (billing !== undefined && currency !== undefined && !Object.hasOwn(billing.prices, currency)) {
    const known = Object.keys(billing.prices).join(', ');
    throw invalid('currency', `must be one of ${known}`, 'unknown_currency');
  }
  const offer = readOffer(plan, { ...body, currency });
  if (body.trial === true && plan.trial === null) throw invalid('trial', 'is none that this plan has');
  const { price } = offer;
  if (price === null || (priceOf(offer)?.amountMinor ?? 0) === 0) {
    throw invalid('plan', 'costs nothing there, so that it needs no checkout');
  }
  const { name, kind, trial } = plan;
  const agreed = body.trial === true && trial !== null;
  return {
    name,
    kind,
    offer,
    price,
    trial: agreed ? { credits: trial.credits, validity: trial.validity.iso } : null,
  };
}

/** Paid for, or about to be. */
const RUNNING: readonly Status[] = ['trialing', 'active', 'past_due', 'paused'];

/**
 * A plan that runs is not sold again: its owner would pay for it twice. Another plan is another subscription beside it.
 */
export function checkSale(
  wish: PlanWish,
  all: readonly Subscription[],
  { account, now }: { account: { readonly kind: 'user' | 'team' }; now: number },
): void {
  checkKind(wish, account);
  const { plan } = wish.offer;
  const running = runningOf(plan, all, now);
  if (running !== undefined) {
    throw new DrawdownError('plan_running', undefined, { plan, subscription: idOf(running) });
  }
  if (wish.trial !== null && isTrialUsed(plan, all))
    throw new DrawdownError('trial_used', undefined, { plan });
}

const runningOf = (plan: string, all: readonly Subscription[], now: number): Subscription | undefined =>
  all.find((one) => RUNNING.includes(statusAt(one, now)) && termsAt(one, now).terms.plan === plan);

const isTrialUsed = (plan: string, all: readonly Subscription[]): boolean =>
  all.some((one) => one.trialEndsAt !== null && one.terms[0]?.plan === plan);

/** Another checkout of the plan was faster: it must not run twice, nor be tried twice. */
export function isTaken(
  { no, offer: { plan }, trial }: Pick<PlanCheckout, 'no' | 'offer' | 'trial'>,
  all: readonly Subscription[],
  now: number,
): boolean {
  const others = all.filter((one) => one.no !== no);
  return runningOf(plan, others, now) !== undefined || (trial !== null && isTrialUsed(plan, others));
}

const DAY_MS = 86_400_000;

/** Providers count trials in whole days. */
export function trialDays(trial: AgreedTrial | null, from: number): number | null {
  if (trial === null) return null;
  const end = addDuration(from, parseDuration(trial.validity) as Duration);
  return Math.max(1, Math.round((end - from) / DAY_MS));
}
