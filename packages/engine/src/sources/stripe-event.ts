/** What Stripe's objects say, in our terms. Times on the wire are seconds, currencies lower case. */
import type Stripe from 'stripe';
import { parsePurchaseId, parseSubscriptionId } from '../core/id.ts';
import type { Billed, PaymentEvent, PlanEvent, PlanMark } from './provider.ts';
import type { Fact } from './purchase-state.ts';

type Read = Pick<PaymentEvent, 'subject' | 'facts'> | Omit<PlanEvent, 'id'>;

/** Null where an event is of no concern: types that say nothing about credits, and objects that are none of ours. */
export function readStripeEvent(event: Stripe.Event): Read | null {
  const at = event.created * 1000;
  switch (event.type) {
    // Two types for one payment: which of them comes depends on the method, and some methods send both.
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return aboutSession(event.data.object, paidBy(event.data.object, at));
    case 'checkout.session.async_payment_failed':
      return aboutSession(event.data.object, { kind: 'ended', how: 'failed' });
    case 'checkout.session.expired':
      return aboutSession(event.data.object, { kind: 'ended', how: 'expired' });
    case 'payment_intent.succeeded':
      return aboutCharge(event.data.object);
    case 'charge.refunded':
      return aboutPayment(event.data.object, refundedFact(event.data.object));
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated':
      return aboutPayment(event.data.object, refundFact(event.data.object));
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      return aboutPayment(event.data.object, disputeFact(event.data.object, at));
    case 'invoice.paid':
    case 'invoice.payment_failed':
      return isOfPlan(event.data.object) ? paymentOf(event.data.object) : null;
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
      return aboutPlan(event.data.object, event.data.object.id);
    default:
      return null;
  }
}

interface Marked {
  readonly metadata: Stripe.Metadata | null;
}

/** Others on the same Stripe account may use these words for something else: only an id of our form is a mark of ours. */
export function purchaseIn({ metadata }: Marked): string | null {
  const purchase: unknown = metadata?.purchase;
  return typeof purchase === 'string' && parsePurchaseId(purchase) !== null ? purchase : null;
}

export function planMarkIn({ metadata }: Marked): string | null {
  const plan: unknown = metadata?.subscription;
  return typeof plan === 'string' && parseSubscriptionId(plan) !== null ? plan : null;
}

/** Of those without our mark it is asked whose they are: some were made by others on the same Stripe account. */
function aboutPlan(marked: Marked, external: string | null): PlanMark | null {
  const plan = planMarkIn(marked);
  if (plan !== null) return { plan, external };
  return external === null ? null : { plan: external, external, unmarked: { account: null, isSure: false } };
}

/** The plan that an invoice is of, as its subscription was marked when it was made. */
export function planIn({ parent }: Pick<Stripe.Invoice, 'parent'>): PlanMark | null {
  const details = parent?.subscription_details;
  return details == null ? null : aboutPlan(details, idOf(details.subscription ?? null));
}

/** A payment with a tax on top and one with the tax included both leave the net to be read. */
export function paidBy(session: Stripe.Checkout.Session, at: number): Fact | null {
  // Of a slow payment method: the money is announced, not there.
  if (session.payment_status === 'unpaid') return null;
  const gross = session.amount_total ?? 0;
  return {
    kind: 'paid',
    payment: idOf(session.payment_intent) ?? session.id,
    gross,
    net: gross - (session.total_details?.amount_tax ?? 0),
    currency: (session.currency ?? '').toUpperCase(),
    at,
  };
}

/** What a charge of ours is marked with: other payments are told of by their checkouts and invoices. */
export const TOP_UP = 'auto_top_up';

export function chargedFact({ id, amount_received: gross, currency, created }: Stripe.PaymentIntent): Fact {
  return {
    kind: 'paid',
    payment: id,
    gross,
    net: gross,
    currency: currency.toUpperCase(),
    at: created * 1000,
  };
}

function aboutCharge(intent: Stripe.PaymentIntent): Read | null {
  const purchase = purchaseIn(intent);
  return purchase === null || intent.metadata.charge !== TOP_UP
    ? null
    : { subject: { purchase }, facts: [chargedFact(intent)] };
}

export function refundFact(refund: Stripe.Refund): Fact {
  const failed = refund.status === 'failed' || refund.status === 'canceled';
  return { kind: 'refund', id: refund.id, amount: refund.amount, failed, ...ofPayment(refund) };
}

const refundedFact = (charge: Stripe.Charge): Fact => ({
  kind: 'refunded',
  total: charge.amount_refunded,
  ...ofPayment(charge),
});

