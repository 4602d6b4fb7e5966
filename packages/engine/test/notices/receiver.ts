/** A receiver of webhooks on this machine: it keeps what it was sent, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly data: Record<string, unknown>;
}

type Respond = (response: ServerResponse, received: Received) => void;

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Most that were under way at once. */
  readonly crowd: number;
  /** How it answers from now on; 204, unless told. */
  answer(respond: Respond | number): void;
  /** Resolves once it has been sent so many in all, or rejects after ten seconds. */
  until(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

/** Ends with the test that waits for it. */
const PATIENCE_MS = 20_000;

export async function openReceiver(tls?: { key: string; cert: string }): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let respond: Respond = (response) => response.writeHead(204).end();
  let crowd = 0;
  let open = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    open += 1;
    crowd = Math.max(crowd, open);
    response.on('close', () => {
      open -= 1;
    });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const raw = Buffer.concat(parts).toString();
    const { type, data } = JSON.parse(raw) as { type: string; data: Record<string, unknown> };
    const one = { headers: request.headers, raw, id: String(request.headers['webhook-id']), type, data };
    const whole = { ...one, account: String(data.account) };
    received.push(whole);
    respond(response, whole);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void handle(request, response);
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}/hook` : `https://localhost:${port}/hook`,
    received,
    get crowd() {
      return crowd;
    },
    answer: (how) => {
      respond = typeof how === 'number' ? (response) => response.writeHead(how).end() : how;
    },
    until: async (count) => {
      const lastMoment = performance.now() + PATIENCE_MS;
      while (received.length < count) {
        if (performance.now() > lastMoment) throw new Error(`${received.length} of ${count} have arrived`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return received;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What Standard Webhooks' own library says to a message; throws where the signature is none. */
export function verified(secret: string, { headers, raw }: Pick<Received, 'headers' | 'raw'>): unknown {
  return new Webhook(secret).verify(raw, headers as Record<string, string>);
}
