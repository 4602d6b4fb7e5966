/** Accounts, balances and lots of credits. */
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
  metadata,
  metadataIn,
  page,
  sentence,
  seq,
  shortText,
} from './primitives.ts';

const kind = z.enum(['user', 'team']);

const timeZone = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_+/-]+$/, 'must be an IANA time zone such as Europe/Berlin')
  .meta({
    description: 'IANA time zone in which calendar durations are counted.',
    examples: ['Europe/Berlin'],
  });

export const accountRequest = z
  .strictObject({
    kind: kind.exactOptional(),
    time_zone: timeZone.exactOptional(),
    metadata: metadataIn.exactOptional(),
  })
  .meta({ id: 'AccountRequest' });

export const account = z
  .object({
    account: accountId,
    kind,
    time_zone: z.string(),
    metadata,
    version: seq,
    created_at: instant,
    state: z.enum(['active', 'closed']),
    closed_at: instant.nullable(),
    merged_into: accountId.nullable(),
  })
  .meta({ id: 'Account' });

export const classBalance = z
  .object({
    class: z.string(),
    total: credits,
    held: credits,
    frozen: credits,
    available: credits,
    next_expiry: z.object({ at: instant, amount: credits }).nullable(),
  })
  .meta({ id: 'ClassBalance' });

export const balance = z
  .object({
    account: accountId,
    version: seq.meta({
      description: "The account's last ledger sequence number; it grows by one per entry.",
    }),
    as_of: instant,
    total: credits,
    held: credits,
    frozen: credits,
    available: credits,
    debt: credits,
    classes: z
      .array(classBalance)
      .meta({ description: 'Every class of the catalog in draw order, also at zero.' }),
    draw_order: z
      .array(grantId)
      .meta({ description: 'Spendable lots in the order in which they will be drawn.' }),
  })
  .meta({ id: 'Balance' });

export const grantState = z
  .enum(['active', 'scheduled', 'depleted', 'expired', 'voided', 'frozen', 'transferred'])
  .meta({ id: 'GrantState' });

export const source = z
  .object({
    type: z.string(),
    ref: z.string().nullable(),
    name: z.string().nullable().meta({
      description:
        'Of a campaign: what it is called. Null for everything else, and where there is none of that id.',
    }),
  })
  .meta({ id: 'Source' });

const sourceIn = z.strictObject({
  type: shortText,
  ref: z.string().min(1).max(255).nullable().exactOptional(),
});

export const cost = z
  .strictObject({
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
  })
  .meta({ id: 'Cost', description: 'What was paid for the lot, net, in the minor unit of the currency.' });

export const grant = z
  .object({
    id: grantId,
    account: accountId,
    class: z.string(),
    amount: credits,
    remaining: credits,
    held: credits,
    consumed: credits,
    expired: credits,
    voided: credits,
    transferred: credits.meta({
      description: 'What went to another account when this one was merged into it.',
    }),
    priority: z.number(),
    effective_at: instant,
    expires_at: instant.nullable(),
    features: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Features that may draw on the lot; null means every feature.' }),
    source,
    channel: z
      .string()
      .nullable()
      .meta({ description: 'Where it was sold, as its metadata say; null: nobody said.' }),
    cost: cost.nullable(),
    state: grantState,
    catalog_version: z.string(),
    metadata,
    created_at: instant,
  })
  .meta({ id: 'Grant', description: 'A lot of credits.' });

export const grantPage = page(grant, 'GrantPage');

// A narrower scope is drawn first, so a list is meant to be short.
const MAX_FEATURES = 100;
const MAX_PRIORITY = 1_000_000;

export const grantRequest = z
  .strictObject({
    class: catalogId,
    amount,
    effective_at: instantIn.exactOptional(),
    expires_at: instantIn.nullable().exactOptional(),
    valid_for: duration.exactOptional(),
    priority: z.int().min(-MAX_PRIORITY).max(MAX_PRIORITY).exactOptional(),
    features: z.array(catalogId).min(1).max(MAX_FEATURES).exactOptional(),
    source: sourceIn.exactOptional(),
    cost: cost.exactOptional(),
    metadata: metadataIn.exactOptional(),
  })
  .meta({
    id: 'GrantRequest',
    examples: [{ class: 'promotional', amount: 15, valid_for: 'P30D', source: { type: 'campaign' } }],
  });

export const extendGrantRequest = z
  .strictObject({
    expires_at: instantIn
      .nullable()
      .meta({ description: 'Later than the present expiry; null: the lot never expires.' }),
    reason: sentence.exactOptional(),
  })
  .meta({ id: 'ExtendGrantRequest' });

export const reasonRequest = z.strictObject({ reason: sentence }).meta({ id: 'ReasonRequest' });
