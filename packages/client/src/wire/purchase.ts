/** Checkouts and purchases. */
import type { Cost } from './account.ts';
import type { Amount, Instant } from './common.ts';

export type PaymentProvider = 'sandbox' | 'stripe' | 'app_store' | 'google_play';

/** `partly_reversed`: a part of the money went back; `reversed`: all of it, by refunds or a lost dispute. */
export type PurchaseState =
  | 'open'
  | 'canceled'
  | 'failed'
  | 'expired'
  | 'completed'
  | 'refunding'
  | 'disputed'
  | 'partly_reversed'
  | 'reversed';

/** Exactly one of `pack`, `credits` and `amount_minor`. */
export interface PriceQuery {
  /** A pack of the catalog. */
  pack?: string;
  /** Any amount that the catalog's `exact_amount` allows. */
  credits?: Amount;
  /** The most credits that this sum of money buys, in minor units; never more than it is charged. */
  amount_minor?: number;
  /** ISO 4217; absent: the first that there is a price in. */
  currency?: string;
}

/** What a checkout would charge. */
export interface Price {
  /** Null: an amount that the buyer named. */
  pack: string | null;
  credits: number;
  bonus: number;
  class: string;
  /** ISO 8601; null: the credits never expire. */
  validity: string | null;
  price: Cost;
}

/** What every checkout is opened with, whatever is bought. */
export interface CheckoutTerms {
  /** Where the buyer goes afterwards: absolute, on an origin that the server allows. */
  return_url: string;
  /** Absent: the real one where there is one, else the sandbox. */
  provider?: PaymentProvider;
  /** Whose law the sale is under: a key of the catalog's jurisdictions. */
  jurisdiction?: string;
  /** The buyer wants to use the credits at once; recorded, and required where the law gives a right to withdraw. */
  consent?: { immediate_use: true };
  /** Keeps how the buyer pays, for automatic top-ups. */
  save_payment_method?: boolean;
}

/** For a pack, or for an amount in credits or money: exactly one of the three. */
export type CheckoutRequest = PriceQuery & CheckoutTerms;

export interface JurisdictionPolicy {
  /** ISO 8601: bought credits live no shorter. */
  expiry_floor: string | null;
  /** Balances worth at most this much are paid out on request. */
  cash_out: { at_most_minor: number; currency: string } | null;
  /** ISO 8601: how long a purchase may be withdrawn from. */
  withdrawal_window: string | null;
}

export interface Purchase {
  id: string;
  account: string;
  provider: PaymentProvider;
  state: PurchaseState;
  /** Null: an amount that the buyer named. */
  pack: string | null;
  /** Of a plan's payment: the plan, and the subscription whose period was paid. */
  plan: string | null;
  subscription: string | null;
  class: string;
  credits: number;
  /** Came with the purchase, and is reversed with it. */
  bonus: number;
  /** What was asked for. */
  price: Cost;
  /** What the provider charged, and what of it is not tax; null until it is paid. */
  paid: { amount_minor: number; net_minor: number; currency: string } | null;
  /** Payments of the same besides that one, and how much of each has not gone back: it is owed to the payer. */
  paid_again: { payment: string; amount_minor: number; currency: string }[];
  /** Bought credits first, the bonus behind them, then what replaced credits that were taken back and returned. */
  grants: string[];
  /** Credits that were taken back, since the money went back. */
  reversed: number;
  /** Credits that were spent before the money went back: a loss of the product … */
  lost: number;
  /** … or a debt of the account, as the catalog says. */
  owed: number;
  jurisdiction: string | null;
  /** What the jurisdiction asked for when the purchase was made; a later catalog changes nothing of it. */
  policy: JurisdictionPolicy | null;
  consent: { immediate_use: true; at: Instant } | null;
  /** Where it can be paid; null once it is over. */
  checkout_url: string | null;
  /** Until when the buyer may give it back unspent; null: not without support. */
  refundable_until: Instant | null;
  created_at: Instant;
  paid_at: Instant | null;
}

export interface CheckoutReceipt {
  /** Send the buyer there. */
  url: string;
  /** The provider's id of the checkout. */
  checkout: string;
  purchase: Purchase;
}

export interface GooglePlayClaim {
  /** As Google Play names it: the pack's id. */
  product: string;
  purchase_token: string;
}

export interface AppStoreClaim {
  /** As StoreKit gives it (`jwsRepresentation`). */
  signed_transaction: string;
}

export interface AppAccountToken {
  /** A UUID for the store: `appAccountToken` in the App Store, `obfuscatedAccountId` in Google Play. */
  app_account_token: string;
}

export interface PurchaseRefundRequest {
  reason?: string;
}
