import type { Catalog, CatalogFeature, ClassBalance } from '../wire.ts';

/** How many classes have colours and shapes of their own; what comes after them shares the last. */
const SLOTS = 4;

/** What a page says in its own language for what the catalog names: by kind and id, as `class.subscription`. */
export type Names = Readonly<Record<string, string>>;

/** A class as the page shows it. */
export interface ShownClass {
  readonly id: string;
  readonly name: string;
  /** Without the word that every class has in common. */
  readonly short: string;
  /** From 1, in draw order. */
  readonly position: number;
  /** Which colour and shape, from 1. */
  readonly slot: number;
  /**
   * Where its credits come from: a `plan` refills it, it was `paid` for, or `earned`. Decides what its card says.
   */
  readonly kind: 'plan' | 'paid' | 'earned';
}

export interface CatalogNames {
  readonly classes: readonly ShownClass[];
  class(id: string): ShownClass;
  feature(id: string | null | undefined): string | null;
  /** An axis of a price, or a value on it. */
  setting(id: string): string;
  /** What a feature's price counts. */
  unit(id: string): string;
  /** A plan, a pack or a campaign; `known`: what it says of itself, where the catalog does not say it. */
  named(kind: 'plan' | 'pack' | 'campaign', id: string, known?: string): string;
}

/** Reads the catalog for people; before it has arrived, the ids stand for the names. */
export function catalogNames(
  catalog: Catalog | undefined,
  known: readonly ClassBalance[] | undefined,
  names: Names = {},
): CatalogNames {
  const ids =
    catalog?.classes ?? (known ?? []).map((one) => ({ id: one.class, name: one.class, paid: false }));
  const planned = new Set(catalog?.plans.map((plan) => plan.class));
  const classes = ids.map(({ id, name, paid }, index): ShownClass => {
    const shown = names[`class.${id}`] ?? name;
    return {
      id,
      name: shown,
      short: names[`class.${id}.short`] ?? shown.replace(/ credits$/i, ''),
      position: index + 1,
      slot: Math.min(index + 1, SLOTS),
      kind: paid ? 'paid' : planned.has(id) ? 'plan' : 'earned',
    };
  });
  const byId = new Map(classes.map((one) => [one.id, one]));
  const features = new Map(catalog?.features.map((one: CatalogFeature) => [one.id, one.name]));
  const others = {
    plan: new Map(catalog?.plans.map(({ id, name }) => [id, name])),
    pack: new Map(catalog?.packs.map(({ id, name }) => [id, name])),
    campaign: new Map(catalog?.campaigns.map(({ id, name }) => [id, name])),
  };
  return {
    classes,
    // A lot may be of a class that the catalog has no more: it is shown, behind the others.
    class: (id) =>
      byId.get(id) ?? { id, name: id, short: id, position: classes.length + 1, slot: SLOTS, kind: 'earned' },
    feature: (id) => (id == null ? null : (names[`feature.${id}`] ?? features.get(id) ?? id)),
    unit: (id) => names[`unit.${id}`] ?? id,
    setting: (id) => names[`setting.${id}`] ?? id,
    named: (kind, id, known = id) => names[`${kind}.${id}`] ?? others[kind].get(id) ?? known,
  };
}
