/** Sessions, keys, the catalog as it is shown, and the test clock. */
import { z } from 'zod';
import { SURFACES } from '../../catalog/catalog.ts';
import { accountId, duration, instant, instantIn, json, keyId, page, shortText } from './primitives.ts';

const MAX_TEAMS = 20;
// A session is short-lived; a day is the longest that a stolen token should be of use.
export const MAX_SESSION_SECONDS = 86_400;
export const DEFAULT_SESSION_SECONDS = 900;

export const sessionRequest = z
  .strictObject({
    account: accountId,
    surface: z.enum(['web', 'desktop_windows', 'desktop_macos', 'ios', 'android']),
    teams: z.array(accountId).max(MAX_TEAMS).exactOptional(),
    ttl_seconds: z
      .int()
      .min(1)
      .max(MAX_SESSION_SECONDS)
      .exactOptional()
      .meta({ default: DEFAULT_SESSION_SECONDS }),
  })
  .meta({ id: 'SessionRequest', examples: [{ account: 'u_1', surface: 'web' }] });

export const session = z.object({ token: z.string(), expires_at: instant }).meta({ id: 'Session' });

/** In the order in which they are stored and shown. */
export const SCOPES = ['read', 'consume', 'grant', 'refund', 'sessions', 'webhooks', 'admin'] as const;

export const scope = z.enum(SCOPES).meta({ id: 'Scope' });

export const keyRequest = z
  .strictObject({
    name: shortText,
    scopes: z.array(scope).min(1).max(SCOPES.length).exactOptional().meta({
      description: 'All but `admin` by default. With `admin` the key is one of staff and may do everything.',
    }),
    expires_at: instantIn.exactOptional(),
  })
  .meta({ id: 'KeyRequest', examples: [{ name: 'backend' }] });

const keyFields = {
  id: keyId,
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the key, to recognise it by.' }),
  scopes: z.array(scope),
  created_at: instant,
  expires_at: instant.nullable(),
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
};

export const key = z.object(keyFields).meta({ id: 'Key' });
export const keyPage = page(key, 'KeyPage');
export const createdKey = z
  .object({ ...keyFields, secret: z.string().meta({ description: 'The key itself: shown this once.' }) })
  .meta({ id: 'CreatedKey' });

const everySurface = <T extends z.ZodType>(value: T) => z.record(z.enum(SURFACES), value);

export const catalogClass = z
  .object({ id: z.string(), name: z.string(), paid: z.boolean(), default_validity: z.string().nullable() })
  .meta({ id: 'CatalogClass' });

export const catalogFeature = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().exactOptional(),
    price: json,
    classes: z.array(z.string()).nullable(),
    surfaces: everySurface(z.enum(['charge', 'free_on_device', 'open_on_web', 'unsupported'])),
  })
  .meta({ id: 'CatalogFeature' });

export const catalog = z
  .object({
    name: z.string().exactOptional(),
    version: z.string(),
    scale: z.int(),
    strategy: z.enum(['class_order', 'expiring_first']),
    classes: z.array(catalogClass),
    features: z.array(catalogFeature),
    surfaces: everySurface(z.object({ credits: z.boolean() })),
    plans: z.array(json),
    packs: z.array(json),
    exact_amount: json.meta({ description: 'Bounds and prices of any amount; null: packs only.' }),
    campaigns: z.array(json),
    policies: json.exactOptional(),
    handoff_url: z.string().nullable().exactOptional(),
  })
  .meta({ id: 'Catalog' });

export const testClock = z.object({ now: instant }).meta({ id: 'TestClock' });

export const testClockRequest = z
  .union([z.strictObject({ now: instantIn }), z.strictObject({ advance: duration })], {
    error: 'must be {"now": time} or {"advance": duration}',
  })
  .meta({ id: 'TestClockRequest', examples: [{ advance: 'P1M' }] });
