/** The catalog as it is shown. */
import { z } from 'zod';
import { SURFACES } from '../../catalog/catalog.ts';
import { campaignKind } from './campaign.ts';
import { credits, instant, json } from './primitives.ts';

const everySurface = <T extends z.ZodType>(value: T) => z.record(z.enum(SURFACES), value);
const id = z.string();
const name = z.string();
const duration = z.string().meta({ description: 'An ISO 8601 duration.' });
const prices = z.record(z.string(), z.int()).meta({ description: 'In minor units by currency, net of tax.' });

export const catalogClass = z
  .object({ id, name, paid: z.boolean(), default_validity: duration.nullable() })
  .meta({ id: 'CatalogClass' });

const quantity = z.number();

export const catalogDimension = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('choice'), id, values: z.array(z.string()), default: z.string().nullable() }),
    z.object({ kind: z.literal('tier'), id, up_to: z.array(quantity), default: quantity.nullable() }),
    z.object({
      kind: z.literal('per_unit'),
      id,
      default: quantity.nullable(),
      increment: quantity.exactOptional(),
      maximum: quantity.exactOptional(),
    }),
  ])
  .meta({ id: 'CatalogDimension' });

export const catalogPrice = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('flat'), amount: credits }),
    z.object({
      kind: z.literal('per_unit'),
      amount: credits,
      unit: z.string(),
      minimum: credits.exactOptional(),
      maximum_units: quantity.exactOptional(),
      increment: quantity.exactOptional(),
    }),
    z.object({
      kind: z.literal('table'),
      dimensions: z.array(catalogDimension),
      cells: z.array(
        z.object({
          when: z.record(z.string(), z.union([z.number(), z.string()])),
          amount: credits.nullable(),
        }),
      ),
      minimum: credits.exactOptional(),
    }),
  ])
  .meta({ id: 'CatalogPrice' });

export const catalogFeature = z
  .object({
    id,
    name,
    description: z.string().exactOptional(),
    price: catalogPrice,
    classes: z.array(z.string()).nullable(),
    surfaces: everySurface(z.enum(['charge', 'free_on_device', 'open_on_web', 'unsupported'])),
  })
  .meta({ id: 'CatalogFeature' });

export const catalogPlan = z
  .object({
    id,
    name,
    kind: z.enum(['personal', 'team']),
    seats: z.array(z.int()).exactOptional(),
    class: z.string(),
    billing: z.array(
      z.object({
        interval: z.enum(['month', 'year']),
        refill: z.enum(['monthly', 'upfront']),
        credits,
        prices,
      }),
    ),
    rollover: z.object({ maximum: credits, percentage: z.number(), validity: duration }).nullable(),
    trial: z.object({ validity: duration, credits }).nullable(),
    grace: duration.nullable(),
  })
  .meta({ id: 'CatalogPlan' });

export const catalogPack = z
  .object({
    id,
    name,
    credits,
    bonus: credits,
    class: z.string(),
    prices,
    validity: duration.nullable(),
  })
  .meta({ id: 'CatalogPack' });

export const catalogExactAmount = z
  .object({
    class: z.string(),
    minimum: credits,
    maximum: credits,
    step: credits,
    tiers: z.array(
      z.object({
        up_to: credits.nullable(),
        unit_prices: z.record(z.string(), z.number()).meta({
          description: 'Minor units of a currency for each credit.',
        }),
      }),
    ),
    validity: duration.nullable(),
  })
  .meta({ id: 'CatalogExactAmount' });

const limit = z.int().nullable().exactOptional();

export const catalogCampaign = z
  .object({
    id,
    name,
    kind: campaignKind,
    credits,
    inviter_credits: credits.exactOptional(),
    class: z.string(),
    validity: duration,
    starts_at: instant.nullable(),
    ends_at: instant.nullable(),
    budget: credits.nullable().exactOptional(),
    per_account_limit: limit,
    per_device_limit: limit,
    inviter_limit: limit,
    audience: json.exactOptional(),
    codes: json.exactOptional(),
  })
  .meta({ id: 'CatalogCampaign' });

export const catalog = z
  .object({
    name: z.string().exactOptional(),
    version: z.string(),
    scale: z.int(),
    strategy: z.enum(['class_order', 'expiring_first']),
    classes: z.array(catalogClass),
    features: z.array(catalogFeature),
    surfaces: everySurface(z.object({ credits: z.boolean() })),
    plans: z.array(catalogPlan),
    packs: z.array(catalogPack),
    exact_amount: catalogExactAmount
      .nullable()
      .meta({ description: 'Bounds and prices of any amount; null: packs only.' }),
    campaigns: z.array(catalogCampaign),
    policies: json.exactOptional(),
    handoff_url: z.string().nullable().exactOptional(),
  })
  .meta({ id: 'Catalog' });
