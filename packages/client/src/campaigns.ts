import { accountPath, change, post, read } from './exchange.ts';
import { type CallOptions, type ChangeOptions, segment, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

const CAMPAIGNS = '/v1/campaigns';
const campaignPath = (campaign: string): string => `${CAMPAIGNS}/${segment(campaign)}`;

export function campaignMethods(transport: Transport) {
  return {
    /** Redeems a code of a promotion, or of whoever invited this account. */
    redeem: (account: string, body: wire.RedeemRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${accountPath(account)}/redeem`, { body, options }),
    /** Takes part in an event, a limited-time offer, a daily check-in or a sign-up bonus. */
    claimCampaign: (
      account: string,
      campaign: string,
      body: wire.ClaimRequest = {},
      options?: ChangeOptions,
    ) =>
      change<wire.GrantReceipt>(transport, `${accountPath(account)}/campaigns/${segment(campaign)}/claim`, {
        body,
        options,
      }),
    /** What the account may take part in now, of the catalog and of what staff made. */
    listOffers: (account: string, options?: CallOptions) =>
      read<{ data: wire.CampaignOffer[] }>(transport, `${accountPath(account)}/campaigns`, { options }),
    /** The account's own code to invite others with: the same one every time. */
    referral: (account: string, body: wire.ReferralRequest = {}, options?: CallOptions) =>
      post<wire.Referral>(transport, `${accountPath(account)}/referrals`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** Staff only. The same campaign again is answered alike, so that it can be repeated. */
    createCampaign: (body: wire.CampaignRequest, options?: CallOptions) =>
      post<wire.Campaign>(transport, CAMPAIGNS, { body, options, kind: 'repeatable' }),
    /** Newest first, with what became of their credits. */
    listCampaigns: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      read<wire.Page<wire.Campaign>>(transport, CAMPAIGNS, { query: { ...query }, options }),
    getCampaign: (campaign: string, options?: CallOptions) =>
      read<wire.Campaign>(transport, campaignPath(campaign), { options }),
    /** Ends a campaign for good; lots that it issued stay as they are. */
    stopCampaign: (campaign: string, body: wire.ReasonRequest, options?: CallOptions) =>
      post<wire.Campaign>(transport, `${campaignPath(campaign)}/stop`, { body, options, kind: 'repeatable' }),
    /** Single-use codes, shown this once. Sent once and never retried, since others would be made. */
    createCampaignCodes: (campaign: string, body: wire.CampaignCodesRequest, options?: CallOptions) =>
      post<wire.CampaignCodes>(transport, `${campaignPath(campaign)}/codes`, { body, options, kind: 'once' }),
    /** Who was granted what, newest first. */
    listRedemptions: (
      campaign: string,
      query: { limit?: number; cursor?: string } = {},
      options?: CallOptions,
    ) =>
      read<wire.Page<wire.Redemption>>(transport, `${campaignPath(campaign)}/redemptions`, {
        query: { ...query },
        options,
      }),
  };
}
