/** Signing in where the company's own people do: off to the identity provider, and back. For browsers alone. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DrawdownError } from '../../errors.ts';
import { CALLBACK_PATH, type Person, SignInRefused } from '../identity-provider.ts';
import { type Answer, route, type Services } from '../route.ts';
import { TICKET_SECONDS, type Ticket } from '../sign-in-ticket.ts';
import { cookieOf, keptAs } from '../staff-cookie.ts';
import { identified } from '../staff-identities.ts';

const HTML = 'text/html; charset=utf-8';
const CONSOLE = '/console';
/** Of the cookie that is carried to the provider and back. */
const TICKET = 'sign_in';

const browsed = {
  method: 'GET',
  tag: 'Staff',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  status: 200,
  problems: ['not_found'],
} as const;

const beginSignIn = route({
  ...browsed,
  path: '/v1/staff/sign_in/oidc',
  operationId: 'beginStaffSignIn',
  summary: 'Sends a browser to the identity provider',
  query: z.strictObject({
    return_to: z.string().max(2_000).exactOptional().meta({
      description: 'The path of the console to be shown afterwards; anything else counts as its first page.',
    }),
  }),
  answers: {
    303: { description: 'To the provider; where it does not answer, to the console', media: 'text/html' },
  },
  handler: async (services, { query, request }) => {
    const { provider, signInTickets } = withProvider(services);
    try {
      const { url, ...secrets } = await provider.begin();
      const returnTo = ownPath(query.return_to, provider.publicUrl);
      const sealed = await signInTickets.seal({ ...secrets, returnTo });
      return redirect(url, keptAs(TICKET, sealed, request, { lax: true, maxAgeSeconds: TICKET_SECONDS }));
    } catch (error) {
      return turnedAway(error, request, provider.publicUrl);
    }
  },
});

/** What a provider may say twice, by mistake or for somebody, is judged where the rest of its answer is. */
const said = z.union([z.string(), z.array(z.string())]).exactOptional();

const finishSignIn = route({
  ...browsed,
  path: CALLBACK_PATH,
  operationId: 'finishStaffSignIn',
  summary: 'Takes a browser back from the identity provider, and lets its person in',
  query: z.looseObject({ code: said, state: said, iss: said, error: said }),
  answers: {
    303: { description: 'To the console, with who was let in, or with why nobody was', media: 'text/html' },
  },
  handler: async (services, { query, request }) => {
    const { provider } = withProvider(services);
    try {
      const ticket = await ticketOf(services, request, query.state);
      const person = await provider.finish(searchOf(request), ticket);
      const cookie = await letIn(services, request, person);
      return redirect(`${provider.publicUrl}${ticket.returnTo}`, cookie, forgotten(request));
    } catch (error) {
      return turnedAway(error, request, provider.publicUrl);
    }
  },
});

function withProvider({ provider, ...services }: Services) {
  if (provider === null) throw new DrawdownError('not_found', 'No identity provider is configured');
  return { ...services, provider };
}

/** What this very browser was sent off with. An answer to anybody else's question is none. */
async function ticketOf(
  { signInTickets }: Services,
  request: FastifyRequest,
  state: unknown,
): Promise<Ticket> {
  const sealed = cookieOf(TICKET, request);
  const ticket = sealed === undefined ? null : await signInTickets.open(sealed);
  if (ticket === null)
    throw new SignInRefused('expired', 'the browser came back without a ticket that counts');
  if (ticket.state !== state) throw new SignInRefused('expired', 'the state is not that of the ticket');
  return ticket;
}

async function letIn(services: Services, request: FastifyRequest, person: Person): Promise<string> {
  const { engine, staffSessions } = services;
  const id = await identified(engine.database, { person, now: await engine.now() });
  const { name, scopes, issuer, subject } = person;
  const { token, maxAgeSeconds } = await staffSessions.open({ id, name, scopes, keyHash: null }, request.id);
  request.log.info({ staff: id, issuer, subject, requestId: request.id }, 'one of the staff has signed in');
  return keptAs('staff', token, request, { maxAgeSeconds });
}

/** Back to the page that says why; whoever runs the server finds in its log what exactly. */
function turnedAway(error: unknown, request: FastifyRequest, publicUrl: string): Answer {
  if (!(error instanceof SignInRefused)) throw error;
  const { reason, message } = error;
  request.log.warn({ reason, requestId: request.id }, `a sign-in of staff was refused: ${message}`);
  return redirect(`${publicUrl}${CONSOLE}?sign_in=${reason}`, forgotten(request));
}

const forgotten = (request: FastifyRequest): string =>
  keptAs(TICKET, '', request, { lax: true, maxAgeSeconds: 0 });

function redirect(location: string, ...cookies: string[]): Answer {
  return { body: '', status: 303, type: HTML, headers: { location, 'set-cookie': cookies } };
}

function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at);
}

/**
 * A page of the console, read as a browser reads addresses: `/console/../elsewhere` is what it leads to. Nothing but path
 * and query are kept, so whatever host was named, it is forgotten.
 */
function ownPath(wanted: string | undefined, publicUrl: string): string {
  if (wanted === undefined || !URL.canParse(wanted, publicUrl)) return CONSOLE;
  const url = new URL(wanted, publicUrl);
  const isOwn = url.pathname === CONSOLE || url.pathname.startsWith(`${CONSOLE}/`);
  if (!isOwn) return CONSOLE;
  url.searchParams.delete('sign_in');
  return `${url.pathname}${url.search}`;
}

export const staffOidcRoutes = [beginSignIn, finishSignIn];
