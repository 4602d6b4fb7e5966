import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine } from '../../src/engine.ts';
import { createServer } from '../../src/http/server.ts';
import { freshDatabase } from '../support/database.ts';

export const SECRET_KEY = `sk_${'client'.repeat(8)}`;

/** A whole server on a database of its own. */
export async function serve() {
  const fresh = await freshDatabase({ poolSize: 4 });
  const catalog = readCatalog(shippedCatalog);
  const engine = await Engine.open({ database: fresh.database, catalog, allowUnsafe: true });
  const server = await createServer({ engine, secretKey: SECRET_KEY });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async (): Promise<void> => {
      await server.close();
      await engine.close();
      await fresh.drop();
    },
  };
}

/** A wire to a server that can be cut; `swallow` lets requests through and keeps the next answers from coming back. */
export async function wireTo(port: number) {
  const sockets = new Set<Socket>();
  let swallowed = 0;
  const proxy = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      if (swallowed > 0) {
        swallowed--;
        near.destroy();
      } else near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut,
    swallow: (answers: number): void => {
      swallowed = answers;
    },
    close: (): Promise<void> => {
      cut();
      return new Promise((resolve) => {
        proxy.close(() => resolve());
      });
    },
  };
}
