import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import type { Command } from '../core/command.ts';
import { parseSubscriptionId, subscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { classIn } from '../present.ts';
import { readAccountId } from '../request.ts';
import { keyHash } from '../store/chain.ts';
import type { Connection } from '../store/database.ts';
import type { Outcome, Prepared } from '../store/task.ts';
import { type Followed, followPlan } from './plan-follow.ts';
import { PlanOrders } from './plan-order.ts';
import { presentPlanCheckout } from './plan-present.ts';
import {
  openPlanCheckouts,
  type PlanCheckout,
  planCheckout,
  planCheckoutByKey,
  planIdOf,
  planUpdate,
} from './plan-rows.ts';
import { isTaken } from './plan-terms.ts';
import type { PaymentProvider, PlanNews, PlanPlace, ProviderId } from './provider.ts';
import { purchaseNotices } from './purchase-notices.ts';
import { insertion, lastPurchase, type Purchase, purchaseByPayment } from './purchase-rows.ts';
import { settlementOfLate } from './settlement-rows.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { readSubscriptions, writesOf } from './subscription-rows.ts';
import { statusAt } from './subscription-state.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface PlansOptions {
  readonly providers: readonly PaymentProvider[];
  readonly returnOrigins: readonly string[];
  readonly subscriptions: Pick<Subscriptions, 'byId'>;
}

