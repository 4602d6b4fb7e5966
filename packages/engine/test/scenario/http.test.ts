import type { AddressInfo } from 'node:net';
import { createClient } from '@drawdown/client';
import { createServer } from '../../src/http/server.ts';
import { httpTarget } from '../../src/scenario/http-target.ts';
import { scenariosAt } from './layer.ts';
import { openEngine } from './open-engine.ts';

const adminKey = `sk_${'scenario'.repeat(6)}`;

scenariosAt('HTTP, through the client', async (catalog) => {
  const { engine, resetClock, close } = await openEngine(catalog);
  // Of what goes on by itself this alone is wanted: who asks over HTTP cannot look.
  engine.topUps.watch.start();
  const server = await createServer({ engine, adminKey });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const client = createClient({ url: `http://127.0.0.1:${port}`, token: adminKey });
  return {
    begin: async () => {
      await resetClock();
      return httpTarget(client);
    },
    close: async () => {
      await server.close();
      await close();
    },
  };
});
