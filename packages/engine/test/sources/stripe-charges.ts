/** Customers, cards that were kept, and charges while nobody is there: the third part of the local Stripe. */
import { type Fields, invalid, type Json, missing, Refusal, read } from './stripe-forms.ts';
import { CHARGE, CUSTOMER } from './stripe-shapes.ts';

type Card = 'works' | 'declined' | 'asks';

export class FakeCharges {
  readonly customers = new Map<string, Json>();
  readonly methods = new Map<
    string,
    Json & { customer: string | null; card: { brand: string; last4: string } }
  >();
  /** Payments that were made, with nobody there. */
  readonly made: Json[] = [];
  /** What is missing of each charge, as where somebody captured a part of it only. */
  short = 0;
  /** Another currency than was asked for; null: that one. */
  currency: string | null = null;
  /** Customers whose card was refused, once for each try. */
  readonly refused: string[] = [];
  readonly #next: () => string;
  readonly #intents: Map<string, Json>;

  constructor(next: () => string, intents: Map<string, Json>) {
    this.#next = next;
    this.#intents = intents;
  }

  /** Null where the path is none of these. */
  post(path: string, fields: Fields): Json | null {
    if (path === '/v1/customers') return this.#customer(read(CUSTOMER, fields, ''));
    if (path === '/v1/payment_intents') return this.#charge(read(CHARGE, fields, ''));
    const detached = /^\/v1\/payment_methods\/(pm_\w+)\/detach$/.exec(path)?.[1];
    if (detached === undefined) return null;
    const method = this.methods.get(detached);
    if (method === undefined) throw missing('payment_method', detached);
    if (method.customer === null)
      throw invalid('The payment method is not attached to a customer so detachment is impossible.');
    return Object.assign(method, { customer: null });
  }

  /** Null: of all customers. */
  intentsOf(customer: string | null): Json {
    const data = this.made.filter((one) => customer === null || one.customer === customer).reverse();
    return { object: 'list', url: '/v1/payment_intents', has_more: false, data };
  }

  #customer(fields: Fields): Json {
    const customer = { id: `cus_${this.#next()}`, object: 'customer', metadata: fields.metadata ?? {} };
    this.customers.set(customer.id, customer);
    return customer;
  }

  /** The buyer leaves a card with a payment. */
  keep(intent: string, customer: string, card: Card = 'works'): void {
    Object.assign(this.#intents.get(intent) ?? {}, {
      payment_method: this.methods.get(this.attach(customer, card)),
      setup_future_usage: 'off_session',
    });
  }

  /** A card of a customer; its id. */
  attach(customer: string, card: Card = 'works'): string {
    const id = `pm_${card}_${this.#next()}`;
    const method = {
      id,
      object: 'payment_method',
      type: 'card',
      customer,
      card: { brand: 'visa', last4: '4242' },
    };
    this.methods.set(id, method);
    return id;
  }

  #charge(fields: Fields): Json {
    const { amount, currency, customer, payment_method, metadata } = fields as Record<string, string>;
    const method = this.methods.get(payment_method as string);
    if (method === undefined) throw missing('payment_method', payment_method as string);
    if (method.customer !== customer) throw invalid('The payment method does not belong to the customer.');
    const refused = String(payment_method).startsWith('pm_declined')
      ? 'card_declined'
      : String(payment_method).startsWith('pm_asks')
        ? 'authentication_required'
        : null;
    if (refused !== null) {
      this.refused.push(customer as string);
      throw new Refusal(402, 'card_error', { code: refused, message: 'Your card was declined.' });
    }
    const id = `pi_${this.#next()}`;
    const intent = {
      id,
      object: 'payment_intent',
      status: 'succeeded',
      amount: Number(amount),
      amount_received: Number(amount) - this.short,
      created: Math.floor(Date.now() / 1000),
      currency: this.currency ?? currency,
      customer,
      metadata: metadata ?? {},
    };
    this.#intents.set(id, intent);
    this.made.push(intent);
    return intent;
  }
}
