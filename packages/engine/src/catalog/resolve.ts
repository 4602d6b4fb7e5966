/** Turns a validated file into the catalog that the engine works with: atoms, instants, every default decided. */
import { parseAmount, parseAmountOrZero } from '../core/amount.ts';
import { parseDuration, parseInstant } from '../core/calendar.ts';
import type { NoticeRules } from '../core/notice.ts';
import {
  type Campaign,
  type Catalog,
  type CatalogDuration,
  type ExactAmount,
  type Feature,
  type Jurisdiction,
  type Pack,
  type Plan,
  type Policies,
  SURFACES,
  type Surface,
  type SurfaceMode,
} from './catalog.ts';
import { checked, resolvePrice } from './price-file.ts';
import { parseQuantity } from './quantity.ts';
import type { ValidatedFile } from './schema.ts';

type FileFeature = ValidatedFile['features'][string];
type FilePlan = ValidatedFile['plans'][number];
type FilePack = ValidatedFile['packs'][number];
type FileExactAmount = NonNullable<ValidatedFile['exact_amount']>;
type FileCampaign = ValidatedFile['campaigns'][number];

/** The catalog without what identifies it. The file has passed the schema and `checkReferences`. */
export function resolveFile(file: ValidatedFile): Omit<Catalog, 'version' | 'source'> {
  return {
    name: file.name ?? null,
    scale: file.scale,
    strategy: file.strategy,
    classes: file.classes.map(({ id, name, paid, default_validity }, rank) => ({
      id,
      name,
      rank,
      paid,
      defaultValidity: durationOrNull(default_validity),
    })),
    surfaces: file.surfaces,
    features: withoutPrototype(file.features, (feature, id) => resolveFeature(file, { id, feature })),
    plans: file.plans.map((plan) => resolvePlan(plan, file.scale)),
    packs: file.packs.map((pack) => resolvePack(file, pack)),
    exactAmount: file.exact_amount === undefined ? null : resolveExactAmount(file, file.exact_amount),
    campaigns: file.campaigns.map((campaign) => resolveCampaign(campaign, file.scale)),
    policies: resolvePolicies(file),
    handoffUrl: file.handoff_url ?? null,
  };
}

function resolveFeature(file: ValidatedFile, { id, feature }: { id: string; feature: FileFeature }): Feature {
  const modeOn = (surface: Surface): SurfaceMode =>
    feature.surfaces[surface] ?? (file.surfaces[surface].credits ? 'charge' : 'unsupported');
  return {
    id,
    name: feature.name,
    description: feature.description ?? null,
    price: resolvePrice(feature.price, file.scale),
    classes: feature.classes ?? null,
    surfaces: Object.fromEntries(
      SURFACES.map((surface) => [surface, modeOn(surface)]),
    ) as Feature['surfaces'],
  };
}

function resolvePlan(plan: FilePlan, scale: number): Plan {
  const { rollover, trial } = plan;
  return {
    id: plan.id,
    name: plan.name,
    kind: plan.kind,
    seats: [...(plan.seats ?? [])].sort((a, b) => a - b),
    class: plan.class,
    billing: plan.billing.map(({ interval, refill, credits, prices }) => ({
      interval,
      refill,
      credits: atoms(credits, scale),
      prices,
    })),
    rollover: rollover && {
      maximum: atoms(rollover.maximum, scale),
      percentage: rollover.percentage,
      validity: duration(rollover.validity),
    },
    trial: trial && { validity: duration(trial.validity), credits: atoms(trial.credits, scale) },
    grace: durationOrNull(plan.grace),
  };
}

function resolvePack(file: ValidatedFile, pack: FilePack): Pack {
  return {
    id: pack.id,
    name: pack.name,
    credits: atoms(pack.credits, file.scale),
    bonus: checked(parseAmountOrZero(pack.bonus, file.scale)),
    class: pack.class ?? firstPaid(file),
    prices: pack.prices,
    validity: durationOrNull(pack.validity),
  };
}

function resolveExactAmount(file: ValidatedFile, sold: FileExactAmount): ExactAmount {
  return {
    class: sold.class ?? firstPaid(file),
    minimum: atoms(sold.minimum, file.scale),
    maximum: atoms(sold.maximum, file.scale),
    step: atoms(sold.step, file.scale),
    tiers: sold.tiers.map(({ up_to, unit_prices }) => ({
      upTo: up_to === undefined ? null : atoms(up_to, file.scale),
      unitPrices: withoutPrototype(unit_prices, (price) => checked(parseQuantity(price))),
    })),
    validity: durationOrNull(sold.validity),
  };
}

