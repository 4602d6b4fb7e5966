/** The catalog as it is shown: what the file says, less what is nobody's business but the operator's. */
import type { Catalog as WireCatalog, Json } from '@drawdown/client';
import type { Catalog, JsonObject, JsonValue } from '../catalog/catalog.ts';

/** Codes, budgets and limits of campaigns: with them a person could redeem what was meant for another. */
const SERVER_ONLY = ['codes', 'budget', 'per_account_limit', 'per_device_limit', 'audience'];

const views = new WeakMap<Catalog, { server: WireCatalog; session: WireCatalog }>();

/** A server sees everything that is for sale or to be won; a session sees it without the operator's own part. */
export function catalogView(catalog: Catalog, { forServer }: { forServer: boolean }): WireCatalog {
  let view = views.get(catalog);
  if (view === undefined) {
    const server = viewOf(catalog);
    view = { server, session: { ...server, campaigns: server.campaigns.map(withoutServerOnly) } };
    views.set(catalog, view);
  }
  return forServer ? view.server : view.session;
}

function viewOf(catalog: Catalog): WireCatalog {
  const { source } = catalog;
  return {
    version: catalog.version,
    scale: catalog.scale,
    strategy: catalog.strategy,
    classes: catalog.classes.map(({ id, name, paid }) => ({ id, name, paid })),
    features: Object.values(catalog.features).map(({ id, name, description, surfaces }) => ({
      id,
      name,
      ...(description === null ? {} : { description }),
      price: priceOf(source, id),
      surfaces: { ...surfaces },
    })),
    surfaces: { ...catalog.surfaces },
    plans: listOf(source, 'plans'),
    packs: listOf(source, 'packs'),
    campaigns: listOf(source, 'campaigns'),
  };
}

function priceOf(source: JsonObject, feature: string): Json {
  const features = source['features'];
  const found = isObject(features) ? features[feature] : undefined;
  return isObject(found) ? copy(found['price'] ?? null) : null;
}

function listOf(source: JsonObject, name: string): Json[] {
  const list = source[name];
  return Array.isArray(list) ? list.map(copy) : [];
}

function withoutServerOnly(campaign: Json): Json {
  if (!isObject(campaign)) return campaign;
  return Object.fromEntries(Object.entries(campaign).filter(([name]) => !SERVER_ONLY.includes(name)));
}

function isObject<T extends JsonValue | Json>(value: T | undefined): value is Extract<T, { [key: string]: unknown }> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The source is frozen and read-only; what travels is plain JSON. */
function copy(value: JsonValue): Json {
  return structuredClone(value) as Json;
}
