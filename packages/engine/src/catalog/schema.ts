/**
 * The shape of a catalog file: snake_case keys, unknown keys refused, each message beside its path.
 * What one value can say about itself is checked here; what needs two parts of the file is in references.ts.
 */
import { z } from 'zod';
import { MAX_SCALE, parseAmount, parseAmountOrZero } from '../core/amount.ts';
import { parseDuration, parseInstant } from '../core/calendar.ts';
import { NOTICE_TYPES } from '../core/notice.ts';
import { SURFACES } from './catalog.ts';
import { MAX_UNITS, parseQuantity, UNIT_DECIMALS } from './quantity.ts';

// Ids stand in URLs, in SQL and in messages, so they stay short and need no escaping anywhere.
const ID = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const id = z.string().regex(ID, 'must be 1–64 of A–Z, a–z, 0–9, _, . and -, starting with a letter');
const text = z.string().min(1).max(200);
const count = z.int().min(1).max(1_000_000_000);

const duration = z
  .string()
  .refine((value) => parseDuration(value) !== null, 'must be an ISO 8601 duration such as P30D or P1M');

const instant = z
  .string()
  .refine((value) => parseInstant(value) !== null, 'must be an RFC 3339 time such as 2026-03-25T10:00:00Z');

const numeric = (what: string) =>
  z.union([z.number(), z.string()], { error: `must be ${what}, as a number or a decimal string` });

const quantity = numeric('a quantity').refine(
  (value) => parseQuantity(value) !== null,
  `must be above 0, at most ${MAX_UNITS} and have at most ${UNIT_DECIMALS} decimals`,
);

/** A price above ten thousand million is a slip; payment providers stop far below it. */
export const MAX_MINOR = 1_000_000_000_000;

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD');

/** A record that may not be empty, with a message that does not speak of sizes. */
const prices = (minimum: 0 | 1) =>
  z
    .record(currency, z.int().min(minimum).max(MAX_MINOR))
    .refine((record) => Object.keys(record).length > 0, 'must name at least one currency');

const unique = <T>(values: readonly T[]) => new Set(values).size === values.length;

const uniqueList = <S extends z.ZodType>(item: S) =>
  z.array(item).min(1).max(1000).refine(unique, 'must not repeat a value');

const surface = z.enum(SURFACES);
const onSurface = z.strictObject({ credits: z.boolean() });
const surfaceMode = z.enum(['charge', 'free_on_device', 'open_on_web']);

const dimension = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('choice'),
    id,
    values: uniqueList(text),
    default: text.optional(),
  }),
  z.strictObject({
    kind: z.literal('tier'),
    id,
    up_to: z.array(quantity).min(1).max(100),
    default: quantity.optional(),
  }),
  z.strictObject({
    kind: z.literal('per_unit'),
    id,
    increment: quantity.optional(),
    maximum: quantity.optional(),
    default: quantity.optional(),
  }),
]);

const audience = z.strictObject({
  account_kinds: uniqueList(z.enum(['user', 'team'])).optional(),
  plans: uniqueList(id).optional(),
  surfaces: uniqueList(surface).optional(),
  newer_than: duration.optional(),
});

const codes = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('single_use') }),
  z.strictObject({
    kind: z.literal('shared'),
    code: z.string().regex(/^[A-Z0-9-]{6,64}$/, 'must be 6–64 of A–Z, 0–9 and -'),
  }),
]);

const jurisdiction = z.strictObject({
  expiry_floor: duration.nullable().default(null),
  cash_out: z.strictObject({ at_most_minor: count, currency }).nullable().default(null),
  withdrawal_window: duration.nullable().default(null),
});

/** More than a year ahead is no reminder. */
const daysAhead = z.array(z.int().min(1).max(366)).max(10).refine(unique, 'must not repeat a value');

const seconds = z.int().min(1).max(86_400, 'must be at most 86400, one day');

/** What is told unless the file says otherwise: all but every single deduction, of which there are too many. */
const TOLD = NOTICE_TYPES.filter((type) => type !== 'credits.consumed');

