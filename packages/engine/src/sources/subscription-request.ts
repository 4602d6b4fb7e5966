import type * as wire from '@drawdown/client';
import type { Billing, Catalog, Plan } from '../catalog/catalog.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readCost, readInstant, readText } from '../request.ts';
import type { Billed } from './provider.ts';
import { addSeats, changeLater, changeNow, keepTerms } from './subscription-change.ts';
import { cancelLater, cancelNow, pause, reactivate, resume } from './subscription-end.ts';
import { type Decided, type Ground, outOfState, type Payment, renew, unchanged } from './subscription-pay.ts';
import { pendingTerms, type Subscription, statusAt, termsAt } from './subscription-state.ts';
import { type Offer, sellsTheSame, stepOf, type Terms, termsOf, yearlyOf } from './subscription-terms.ts';

/* What callers send, read strictly into changes of a subscription. Every refusal names the field. */

const MAX_REF = 255;

export function readPlan(catalog: Catalog, id: unknown): Plan {
  const plan = catalog.plans.find((one) => one.id === id);
  if (plan === undefined) throw invalid('plan', 'is no plan of the catalog', 'unknown_plan');
  return plan;
}

/** A plan for persons goes with a person's account, one with seats with a team's. */
export function checkKind(plan: Pick<Plan, 'kind'>, account: { readonly kind: 'user' | 'team' }): void {
  const wanted = plan.kind === 'team' ? 'team' : 'user';
  if (account.kind !== wanted) throw invalid('plan', `is for accounts of kind ${wanted}`);
}

export function readOffer(
  plan: Plan,
  wish: { readonly interval?: unknown; readonly seats?: unknown; readonly currency?: unknown },
): Offer {
  const billing = readInterval(plan, wish.interval);
  return termsOf(plan, billing, {
    seats: readSeats(plan.seats, wish.seats),
    currency: readCurrency(billing, wish.currency),
  });
}

function readInterval(plan: Plan, interval: unknown): Billing {
  const billing = plan.billing.find((one) => interval === undefined || one.interval === interval);
  if (billing !== undefined) return billing;
  const known = plan.billing.map((one) => one.interval).join(' or ');
  throw invalid('interval', `of this plan must be ${known}`);
}

function readSeats(sizes: readonly number[], seats: unknown): number | null {
  if (sizes.length === 0) {
    if (seats !== undefined) throw invalid('seats', 'go with a team plan');
    return null;
  }
  const size = sizes.find((one) => one === (seats ?? Math.min(...sizes)));
  if (size === undefined) throw invalid('seats', `must be one of ${sizes.join(', ')}`);
  return size;
}

function readCurrency(billing: Billing, currency: unknown): string | null {
  if (currency === undefined) return null;
  if (typeof currency === 'string' && Object.hasOwn(billing.prices, currency)) return currency;
  throw invalid('currency', `must be one of ${Object.keys(billing.prices).join(', ')}`);
}

export function readPayment(body: { readonly ref?: unknown; readonly cost?: wire.Cost }): Payment {
  return {
    ref: body.ref === undefined ? null : readText(body.ref, 'ref', MAX_REF),
    cost: body.cost === undefined ? null : readCost(body.cost),
  };
}

export const readPeriodEnd = (value: unknown): number | null =>
  value === undefined ? null : readInstant(value, 'period_end');

/** Of a renewal that a provider reports: who it is, and what it billed where it states a price. */
export interface Told {
  readonly channel?: string;
  readonly billed?: Billed;
  /** What it sold, one of which must be the plan; absent: it does not say. */
  readonly plans?: readonly string[];
}

export function decideRenew(
  catalog: Catalog,
  body: wire.RenewRequest,
  { channel, billed, plans }: Told = {},
): (one: Subscription, ground: Ground) => Decided {
  if (body.ref === undefined) throw invalid('ref', 'is required: it names the payment');
  const mayBeFree = catalog.policies.freePeriods;
  const named = {
    ...(channel === undefined ? {} : { channel }),
    ...(billed === undefined ? {} : { bill: { ...billed, mayBeFree } }),
    ...(plans === undefined ? {} : { plans }),
  };
  const payment = { ...readPayment(body), ...named, periodEnd: readPeriodEnd(body.period_end) };
  return (one, ground) => renew(one, payment, ground);
}

