/** Plans at Stripe: checkouts of mode `subscription`, and how a subscription stands. */
import type Stripe from 'stripe';
import type { OpenedCheckout, PlanInvoice, PlanNews, PlanOrder, PlanPlace } from './provider.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import { idOf } from './stripe-event.ts';

const MAX_PAGE = 100;
/** Invoices that pay periods; all others are about changes within one. */
const PERIODS: readonly (string | null)[] = ['subscription_create', 'subscription_cycle'];
const NEVER_BEGAN: readonly string[] = ['incomplete', 'incomplete_expired'];

export class StripePlans {
  readonly #stripe: Stripe;

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
  }

  async sell(order: PlanOrder): Promise<OpenedCheckout> {
    const metadata = { subscription: order.subscription };
    const back = returnTo(order.returnUrl, metadata);
    const { trialDays } = order;
    const session = await asking(
      this.#stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          client_reference_id: order.account,
          line_items: [
            {
              quantity: order.quantity,
              price_data: {
                currency: order.currency.toLowerCase(),
                unit_amount: order.amountMinor,
                product_data: { name: order.name },
                recurring: { interval: order.interval },
              },
            },
          ],
          // The session's own mark, and one that its subscription and invoices carry on.
          metadata,
          subscription_data: { metadata, ...(trialDays === null ? {} : { trial_period_days: trialDays }) },
          success_url: back,
          cancel_url: back,
        },
        { idempotencyKey: `checkout:${order.subscription}` },
      ),
    );
    if (session.url === null) throw unavailable('Stripe opened a checkout without an address.');
    return { checkout: session.id, url: session.url };
  }

  async look({ checkout, external }: PlanPlace): Promise<PlanNews | null> {
    const session = external === null ? await found(this.#stripe.checkout.sessions.retrieve(checkout)) : null;
    const id = external ?? idOf(session?.subscription ?? null);
    if (id === null) return session === null ? null : unsold(session);
    const subscription = await found(this.#stripe.subscriptions.retrieve(id));
    if (subscription === null) return null;
    const invoices = await asking(this.#invoices(id));
    return newsOf(subscription, invoices);
  }

  async #invoices(subscription: string): Promise<Stripe.Invoice[]> {
    const about = { subscription, limit: MAX_PAGE, expand: ['data.payments'] };
    const all: Stripe.Invoice[] = [];
    for await (const invoice of this.#stripe.invoices.list(about)) all.push(invoice);
    return all;
  }

  async end({ checkout, external }: PlanPlace, when: 'period_end' | 'now' | 'never'): Promise<void> {
    const session =
      external === null ? await asking(this.#stripe.checkout.sessions.retrieve(checkout)) : null;
    const id = external ?? idOf(session?.subscription ?? null);
    if (id === null) return;
    await asking(
      when === 'now'
        ? this.#stripe.subscriptions.cancel(id)
        : this.#stripe.subscriptions.update(id, { cancel_at_period_end: when === 'period_end' }),
    );
  }

  async ofPayment(payment: string): Promise<string | null> {
    const about = { type: 'payment_intent', payment_intent: payment };
    const { data } = await asking(
      this.#stripe.invoicePayments.list({ payment: about, limit: 1, expand: ['data.invoice'] }),
    );
    const invoice = data[0]?.invoice;
    if (typeof invoice !== 'object' || !('billing_reason' in invoice)) return null;
    if (!PERIODS.includes(invoice.billing_reason)) return null;
    return invoice.parent?.subscription_details?.metadata?.subscription ?? null;
  }
}

const unsold = (session: Stripe.Checkout.Session): PlanNews => ({
  external: null,
  begun: false,
  anchor: null,
  trialEndsAt: null,
  paid: [],
  failed: null,
  ...(session.status === 'expired' ? { ended: 'expired' } : {}),
});

function newsOf(subscription: Stripe.Subscription, invoices: readonly Stripe.Invoice[]): PlanNews {
  const { status, trial_end } = subscription;
  const trialEndsAt = trial_end === null ? null : trial_end * 1000;
  const periods = invoices.filter(
    (invoice) => PERIODS.includes(invoice.billing_reason) && (endOf(invoice) ?? 0) > (trialEndsAt ?? 0),
  );
  const paid = periods.filter((invoice) => invoice.status === 'paid').map(invoiceOf);
  const open = periods.find((invoice) => invoice.status === 'open' && invoice.attempt_count > 0);
  const neverBegan = NEVER_BEGAN.includes(status);
  return {
    external: subscription.id,
    begun: !neverBegan,
    anchor: subscription.start_date * 1000,
    trialEndsAt,
    paid: neverBegan ? [] : paid,
    failed: open === undefined ? null : { ref: open.id, periodEnd: endOf(open) },
    ...(status === 'incomplete_expired' ? { ended: 'failed' } : {}),
    ...(neverBegan ? {} : { ends: endingOf(subscription) }),
  };
}

function endingOf(subscription: Stripe.Subscription): NonNullable<PlanNews['ends']> | null {
  const { status, ended_at, cancel_at, cancel_at_period_end } = subscription;
  if (status === 'canceled') return { at: ended_at === null ? null : ended_at * 1000, how: 'now' };
  if (!cancel_at_period_end && cancel_at === null) return null;
  return { at: cancel_at === null ? null : cancel_at * 1000, how: 'period_end' };
}

function invoiceOf(invoice: Stripe.Invoice): PlanInvoice {
  const payments = invoice.payments?.data.filter((one) => one.status === 'paid') ?? [];
  const payment = payments[0]?.payment;
  return {
    ref: invoice.id,
    payment: idOf(payment?.payment_intent ?? payment?.charge ?? null),
    periodEnd: endOf(invoice),
    gross: invoice.total,
    net: invoice.total_excluding_tax ?? invoice.total,
    currency: invoice.currency.toUpperCase(),
    at: (invoice.status_transitions.paid_at ?? invoice.created) * 1000,
  };
}

function endOf(invoice: Stripe.Invoice): number | null {
  const ends = invoice.lines.data.map((line) => line.period.end);
  return ends.length === 0 ? null : Math.max(...ends) * 1000;
}

/** Where the buyer comes back to, with what it was about. */
export function returnTo(url: string, about: Readonly<Record<string, string>>): string {
  const back = new URL(url);
  for (const [name, value] of Object.entries(about)) back.searchParams.set(name, value);
  return back.href;
}
