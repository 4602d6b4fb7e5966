/** The port to whoever takes the money. Every way of paying is one of these, the sandbox included. */
import type { Fact } from './purchase-state.ts';

export const PROVIDERS = ['sandbox', 'stripe', 'app_store'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

/** A checkout that a provider is to open. */
export interface Order {
  /** `pur_…`: goes with everything that the provider makes of it. */
  readonly purchase: string;
  readonly account: string;
  /** What the buyer reads. */
  readonly name: string;
  /** The price, before any tax that comes on top. */
  readonly amountMinor: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly returnUrl: string;
  /** Where this server is reached, without a slash at the end. */
  readonly origin: string;
}

/** What the provider made: its id of the checkout, and the address for the buyer. */
export interface OpenedCheckout {
  readonly checkout: string;
  readonly url: string;
}

/** A webhook as it arrived. */
export interface Delivery {
  /** The very bytes: signatures are over these. */
  readonly body: Buffer;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an event is about: a purchase that we named, or a payment that only the provider has a name for. */
export type Subject = { readonly purchase: string } | { readonly payment: string } | StoreSale;

/** A sale that began in a store, with the account and the pack that it is of, and the price that the store took. */
export interface StoreSale {
  readonly account: number;
  readonly payment: string;
  readonly pack: string;
  readonly quantity: number;
  readonly priceMinor: number;
  readonly currency: string;
}

/** A store asks how much of a purchase was used, before it decides on a refund. */
export interface UseRequest {
  readonly id: string;
  /** The provider's id of the payment. */
  readonly usedOf: string;
}

/** A period of a subscription that was paid, or whose payment failed: the subscriptions' to judge. */
export interface RenewalEvent {
  readonly id: string;
  /** `sub_…` */
  readonly subscription: string;
  readonly paid: boolean;
  /** The payment's name, and the end of the period that it is for, in epoch milliseconds. */
  readonly ref: string;
  readonly periodEnd: number | null;
  /** Net, in minor units. */
  readonly cost: { readonly amountMinor: number; readonly currency: string };
}

/** A verified event in our terms. */
export interface PaymentEvent {
  /** The provider's own id: one event is entered once. */
  readonly id: string;
  readonly subject: Subject;
  readonly facts: readonly Fact[];
}

export interface PaymentProvider {
  readonly id: ProviderId;
  /** Opens a checkout; the same order again answers with the same one. */
  checkout?(order: Order): Promise<OpenedCheckout>;
  /**
   * Verifies a delivery and reads it; null where it is genuine and of no concern. Throws `invalid_signature` where it
   * is not genuine, `payment_refused` where nothing may be granted for it, `unavailable` where it must come again.
   */
  read(delivery: Delivery): Promise<PaymentEvent | RenewalEvent | UseRequest | null>;
  /** Pays everything back. Once only, whatever the retries. Throws `payment_refused` where the provider will not. */
  refund?(payment: {
    readonly purchase: string;
    readonly payment: string;
    readonly amountMinor: number;
  }): Promise<PaymentEvent>;
  /** What an app passes on to the store with a purchase of an account. */
  tokenOf?(account: number): Promise<string>;
  /** Answers a `UseRequest`: so many of so many atoms were used. */
  reportUse?(payment: string, use: { readonly used: bigint; readonly of: bigint }): Promise<void>;
  /** The purchase that a payment is for, as the provider noted it; null where it is none of ours. */
  purchaseOf?(payment: string): Promise<string | null>;
  /** All that the provider knows of a purchase now, whatever was delivered of it. */
  look?(purchase: {
    readonly purchase: string;
    readonly checkout: string | null;
  }): Promise<PaymentEvent | null>;
}

/** A provider with a checkout of its own: not a store, where sales begin elsewhere. */
export type Seller = PaymentProvider & Required<Pick<PaymentProvider, 'checkout'>>;
