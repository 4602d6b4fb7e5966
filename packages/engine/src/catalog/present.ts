/** The catalog as `GET /v1/catalog` shows it: snake_case JSON, amounts as numbers of credits. */
import type {
  CatalogCampaign,
  CatalogDimension,
  CatalogExactAmount,
  CatalogPack,
  CatalogPlan,
  CatalogPrice,
  Json,
  Catalog as WireCatalog,
} from '@drawdown/client';
import { toCredits } from '../core/amount.ts';
import { formatInstant } from '../core/calendar.ts';
import type {
  Campaign,
  Catalog,
  Dimension,
  ExactAmount,
  Feature,
  Pack,
  Plan,
  Policies,
  Price,
} from './catalog.ts';
import { toUnits } from './quantity.ts';
import { axesOf, cellValues } from './table.ts';

/** A person sees what can be had and what it costs; the product's server also codes, budgets, limits and policies. */
export type CatalogReader = 'person' | 'server';

export interface PresentedCatalog extends WireCatalog {
  name?: string;
  /** Only for the product's server. */
  policies?: Json;
  handoff_url?: string | null;
}

type Credits = (atoms: bigint) => number;

/** The public JSON. Classes come in draw order, everything else in the file's. */
export function presentCatalog(catalog: Catalog, reader: CatalogReader): PresentedCatalog {
  const credits: Credits = (atoms) => toCredits(atoms, catalog.scale);
  const shared = {
    ...(catalog.name === null ? {} : { name: catalog.name }),
    version: catalog.version,
    scale: catalog.scale,
    strategy: catalog.strategy,
    classes: catalog.classes.map(({ id, name, paid, defaultValidity }) => ({
      id,
      name,
      paid,
      default_validity: defaultValidity?.iso ?? null,
    })),
    surfaces: { ...catalog.surfaces },
    features: Object.values(catalog.features).map((feature) => presentFeature(feature, credits)),
    plans: catalog.plans.map((plan) => presentPlan(plan, credits)),
    packs: catalog.packs.map((pack) => presentPack(pack, credits)),
    exact_amount: catalog.exactAmount && presentExactAmount(catalog.exactAmount, credits),
    campaigns: catalog.campaigns.map((campaign) => ({
      ...presentCampaign(campaign, credits),
      ...(reader === 'server' ? presentCampaignTerms(campaign, credits) : {}),
    })),
  };
  return reader === 'person'
    ? shared
    : { ...shared, policies: presentPolicies(catalog.policies, credits), handoff_url: catalog.handoffUrl };
}

function presentFeature({ id, name, description, price, classes, surfaces }: Feature, credits: Credits) {
  return {
    id,
    name,
    ...(description === null ? {} : { description }),
    price: presentPrice(price, credits),
    classes: classes === null ? null : [...classes],
    surfaces: { ...surfaces },
  };
}

function presentPrice(price: Price, credits: Credits): CatalogPrice {
  switch (price.kind) {
    case 'flat':
      return { kind: 'flat', amount: credits(price.amount) };
    case 'per_unit':
      return {
        kind: 'per_unit',
        amount: credits(price.amount),
        unit: price.unit,
        ...present('minimum', price.minimum, credits),
        ...present('maximum_units', price.maximumUnits, toUnits),
        ...present('increment', price.increment, toUnits),
      };
    case 'table': {
      const axes = axesOf(price.dimensions);
      return {
        kind: 'table',
        dimensions: price.dimensions.map(presentDimension),
        cells: price.cells.map((amount, index) => {
          const values = cellValues(axes, index);
          return {
            when: Object.fromEntries(axes.map(({ id }, nth) => [id, values[nth] as number | string])),
            amount: amount === null ? null : credits(amount),
          };
        }),
        ...present('minimum', price.minimum, credits),
      };
    }
  }
}

/** A key only where the catalog sets it. */
function present(key: string, value: bigint | null, write: Credits): { [key: string]: number } {
  return value === null ? {} : { [key]: write(value) };
}

function presentDimension(dimension: Dimension): CatalogDimension {
  const { kind, id } = dimension;
  switch (kind) {
    case 'choice':
      return { kind, id, values: [...dimension.values], default: dimension.default };
    case 'tier': {
      const preset = present('default', dimension.default, toUnits);
      return { kind, id, up_to: dimension.upTo.map(toUnits), default: null, ...preset };
    }
    case 'per_unit':
      return {
        kind,
        id,
        default: null,
        ...present('default', dimension.default, toUnits),
        ...present('increment', dimension.increment, toUnits),
        ...present('maximum', dimension.maximum, toUnits),
      };
  }
}

