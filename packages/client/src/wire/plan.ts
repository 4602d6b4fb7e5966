/** Plans that are sold through a checkout. */
import type { Cost } from './account.ts';
import type { Instant } from './common.ts';
import type { CheckoutTerms, PaymentProvider } from './purchase.ts';

export interface PlanCheckoutRequest extends CheckoutTerms {
  /** A plan of the catalog. */
  plan: string;
  /** Absent: the plan's first. */
  interval?: 'month' | 'year';
  /** Team plans only: one of the plan's sizes; absent: the smallest. */
  seats?: number;
  /** ISO 4217; absent: the first that the plan has a price in. */
  currency?: string;
  /** Begins with the plan's trial: the first charge comes at its end. */
  trial?: boolean;
}

export interface PlanCheckout {
  /** `sub_…`: the subscription that begins when the checkout is paid; until then there is none of that id. */
  subscription: string;
  account: string;
  provider: PaymentProvider;
  /** `refused`: gone through with when nothing could begin any more; what was paid is owed back. */
  state: 'open' | 'canceled' | 'failed' | 'expired' | 'begun' | 'refused';
  plan: string;
  interval: 'month' | 'year';
  seats: number | null;
  /** Of one refill, for all seats. */
  credits: number;
  /** Of one period, for all seats, before any tax that comes on top. */
  price: Cost;
  trial: boolean;
  /** Where it can be paid; null once it is over. */
  checkout_url: string | null;
  created_at: Instant;
}

export interface PlanCheckoutReceipt {
  /** Send the buyer there. */
  url: string;
  /** The provider's id of the checkout. */
  checkout: string;
  plan_checkout: PlanCheckout;
}
