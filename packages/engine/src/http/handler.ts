/** From a route as data to what Fastify runs: input in, call, answer out. */
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DrawdownError, invalid } from '../errors.ts';
import { authorizeInput, callOf } from './auth.ts';
import type { Caller } from './caller.ts';
import { readJson } from './json.ts';
import { type Part, validationError } from './problems.ts';
import type { Answer, Route, Services } from './route.ts';
import { admitted, isAboutTeam } from './team.ts';

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** The handler of a route. `callerOf` answers who was authenticated; null on a public route. */
export function handlerOf(
  route: Route,
  services: Services,
  callerOf: (request: FastifyRequest) => Caller | null,
): Handler {
  return async (request, reply) => {
    const caller = callerOf(request);
    refuseDoubled(request, 'idempotency-key', 'Idempotency-Key');
    refuseDoubled(request, 'authorization', 'Authorization');
    const idempotencyKey = idempotencyKeyOf(route, request.headers['idempotency-key']);
    const params = validated(route.params, 'params', request.params);
    const query = validated(
      route.query,
      'query',
      route.query === undefined ? noQuery(request) : request.query,
    );
    const body = route.body === undefined ? undefined : validated(route.body, 'body', bodyOf(request));
    if (caller !== null) authorizeInput(route, caller, { params, body });
    let call = caller === null ? {} : callOf(route, caller, { idempotencyKey, request: request.id });
    if (isAboutTeam(route, caller)) call = await admitted(services.engine, route, { call, params });
    allowQuiet(route, request);
    const answer = await route.handler(services, { params, query, body, call, caller, request });
    return send(route, reply, answer);
  };
}

/** Until the answer is sent: the next request on the connection is under the server's limit again. */
function allowQuiet({ quietMs }: Route, { raw: { socket } }: FastifyRequest): void {
  // What is injected comes over no connection.
  if (quietMs !== undefined && socket instanceof Socket) socket.setTimeout(quietMs);
}

/** Two of a header that says who asks, or what for, are a mistake or an attack: neither is guessed at. */
function refuseDoubled({ raw }: FastifyRequest, header: string, field: string): void {
  const sent = raw.rawHeaders.filter(
    (text, index) => index % 2 === 0 && text.toLowerCase() === header,
  ).length;
  if (sent > 1) throw invalid(field, 'must be sent once');
}

function idempotencyKeyOf(route: Route, header: string | string[] | undefined): string | undefined {
  if (route.idempotency === 'none') return undefined;
  if (header === undefined || header === '') {
    if (route.idempotency === 'optional' && header === undefined) return undefined;
    throw new DrawdownError('idempotency_key_required', 'Send the header Idempotency-Key', {
      field: 'Idempotency-Key',
    });
  }
  if (typeof header !== 'string' || !IDEMPOTENCY_KEY.test(header)) {
    throw invalid('Idempotency-Key', 'must be 1–255 printable ASCII characters');
  }
  return header;
}

/** A body of optional fields may be left out; where one is required, its name is the better answer. */
export function bodyOf(request: FastifyRequest): unknown {
  const bytes = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return {};
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new DrawdownError('unsupported_media_type', 'Send the body without Content-Encoding');
  }
  const charset = /charset="?([^;"\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new DrawdownError('unsupported_media_type', 'Send the body as UTF-8');
  }
  return readJson(bytes);
}

function validated(schema: z.ZodType | undefined, part: Part, input: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(input);
  if (!result.success) throw validationError(result.error, { part, input });
  return result.data;
}

/** A parameter that a route does not know is refused there as well. */
function noQuery(request: FastifyRequest): undefined {
  const [unknown] = Object.keys(request.query as object);
  if (unknown !== undefined) throw invalid(unknown.slice(0, 200), 'is not a known parameter');
  return undefined;
}

function send(route: Route, reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status ?? route.status);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.replayed === true) reply.header('idempotency-replayed', 'true');
  if (answer.type !== undefined) reply.type(answer.type);
  // Text of another type goes out as it is; everything else is JSON.
  const isText = typeof answer.body === 'string' || answer.body instanceof Readable;
  if (answer.type === undefined || !isText) {
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
  }
  return reply.send(answer.body);
}
