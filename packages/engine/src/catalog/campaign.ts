import type { Campaign, Catalog, JsonObject } from './catalog.ts';
import { CatalogError, readCatalog } from './load.ts';
import { resolveCampaign } from './resolve.ts';
import type { ValidatedFile } from './schema.ts';

/**
 * Reads a campaign that is not in the catalog's file, by the very rules for one that is. `terms` are what was read
 * with every default filled in: reading them again gives the same campaign. Throws `CatalogError`, whose paths begin
 * at the campaign.
 */
export function readCampaign(catalog: Catalog, data: unknown): { campaign: Campaign; terms: JsonObject } {
  const read = readCatalog({ ...catalog.source, campaigns: [data] }, 'The campaign');
  const { campaigns } = read.source;
  return {
    campaign: read.campaigns[0] as Campaign,
    terms: (campaigns as readonly JsonObject[])[0] as JsonObject,
  };
}

/**
 * Reads what `readCampaign` gave as `terms` once. `fits`: whether the catalog in force would still take it; one that
 * has dropped its class or plan would not, and then the campaign can be shown and grants nothing.
 */
export function rereadCampaign(catalog: Catalog, terms: string): { campaign: Campaign; fits: boolean } {
  const data: unknown = JSON.parse(terms);
  try {
    return { campaign: readCampaign(catalog, data).campaign, fits: true };
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    const validated = data as ValidatedFile['campaigns'][number];
    return { campaign: resolveCampaign(validated, catalog.scale), fits: false };
  }
}

/** Where in the campaign an issue of `readCampaign` is: `campaigns[0].budget` is its `budget`. */
export function fieldOf(path: string): string {
  return path.replace(/^campaigns\[0\]\.?/, '') || 'body';
}
