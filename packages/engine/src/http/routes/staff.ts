/** The console's own routes: signing in, and finding an account. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { formatInstant } from '../../core/calendar.ts';
import { DrawdownError } from '../../errors.ts';
import type { Caller } from '../caller.ts';
import { type Input, route, type Services } from '../route.ts';
import { SCOPES } from '../schemas/access.ts';
import {
  foundAccountPage,
  signIn,
  staffSession,
  staffSessionId,
  staffSignIn,
  staffSignInPage,
} from '../schemas/staff.ts';
import { cookieOf, demandOwnPage, keptAs } from '../staff-cookie.ts';
import type { StaffSessionFacts } from '../staff-sessions.ts';
import { paging } from './params.ts';

const looks = { tag: 'Staff', scope: 'staff', sessions: 'none', idempotency: 'none', status: 200 } as const;

const getSignIn = route({
  ...looks,
  scope: null,
  sessions: 'any',
  method: 'GET',
  path: '/v1/staff/sign_in',
  operationId: 'getSignIn',
  summary: 'How staff may sign in, and who has on this browser',
  answers: { 200: { description: 'The ways', schema: signIn } },
  problems: [],
  handler: async ({ staffSessions, provider, engine }, { request }) => ({
    body: {
      key: true,
      oidc: provider && { name: provider.name, url: `${provider.publicUrl}/v1/staff/sign_in/oidc` },
      session: await signedIn({ staffSessions, engine }, request),
    },
  }),
});

const createStaffSession = route({
  ...looks,
  method: 'POST',
  path: '/v1/staff/sessions',
  operationId: 'createStaffSession',
  summary: 'Exchanges a key of one of the staff for a cookie of the console',
  status: 201,
  answers: { 201: { description: 'Who is signed in; the cookie is in the header', schema: staffSession } },
  problems: [],
  handler: async ({ staffSessions, engine }, { caller, request }) => {
    const { staff, scopes } = caller as Caller;
    // A session is no credential for the next one: then it would never end.
    if (staff === null || request.headers.authorization === undefined) {
      throw new DrawdownError('forbidden', 'Only a key of one of the staff is exchanged for a session');
    }
    const { token, expiresAt, maxAgeSeconds } = await staffSessions.open({ ...staff, scopes }, request.id);
    return {
      body: presentSession({ engine }, caller as Caller, expiresAt),
      headers: { 'set-cookie': keptAs('staff', token, request, { maxAgeSeconds }) },
    };
  },
});

const getStaffSession = route({
  ...looks,
  method: 'GET',
  path: '/v1/staff/session',
  operationId: 'getStaffSession',
  summary: 'Who is signed in, or whose key asks',
  answers: { 200: { description: 'The session', schema: staffSession } },
  problems: [],
  handler: async (services, input) => {
    const session = await currentOf(services, input);
    return { body: presentSession(services, input.caller as Caller, session?.expiresAt ?? null) };
  },
});

const endStaffSession = route({
  ...looks,
  method: 'DELETE',
  path: '/v1/staff/session',
  operationId: 'endStaffSession',
  summary: 'Signs out',
  answers: { 200: { description: 'Nobody is signed in', schema: z.object({}) } },
  problems: [],
  handler: async ({ staffSessions }, input) => {
    const session = await currentOf({ staffSessions }, input);
    if (session !== null) await staffSessions.leave(session, input.request.id);
    return { body: {}, headers: { 'set-cookie': keptAs('staff', '', input.request, { maxAgeSeconds: 0 }) } };
  },
});

const listStaffSessions = route({
  ...looks,
  method: 'GET',
  path: '/v1/staff/sessions',
  operationId: 'listStaffSessions',
  summary: 'Who of the staff is signed in, newest first',
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of sessions', schema: staffSignInPage } },
  problems: ['invalid_cursor'],
  handler: async (services, input) => {
    const current = await currentOf(services, input);
    return { body: await services.staffSessions.list(input.query, current?.session ?? null) };
  },
});

const endOtherStaffSession = route({
  ...looks,
  method: 'DELETE',
  path: '/v1/staff/sessions/{session}',
  operationId: 'endOtherStaffSession',
  summary: 'Ends a session of one’s own somewhere else; with the scope `admin` anybody’s',
  params: z.strictObject({ session: staffSessionId }),
  answers: { 200: { description: 'The session', schema: staffSignIn } },
  problems: ['staff_session_not_found'],
  handler: async (services, input) => {
    const { call, caller, params } = input;
    const current = await currentOf(services, input);
    const any = caller?.scopes.has('admin') === true;
    const by = { staff: call.staff, any, current: current?.session ?? null };
    return { body: await services.staffSessions.end(params.session, by) };
  },
});

/** The session that asks; null: a key does. */
async function currentOf(
  { staffSessions }: Pick<Services, 'staffSessions'>,
  input: Pick<Input<unknown, unknown, unknown>, 'request'>,
): Promise<StaffSessionFacts | null> {
  const token = sessionOf(input);
  return token === undefined ? null : staffSessions.demand(token);
}

/** The cookie's token, where it is the cookie that speaks. */
function sessionOf({ request }: Pick<Input<unknown, unknown, unknown>, 'request'>): string | undefined {
  return request.headers.authorization === undefined ? cookieOf('staff', request) : undefined;
}

/** Null where nobody is: to a page that asks before it shows the way in, that is an answer and no error. */
async function signedIn(
  { staffSessions, engine }: Pick<Services, 'staffSessions' | 'engine'>,
  request: FastifyRequest,
) {
  const token = sessionOf({ request });
  if (token === undefined) return null;
  demandOwnPage(request);
  try {
    const session = await staffSessions.demand(token);
    return presentSession({ engine }, { staff: session, scopes: session.scopes }, session.expiresAt);
  } catch (error) {
    if (error instanceof DrawdownError && error.code === 'unauthenticated') return null;
    throw error;
  }
}

function presentSession(
  { engine }: Pick<Services, 'engine'>,
  { staff, scopes }: Pick<Caller, 'staff' | 'scopes'>,
  expiresAt: number | null,
) {
  return {
    staff: { id: staff?.id, name: staff?.name },
    scopes: SCOPES.filter((one) => scopes.has(one)),
    expires_at: expiresAt === null ? null : formatInstant(expiresAt),
    approval: engine.staff.limits,
  };
}

const findAccounts = route({
  ...looks,
  method: 'GET',
  path: '/v1/staff/accounts',
  operationId: 'findAccounts',
  summary: 'Finds accounts by their id, or by the id or reference of what leads to one',
  query: z.strictObject({
    q: z
      .string()
      .max(300)
      .exactOptional()
      .meta({
        description:
          'An account id or the beginning of one. Where none begins so: the id of a lot, operation, hold, purchase or ' +
          'subscription, the number of a payment or checkout, the ref of a subscription, or a code that was redeemed.',
      }),
    state: z.enum(['all', 'active', 'due', 'closed', 'frozen']).exactOptional(),
    kind: z.enum(['user', 'team']).exactOptional(),
    ...paging,
  }),
  answers: { 200: { description: 'A page of accounts, by id', schema: foundAccountPage } },
  problems: ['invalid_cursor'],
  handler: async ({ engine }: Services, { query }) => ({ body: await engine.staff.find.accounts(query) }),
});

export const staffRoutes = [
  getSignIn,
  createStaffSession,
  getStaffSession,
  endStaffSession,
  listStaffSessions,
  endOtherStaffSession,
  findAccounts,
];
