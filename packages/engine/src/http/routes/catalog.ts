/** The catalog, as far as the credential may see it. */
import { presentCatalog } from '../../catalog/present.ts';
import { route } from '../route.ts';
import { catalog } from '../schemas/catalog.ts';

const getCatalog = route({
  method: 'GET',
  path: '/v1/catalog',
  operationId: 'getCatalog',
  summary: 'Classes, features with their prices and surfaces, plans, packs and campaigns',
  tag: 'Catalog',
  scope: 'read',
  sessions: 'any',
  idempotency: 'none',
  status: 200,
  answers: { 200: { description: 'The catalog', schema: catalog } },
  problems: [],
  handler: ({ engine }, { caller }) => ({
    body: presentCatalog(engine.catalog, caller?.session === null ? 'server' : 'person'),
  }),
});

export const catalogRoutes = [getCatalog];
