/** From the `Authorization` header, or the console's cookie, to a caller, and from a caller to what it may do. */

import type { Call } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import type { Caller, SessionFacts } from './caller.ts';
import { digest, isOfStaff, type Keys, type KnownKey } from './keys.ts';
import type { Route } from './route.ts';
import { SCOPES } from './schemas/access.ts';
import type { Sessions } from './sessions.ts';
import { type CookieRequest, cookieOf, demandOwnPage } from './staff-cookie.ts';
import type { StaffSessions } from './staff-sessions.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,16384}) *$/i;
/** A key of ours: a prefix and 256 bits. Anything else is not worth asking the database for. */
const KEY = /^[as]k_[A-Za-z0-9_-]{43}$/;
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export interface AuthOptions {
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly staffSessions: StaffSessions;
}

/**
 * Who sends the request. Throws 401. `beforeLookUp` runs before a key that is not remembered is looked up, and may
 * throw 429: guesses must not become load on the database.
 */
export async function authenticate(
  { keys, sessions, staffSessions }: AuthOptions,
  request: CookieRequest,
  beforeLookUp: () => void,
): Promise<Caller> {
  const header = request.headers.authorization;
  if (header === undefined) {
    const cookie = cookieOf('staff', request);
    if (cookie !== undefined) {
      demandOwnPage(request);
      return staffCaller(staffSessions, cookie);
    }
    throw new DrawdownError('unauthenticated', 'Send a key or a session token: Authorization: Bearer …');
  }
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) {
    throw new DrawdownError(
      'unauthenticated',
      'The Authorization header must be: Bearer, then a key or a token',
    );
  }
  let key = keys.remembered(token);
  if (key === undefined && KEY.test(token)) key = await keys.lookUp(token, beforeLookUp);
  if (key === undefined && JWT.test(token)) {
    return sessionCaller(sessions, token, await sessions.verify(token));
  }
  return keyCaller(keys, token, await keys.refuseUnusable(key ?? null));
}

function keyCaller(keys: Keys, secret: string, key: KnownKey): Caller {
  keys.used(key);
  const { id, name } = key;
  const kind = isOfStaff(key.scopes) ? 'staff' : 'key';
  return {
    kind,
    actor: `${kind}:${id}`,
    principal: 'server',
    scopes: reachOf(key.scopes),
    staff: kind === 'staff' ? { id, name, keyHash: digest(secret) } : null,
    counted: kind === 'key' && key.isMakers ? { id, name } : null,
    session: null,
    check: async () => {
      const known = keys.remembered(secret);
      await keys.refuseUnusable(known === undefined ? await keys.lookUp(secret) : known);
    },
  };
}

/** By the cookie of the console. */
async function staffCaller(staffSessions: StaffSessions, token: string): Promise<Caller> {
  const { id, name, keyHash, scopes } = await staffSessions.demand(token);
  return {
    kind: 'staff',
    actor: `staff:${id}`,
    principal: 'server',
    scopes: reachOf(scopes),
    staff: { id, name, keyHash },
    counted: null,
    session: null,
    check: async () => {
      await staffSessions.demand(token);
    },
  };
}

const ALL_SCOPES: Caller['scopes'] = new Set(SCOPES);

const reachOf = (scopes: Caller['scopes']): Caller['scopes'] => (scopes.has('admin') ? ALL_SCOPES : scopes);

const NO_SCOPES: Caller['scopes'] = new Set();

function sessionCaller(sessions: Sessions, token: string, session: SessionFacts): Caller {
  return {
    kind: 'session',
    actor: `user:${session.account}`,
    principal: `user:${session.account}`,
    scopes: NO_SCOPES,
    staff: null,
    counted: null,
    session,
    check: async () => {
      await sessions.verify(token);
    },
  };
}

/** Throws 403 where the credential as such may not use the route, whatever the input. */
export function authorize(route: Route, caller: Caller): void {
  if (caller.session !== null) {
    if (route.sessions !== 'none') return;
    throw new DrawdownError('forbidden', 'A session token may not do that; a key of the server may');
  }
  if (route.scope === null || caller.scopes.has(route.scope)) return;
  throw new DrawdownError('forbidden', `The credential lacks the scope "${route.scope}"`, {
    required_scope: route.scope,
  });
}

/** What a session may not state: it is charged the catalog's price, on its token's surface, for its own person. */
const NOT_FOR_SESSIONS: Readonly<Record<string, string>> = {
  amount: 'a session is charged the price of the feature that it names',
  surface: "a session's surface comes from its token",
  member: "a session's member is its own person",
  overdraft: 'only a key of the server may ask for an overdraft',
};

/**
 * Throws where a session reaches beyond its own accounts (404, as if there were no such account) or states what only a
 * server may (403). Runs on validated input.
 */
export function authorizeInput(
  route: Route,
  caller: Caller,
  input: { params: unknown; body: unknown },
): void {
  if (caller.session === null) return;
  if (route.sessions === 'own-account') {
    const account = property(input.params, 'account');
    if (!caller.session.accounts.some((own) => own === account)) throw new DrawdownError('account_not_found');
  }
  if (route.spends !== true) return;
  for (const [field, reason] of Object.entries(NOT_FOR_SESSIONS)) {
    if (property(input.body, field) !== undefined) {
      throw new DrawdownError('forbidden', `${field}: ${reason}`, { field });
    }
  }
  if (property(input.body, 'feature') === undefined && property(input.body, 'quote') === undefined) {
    throw new DrawdownError(
      'forbidden',
      'feature: a session must name the feature that it uses, or a quote of it',
      {
        field: 'feature',
      },
    );
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The caller in the engine's terms. */
export function callOf(
  route: Route,
  caller: Caller,
  { idempotencyKey, request }: { readonly idempotencyKey: string | undefined; readonly request: string },
): Call {
  const { actor, principal, session, staff, counted } = caller;
  return {
    actor,
    principal,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(staff === null ? {} : { staff: { id: staff.id, name: staff.name, request } }),
    ...(counted === null ? {} : { counted: { ...counted, request } }),
    ...(session === null
      ? {}
      : { surface: session.surface, person: session.account, accounts: session.accounts }),
    ...(session !== null && route.sessions === 'own-hold' ? { ownHoldsOf: actor } : {}),
  };
}
