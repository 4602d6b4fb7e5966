import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readAccountId } from '../request.ts';
import { fingerprintOf, keyHash } from '../store/chain.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { demandFreshTrial } from './erased-uses.ts';
import {
  keepPlanCheckout,
  lastReserved,
  type PlanCheckout,
  planCheckout,
  planCheckoutByKey,
  planIdOf,
  planInsertion,
} from './plan-rows.ts';
import { checkSale, type PlanWish, readPlanWish, trialDays } from './plan-terms.ts';
import type { PaymentProvider, PlanSeller, ProviderId } from './provider.ts';
import type { Place } from './purchase-order.ts';
import { buyerOf, consentOf, planLawOf, readReturnUrl } from './purchase-terms.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { readSubscriptions } from './subscription-rows.ts';

export interface PlanOrdersOptions {
  readonly providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly returnOrigins: readonly string[];
}

type PlanCall = Call & { readonly origin: string; readonly jurisdiction?: string };
type Sale = ReturnType<typeof planLawOf>;

/** The first half of a plan: what is ordered, and where it can be paid. */
export class PlanOrders {
  readonly #setting: SourceSetting;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly #origins: readonly string[];

  constructor(setting: SourceSetting, { providers, returnOrigins }: PlanOrdersOptions) {
    this.#setting = setting;
    this.#providers = providers;
    this.#origins = returnOrigins;
  }

  async checkout(
    id: string,
    body: wire.PlanCheckoutRequest,
    call: PlanCall,
  ): Promise<{ row: PlanCheckout; replayed: boolean }> {
    const seller = this.#seller(body.provider);
    // A later catalog may refuse what was ordered before, so the key is looked up first.
    const wish = () => readPlanWish(this.#setting.catalog, body);
    const returnUrl = this.#returnUrl(body, call);
    const account = await this.#accountFor(readAccountId(id), () => wish().kind);
    const law = await this.#lawFor(account.number, body, call);
    const about = { call, wish, law, provider: seller.id, returnUrl };
    const { row, replayed } = await this.#order(account, body, about);
    return { row: await this.#open(seller, row, { account: id, wish, origin: call.origin }), replayed };
  }

  /** Of the place that the product says the buyer is in, else of the one that the buyer says. */
  async #lawFor(account: number, body: wire.PlanCheckoutRequest, call: PlanCall): Promise<() => Sale> {
    const { accounts, catalog } = this.#setting;
    const buyer = buyerOf(await accounts.byNumber(account), call);
    return () => planLawOf(catalog, body, buyer);
  }

  /** Throws what an order would be refused with; orders nothing. */
  async demandSellable(
    number: number,
    id: string,
    { body, call }: { body: wire.PlanCheckoutRequest; call: PlanCall },
  ): Promise<void> {
    const { catalog, database, queries, runner } = this.#setting;
    const about = { account: { number, id }, verb: 'plan_checkout' as const, input: body, call };
    await runner.known({ ...about, answer: () => undefined });
    this.#seller(body.provider);
    const wish = readPlanWish(catalog, body);
    this.#returnUrl(body, call);
    (await this.#lawFor(number, body, call))();
    await this.#reserve(database, wish, await queries.settled(id));
  }

  #returnUrl(body: wire.PlanCheckoutRequest, { origin }: { readonly origin: string }): string {
    const origins = new Set([...this.#origins, origin]);
    return readReturnUrl(body.return_url, { origins, loopback: this.#providers.has('sandbox') });
  }

  #seller(wanted: ProviderId | undefined): PlanSeller {
    const id = wanted ?? (this.#providers.has('stripe') ? 'stripe' : 'sandbox');
    const provider = this.#providers.get(id);
    if (provider !== undefined && sellsPlans(provider)) return provider;
    throw new DrawdownError(
      'provider_not_configured',
      `This installation does not sell plans through ${id}.`,
      {
        provider: id,
      },
    );
  }

  /** The account as it is, or a new one of the kind that the plan is for. */
  async #accountFor(id: string, kind: () => 'personal' | 'team'): Promise<Place> {
    const { accounts } = this.#setting;
    const known = await accounts.numberOf(id);
    if (known !== null) return { id, number: known };
    if (kind() === 'personal') return { id, number: await accounts.ensure(id) };
    const put = await accounts.put(id, { kind: 'team' });
    if (put === null) throw invalid('plan', 'is for accounts of kind team');
    return { id, number: put.profile.number };
  }

  async #order(
    account: Place,
    body: wire.PlanCheckoutRequest,
    about: { call: Call; wish: () => PlanWish; law: () => Sale; provider: ProviderId; returnUrl: string },
  ): Promise<{ row: PlanCheckout; replayed: boolean }> {
    const { call, provider, returnUrl } = about;
    const { idempotencyKey, principal = 'server' } = call;
    const key = idempotencyKey === undefined ? null : keyHash(principal, account.id, idempotencyKey);
    const fingerprint = key === null ? null : fingerprintOf('plan_checkout', body);
    let made: PlanCheckout | undefined;
    const prepare = async (on: Connection, ground: Ground): Promise<Prepared> => {
      const { number } = account;
      const wish = about.wish();
      const row = {
        account: number,
        no: await this.#reserve(on, wish, ground),
        provider,
        checkout: null,
        url: null,
        external: null,
        offer: wish.offer,
        trial: wish.trial,
        ...about.law(),
        consent: consentOf(body, { call, now: ground.now }),
        saves: body.save_payment_method === true,
        returnUrl,
        state: 'open' as const,
        looks: 0,
        key,
        fingerprint,
        createdAt: ground.now,
        updatedAt: ground.now,
      };
      made = row;
      return { command: { verb: 'settle' }, writes: () => [planInsertion(row)] };
    };
    await this.#setting.runner.runPrepared({
      account,
      verb: 'plan_checkout',
      input: body,
      call,
      keepsKey: true,
      prepare,
      answer: () => undefined,
    });
    if (made !== undefined) return { row: made, replayed: false };
    const known = key === null ? null : await planCheckoutByKey(this.#setting.database, account.number, key);
    if (known === null) throw new Error('the order of a key that was used is there');
    return { row: known, replayed: true };
  }

  /** A number for the subscription, where the plan may be sold. */
  async #reserve(on: Connection | Database, wish: PlanWish, ground: Ground): Promise<number> {
    const { number } = ground.account;
    const all = await readSubscriptions(on, number);
    checkSale(wish, all, ground);
    if (wish.trial !== null) await demandFreshTrial(on, ground.account, wish.offer.plan);
    return nextStamp(Math.max(all.at(-1)?.no ?? 0, await lastReserved(on, number)), ground.now);
  }

  async #open(
    seller: PlanSeller,
    row: PlanCheckout,
    { wish: read, account, origin }: { account: string; wish: () => PlanWish; origin: string },
  ): Promise<PlanCheckout> {
    if (row.checkout !== null) return row;
    const wish = read();
    const opened = await seller.sellPlan({
      account,
      origin,
      plan: row.offer.plan,
      name: wish.name,
      subscription: planIdOf(row),
      amountMinor: wish.price.amountMinor,
      currency: wish.price.currency,
      interval: row.offer.interval,
      quantity: row.offer.seats ?? 1,
      trialDays: trialDays(row.trial, row.createdAt),
      save: row.saves,
      returnUrl: row.returnUrl as string,
    });
    const { database } = this.#setting;
    await keepPlanCheckout(database, row, opened);
    return (await planCheckout(database, row.account, row.no)) as PlanCheckout;
  }
}

function sellsPlans(provider: PaymentProvider): provider is PlanSeller {
  return provider.sellPlan !== undefined;
}
