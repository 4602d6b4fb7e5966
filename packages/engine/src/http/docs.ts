/** The API's description as a page, without any outside address. */
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Swagger UI needs its own scripts and styles, pictures in data URLs, and to fetch the document: nothing else. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves `/docs`. */
export async function registerDocs(server: FastifyInstance, document: object): Promise<void> {
  const specification = { document } as StaticDocumentSpec;
  await server.register(swagger, { mode: 'static', specification });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    theme: { title: 'Drawdown' },
    uiConfig: { docExpansion: 'list', deepLinking: true, persistAuthorization: false },
    transformSpecificationClone: false,
  });
}
