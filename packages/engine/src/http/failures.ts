/** Where requests end that no handler answers: errors, unknown routes, wrong methods, and what is not HTTP at all. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DrawdownError, type ProblemCode } from '../errors.ts';
import { preflightHeaders } from './cors.ts';
import { headersOf, PROBLEM_TYPE, problemOf, refusalOf } from './problems.ts';
import type { Route } from './route.ts';

/** Answers with the problem document that an error stands for, and logs what is our own fault. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  if (refusal.status === 500) request.log.error({ err: error, requestId: request.id }, 'request failed');
  else if (request.routeOptions.config.drawdown?.tag === 'Webhooks') logDelivery(refusal, request);
  return reply
    .code(refusal.status)
    .headers(headersOf(refusal))
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemOf(refusal, request.id)));
}

/** Money may hang on it: which provider, why, and whether it comes again. Never the body. */
function logDelivery({ code, status, details, message }: DrawdownError, request: FastifyRequest): void {
  const what = status < 500 ? 'was refused' : 'could not be taken in and comes again';
  const about = { delivery: request.routeOptions.url, code, details, requestId: request.id };
  request.log.warn(about, `a delivery ${what}: ${message}`);
}

/** Unknown routes are 404, known ones with another method 405; OPTIONS is answered for both kinds of asker. */
export function registerNotFound(server: FastifyInstance, routes: readonly Route[]): void {
  const patterns = new Map<string, { pattern: RegExp; methods: string[] }>();
  for (const { path, method, live } of routes) {
    const known = patterns.get(path) ?? { pattern: patternOf(path), methods: [] };
    known.methods.push(method, ...(method === 'GET' && live !== true ? ['HEAD'] : []));
    patterns.set(path, known);
  }
  const methodsAt = (path: string) =>
    [...patterns.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);

  server.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const methods = methodsAt(path);
    if (methods.length === 0) throw new DrawdownError('not_found');
    const allowed = [...methods, 'OPTIONS'];
    reply.header('allow', allowed.join(', '));
    if (request.method !== 'OPTIONS') {
      throw new DrawdownError('method_not_allowed', `The route has ${methods.join(', ')}`);
    }
    const isAllowedOrigin = reply.hasHeader('access-control-allow-origin');
    return reply
      .code(204)
      .headers(isAllowedOrigin ? preflightHeaders(methods) : {})
      .send();
  });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/** What the HTTP parser refused: there is no request to answer, only a socket. */
export function answerParserError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) socket.write(rawAnswer(error.code));
  socket.destroy();
}

function rawAnswer(code: string | undefined): string {
  const refusal: ProblemCode =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'request_timeout'
      : code === 'HPE_HEADER_OVERFLOW'
        ? 'header_too_large'
        : 'invalid_request';
  const error = new DrawdownError(
    refusal,
    refusal === 'invalid_request' ? 'This is not valid HTTP' : undefined,
  );
  return raw(error.status, JSON.stringify(error.toProblem()));
}

function raw(status: number, body: string): string {
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    '',
    body,
  ].join('\r\n');
}
