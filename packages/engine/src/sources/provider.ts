/** The port to whoever takes the money. Every way of paying is one of these, the sandbox included. */
import type { Fact } from './purchase-state.ts';

export const PROVIDERS = ['sandbox', 'stripe', 'app_store', 'google_play'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

/** How an account pays while nobody is there, as its provider calls it. */
export interface SavedMethod {
  readonly provider: ProviderId;
  readonly customer: string;
  readonly method: string;
  /** What its owner recognises it by. */
  readonly label: string;
}

/** A charge while nobody is there. */
export interface Charge {
  readonly purchase: string;
  readonly customer: string;
  readonly method: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** It was sent before, and what became of it is not known. */
  readonly again: boolean;
}

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
  /** The buyer wants to be charged later without being there. */
  readonly save?: boolean;
  readonly returnUrl: string;
  /** Where this server is reached, without a slash at the end. */
  readonly origin: string;
}

/** A checkout for a plan: the provider charges every period from then on. */
export interface PlanOrder extends Omit<Order, 'purchase'> {
  /** The catalog's id of the plan. */
  readonly plan: string;
  /** `sub_…`: goes with everything that the provider makes of it. */
  readonly subscription: string;
  readonly interval: 'month' | 'year';
  /** `amountMinor` is the price of one of so many. */
  readonly quantity: number;
  /** Whole days without a charge; null: the first period is paid at once. */
  readonly trialDays: number | null;
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
export type Subject =
  | { readonly purchase: string }
  | { readonly payment: string }
  | { readonly period: PeriodSale }
  | StoreSale;

/** A period of a subscription that was sold elsewhere, by the name that its payment was reported by. */
export interface PeriodSale {
  /** `sub_…` */
  readonly subscription: string;
  readonly payment: string;
}

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
  /** Absent: a store's own price, which differs by country. */
  readonly billed?: Billed;
  /** What was sold, where the provider says so: one of it must be the plan. */
  readonly plans?: readonly string[];
  /** The payment as a purchase, so that what goes back of it finds its period's lots; absent: it is none. */
  readonly purchase?: PaymentEvent;
}

/** How an invoice comes to its sum, in minor units of its currency. */
export interface Billed {
  readonly currency: string;
  /** The price of the period, before discounts. */
  readonly list: number;
  /** What discounts took off, which staff give at the provider. */
  readonly discount: number;
  /** Charged for changes within a period; credited, where it is negative. */
  readonly prorated: number;
  /** The sum, taxes included. */
  readonly gross: number;
}

/** Which plan something is about. */
export interface PlanMark {
  /** `sub_…`, as it is marked there. */
  readonly plan: string;
  /** The provider's own id of the subscription; null where it does not say. */
  readonly external: string | null;
  /** It bears no mark of ours, so that `plan` is what the provider calls it; absent: it bears one. */
  readonly unmarked?: Unmarked;
}

export interface Unmarked {
  /** Our id of the account that it is said to be of; null: nobody says so. */
  readonly account: string | null;
  /** Meant for us, not something else that the same customer pays the same seller for. */
  readonly isSure: boolean;
}

/** Something happened to a plan that a provider charges for. Without news the provider is asked how things stand. */
export interface PlanEvent extends PlanMark {
  readonly id: string;
  /** It tells of money, so that it must be about one of ours. */
  readonly isPayment?: boolean;
  readonly news?: PlanNews;
}

/** The price that an invoice says its period was sold at. */
export interface SoldPrice {
  /** The plan of the catalog that the price is marked with; null: it bears no mark. */
  readonly plan: string | null;
  /** What it is named by, for a plan of the catalog or for whatever else the seller names so. */
  readonly name?: string;
  /** Of one; null where the provider has no such price, or none that is one sum. */
  readonly amountMinor: number | null;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** Null where it is none that plans are sold by. */
  readonly interval: 'month' | 'year' | null;
  readonly quantity: number;
}

