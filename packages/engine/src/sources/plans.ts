import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import { parseSubscriptionId, subscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { readAccountId } from '../request.ts';
import { keyHash } from '../store/chain.ts';
import type { Outcome } from '../store/task.ts';
import { adoptPlan } from './plan-adopt.ts';
import { PlanChanges } from './plan-changes.ts';
import { type Looked, NOTHING_NEW, PlanIntake, placeOf } from './plan-intake.ts';
import { PlanOrders } from './plan-order.ts';
import { presentPlanCheckout } from './plan-present.ts';
import {
  openPlanCheckouts,
  type PlanCheckout,
  planCheckout,
  planCheckoutByKey,
  planIdOf,
} from './plan-rows.ts';
import { adoptUnmarked } from './plan-unmarked.ts';
import type { PaymentProvider, PlanMark, PlanNews, ProviderId } from './provider.ts';
import type { Purchase } from './purchase-rows.ts';
import type { SourceSetting } from './source.ts';
import { readSubscriptions } from './subscription-rows.ts';
import { statusAt } from './subscription-state.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface PlansOptions {
  readonly providers: readonly PaymentProvider[];
  readonly returnOrigins: readonly string[];
  readonly subscriptions: Pick<Subscriptions, 'byId'>;
}

/**
 * Plans that a provider charges for. What it delivers about one is a hint that something happened: how things stand is
 * asked, and our subscription is brought to that, so that neither the order of events nor their number matters. Every
 * payment is a renewal like any other, and a purchase, so that refunds and disputes of it touch its period's lots only.
 */
export class Plans {
  readonly #setting: SourceSetting;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly #orders: PlanOrders;
  readonly #subscriptions: PlansOptions['subscriptions'];
  readonly #intake: PlanIntake;
  readonly changes: PlanChanges;

