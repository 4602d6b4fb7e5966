/** What the tests of campaigns share: a catalog with campaigns of their own, and accounts to take part in them. */
import type * as wire from '@drawdown/client';
import { readCatalog } from '../../src/catalog/load.ts';
import type { CatalogFile } from '../../src/catalog/schema.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Call, Engine } from '../../src/engine.ts';

type FileCampaign = NonNullable<CatalogFile['campaigns']>[number];

/** An event of 10 promotional credits for two weeks, unless told. */
export const campaign = (id: string, more: Partial<FileCampaign> = {}): FileCampaign => ({
  id,
  name: id,
  kind: 'event',
  credits: 10,
  class: 'promotional',
  validity: 'P14D',
  ...more,
});

/** The shipped catalog with these campaigns instead of its own. */
export const catalogWith = (...campaigns: FileCampaign[]) => readCatalog({ ...shippedCatalog, campaigns });

/** As a campaign that staff makes. */
export const asked = (one: FileCampaign): wire.CampaignRequest => one as wire.CampaignRequest;

let keys = 0;
/** A call under a key of its own. */
export const call = (more: Call = {}): Call => {
  keys += 1;
  return { idempotencyKey: `key-${keys}`, ...more };
};

/** Users in UTC, unless told. */
export async function people(engine: Engine, ids: readonly string[], more: wire.AccountRequest = {}) {
  await Promise.all(ids.map((id) => engine.putAccount(id, more)));
}

export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);
