/** How a subscription at Stripe stands, in our terms. */
import type Stripe from 'stripe';
import type { PlanInvoice, PlanNews, SoldPrice } from './provider.ts';
import {
  billedOf,
  idOf,
  paysPeriod,
  periodEndOf,
  periodLines,
  periodStartOf,
  startsAnew,
} from './stripe-event.ts';
import { agreedIn, planItem, scheduledIn } from './stripe-schedule.ts';

const NEVER_BEGAN: readonly string[] = ['incomplete', 'incomplete_expired'];

/** Of a session that nobody went through with. */
export const unsold = (session: Stripe.Checkout.Session): PlanNews => ({
  external: null,
  begun: false,
  anchor: null,
  trialEndsAt: null,
  paid: [],
  failed: null,
  ...(session.status === 'expired' ? { ended: 'expired' } : {}),
});

export interface Billing {
  readonly invoices: readonly Stripe.Invoice[];
  readonly prices: ReadonlyMap<string, Stripe.Price>;
}

/** All that is told of a subscription by how it stands and by its invoices. */
export function newsOf(subscription: Stripe.Subscription, { invoices, prices }: Billing): PlanNews {
  const { status, trial_end } = subscription;
  const trialEndsAt = trial_end === null ? null : trial_end * 1000;
  const periods = invoices.filter(
    (invoice) => paysPeriod(invoice) && (periodEndOf(invoice) ?? 0) > (trialEndsAt ?? 0),
  );
  const paid = periods.filter((one) => one.status === 'paid').map((one) => invoiceOf(one, prices));
  const open = periods.find((invoice) => invoice.status === 'open' && invoice.attempt_count > 0);
  const neverBegan = NEVER_BEGAN.includes(status);
  return {
    external: subscription.id,
    begun: !neverBegan,
    anchor: subscription.start_date * 1000,
    trialEndsAt,
    paid: neverBegan ? [] : paid,
    failed: open === undefined ? null : { ref: open.id, periodEnd: periodEndOf(open) },
    ...(status === 'incomplete_expired' ? { ended: 'failed' } : {}),
    ...(neverBegan ? {} : { ends: endingOf(subscription), ...nextOf(subscription, prices) }),
  };
}

/** What the next period is charged for, and which change of ours was the last. */
function nextOf(
  subscription: Stripe.Subscription,
  prices: Billing['prices'],
): Pick<PlanNews, 'next' | 'change'> {
  const item = planItem(subscription.items.data);
  const agreed = agreedIn(subscription);
  const change = madeIn(subscription);
  const next =
    agreed === null
      ? item && priceSold(item.price, item.quantity)
      : priceSold(prices.get(agreed.price), agreed.quantity);
  return { ...(next === undefined ? {} : { next }), ...(change === null ? {} : { change }) };
}

/** The last change of ours: what is agreed for later came after what is in force. */
export const madeIn = (subscription: Stripe.Subscription): string | null =>
  scheduledIn(subscription)?.change ?? subscription.metadata.change ?? null;

/** Prices of checkouts are found by such names; staff may name their own so, or by the plan's id and whatever is behind a colon. */
export const OURS = 'drawdown:';

const nameIn = (key: string): string => key.replace(new RegExp(`^${OURS}`), '').replace(/:.*$/s, '');

function priceSold(price: Stripe.Price | undefined, quantity: number | null | undefined): SoldPrice {
  const { interval, interval_count } = price?.recurring ?? {};
  const isSold = interval_count === 1 && (interval === 'month' || interval === 'year');
  return {
    plan: price?.metadata.plan ?? null,
    ...(price?.lookup_key ? { name: nameIn(price.lookup_key) } : {}),
    amountMinor: price?.unit_amount ?? null,
    currency: price?.currency.toUpperCase() ?? '',
    interval: isSold ? (interval as 'month' | 'year') : null,
    quantity: quantity ?? 1,
  };
}

function endingOf(subscription: Stripe.Subscription): NonNullable<PlanNews['ends']> | null {
  const { status, ended_at, cancel_at, cancel_at_period_end } = subscription;
  if (status === 'canceled') return { at: ended_at === null ? null : ended_at * 1000, how: 'now' };
  if (!cancel_at_period_end && cancel_at === null) return null;
  return { at: cancel_at === null ? null : cancel_at * 1000, how: 'period_end' };
}

function invoiceOf(invoice: Stripe.Invoice, prices: Billing['prices']): PlanInvoice {
  const payments = invoice.payments?.data.filter((one) => one.status === 'paid') ?? [];
  const payment = payments[0]?.payment;
  return {
    ref: invoice.id,
    payment: idOf(payment?.payment_intent ?? payment?.charge ?? null),
    periodEnd: periodEndOf(invoice),
    ...aboutPeriod(invoice, prices),
    net: invoice.total_excluding_tax ?? invoice.total,
    ...billedOf(invoice),
    at: (invoice.status_transitions.paid_at ?? invoice.created) * 1000,
  };
}

const priceIn = ({ pricing }: Stripe.InvoiceLineItem): string | null =>
  idOf(pricing?.price_details?.price ?? null);

export const pricesIn = (invoice: Stripe.Invoice): string[] =>
  periodLines(invoice).flatMap((line) => priceIn(line) ?? []);

function aboutPeriod(
  invoice: Stripe.Invoice,
  prices: Billing['prices'],
): Pick<PlanInvoice, 'sold' | 'periodStart' | 'startsAnew'> {
  const start = periodStartOf(invoice);
  const sold = soldIn(invoice, prices);
  return {
    startsAnew: startsAnew(invoice),
    ...(start === null ? {} : { periodStart: start }),
    ...(sold === null ? {} : { sold }),
  };
}

function soldIn(invoice: Stripe.Invoice, prices: Billing['prices']): SoldPrice | null {
  const items = periodLines(invoice).flatMap((line) => {
    const id = priceIn(line);
    return id === null ? [] : [{ line, price: prices.get(id) }];
  });
  const item = planItem(items);
  if (item === undefined) return null;
  return { ...priceSold(item.price, item.line.quantity), currency: invoice.currency.toUpperCase() };
}
