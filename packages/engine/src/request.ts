import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import { rulesOf } from './catalog/load.ts';
import { priceOf } from './catalog/price.ts';
import { handoffUrl, isSurface, supportedSurfaces, surfacePolicy } from './catalog/surface.ts';
import type { Json, Metadata } from './core/account.ts';
import { parseAmount } from './core/amount.ts';
import { isTimeZone, MAX_INSTANT, parseDuration, parseInstant } from './core/calendar.ts';
import type { GrantCommand, Validity } from './core/command.ts';
import { DrawdownError, invalid } from './errors.ts';

/*
 * What callers send, read strictly into what the core understands. Every refusal names the field. The HTTP layer has
 * checked shapes by then; library callers get the same answers from here.
 */

const ACCOUNT_ID = /^[A-Za-z0-9_\-.:@]{1,128}$/;
const MAX_PRIORITY = 1_000_000;
const MAX_FEATURES = 100;
const MAX_TEXT = 500;
const MAX_METADATA_BYTES = 8_192;

export function readAccountId(id: unknown, field = 'account'): string {
  // A path of one or two dots means another path to every URL parser, so no client could reach such an account.
  if (typeof id !== 'string' || !ACCOUNT_ID.test(id) || id === '.' || id === '..') {
    throw invalid(field, 'must be 1 to 128 characters of A-Z a-z 0-9 _ - . : @');
  }
  return id;
}

export function readAmount(value: unknown, scale: number, field = 'amount'): bigint {
  const atoms = parseAmount(value, scale);
  if (atoms !== null) return atoms;
  const decimals = scale === 0 ? 'a whole number' : `with at most ${scale} decimals`;
  throw invalid(
    field,
    `must be a positive amount of credits, ${decimals}, of at most 2^53 - 1 of the smallest part`,
    'invalid_amount',
  );
}

export function readInstant(value: unknown, field: string): number {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant === null || instant < 0 || instant > MAX_INSTANT) {
    throw invalid(field, 'must be an RFC 3339 time between 1970 and 9999');
  }
  return instant;
}

export function readTimeZone(value: unknown): string {
  if (typeof value !== 'string' || !isTimeZone(value))
    throw invalid('time_zone', 'must be an IANA time zone');
  return value;
}

/** By what rows are told apart: some of those that there are, with commas between, in the order of `allowed`. */
export function readGroups<Group extends string>(
  text: string | undefined,
  allowed: readonly Group[],
): readonly Group[] {
  if (text === undefined) return [];
  const named = text.split(',');
  if (!named.every((one) => allowed.some((group) => group === one)) || new Set(named).size < named.length) {
    throw invalid('group_by', `must be ${allowed.join(', ')} or ${allowed.join(',')}`);
  }
  return allowed.filter((one) => named.includes(one));
}

/** One line or more of a person's words: no NUL (PostgreSQL keeps none), whole characters only. */
export function readText(value: unknown, field: string, max = MAX_TEXT): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > max) {
    throw invalid(field, `must be text of 1 to ${max} characters`);
  }
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid(field, 'must be well-formed text without NUL');
  return value;
}

export function readMetadata(value: unknown): Metadata | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('metadata', 'must be a JSON object');
  }
  const text = JSON.stringify(value);
  if (text.length > MAX_METADATA_BYTES)
    throw invalid('metadata', `must be at most ${MAX_METADATA_BYTES} bytes`);
  // Read back from its text: what is hashed is what is stored, whatever object was handed in.
  return JSON.parse(text) as Metadata;
}

export function readSurface(value: unknown): wire.Surface {
  if (!isSurface(value)) throw invalid('surface', 'is not a surface', 'unknown_surface');
  return value;
}

/** A feature that the catalog knows, with the classes that may pay for it. */
export function readFeature(catalog: Catalog, value: unknown, field = 'feature') {
  const feature = typeof value === 'string' ? catalog.features[value] : undefined;
  if (feature === undefined) throw invalid(field, 'is no feature of the catalog', 'unknown_feature');
  return feature;
}

export function readClass(catalog: Catalog, value: unknown, field = 'class') {
  const found = catalog.classes.find((one) => one.id === value);
  if (found === undefined) throw invalid(field, 'is no class of the catalog', 'unknown_class');
  return found;
}

/** What a piece of spending comes to: by the price of a feature, or the amount that the caller states. */
export interface Priced {
  readonly amount: bigint;
  readonly feature: string | null;
  readonly classes: readonly string[] | null;
  readonly units: Json | undefined;
}

export function readSpend(
  catalog: Catalog,
  body: Pick<wire.SpendRequest, 'feature' | 'units' | 'amount'>,
): Priced {
  const { feature: id, units, amount } = body;
  if (amount !== undefined && units !== undefined)
    throw invalid('units', 'go with a price, not with an amount');
  if (id === undefined) {
    if (amount === undefined) throw invalid('amount', 'an amount or a feature is required');
    return { amount: readAmount(amount, catalog.scale), feature: null, classes: null, units: undefined };
  }
  const feature = readFeature(catalog, id);
  if (amount !== undefined) {
    const stated = readAmount(amount, catalog.scale);
    return { amount: stated, feature: feature.id, classes: feature.classes, units: undefined };
  }
  const price = priceOf(catalog, feature.id, units);
  if ('code' in price) {
    if (price.code === 'unknown_feature')
      throw invalid('feature', 'is no feature of the catalog', price.code);
    throw invalid(price.field, price.reason, price.code);
  }
  return { amount: price.amount, feature: feature.id, classes: feature.classes, units: price.units as Json };
}

