import type * as wire from '@drawdown/client';
import { type Call, type Replayed, staffOf } from '../change.ts';
import { parseSubscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Paging } from '../queries.ts';
import { readAccountId } from '../request.ts';
import type { Plans } from './plans.ts';
import type { Claim, Delivery, PaymentEvent, PaymentProvider, ProviderId, Seller } from './provider.ts';
import { reachPurchase } from './purchase-address.ts';
import { Awaiting } from './purchase-awaiting.ts';
import { PurchaseChanges } from './purchase-change.ts';
import { claimed } from './purchase-claim.ts';
import { checked } from './purchase-follow.ts';
import { Deliveries, type Received, receive } from './purchase-intake.ts';
import { offerOf } from './purchase-offer.ts';
import { Orders, type Place } from './purchase-order.ts';
import { PurchasePoll } from './purchase-poll.ts';
import { presentPurchase } from './purchase-present.ts';
import { Refunds } from './purchase-refund.ts';
import { idOf, lastOfPlan, type Purchase, purchasesBefore } from './purchase-rows.ts';
import { subjectOf } from './purchase-subject.ts';
import { buyerOf, readReturnUrl, termsOf } from './purchase-terms.ts';
import { type Reconciled, type ReconcileOptions, reconcile } from './reconciliation.ts';
import type { SourceSetting } from './source.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface PurchasesOptions {
  readonly providers: readonly PaymentProvider[];
  /** Origins that buyers may be sent back to, besides the server's own. */
  readonly returnOrigins: readonly string[];
  /** Providers tell of their periods as well. */
  readonly subscriptions: Pick<Subscriptions, 'renew' | 'paymentFailed'>;
  readonly plans: Pick<Plans, 'receive' | 'compare' | 'find' | 'goesOn' | 'withdraw'>;
}

/**
 * Credits that people buy. A checkout makes a purchase; what the provider then says of its payment is kept as facts,
 * and the purchase's own lots follow from these, in the transaction that keeps them (law 8).
 */
export class Purchases {
  readonly #setting: SourceSetting;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly #origins: readonly string[];
  readonly #orders: Orders;
  readonly #changes: PurchaseChanges;
  readonly #awaiting: Awaiting;
  /** Asks providers for what they tell in no event. */
  readonly poll: PurchasePoll;
  readonly refunds: Refunds;
  readonly deliveries = new Deliveries();
  readonly #subscriptions: PurchasesOptions['subscriptions'];
  readonly #plans: PurchasesOptions['plans'];