interface OfPayment {
  readonly payment_intent: string | Stripe.PaymentIntent | null;
}

function ofPayment({ payment_intent }: OfPayment): { payment?: string } {
  const payment = idOf(payment_intent);
  return payment === null ? {} : { payment };
}

/** An inquiry moves no money yet, and a prevented dispute was refunded instead: both say nothing. */
export function disputeFact(dispute: Stripe.Dispute, at: number): Fact | null {
  const { id, status, amount, currency } = dispute;
  if (status.startsWith('warning_') || status === 'prevented') return null;
  const stage = status === 'won' ? 'won' : status === 'lost' ? 'lost' : 'opened';
  return { kind: 'dispute', id, stage, amount, currency: currency.toUpperCase(), at, ...ofPayment(dispute) };
}

/** Sessions without our mark were opened by others on the same Stripe account. */
function aboutSession(session: Stripe.Checkout.Session, fact: Fact | null): Read | null {
  if (session.mode === 'subscription') return aboutPlan(session, idOf(session.subscription ?? null));
  const purchase = purchaseIn(session);
  if (purchase === null || fact === null || session.mode !== 'payment') return null;
  return { subject: { purchase }, facts: [fact] };
}

function aboutPayment({ payment_intent }: OfPayment, fact: Fact | null): Read | null {
  const payment = idOf(payment_intent);
  return payment === null || fact === null ? null : { subject: { payment }, facts: [fact] };
}

function paymentOf(invoice: Stripe.Invoice): Omit<PlanEvent, 'id'> | null {
  const plan = planIn(invoice);
  return plan && { ...plan, isPayment: plan.unmarked === undefined || invoice.status === 'paid' };
}

/** What an invoice charges beside periods and changes is of no concern. */
const isOfPlan = (invoice: Pick<Stripe.Invoice, 'billing_reason' | 'lines'>): boolean =>
  invoice.billing_reason === 'subscription_update' || paysPeriod(invoice);

/** Invoices that pay periods; all others are about changes within one. Absent of what was made by older versions. */
const PERIODS: readonly unknown[] = ['subscription_create', 'subscription_cycle', null, undefined];

export const paysPeriod = (invoice: Pick<Stripe.Invoice, 'billing_reason' | 'lines'>): boolean =>
  PERIODS.includes(invoice.billing_reason) || startsAnew(invoice);

/** A change that takes another anchor charges for a whole period; all others charge for shares of the one that runs. */
export const startsAnew = ({ billing_reason, lines }: Pick<Stripe.Invoice, 'billing_reason' | 'lines'>) =>
  billing_reason === 'subscription_update' && lines.data.some((line) => !isProration(line));

/** The lines that are for the period; what is credited for a change may reach beyond its end. */
export function periodLines({ lines: { data } }: Pick<Stripe.Invoice, 'lines'>): Stripe.InvoiceLineItem[] {
  const whole = data.filter((line) => !isProration(line));
  return whole.length === 0 ? data : whole;
}

/** When the period that an invoice is for ends. */
export function periodEndOf(invoice: Stripe.Invoice): number | null {
  const ends = periodLines(invoice).map((line) => line.period.end);
  return ends.length === 0 ? null : Math.max(...ends) * 1000;
}

export function periodStartOf(invoice: Stripe.Invoice): number | null {
  const starts = periodLines(invoice).map((line) => line.period.start);
  return starts.length === 0 ? null : Math.min(...starts) * 1000;
}

/** Of an invoice of more lines than come with it, the sum of all lines stands for the period's. */
export function billedOf(invoice: Stripe.Invoice): Billed {
  const { data, has_more } = invoice.lines;
  const sum = (lines: readonly Stripe.InvoiceLineItem[]) =>
    lines.reduce((all, { amount }) => all + amount, 0);
  const prorated = data.filter(isProration);
  return {
    currency: invoice.currency.toUpperCase(),
    list: has_more ? invoice.subtotal : sum(data.filter((line) => !isProration(line))),
    discount: (invoice.total_discount_amounts ?? []).reduce((all, { amount }) => all + amount, 0),
    prorated: has_more ? 0 : sum(prorated),
    gross: invoice.total,
  };
}

function isProration({ parent }: Stripe.InvoiceLineItem): boolean {
  return (parent?.subscription_item_details ?? parent?.invoice_item_details)?.proration === true;
}

/** Where Stripe answers with an id, or with the whole object if one asks for it. */
export function idOf(reference: string | { id: string } | null): string | null {
  return typeof reference === 'object' ? (reference?.id ?? null) : reference;
}
