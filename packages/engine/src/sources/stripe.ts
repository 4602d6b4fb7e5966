/** Stripe, through its official library: the one file that calls it. */
import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import { canonicalJson } from '../core/canonical.ts';
import { DrawdownError, invalid } from '../errors.ts';
import type {
  Charge,
  Delivery,
  Heard,
  OpenedCheckout,
  Order,
  PaymentEvent,
  PaymentProvider,
  PlanChangeOrder,
  PlanEvent,
  PlanMark,
  PlanNews,
  PlanOrder,
  PlanPlace,
  SavedMethod,
} from './provider.ts';
import type { Fact } from './purchase-state.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import {
  disputeFact,
  idOf,
  paidBy,
  planMarkIn,
  purchaseIn,
  readStripeEvent,
  refundFact,
} from './stripe-event.ts';
import { demandChargeable } from './stripe-money.ts';
import { returnTo, StripePlans } from './stripe-plan.ts';
import { StripeSaving } from './stripe-saving.ts';

export interface StripeSetting {
  /** `sk_…` or `rk_…`; whether it begins with `live` decides which events count. */
  readonly secretKey: string;
  /** Of the webhook endpoint; several while one is being exchanged. */
  readonly webhookSecrets: readonly string[];
  /** Where the API is; absent: at Stripe. */
  readonly api?: string;
}

/** An answer within this time or none: a buyer waits for it. */
const TIMEOUT_MS = 15_000;
/** What the library itself allows. */
const TOLERANCE_SECONDS = 300;
const MAX_PAGE = 100;

export class StripePayments implements PaymentProvider {
  readonly id = 'stripe';
  readonly #stripe: Stripe;
  readonly #plans: StripePlans;
  readonly #saving: StripeSaving;
  readonly #secrets: readonly string[];
  readonly #live: boolean;
  readonly #now: () => number;

