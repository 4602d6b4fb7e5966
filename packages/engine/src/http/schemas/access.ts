/** Sessions, keys, and the test clock. */
import { z } from 'zod';
import { accountId, duration, instant, instantIn, keyId, page, shortText } from './primitives.ts';

export const MAX_TEAMS = 20;
// A session is short-lived; a day is the longest that a stolen token should be of use.
export const MAX_SESSION_SECONDS = 86_400;
export const DEFAULT_SESSION_SECONDS = 900;

export const sessionRequest = z
  .strictObject({
    account: accountId,
    surface: z.enum(['web', 'desktop_windows', 'desktop_macos', 'ios', 'android']),
    teams: z.array(accountId).max(MAX_TEAMS).exactOptional(),
    jurisdiction: z
      .string()
      .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'must be an ISO 3166 code such as DE or US-CA')
      .exactOptional()
      .meta({
        description: 'Where the person buys: its checkouts are made under that law, whatever they say.',
      }),
    ttl_seconds: z
      .int()
      .min(1)
      .max(MAX_SESSION_SECONDS)
      .exactOptional()
      .meta({ default: DEFAULT_SESSION_SECONDS }),
  })
  .meta({ id: 'SessionRequest', examples: [{ account: 'u_1', surface: 'web' }] });

export const demonstrationSessionRequest = sessionRequest
  .omit({ ttl_seconds: true, jurisdiction: true })
  .meta({ id: 'DemonstrationSessionRequest', examples: [{ account: 'demo', surface: 'web' }] });

export const session = z.object({ token: z.string(), expires_at: instant }).meta({ id: 'Session' });

/** In the order in which they are stored and shown. */
export const SCOPES = [
  'read',
  'consume',
  'grant',
  'refund',
  'sessions',
  'webhooks',
  'reports',
  'staff',
  'act',
  'approve',
  'admin',
] as const;

/** Whoever has one of these is a person, whose name is written down beside what they do. */
export const STAFF_SCOPES: readonly (typeof SCOPES)[number][] = ['staff', 'act', 'approve', 'admin'];

/** What a key has unless it is asked for: a product's server needs to know nothing of all accounts together. */
export const DEFAULT_SCOPES = SCOPES.filter((one) => one !== 'reports' && !STAFF_SCOPES.includes(one));

export const scope = z.enum(SCOPES).meta({ id: 'Scope' });

export const keyRequest = z
  .strictObject({
    name: shortText,
    scopes: z
      .array(scope)
      .min(1)
      .max(SCOPES.length)
      .exactOptional()
      .meta({
        description:
          'All but `reports` and those of staff by default. With `staff`, `act`, `approve` or `admin` the key is one of ' +
          "the staff, and its name theirs: `staff` looks, `act` acts on accounts, `approve` is the second person for others' " +
          'acts, `admin` may do everything.',
      }),
    expires_at: instantIn.exactOptional(),
    owner: z
      .string()
      .max(100)
      .exactOptional()
      .meta({
        description:
          'Whose it is besides whoever makes it: one of the staff who has signed in with the identity provider, `oidc_…`. ' +
          'For limits and second persons the two are one.',
      }),
  })
  .meta({ id: 'KeyRequest', examples: [{ name: 'backend' }] });

const keyFields = {
  id: keyId,
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the key, to recognise it by.' }),
  scopes: z.array(scope),
  created_at: instant,
  created_by: z.string().meta({ description: 'The actor that made it.' }),
  owner: z.string().nullable(),
  vouched_at: instant.nullable().meta({
    description:
      'When a second person said that it is in other hands than its maker’s: what is done with it before counts for the maker.',
  }),
  vouched_by: z.string().nullable(),
  expires_at: instant.nullable(),
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
};

export const key = z.object(keyFields).meta({ id: 'Key' });
export const keyPage = page(key, 'KeyPage');
export const createdKey = z
  .object({ ...keyFields, secret: z.string().meta({ description: 'The key itself: shown this once.' }) })
  .meta({ id: 'CreatedKey' });

export const testClock = z.object({ now: instant }).meta({ id: 'TestClock' });

export const testClockRequest = z
  .union([z.strictObject({ now: instantIn }), z.strictObject({ advance: duration })], {
    error: 'must be {"now": time} or {"advance": duration}',
  })
  .meta({ id: 'TestClockRequest', examples: [{ advance: 'P1M' }] });