/** One invoice of a plan that was paid. */
export interface PlanInvoice extends Billed {
  /** Absent: the provider changes nothing by itself, so that what was agreed is what was sold. */
  readonly sold?: SoldPrice;
  /** When its period begins, in epoch milliseconds; absent where the provider does not say: when it is heard of. */
  readonly periodStart?: number;
  /** A change in the midst of a period, with which periods are counted from another anchor: `periodStart`. */
  readonly startsAnew?: boolean;
  readonly ref: string;
  /** The provider's own id of the payment, which refunds and disputes name; null where nothing was charged. */
  readonly payment: string | null;
  /** The end of the period that it is for, in epoch milliseconds; null: the first that is unpaid. */
  readonly periodEnd: number | null;
  readonly net: number;
  readonly at: number;
}

/** What a provider says of a plan that it charges for. What it says twice, or what is known, changes nothing. */
export interface PlanNews {
  /** Its own id of the subscription. */
  readonly external: string | null;
  /** Something was paid, or a trial runs. */
  readonly begun: boolean;
  /** The checkout ended without money. */
  readonly ended?: 'canceled' | 'failed' | 'expired';
  /** What periods are counted from, in epoch milliseconds; null: from when this is heard. */
  readonly anchor: number | null;
  /** Not paid before then; null: as it was agreed. */
  readonly trialEndsAt: number | null;
  readonly paid: readonly PlanInvoice[];
  /** An invoice that could not be charged and is still open. */
  readonly failed: Pick<PlanInvoice, 'ref' | 'periodEnd'> | null;
  /** What the next period will be charged for; absent: nothing is said about it. */
  readonly next?: SoldPrice;
  /** The last change of ours that was made there. */
  readonly change?: string;
  /** How it is paid, where the buyer wants to be charged for other things as well. */
  readonly saved?: SavedMethod;
  /** Absent: nothing is said about it. Null: it goes on. `at` is null where it is when this is heard. */
  readonly ends?: { readonly at: number | null; readonly how: 'period_end' | 'now' } | null;
}

/** Other terms of a plan that runs at its provider. */
export interface PlanChangeOrder {
  /** Names the change: the same one again is the same change, charged for once. */
  readonly change: string;
  /** `now`: a new period begins and is charged for. `period_end`: the next period is charged for at these terms. */
  readonly begins: 'now' | 'period_end';
  readonly plan: string;
  readonly name: string;
  readonly quantity: number;
  /** Of one. */
  readonly amountMinor: number;
  readonly currency: string;
  readonly interval: 'month' | 'year';
}

/** Where a provider finds a plan of ours. */
export interface PlanPlace {
  readonly subscription: string;
  readonly checkout: string;
  readonly external: string | null;
  /** It is not known yet how it is paid, and the buyer wants that to be kept. */
  readonly saves: boolean;
}

/** A verified event in our terms. */
export interface PaymentEvent {
  /** The provider's own id: one event is entered once. */
  readonly id: string;
  readonly subject: Subject;
  readonly facts: readonly Fact[];
  /** How the buyer paid, and may be charged again. */
  readonly saved?: SavedMethod;
}

/** What an app holds of a purchase in its store: a signed transaction, or a token to ask with. */
export interface Claim {
  readonly proof: string;
  /** As the store names it; absent where the proof says so. */
  readonly product?: string;
}

/**
 * Something that a provider knows of: its name there, and the event that it comes to, which may be refused; or the plan
 * (`sub_…`) that it sold.
 */
export type Heard =
  | { readonly name: string; readonly read: () => Promise<PaymentEvent | null> }
  | { readonly name: string; readonly plan: string };