  constructor(setting: SourceSetting, { providers, returnOrigins, subscriptions }: PlansOptions) {
    this.#setting = setting;
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#orders = new PlanOrders(setting, { providers: this.#providers, returnOrigins });
    this.#subscriptions = subscriptions;
    this.#intake = new PlanIntake(setting, this.#providers);
    this.changes = new PlanChanges(setting, { intake: this.#intake, providers: this.#providers });
  }

  /**
   * Opens a checkout for a plan. The subscription begins when the provider says that it was paid, or with its trial.
   * `origin` is where this server is reached, `jurisdiction` what the product says of the buyer. The same key opens the same
   * checkout again.
   */
  async checkout(
    id: string,
    body: wire.PlanCheckoutRequest,
    call: Call & { readonly origin: string; readonly jurisdiction?: string },
  ): Promise<wire.PlanCheckoutReceipt & Replayed> {
    await this.#replace(id, body, call);
    const { row, replayed } = await this.#orders.checkout(id, body, call);
    return {
      url: row.url as string,
      checkout: row.checkout as string,
      plan_checkout: this.present(row, id),
      replayed,
    };
  }

  /** The order behind a subscription's id; null where no provider charges for it. */
  async find(subscription: string): Promise<PlanCheckout | null> {
    const address = parseSubscriptionId(subscription);
    return address === null ? null : planCheckout(this.#setting.database, address.account, address.no);
  }

  /** As `find`, with whose it is. */
  async ordered(subscription: string): Promise<{ row: PlanCheckout; account: string } | null> {
    const row = await this.find(subscription);
    const account = row === null ? null : await this.#setting.accounts.idOf(row.account);
    return row === null || account === null ? null : { row, account };
  }

  present(row: PlanCheckout, account: string): wire.PlanCheckout {
    return presentPlanCheckout(this.#setting.presenter, row, account);
  }

  /**
   * Takes in an event about a plan. One that was sold elsewhere, and that the provider marked with a subscription of ours, is
   * charged for by the provider from then on. Null where there is no such subscription.
   */
  async receive(
    provider: ProviderId,
    event: PlanMark & { readonly isPayment?: boolean; readonly news?: PlanNews },
  ): Promise<PlanCheckout | null> {
    const { plan, external, news } = event;
    const row = (await this.find(plan)) ?? (await this.#adopted(provider, event));
    if (row === null) return null;
    if (row.provider !== provider) {
      const about = { field: 'provider', subscription: plan };
      throw new DrawdownError('payment_refused', `provider: the plan is one of ${row.provider}`, about);
    }
    demandSame(row, external);
    const applied = await (news === undefined ? this.#intake.look(row) : this.#intake.apply(row, news, null));
    if (applied.isUnwanted) await this.#endUnwanted(applied.checkout);
    if (applied.refusal !== null) throw applied.refusal;
    return applied.checkout;
  }

  /** Only where the provider says by which name it has the subscription, so that it can be asked. */
  async #adopted(
    provider: ProviderId,
    { plan, external, unmarked, isPayment = false }: PlanMark & { readonly isPayment?: boolean },
  ): Promise<PlanCheckout | null> {
    const one = this.#providers.get(provider);
    if (external === null || one?.lookAtPlan === undefined) return null;
    if (unmarked !== undefined) return adoptUnmarked(this.#setting, one, { external, unmarked, isPayment });
    const address = parseSubscriptionId(plan);
    if (address === null) return null;
    return adoptPlan(this.#setting, address, { provider, external });
  }

  /** What the provider knows of a plan, against what is known here; nothing is written. Null: it knows no such checkout. */
  async compare(row: PlanCheckout): Promise<Looked | null> {
    const news = (await this.#providers.get(row.provider)?.lookAtPlan?.(placeOf(row))) ?? null;
    return news === null ? null : this.#intake.rehearse(row, news);
  }

  /** Where it cannot be told now, the event comes again. A provider that refuses has nothing to end any more. */
  async #endUnwanted(row: PlanCheckout): Promise<void> {
    try {
      await this.#providers.get(row.provider)?.endPlan?.(placeOf(row), 'now');
    } catch (error) {
      if (!(error instanceof DrawdownError) || error.code !== 'payment_refused') throw error;
      this.#setting.log(`${planIdOf(row)} is not given here any more, and could not be ended there`, error);
    }
  }

  /** A checkout of the plan that is still open is closed before another one is opened: only one of them is to be paid. */
  async #replace(
    id: string,
    body: wire.PlanCheckoutRequest,
    call: Call & { readonly origin: string; readonly jurisdiction?: string },
  ): Promise<void> {
    const { accounts, database } = this.#setting;
    const number = await accounts.numberOf(readAccountId(id));
    if (number === null) return;
    const { idempotencyKey, principal = 'server' } = call;
    const key = idempotencyKey === undefined ? null : keyHash(principal, id, idempotencyKey);
    if (key !== null && (await planCheckoutByKey(database, number, key)) !== null) return;
    // What is refused must not have closed another one.
    await this.#orders.demandSellable(number, id, { body, call });
    const open = await openPlanCheckouts(database, number);
    for (const row of open.filter(({ offer }) => offer.plan === body.plan)) await this.#close(row);
  }

  /** Closes a checkout at its provider; what was paid there meanwhile is looked at. */
  async #close(row: PlanCheckout): Promise<void> {
    const provider = this.#providers.get(row.provider);
    if (provider?.closeCheckout === undefined) return;
    const news = await provider.closeCheckout(placeOf(row));
    if (news === null) await this.#intake.look(row);
    else await this.#intake.apply(row, news, null);
  }

  /** Before an account is closed: nothing of it can be paid, and nothing is charged any more. Again, it changes nothing. */
  async endAll(account: string, call: Call): Promise<void> {
    const { database, queries } = this.#setting;
    const { account: settled, now } = await queries.settled(account);
    const { number } = settled;
    for (const row of await openPlanCheckouts(database, number)) await this.#close(row);
    for (const one of await readSubscriptions(database, number)) {
      if (one.provider === null || statusAt(one, now) === 'cancelled') continue;
      const { idempotencyKey: _, ...ours } = call;
      await this.end(account, subscriptionId(number, one.no), { when: 'now', call: ours });
    }
  }

  /** Ends a plan at its provider, or lets it go on; null where no provider charges for the subscription. */
  async end(
    account: string,
    subscription: string,
    { when, call }: { when: 'period_end' | 'now' | 'never'; call: Call },
  ): Promise<(wire.SubscriptionReceipt & Replayed) | null> {
    const row = await this.#billed(account, subscription);
    if (row === null) return null;
    const provider = this.#providers.get(row.provider);
    if (provider?.endPlan === undefined) throw notThere(row);
    const { presenter, runner } = this.#setting;
    const asked = {
      account: { id: account, number: row.account },
      verb: 'plan_end' as const,
      input: { subscription, when },
      call,
      answer: ({ account: settled, now }: Outcome) => presenter.balance(settled, now),
    };
    const before = await runner.known(asked);
    if (before !== null) {
      const shown = await this.#subscriptions.byId(account, subscription);
      return { subscription: shown, operation: null, balance: before, replayed: true };
    }
    const news = await provider.endPlan(placeOf(row), when);
    if (news === null) await this.#intake.look(row);
    const { operation } = await this.#intake.apply(row, news ?? NOTHING_NEW, null, call);
    // Only now: until the provider has done it, the same request asks for it again.
    const balance = await runner.runPrepared({
      ...asked,
      alsoClosed: true,
      keepsKey: true,
      prepare: async () => ({ command: { verb: 'settle' }, writes: () => [] }),
    });
    const after = await this.#subscriptions.byId(account, subscription);
    return { subscription: after, operation, balance, replayed: false };
  }

  /** Whether the plan that a purchase pays for will be charged for again. */
  async goesOn(account: string, { plan, subscription, account: number }: PlanPayment): Promise<boolean> {
    if (plan === null || subscription === null) return false;
    const { status, cancel_at } = await this.#subscriptions.byId(
      account,
      subscriptionId(number, subscription),
    );
    return status !== 'cancelled' && cancel_at === null;
  }

  /**
   * A buyer withdraws from what was agreed at the checkout: before the money is asked for back nothing is to be charged any
   * more, and with it the plan is over. Where the provider does not pay back, it goes on as it was. Nothing, where it is
   * over already, or is no plan's purchase.
   */
  async withdraw(
    account: string,
    { plan, subscription, account: number }: PlanPayment,
    { to, call }: { to: 'period_end' | 'now' | 'never'; call: Call },
  ): Promise<void> {
    if (plan === null || subscription === null) return;
    const id = subscriptionId(number, subscription);
    if ((await this.#subscriptions.byId(account, id)).status === 'cancelled') return;
    const { idempotencyKey: _, ...ours } = call;
    await this.end(account, id, { when: to, call: ours });
  }

  /** Changes a plan at its provider, once for one key; null where no provider charges for the subscription. */
  async change(
    account: string,
    subscription: string,
    { body, call }: { body: wire.SubscriptionChangeRequest; call: Call },
  ): Promise<(wire.SubscriptionReceipt & Replayed) | null> {
    const row = await this.#billed(account, subscription);
    if (row === null) return null;
    if (this.#providers.get(row.provider)?.changePlan === undefined) throw notThere(row);
    const changed = await this.changes.make(row, { account, body, call });
    return { subscription: await this.#subscriptions.byId(account, subscription), ...changed };
  }

  /** The order behind a subscription of the account, once it has begun: nothing is asked of the provider before. */
  async #billed(account: string, subscription: string): Promise<PlanCheckout | null> {
    const row = await this.find(subscription);
    if (row === null || (await this.#setting.accounts.numberOf(account)) !== row.account) return null;
    await this.#subscriptions.byId(account, subscription);
    return row;
  }
}

type PlanPayment = Pick<Purchase, 'plan' | 'subscription' | 'account'>;

/** Of two subscriptions there that are marked alike only one is followed; the other one's money is not passed over. */
function demandSame(row: PlanCheckout, external: string | null): void {
  if (external === null || row.external === null || row.external === external) return;
  const about = { field: 'subscription', subscription: planIdOf(row) };
  const sentence = `subscription: ${row.provider} charges for it by ${row.external}, and this is ${external}`;
  throw new DrawdownError('payment_refused', sentence, about);
}

const notThere = ({ provider }: PlanCheckout) =>
  new DrawdownError('provider_not_configured', undefined, { provider });
