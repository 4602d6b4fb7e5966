/** Sessions for the pages of a server with its demonstration accounts; absent from any other. */
import { route } from '../route.ts';
import { demonstrationSessionRequest, session } from '../schemas/access.ts';

const createDemonstrationSession = route({
  method: 'POST',
  path: '/demonstration/sessions',
  operationId: 'createDemonstrationSession',
  summary: 'A session of a demonstration account, for a page of this server on this machine',
  tag: 'Demonstration',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  demonstration: true,
  body: demonstrationSessionRequest,
  status: 200,
  answers: { 200: { description: 'The token', schema: session } },
  problems: ['forbidden', 'account_not_found'],
  handler: async ({ demonstration }, { body, request }) => ({
    body: await demonstration.session(request, body),
  }),
});

export const demonstrationRoutes = [createDemonstrationSession];
