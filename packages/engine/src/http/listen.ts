/** Opening the door and closing it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Engine } from '../engine.ts';

/** A thousand clients that connect in one moment: the default of 511 makes the rest wait a second. */
const BACKLOG = 4_096;

/** Listens, and answers the address: `http://127.0.0.1:4400`. */
export async function listen(
  server: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<string> {
  return await server.listen({ host, port, backlog: BACKLOG });
}

/** Long enough for a request that was on its way when the stop began, short enough for whoever waits. */
const SILENT_GRACE_MS = 250;
const LOOK_MS = 50;

/**
 * Lets a stop end when the last request has. Node closes the connections that are idle when it begins; it keeps those
 * that become idle afterwards until their time-out, and counts one that never sent a request, as browsers and load
 * balancers open them ahead of need, as busy.
 */
export function endQuietConnections(server: FastifyInstance): void {
  const silent = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.server.on('request', ({ socket }: IncomingMessage) => silent.delete(socket));
  server.addHook('preClose', async () => {
    if (!server.server.listening) return;
    const began = performance.now();
    const timer = setInterval(() => {
      server.server.closeIdleConnections();
      if (performance.now() - began < SILENT_GRACE_MS) return;
      for (const socket of silent) socket.destroy();
    }, LOOK_MS);
    server.server.once('close', () => clearInterval(timer));
  });
}

/**
 * Stops in order: takes no new connection, says goodbye on the streams, finishes every request that was accepted, then
 * closes the engine. Connections that are still open after `graceMs` are cut; what they asked for is finished all the same.
 */
export async function stop(
  server: FastifyInstance,
  { engine, graceMs = 15_000 }: { engine: Engine; graceMs?: number },
): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), graceMs);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
    await engine.close();
  }
}