/** The schema for a file whose amounts have `scale` decimals. */
export function catalogFileSchema(scale: number) {
  const decimals = scale === 0 ? 'whole credits' : `at most ${scale} decimals`;
  const amount = numeric('an amount of credits').refine(
    (value) => parseAmount(value, scale) !== null,
    `must be an amount above 0 in ${decimals}, at most 2^53-1 of the smallest part`,
  );
  const amountOrZero = numeric('an amount of credits').refine(
    (value) => parseAmountOrZero(value, scale) !== null,
    `must be 0 or an amount in ${decimals}, at most 2^53-1 of the smallest part`,
  );

  const price = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('flat'), amount: amountOrZero }),
    z.strictObject({
      kind: z.literal('per_unit'),
      amount,
      unit: text,
      minimum: amount.optional(),
      maximum_units: quantity.optional(),
      increment: quantity.optional(),
    }),
    z.strictObject({
      kind: z.literal('table'),
      dimensions: z.array(dimension).min(1).max(8),
      cells: z
        .array(z.strictObject({ when: z.record(id, numeric('a value')), amount: amountOrZero.nullable() }))
        .min(1)
        .max(10_000),
      minimum: amount.optional(),
    }),
  ]);

  const feature = z.strictObject({
    name: text,
    description: z.string().max(2000).optional(),
    price,
    classes: uniqueList(id).optional(),
    surfaces: z.partialRecord(surface, surfaceMode).default({}),
  });

  const plan = z.strictObject({
    id,
    name: text,
    kind: z.enum(['personal', 'team']),
    seats: uniqueList(count).optional(),
    class: id,
    billing: z
      .array(
        z.strictObject({
          interval: z.enum(['month', 'year']),
          refill: z.enum(['monthly', 'upfront']).default('monthly'),
          credits: amount,
          prices: prices(0),
        }),
      )
      .min(1)
      .max(2),
    rollover: z
      .strictObject({ maximum: amount, percentage: z.int().min(1).max(100), validity: duration })
      .nullable()
      .default(null),
    trial: z.strictObject({ validity: duration, credits: amount }).nullable().default(null),
    grace: duration.nullable().default(null),
  });

  const pack = z.strictObject({
    id,
    name: text,
    credits: amount,
    bonus: amountOrZero.default(0),
    class: id.optional(),
    prices: prices(1),
    validity: duration.nullable().default(null),
  });

  const exactAmount = z.strictObject({
    class: id.optional(),
    minimum: amount,
    maximum: amount,
    step: amount,
    tiers: z
      .array(
        z.strictObject({
          up_to: amount.optional(),
          unit_prices: z
            .record(currency, quantity)
            .refine((record) => Object.keys(record).length > 0, 'must name at least one currency'),
        }),
      )
      .min(1)
      .max(20),
    validity: duration.nullable().default(null),
  });

  const campaign = z.strictObject({
    id,
    name: text,
    kind: z.enum([
      'event',
      'promotion_code',
      'referral',
      'limited_time_offer',
      'daily_check_in',
      'sign_up_bonus',
    ]),
    credits: amount,
    class: id,
    validity: duration,
    starts_at: instant.nullable().default(null),
    ends_at: instant.nullable().default(null),
    budget: amount.nullable().default(null),
    per_account_limit: count.nullable().default(1),
    per_device_limit: count.nullable().default(null),
    audience: audience.nullable().default(null),
    codes: codes.optional(),
    referral: z
      .strictObject({ inviter_credits: amount, inviter_limit: count.nullable().default(null) })
      .optional(),
  });

  const overdraft = z.discriminatedUnion('allowed', [
    z.strictObject({ allowed: z.literal(false) }),
    z.strictObject({ allowed: z.literal(true), limit: amount }),
  ]);

  const policies = z.strictObject({
    refund_grace: duration.default('P7D'),
    overdraft: overdraft.default({ allowed: false }),
    reversal: z.enum(['loss', 'debt']).default('loss'),
    // Without a default in the file: a default would give catalogs that are in force another version.
    closure: z.enum(['refund', 'payable', 'forfeit']).optional(),
    free_periods: z.boolean().optional(),
    holds: z
      .strictObject({ default_ttl_seconds: seconds.default(900), max_ttl_seconds: seconds.default(86_400) })
      .prefault({}),
    quotes: z.strictObject({ ttl_seconds: seconds.default(300) }).prefault({}),
    campaign_validity: z
      .strictObject({ minimum: duration.default('P7D'), maximum: duration.default('P30D') })
      .prefault({}),
    pack_refund_window: duration.nullable().default(null),
    auto_top_up: z
      .strictObject({
        most_per_hour: z.int().min(1).max(60).default(3),
        most_packs: z.int().min(1).max(1000).default(10),
      })
      .prefault({}),
    notices: z
      .strictObject({
        types: z.array(z.enum(NOTICE_TYPES)).refine(unique, 'must not repeat a value').default(TOLD),
        expiring: z.record(id, daysAhead).default({}),
        balance_low: z
          .array(z.strictObject({ below: amount, recovered_at: amount.optional() }))
          .max(10)
          .default([]),
      })
      .prefault({}),
    jurisdictions: z
      .record(
        z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be an ISO 3166 code such as DE or US-CA'),
        jurisdiction,
      )
      .default({}),
  });

  return z.strictObject({
    name: text.optional(),
    scale: z.int().min(0).max(MAX_SCALE).default(0),
    strategy: z.enum(['class_order', 'expiring_first']).default('class_order'),
    classes: z
      .array(
        z.strictObject({
          id,
          name: text,
          paid: z.boolean(),
          default_validity: duration.nullable().default(null),
        }),
      )
      .min(1, 'must have at least one class')
      .max(100),
    surfaces: z.strictObject({
      web: onSurface,
      desktop_windows: onSurface,
      desktop_macos: onSurface,
      ios: onSurface,
      android: onSurface,
      server: onSurface,
    }),
    features: z.record(id, feature).default({}),
    plans: z.array(plan).max(1000).default([]),
    packs: z.array(pack).max(1000).default([]),
    exact_amount: exactAmount.optional(),
    campaigns: z.array(campaign).max(1000).default([]),
    policies: policies.prefault({}),
    handoff_url: z.string().max(2000).optional(),
  });
}

type Schema = ReturnType<typeof catalogFileSchema>;

/** A catalog file as one writes it: `export default { … } satisfies CatalogFile`. */
export type CatalogFile = z.input<Schema>;

/** A catalog file that passed the schema, with the defaults filled in. */
export type ValidatedFile = z.output<Schema>;
