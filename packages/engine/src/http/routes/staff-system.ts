/** How the server is, for whoever runs it. */
import { route } from '../route.ts';
import { systemState } from '../schemas/system.ts';

const getSystem = route({
  tag: 'Staff',
  scope: 'staff',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
  method: 'GET',
  path: '/v1/staff/system',
  operationId: 'getSystem',
  summary: 'How this process and its database are, and what the last verification found',
  answers: { 200: { description: 'As it is right now', schema: systemState } },
  problems: [],
  handler: async ({ engine, metrics, streams, version }) => {
    const failures = await metrics.failures();
    return { body: await engine.system.state({ version, streams: streams.size, failures }) };
  },
});

export const staffSystemRoutes = [getSystem];
