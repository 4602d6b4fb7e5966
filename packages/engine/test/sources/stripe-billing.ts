/** The subscriptions half of the local Stripe: what a session of mode `subscription` becomes, and its invoices. */
import { type Fields, fieldsOf, invalid, type Json, missing, Refusal, read } from './stripe-forms.ts';
import { type Billed, type FakeInvoice, invoiceFor, paymentOf, subscriptionOf } from './stripe-invoices.ts';
import { type FakePrice, FakePrices, monthsAfter, stepOf } from './stripe-prices.ts';
import { FakeSchedules, type Scheduled, UNSET } from './stripe-schedules.ts';
import { EXPANDED, INVOICE_PAYMENTS, INVOICES, SUBSCRIPTION, SUBSCRIPTIONS } from './stripe-shapes.ts';

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

/** What a session was opened for. */
export interface Ordered {
  readonly price: FakePrice;
  readonly quantity: number;
  readonly trialDays: number | null;
  readonly metadata: Record<string, string>;
}

interface Running {
  price: FakePrice;
  quantity: number;
  /** What periods are counted from, in seconds. */
  anchor: number;
  periods: number;
}

/** Who pays, and with what. */
export interface Paying {
  readonly customer?: string;
  readonly method?: string;
}

const DAY = 86_400;

export class FakeBilling {
  readonly subscriptions = new Map<string, FakeSubscription>();
  readonly invoices = new Map<string, FakeInvoice>();
  readonly prices: FakePrices;
  readonly schedules: FakeSchedules;
  /** The card is declined when something is charged now. */
  declines = false;
  readonly #running = new Map<string, Running>();
  readonly #next: () => string;
  readonly #charge: (amount: number) => string;
  readonly #customer: (id: string) => Json;

  /** `charge` makes a payment and answers with its id; `customer` answers with one. */
  constructor(next: () => string, charge: (amount: number) => string, customer: (id: string) => Json) {
    this.#customer = customer;
    this.#next = next;
    this.prices = new FakePrices(next);
    this.schedules = new FakeSchedules(next, this.prices);
    this.#charge = charge;
  }

  /** The buyer goes through with it. */
  begin(ordered: Ordered, at: number, { tax = 0, paying = {} as Paying } = {}): FakeSubscription {
    const id = `sub_1S${this.#next()}`;
    const { price, quantity } = ordered;
    const trialEnd = ordered.trialDays === null ? null : at + ordered.trialDays * DAY;
    const subscription: FakeSubscription = {
      ...structuredClone(UNSET),
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
      customer: paying.customer ?? null,
      default_payment_method: paying.method ?? null,
      items: itemsOf(price, quantity),
    };
    this.subscriptions.set(id, subscription);
    this.#running.set(id, { price, quantity, anchor: trialEnd ?? at, periods: 0 });
    if (trialEnd === null) this.bill(id, { at, reason: 'subscription_create', tax });
    else {
      const period = { start: at, end: trialEnd };
      this.#invoice(id, { at, reason: 'subscription_create', period, amount: 0, tax: 0, status: 'paid' });
    }
    return subscription;
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
    Object.assign(running, { price, quantity });
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

  #endOf({ anchor, periods, price }: Running): number {
    return monthsAfter(anchor, periods * stepOf(price));
  }

  /** The next period is charged for, or could not be. */
  bill(
    id: string,
    about: Partial<Billed> & { at?: number; reason?: string; status?: 'paid' | 'open'; tax?: number } = {},
  ): FakeInvoice {
    const running = this.#running.get(id) as Running;
    const start = this.#endOf(running);
    const scheduled = this.schedules.begin(id, start);
    if (scheduled !== null) {
      const { sets, ...sold } = scheduled;
      Object.assign(running, { ...sold, anchor: start, periods: 0 });
      const items = itemsOf(scheduled.price, scheduled.quantity);
      Object.assign(this.subscriptions.get(id) as FakeSubscription, { ...sets, items });
    }
    const step = stepOf(running.price);
    running.periods += 1;
    const period = { start, end: monthsAfter(running.anchor, running.periods * step) };
    const {
      at = start,
      reason = 'subscription_cycle',
      status = 'paid',
      amount = running.price.unit_amount * running.quantity,
      tax = 0,
      ...more
    } = about;
    const one = this.subscriptions.get(id) as FakeSubscription;
    one.status = status === 'paid' ? 'active' : 'past_due';
    return this.#invoice(id, { at, reason, period, amount, tax, status, ...more });
  }

