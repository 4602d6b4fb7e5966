/** The small types of the contract: ids, amounts, times, metadata. Everything that travels is built of these. */
import type { Amount, EntryType, Instant, Json, Metadata, Surface, Units } from '@drawdown/client';
import { z } from 'zod';
import { SURFACES } from '../../catalog/catalog.ts';
import { ENTRY_TYPES } from '../../core/account.ts';
import { parseDuration, parseInstant } from '../../core/calendar.ts';

const ACCOUNT = /^[A-Za-z0-9_.:@-]{1,128}$/;
// As the catalog's own ids: letters first, so that no id is mistaken for a number.
const CATALOG_ID = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

const account = z.string().regex(ACCOUNT, 'must be 1–128 of A–Z, a–z, 0–9, _, -, ., : and @');
export const resourceId = (prefix: string) => z.string().regex(ID, `must be an id such as ${prefix}_…`);

export const accountId = account.meta({
  description: "The caller's own id of the account.",
  examples: ['u_1'],
});
export const grantId = resourceId('grt').meta({ description: 'The id of a lot of credits.' });
export const operationId = resourceId('op').meta({ description: 'The id of an operation.' });
export const holdId = resourceId('hld').meta({ description: 'The id of a hold.' });
export const purchaseId = resourceId('pur').meta({ description: 'The id of a purchase.' });
export const checkoutId = resourceId('chk').meta({ description: 'The id of a sandbox checkout.' });
export const keyId = resourceId('key').meta({ description: 'The id of a key; not the key itself.' });
export const quoteId = z.string().min(1).max(4096).meta({ description: 'The id of a quote.' });
export const catalogId = z
  .string()
  .regex(CATALOG_ID, 'must be 1–64 of A–Z, a–z, 0–9, _, . and -, starting with a letter');

// What a decimal string needs: 16 digits, a point, 20 decimals; the engine reads it exactly and answers invalid_amount.
const MAX_AMOUNT_LENGTH = 64;

export const amount: z.ZodType<Amount, Amount> = z
  .union([z.number(), z.string().max(MAX_AMOUNT_LENGTH)], { error: 'must be a number or a decimal string' })
  .meta({
    id: 'Amount',
    description:
      "Credits, as a number or a decimal string: above 0, with at most the catalog's decimals, at most 2^53−1 of the smallest part.",
    examples: [25, '12.5'],
  });

export const credits = z.number().meta({ description: 'Credits.' });

export const seq = z.int().min(0);

export const instantIn: z.ZodType<Instant, Instant> = z
  .string()
  .refine(
    (value) => parseInstant(value) !== null,
    'must be an RFC 3339 time such as 2026-03-25T10:00:00.000Z',
  )
  .meta({ format: 'date-time', examples: ['2026-03-25T10:00:00.000Z'] });

/** A time in an answer: UTC, with milliseconds. */
export const instant = z.string().meta({ format: 'date-time', examples: ['2026-03-25T10:00:00.000Z'] });

export const duration = z
  .string()
  .refine((value) => parseDuration(value) !== null, 'must be an ISO 8601 duration such as P30D or P1M')
  .meta({ examples: ['P30D'] });

export const surface = z.enum(SURFACES).meta({ id: 'Surface' }) satisfies z.ZodType<Surface>;

export const entryType = z.enum(ENTRY_TYPES).meta({ id: 'EntryType' }) satisfies z.ZodType<EntryType>;

export const limitPeriod = z
  .enum(['day', 'month'])
  .meta({ id: 'LimitPeriod', description: "A calendar day or month in the team's time zone." });

/** A sentence for people: not blank, and short enough for a list. */
export const sentence = z
  .string()
  .max(500)
  .refine((value) => value.trim() !== '', 'must not be blank');

export const shortText = z
  .string()
  .max(200)
  .refine((value) => value.trim() !== '', 'must not be blank');

/** Any value: what has come through a JSON reader is JSON. */
export const json: z.ZodType<Json, Json> = z
  .custom<Json>()
  .meta({ id: 'Json', description: 'Any JSON value.' });

const MAX_METADATA_KEYS = 50;
const MAX_METADATA_KEY_LENGTH = 64;
const MAX_METADATA_BYTES = 8192;
const MAX_METADATA_DEPTH = 5;

/** A caller's own data: an object of at most 50 keys of at most 64 characters, 5 levels and 8 KB as JSON. */
export const metadataIn: z.ZodType<Metadata, Metadata> = z
  .custom<Metadata>(isPlainObject, 'must be an object')
  .check((context) => {
    const problem = metadataProblem(context.value);
    if (problem !== null) {
      context.issues.push({ code: 'custom', message: problem, input: context.value, path: [] });
    }
  })
  .meta({
    id: 'Metadata',
    type: 'object',
    additionalProperties: true,
    maxProperties: MAX_METADATA_KEYS,
    description: "The caller's own data: kept, never interpreted. At most 50 keys, 5 levels and 8 KB.",
    examples: [{ job: 'j_81' }],
  });

/** Metadata in an answer. */
export const metadata: z.ZodType<Metadata, Metadata> = z
  .record(z.string(), json)
  .meta({ id: 'StoredMetadata', description: "The caller's own data, as it came." });

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataProblem(value: Metadata): string | null {
  const keys = Object.keys(value);
  if (keys.length > MAX_METADATA_KEYS) return `must have at most ${MAX_METADATA_KEYS} keys`;
  if (keys.some((key) => key.length === 0 || key.length > MAX_METADATA_KEY_LENGTH)) {
    return `must have keys of 1 to ${MAX_METADATA_KEY_LENGTH} characters`;
  }
  if (depthOf(value) > MAX_METADATA_DEPTH) return `must nest at most ${MAX_METADATA_DEPTH} levels`;
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_METADATA_BYTES) {
    return `must be at most ${MAX_METADATA_BYTES} bytes as JSON`;
  }
  return null;
}

/** The reader of bodies has bounded the depth already, so the recursion ends. */
function depthOf(value: Json | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const MAX_DIMENSIONS = 8;

const quantity = z.union([z.number(), z.string().max(64)], { error: 'must be a number or a string' });

export const units: z.ZodType<Units, Units> = z
  .union(
    [
      z.number(),
      z.string().max(64),
      z
        .record(z.string().min(1).max(64), quantity)
        .refine((value) => Object.keys(value).length <= MAX_DIMENSIONS, 'must have at most 8 dimensions'),
    ],
    { error: 'must be a quantity, or an object of dimensions' },
  )
  .meta({
    id: 'Units',
    description: 'How much of a feature: a count of its unit, or its dimensions by name.',
    examples: [3, { seconds: 10, resolution: '1080p' }],
  });

// Long enough for any cursor of ours, short enough for a URL.
export const cursor = z.string().min(1).max(512).meta({ description: '`next_cursor` of the page before.' });

/** Query strings carry text: digits alone are a count. */
export const limit = z
  .string()
  .refine(
    (text) => /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= 200,
    'must be a whole number from 1 to 200',
  )
  .transform(Number)
  .meta({ type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Items on a page.' });

/** One page of a list. */
export function page<T extends z.ZodType>(item: T, id: string) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() }).meta({ id });
}
