/** Plans that were changed at the provider: which terms an invoice is for, and from when they are agreed. */
import type { Catalog, Plan } from '../catalog/catalog.ts';
import { DrawdownError } from '../errors.ts';
import type { PlanInvoice, SoldPrice } from './provider.ts';
import { demandBilled } from './subscription-billed.ts';
import { monthsTo, type Period, periodAt } from './subscription-calendar.ts';
import { changeLater, changeNow, keepTerms, lastPeriod } from './subscription-change.ts';
import {
  type Decided,
  type Ground,
  idOf,
  isKnown,
  outOfState,
  type Payment,
  unchanged,
} from './subscription-pay.ts';
import {
  pendingTerms,
  periodEnding,
  type Status,
  type Subscription,
  statusAt,
  termsAt,
} from './subscription-state.ts';
import { bare, type Offer, sellsTheSame, stepOf, type Terms, termsOf } from './subscription-terms.ts';

type Sellable = Pick<Catalog, 'plans'>;

/**
 * What an invoice sold: what is agreed, where it is at that price; else the plan that the price is marked with, as the
 * catalog sells it now. A price without a mark is the agreed one or an unknown one.
 */
function offerSold(catalog: Sellable, sold: SoldPrice, agreed: Offer): Offer {
  const refuse = (field: string, sentence: string): never => {
    throw new DrawdownError('payment_refused', `${field}: ${sentence}`, { field });
  };
  const plan = planNamed(catalog, sold);
  const id = plan ?? agreed.plan;
  const { currency, amountMinor, interval, quantity } = sold;
  const { price } = agreed;
  if (price !== null && price.currency !== currency) refuse('currency', `${price.currency} was agreed`);
  // Where no price was agreed there is nothing to compare, and what bears no mark is what was agreed.
  const isSameNumber = quantity === (agreed.seats ?? 1);
  if (price === null && plan === null) {
    return isSameNumber ? agreed : (withSeats(agreed, quantity) ?? agreed);
  }
  const isAgreed =
    id === agreed.plan &&
    interval === agreed.interval &&
    (price === null || price.amountMinor === amountMinor);
  if (!isAgreed && plan === null) refuse('price', 'it is not the agreed one, and names no plan');
  const offer = isAgreed ? agreed : inCatalog(catalog, { ...sold, plan: id });
  if (offer === null || offer.kind !== agreed.kind) {
    return refuse('price', `the catalog sells no ${id} at this price to such an account`);
  }
  if (isSameNumber && isAgreed) return agreed;
  return withSeats(offer, quantity) ?? refuse('quantity', `${id} is not sold ${quantity} times`);
}

/** The plan that a price is marked with, else the one of the catalog that it is named by. */
export const planNamed = ({ plans }: Sellable, { plan, name }: SoldPrice): string | null =>
  plan ?? plans.find(({ id }) => id === name)?.id ?? null;

/** What was sold where nothing was agreed before; null where the catalog does not sell it so. */
export function offerAsSold(catalog: Sellable, sold: SoldPrice): Offer | null {
  const plan = planNamed(catalog, sold);
  const offer = plan === null ? null : inCatalog(catalog, { ...sold, plan });
  return offer && withSeats(offer, sold.quantity);
}

function withSeats(offer: Offer, quantity: number): Offer | null {
  if (offer.sizes.length === 0 && quantity === 1) return { ...offer, seats: null };
  return offer.sizes.includes(quantity) ? { ...offer, seats: quantity } : null;
}

function inCatalog({ plans }: Sellable, sold: SoldPrice & { readonly plan: string }): Offer | null {
  const plan: Plan | undefined = plans.find((one) => one.id === sold.plan);
  const billing = plan?.billing.find((one) => one.interval === sold.interval);
  if (plan === undefined || billing === undefined) return null;
  if (billing.prices[sold.currency] !== sold.amountMinor) return null;
  return termsOf(plan, billing, { seats: null, currency: sold.currency });
}

