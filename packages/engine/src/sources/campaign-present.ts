import type * as wire from '@drawdown/client';
import type { Campaign } from '../catalog/catalog.ts';
import { formatInstant } from '../core/calendar.ts';
import { approvalId, grantId } from '../core/id.ts';
import { NOBODY } from '../store/audit.ts';
import type { KnownCampaign } from './campaign-directory.ts';
import type { FiguresRow, RedemptionRow } from './campaign-rows.ts';

type Credits = (atoms: bigint) => number;

const timeOf = (at: bigint | number | null): wire.Instant | null =>
  at === null ? null : formatInstant(Number(at));

/** A campaign with all that it counts, as staff sees it. */
export function presentCampaign(
  known: KnownCampaign,
  figures: FiguresRow | undefined,
  { now, credits }: { now: number; credits: Credits },
): wire.Campaign {
  const { campaign, row } = known;
  const { audience, referral, budget } = campaign;
  return {
    id: campaign.id,
    name: campaign.name,
    kind: campaign.kind,
    credits: credits(campaign.credits),
    class: campaign.class,
    validity: campaign.validity.iso,
    starts_at: timeOf(campaign.startsAt),
    ends_at: timeOf(campaign.endsAt),
    budget: budget === null ? null : credits(budget),
    per_account_limit: campaign.perAccountLimit,
    per_device_limit: campaign.perDeviceLimit,
    audience: audience && {
      account_kinds: audience.accountKinds && [...audience.accountKinds],
      plans: audience.plans && [...audience.plans],
      surfaces: audience.surfaces && [...audience.surfaces],
      newer_than: audience.newerThan?.iso ?? null,
    },
    codes: campaign.codes && { ...campaign.codes },
    referral: referral && {
      inviter_credits: credits(referral.inviterCredits),
      inviter_limit: referral.inviterLimit,
    },
    origin: row.origin,
    state: stateOf(known, now),
    approval: row.approval === null ? null : approvalId(NOBODY, Number(row.approval)),
    created_at: formatInstant(Number(row.created_at)),
    created_by: row.created_by,
    stopped_at: timeOf(row.stopped_at),
    stopped_by: row.stopped_by,
    stop_reason: row.stop_reason,
    metrics: {
      redemptions: Number(figures?.awards ?? 0n),
      awarded: credits(BigInt(figures?.awarded ?? 0)),
      used: credits(BigInt(figures?.used ?? 0)),
      expired: credits(BigInt(figures?.expired ?? 0)),
      remaining: credits(BigInt(figures?.remaining ?? 0)),
      budget_left: budget === null ? null : credits(budgetLeft(budget, row.spent ?? 0n)),
    },
  };
}

/** A catalog may have lowered a budget below what was claimed of it. */
function budgetLeft(budget: bigint, spent: bigint): bigint {
  return spent > budget ? 0n : budget - spent;
}

function stateOf({ campaign, row, inForce }: KnownCampaign, now: number): wire.CampaignState {
  if (row.stopped_at !== null) return 'stopped';
  if (!inForce || (campaign.endsAt !== null && now >= campaign.endsAt)) return 'ended';
  if (row.waiting) return 'waiting';
  if (campaign.startsAt !== null && now < campaign.startsAt) return 'scheduled';
  const left = campaign.budget === null ? null : budgetLeft(campaign.budget, row.spent ?? 0n);
  return left !== null && left < campaign.credits ? 'exhausted' : 'running';
}

export function presentRedemption(campaign: Campaign, row: RedemptionRow, credits: Credits): wire.Redemption {
  return {
    campaign: campaign.id,
    account: row.account,
    role: row.role,
    grant: grantId(Number(row.number), Number(row.grant_no)),
    amount: credits(row.amount),
    day: row.day,
    at: formatInstant(Number(row.at)),
  };
}
