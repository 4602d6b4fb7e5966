/** Whether a campaign that staff make may give more than one of them may alone: then it waits for a second person. */
import { createHash } from 'node:crypto';
import type { Metadata } from '../core/account.ts';
import type { AskForCampaign } from '../sources/campaign-directory.ts';
import { NOBODY, nextNo, recording } from '../store/audit.ts';
import { requesting } from './approval-rows.ts';
import { aloneAs, doneOfLate } from './family.ts';
import { type Limits, needsSecond } from './present.ts';

/**
 * A campaign counts with its whole budget when it is made, since all of it can be given from then on; one without a budget
 * is more than any limit. Together with the campaigns of 24 hours it is held to the limit of one account as well: nothing
 * keeps one account from having all of it.
 */
export const askingForCampaigns =
  (limits: Limits): AskForCampaign =>
  async (on, { campaign, terms, staff, at }) => {
    const { budget } = campaign;
    const isLimited = limits.account !== null || limits.staff !== null;
    if (!isLimited) return { approval: null, size: budget ?? 0n };
    await aloneAs(on, staff.id);
    const ofLate = await doneOfLate(on, { account: NOBODY, staff: staff.id, now: at });
    if (budget !== null && !needsSecond(limits, ofLate, budget)) return { approval: null, size: budget };
    const no = await nextNo(on);
    const one = {
      account: NOBODY,
      no,
      at,
      staff,
      reason: null,
      subject: campaign.id,
      input: { terms } as Metadata,
    };
    const writes = [
      requesting({
        ...one,
        act: 'start_campaign',
        reason: campaign.name,
        expiresAt: at + limits.waitMs,
        preview: null,
        size: budget,
        key: createHash('sha256').update(`start_campaign ${no}`).digest().subarray(0, 16),
      }),
      recording({ ...one, act: 'request', size: budget ?? 0n, entries: null, approval: no }),
    ];
    for (const { statement, params } of writes) await on.query(statement, params);
    return { approval: no, size: 0n };
  };
