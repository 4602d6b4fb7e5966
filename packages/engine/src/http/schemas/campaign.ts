/** Campaigns, the codes of promotions and referrals, and what accounts redeem. */
import { z } from 'zod';
import {
  accountId,
  amount,
  catalogId,
  credits,
  duration,
  grantId,
  instant,
  instantIn,
  page,
  surface,
} from './primitives.ts';

export const campaignKind = z
  .enum(['event', 'promotion_code', 'referral', 'limited_time_offer', 'daily_check_in', 'sign_up_bonus'])
  .meta({ id: 'CampaignKind' });

const name = z
  .string()
  .max(200)
  .refine((value) => value.trim() !== '', 'must not be blank');

const MAX_COUNT = 1_000_000_000;
const count = z.int().min(1).max(MAX_COUNT);
const accountKind = z.enum(['user', 'team']);

const codes = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('single_use') }),
  z.strictObject({
    kind: z.literal('shared'),
    code: z.string().regex(/^[A-Z0-9-]{6,64}$/, 'must be 6–64 of A–Z, 0–9 and -'),
  }),
]);

export const campaignAudienceRequest = z
  .strictObject({
    account_kinds: z.array(accountKind).min(1).max(2).exactOptional(),
    plans: z.array(catalogId).min(1).max(1000).exactOptional(),
    surfaces: z.array(surface).min(1).max(6).exactOptional(),
    newer_than: duration.exactOptional(),
  })
  .meta({ id: 'CampaignAudienceRequest' });

export const campaignRequest = z
  .strictObject({
    id: catalogId,
    name,
    kind: campaignKind,
    credits: amount,
    class: catalogId,
    validity: duration.meta({
      description: 'Whole days or weeks, counted by the calendar in the time zone of the account.',
    }),
    starts_at: instantIn.nullable().exactOptional(),
    ends_at: instantIn.nullable().exactOptional(),
    budget: amount.nullable().exactOptional(),
    per_account_limit: count.nullable().exactOptional(),
    per_device_limit: count.nullable().exactOptional(),
    audience: campaignAudienceRequest.nullable().exactOptional(),
    codes: codes.exactOptional(),
    referral: z
      .strictObject({ inviter_credits: amount, inviter_limit: count.nullable().exactOptional() })
      .exactOptional(),
  })
  .meta({
    id: 'CampaignRequest',
    description: 'A campaign as a catalog file writes it, and by the same rules.',
    examples: [
      {
        id: 'spring',
        name: 'Spring codes',
        kind: 'promotion_code',
        credits: 40,
        class: 'promotional',
        validity: 'P14D',
        budget: 4000,
        codes: { kind: 'single_use' },
      },
    ],
  });

export const campaignState = z
  .enum(['waiting', 'scheduled', 'running', 'exhausted', 'ended', 'stopped'])
  .meta({ id: 'CampaignState' });

export const campaignMetrics = z
  .object({
    redemptions: z.int().min(0),
    awarded: credits,
    used: credits,
    expired: credits,
    remaining: credits,
    budget_left: credits.nullable(),
  })
  .meta({ id: 'CampaignMetrics', description: 'Lots that were issued, and what became of their credits.' });

export const campaign = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: campaignKind,
    credits,
    class: z.string(),
    validity: z.string(),
    starts_at: instant.nullable(),
    ends_at: instant.nullable(),
    budget: credits.nullable(),
    per_account_limit: z.int().nullable(),
    per_device_limit: z.int().nullable(),
    audience: z
      .object({
        account_kinds: z.array(accountKind).nullable(),
        plans: z.array(z.string()).nullable(),
        surfaces: z.array(surface).nullable(),
        newer_than: z.string().nullable(),
      })
      .nullable(),
    codes: codes.nullable(),
    referral: z.object({ inviter_credits: credits, inviter_limit: z.int().nullable() }).nullable(),
    origin: z.enum(['catalog', 'staff']),
    state: campaignState.meta({ description: '`waiting`: for a second person.' }),
    approval: z
      .string()
      .nullable()
      .meta({ description: 'That it waits for, or waited for; null: nobody had to be asked.' }),
    created_at: instant,
    created_by: z.string(),
    stopped_at: instant.nullable(),
    stopped_by: z.string().nullable(),
    stop_reason: z.string().nullable(),
    metrics: campaignMetrics,
  })
  .meta({ id: 'Campaign' });

export const campaignPage = page(campaign, 'CampaignPage');

const MAX_CODES = 1_000;

export const campaignCodesRequest = z
  .strictObject({ count: z.int().min(1).max(MAX_CODES) })
  .meta({ id: 'CampaignCodesRequest' });

export const campaignCodes = z
  .object({
    campaign: z.string(),
    codes: z
      .array(z.string())
      .meta({ description: 'Each good for one award; kept as hashes, so shown this once.' }),
  })
  .meta({ id: 'CampaignCodes' });

export const redemption = z
  .object({
    campaign: z.string(),
    account: accountId,
    role: z.enum(['participant', 'invited', 'inviter']),
    grant: grantId,
    amount: credits,
    day: z.string().meta({ description: 'The calendar day in the time zone of the account.' }),
    at: instant,
  })
  .meta({ id: 'Redemption' });

export const redemptionPage = page(redemption, 'RedemptionPage');

const device = z
  .string()
  .max(200)
  .refine((value) => value.trim() !== '', 'must not be blank')
  .meta({
    description:
      'What the product calls the device; kept as a hash. Required where the campaign has a limit for each device.',
  });

const facts = { device: device.exactOptional(), surface: surface.exactOptional() };

export const claimRequest = z.strictObject(facts).meta({ id: 'ClaimRequest' });

export const campaignOffers = z
  .object({
    data: z.array(
      z.object({
        id: catalogId,
        name: z.string(),
        kind: campaignKind,
        credits,
        class: z.string(),
        validity: z.string(),
        ends_at: instant.nullable(),
        how: z.enum(['claim', 'code', 'invite']),
        needs_device: z.boolean(),
        inviter_credits: credits.nullable(),
      }),
    ),
  })
  .meta({ id: 'CampaignOffers' });

export const redeemRequest = z
  .strictObject({
    code: z
      .string()
      .max(100)
      .refine((value) => value.trim() !== '', 'must not be blank')
      .meta({ description: 'Case, spaces and hyphens do not matter.', examples: ['7Q4K-9WMX-C02B-TNH5'] }),
    ...facts,
  })
  .meta({ id: 'RedeemRequest' });

export const referralRequest = z
  .strictObject({
    campaign: catalogId
      .exactOptional()
      .meta({ description: 'Absent: the first referral campaign that runs.' }),
  })
  .meta({ id: 'ReferralRequest' });

export const referral = z
  .object({
    account: accountId,
    campaign: z.string(),
    code: z.string(),
    credits,
    inviter_credits: credits,
    inviter_limit: z.int().nullable(),
    invited: z.int().min(0),
    awarded: credits,
    pending: credits.meta({ description: 'What the inviter is due and will have in a moment.' }),
    created_at: instant,
  })
  .meta({ id: 'Referral', description: "An account's own code to invite others with, and what it came to." });