const firstPaid = (file: ValidatedFile): string => checked(file.classes.find(({ paid }) => paid)?.id ?? null);

/** One campaign that has passed the schema. */
export function resolveCampaign(campaign: FileCampaign, scale: number): Campaign {
  const { audience, referral } = campaign;
  return {
    id: campaign.id,
    name: campaign.name,
    kind: campaign.kind,
    credits: atoms(campaign.credits, scale),
    class: campaign.class,
    validity: duration(campaign.validity),
    startsAt: campaign.starts_at === null ? null : checked(parseInstant(campaign.starts_at)),
    endsAt: campaign.ends_at === null ? null : checked(parseInstant(campaign.ends_at)),
    budget: campaign.budget === null ? null : atoms(campaign.budget, scale),
    perAccountLimit: campaign.per_account_limit,
    perDeviceLimit: campaign.per_device_limit,
    audience: audience && {
      accountKinds: audience.account_kinds ?? null,
      plans: audience.plans ?? null,
      surfaces: audience.surfaces ?? null,
      newerThan: durationOrNull(audience.newer_than ?? null),
    },
    codes: campaign.codes ?? null,
    referral:
      referral === undefined
        ? null
        : { inviterCredits: atoms(referral.inviter_credits, scale), inviterLimit: referral.inviter_limit },
  };
}

function resolvePolicies(file: ValidatedFile): Policies {
  const { policies, scale } = file;
  const { overdraft, holds, quotes, campaign_validity } = policies;
  return {
    refundGrace: duration(policies.refund_grace),
    overdraft: { allowed: overdraft.allowed, limit: overdraft.allowed ? atoms(overdraft.limit, scale) : 0n },
    reversal: policies.reversal,
    closure: policies.closure ?? 'refund',
    freePeriods: policies.free_periods ?? false,
    holds: { defaultTtlSeconds: holds.default_ttl_seconds, maxTtlSeconds: holds.max_ttl_seconds },
    quotes: { ttlSeconds: quotes.ttl_seconds },
    campaignValidity: {
      minimum: duration(campaign_validity.minimum),
      maximum: duration(campaign_validity.maximum),
    },
    packRefundWindow: durationOrNull(policies.pack_refund_window),
    autoTopUp: {
      mostPerHour: policies.auto_top_up.most_per_hour,
      mostPacks: policies.auto_top_up.most_packs,
    },
    notices: resolveNotices(file),
    jurisdictions: withoutPrototype(
      policies.jurisdictions,
      ({ expiry_floor, cash_out, withdrawal_window }): Jurisdiction => ({
        expiryFloor: durationOrNull(expiry_floor),
        cashOut: cash_out && { atMostMinor: cash_out.at_most_minor, currency: cash_out.currency },
        withdrawalWindow: durationOrNull(withdrawal_window),
      }),
    ),
  };
}

/** Days that every lot of a bought class, and of one that is given away, is announced before its end. */
const BOUGHT_DAYS = [30, 7, 1];
const GIVEN_DAYS = [3, 1];

/** A plan's class ends with every period, which nobody needs to be warned of, unless the file says so. */
function resolveNotices({ classes, plans, policies, scale }: ValidatedFile): NoticeRules {
  const { types, expiring, balance_low } = policies.notices;
  const byDefault = ({ id, paid }: { id: string; paid: boolean }): readonly number[] => {
    if (paid) return BOUGHT_DAYS;
    return plans.some((plan) => plan.class === id) ? [] : GIVEN_DAYS;
  };
  return {
    types: new Set(types),
    expiring: new Map(
      classes.map((one): [string, number[]] => {
        const days = Object.hasOwn(expiring, one.id) ? (expiring[one.id] as number[]) : byDefault(one);
        return [one.id, [...days].sort((a, b) => b - a)];
      }),
    ),
    low: balance_low.map(({ below, recovered_at }) => ({
      below: atoms(below, scale),
      recoveredAt: atoms(recovered_at ?? below, scale),
    })),
  };
}

/** Looked up by names from outside, so a name such as `constructor` must find nothing. */
function withoutPrototype<A, B>(record: Readonly<Record<string, A>>, map: (value: A, key: string) => B) {
  const mapped: Record<string, B> = Object.create(null);
  for (const [key, value] of Object.entries(record)) mapped[key] = map(value, key);
  return mapped;
}

function atoms(value: number | string, scale: number): bigint {
  return checked(parseAmount(value, scale));
}

function duration(iso: string): CatalogDuration {
  return { iso, parts: checked(parseDuration(iso)) };
}

function durationOrNull(iso: string | null): CatalogDuration | null {
  return iso === null ? null : duration(iso);
}
