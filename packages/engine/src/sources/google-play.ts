/** Google Play: notifications by Pub/Sub, each purchase looked up at Google before anything is granted for it. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical.ts';
import { accountOfToken, appAccountToken } from './app-account-token.ts';
import { GoogleApi, type ServiceAccount, unavailable } from './google-api.ts';
import {
  factsOf,
  lineOf,
  minorUnits,
  type PlayOrder,
  type PlayPurchase,
  paidAt,
  periodEvent,
  purchaseEvent,
  refused,
  type Voided,
  wasPaid,
} from './google-play-event.ts';
import { GooglePush, type Notification, type PushSetting } from './google-push.ts';
import type { Claim, Delivery, Heard, PaymentEvent, PaymentProvider, RenewalEvent } from './provider.ts';

export interface GooglePlaySetting {
  /** The app's, `com.example.studio`. */
  readonly packageName: string;
  readonly account: ServiceAccount;
  readonly push: PushSetting;
  /** False: purchases of licence testers count, and no others. */
  readonly production: boolean;
  /** Where the Android Publisher API is, and Google's keys; absent: at Google. */
  readonly api?: string;
  readonly certificates?: string;
}

interface Means {
  /** Of this installation: in the ids that apps pass on. */
  readonly secret: () => Promise<Buffer>;
  readonly now: () => number;
}

const API = 'https://androidpublisher.googleapis.com';
const CERTIFICATES = 'https://www.googleapis.com/oauth2/v3/certs';
/** Google tells of what was voided in this time, and no longer. */
const MEMORY_MS = 30 * 86_400_000;
const PAGE = 1_000;
/** How Google's names of orders begin; tokens do not. */
const ORDER = 'GPA.';

interface VoidedPage {
  readonly voidedPurchases?: readonly {
    readonly purchaseToken?: string;
    readonly orderId?: string;
    /** Only where a part of the quantity was voided. */
    readonly voidedQuantity?: number;
  }[];
  readonly tokenPagination?: { readonly nextPageToken?: string };
}

interface PlaySubscription {
  readonly latestOrderId?: string;
  readonly testPurchase?: object;
  readonly externalAccountIdentifiers?: { readonly obfuscatedExternalProfileId?: string };
  readonly lineItems?: readonly { readonly productId?: string; readonly expiryTime?: string }[];
}

export class GooglePlayPayments implements PaymentProvider {
  readonly id = 'google_play';
  /** What was voided without a notification is found within the quarter of an hour. */
  readonly pollMs = 900_000;
  readonly #setting: GooglePlaySetting;
  readonly #api: GoogleApi;
  readonly #push: GooglePush;
  readonly #means: Means;

  constructor(setting: GooglePlaySetting, means: Means) {
    const { now } = means;
    this.#setting = setting;
    this.#api = new GoogleApi(setting.account, { base: setting.api ?? API, now });
    this.#push = new GooglePush(setting.push, { certificates: setting.certificates ?? CERTIFICATES, now });
    this.#means = means;
  }

