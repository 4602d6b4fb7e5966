/** The catalog, as far as the credential may see. */
import type { CampaignKind } from './campaign.ts';
import type { Instant, Json, Surface } from './common.ts';

export type SurfaceMode = 'charge' | 'free_on_device' | 'open_on_web' | 'unsupported';

export interface CatalogClass {
  id: string;
  name: string;
  paid: boolean;
  /** ISO 8601 duration of a grant that states none; null: it never expires. */
  default_validity: string | null;
}

/** Of a table: how one axis of it is asked for. */
export type CatalogDimension =
  | { kind: 'choice'; id: string; values: string[]; default: string | null }
  /** What is asked for counts as the next higher of these. */
  | { kind: 'tier'; id: string; up_to: number[]; default: number | null }
  | { kind: 'per_unit'; id: string; default: number | null; increment?: number; maximum?: number };

export type CatalogPrice =
  | { kind: 'flat'; amount: number }
  | {
      kind: 'per_unit';
      amount: number;
      unit: string;
      minimum?: number;
      maximum_units?: number;
      increment?: number;
    }
  | {
      kind: 'table';
      dimensions: CatalogDimension[];
      /** An amount of null: not offered. */
      cells: { when: { [dimension: string]: number | string }; amount: number | null }[];
      minimum?: number;
    };

export interface CatalogFeature {
  id: string;
  name: string;
  description?: string;
  price: CatalogPrice;
  /** The only classes that may pay for it; null: every class. */
  classes: string[] | null;
  surfaces: { [surface in Surface]: SurfaceMode };
}

export interface CatalogBilling {
  interval: 'month' | 'year';
  refill: 'monthly' | 'upfront';
  /** Of one refill, for one person or seat. */
  credits: number;
  /** Of one period, for one person or seat, in minor units by currency. */
  prices: { [currency: string]: number };
}

export interface CatalogPlan {
  id: string;
  name: string;
  kind: 'personal' | 'team';
  /** Team plans only: the sizes that are sold. */
  seats?: number[];
  class: string;
  billing: CatalogBilling[];
  rollover: { maximum: number; percentage: number; validity: string } | null;
  trial: { validity: string; credits: number } | null;
  grace: string | null;
}

export interface CatalogPack {
  id: string;
  name: string;
  credits: number;
  bonus: number;
  class: string;
  /** In minor units by currency. */
  prices: { [currency: string]: number };
  /** ISO 8601 duration; null: it never expires. */
  validity: string | null;
}

/** Any amount, bought by the credit. */
export interface CatalogExactAmount {
  class: string;
  minimum: number;
  maximum: number;
  step: number;
  /** A purchase is priced by the first tier that it fits, in minor units of a currency for each credit. */
  tiers: { up_to: number | null; unit_prices: { [currency: string]: number } }[];
  validity: string | null;
}

export interface CatalogCampaign {
  id: string;
  name: string;
  kind: CampaignKind;
  /** Of one award; of a referral, what the invited account gets. */
  credits: number;
  /** Referrals only. */
  inviter_credits?: number;
  class: string;
  validity: string;
  starts_at: Instant | null;
  ends_at: Instant | null;
  /** Only for the product's server. */
  budget?: number | null;
  per_account_limit?: number | null;
  per_device_limit?: number | null;
  inviter_limit?: number | null;
  audience?: Json;
  codes?: Json;
}

export interface Catalog {
  name?: string;
  version: string;
  scale: number;
  strategy: 'class_order' | 'expiring_first';
  classes: CatalogClass[];
  features: CatalogFeature[];
  surfaces: { [surface in Surface]: { credits: boolean } };
  plans: CatalogPlan[];
  packs: CatalogPack[];
  /** Bounds and prices of any amount; null: packs only. */
  exact_amount: CatalogExactAmount | null;
  campaigns: CatalogCampaign[];
  /** Only for the product's server. */
  policies?: Json;
  handoff_url?: string | null;
}