  constructor({ secretKey, webhookSecrets, api }: StripeSetting, now: () => number) {
    const url = api === undefined ? null : new URL(api);
    this.#stripe = new Stripe(secretKey, {
      timeout: TIMEOUT_MS,
      maxNetworkRetries: 2,
      telemetry: false,
      ...(url === null
        ? {}
        : {
            protocol: url.protocol === 'http:' ? 'http' : 'https',
            host: url.hostname,
            port: url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port),
          }),
    });
    this.#plans = new StripePlans(this.#stripe);
    this.#saving = new StripeSaving(this.#stripe);
    this.#secrets = webhookSecrets;
    this.#live = /^[sr]k_live_/.test(secretKey);
    this.#now = now;
  }

  async checkout(order: Order): Promise<OpenedCheckout> {
    demandChargeable(order);
    const metadata = { purchase: order.purchase };
    const save = order.save === true;
    const back = returnTo(order.returnUrl, metadata);
    const session = await asking(
      this.#stripe.checkout.sessions.create(
        {
          mode: 'payment',
          client_reference_id: order.account,
          line_items: [
            {
              quantity: 1,
              price_data: {
                currency: order.currency.toLowerCase(),
                unit_amount: order.amountMinor,
                product_data: { name: order.name },
              },
            },
          ],
          // The session's own mark, and one that its payment and charges carry on.
          metadata,
          payment_intent_data: { metadata, ...(save ? { setup_future_usage: 'off_session' as const } : {}) },
          ...(save ? { customer: await this.#saving.customer(order.account) } : {}),
          success_url: back,
          cancel_url: back,
        },
        { idempotencyKey: `checkout:${order.purchase}` },
      ),
    );
    if (session.url === null) throw unavailable('Stripe opened a checkout without an address.');
    return { checkout: session.id, url: session.url };
  }

  charge(charge: Charge): Promise<PaymentEvent> {
    return this.#saving.charge(charge);
  }

  forget(method: Pick<SavedMethod, 'method'>): Promise<void> {
    return this.#saving.forget(method);
  }

  async sellPlan(order: PlanOrder): Promise<OpenedCheckout> {
    const customer = order.save === true ? await this.#saving.customer(order.account) : null;
    return this.#plans.sell(order, customer);
  }

  async lookAtPlan(place: PlanPlace): Promise<PlanNews | null> {
    const news = await this.#plans.look(place);
    if (!place.saves || news === null || !news.begun || news.external === null) return news;
    const saved = await this.#saving.paying(news.external);
    return saved === null ? news : { ...news, saved };
  }

  async endPlan(place: PlanPlace, when: 'period_end' | 'now' | 'never'): Promise<null> {
    await this.#plans.end(place, when);
    return null;
  }

  async changePlan(place: PlanPlace, order: PlanChangeOrder): Promise<null> {
    await this.#plans.change(place, order);
    return null;
  }

  agreeAgain(place: PlanPlace): Promise<void> {
    return this.#plans.agreeAgain(place);
  }

  async closeCheckout({ checkout }: PlanPlace): Promise<null> {
    await this.#plans.close(checkout);
    return null;
  }

  async closeOrder(order: { purchase: string; checkout: string }): Promise<PaymentEvent | null> {
    await this.#plans.close(order.checkout);
    return this.look({ ...order, payments: [] });
  }

  planOf(payment: string): Promise<PlanMark | null> {
    return this.#plans.ofPayment(payment);
  }

  async read({ body, headers }: Delivery): Promise<PaymentEvent | PlanEvent | null> {
    const event = this.#verified(body, headers['stripe-signature']);
    if (typeof event?.data?.object !== 'object' || event.data.object === null) {
      throw invalid('data.object', 'must be an object: an event is about something');
    }
    if (event.livemode !== this.#live) {
      const [found, wanted] = event.livemode ? ['live', 'test'] : ['test', 'live'];
      throw new DrawdownError(
        'payment_refused',
        `livemode: an event of ${found} mode, where ${wanted} mode counts`,
        {
          field: 'livemode',
          event: event.id,
        },
      );
    }
    const read = readStripeEvent(event);
    if (read === null) return null;
    if ('plan' in read) {
      const { plan, external, unmarked, ...told } = read;
      const mark = unmarked === undefined ? { plan, external } : { plan, external, unmarked };
      const known = await this.#plans.named(mark);
      return known && { id: event.id, ...known, ...told };
    }
    const saved = await this.#saving.savedBy(event);
    return { id: event.id, ...read, ...(saved === null ? {} : { saved }) };
  }

  /** Null where the signed bytes are that. */
  #verified(body: Buffer, header: string | string[] | undefined): Stripe.Event | null {
    // The library looks at what is too old only.
    const [, seconds = '0'] = /(?:^|,)t=(\d{1,15})/.exec(String(header)) ?? [];
    const isAhead = Number(seconds) > this.#now() / 1000 + TOLERANCE_SECONDS;
    for (const secret of isAhead ? [] : this.#secrets) {
      try {
        return this.#stripe.webhooks.constructEvent(
          body,
          header ?? '',
          secret,
          TOLERANCE_SECONDS,
          undefined,
          this.#now(),
        );
      } catch (error) {
        // Bytes that are signed and still no JSON are not Stripe's either.
        if (
          !(error instanceof Stripe.errors.StripeSignatureVerificationError) &&
          !(error instanceof SyntaxError)
        ) {
          throw error;
        }
      }
    }
    throw new DrawdownError(
      'invalid_signature',
      'The signature is none of Stripe over these bytes and these minutes.',
    );
  }

  async refund({
    purchase,
    payment,
    attempt,
  }: {
    purchase: string;
    payment: string;
    attempt: number;
  }): Promise<PaymentEvent> {
    const refund = await asking(
      this.#stripe.refunds.create(
        { payment_intent: payment, reason: 'requested_by_customer', metadata: { purchase } },
        // Stripe repeats a refusal to the same key for a day.
        { idempotencyKey: `refund:${purchase}:${attempt}:${payment}` },
      ),
    ).catch((error: unknown) => {
      // A key is forgotten after a day: then this is how Stripe says that the answer which was lost was a refund.
      if (error instanceof DrawdownError && error.details.reason === 'charge_already_refunded') return null;
      throw error;
    });
    if (refund === null) return this.#seen(purchase, [], [payment]);
    return { id: `made:${refund.id}`, subject: { purchase }, facts: [refundFact(refund)] };
  }

  async purchaseOf(payment: string): Promise<string | null> {
    const intent = await found(this.#stripe.paymentIntents.retrieve(payment));
    return intent && purchaseIn(intent);
  }

  async look({
    purchase,
    checkout,
    payments,
  }: {
    purchase: string;
    checkout: string | null;
    payments: readonly string[];
  }): Promise<PaymentEvent | null> {
    const session = checkout === null ? null : await found(this.#stripe.checkout.sessions.retrieve(checkout));
    if (checkout !== null && session === null) return null;
    const facts: (Fact | null)[] = session === null ? [] : [paidBy(session, session.created * 1000)];
    if (session?.status === 'expired') facts.push({ kind: 'ended', how: 'expired' });
    // What cost nothing is named by its session, and nothing comes back of it.
    const paid = payments.filter((payment) => payment.startsWith('pi_'));
    const intents = new Set([...paid, idOf(session?.payment_intent ?? null)].filter((one) => one !== null));
    return this.#seen(
      purchase,
      facts.filter((fact) => fact !== null),
      [...intents],
    );
  }

  /** What is known of a purchase, and all that went back of its payments. */
  async #seen(purchase: string, before: readonly Fact[], payments: readonly string[]): Promise<PaymentEvent> {
    const now = this.#now();
    const facts: (Fact | null)[] = [...before];
    for (const payment of payments) {
      const about = { payment_intent: payment, limit: MAX_PAGE };
      const [refunds, disputes] = await asking(
        Promise.all([this.#stripe.refunds.list(about), this.#stripe.disputes.list(about)]),
      );
      // Stripe does not say when a dispute was decided; that it stands so now is later than all that was heard.
      facts.push(
        ...refunds.data.map(refundFact),
        ...disputes.data.map((dispute) => disputeFact(dispute, now)),
      );
    }
    const known = facts.filter((fact) => fact !== null);
    const digest = createHash('sha256').update(canonicalJson(known)).digest('hex');
    return { id: `look:${purchase}:${digest}`, subject: { purchase }, facts: known };
  }

  /** Charges of top-ups, and checkouts that were gone through with, which are marked as ours, oldest last; those of others on the same account are not. */
  async *recent({ since }: { since: number }): AsyncGenerator<Heard, void> {
    yield* this.#saving.recent(since);
    const about = {
      created: { gte: Math.floor(since / 1000) },
      status: 'complete',
      limit: MAX_PAGE,
    } as const;
    for (let after: { starting_after?: string } = {}; ; ) {
      const { data, has_more } = await asking(this.#stripe.checkout.sessions.list({ ...about, ...after }));
      for (const session of data) {
        const [purchase, plan] = [purchaseIn(session), planMarkIn(session)];
        if (session.mode === 'subscription' && plan !== null) yield { name: session.id, plan };
        const paid = session.mode === 'payment' ? paidBy(session, session.created * 1000) : null;
        if (purchase === null || paid === null) continue;
        const event = { id: `look:${purchase}:${session.id}`, subject: { purchase }, facts: [paid] };
        yield { name: session.id, read: () => Promise.resolve(event) };
      }
      const last = data.at(-1);
      if (last === undefined || !has_more) return;
      after = { starting_after: last.id };
    }
  }
}
