import type * as wire from '@drawdown/client';
import type { Campaign, Catalog } from '../catalog/catalog.ts';
import { formatInstant } from '../core/calendar.ts';
import { bucketOf } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { recorded } from '../store/audit.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Claimed, Locked } from './campaign-award.ts';
import { codeHash, makeCode } from './campaign-code.ts';
import type { By, CampaignDirectory } from './campaign-directory.ts';
import { demandOpen, refusalOf } from './campaign-refusal.ts';
import { CLAIM_INVITER, type CodeRow } from './campaign-rows.ts';
import { usedBefore } from './erased-uses.ts';
import * as rows from './referral-rows.ts';

/**
 * Throws where the locked account may not be invited by the code's owner: itself, an account that was invited before,
 * or one that has brought in the owner, through however many hands.
 */
export async function demandInvitable(
  on: Connection,
  { account }: Locked,
  { campaign, code }: { campaign: Campaign; code: CodeRow },
): Promise<void> {
  if (Number(code.owner) === account.number) {
    throw refusalOf('campaign_not_eligible', campaign.id, 'Nobody invites their own account.', {
      reason: 'self_referral',
    });
  }
  const owner = Number(code.owner);
  if ((await on.query(rows.ENDED, [owner])).rows[0] !== undefined) {
    throw refusalOf('campaign_not_eligible', campaign.id, 'The account of whoever invites is closed.', {
      reason: 'inviter_closed',
    });
  }
  const { rows: found } = await on.query(rows.REFERRED, [account.number]);
  if (found[0] !== undefined || (await usedBefore(on, account.id, 'invited')) > 0) {
    throw refusalOf('campaign_already_redeemed', campaign.id, 'The account has been invited before.');
  }
  await on.query(rows.LOCK_CODES, [account.number, owner]);
  const { rows: mutual } = await on.query(rows.INVITED_BY, [owner, account.number]);
  if (mutual[0] === undefined) return;
  throw refusalOf('campaign_not_eligible', campaign.id, 'The account has brought in whoever invites it.', {
    reason: 'mutual_referral',
  });
}

/**
 * Claims the inviter's side of a referral. Where the inviter has reached its limit, the invited account is granted
 * its own side all the same: it cannot know how many others there were.
 */
export async function claimReferral(
  on: Connection,
  { account, now }: Locked,
  { campaign, code }: { campaign: Campaign; code: CodeRow },
): Promise<Claimed> {
  const { inviterCredits, inviterLimit } = campaign.referral as NonNullable<Campaign['referral']>;
  const { rows: claimed } = await on.query(CLAIM_INVITER, [code.hash, inviterLimit]);
  const amount = claimed[0] === undefined ? null : inviterCredits;
  const due = amount === null ? null : now;
  const { number } = account;
  const { id, class: type, validity } = campaign;
  const params = [number, id, code.owner, amount, type, validity.iso, now, due, bucketOf(number)];
  return { beside: amount ?? 0n, writes: [{ statement: rows.REFER, params }] };
}

export interface ReferralsSetting {
  readonly catalog: Catalog;
  readonly credits: (atoms: bigint) => number;
  readonly database: Database;
  readonly directory: CampaignDirectory;
}

/** The codes by which accounts invite others: one for each account and campaign, the same for good. */
export class Referrals {
  readonly #setting: ReferralsSetting;

  constructor(setting: ReferralsSetting) {
    this.#setting = setting;
  }

  /** The account's code of the campaign named, or else of the first referral campaign that runs. */
  async codeOf(
    account: { number: number; id: string },
    asked: By & { readonly campaign: string | undefined },
  ): Promise<wire.Referral> {
    const { credits, database } = this.#setting;
    const campaign = await this.#campaign(asked.campaign, asked.now);
    const { code, createdAt } = await this.#keep(account.number, campaign.id, asked);
    const { rows: found } = await database.query(rows.INVITED, [account.number, campaign.id]);
    const referral = campaign.referral as NonNullable<Campaign['referral']>;
    return {
      account: account.id,
      campaign: campaign.id,
      code,
      credits: credits(campaign.credits),
      inviter_credits: credits(referral.inviterCredits),
      inviter_limit: referral.inviterLimit,
      invited: Number(found[0]?.invited),
      awarded: credits(BigInt(found[0]?.awarded ?? 0)),
      pending: credits(BigInt(found[0]?.pending ?? 0)),
      created_at: formatInstant(createdAt),
    };
  }

  async #campaign(id: string | undefined, now: number): Promise<Campaign> {
    const { catalog, database, directory } = this.#setting;
    if (id !== undefined) {
      const { campaign, row } = await directory.demandInForce(database, id);
      if (campaign.referral === null) {
        throw refusalOf('campaign_not_eligible', id, 'The campaign is no referral.', { reason: 'kind' });
      }
      if (row.stopped_at !== null) throw refusalOf('campaign_stopped', id, 'The campaign was stopped.');
      demandOpen(campaign, now);
      return campaign;
    }
    for (const { id: listed, referral } of catalog.campaigns) {
      if (referral === null) continue;
      const { campaign, row } = await directory.demand(database, listed);
      if (row.stopped_at === null && isOpen(campaign, now)) return campaign;
    }
    const { rows: made } = await database.query(rows.STAFF_REFERRALS, []);
    const running = made.map((row) => directory.known(row));
    const found = running.find(({ campaign, inForce }) => inForce && isOpen(campaign, now));
    if (found === undefined)
      throw new DrawdownError('campaign_not_found', 'No referral campaign is running.');
    return found.campaign;
  }

  /** The code that is kept, or a new one; parallel first calls make one. */
  #keep(
    account: number,
    campaign: string,
    { now, actor, staff }: By,
  ): Promise<{ code: string; createdAt: number }> {
    return recorded(this.#setting.database, staff, async (on) => {
      const kept = (await on.query(rows.REFERRAL_CODE, [account, campaign])).rows[0];
      if (kept !== undefined) return known(kept);
      const code = makeCode();
      const made = await on.query(rows.KEEP_CODE, [account, campaign, code, now, bucketOf(account)]);
      if (made.rows[0] !== undefined) {
        await on.query(rows.ADD_CODE, [codeHash(code), campaign, account, now, actor]);
        const told = { act: 'create_referral' as const, at: now, account, subject: campaign, input: {} };
        return { done: { code, createdAt: now }, told };
      }
      const first = (await on.query(rows.REFERRAL_CODE, [account, campaign])).rows[0];
      if (first === undefined) throw new Error('a code that is there is kept');
      return known(first);
    });
  }
}

const known = ({ code, created_at: at }: { code: string; created_at: bigint }) => ({
  done: { code, createdAt: Number(at) },
  told: null,
});

function isOpen({ startsAt, endsAt }: Campaign, now: number): boolean {
  return (startsAt === null || now >= startsAt) && (endsAt === null || now < endsAt);
}