function presentPlan(plan: Plan, credits: Credits): CatalogPlan {
  const { rollover, trial } = plan;
  return {
    id: plan.id,
    name: plan.name,
    kind: plan.kind,
    ...(plan.kind === 'team' ? { seats: [...plan.seats] } : {}),
    class: plan.class,
    billing: plan.billing.map((billing) => ({
      interval: billing.interval,
      refill: billing.refill,
      credits: credits(billing.credits),
      prices: { ...billing.prices },
    })),
    rollover: rollover && {
      maximum: credits(rollover.maximum),
      percentage: rollover.percentage,
      validity: rollover.validity.iso,
    },
    trial: trial && { validity: trial.validity.iso, credits: credits(trial.credits) },
    grace: plan.grace?.iso ?? null,
  };
}

function presentPack(pack: Pack, credits: Credits): CatalogPack {
  return {
    id: pack.id,
    name: pack.name,
    credits: credits(pack.credits),
    bonus: credits(pack.bonus),
    class: pack.class,
    prices: { ...pack.prices },
    validity: pack.validity?.iso ?? null,
  };
}

function presentExactAmount(sold: ExactAmount, credits: Credits): CatalogExactAmount {
  return {
    class: sold.class,
    minimum: credits(sold.minimum),
    maximum: credits(sold.maximum),
    step: credits(sold.step),
    tiers: sold.tiers.map(({ upTo, unitPrices }) => ({
      up_to: upTo === null ? null : credits(upTo),
      unit_prices: Object.fromEntries(
        Object.entries(unitPrices).map(([currency, price]) => [currency, toUnits(price)]),
      ),
    })),
    validity: sold.validity?.iso ?? null,
  };
}

function presentCampaign(campaign: Campaign, credits: Credits): CatalogCampaign {
  const { referral } = campaign;
  return {
    id: campaign.id,
    name: campaign.name,
    kind: campaign.kind,
    credits: credits(campaign.credits),
    ...(referral === null ? {} : { inviter_credits: credits(referral.inviterCredits) }),
    class: campaign.class,
    validity: campaign.validity.iso,
    starts_at: campaign.startsAt === null ? null : formatInstant(campaign.startsAt),
    ends_at: campaign.endsAt === null ? null : formatInstant(campaign.endsAt),
  };
}

function presentCampaignTerms(campaign: Campaign, credits: Credits): { [key: string]: Json } {
  const { audience, codes, referral } = campaign;
  return {
    budget: campaign.budget === null ? null : credits(campaign.budget),
    per_account_limit: campaign.perAccountLimit,
    per_device_limit: campaign.perDeviceLimit,
    audience: audience && {
      account_kinds: audience.accountKinds && [...audience.accountKinds],
      plans: audience.plans && [...audience.plans],
      surfaces: audience.surfaces && [...audience.surfaces],
      newer_than: audience.newerThan?.iso ?? null,
    },
    codes: codes && { ...codes },
    ...(referral === null ? {} : { inviter_limit: referral.inviterLimit }),
  };
}

function presentPolicies(policies: Policies, credits: Credits): Json {
  const { overdraft, holds, quotes, campaignValidity, notices } = policies;
  return {
    refund_grace: policies.refundGrace.iso,
    overdraft: overdraft.allowed ? { allowed: true, limit: credits(overdraft.limit) } : { allowed: false },
    reversal: policies.reversal,
    holds: { default_ttl_seconds: holds.defaultTtlSeconds, max_ttl_seconds: holds.maxTtlSeconds },
    quotes: { ttl_seconds: quotes.ttlSeconds },
    campaign_validity: { minimum: campaignValidity.minimum.iso, maximum: campaignValidity.maximum.iso },
    pack_refund_window: policies.packRefundWindow?.iso ?? null,
    auto_top_up: {
      most_per_hour: policies.autoTopUp.mostPerHour,
      most_packs: policies.autoTopUp.mostPacks,
    },
    notices: {
      types: [...notices.types],
      expiring: Object.fromEntries([...notices.expiring].map(([id, days]) => [id, [...days]])),
      balance_low: notices.low.map(({ below, recoveredAt }) => ({
        below: credits(below),
        recovered_at: credits(recoveredAt),
      })),
    },
    jurisdictions: Object.fromEntries(
      Object.entries(policies.jurisdictions).map(([code, { expiryFloor, cashOut, withdrawalWindow }]) => [
        code,
        {
          expiry_floor: expiryFloor?.iso ?? null,
          cash_out: cashOut && { at_most_minor: cashOut.atMostMinor, currency: cashOut.currency },
          withdrawal_window: withdrawalWindow?.iso ?? null,
        },
      ]),
    ),
  };
}
