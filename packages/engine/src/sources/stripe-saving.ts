/** Payment methods that are kept at Stripe, and charges while nobody is there. */
import type Stripe from 'stripe';
import { DrawdownError } from '../errors.ts';
import type { Charge, Heard, PaymentEvent, SavedMethod } from './provider.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import { chargedFact, idOf, purchaseIn, TOP_UP } from './stripe-event.ts';
import { demandChargeable } from './stripe-money.ts';

const MAX_PAGE = 100;

export class StripeSaving {
  readonly #stripe: Stripe;

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
  }

  /** One per account, whoever asks how often. */
  async customer(account: string): Promise<string> {
    const metadata = { account };
    const idempotencyKey = `customer:${account}`;
    return (await asking(this.#stripe.customers.create({ metadata }, { idempotencyKey }))).id;
  }

  /** What a checkout left for later; null where its buyer did not ask for that. */
  async savedBy(event: Stripe.Event): Promise<SavedMethod | null> {
    if (event.type !== 'checkout.session.completed') return null;
    const { customer, payment_intent } = event.data.object;
    const [payer, intent] = [idOf(customer), idOf(payment_intent)];
    if (payer === null || intent === null) return null;
    const payment = await asking(
      this.#stripe.paymentIntents.retrieve(intent, { expand: ['payment_method'] }),
    );
    const { payment_method, setup_future_usage } = payment;
    if (setup_future_usage !== 'off_session' || typeof payment_method !== 'object') return null;
    return payment_method && savedMethod(payer, payment_method);
  }

  /** What a subscription is paid with; null where Stripe keeps nothing for it, or not any more. */
  async paying(subscription: string): Promise<SavedMethod | null> {
    const one = await found(this.#stripe.subscriptions.retrieve(subscription));
    const [payer, id] = [idOf(one?.customer ?? null), idOf(one?.default_payment_method ?? null)];
    if (payer === null || id === null) return null;
    const method = await found(this.#stripe.paymentMethods.retrieve(id));
    return method && savedMethod(payer, method);
  }

  /** A key of Stripe's is forgotten after a day: what was sent before is looked for first. */
  async charge(charge: Charge): Promise<PaymentEvent> {
    const { purchase, customer, method, amountMinor, currency } = charge;
    demandChargeable(charge);
    const known = charge.again ? await this.#sent(charge) : null;
    const intent =
      known ??
      (await asking(
        this.#stripe.paymentIntents.create(
          {
            amount: amountMinor,
            currency: currency.toLowerCase(),
            customer,
            payment_method: method,
            off_session: true,
            confirm: true,
            metadata: { purchase, charge: TOP_UP },
          },
          { idempotencyKey: `top_up:${purchase}` },
        ),
      ));
    if (intent.status === 'succeeded') return chargedBy(intent, purchase);
    if (intent.status === 'processing') throw unavailable('Stripe has not decided on the charge yet.');
    const reason = intent.last_payment_error?.code ?? intent.status;
    throw new DrawdownError('payment_refused', 'Stripe declined the charge.', { provider: 'stripe', reason });
  }

  /** Charges that succeeded and are marked as ours, whatever became of whoever sent them. */
  async *recent(since: number): AsyncGenerator<Heard, void> {
    const about = { created: { gte: Math.floor(since / 1000) }, limit: MAX_PAGE };
    for (let after: { starting_after?: string } = {}; ; ) {
      const { data, has_more } = await asking(this.#stripe.paymentIntents.list({ ...about, ...after }));
      for (const intent of data) {
        const purchase = purchaseIn(intent);
        if (purchase === null || intent.metadata.charge !== TOP_UP || intent.status !== 'succeeded') continue;
        yield { name: intent.id, read: () => Promise.resolve(chargedBy(intent, purchase)) };
      }
      const last = data.at(-1);
      if (last === undefined || !has_more) return;
      after = { starting_after: last.id };
    }
  }

  async #sent({ customer, purchase }: Charge): Promise<Stripe.PaymentIntent | null> {
    for await (const intent of this.#stripe.paymentIntents.list({ customer, limit: MAX_PAGE })) {
      if (intent.metadata.purchase === purchase) return intent;
    }
    return null;
  }

  /** What a plan is paid with stays where it is: its next period would be charged to nothing. */
  async forget({ method }: Pick<SavedMethod, 'method'>): Promise<void> {
    const customer = await this.#customerOf(method);
    if (customer === null || (await this.#paysAPlan(customer, method))) return;
    try {
      await found(this.#stripe.paymentMethods.detach(method));
    } catch (error) {
      // Stripe refuses to detach what is attached to nobody: somebody else may have been faster.
      if (!(error instanceof DrawdownError) || error.code !== 'payment_refused') throw error;
      if ((await this.#customerOf(method)) !== null) throw error;
    }
  }

  /** Whose it is; null: it is nobody's, or Stripe does not know it. */
  async #customerOf(method: string): Promise<string | null> {
    const kept = await found(this.#stripe.paymentMethods.retrieve(method));
    return idOf(kept?.customer ?? null);
  }

  async #paysAPlan(customer: string, method: string): Promise<boolean> {
    for await (const one of this.#stripe.subscriptions.list({ customer, limit: MAX_PAGE })) {
      if (idOf(one.default_payment_method) === method) return true;
    }
    return false;
  }
}

function savedMethod(customer: string, { card, type, id }: Stripe.PaymentMethod): SavedMethod {
  const label = card === undefined ? type : `${card.brand} ${card.last4}`;
  return { provider: 'stripe', customer, method: id, label };
}

const chargedBy = (intent: Stripe.PaymentIntent, purchase: string): PaymentEvent => ({
  id: `charge:${intent.id}`,
  subject: { purchase },
  facts: [chargedFact(intent)],
});