  #invoice(id: string, about: Parameters<typeof invoiceFor>[1]): FakeInvoice {
    const { price, quantity } = this.#running.get(id) as Running;
    const invoice = invoiceFor(`in_${this.#next()}`, about, {
      subscription: this.subscriptions.get(id) as FakeSubscription,
      price,
      quantity,
    });
    this.invoices.set(invoice.id, invoice);
    if (about.status === 'paid') this.#settle(invoice);
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
    if (kind === 'subscriptions') return id === '' ? this.#of(url) : this.#shownSubscription(id, url);
    if (kind === 'prices') return id === '' ? this.prices.named(url) : this.prices.get(id);
    if (id !== '') return null;
    if (kind === 'invoices') return this.#invoices(url);
    if (kind !== 'invoice_payments') return null;
    const { payment } = read(INVOICE_PAYMENTS, fieldsOf(url.searchParams), '');
    const data = this.paymentsWith((payment as Fields).payment_intent as string);
    return { object: 'list', url: url.pathname, has_more: false, data };
  }

  /** Of a customer: those that are over are not shown. */
  #of(url: URL): Json {
    const { customer } = read(SUBSCRIPTIONS, fieldsOf(url.searchParams), '');
    const data = [...this.subscriptions.values()].filter(
      (one) => one.customer === customer && one.status !== 'canceled',
    );
    return { object: 'list', url: url.pathname, has_more: false, data };
  }

  /** The schedule is shown to who asks for it. */
  #shownSubscription(id: string, url: URL): Json {
    const { expand } = read(EXPANDED, fieldsOf(url.searchParams), '');
    const asked = Object.values(expand ?? {});
    const [one, schedule] = [this.#known(id), this.schedules.of(id)];
    const customer = asked.includes('customer') && one.customer && this.#customer(one.customer as string);
    const shown = asked.includes('schedule') ? schedule : (schedule?.id ?? null);
    return { ...one, schedule: shown, customer: customer || one.customer };
  }

  /** The period that runs, as a schedule is made from it. */
  running(id: string): Scheduled {
    this.#known(id);
    const running = this.#running.get(id) as Running;
    const { price, quantity, anchor, periods } = running;
    return {
      id,
      price,
      quantity,
      start: monthsAfter(anchor, (periods - 1) * stepOf(price)),
      end: this.#endOf(running),
    };
  }

  /** Null where the address is not about schedules. */
  postSchedule(path: string, fields: Fields): Json | null {
    const made = this.schedules.post(path, fields, (id) => this.running(id));
    if (made?.status === 'active') {
      Object.assign(this.#known(made.subscription as string), this.schedules.running(made.id as string));
    }
    return made;
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

  /** What items are changed to, and when that is charged for. */
  #changeItems(one: FakeSubscription, fields: Fields, at: number): void {
    const [item, ...others] = Object.values(fields.items as { [key: string]: Record<string, string> });
    const own = (one.items as { data: { id: string }[] }).data[0]?.id;
    if (item === undefined || others.length > 0 || item.id !== own) {
      throw invalid(`No such subscription item: '${item?.id}'`, { param: 'items[0][id]' });
    }
    const price = this.prices.get(item.price as string);
    const before = (this.#running.get(one.id) as Running).price;
    if (price.currency !== before.currency) {
      throw invalid('The price specified only supports another currency.', { param: 'items[0][price]' });
    }
    const isAnew =
      (fields.billing_cycle_anchor as Fields | undefined)?.type === 'now' ||
      (one.status !== 'trialing' && stepOf(price) !== stepOf(before));
    if (isAnew && one.status === 'trialing') throw invalid('The trial must end first.', { param: 'items' });
    if (isAnew && this.declines) {
      if (fields.payment_behavior !== 'error_if_incomplete')
        throw new Error('a decline would leave it incomplete');
      throw new Refusal(402, 'card_error', { code: 'card_declined', message: 'Your card was declined.' });
    }
    this.change(one.id, { price, quantity: Number(item.quantity), at, now: isAnew });
  }

  update(id: string, form: Fields, at: number): FakeSubscription {
    const fields = read(SUBSCRIPTION, form, '');
    const one = this.#known(id);
    if (one.status === 'canceled') {
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
        code: 'invalid_canceled_subscription_fields',
      });
    }
    if (this.schedules.of(id) !== null && (fields.items ?? fields.cancel_at_period_end) !== undefined) {
      throw invalid(
        'The subscription is managed by a subscription schedule, and cannot be changed directly.',
      );
    }
    if (fields.items !== undefined) this.#changeItems(one, fields, at);
    const set = { ...one.metadata, ...(fields.metadata as Record<string, string> | undefined) };
    // Set to nothing it is not there any more.
    const metadata = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== ''));
    const ends = fields.cancel_at_period_end;
    return Object.assign(one, {
      metadata,
      ...(ends === undefined ? {} : { cancel_at_period_end: ends === 'true' }),
    });
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
  data: [
    {
      id: `si_${price.id}`,
      object: 'subscription_item',
      price,
      quantity,
      discounts: [],
      tax_rates: [],
      billing_thresholds: null,
    },
  ],
});
