/** The catalog, as far as the credential may see it. */
import { catalogView } from '../catalog-view.ts';
import { route } from '../route.ts';
import { catalog } from '../schemas/access.ts';

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
    body: catalogView(engine.catalog, { forServer: caller !== null && caller.session === null }),
  }),
});

export const catalogRoutes = [getCatalog];