export function decideCancel({ at = 'period_end' }: wire.SubscriptionCancelRequest) {
  if (at !== 'period_end' && at !== 'now') throw invalid('at', 'must be period_end or now');
  return at === 'now' ? cancelNow : cancelLater;
}

export function decideReactivate(body: wire.ReactivateRequest) {
  const payment = readPayment(body);
  return (one: Subscription, ground: Ground): Decided => reactivate(one, payment, ground);
}

/** `keep`: what is agreed, so that a change that was agreed for later is none. `seats`: more of them, in all periods that run. */
interface Wanted {
  readonly how: 'keep' | 'seats' | 'now' | 'later';
  readonly offer: Offer;
}

/** What a change of plan, interval or seats is to, and when it begins. */
function readChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  const { at } = body;
  if (at !== undefined && at !== 'period_end' && at !== 'now') {
    throw invalid('at', 'must be period_end or now');
  }
  if (body.plan === undefined && body.interval === undefined && body.seats === undefined) {
    throw invalid('plan', 'a plan, an interval or seats are required');
  }
  const plan = body.plan === undefined ? null : readPlan(catalog, body.plan);
  return (one: Subscription, { account, now }: Ground): Wanted => {
    const status = statusAt(one, now);
    if (one.cancelAt !== null || !['trialing', 'active', 'past_due'].includes(status)) {
      throw outOfState(one, now, 'Only an active subscription that is not cancelled can be changed');
    }
    const { terms } = termsAt(one, now);
    const offer = offerOf(catalog, terms, { ...body, plan });
    checkKind(offer, account);
    if (sellsTheSame(offer, terms)) return { how: 'keep', offer };
    if (offer.plan === terms.plan && offer.interval === terms.interval) {
      const more = (offer.seats ?? 0) > (terms.seats ?? 0);
      if (!more && at === 'now') throw invalid('at', 'must be period_end: seats are given up at its end');
      if (more && at !== 'period_end') return { how: 'seats', offer };
    }
    return { how: (at ?? defaultTime(terms, offer)) === 'now' ? 'now' : 'later', offer };
  };
}

/** What a change comes to that the product charges for. */
export function decideChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  const read = readChange(catalog, body);
  const payment = readPayment(body);
  return (one: Subscription, ground: Ground): Decided => {
    const { how, offer } = read(one, ground);
    if (how === 'seats') {
      return addSeats(one, { seats: offer.seats as number, cost: payment.cost }, ground);
    }
    return decideWanted(one, { how, offer, payment }, ground);
  };
}

function decideWanted(
  one: Subscription,
  { how, offer, payment }: { how: 'keep' | 'now' | 'later'; offer: Offer; payment: Payment },
  ground: Ground,
): Decided {
  if (how === 'keep') return keepTerms(one, ground.now);
  if (how === 'now') return changeNow(one, { offer, payment }, ground);
  const pending = pendingTerms(one, ground.now);
  return pending !== null && sellsTheSame(pending.terms, offer)
    ? unchanged(one)
    : changeLater(one, offer, ground);
}

/** What a provider is asked for. */
export interface BilledChange {
  readonly begins: 'now' | 'period_end';
  readonly offer: Offer;
}

/**
 * A change that a provider charges for: what is more begins a new period at once, which is paid whole, as the lot that runs
 * keeps its window; what is less begins with the next period. Within a trial nothing is charged before its end.
 */
function readBilledChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  for (const field of ['ref', 'cost'] as const) {
    if (body[field] !== undefined) throw invalid(field, 'is told by the provider that charges for the plan');
  }
  const read = readChange(catalog, body);
  return (one: Subscription, ground: Ground): { how: 'keep' | 'now' | 'later'; offer: Offer } => {
    const { how, offer } = read(one, ground);
    const status = statusAt(one, ground.now);
    if (status === 'past_due') {
      throw outOfState(one, ground.now, 'What is open is paid before a subscription is changed');
    }
    const { price } = termsAt(one, ground.now).terms;
    if (offer.price === null || offer.price.currency !== price?.currency) {
      throw invalid(
        'currency',
        `must be ${price?.currency ?? 'one that the plan is sold in'}: it cannot be changed`,
      );
    }
    if (how === 'keep' || how === 'later') return { how, offer };
    if (status !== 'trialing') return { how: 'now', offer };
    if (body.at === 'now')
      throw invalid('at', 'must be period_end: nothing is charged before the trial ends');
    return { how: 'later', offer };
  };
}

/** What is to be asked of the provider; null where it is as it was asked to be. */
export function billedChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  const read = readBilledChange(catalog, body);
  return (one: Subscription, ground: Ground): BilledChange | null => {
    const { how, offer } = read(one, ground);
    if (how === 'now') return { begins: 'now', offer };
    const pending = pendingTerms(one, ground.now);
    const isAgreed =
      how === 'keep' ? pending === null : pending !== null && sellsTheSame(pending.terms, offer);
    return isAgreed ? null : { begins: 'period_end', offer };
  };
}

/** What such a change comes to once it is paid. */
function decideBilledChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  const read = readBilledChange(catalog, body);
  const payment = { ref: null, cost: null };
  return (one: Subscription, ground: Ground): Decided =>
    decideWanted(one, { ...read(one, ground), payment }, ground);
}

/** Seats alone are changed under the terms agreed; a plan or an interval is what the catalog sells now. */
function offerOf(
  catalog: Catalog,
  terms: Terms,
  { plan, ...wish }: Omit<wire.SubscriptionChangeRequest, 'plan'> & { readonly plan: Plan | null },
): Offer {
  const samePlan = plan === null || plan.id === terms.plan;
  if (samePlan && (wish.interval === undefined || wish.interval === terms.interval)) {
    return { ...terms, seats: readSeats(terms.sizes, wish.seats ?? terms.seats ?? undefined) };
  }
  const target = plan ?? readPlan(catalog, terms.plan);
  const kept = terms.seats !== null && target.seats.includes(terms.seats) ? terms.seats : undefined;
  const interval = target.billing.some((one) => one.interval === terms.interval) ? terms.interval : undefined;
  const offer = readOffer(target, {
    interval: wish.interval ?? interval,
    seats: wish.seats ?? kept,
    currency: wish.currency,
  });
  if (wish.currency !== undefined || terms.price === null) return offer;
  const billing = readInterval(target, offer.interval);
  const { currency } = terms.price;
  return Object.hasOwn(billing.prices, currency)
    ? termsOf(target, billing, { seats: offer.seats, currency })
    : offer;
}

/** More is wanted at once, less when what was paid is over. */
function defaultTime(from: Offer, to: Offer): 'now' | 'period_end' {
  const [before, after] = [yearlyOf(from), yearlyOf(to)];
  if (after !== before) return after > before ? 'now' : 'period_end';
  return stepOf(to) > stepOf(from) ? 'now' : 'period_end';
}

/** Reads a preview as the change that it previews. */
export function decidePreviewed(catalog: Catalog, body: wire.SubscriptionPreviewRequest, isBilled: boolean) {
  switch (body.action) {
    case 'change':
      return isBilled ? decideBilledChange(catalog, body) : decideChange(catalog, body);
    case 'cancel':
      return decideCancel(body);
    case 'renew':
      return decideRenew(catalog, body);
    case 'reactivate':
      return decideReactivate(body);
    case 'pause':
      return pause;
    case 'resume':
      return resume;
    default:
      throw new DrawdownError('invalid_request', 'action: is none that can be previewed', {
        field: 'action',
      });
  }
}
