import type { Duration } from '../core/calendar.ts';
import type { NoticeRules } from '../core/notice.ts';

/** Where a person or a server acts from, in the order in which lists show them. */
export const SURFACES = ['web', 'desktop_windows', 'desktop_macos', 'ios', 'android', 'server'] as const;
export type Surface = (typeof SURFACES)[number];

/** What using a feature on a surface means; `unsupported` and `open_on_web` never charge. */
export type SurfaceMode = 'charge' | 'free_on_device' | 'open_on_web' | 'unsupported';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A duration as it is written in the file, and in its parts. */
export interface CatalogDuration {
  readonly iso: string;
  readonly parts: Duration;
}

export interface CatalogClass {
  readonly id: string;
  readonly name: string;
  /** Position in the draw order: 0 is drawn first. */
  readonly rank: number;
  readonly paid: boolean;
  /** Validity of a lot that states none; null means that it never expires. */
  readonly defaultValidity: CatalogDuration | null;
}

/** One price for one use. */
export interface FlatPrice {
  readonly kind: 'flat';
  /** Atoms; 0 is a free feature. */
  readonly amount: bigint;
}

/** Quantities of prices are bigints of 10^-6 units, so that they multiply without a float. */
export interface PerUnitPrice {
  readonly kind: 'per_unit';
  /** Atoms for one unit. */
  readonly amount: bigint;
  readonly unit: string;
  /** The least that one use costs, in atoms. */
  readonly minimum: bigint | null;
  readonly maximumUnits: bigint | null;
  /** Units are rounded up to a multiple of it before they are multiplied. */
  readonly increment: bigint | null;
}

/** Exactly one of the listed values. */
export interface ChoiceDimension {
  readonly kind: 'choice';
  readonly id: string;
  readonly values: readonly string[];
  readonly default: string | null;
}

/** A quantity that falls into the first tier that reaches it; beyond the last it is refused. */
export interface TierDimension {
  readonly kind: 'tier';
  readonly id: string;
  readonly upTo: readonly bigint[];
  readonly default: bigint | null;
}

/** A quantity that multiplies the cell's amount. */
export interface PerUnitDimension {
  readonly kind: 'per_unit';
  readonly id: string;
  readonly increment: bigint | null;
  readonly maximum: bigint | null;
  readonly default: bigint | null;
}

export type Dimension = ChoiceDimension | TierDimension | PerUnitDimension;

export interface TablePrice {
  readonly kind: 'table';
  readonly dimensions: readonly Dimension[];
  /**
   * Atoms for every combination of choices and tiers, the last dimension varying fastest; 0 is free,
   * null is a combination that is not offered.
   */
  readonly cells: readonly (bigint | null)[];
  /** The least that one use costs, in atoms, where it is not free. */
  readonly minimum: bigint | null;
}

export type Price = FlatPrice | PerUnitPrice | TablePrice;

export interface Feature {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly price: Price;
  /** The only classes that may pay for it; null means every class. */
  readonly classes: readonly string[] | null;
  readonly surfaces: Readonly<Record<Surface, SurfaceMode>>;
}

/** Prices in minor units (cents) by ISO 4217 code. */
export type MoneyByCurrency = Readonly<Record<string, number>>;

/** One way of paying for a plan. For a team plan, credits and prices are those of one seat. */
export interface Billing {
  readonly interval: 'month' | 'year';
  /** Whether credits come every month or, for a year, all at its start. */
  readonly refill: 'monthly' | 'upfront';
  /** Atoms of one refill. */
  readonly credits: bigint;
  readonly prices: MoneyByCurrency;
}

/** What of a refill outlives its period, where it is unspent at the end. For a team plan, of one seat's refill. */
export interface Rollover {
  readonly maximum: bigint;
  /** At most so many whole percent of the refill, 1–100; and at most the maximum, in atoms. */
  readonly percentage: number;
  readonly validity: CatalogDuration;
}

export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly kind: 'personal' | 'team';
  /** The sizes that a team plan is sold in; empty for a personal plan. */
  readonly seats: readonly number[];
  readonly class: string;
  /** At least one; the first is the default. */
  readonly billing: readonly Billing[];
  readonly rollover: Rollover | null;
  readonly trial: { readonly validity: CatalogDuration; readonly credits: bigint } | null;
  /** How long a failed payment leaves the period running. */
  readonly grace: CatalogDuration | null;
}

export interface Pack {
  readonly id: string;
  readonly name: string;
  readonly credits: bigint;
  /** Given along with the purchase and reversed with it; 0 for none. */
  readonly bonus: bigint;
  readonly class: string;
  readonly prices: MoneyByCurrency;
  readonly validity: CatalogDuration | null;
}

