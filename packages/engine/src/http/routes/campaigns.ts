/** Campaigns: what accounts redeem and claim, and what staff makes, watches and stops. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import { reasonRequest } from '../schemas/account.ts';
import {
  campaign,
  campaignCodes,
  campaignCodesRequest,
  campaignOffers,
  campaignPage,
  campaignRequest,
  claimRequest,
  redeemRequest,
  redemptionPage,
  referral,
  referralRequest,
} from '../schemas/campaign.ts';
import { grantReceipt } from '../schemas/operation.ts';
import { catalogId } from '../schemas/primitives.ts';
import { ofAccount, paging } from './params.ts';

const ofCampaign = z.strictObject({ campaign: catalogId });

const award = {
  method: 'POST',
  tag: 'Campaigns',
  scope: 'grant',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'required',
  status: 201,
  answers: { 201: { description: 'The lot, and the balance with it', schema: grantReceipt } },
} as const;

const refusals = [
  'unknown_surface',
  'account_not_found',
  'idempotency_key_reused',
  'balance_limit_exceeded',
  'campaign_not_started',
  'campaign_ended',
  'campaign_stopped',
  'campaign_budget_exhausted',
  'campaign_already_redeemed',
  'campaign_device_limit',
  'campaign_not_eligible',
] as const;

const redeem = route({
  ...award,
  path: '/v1/accounts/{account}/redeem',
  operationId: 'redeem',
  summary: 'Redeems a code: of a promotion, or of whoever invited this account',
  params: ofAccount,
  body: redeemRequest,
  problems: [...refusals, 'code_not_found'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.campaigns.redeem(params.account, body, call)),
});

const claim = route({
  ...award,
  path: '/v1/accounts/{account}/campaigns/{campaign}/claim',
  operationId: 'claimCampaign',
  summary: 'Takes part in an event, a limited-time offer, a daily check-in or a sign-up bonus',
  params: z.strictObject({ ...ofAccount.shape, ...ofCampaign.shape }),
  body: claimRequest,
  problems: [...refusals, 'campaign_not_found'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.campaigns.claim(params.account, params.campaign, body, call)),
});

const listOffers = route({
  method: 'GET',
  path: '/v1/accounts/{account}/campaigns',
  operationId: 'listOffers',
  summary: 'What the account may take part in now, of the catalog and of what staff made',
  tag: 'Campaigns',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  status: 200,
  answers: { 200: { description: 'The campaigns', schema: campaignOffers } },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.campaigns.offers(params.account, call),
  }),
});

const createReferral = route({
  method: 'POST',
  path: '/v1/accounts/{account}/referrals',
  operationId: 'createReferral',
  summary: "Gives the account's own code to invite others with: the same one every time",
  tag: 'Campaigns',
  scope: 'grant',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  body: referralRequest,
  status: 200,
  answers: { 200: { description: 'The code, and what it came to so far', schema: referral } },
  problems: [
    'account_not_found',
    'account_closed',
    'campaign_not_found',
    'campaign_not_started',
    'campaign_ended',
    'campaign_stopped',
    'campaign_not_eligible',
  ],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.campaigns.referral(params.account, body, call),
  }),
});

const byStaff = {
  tag: 'Campaigns',
  scope: 'admin',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
} as const;

const createCampaign = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/campaigns',
  operationId: 'createCampaign',
  summary:
    "Makes a campaign by the rules of the catalog's file, which waits for a second person where it may give too much",
  body: campaignRequest,
  status: 201,
  answers: { 201: { description: 'The campaign', schema: campaign } },
  problems: ['campaign_exists'],
  handler: async ({ engine }, { body, call }) => ({ body: await engine.campaigns.create(body, call) }),
});

const listCampaigns = route({
  ...byStaff,
  method: 'GET',
  path: '/v1/campaigns',
  operationId: 'listCampaigns',
  summary: 'Lists campaigns, newest first, with what became of their credits',
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of campaigns', schema: campaignPage } },
  problems: ['invalid_cursor'],
  handler: async ({ engine }, { query }) => ({ body: await engine.campaigns.list(query) }),
});

const getCampaign = route({
  ...byStaff,
  method: 'GET',
  path: '/v1/campaigns/{campaign}',
  operationId: 'getCampaign',
  summary: 'Shows a campaign and what became of its credits',
  params: ofCampaign,
  answers: { 200: { description: 'The campaign', schema: campaign } },
  problems: ['campaign_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.campaigns.show(params.campaign) }),
});

const stopCampaign = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/campaigns/{campaign}/stop',
  operationId: 'stopCampaign',
  summary: 'Ends a campaign for good; lots that it issued stay as they are',
  params: ofCampaign,
  body: reasonRequest,
  answers: { 200: { description: 'The campaign', schema: campaign } },
  problems: ['campaign_not_found'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.campaigns.end(params.campaign, body, call),
  }),
});

const createCampaignCodes = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/campaigns/{campaign}/codes',
  operationId: 'createCampaignCodes',
  summary: 'Makes single-use codes; they are shown this once',
  params: ofCampaign,
  body: campaignCodesRequest,
  status: 201,
  answers: { 201: { description: 'The codes', schema: campaignCodes } },
  problems: ['campaign_not_found', 'campaign_not_started', 'campaign_ended', 'campaign_stopped'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.campaigns.codes(params.campaign, body, call),
  }),
});

const listRedemptions = route({
  ...byStaff,
  method: 'GET',
  path: '/v1/campaigns/{campaign}/redemptions',
  operationId: 'listRedemptions',
  summary: 'Lists who was granted what, newest first',
  params: ofCampaign,
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of redemptions', schema: redemptionPage } },
  problems: ['campaign_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.campaigns.redemptions(params.campaign, query),
  }),
});

export const campaignRoutes = [
  redeem,
  claim,
  listOffers,
  createReferral,
  createCampaign,
  listCampaigns,
  getCampaign,
  stopCampaign,
  createCampaignCodes,
  listRedemptions,
];
