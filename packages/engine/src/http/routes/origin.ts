import type { FastifyRequest } from 'fastify';

/** Where this very request found the server, as its client or a trusted proxy says it. */
export function originOf(request: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  return `${request.protocol}://${request.host}`;
}