/** Any amount of credits, between bounds and in whole steps. All are atoms. */
export interface ExactAmount {
  readonly class: string;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly step: bigint;
  /** Ascending; each credit costs what the first tier that reaches it says. The last one has no end. */
  readonly tiers: readonly PriceTier[];
  readonly validity: CatalogDuration | null;
}

export interface PriceTier {
  readonly upTo: bigint | null;
  /** Of one credit, in 10^-6 minor units, by ISO 4217 code; every tier has the same currencies. */
  readonly unitPrices: Readonly<Record<string, bigint>>;
}

export type CampaignKind =
  | 'event'
  | 'promotion_code'
  | 'referral'
  | 'limited_time_offer'
  | 'daily_check_in'
  | 'sign_up_bonus';

export interface Audience {
  readonly accountKinds: readonly ('user' | 'team')[] | null;
  /** Ids of plans of which the account must have one. */
  readonly plans: readonly string[] | null;
  readonly surfaces: readonly Surface[] | null;
  /** Only accounts created at most this long ago. */
  readonly newerThan: CatalogDuration | null;
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly kind: CampaignKind;
  /** Atoms of one award; of a referral, what the invited account gets. */
  readonly credits: bigint;
  readonly class: string;
  readonly validity: CatalogDuration;
  /** Epoch milliseconds; the window is half-open. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** Atoms that the campaign may award in all. */
  readonly budget: bigint | null;
  /** Awards that one account may get: per calendar day for a daily check-in, else in all. */
  readonly perAccountLimit: number | null;
  readonly perDeviceLimit: number | null;
  readonly audience: Audience | null;
  readonly codes: { readonly kind: 'single_use' } | { readonly kind: 'shared'; readonly code: string } | null;
  readonly referral: { readonly inviterCredits: bigint; readonly inviterLimit: number | null } | null;
}

export interface Jurisdiction {
  /** The shortest validity that bought credits may have there. */
  readonly expiryFloor: CatalogDuration | null;
  /** Balances worth at most this much are paid out on request. */
  readonly cashOut: { readonly atMostMinor: number; readonly currency: string } | null;
  /** How long a purchase may be withdrawn from. */
  readonly withdrawalWindow: CatalogDuration | null;
}

export interface Policies {
  readonly refundGrace: CatalogDuration;
  readonly overdraft: { readonly allowed: boolean; readonly limit: bigint };
  readonly reversal: 'loss' | 'debt';
  /**
   * What becomes of unspent paid credits when an account is closed: packs that may still be given back are refunded and
   * the rest is payable; all of it is payable; or it is forfeited with the person's consent.
   */
  readonly closure: 'refund' | 'payable' | 'forfeit';
  /** Whether a period that a discount made free at its provider is granted like one that was paid. */
  readonly freePeriods: boolean;
  readonly holds: { readonly defaultTtlSeconds: number; readonly maxTtlSeconds: number };
  readonly quotes: { readonly ttlSeconds: number };
  readonly campaignValidity: { readonly minimum: CatalogDuration; readonly maximum: CatalogDuration };
  /** How long an unspent pack may be given back by its buyer; null: only through support. */
  readonly packRefundWindow: CatalogDuration | null;
  /** More than so many top-ups within an hour are no usual use; one charge is of at most so many packs. */
  readonly autoTopUp: { readonly mostPerHour: number; readonly mostPacks: number };
  readonly jurisdictions: Readonly<Record<string, Jurisdiction>>;
  readonly notices: NoticeRules;
}

/** A validated catalog with every default filled in, frozen throughout. Amounts are atoms. */
export interface Catalog {
  /** 12 hex digits that depend on the file's meaning alone: neither formatting nor key order changes it. */
  readonly version: string;
  readonly name: string | null;
  readonly scale: number;
  readonly strategy: 'class_order' | 'expiring_first';
  /** In draw order. */
  readonly classes: readonly CatalogClass[];
  readonly surfaces: Readonly<Record<Surface, { readonly credits: boolean }>>;
  /** By id, without a prototype: `features['constructor']` is undefined. */
  readonly features: Readonly<Record<string, Feature>>;
  readonly plans: readonly Plan[];
  readonly packs: readonly Pack[];
  /** Null: only packs are sold. */
  readonly exactAmount: ExactAmount | null;
  readonly campaigns: readonly Campaign[];
  readonly policies: Policies;
  /** A URL with `{account}` and `{feature}` in it, for surfaces that hand over to the web. */
  readonly handoffUrl: string | null;
  /** The validated file, defaults included: reading it again gives the same catalog and version. */
  readonly source: JsonObject;
}