/** Whether the surface charges for this; refuses where it never does. */
export function readMode(
  catalog: Catalog,
  spend: { account: string; feature: string | null; surface: wire.Surface },
): 'charge' | 'free_on_device' {
  const mode = surfacePolicy(catalog, spend.feature, spend.surface);
  if (mode === 'charge' || mode === 'free_on_device') return mode;
  throw surfaceRefusal(catalog, spend);
}

/**
 * Throws `surface_not_supported` where no credits are spent: there none are sold either. Who acts without a session is a
 * server, and may.
 */
export function demandSales(
  catalog: Catalog,
  { account, surface }: { account: string; surface: wire.Surface | undefined },
): void {
  if (surface !== undefined) readMode(catalog, { account, feature: null, surface });
}

function surfaceRefusal(
  catalog: Catalog,
  { account, feature, surface }: { account: string; feature: string | null; surface: wire.Surface },
): DrawdownError {
  const url = handoffUrl(catalog, { account, feature });
  return new DrawdownError('surface_not_supported', `Credits cannot be used on ${surface}.`, {
    surface,
    supported_surfaces: supportedSurfaces(catalog, feature),
    ...(url === null ? {} : { handoff_url: url }),
  });
}

export function readGrant(catalog: Catalog, body: wire.GrantRequest): GrantCommand {
  const known = readClass(catalog, body.class);
  if (body.expires_at !== undefined && body.valid_for !== undefined) {
    throw invalid('valid_for', 'and expires_at exclude each other');
  }
  return {
    verb: 'grant',
    class: known.id,
    amount: readAmount(body.amount, catalog.scale),
    priority: readPriority(body.priority ?? 0),
    effectiveAt: body.effective_at === undefined ? null : readInstant(body.effective_at, 'effective_at'),
    validity: readValidity(body, known.defaultValidity?.iso ?? null),
    features: body.features === undefined ? null : readFeatures(catalog, body.features),
    source: readSource(body.source),
    cost: body.cost === undefined ? null : readCost(body.cost),
    metadata: readMetadata(body.metadata) ?? {},
  };
}

function readPriority(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > MAX_PRIORITY) {
    throw invalid('priority', `must be a whole number between -${MAX_PRIORITY} and ${MAX_PRIORITY}`);
  }
  // Negative zero is zero.
  return value + 0;
}

function readValidity(body: wire.GrantRequest, byDefault: string | null): Validity {
  if (body.expires_at === null) return { kind: 'forever' };
  if (body.expires_at !== undefined)
    return { kind: 'until', expiresAt: readInstant(body.expires_at, 'expires_at') };
  const duration = body.valid_for ?? byDefault;
  if (duration === null) return { kind: 'forever' };
  if (typeof duration !== 'string' || parseDuration(duration) === null) {
    throw invalid('valid_for', 'must be an ISO 8601 duration such as P30D');
  }
  return { kind: 'for', duration };
}

function readFeatures(catalog: Catalog, value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_FEATURES) {
    throw invalid('features', `must list 1 to ${MAX_FEATURES} features; leave it out for all`);
  }
  const ids = value.map((id, i) => readFeature(catalog, id, `features.${i}`).id);
  return [...new Set(ids)].sort();
}

function readSource(value: wire.GrantRequest['source']): { type: string; ref: string | null } {
  if (value === undefined) return { type: 'api', ref: null };
  const type = readText(value.type, 'source.type', 64);
  return {
    type,
    ref: value.ref === undefined || value.ref === null ? null : readText(value.ref, 'source.ref', 255),
  };
}

export function readCost(value: wire.Cost): { amountMinor: number; currency: string } {
  if (!Number.isSafeInteger(value.amount_minor) || value.amount_minor < 0) {
    throw invalid('cost.amount_minor', 'must be a whole number of minor units');
  }
  if (typeof value.currency !== 'string' || !/^[A-Z]{3}$/.test(value.currency)) {
    throw invalid('cost.currency', 'must be an ISO 4217 code in upper case');
  }
  return { amountMinor: value.amount_minor, currency: value.currency };
}

/** A hold's time-out in whole seconds, as milliseconds; the catalog's own where none is asked for. */
export function readHoldTtl(catalog: Catalog, value: unknown): number {
  const { defaultTtlMs, maxTtlMs } = rulesOf(catalog).hold;
  if (value === undefined) return defaultTtlMs;
  const max = Math.floor(maxTtlMs / 1000);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw invalid('ttl_seconds', `must be a whole number of seconds from 1 to ${max}`);
  }
  return value * 1000;
}
