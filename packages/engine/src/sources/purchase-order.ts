import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { fingerprintOf, keyHash } from '../store/chain.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import type { PeriodSale, ProviderId, Seller, StoreSale } from './provider.ts';
import { newPurchase } from './purchase-new.ts';
import { newPart } from './purchase-parts.ts';
import { purchaseOfPeriod } from './purchase-period.ts';
import {
  idOf,
  insertion,
  keepCheckout,
  lastPurchase,
  type Purchase,
  purchaseByKey,
  purchaseByNo,
  purchaseByPayment,
} from './purchase-rows.ts';
import type { Fact } from './purchase-state.ts';
import { consentOf, storeTermsOf, type termsOf } from './purchase-terms.ts';
import type { SourceSetting } from './source.ts';

/** An account, by its number and as its owner calls it. */
export interface Place {
  readonly number: number;
  readonly id: string;
}

/** The first half of a purchase: what is ordered, and where it can be paid. */
export class Orders {
  readonly #setting: Pick<SourceSetting, 'accounts' | 'catalog' | 'runner' | 'database'>;

  constructor(setting: Pick<SourceSetting, 'accounts' | 'catalog' | 'runner' | 'database'>) {
    this.#setting = setting;
  }

  /** The purchase of a request: made once, whatever the repetitions. */
  async order(
    account: Place,
    body: wire.CheckoutRequest,
    about: {
      call: Call;
      provider: ProviderId;
      returnUrl: string;
      terms: () => ReturnType<typeof termsOf>;
    },
  ): Promise<{ purchase: Purchase; replayed: boolean }> {
    const { call, provider, returnUrl, terms } = about;
    const { idempotencyKey } = call;
    const key =
      idempotencyKey === undefined ? null : keyHash(call.principal ?? 'server', account.id, idempotencyKey);
    const fingerprint = key === null ? null : fingerprintOf('checkout', body);
    let made: Purchase | undefined;
    const prepare = async (on: Connection, { now }: { now: number }): Promise<Prepared> => {
      const { name: _, ...bought } = terms();
      const purchase = {
        ...bought,
        ...newPurchase(account.number, nextStamp(await lastPurchase(on, account.number), now), now),
        parts: [newPart(bought.credits), newPart(bought.bonus)],
        provider,
        returnUrl,
        consent: consentOf(body, { call, now }),
        key,
        fingerprint,
      };
      made = purchase;
      return { command: { verb: 'settle' }, writes: () => [insertion(purchase)] };
    };
    await this.#setting.runner.runPrepared({
      account,
      verb: 'checkout',
      input: body,
      call,
      keepsKey: true,
      prepare,
      answer: () => undefined,
    });
    if (made !== undefined) return { purchase: made, replayed: false };
    const known = key === null ? null : await purchaseByKey(this.#setting.database, account.number, key);
    if (known === null) throw new Error('the order of a key that was used is there');
    return { purchase: known, replayed: true };
  }

  /** The purchase of a sale in a store: made when it is first heard of, by whatever is heard. */
  async fromStore(account: Place, provider: ProviderId, sale: StoreSale): Promise<Purchase> {
    const { payment } = sale;
    const { database, runner } = this.#setting;
    const prepare = async (on: Connection, { now }: { now: number }): Promise<Prepared> => {
      const known = await purchaseByPayment(on, { provider, payment });
      if (known !== null) return { command: { verb: 'settle' }, writes: () => [] };
      // Only of a sale that is new: what was sold before is told of whatever became of the pack since.
      const bought = storeTermsOf(this.#setting.catalog, sale);
      const purchase = {
        ...bought,
        ...newPurchase(account.number, nextStamp(await lastPurchase(on, account.number), now), now),
        parts: [newPart(bought.credits), newPart(bought.bonus)],
        provider,
        payment,
        returnUrl: null,
        consent: null,
        key: null,
        fingerprint: null,
      };
      return { command: { verb: 'settle' }, writes: () => [insertion(purchase)] };
    };
    const call = { actor: `provider:${provider}`, principal: 'source' };
    const asked = { account, verb: 'sale' as const, input: { provider, payment }, call };
    const known = await purchaseByPayment(database, { provider, payment });
    if (known !== null) return known;
    // Money that comes after the account's end is owed back, so it is kept as well.
    await runner.runPrepared({ ...asked, alsoClosed: true, prepare, answer: () => undefined });
    return (await purchaseByPayment(database, { provider, payment })) as Purchase;
  }

  /** The purchase of a period that was reported as paid, made of its lots; null where nothing was given for it. */
  fromPeriod(provider: ProviderId, sale: PeriodSale, facts: readonly Fact[]): Promise<Purchase | null> {
    return purchaseOfPeriod(this.#setting, provider, { sale, facts });
  }

  /** Asks the provider for a checkout, unless it made one before. */
  async open(
    provider: Seller,
    purchase: Purchase,
    { name, ...about }: { account: string; name: () => string; origin: string; save: boolean },
  ): Promise<Purchase> {
    if (purchase.checkout !== null) return purchase;
    const opened = await provider.checkout({
      ...about,
      name: name(),
      purchase: idOf(purchase),
      amountMinor: purchase.priceMinor,
      currency: purchase.currency,
      returnUrl: purchase.returnUrl as string,
    });
    await keepCheckout(this.#setting.database, purchase, opened);
    return (await purchaseByNo(this.#setting.database, purchase.account, purchase.no)) as Purchase;
  }
}
