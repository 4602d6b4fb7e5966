import type * as wire from '@drawdown/client';
import type { Catalog, Surface } from '../catalog/catalog.ts';
import { formatInstant } from '../core/calendar.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { demandEligible, type Locked, type PlansOf } from './campaign-award.ts';
import type { CampaignDirectory, KnownCampaign } from './campaign-directory.ts';
import { STAFF_CAMPAIGNS } from './campaign-rows.ts';

export interface OffersSetting {
  readonly catalog: Catalog;
  readonly directory: CampaignDirectory;
  readonly plansOf: PlansOf;
  readonly credits: (atoms: bigint) => number;
}

/**
 * What an account may take part in at this moment, of the catalog and of what staff made: open, within its budget, for
 * this audience, and not yet had as often as it allows. Nothing is claimed, so the last of a budget may be gone by then.
 */
export async function offersFor(
  { catalog, directory, plansOf, credits }: OffersSetting,
  on: Connection,
  asker: Locked & { readonly surface: Surface },
): Promise<wire.CampaignOffer[]> {
  const known: KnownCampaign[] = [];
  for (const { id } of catalog.campaigns) known.push(await directory.demand(on, id));
  for (const row of (await on.query(STAFF_CAMPAIGNS, [])).rows) known.push(directory.known(row));
  const offers: wire.CampaignOffer[] = [];
  for (const one of known) {
    const { campaign, row } = one;
    if (!one.inForce || isSpent(one)) continue;
    const stoppedAt = row.stopped_at === null ? null : Number(row.stopped_at);
    const about = { campaign, stoppedAt, surface: asker.surface, plansOf };
    if (await isRefused(demandEligible(on, asker, about))) continue;
    offers.push({
      id: campaign.id,
      name: campaign.name,
      kind: campaign.kind,
      credits: credits(campaign.credits),
      class: campaign.class,
      validity: campaign.validity.iso,
      ends_at: campaign.endsAt === null ? null : formatInstant(campaign.endsAt),
      how: campaign.referral !== null ? 'invite' : campaign.codes !== null ? 'code' : 'claim',
      needs_device: campaign.perDeviceLimit !== null,
      inviter_credits: campaign.referral === null ? null : credits(campaign.referral.inviterCredits),
    });
  }
  return offers;
}

function isSpent({ campaign, row }: KnownCampaign): boolean {
  const { budget, credits } = campaign;
  return budget !== null && (row.spent ?? 0n) + credits > budget;
}

async function isRefused(eligible: Promise<unknown>): Promise<boolean> {
  try {
    await eligible;
    return false;
  } catch (error) {
    if (error instanceof DrawdownError) return true;
    throw error;
  }
}
