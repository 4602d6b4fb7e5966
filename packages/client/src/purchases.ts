import { accountPath, change, read } from './exchange.ts';
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
    /** What an app passes on to the App Store with a purchase, so that it is this account's. */
    appAccountToken: (account: string, options?: CallOptions) =>
      read<wire.AppAccountToken>(transport, `${accountPath(account)}/app_account_token`, { options }),
    /** Gives an unspent purchase back within its window; the money goes back the way it came. */
    refundPurchase: (purchase: string, body: wire.PurchaseRefundRequest = {}, options?: ChangeOptions) =>
      change<wire.Purchase>(transport, `${purchasePath(purchase)}/refund`, { body, options }),
  };
}
