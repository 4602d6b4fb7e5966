/** A route as data: what the server registers, what the OpenAPI document says, and what the tests enumerate. */
import type { Scope } from '@drawdown/client';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Call, Engine } from '../engine.ts';
import type { ProblemCode } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Demonstration } from './demonstration.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Keys } from './keys.ts';
import type { Metrics } from './metrics.ts';
import type { Sessions } from './sessions.ts';
import type { SignInTickets } from './sign-in-ticket.ts';
import type { SigningKeys } from './signing.ts';
import type { StaffSessions } from './staff-sessions.ts';
import type { Streams } from './stream.ts';

/**
 * What a session may do with a route:
 * `none`: nothing. `any`: all, since the answer is about no account. `own-account`: where the account in the path is
 * its own or a team of it. `own-resource`: where the resource belongs to such an account; the engine looks.
 * `own-hold`: where this person made the hold.
 */
export type SessionAccess = 'none' | 'any' | 'own-account' | 'own-resource' | 'own-hold';

/**
 * What a session may do with a route where the account is a team of it. `member`: whoever is a member now; in the ledger
 * they see what is in their own name, where they manage nothing. `manager`: its owners and admins: money and codes are
 * theirs. `under-lock`: the verb itself looks, under the lock of the team's account, so nothing is asked before it.
 */
export type TeamAccess = 'member' | 'manager' | 'under-lock';

/** A route that lets sessions to accounts says what a team's may do: there is no other way in. */
type SessionRule =
  | { readonly sessions: 'none' | 'any'; readonly team?: never }
  | { readonly sessions: Exclude<SessionAccess, 'none' | 'any'>; readonly team: TeamAccess };

export type IdempotencyKeyRule = 'required' | 'optional' | 'none';

/** What a handler may use besides its input; made once per server. */
export interface Services {
  readonly engine: Engine;
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly staffSessions: StaffSessions;
  /** Null: staff sign in with keys alone. */
  readonly provider: IdentityProvider | null;
  readonly signInTickets: SignInTickets;
  readonly signing: SigningKeys;
  readonly streams: Streams;
  readonly demonstration: Demonstration;
  readonly openapi: () => object;
  readonly metrics: Metrics;
  /** Of this program. */
  readonly version: string;
}

export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Who asks, in the engine's terms; empty on a public route. */
  readonly call: Call;
  /** Null on a public route only. */
  readonly caller: Caller | null;
  readonly request: FastifyRequest;
}

export interface Answer {
  /** JSON, or text or a stream of `type`. */
  readonly body: unknown;
  /** Absent: the route's own. */
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly replayed?: boolean;
}

/** How one status is documented. A schema is JSON unless a media type says otherwise. */
export interface Documented {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly media?: string;
  readonly example?: unknown;
}

interface Facts {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With `{name}` for parameters, as the contract writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** What a key, or one of the staff, needs; null: the route is public. Whoever has `admin` may do everything. */
  readonly scope: Scope | null;
  /** Whether a session's body is held to what an end user may state: a feature, never a price. */
  readonly spends?: boolean;
  readonly idempotency: IdempotencyKeyRule;
  /** Bytes; absent: the server's limit. */
  readonly bodyLimit?: number;
  /** Takes a form of a page instead of JSON; what it holds is not read. */
  readonly form?: boolean;
  /** What the body is documented as, where the handler judges parts of it by itself. */
  readonly described?: z.ZodType;
  /** Present only where the engine has a test clock. */
  readonly testClock?: boolean;
  /** Present only where the server shows its demonstration accounts. */
  readonly demonstration?: boolean;
  /** Neither counted nor limited: what machines ask all the time. */
  readonly unlimited?: boolean;
  /** The answer goes on until one side ends it, so its duration says nothing and a HEAD of it makes no sense. */
  readonly live?: boolean;
  /** For how long nothing may move on the connection while it is answered; absent: the server's limit. */
  readonly quietMs?: number;
  /** The status of an answer that does not name one. */
  readonly status: 200 | 201;
  readonly answers: Readonly<Record<number, Documented | readonly Documented[]>>;
  /** Request headers of the route's own: name → what it is for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Refusals beyond those that follow from the rest of the route. */
  readonly problems: readonly ProblemCode[];
}

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}

/** A route whose input types have been checked and forgotten. */
export type Route = Facts &
  SessionRule & {
    readonly params?: z.ZodType;
    readonly query?: z.ZodType;
    readonly body?: z.ZodType;
    // A method, since those are compared both ways: each handler takes only what its own schemas let through.
    handler(services: Services, input: Input<unknown, unknown, unknown>): Promise<Answer> | Answer;
  };

/** Declares a route; the handler's input is typed by the schemas beside it. */
export function route<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(
  definition: Facts &
    SessionRule &
    Schemas<P, Q, B> & {
      handler(
        services: Services,
        input: Input<z.output<P>, z.output<Q>, z.output<B>>,
      ): Promise<Answer> | Answer;
    },
): Route {
  return definition;
}

/** The answer to a change: `replayed` travels as a header, so that a repeated body is the first one's equal. */
export function receipt<T extends object>(result: T & { replayed?: boolean }): Answer {
  const { replayed = false, ...body } = result;
  return { body, replayed };
}