/** An answer that others overtook is asked for again; so many in a row are not chance. */
const MAX_LOOKS = 10;

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
  /** By subscription: the question that is out, and the one that is asked after it. */
  readonly #asking = new Map<string, Promise<Looked>>();
  readonly #next = new Map<string, Promise<Looked>>();

  constructor(setting: SourceSetting, { providers, returnOrigins, subscriptions }: PlansOptions) {
    this.#setting = setting;
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#orders = new PlanOrders(setting, { providers: this.#providers, returnOrigins });
    this.#subscriptions = subscriptions;
  }

  /**
   * Opens a checkout for a plan. The subscription begins when the provider says that it was paid, or with its trial.
   * `origin` is where this server is reached. The same key opens the same checkout again.
   */
  async checkout(
    id: string,
    body: wire.PlanCheckoutRequest,
    call: Call & { readonly origin: string },
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

  /** Takes in an event about a plan; null where the plan is none that was sold here. */
  async receive(
    provider: ProviderId,
    { plan, news }: { plan: string; news?: PlanNews },
  ): Promise<PlanCheckout | null> {
    const row = await this.find(plan);
    if (row === null) return null;
    if (row.provider !== provider) {
      const about = { field: 'provider', subscription: plan };
      throw new DrawdownError('payment_refused', `provider: the plan is one of ${row.provider}`, about);
    }
    const applied = await (news === undefined ? this.#look(row) : this.#apply(row, news, null));
    if (applied.isUnwanted) await this.#endUnwanted(applied.checkout);
    if (applied.refusal !== null) throw applied.refusal;
    return applied.checkout;
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
  async #replace(id: string, body: wire.PlanCheckoutRequest, call: Call): Promise<void> {
    const { accounts, database } = this.#setting;
    const number = await accounts.numberOf(readAccountId(id));
    if (number === null) return;
    const { idempotencyKey, principal = 'server' } = call;
    const key = idempotencyKey === undefined ? null : keyHash(principal, id, idempotencyKey);
    if (key !== null && (await planCheckoutByKey(database, number, key)) !== null) return;
    const open = await openPlanCheckouts(database, number);
    for (const row of open.filter(({ offer }) => offer.plan === body.plan)) await this.#close(row);
  }

  /** Closes a checkout at its provider; what was paid there meanwhile is looked at. */
  async #close(row: PlanCheckout): Promise<void> {
    const provider = this.#providers.get(row.provider);
    if (provider?.closeCheckout === undefined) return;
    const news = await provider.closeCheckout(placeOf(row));
    if (news === null) await this.#look(row);
    else await this.#apply(row, news, null);
  }

  /** Before an account is closed: nothing of it can be paid, and nothing is charged any more. Again, it changes nothing. */
  async endAll(account: string, call: Call): Promise<void> {
    const { database, queries } = this.#setting;
    const { account: settled, now } = await queries.settled(account);
    const { number } = settled;
    for (const row of await openPlanCheckouts(database, number)) await this.#close(row);
    for (const one of await readSubscriptions(database, number)) {
      if (one.provider === null || statusAt(one, now) === 'cancelled') continue;
      await this.end(account, subscriptionId(number, one.no), { when: 'now', call });
    }
  }

  /** What arrives while the provider is being asked is answered by asking once more, however many have arrived. */
  #look(row: PlanCheckout): Promise<Looked> {
    const id = planIdOf(row);
    const next = this.#next.get(id);
    if (next !== undefined) return next;
    const before = this.#asking.get(id) ?? Promise.resolve();
    const own = before.then(
      () => this.#ask(id, row),
      () => this.#ask(id, row),
    );
    this.#next.set(id, own);
    return own;
  }

  async #ask(id: string, row: PlanCheckout): Promise<Looked> {
    this.#next.delete(id);
    const asking = this.#lookNow(row);
    this.#asking.set(id, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(id) === asking) this.#asking.delete(id);
    }
  }

  /** Asks how things stand until an answer counts: one that nobody was faster than. */
  async #lookNow(row: PlanCheckout): Promise<Looked> {
    const provider = this.#providers.get(row.provider);
    if (provider?.lookAtPlan === undefined) return { ...UNCOUNTED, checkout: row };
    let current = row;
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const news = await provider.lookAtPlan(placeOf(current));
      if (news === null) return { ...UNCOUNTED, checkout: current };
      const applied = await this.#apply(current, news, current.looks);
      if (applied.counts && !applied.isPartial) return applied;
      current = applied.checkout;
    }
    throw new DrawdownError('unavailable', 'The plan is being changed all the time: try again later.');
  }

  /** `looks`: how often the provider had been asked before this answer; null where it came by itself. */
  async #apply(row: PlanCheckout, news: PlanNews, looks: number | null, call: Call = {}): Promise<Applied> {
    const { accounts, presenter, runner } = this.#setting;
    // A merge leaves the plan behind; whoever has the credits now is owed what is still paid for it.
    const number = await accounts.heirOf(row.account);
    const id = await accounts.idOf(number);
    if (id === null) throw new DrawdownError('account_not_found');
    let result: Looked = { ...UNCOUNTED, checkout: row };
    const prepare = async (on: Connection, ground: Ground): Promise<Prepared> => {
      const checkout = (await planCheckout(on, row.account, row.no)) as PlanCheckout;
      if (looks !== null && checkout.looks !== looks) {
        result = { ...UNCOUNTED, checkout };
        return { command: { verb: 'settle' }, writes: () => [] };
      }
      const { standing, followed } = await this.#follow(on, { checkout, news, ground });
      const counted = looks === null ? checkout.looks : looks + 1;
      const after = { ...followed.checkout, looks: counted, updatedAt: ground.now };
      const { refused, refusal, isPartial, isUnwanted } = followed;
      const late = await unknownOf(on, followed.late);
      const purchases = [...followed.purchases, ...late];
      result = { checkout: after, counts: true, refused, refusal, isPartial, late: late.length, isUnwanted };
      return {
        command: commandOf(followed.commands),
        writes: () => [
          planUpdate(after),
          ...(followed.after === null ? [] : writesOf(standing.one, followed.after)),
          ...purchases.map(insertion),
          ...late.flatMap(settlementOfLate),
        ],
        notices: ({ account, now }) =>
          purchases.flatMap((purchase) => {
            const unpaid = { ...purchase, facts: [] };
            return purchaseNotices(unpaid, purchase, { account, presenter, now });
          }),
      };
    };
    const receipt = await runner.runPrepared({
      alsoClosed: true,
      account: { number, id },
      verb: 'plan',
      input: { plan: planIdOf(row) },
      call: { actor: call.actor ?? `provider:${row.provider}`, principal: 'source' },
      prepare,
      answer: ({ account, entry, now }: Outcome) => ({
        operation: entry === null ? null : presenter.operation(account, entry, classIn(account)),
        balance: presenter.balance(account, now),
      }),
    });
    this.#tell(row, result);
    return { ...result, ...receipt };
  }

  async #follow(
    on: Connection,
    { checkout, news, ground }: { checkout: PlanCheckout; news: PlanNews; ground: Ground },
  ) {
    const { account, now } = ground;
    const all = await readSubscriptions(on, checkout.account);
    const one = all.find(({ no }) => no === checkout.no) ?? null;
    const isGone = account.closed !== null || account.number !== checkout.account;
    const isRefused = checkout.state === 'refused' || (one === null && isTaken(checkout, all, now));
    const standing = {
      checkout,
      one,
      isTooLate: isGone || isRefused,
      policies: this.#setting.catalog.policies,
      catalog: this.#setting.catalog,
      lastPurchase: await lastPurchase(on, account.number),
    };
    return { standing, followed: followPlan(standing, news, ground) };
  }

  #tell(row: PlanCheckout, { refused, late }: Pick<Applied, 'refused' | 'late'>): void {
    const { log } = this.#setting;
    for (const { ref, error } of refused)
      log(`${planIdOf(row)}: nothing is granted for ${ref}: ${error.message}`);
    if (late > 0) log(`${planIdOf(row)} was paid ${late} times for nothing: it is owed to the payer`);
  }

  /** Ends a plan at its provider, or lets it go on; null where no provider charges for the subscription. */
  async end(
    account: string,
    subscription: string,
    { when, call }: { when: 'period_end' | 'now' | 'never'; call: Call },
  ): Promise<(wire.SubscriptionReceipt & Replayed) | null> {
    const row = await this.find(subscription);
    if (row === null || (await this.#setting.accounts.numberOf(account)) !== row.account) return null;
    const provider = this.#providers.get(row.provider);
    if (provider?.endPlan === undefined) {
      throw new DrawdownError('provider_not_configured', undefined, { provider: row.provider });
    }
    // Absent here, absent there: nothing is asked of the provider before the subscription has begun.
    await this.#subscriptions.byId(account, subscription);
    const news = await provider.endPlan(placeOf(row), when);
    if (news === null) await this.#look(row);
    const { operation, balance } = await this.#apply(row, news ?? NOTHING_NEW, null, call);
    const after = await this.#subscriptions.byId(account, subscription);
    return { subscription: after, operation, balance, replayed: false };
  }
}

/** What an answer of a provider came to. */
interface Looked extends Pick<Followed, 'refused' | 'refusal' | 'isPartial' | 'isUnwanted'> {
  readonly checkout: PlanCheckout;
  /** False: the provider was asked again meanwhile, and this answer is older. */
  readonly counts: boolean;
  /** How many payments are new for which nothing is granted. */
  readonly late: number;
}

type Applied = Looked & Pick<wire.SubscriptionReceipt, 'operation' | 'balance'>;

const UNCOUNTED = {
  counts: false,
  refused: [],
  refusal: null,
  isPartial: false,
  late: 0,
  isUnwanted: false,
};

/** What is owed back is so once, whatever is said of it again. */
async function unknownOf(on: Connection, late: readonly Purchase[]): Promise<Purchase[]> {
  const unknown: Purchase[] = [];
  for (const one of late) {
    const payment = { provider: one.provider, payment: one.payment as string };
    if ((await purchaseByPayment(on, payment)) === null) unknown.push(one);
  }
  return unknown;
}

const NOTHING_NEW: PlanNews = {
  external: null,
  begun: false,
  anchor: null,
  trialEndsAt: null,
  paid: [],
  failed: null,
};

const placeOf = (row: PlanCheckout): PlanPlace => ({
  subscription: planIdOf(row),
  checkout: row.checkout ?? '',
  external: row.external,
});

function commandOf(commands: readonly Command[]): Command {
  const [only, ...others] = commands;
  if (only === undefined) return { verb: 'settle' };
  return others.length === 0 ? only : { verb: 'many', commands };
}
