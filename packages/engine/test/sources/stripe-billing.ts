/** The subscriptions half of the local Stripe: what a session of mode `subscription` becomes, and its invoices. */
import { type Fields, fieldsOf, invalid, type Json, missing, read } from './stripe-forms.ts';
import { INVOICE_PAYMENTS, INVOICES, SUBSCRIPTION } from './stripe-shapes.ts';

export interface FakeSubscription extends Json {
  id: string;
  status: string;
  start_date: number;
  trial_end: number | null;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  ended_at: number | null;
  metadata: Record<string, string>;
}

export interface FakeInvoice extends Json {
  id: string;
  status: string;
  /** The payment, once there is one. */
  charged?: string;
}

/** What a session was opened for. */
export interface Ordered {
  readonly currency: string;
  /** Of all that was ordered. */
  readonly amount: number;
  readonly quantity: number;
  readonly interval: 'month' | 'year';
  readonly trialDays: number | null;
  readonly metadata: Record<string, string>;
}

/** What an invoice comes to, in minor units: the price, less discounts, with what changes within a period cost. */
interface Billed {
  readonly amount: number;
  readonly discount?: number;
  readonly prorated?: number;
  readonly currency?: string;
}

/** A price as staff make it, or as a checkout makes one of its own. */
export interface FakePrice extends Json {
  id: string;
  currency: string;
  unit_amount: number;
  recurring: { interval: string; interval_count: number };
  metadata: Record<string, string>;
}

interface Running extends Ordered {
  price: FakePrice;
  /** What periods are counted from, in seconds. */
  anchor: number;
  periods: number;
}

const DAY = 86_400;

/** From the anchor itself, clamped to the month's end, as Stripe counts. */
export function monthsAfter(anchor: number, months: number): number {
  const from = new Date(anchor * 1000);
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return to.getTime() / 1000;
}

export class FakeBilling {
  readonly subscriptions = new Map<string, FakeSubscription>();
  readonly invoices = new Map<string, FakeInvoice>();
  readonly prices = new Map<string, FakePrice>();
  readonly #running = new Map<string, Running>();
  readonly #next: () => string;
  readonly #charge: (amount: number) => string;

  /** `charge` makes a payment and answers with its id. */
  constructor(next: () => string, charge: (amount: number) => string) {
    this.#next = next;
    this.#charge = charge;
  }

  /** The buyer goes through with it. */
  begin(ordered: Ordered, at: number, { tax = 0 }: { tax?: number } = {}): FakeSubscription {
    const id = `sub_1S${this.#next()}`;
    const { currency, interval, quantity } = ordered;
    const price = this.price({ currency, interval, amount: ordered.amount / quantity });
    const trialEnd = ordered.trialDays === null ? null : at + ordered.trialDays * DAY;
    const subscription: FakeSubscription = {
      id,
      object: 'subscription',
      status: trialEnd === null ? 'active' : 'trialing',
      start_date: at,
      billing_cycle_anchor: trialEnd ?? at,
      trial_end: trialEnd,
      cancel_at: null,
      cancel_at_period_end: false,
      ended_at: null,
      metadata: ordered.metadata,
      items: itemsOf(price, quantity),
    };
    this.subscriptions.set(id, subscription);
    this.#running.set(id, { ...ordered, price, anchor: trialEnd ?? at, periods: 0 });
    if (trialEnd === null) this.bill(id, { at, reason: 'subscription_create', tax });
    else {
      const period = { start: at, end: trialEnd };
      this.#invoice(id, { at, reason: 'subscription_create', period, amount: 0, tax: 0, status: 'paid' });
    }
    return subscription;
  }

  /** `plan`: what staff mark it with. */
  price(about: { currency?: string; interval?: string; amount: number; plan?: string }): FakePrice {
    const { currency = 'usd', interval = 'month', amount, plan } = about;
    const price: FakePrice = {
      id: `price_${this.#next()}`,
      object: 'price',
      currency,
      unit_amount: amount,
      recurring: { interval, interval_count: 1 },
      metadata: plan === undefined ? {} : { plan },
    };
    this.prices.set(price.id, price);
    return price;
  }

