/** The catalog, as far as the credential may see. */
import type { Json, Surface } from './common.ts';

export type SurfaceMode = 'charge' | 'free_on_device' | 'open_on_web' | 'unsupported';

export interface CatalogClass {
  id: string;
  name: string;
  paid: boolean;
  /** ISO 8601 duration of a grant that states none; null: it never expires. */
  default_validity: string | null;
}

export interface CatalogFeature {
  id: string;
  name: string;
  description?: string;
  price: Json;
  /** The only classes that may pay for it; null: every class. */
  classes: string[] | null;
  surfaces: { [surface in Surface]: SurfaceMode };
}

export interface Catalog {
  name?: string;
  version: string;
  scale: number;
  strategy: 'class_order' | 'expiring_first';
  classes: CatalogClass[];
  features: CatalogFeature[];
  surfaces: { [surface in Surface]: { credits: boolean } };
  plans: Json[];
  packs: Json[];
  /** Bounds and prices of any amount; null: packs only. */
  exact_amount: Json;
  campaigns: Json[];
  /** Only for the product's server. */
  policies?: Json;
  handoff_url?: string | null;
}