  constructor(setting: SourceSetting, { providers, returnOrigins, subscriptions, plans }: PurchasesOptions) {
    this.#setting = setting;
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#origins = returnOrigins;
    this.#orders = new Orders(setting);
    this.#changes = new PurchaseChanges(setting);
    const { database, accounts, log } = setting;
    this.#awaiting = new Awaiting({
      database,
      accounts,
      log,
      follow: (place) => this.#changes.follow(place),
    });
    const enter = this.enter.bind(this);
    this.poll = new PurchasePoll({ database, log, providers, enter, now: Date.now });
    this.refunds = new Refunds(setting, { ...this.#reaching, changes: this.#changes, enter, plans });
    this.#subscriptions = subscriptions;
    this.#plans = plans;
  }

  start(): void {
    this.poll.start();
    this.#awaiting.start();
    this.refunds.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.poll.stop(), this.#awaiting.stop(), this.refunds.stop()]);
  }

  /** After credits may have fallen back into lots of an account: what a reversal is still owed of them goes to it. */
  fellBack(account: number): Promise<void> {
    return this.#awaiting.inAccount(account);
  }

  /** Throws `provider_not_configured` where the installation does not take money that way. */
  provider(id: ProviderId): PaymentProvider {
    const provider = this.#providers.get(id);
    if (provider !== undefined) return provider;
    throw new DrawdownError('provider_not_configured', `This installation does not sell through ${id}.`, {
      provider: id,
    });
  }

  /**
   * Opens a checkout for a pack, or for any amount. Nothing is granted before the provider says that it was paid. `origin` is where this
   * server is reached, `jurisdiction` what the product says of the buyer. The same key opens the same checkout again.
   */
  async checkout(
    id: string,
    body: wire.CheckoutRequest,
    call: Call & { readonly origin: string; readonly jurisdiction?: string },
  ): Promise<wire.CheckoutReceipt & Replayed> {
    const { catalog, accounts } = this.#setting;
    const provider = this.#seller(body.provider);
    const known = await accounts.numberOf(readAccountId(id));
    const profile = known === null ? null : await accounts.byNumber(known);
    // A later catalog may refuse what was ordered before, so the key is looked up first.
    const terms = () => termsOf(catalog, body, buyerOf(profile, call));
    if (known === null) terms();
    const origins = new Set([...this.#origins, call.origin]);
    const returnUrl = readReturnUrl(body.return_url, { origins, loopback: this.#providers.has('sandbox') });
    const account = { number: await accounts.ensure(readAccountId(id)), id };
    const made = await this.#orders.order(account, body, { call, provider: provider.id, returnUrl, terms });
    const opened = await this.#orders.open(provider, made.purchase, {
      account: id,
      name: () => terms().name,
      origin: call.origin,
      save: body.save_payment_method === true,
    });
    return {
      url: opened.url as string,
      checkout: opened.checkout as string,
      purchase: await this.#present(opened, id),
      replayed: made.replayed,
    };
  }

  /** Closes those that nobody went through with at their providers, and takes in what was paid meanwhile. */
  async closeCheckouts(purchases: readonly Purchase[]): Promise<void> {
    for (const purchase of purchases) {
      const { checkout, provider, state } = purchase;
      if (state !== 'open' || checkout === null) continue;
      const order = { purchase: idOf(purchase), checkout };
      const event = await this.#providers.get(provider)?.closeOrder?.(order);
      if (event) await this.enter(provider, event);
    }
  }

  #seller(wanted: ProviderId | undefined): Seller {
    const id = wanted ?? (this.#providers.has('stripe') ? 'stripe' : 'sandbox');
    const provider = this.provider(id);
    if (hasCheckout(provider)) return provider;
    const message = `${id} has no checkout of ours: it sells in its store.`;
    throw new DrawdownError('provider_not_configured', message, { provider: id });
  }

  /** What a checkout would charge, and for how many credits; writes nothing. */
  price(query: wire.PriceQuery): wire.Price {
    const { catalog, presenter } = this.#setting;
    const offer = offerOf(catalog, query);
    return {
      pack: offer.pack,
      credits: presenter.credits(offer.credits),
      bonus: presenter.credits(offer.bonus),
      class: offer.class,
      validity: offer.validity?.iso ?? null,
      price: { amount_minor: offer.priceMinor, currency: offer.currency },
    };
  }

  /** Newest first. */
  async list(id: string, paging: Paging): Promise<wire.Page<wire.Purchase>> {
    const { queries, database, presenter } = this.#setting;
    const limit = readLimit(paging.limit);
    const { number, timeZone } = await queries.profile(id);
    const before =
      paging.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('purchases', paging.cursor);
    const rows = await purchasesBefore(database, number, { before, limit: limit + 1 });
    return pageOf(
      'purchases',
      rows,
      limit,
      (row) => row.no,
      (row) => presentPurchase(row, { account: id, timeZone, presenter }),
    );
  }

  async byId(id: string, call: Call): Promise<wire.Purchase> {
    const { purchase, account } = await this.reach(id, call);
    return this.#present(purchase, account.id);
  }

  /** The last payment of a plan; null where nothing was paid. */
  async lastOf(subscription: string, account: string): Promise<wire.Purchase | null> {
    const address = parseSubscriptionId(subscription);
    const last = address && (await lastOfPlan(this.#setting.database, address.account, address.no));
    return last && this.#present(last, account);
  }

  /** The purchase behind an id, where it is now; a foreign and an absent one answer alike. */
  reach(id: string, call: Call): Promise<{ purchase: Purchase; account: Place }> {
    return reachPurchase(this.#setting, id, call);
  }

  readonly #reaching = {
    reach: (id: string) => this.reach(id, {}),
    providerOf: (id: ProviderId) => this.provider(id),
  };

  /**
   * Takes in what a provider delivers: verified, entered once, in any order. Rejects with what to answer the provider:
   * a refusal is final, `unavailable` asks it to come again.
   */
  async receive(id: ProviderId, delivery: Delivery): Promise<Received> {
    const { database, accounts } = this.#setting;
    const enter = (event: PaymentEvent) => this.enter(id, event);
    const [subscriptions, plans] = [this.#subscriptions, this.#plans];
    const means = { database, accounts, subscriptions, plans, enter };
    return this.deliveries.count(id, receive(means, this.provider(id), delivery));
  }

  /** What an app passes on to its store with a purchase, so that it is this account's; the same for every store. */
  async appAccountToken(id: string): Promise<wire.AppAccountToken> {
    const stores = [...this.#providers.values()].filter((one) => one.tokenOf !== undefined);
    const provider = stores[0] ?? this.provider('app_store');
    const { number } = await this.#setting.queries.profile(id);
    return { app_account_token: (await provider.tokenOf?.(number)) ?? '' };
  }

  /** Takes in what an app holds of a purchase of this account, at once: whatever the store delivers finds it there. */
  async claim(id: string, provider: ProviderId, claim: Claim, by: Call = {}): Promise<wire.Purchase> {
    const { accounts, queries } = this.#setting;
    const { number } = await queries.profile(id);
    const isOwn = async (account: number) => (await accounts.heirOf(account)) === number;
    const event = await claimed(this.provider(provider), claim, isOwn);
    const purchase = await this.enter(provider, event, by);
    if (purchase === null) throw new DrawdownError('purchase_not_found');
    return this.#present(purchase, id);
  }

  /** Adds an event's facts to what is known, and brings the lots to what follows; null: it is about none of ours. */
  async enter(provider: ProviderId, event: PaymentEvent, by: Call = {}): Promise<Purchase | null> {
    const { database, accounts } = this.#setting;
    const means = { database, accounts, orders: this.#orders, plans: this.#plans, ...this.#reaching };
    const found = await subjectOf(means, provider, event);
    if (found === null) return null;
    const { purchase, account } = found;
    const call = {
      idempotencyKey: `${provider}:${event.id}`,
      actor: `provider:${provider}`,
      principal: 'source',
      ...staffOf(by),
    };
    const { purchase: after } = await this.#changes.make(
      { account, no: purchase.no },
      {
        call,
        act: 'claim_purchase',
        input: { provider, event: event.id },
        facts: (current) => checked(current, provider, event),
        saved: event.saved,
      },
    );
    // The credits are durable by now. Where the store cannot be told, the event comes again and does it.
    const { payment, plan, state } = after;
    if (payment !== null && plan === null && state !== 'reversed')
      await this.provider(provider).delivered?.(payment);
    return after;
  }

  /**
   * Gives an unspent purchase back within its window: the credits are frozen, the provider pays back, the credits go.
   * Where no answer came from the provider they stay frozen; it is asked again until it did, by the same call at once. A plan
   * whose first payment it was ends with it.
   */
  async refund(id: string, body: wire.PurchaseRefundRequest, call: Call): Promise<wire.Purchase & Replayed> {
    const found = await this.reach(id, call);
    const { purchase, replayed } = await this.refunds.make(found, { id, body, call });
    return { ...(await this.#present(purchase, found.account.id)), replayed };
  }

  /** Asks the providers about every purchase, and takes in what never arrived: see `reconcile`. */
  reconcile(options: ReconcileOptions): AsyncGenerator<Reconciled, void> {
    const { database, accounts } = this.#setting;
    const enter = (provider: ProviderId, event: PaymentEvent) => this.enter(provider, event);
    const follow = (place: { account: Place; no: number }, rehearse: boolean) =>
      this.#changes.follow(place, rehearse);
    const [plans, providers] = [this.#plans, this.#providers];
    return reconcile({ database, accounts, plans, providers, enter, follow }, options);
  }

  async #present(purchase: Purchase, account: string): Promise<wire.Purchase> {
    const { presenter, accounts } = this.#setting;
    const profile = await accounts.byNumber(purchase.account);
    return presentPurchase(purchase, { account, timeZone: profile?.timeZone ?? 'UTC', presenter });
  }
}

function hasCheckout(provider: PaymentProvider): provider is Seller {
  return provider.checkout !== undefined;
}