  /**
   * The item is changed. `now`: the cycle begins anew, and a whole period is charged, less `credit` for what is left of
   * the one before. Otherwise the next period is at the new price, with what the change costs until then, which
   * `always_invoice` charges at once.
   */
  change(
    id: string,
    about: {
      price?: FakePrice;
      quantity?: number;
      at: number;
      now?: boolean;
      credit?: number;
      charge?: number;
    },
  ): FakeInvoice | null {
    const running = this.#running.get(id) as Running;
    const { price = running.price, quantity = running.quantity, at, credit = 0, charge } = about;
    const amount = price.unit_amount * quantity;
    const interval = price.recurring.interval as Ordered['interval'];
    Object.assign(running, { price, quantity, amount, interval, currency: price.currency });
    const one = this.subscriptions.get(id) as FakeSubscription;
    one.items = itemsOf(price, quantity);
    const reason = 'subscription_update';
    if (about.now === true) {
      Object.assign(running, { anchor: at, periods: 0 });
      one.billing_cycle_anchor = at;
      return this.bill(id, { at, reason, prorated: -credit });
    }
    if (charge === undefined) return null;
    const period = { start: at, end: this.#endOf(running) };
    return this.#invoice(id, { at, reason, period, amount: 0, prorated: charge, tax: 0, status: 'paid' });
  }

  #endOf({ anchor, periods, interval }: Running): number {
    return monthsAfter(anchor, periods * (interval === 'year' ? 12 : 1));
  }

  /** The next period is charged for, or could not be. */
  bill(
    id: string,
    about: Partial<Billed> & { at?: number; reason?: string; status?: 'paid' | 'open'; tax?: number } = {},
  ): FakeInvoice {
    const running = this.#running.get(id) as Running;
    const step = running.interval === 'year' ? 12 : 1;
    const start = monthsAfter(running.anchor, running.periods * step);
    running.periods += 1;
    const period = { start, end: monthsAfter(running.anchor, running.periods * step) };
    const {
      at = start,
      reason = 'subscription_cycle',
      status = 'paid',
      amount = running.amount,
      tax = 0,
      ...more
    } = about;
    const one = this.subscriptions.get(id) as FakeSubscription;
    one.status = status === 'paid' ? 'active' : 'past_due';
    return this.#invoice(id, { at, reason, period, amount, tax, status, ...more });
  }

