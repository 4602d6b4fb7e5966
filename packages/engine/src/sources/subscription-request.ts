import type * as wire from '@drawdown/client';
import type { Billing, Catalog, Plan } from '../catalog/catalog.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readCost, readInstant, readText } from '../request.ts';
import type { Billed } from './provider.ts';
import { addSeats, changeLater, changeNow, keepTerms } from './subscription-change.ts';
import { cancelLater, cancelNow, pause, reactivate, resume } from './subscription-end.ts';
import { type Decided, type Ground, outOfState, type Payment, renew } from './subscription-pay.ts';
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
}

export function decideRenew(
  catalog: Catalog,
  body: wire.RenewRequest,
  { channel, billed }: Told = {},
): (one: Subscription, ground: Ground) => Decided {
  if (body.ref === undefined) throw invalid('ref', 'is required: it names the payment');
  const mayBeFree = catalog.policies.freePeriods;
  const named = {
    ...(channel === undefined ? {} : { channel }),
    ...(billed === undefined ? {} : { bill: { ...billed, mayBeFree } }),
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

/** What a change of plan, interval or seats comes to, and when it begins. */
export function decideChange(catalog: Catalog, body: wire.SubscriptionChangeRequest) {
  const { at } = body;
  if (at !== undefined && at !== 'period_end' && at !== 'now') {
    throw invalid('at', 'must be period_end or now');
  }
  if (body.plan === undefined && body.interval === undefined && body.seats === undefined) {
    throw invalid('plan', 'a plan, an interval or seats are required');
  }
  const payment = readPayment(body);
  const plan = body.plan === undefined ? null : readPlan(catalog, body.plan);
  return (one: Subscription, ground: Ground): Decided => {
    const { now } = ground;
    const status = statusAt(one, now);
    if (one.cancelAt !== null || !['trialing', 'active', 'past_due'].includes(status)) {
      throw outOfState(one, now, 'Only an active subscription that is not cancelled can be changed');
    }
    const { terms } = termsAt(one, now);
    const offer = offerOf(catalog, terms, { ...body, plan });
    checkKind(offer, ground.account);
    if (sellsTheSame(offer, terms)) return keepTerms(one, now);
    if (offer.plan === terms.plan && offer.interval === terms.interval) {
      const more = (offer.seats ?? 0) > (terms.seats ?? 0);
      if (!more && at === 'now') throw invalid('at', 'must be period_end: seats are given up at its end');
      if (more && at !== 'period_end') {
        return addSeats(one, { seats: offer.seats as number, cost: payment.cost }, ground);
      }
    }
    if ((at ?? defaultTime(terms, offer)) === 'now') return changeNow(one, { offer, payment }, ground);
    const pending = pendingTerms(one, now);
    if (pending !== null && sellsTheSame(pending.terms, offer)) return { after: one, commands: [] };
    return changeLater(one, offer, ground);
  };
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
export function decidePreviewed(catalog: Catalog, body: wire.SubscriptionPreviewRequest) {
  switch (body.action) {
    case 'change':
      return decideChange(catalog, body);
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
