import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import { fingerprintOf, keyHash } from '../store/chain.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import type { ProviderId, Seller } from './provider.ts';
import { newPart } from './purchase-plan.ts';
import {
  idOf,
  insertion,
  keepCheckout,
  lastPurchase,
  type Purchase,
  purchaseByKey,
  purchaseByNo,
} from './purchase-rows.ts';
import type { termsOf } from './purchase-terms.ts';
import type { SourceSetting } from './source.ts';

/** An account, by its number and as its owner calls it. */
export interface Place {
  readonly number: number;
  readonly id: string;
}

/** The first half of a purchase: what is ordered, and where it can be paid. */
export class Orders {
  readonly #setting: Pick<SourceSetting, 'runner' | 'database'>;

  constructor(setting: Pick<SourceSetting, 'runner' | 'database'>) {
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
      bought: Omit<ReturnType<typeof termsOf>, 'name'>;
    },
  ): Promise<{ purchase: Purchase; replayed: boolean }> {
    const { call, provider, returnUrl, bought } = about;
    const { idempotencyKey } = call;
    const key =
      idempotencyKey === undefined ? null : keyHash(call.principal ?? 'server', account.id, idempotencyKey);
    const fingerprint = key === null ? null : fingerprintOf('checkout', body);
    let made: { purchase: Purchase; replayed: boolean } | undefined;
    const prepare = async (on: Connection, { now }: { now: number }): Promise<Prepared> => {
      const known = key === null ? null : await purchaseByKey(on, account.number, key);
      if (known !== null && known.fingerprint !== fingerprint)
        throw new DrawdownError('idempotency_key_reused');
      const purchase = known ?? {
        ...bought,
        ...newPurchase(account.number, nextStamp(await lastPurchase(on, account.number), now), now),
        parts: [newPart(bought.credits), newPart(bought.bonus)],
        provider,
        returnUrl,
        consent:
          body.consent === undefined
            ? null
            : { immediate_use: true as const, at: now, actor: call.actor ?? 'library' },
        key,
        fingerprint,
      };
      made = { purchase, replayed: known !== null };
      return { command: { verb: 'settle' }, writes: () => (known === null ? [insertion(purchase)] : []) };
    };
    await this.#setting.runner.runPrepared({
      account,
      verb: 'checkout',
      input: body,
      call,
      prepare,
      answer: () => undefined,
    });
    if (made === undefined) throw new Error('an order that was prepared is there');
    return made;
  }

  /** Asks the provider for a checkout, unless it made one before. */
  async open(
    provider: Seller,
    purchase: Purchase,
    about: { account: string; name: string; origin: string },
  ): Promise<Purchase> {
    if (purchase.checkout !== null) return purchase;
    const opened = await provider.checkout({
      ...about,
      purchase: idOf(purchase),
      amountMinor: purchase.priceMinor,
      currency: purchase.currency,
      returnUrl: purchase.returnUrl as string,
    });
    await keepCheckout(this.#setting.database, purchase, opened);
    return (await purchaseByNo(this.#setting.database, purchase.account, purchase.no)) as Purchase;
  }
}

function newPurchase(account: number, no: number, now: number) {
  return {
    account,
    no,
    checkout: null,
    url: null,
    payment: null,
    facts: [],
    frozen: [],
    state: 'open' as const,
    paidAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
