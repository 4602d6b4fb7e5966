/** Products on the server's own address: their routes, and the way back from them to the server. */
import { type Client, createClient, DrawdownApiError } from '@drawdown/client';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type InjectOptions, inject } from 'light-my-request';
import { DrawdownError } from '../errors.ts';
import type { OpenedProduct, Product, ProductAnswer, ProductRequest, ProductRoute } from '../product.ts';
import { type AuthOptions, authenticate } from './auth.ts';
import { bodyOf } from './handler.ts';
import { PROBLEM_TYPE } from './problems.ts';

export interface MountedProduct {
  readonly product: Product;
  /** Where it may keep files. */
  readonly directory: string;
}

const NAME = /^[a-z]{1,40}$/;
/** What the server's own addresses begin with. */
const TAKEN: ReadonlySet<string> = new Set(['v1', 'docs', 'checkout', 'webhooks', 'demonstration', 'assets']);

/** Opens the products and registers their routes. Whoever calls it starts them; they stop before the server closes. */
export async function registerProducts(
  server: FastifyInstance,
  products: readonly MountedProduct[],
  services: AuthOptions,
): Promise<readonly OpenedProduct[]> {
  const opened = new Map<string, OpenedProduct>();
  for (const { product, directory } of products) {
    const { name } = product;
    if (!NAME.test(name) || TAKEN.has(name) || opened.has(name)) {
      throw new Error(`A product cannot be called "${name}"`);
    }
    const client = clientOf(server, services.keys.lend(['read', 'consume']));
    const one = await product.open({ client, directory });
    opened.set(name, one);
    for (const route of one.routes) addRoute(server, { name, route, services });
  }
  server.addHook('preClose', async () => {
    await Promise.all([...opened.values()].map((one) => one.stop()));
  });
  return [...opened.values()];
}

interface Added {
  readonly name: string;
  readonly route: ProductRoute;
  readonly services: AuthOptions;
}

function addRoute(server: FastifyInstance, { name, route, services }: Added): void {
  server.route({
    method: route.method,
    url: `/${name}/${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    handler: async (request, reply) => {
      const asked: ProductRequest = {
        params: request.params as Record<string, string>,
        query: textsOf(request.query as object),
        body: bodyOf(request),
        origin: `${request.protocol}://${request.host}`,
      };
      return send(reply, await answerTo(route, { asked, request, server, services }));
    },
  });
}

interface Asking {
  readonly asked: ProductRequest;
  readonly request: FastifyRequest;
  readonly server: FastifyInstance;
  readonly services: AuthOptions;
}

/** What the server refused the product with is the product's answer, where it has none of its own. */
async function answerTo(
  route: ProductRoute,
  { asked, request, server, services }: Asking,
): Promise<ProductAnswer> {
  try {
    if (!route.session) return await route.handler(asked);
    const { authorization } = request.headers;
    // Without cookies: those are the console's.
    const { session } = await authenticate(
      services,
      { headers: { ...(authorization === undefined ? {} : { authorization }) }, protocol: request.protocol },
      refuseKeys,
    );
    if (session === null || session.surface === 'server') throw refuseKeys();
    const token = authorization?.replace(/^Bearer +/i, '').trim() ?? '';
    const { account, surface } = session;
    return await route.handler({ ...asked, session: { account, surface, client: clientOf(server, token) } });
  } catch (error) {
    if (!(error instanceof DrawdownApiError)) throw error;
    return { status: error.status, body: error.problem, type: PROBLEM_TYPE };
  }
}

/** A key is no person: nobody's project is its own. */
function refuseKeys(): never {
  throw new DrawdownError('unauthenticated', 'Send a session token: Authorization: Bearer …');
}

function textsOf(query: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      Array.isArray(value) ? String(value[0]) : String(value),
    ]),
  );
}

function send(reply: FastifyReply, { status = 200, body, type, headers }: ProductAnswer): FastifyReply {
  reply.code(status);
  if (headers !== undefined) reply.headers(headers);
  if (body instanceof Uint8Array)
    return reply.type(type ?? 'application/octet-stream').send(Buffer.from(body));
  return reply.type(type ?? 'application/json; charset=utf-8').send(JSON.stringify(body));
}

/** A client of this very server that needs no address of it: requests are handed over within the process. */
function clientOf(server: FastifyInstance, token: string): Client {
  return createClient({ url: 'http://drawdown.internal', token, fetch: handedOver(server) });
}

function handedOver(server: FastifyInstance): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input));
    // Not by `server.inject`, which refuses as soon as the server begins to stop: holds are released just then.
    const { statusCode, rawPayload, headers } = await inject(server.routing, {
      method: (init.method ?? 'GET') as NonNullable<InjectOptions['method']>,
      url: pathname + search,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof init.body === 'string' ? { payload: init.body } : {}),
    });
    const texts = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    // A status that forbids a body refuses even an empty one.
    const hasBody = statusCode !== 204 && statusCode !== 304;
    return new Response(hasBody ? new Uint8Array(rawPayload) : null, { status: statusCode, headers: texts });
  };
}
