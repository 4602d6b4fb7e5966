/** Plans at Stripe: checkouts of mode `subscription`, and how a subscription stands. */
import type Stripe from 'stripe';
import { DrawdownError } from '../errors.ts';
import type {
  OpenedCheckout,
  PlanChangeOrder,
  PlanMark,
  PlanNews,
  PlanOrder,
  PlanPlace,
} from './provider.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import { idOf, paysPeriod, planIn, planMarkIn } from './stripe-event.ts';
import { demandChargeable } from './stripe-money.ts';
import { madeIn, newsOf, OURS, pricesIn, unsold } from './stripe-plan-news.ts';
import {
  agreeAgain,
  agreedIn,
  keep,
  LET_GO,
  planItem,
  schedule,
  unschedule,
  WITH_SCHEDULE,
} from './stripe-schedule.ts';

const MAX_PAGE = 100;
/** What a price of ours says. */
type Sold = Pick<PlanOrder, 'plan' | 'name' | 'amountMinor' | 'currency' | 'interval'>;

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
    demandChargeable({ amountMinor, currency });
    const lookup_key = `${OURS}${plan}:${interval}:${currency}:${amountMinor}`;
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

  /** Of one without a mark: whose it is said to be, by itself or by its customer. Null where it is none of ours. */
  async named(mark: PlanMark): Promise<PlanMark | null> {
    const { external, unmarked } = mark;
    if (unmarked === undefined || external === null) return mark;
    const one = await found(this.#stripe.subscriptions.retrieve(external, { expand: ['customer'] }));
    if (one === null) return null;
    const plan = planMarkIn(one);
    if (plan !== null) return { plan, external };
    const { customer, items, metadata } = one;
    const payer = typeof customer === 'object' && 'metadata' in customer ? customer.metadata : {};
    const account = metadata.account ?? payer.account ?? null;
    const isOurs = planItem(items.data)?.price.lookup_key?.startsWith(OURS) === true;
    const isSure = isOurs || metadata.account !== undefined;
    return account === null && !isSure ? null : { plan: external, external, unmarked: { account, isSure } };
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
    const agreed = agreedIn(subscription)?.price ?? [];
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
    const metadata = subscription?.metadata.kept === undefined ? {} : { metadata: LET_GO };
    const ends = { cancel_at_period_end: when === 'period_end' };
    await asking(this.#stripe.subscriptions.update(id, { ...ends, ...metadata }));
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
    const agreed = agreedIn(subscription);
    if (agreed !== null) await keep(this.#stripe, subscription, agreed);
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
          metadata: { change, ...LET_GO },
          ...charged,
        },
        { idempotencyKey: `change:${change}` },
      ),
    );
    // Declined, nothing is changed: what was agreed for later is so again.
    await made.catch(async (error: unknown) => {
      if (agreed !== null && error instanceof DrawdownError && error.code === 'payment_refused')
        await agreeAgain(this.#stripe, subscription.id);
      throw error;
    });
  }

  async agreeAgain({ external }: PlanPlace): Promise<void> {
    if (external !== null) await agreeAgain(this.#stripe, external);
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
    const mark = paysPeriod(invoice) ? planIn(invoice) : null;
    return mark && this.named(mark);
  }
}

/** Where the buyer comes back to, with what it was about. */
export function returnTo(url: string, about: Readonly<Record<string, string>>): string {
  const back = new URL(url);
  for (const [name, value] of Object.entries(about)) back.searchParams.set(name, value);
  return back.href;
}