  /** The `obfuscatedExternalAccountId` of an account. */
  async tokenOf(account: number): Promise<string> {
    return appAccountToken(await this.#means.secret(), account);
  }

  async read(delivery: Delivery): Promise<PaymentEvent | RenewalEvent | null> {
    const notification = await this.#push.read(delivery);
    if (notification.packageName !== this.#setting.packageName)
      throw refused('packageName', 'is of another app');
    const { oneTimeProductNotification: bought, voidedPurchaseNotification: voided } = notification;
    if (bought?.purchaseToken !== undefined) return this.#lookUp(bought.purchaseToken, 0);
    if (voided?.purchaseToken !== undefined && voided.productType === 2) {
      return this.#lookUp(voided.purchaseToken, voided.refundType === 2 ? 0 : 'all');
    }
    if (voided?.purchaseToken !== undefined && voided.orderId !== undefined) {
      return this.#voidedPeriod(voided.purchaseToken, voided.orderId);
    }
    return this.#renewal(notification);
  }

  /** Null while it is pending, and where it never was paid. */
  async #lookUp(token: string, voided: Voided): Promise<PaymentEvent | null> {
    const purchase = await this.#purchase(token);
    const order = purchase.orderId === undefined ? {} : await this.#order(purchase.orderId);
    const at = paidAt(purchase, order);
    if (at === null) return null;
    if ((purchase.testPurchaseContext === undefined) !== this.#setting.production) {
      const [found, wanted] = this.#setting.production ? ['a tester', 'real'] : ['no tester', "testers'"];
      throw refused('testPurchaseContext', `a purchase of ${found}, where ${wanted} purchases count`);
    }
    const account = accountOfToken(await this.#means.secret(), purchase.obfuscatedExternalAccountId ?? '');
    if (account === null) throw refused('obfuscatedExternalAccountId', 'is none that was given out here');
    const { product, quantity } = lineOf(purchase);
    const facts = factsOf({ purchase, order, voided }, { payment: token, at });
    const digest = createHash('sha256').update(canonicalJson(facts)).digest('hex');
    return purchaseEvent(facts, { account, pack: this.#packOf(product), quantity, id: `seen:${digest}` });
  }

  #product(token: string): Promise<PlayPurchase | null> {
    return this.#ask<PlayPurchase>('GET', `/purchases/productsv2/tokens/${encodeURIComponent(token)}`);
  }

  async #purchase(token: string): Promise<PlayPurchase> {
    const purchase = await this.#product(token);
    if (purchase === null) throw refused('purchase_token', 'is of no purchase that Google Play knows');
    return purchase;
  }

  async #order(id: string): Promise<PlayOrder> {
    const order = await this.#ask<PlayOrder>('GET', `/orders/${encodeURIComponent(id)}`);
    if (order === null) throw unavailable('Google Play does not know the order yet.');
    return order;
  }

  #ask<T>(method: 'GET' | 'POST', path: string): Promise<T | null> {
    const { packageName } = this.#setting;
    const app = `/androidpublisher/v3/applications/${encodeURIComponent(packageName)}`;
    return this.#api.ask<T>(method, `${app}${path}`);
  }

