/**
 * As much of Stripe's HTTP API as a checkout needs, as strict as the real one: credentials, the version header, form
 * encoding, parameters by name and type, and idempotency keys. What buyers, banks and staff do is in its methods.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf } from '../../src/sources/signature.ts';
import { FakeBilling, type FakeSubscription } from './stripe-billing.ts';
import { FakeCharges } from './stripe-charges.ts';
import {
  type Fields,
  fieldsOf,
  invalid,
  type Json,
  missing,
  Refusal,
  read,
  sessionsOf,
} from './stripe-forms.ts';
import { type FakeSession, sessionFor } from './stripe-sessions.ts';
import { LIST, REFUND, SESSION } from './stripe-shapes.ts';

export class FakeStripe {
  readonly secretKey = 'sk_test_51Drawdown';
  readonly webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
  /** The version that the library is pinned to; another is refused. */
  readonly version = '2026-10-28.endive';
  readonly sessions = new Map<string, FakeSession>();
  readonly intents = new Map<string, Json>();
  readonly refunds = new Map<string, Json>();
  readonly disputes = new Map<string, Json>();
  readonly charges = new FakeCharges(() => this.#next(), this.intents);
  api = '';
  readonly billing = new FakeBilling(
    () => this.#next(),
    (amount) => this.#intent(amount, {}),
    (id) => this.charges.customers.get(id) ?? { id, object: 'customer', metadata: {} },
  );
  /** What was asked, by method and path. */
  readonly asked: string[] = [];
  /** When subscriptions are changed here, in seconds. */
  now = seconds;
  /** Answers that fail before they do anything. */
  failing = 0;
  /** By method and path: these fail before anything is done. */
  refusing = /^$/;
  declinesRefunds = false;
  /** Answers to these are lost on their way, after all was done. */
  losing = /^$/;
  /** Answers to these, whatever was done, come no sooner than this. */
  late: { readonly path: RegExp; readonly until: Promise<void> } | null = null;
  /** To these nobody answers; the next so many are not even done. */
  hanging = /^$/;
  deaf = 0;
  /** Told of each request to change something: `deaf` leaves it undone, `mute` does it, and neither answers. */
  silent: (path: string, text: string) => 'deaf' | 'mute' | null = () => null;
  #server: Server | null = null;
  readonly #keys = new Map<string, { text: string; status: number; body: Json }>();
  #count = 0;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.api = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.api;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const hangs = request.method === 'POST' && this.hanging.test(request.url ?? '');
    if (hangs && this.deaf > 0) {
      this.deaf -= 1;
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const silent = request.method === 'POST' ? this.silent(request.url ?? '', text) : null;
    if (silent === 'deaf') return;
    const { status, body } = this.#answer(request, text);
    if (hangs || silent === 'mute') return;
    if (this.late?.path.test(request.url ?? '') === true) await this.late.until;
    if (request.method === 'POST' && this.losing.test(request.url ?? '')) return void response.destroy();
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${this.#next()}` });
    response.end(JSON.stringify(body));
  }

  #answer(request: IncomingMessage, text: string): { status: number; body: Json } {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', 'http://stripe');
    this.asked.push(`${method} ${url.pathname}`);
    try {
      if (headers.authorization !== `Bearer ${this.secretKey}`) {
        throw new Refusal(401, 'invalid_request_error', { message: 'Invalid API Key provided' });
      }
      if (headers['stripe-version'] !== this.version)
        throw invalid(`Invalid Stripe API version: ${headers['stripe-version']}`);
      const fails = this.refusing.test(`${method} ${url.pathname}`);
      if (fails || this.failing > 0) {
        if (!fails) this.failing -= 1;
        throw new Refusal(500, 'api_error', { message: 'An unknown error occurred' });
      }
      if (method === 'GET') return { status: 200, body: this.#get(url) };
      if (method === 'DELETE') return { status: 200, body: this.#delete(url.pathname) };
      if (method !== 'POST')
        throw new Refusal(404, 'invalid_request_error', { message: 'Unrecognized request URL' });
      if (!/^application\/x-www-form-urlencoded/.test(headers['content-type'] ?? ''))
        throw invalid('Send a form');
      return this.#once(headers['idempotency-key'], `${url.pathname}?${text}`, () =>
        this.#post(url.pathname, fieldsOf(new URLSearchParams(text))),
      );
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body };
      throw error;
    }
  }

  /** A key gives the first answer again, a refusal as well, and refuses another request. */
  #once(key: string | string[] | undefined, text: string, make: () => Json): { status: number; body: Json } {
    const known = typeof key === 'string' ? this.#keys.get(key) : undefined;
    if (known !== undefined && known.text !== text) {
      throw new Refusal(400, 'idempotency_error', {
        message:
          'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      });
    }
    const answer = known ?? { text, ...answerOf(make) };
    if (typeof key === 'string') this.#keys.set(key, answer);
    return answer;
  }

  #get(url: URL): Json {
    const [, , kind = '', second = '', third = ''] = url.pathname.split('/');
    if (url.pathname === '/v1/checkout/sessions') return sessionsOf(this.sessions, url);
    if (kind === 'checkout') return this.#one(this.sessions, third, 'checkout.session');
    const billed = this.billing.get(url);
    if (billed !== null) return billed;
    if (kind === 'payment_intents' && second === '')
      return this.charges.intentsOf(url.searchParams.get('customer'));
    const store = { payment_methods: this.charges.methods, payment_intents: this.intents }[kind];
    if (store !== undefined) return this.#one(store, second, kind.slice(0, -1));
    if ((kind === 'refunds' || kind === 'disputes') && second === '') {
      const { payment_intent } = read(LIST, fieldsOf(url.searchParams), '');
      const data = [...this[kind].values()].filter((one) => one.payment_intent === payment_intent);
      return { object: 'list', url: url.pathname, has_more: false, data };
    }
    throw new Refusal(404, 'invalid_request_error', {
      message: `Unrecognized request URL (${url.pathname})`,
    });
  }

  #delete(path: string): Json {
    const [, , kind = '', id = ''] = path.split('/');
    if (kind === 'subscriptions') return this.billing.cancel(id, this.now());
    throw new Refusal(404, 'invalid_request_error', { message: 'Unrecognized' });
  }

  #one(store: ReadonlyMap<string, Json>, id: string, object: string): Json {
    const found = store.get(id);
    if (found !== undefined) return found;
    throw missing(object, id);
  }

  #post(path: string, fields: Fields): Json {
    if (path === '/v1/checkout/sessions') return this.#createSession(read(SESSION, fields, ''));
    const charged = this.charges.post(path, fields);
    if (charged !== null) return charged;
    const subscription = /^\/v1\/subscriptions\/(sub_\w+)$/.exec(path)?.[1];
    if (subscription !== undefined) return this.billing.update(subscription, fields, this.now());
    const scheduled = this.billing.postSchedule(path, fields);
    if (scheduled !== null) return scheduled;
    if (path === '/v1/prices') return this.billing.prices.create(fields);
    const expired = /^\/v1\/checkout\/sessions\/(cs_\w+)\/expire$/.exec(path)?.[1];
    if (expired !== undefined) return this.#expire(expired);
    if (path === '/v1/refunds') return this.#createRefund(read(REFUND, fields, ''));
    throw new Refusal(404, 'invalid_request_error', { message: `Unrecognized request URL (POST: ${path})` });
  }

  #createSession(fields: Fields): FakeSession {
    const about = { id: `cs_test_${this.#next()}`, created: seconds(), prices: this.billing.prices };
    const session = sessionFor(fields, about);
    this.sessions.set(session.id, session);
    return session;
  }

  #expire(id: string): Json {
    const session = this.#one(this.sessions, id, 'checkout.session');
    if (session.status === 'open') return Object.assign(session, { status: 'expired' });
    throw invalid(`This Session is \`${String(session.status)}\` and cannot be expired.`);
  }

  #createRefund(fields: Fields): Json {
    const intent = this.#one(this.intents, fields.payment_intent as string, 'payment_intent');
    if (this.declinesRefunds)
      throw invalid('Your balance does not allow it.', { code: 'balance_insufficient' });
    const charged = intent.amount_received as number;
    const before = this.#refunded(intent.id as string);
    const amount = fields.amount === undefined ? charged - before : Number(fields.amount);
    if (amount <= 0 || before + amount > charged) {
      throw invalid('Charge has already been refunded.', { code: 'charge_already_refunded' });
    }
    return this.refund(intent.id as string, amount, fields.metadata as Json | undefined);
  }

  #refunded(payment: string): number {
    const own = [...this.refunds.values()].filter(
      (one) => one.payment_intent === payment && one.status !== 'failed',
    );
    return own.reduce((sum, one) => sum + (one.amount as number), 0);
  }

  #next(): string {
    this.#count += 1;
    return String(this.#count).padStart(6, '0');
  }

  // ——— what happens at Stripe ———

  /** A day later. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  /** The buyer pays; the session as it is then. `tax` comes on top. */
  pay(id: string, { tax = 0 }: { tax?: number } = {}): FakeSession {
    const session = this.sessions.get(id) as FakeSession;
    const total = (session.amount_subtotal as number) + tax;
    const payment = this.#intent(total, session.intent_metadata as Json);
    Object.assign(session, {
      status: 'complete',
      payment_status: 'paid',
      payment_intent: payment,
      amount_total: total,
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: tax },
    });
    return session;
  }

  #intent(amount: number, metadata: Json): string {
    const payment = `pi_${this.#next()}`;
    const intent = { id: payment, object: 'payment_intent', amount_received: amount, metadata };
    this.intents.set(payment, intent);
    return payment;
  }

  /** The buyer goes through with a session of mode `subscription`, at an instant in seconds. */
  begin(id: string, { at = seconds(), tax = 0 } = {}): FakeSubscription {
    const session = this.sessions.get(id) as FakeSession;
    // Each checkout makes a customer, unless it is told whose it is, and what is paid with is the subscription's from then on.
    const customer = (session.customer ?? `cus_${this.#next()}`) as string;
    const paying = { customer, method: this.charges.attach(customer) };
    const ordered = session.ordered as Parameters<FakeBilling['begin']>[0];
    const subscription = this.billing.begin(ordered, at, { tax, paying });
    const payment_status = subscription.trial_end === null ? 'paid' : 'no_payment_required';
    Object.assign(session, { status: 'complete', payment_status, subscription: subscription.id });
    return subscription;
  }

  refund(payment: string, amount: number, metadata: Json = {}): Json {
    const id = `re_${this.#next()}`;
    const refund = { id, object: 'refund', amount, status: 'succeeded', payment_intent: payment, metadata };
    this.refunds.set(id, refund);
    return refund;
  }

  charge(payment: string): Json {
    const amount = this.intents.get(payment)?.amount_received;
    return {
      id: `ch_${payment}`,
      object: 'charge',
      amount,
      amount_refunded: this.#refunded(payment),
      payment_intent: payment,
      metadata: this.intents.get(payment)?.metadata,
    };
  }

  dispute(payment: string, status: string, currency = 'usd'): Json {
    const id = `du_${payment}`;
    const amount = this.intents.get(payment)?.amount_received;
    const dispute = {
      id,
      object: 'dispute',
      amount,
      currency,
      status,
      payment_intent: payment,
      charge: `ch_${payment}`,
    };
    this.disputes.set(id, dispute);
    return dispute;
  }

  /** An event over an object as it stands now. */
  event(type: string, object: Json, more: Json = {}): Json {
    return {
      id: `evt_${this.#next()}`,
      object: 'event',
      api_version: this.version,
      created: seconds() + this.#count,
      livemode: false,
      type,
      data: { object: structuredClone(object) },
      ...more,
    };
  }

  /** What Stripe sends: the bytes, and its signature over these. */
  signed(
    event: Json,
    { secret = this.webhookSecret, at = Date.now() } = {},
  ): { body: Buffer; headers: Record<string, string> } {
    const body = Buffer.from(JSON.stringify(event, null, 2));
    return { body, headers: { 'stripe-signature': signatureOf(Buffer.from(secret), body, at) } };
  }
}

const seconds = (): number => Math.floor(Date.now() / 1000);

function answerOf(make: () => Json): { status: number; body: Json } {
  try {
    return { status: 200, body: make() };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body };
    throw error;
  }
}
