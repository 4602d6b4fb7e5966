/** Plans at Stripe: checkouts of mode `subscription`, and how a subscription stands. */
import type Stripe from 'stripe';
import { DrawdownError } from '../errors.ts';
import type {
  OpenedCheckout,
  PlanChangeOrder,
  PlanInvoice,
  PlanMark,
  PlanNews,
  PlanOrder,
  PlanPlace,
  SoldPrice,
} from './provider.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import {
  billedOf,
  idOf,
  paysPeriod,
  periodEndOf,
  periodLines,
  periodStartOf,
  planIn,
  startsAnew,
} from './stripe-event.ts';
import { planItem, schedule, scheduledIn, unschedule, WITH_SCHEDULE } from './stripe-schedule.ts';

const MAX_PAGE = 100;
/** What a price of ours says. */
type Sold = Pick<PlanOrder, 'plan' | 'name' | 'amountMinor' | 'currency' | 'interval'>;

const NEVER_BEGAN: readonly string[] = ['incomplete', 'incomplete_expired'];

export class StripePlans {
  readonly #stripe: Stripe;

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
  }

  /** `customer`: whose payment method is kept; null where a checkout makes its own. */
  async sell(order: PlanOrder, customer: string | null): Promise<OpenedCheckout> {
    const metadata = { subscription: order.subscription };
    const back = returnTo(order.returnUrl, metadata);
    const { trialDays } = order;
    const session = await asking(
      this.#stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          client_reference_id: order.account,
          ...(customer === null ? {} : { customer }),
          line_items: [{ quantity: order.quantity, price: await this.#priceOf(order) }],
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

  /**
   * The price that a plan is sold at, made once and found by its name from then on. It is marked with the plan, so that what
   * it was sold for is known whatever staff change at Stripe.
   */
  async #priceOf({ plan, name, amountMinor, currency, interval }: Sold): Promise<string> {
    const lookup_key = `drawdown:${plan}:${interval}:${currency}:${amountMinor}`;
    const { data } = await asking(this.#stripe.prices.list({ lookup_keys: [lookup_key], limit: 1 }));
    const known = data[0];
    if (known === undefined) {
      const about = { metadata: { plan }, product_data: { name }, recurring: { interval }, lookup_key };
      const money = { currency: currency.toLowerCase(), unit_amount: amountMinor };
      const made = this.#stripe.prices.create(
        { ...money, ...about },
        { idempotencyKey: `price:${lookup_key}` },
      );
      return (await asking(made)).id;
    }
    const isSame =
      known.unit_amount === amountMinor &&
      known.currency === currency.toLowerCase() &&
      known.recurring?.interval === interval;
    if (isSame) return known.id;
    throw new DrawdownError('payment_refused', `price: what Stripe keeps as ${lookup_key} is another one`, {
      field: 'price',
      provider: 'stripe',
    });
  }

  async look({ checkout, external }: PlanPlace): Promise<PlanNews | null> {
    const session = external === null ? await found(this.#stripe.checkout.sessions.retrieve(checkout)) : null;
    const id = external ?? idOf(session?.subscription ?? null);
    if (id === null) return session === null ? null : unsold(session);
    const subscription = await this.#found(id);
    if (subscription === null) return null;
    const invoices = await asking(this.#invoices(id));
    return newsOf(subscription, { invoices, prices: await this.#prices(subscription, invoices) });
  }

  #found(id: string): Promise<Stripe.Subscription | null> {
    return found(this.#stripe.subscriptions.retrieve(id, WITH_SCHEDULE));
  }

  /** Every price that a paid period was sold at, and that one is agreed at; those of now come with the subscription. */
  async #prices(
    subscription: Stripe.Subscription,
    invoices: readonly Stripe.Invoice[],
  ): Promise<ReadonlyMap<string, Stripe.Price>> {
    const known = new Map(subscription.items.data.map(({ price }) => [price.id, price]));
    const agreed = scheduledIn(subscription)?.price ?? [];
    for (const id of new Set(invoices.filter(paysPeriod).flatMap(pricesIn).concat(agreed))) {
      if (known.has(id)) continue;
      const price = await found(this.#stripe.prices.retrieve(id));
      if (price !== null) known.set(id, price);
    }
    return known;
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
    // What is over is not there any more to be cancelled.
    if (when === 'now') {
      await found(this.#stripe.subscriptions.cancel(id));
      return;
    }
    const subscription = await this.#found(id);
    if (subscription !== null) await unschedule(this.#stripe, subscription);
    await asking(this.#stripe.subscriptions.update(id, { cancel_at_period_end: when === 'period_end' }));
  }

  /**
   * The change's name is kept with the subscription, in the very request that makes it, so that it is made once however
   * often and however late it is asked for. What begins now is charged for, or nothing is changed; what is left of the
   * period before is not paid back, as its credits keep their window.
   */
  async change({ checkout, external }: PlanPlace, order: PlanChangeOrder): Promise<void> {
    const { change, begins, quantity } = order;
    const session =
      external === null ? await asking(this.#stripe.checkout.sessions.retrieve(checkout)) : null;
    const id = external ?? idOf(session?.subscription ?? null);
    const subscription = id === null ? null : await this.#found(id);
    if (subscription === null) throw unavailable('Stripe knows no such subscription.');
    if (madeIn(subscription) === change) return;
    const item = planItem(subscription.items.data);
    const price = await this.#priceOf(order);
    const isTrial = subscription.status === 'trialing';
    // Another interval would begin a new cycle at once.
    if (begins === 'period_end' && !isTrial && item?.price.recurring?.interval !== order.interval) {
      await schedule(this.#stripe, subscription, { change, price, quantity, key: `change:${change}` });
      return;
    }
    const agreed = scheduledIn(subscription);
    await unschedule(this.#stripe, subscription);
    const charged: Stripe.SubscriptionUpdateParams =
      begins === 'now'
        ? { billing_cycle_anchor: { type: 'now' }, payment_behavior: 'error_if_incomplete' }
        : {};
    const made = asking(
      this.#stripe.subscriptions.update(
        subscription.id,
        {
          items: [{ ...(item && { id: item.id }), price, quantity }],
          proration_behavior: 'none',
          metadata: { change },
          ...charged,
        },
        { idempotencyKey: `change:${change}` },
      ),
    );
    // Declined, nothing is changed: what was agreed for later is so again.
    await made.catch(async (error: unknown) => {
      if (agreed !== null && error instanceof DrawdownError && error.code === 'payment_refused') {
        const key = `change:${change}:kept`;
        await schedule(this.#stripe, { ...subscription, schedule: null }, { ...agreed, key });
      }
      throw error;
    });
  }

  /** One that was gone through with, or has expired, refuses: what became of it is looked at. */
  async close(checkout: string): Promise<void> {
    try {
      await asking(this.#stripe.checkout.sessions.expire(checkout));
    } catch (error) {
      if (!(error instanceof DrawdownError) || error.code !== 'payment_refused') throw error;
    }
  }

  async ofPayment(payment: string): Promise<PlanMark | null> {
    const about = { type: 'payment_intent', payment_intent: payment };
    const { data } = await asking(
      this.#stripe.invoicePayments.list({ payment: about, limit: 1, expand: ['data.invoice'] }),
    );
    const invoice = data[0]?.invoice;
    if (typeof invoice !== 'object' || !('billing_reason' in invoice)) return null;
    return paysPeriod(invoice) ? planIn(invoice) : null;
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

interface Billing {
  readonly invoices: readonly Stripe.Invoice[];
  readonly prices: ReadonlyMap<string, Stripe.Price>;
}

function newsOf(subscription: Stripe.Subscription, { invoices, prices }: Billing): PlanNews {
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
  const agreed = scheduledIn(subscription);
  const change = madeIn(subscription);
  const next =
    agreed === null
      ? item && priceSold(item.price, item.quantity)
      : priceSold(prices.get(agreed.price), agreed.quantity);
  return { ...(next === undefined ? {} : { next }), ...(change === null ? {} : { change }) };
}

/** The last change of ours: what is agreed for later came after what is in force. */
const madeIn = (subscription: Stripe.Subscription): string | null =>
  scheduledIn(subscription)?.change ?? subscription.metadata.change ?? null;

function priceSold(price: Stripe.Price | undefined, quantity: number | null | undefined): SoldPrice {
  const { interval, interval_count } = price?.recurring ?? {};
  const isSold = interval_count === 1 && (interval === 'month' || interval === 'year');
  return {
    plan: price?.metadata.plan ?? null,
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

const pricesIn = (invoice: Stripe.Invoice): string[] =>
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

/** Where the buyer comes back to, with what it was about. */
export function returnTo(url: string, about: Readonly<Record<string, string>>): string {
  const back = new URL(url);
  for (const [name, value] of Object.entries(about)) back.searchParams.set(name, value);
  return back.href;
}