  #packOf(product: string): string {
    const prefix = `${this.#setting.packageName}.`;
    return product.startsWith(prefix) ? product.slice(prefix.length) : product;
  }

  #subscription(token: string): Promise<PlaySubscription | null> {
    const path = `/purchases/subscriptionsv2/tokens/${encodeURIComponent(token)}`;
    return this.#ask<PlaySubscription>('GET', path);
  }

  /** One order of a subscription was given back: its period, and no other. Null where it is of none that is known here. */
  async #voidedPeriod(token: string, payment: string): Promise<PaymentEvent | null> {
    const found = await this.#subscription(token);
    const subscription = found?.externalAccountIdentifiers?.obfuscatedExternalProfileId;
    if (found === null || subscription === undefined) return null;
    this.#demandKind(found);
    const order = await this.#order(payment);
    return wasPaid(order) ? periodEvent(order, { subscription, payment, isVoided: true }) : null;
  }

  #demandKind({ testPurchase }: PlaySubscription): void {
    if ((testPurchase === undefined) !== this.#setting.production) {
      throw refused('testPurchase', 'is of the other kind than counts here');
    }
  }

  /** The app states `sub_…` as its obfuscated profile id; of its subscriptions without one nothing is known here. */
  async #renewal({ subscriptionNotification: told }: Notification): Promise<RenewalEvent | null> {
    const paid = PAID[told?.notificationType ?? 0];
    if (told?.purchaseToken === undefined || paid === undefined) return null;
    const found = await this.#subscription(told.purchaseToken);
    const subscription = found?.externalAccountIdentifiers?.obfuscatedExternalProfileId;
    const ref = found?.latestOrderId;
    if (found === null || subscription === undefined || ref === undefined) return null;
    this.#demandKind(found);
    const ends = (found.lineItems ?? []).flatMap(({ expiryTime }) =>
      expiryTime === undefined ? [] : expiryTime,
    );
    const order = paid ? await this.#order(ref) : {};
    // What is pending may come to nothing; Google tells again, and so is asked again.
    if (paid && !wasPaid(order)) throw unavailable('Google Play has not been paid for the order yet.');
    const tax = order.tax === undefined ? 0 : minorUnits(order.tax);
    return {
      id: `${ref}:${paid ? 'paid' : 'failed'}`,
      subscription,
      paid,
      ref,
      plans: (found.lineItems ?? []).flatMap(({ productId }) =>
        productId === undefined ? [] : this.#packOf(productId),
      ),
      // What is granted as a grace has moved the end already.
      periodEnd: paid && ends.length > 0 ? Math.max(...ends.map((end) => Date.parse(end))) : null,
      cost: paid
        ? { amountMinor: minorUnits(order.total) - tax, currency: order.total?.currencyCode ?? '' }
        : { amountMinor: 0, currency: '' },
      ...(paid ? { purchase: periodEvent(order, { subscription, payment: ref, isVoided: false }) } : {}),
    };
  }

  async claimed({ proof, product }: Claim): Promise<PaymentEvent | null> {
    const event = await this.#lookUp(proof, 0);
    const isOther =
      event !== null && 'pack' in event.subject && event.subject.pack !== this.#packOf(product ?? '');
    if (isOther) throw refused('product', 'is not what was bought with the token');
    return event;
  }

  async look({ payments: [payment] }: { payments: readonly string[] }): Promise<PaymentEvent | null> {
    if (payment === undefined) return null;
    return payment.startsWith(ORDER) ? this.#lookAtOrder(payment) : this.#lookUp(payment, 0);
  }

  /** A period's payment is named by its order. */
  async #lookAtOrder(payment: string): Promise<PaymentEvent | null> {
    const order = await this.#ask<PlayOrder>('GET', `/orders/${encodeURIComponent(payment)}`);
    if (order === null || !wasPaid(order)) return null;
    const { id, facts } = periodEvent(order, { subscription: '', payment, isVoided: false });
    return { id, subject: { payment }, facts };
  }

  /** What was voided; of purchases that are well Google keeps no list. */
  async *recent({ since }: { since: number }): AsyncGenerator<Heard, void> {
    const now = this.#means.now();
    const query = new URLSearchParams({
      startTime: String(Math.max(since, now - MEMORY_MS)),
      endTime: String(now),
      maxResults: String(PAGE),
      // Subscriptions too.
      type: '1',
      includeQuantityBasedPartialRefund: 'true',
    });
    // By order: a subscription has one token for all of its periods.
    const voided = new Map<string, { token: string; of: Voided }>();
    for (let page: string | undefined; ; ) {
      if (page !== undefined) query.set('token', page);
      const answer = await this.#ask<VoidedPage>('GET', `/purchases/voidedpurchases?${query}`);
      if (answer === null) throw unavailable('Google Play does not tell what was voided.');
      for (const one of answer.voidedPurchases ?? []) {
        if (one.purchaseToken === undefined || one.orderId === undefined) continue;
        const before = voided.get(one.orderId)?.of ?? 0;
        const of = one.voidedQuantity === undefined || before === 'all' ? 'all' : before + one.voidedQuantity;
        voided.set(one.orderId, { token: one.purchaseToken, of });
      }
      page = answer.tokenPagination?.nextPageToken;
      if (page === undefined || page === '') break;
    }
    for (const [order, { token, of }] of voided) {
      yield { name: order, read: () => this.#voidedIn(token, { order, of }) };
    }
  }

  /** The list does not say of which kind it is: a token is of one of the two. */
  async #voidedIn(token: string, { order, of }: { order: string; of: Voided }): Promise<PaymentEvent | null> {
    return (await this.#product(token)) === null ? this.#voidedPeriod(token, order) : this.#lookUp(token, of);
  }

  /** Consumed, so that it can be bought again; that acknowledges it as well, without which Google pays back. */
  async delivered(payment: string): Promise<void> {
    for (const product of await this.#unconsumed(payment)) {
      const path = `/purchases/products/${encodeURIComponent(product)}/tokens/${encodeURIComponent(payment)}:consume`;
      if ((await this.#ask('POST', path)) !== null) continue;
      // Another process may have been told of the same purchase at the same time, and have been faster.
      if ((await this.#unconsumed(payment)).includes(product))
        throw unavailable('Google Play does not take that it was handed over.');
    }
  }

  async #unconsumed(payment: string): Promise<string[]> {
    const { productLineItem: lines = [] } = await this.#purchase(payment);
    return lines
      .filter(({ productOfferDetails: offer }) => offer?.consumptionState !== 'CONSUMPTION_STATE_CONSUMED')
      .map(({ productId = '' }) => productId);
  }
}

/** Kinds of notifications about subscriptions: paid (recovered, renewed, bought), or not (on hold, in grace). */
const PAID: Readonly<Record<number, boolean>> = { 1: true, 2: true, 4: true, 5: false, 6: false };