  #invoice(
    id: string,
    about: Billed & {
      at: number;
      reason: string;
      period: { start: number; end: number };
      tax: number;
      status: 'paid' | 'open';
    },
  ): FakeInvoice {
    const { at, reason, period, amount, discount = 0, prorated = 0, tax, status } = about;
    const net = amount - discount + prorated;
    const { price, quantity } = this.#running.get(id) as Running;
    const line = (one: number, proration: boolean) => ({
      object: 'line_item',
      amount: one,
      quantity,
      period,
      pricing: { type: 'price_details', price_details: { price: price.id, product: 'prod_1' } },
      parent: { type: 'subscription_item_details', subscription_item_details: { proration } },
    });
    const one = this.subscriptions.get(id) as FakeSubscription;
    const invoice: FakeInvoice = {
      id: `in_${this.#next()}`,
      object: 'invoice',
      status,
      billing_reason: reason,
      created: at,
      currency: about.currency ?? (this.#running.get(id) as Running).currency,
      subtotal: amount + prorated,
      total: net + tax,
      total_excluding_tax: net,
      total_discount_amounts: discount === 0 ? [] : [{ amount: discount, discount: 'di_1' }],
      attempt_count: net + tax === 0 ? 0 : 1,
      status_transitions: { paid_at: status === 'paid' ? at : null },
      parent: {
        type: 'subscription_details',
        subscription_details: { subscription: id, metadata: one.metadata },
      },
      lines: {
        object: 'list',
        has_more: false,
        data: [
          ...(reason === 'subscription_update' && amount === 0 ? [] : [line(amount, false)]),
          ...(prorated === 0 ? [] : [line(prorated, true)]),
        ],
      },
    };
    this.invoices.set(invoice.id, invoice);
    if (status === 'paid') this.#settle(invoice);
    return invoice;
  }

  /** An open invoice is paid after all. */
  payLate(id: string): FakeInvoice {
    const invoice = this.invoices.get(id) as FakeInvoice;
    invoice.status = 'paid';
    const one = this.subscriptions.get(subscriptionOf(invoice)) as FakeSubscription;
    one.status = 'active';
    this.#settle(invoice);
    return invoice;
  }

  #settle(invoice: FakeInvoice): void {
    const total = invoice.total as number;
    if (total > 0) invoice.charged = this.#charge(total);
  }

  /** Null where the address is not about billing. */
  get(url: URL): Json | null {
    const [, , kind = '', id = ''] = url.pathname.split('/');
    if (kind === 'subscriptions') return this.#known(id);
    if (kind === 'prices') {
      const price = this.prices.get(id);
      if (price === undefined) throw missing('price', id);
      return price;
    }
    if (id !== '') return null;
    if (kind === 'invoices') return this.#invoices(url);
    if (kind !== 'invoice_payments') return null;
    const { payment } = read(INVOICE_PAYMENTS, fieldsOf(url.searchParams), '');
    const data = this.paymentsWith((payment as Fields).payment_intent as string);
    return { object: 'list', url: url.pathname, has_more: false, data };
  }

  #known(id: string): FakeSubscription {
    const one = this.subscriptions.get(id);
    if (one === undefined) throw missing('subscription', id);
    return one;
  }

  /** Newest first, in pages. */
  #invoices(url: URL): Json {
    const { subscription, limit = '10', ...more } = read(INVOICES, fieldsOf(url.searchParams), '');
    const own = [...this.invoices.values()].filter((one) => subscriptionOf(one) === subscription);
    const newest = own.reverse();
    const from = newest.findIndex(({ id }) => id === more.starting_after) + 1;
    const page = newest.slice(from, from + Number(limit));
    const data = page.map((one) => this.shown(one, more.expand !== undefined));
    return { object: 'list', url: url.pathname, has_more: newest.length > from + page.length, data };
  }

  update(id: string, form: Fields): FakeSubscription {
    const fields = read(SUBSCRIPTION, form, '');
    const one = this.#known(id);
    if (one.status === 'canceled') {
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
        code: 'invalid_canceled_subscription_fields',
      });
    }
    return Object.assign(one, { cancel_at_period_end: fields.cancel_at_period_end === 'true' });
  }

  /** Asked for; one that is over is not there any more to be cancelled. */
  cancel(id: string, at: number): FakeSubscription {
    if (this.#known(id).status === 'canceled') throw missing('subscription', id);
    return this.end(id, at);
  }

  /** Over at an instant in seconds: cancelled now, or at the end that was agreed. */
  end(id: string, at: number): FakeSubscription {
    const one = this.subscriptions.get(id) as FakeSubscription;
    return Object.assign(one, { status: 'canceled', canceled_at: at, ended_at: at });
  }

  /** Payments are in an invoice only for who asks for them, as at Stripe. */
  shown({ charged, ...invoice }: FakeInvoice, expanded: boolean): Json {
    if (!expanded) return invoice;
    const data = charged === undefined ? [] : [paymentOf(invoice, charged)];
    return { ...invoice, payments: { object: 'list', has_more: false, data } };
  }

  paymentsWith(intent: string): Json[] {
    const found = [...this.invoices.values()].filter(({ charged }) => charged === intent);
    return found.map((invoice) => ({ ...paymentOf(invoice, intent), invoice: this.shown(invoice, false) }));
  }
}

const itemsOf = (price: FakePrice, quantity: number): Json => ({
  object: 'list',
  has_more: false,
  data: [{ id: `si_${price.id}`, object: 'subscription_item', price, quantity }],
});

export const subscriptionOf = (invoice: FakeInvoice): string =>
  (invoice.parent as { subscription_details: { subscription: string } }).subscription_details.subscription;

const paymentOf = (invoice: Json, intent: string): Json => ({
  id: `inpay_${String(invoice.id)}`,
  object: 'invoice_payment',
  status: 'paid',
  invoice: invoice.id,
  payment: { type: 'payment_intent', payment_intent: intent },
});