/** A change in the midst of a period: a whole new one is paid, from the instant that the provider took as its anchor. */
export function changeAsBilled(
  one: Subscription,
  about: {
    readonly invoice: PlanInvoice;
    readonly payment: Payment & Required<Pick<Payment, 'bill'>>;
    readonly catalog: Sellable;
  },
  ground: Ground,
): Decided {
  const { invoice, payment, catalog } = about;
  if (isKnown(one, payment.ref)) return { after: one, commands: [] };
  // A provider's clock may be ahead of ours; what is paid is there at once all the same.
  const at = Math.min(invoice.periodStart ?? ground.now, ground.now);
  const { terms } = termsAt(one, at);
  const offer = invoice.sold === undefined ? terms : offerSold(catalog, invoice.sold, terms);
  demandBilled(offer, payment.bill, { subscription: idOf(one) });
  if (one.cancelled === 'now' && at >= (one.cancelAt as number)) {
    throw outOfState(one, ground.now, 'A period after the cancellation cannot be paid');
  }
  // What was agreed for later, and is not paid, gives way.
  const begun = one.terms.findLast((_, term) => term === 0 || one.paid.some((paid) => paid.term === term));
  if (at < (begun as Terms).startsAt && begun !== one.terms[0]) throw behind();
  const { after, commands } = changeNow(one, { offer: bare(offer), payment, from: at }, ground);
  // An end that was agreed is the end of what is paid now.
  const cancelAt = one.cancelled === 'period_end' ? lastPeriod(after).endsAt : one.cancelAt;
  return { after: { ...after, cancelAt }, commands };
}

/** A period at other terms than were agreed for it: they are agreed from its start on, counted from the same anchor. */
export function agreeAsBilled(
  one: Subscription,
  { ref, sold, periodEnd }: Pick<PlanInvoice, 'ref' | 'sold' | 'periodEnd'>,
  catalog: Sellable,
): Subscription {
  if (sold === undefined || periodEnd === null || isKnown(one, ref)) return one;
  const term = one.terms.length - 1;
  const last = one.terms[term] as Terms;
  const period = periodEnding(one, periodEnd);
  const terms = one.terms[period.term] as Terms;
  const offer = offerSold(catalog, sold, terms);
  if (offer === terms) return one;
  if (period.term !== term || one.paid.some((paid) => paid.term === term && paid.no >= period.no)) {
    throw behind();
  }
  return { ...one, terms: [...one.terms.slice(0, -1), ...split(last, period, offer)] };
}

/**
 * What the next period will be charged for is what is agreed for then. A price that is none of ours is told when its invoice
 * is there: until then nothing is agreed.
 */
export function agreeNext(
  one: Subscription,
  { next, catalog }: { readonly next: SoldPrice; readonly catalog: Sellable },
  ground: Ground,
): Decided {
  const status = statusAt(one, ground.now);
  if (one.cancelAt !== null || !AGREES.includes(status)) return unchanged(one);
  const { terms } = termsAt(one, ground.now);
  const offer = soldOrNull(catalog, next, terms);
  if (offer === null) return unchanged(one);
  if (sellsTheSame(offer, terms)) return keepTerms(one, ground.now);
  const pending = pendingTerms(one, ground.now);
  const isAgreed = pending !== null && sellsTheSame(offer, pending.terms);
  return isAgreed ? unchanged(one) : changeLater(one, bare(offer), ground);
}

const AGREES: readonly Status[] = ['trialing', 'active', 'past_due'];

/** As `offerSold`; null where it is none of ours. */
export function soldOrNull(catalog: Sellable, sold: SoldPrice, agreed: Offer): Offer | null {
  try {
    return offerSold(catalog, sold, agreed);
  } catch (error) {
    if (error instanceof DrawdownError && error.code === 'payment_refused') return null;
    throw error;
  }
}

function split(last: Terms, { no, term }: Period, offer: Offer): Terms[] {
  const { startsAt } = periodAt(last, term, no);
  const { timeZone, anchor } = last;
  const months = monthsTo(last, no);
  const next = { ...bare(offer), timeZone, anchor, months, first: stepOf(offer), startsAt, endsAt: null };
  return [{ ...last, endsAt: startsAt }, next];
}

const behind = () =>
  new DrawdownError('payment_refused', 'price: other terms are in force there already', { field: 'price' });