export interface PaymentProvider {
  readonly id: ProviderId;
  /** How often `recent` is worth asking without being told to; absent: never. */
  readonly pollMs?: number;
  /** Opens a checkout; the same order again answers with the same one. */
  checkout?(order: Order): Promise<OpenedCheckout>;
  /**
   * Verifies a delivery and reads it; null where it is genuine and of no concern. Throws `invalid_signature` where it
   * is not genuine, `payment_refused` where nothing may be granted for it, `unavailable` where it must come again.
   */
  read(delivery: Delivery): Promise<PaymentEvent | PlanEvent | RenewalEvent | UseRequest | null>;
  /** Pays everything back. Once only, whatever the retries. Throws `payment_refused` where the provider will not. */
  refund?(payment: {
    readonly purchase: string;
    /** Counted from 1: one that was declined or failed may be tried again. */
    readonly attempt: number;
    readonly payment: string;
    readonly amountMinor: number;
  }): Promise<PaymentEvent>;
  /** What an app passes on to the store with a purchase of an account. */
  tokenOf?(account: number): Promise<string>;
  /** Answers a `UseRequest`: so many of so many atoms were used. */
  reportUse?(payment: string, use: { readonly used: bigint; readonly of: bigint }): Promise<void>;
  /** The purchase that a payment is for, as the provider noted it; null where it is none of ours. */
  purchaseOf?(payment: string): Promise<string | null>;
  /** Reads what an app passes on to us itself, verified like a delivery; null while it is not paid. */
  claimed?(claim: Claim): Promise<PaymentEvent | null>;
  /** Tells the store that what was paid is with its buyer for good. Again, it changes nothing. */
  delivered?(payment: string): Promise<void>;
  /** Opens a checkout for a plan; the same order again answers with the same one. */
  sellPlan?(order: PlanOrder): Promise<OpenedCheckout>;
  /** Closes a purchase's checkout, and says what became of it: also that it was paid already. */
  closeOrder?(order: { readonly purchase: string; readonly checkout: string }): Promise<PaymentEvent | null>;
  /** Closes a plan's checkout that nobody went through with; null: how it stands is looked at afterwards. */
  closeCheckout?(place: PlanPlace): Promise<PlanNews | null>;
  /** All that the provider knows of a plan now, whatever was delivered of it; null: it knows no such checkout. */
  lookAtPlan?(place: PlanPlace): Promise<PlanNews | null>;
  /** Ends a plan at the period's end or now, or lets it go on; what became of it is looked at afterwards. */
  endPlan?(place: PlanPlace, when: 'period_end' | 'now' | 'never'): Promise<PlanNews | null>;
  /**
   * Changes a plan, and charges for it where it begins now; what became of it is looked at afterwards, where null. Throws
   * `payment_refused` where nothing was changed, because it could not be charged for.
   */
  changePlan?(place: PlanPlace, order: PlanChangeOrder): Promise<PlanNews | null>;
  /**
   * What was agreed for later, and gave way to a change that was never made, is agreed again. Again, or where nothing gave
   * way, it changes nothing.
   */
  agreeAgain?(place: PlanPlace): Promise<void>;
  /** The plan that a payment is for; null where it is for none of ours. */
  planOf?(payment: string): Promise<PlanMark | null>;
  /**
   * Charges while nobody is there: under the purchase's name, so that again is the same charge. Throws
   * `payment_refused` where it is declined, with `reason` `authentication_required` where its owner must be there.
   */
  charge?(charge: Charge): Promise<PaymentEvent>;
  /** Forgets a way to pay. Again, it changes nothing. */
  forget?(method: Omit<SavedMethod, 'label'>): Promise<void>;
  /** All that the provider knows of a purchase now, whatever was delivered of it. */
  look?(purchase: {
    readonly purchase: string;
    /** Null: it began elsewhere, in a store or as a charge while nobody was there. */
    readonly checkout: string | null;
    /** All that it was paid with, as far as is known; the one that counts comes first. */
    readonly payments: readonly string[];
  }): Promise<PaymentEvent | null>;
  /** What happened there since an instant, as far back as it remembers, whether or not we know of it. */
  recent?(range: { readonly since: number }): AsyncGenerator<Heard, void>;
}

/** A provider with a checkout of its own: not a store, where sales begin elsewhere. */
export type Seller = PaymentProvider & Required<Pick<PaymentProvider, 'checkout'>>;

/** A provider that charges for plans. */
export type PlanSeller = PaymentProvider & Required<Pick<PaymentProvider, 'sellPlan'>>;
