import { accountPath, change, post, read } from './exchange.ts';
import type { CallOptions, ChangeOptions, Transport } from './transport.ts';
import { segment } from './transport.ts';
import type * as wire from './wire.ts';

const purchasePath = (purchase: string): string => `/v1/purchases/${segment(purchase)}`;

/** Packs that people buy. */
export function purchaseMethods(transport: Transport) {
  return {
    /** What a pack, an amount of credits or a sum of money comes to; a checkout charges the very same. */
    price: (query: wire.PriceQuery, options?: CallOptions) =>
      read<wire.Price>(transport, '/v1/catalog/price', { query: { ...query }, options }),
    /** Opens a checkout for a pack or any amount; send the buyer to its `url`. The same key opens the same checkout. */
    checkout: (account: string, body: wire.CheckoutRequest, options?: ChangeOptions) =>
      change<wire.CheckoutReceipt>(transport, `${accountPath(account)}/checkouts`, { body, options }),
    /** Opens a checkout for a plan; the subscription begins when it is paid. The same key opens the same checkout. */
    checkoutPlan: (account: string, body: wire.PlanCheckoutRequest, options?: ChangeOptions) =>
      change<wire.PlanCheckoutReceipt>(transport, `${accountPath(account)}/checkouts`, { body, options }),
    getPurchase: (purchase: string, options?: CallOptions) =>
      read<wire.Purchase>(transport, purchasePath(purchase), { options }),
    /** Newest first. */
    listPurchases: (
      account: string,
      query: { limit?: number; cursor?: string } = {},
      options?: CallOptions,
    ) =>
      read<wire.Page<wire.Purchase>>(transport, `${accountPath(account)}/purchases`, {
        query: { ...query },
        options,
      }),
    /** Hands over a purchase of an Android app at once. Its own token is the key: again gives the same purchase. */
    claimGooglePlayPurchase: (account: string, body: wire.GooglePlayClaim, options?: CallOptions) =>
      post<wire.Purchase>(transport, `${accountPath(account)}/purchases/google_play`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** Hands over a transaction of an iOS or macOS app at once; again gives the same purchase. */
    claimAppStorePurchase: (account: string, body: wire.AppStoreClaim, options?: CallOptions) =>
      post<wire.Purchase>(transport, `${accountPath(account)}/purchases/app_store`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** What an app passes on to its store with a purchase, so that it is this account's. */
    appAccountToken: (account: string, options?: CallOptions) =>
      read<wire.AppAccountToken>(transport, `${accountPath(account)}/app_account_token`, { options }),
    /** Gives an unspent purchase back within its window; the money goes back the way it came. */
    refundPurchase: (purchase: string, body: wire.PurchaseRefundRequest = {}, options?: ChangeOptions) =>
      change<wire.Purchase>(transport, `${purchasePath(purchase)}/refund`, { body, options }),
  };
}
