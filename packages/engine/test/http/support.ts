/** A server over a database of its own, and a way to ask it that checks every answer against the description. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '@drawdown/client';
import type { FastifyInstance } from 'fastify';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine, type EngineOptions } from '../../src/engine.ts';
import { problemsOf } from '../../src/http/openapi.ts';
import type { Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { problem } from '../../src/http/schemas/problem.ts';
import { createServer, type ServerOptions } from '../../src/http/server.ts';
import { signatureOf } from '../../src/sources/signature.ts';
import type { Database } from '../../src/store/database.ts';
import { BUNDLE, createApple } from '../sources/apple.ts';
import { FakeGoogle } from '../sources/google-fake.ts';
import { freshDatabase } from '../support/database.ts';

export const SECRET = 'sk_test_of_the_product';
export const ADMIN = 'ak_test_of_the_staff';

const apple = createApple();

/** Nobody answers at Stripe: what is tested here are its deliveries. */
const PAYMENTS = {
  sandbox: true,
  stripe: { secretKey: 'sk_test_x', webhookSecrets: ['whsec_test'], api: 'http://127.0.0.1:9' },
  appStore: {
    bundleId: BUNDLE,
    appId: null,
    production: false,
    roots: [apple.root],
    onlineChecks: false,
    api: null,
  },
};

const google = new FakeGoogle();

/** What Pub/Sub would push, about nothing. */
export async function googlePlayDelivery(): Promise<Ask> {
  const { body, headers } = await google.pushed({ testNotification: { version: '1.0' } });
  return { as: null, key: null, raw: body, headers };
}

/** A purchase in an Android app of the account, as the app tells of it. */
export async function googlePlayClaim(
  t: TestServer,
  account: string,
): Promise<{ product: string; purchase_token: string }> {
  const { app_account_token } = await t.engine.purchases.appAccountToken(account);
  return { product: 'pack_1200', purchase_token: google.sell(app_account_token).token };
}

/** A transaction in an iOS app of the account, as the app tells of it. */
export async function appStoreClaim(t: TestServer, account: string): Promise<{ signed_transaction: string }> {
  const { app_account_token } = await t.engine.purchases.appAccountToken(account);
  const about = { transactionId: randomUUID(), productId: 'pack_100', appAccountToken: app_account_token };
  return { signed_transaction: apple.transaction(about) };
}

/** What Apple would send, about nothing. */
export function appStoreDelivery(): Ask {
  const about = apple.transaction({ type: 'Non-Consumable' });
  return { as: null, key: null, body: { signedPayload: apple.notification('REFUND_DECLINED', about) } };
}

/** What Stripe would send. */
export function stripeDelivery(event: object): Ask {
  const raw = Buffer.from(
    JSON.stringify({ object: 'event', livemode: false, created: 1, data: { object: {} }, ...event }),
  );
  const signature = signatureOf(Buffer.from('whsec_test'), raw, Date.now());
  return { as: null, key: null, raw, headers: { 'stripe-signature': signature } };
}

export interface Ask {
  /** The credential; null sends none. Absent: the product's own key. */
  as?: string | null;
  body?: unknown;
  /** Sent as it is, as JSON unless a header says otherwise. */
  raw?: string | Buffer;
  /** The idempotency key; null sends none. Absent: a fresh one for every POST. */
  key?: string | null;
  headers?: Record<string, string>;
}

export interface Reply<T> {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  body: T;
}

export interface TestServer {
  server: FastifyInstance;
  engine: Engine;
  database: Database;
  /** Asks without a socket, and fails where the answer is not as the OpenAPI document says. */
  ask<T = Problem>(
    method: Route['method'] | 'HEAD' | 'OPTIONS' | 'PATCH',
    url: string,
    ask?: Ask,
  ): Promise<Reply<T>>;
  /** Ids of the operations that were answered with success so far. */
  exercised: Set<string>;
  close(): Promise<void>;
}

export const catalog = readCatalog(shippedCatalog);

export async function startServer(
  options: Partial<Omit<ServerOptions, 'engine'>> &
    Partial<Pick<EngineOptions, 'catalog' | 'testClock' | 'payments' | 'approvals'>> = {},
): Promise<TestServer> {
  const { database, drop } = await freshDatabase();
  const testClock = options.testClock ?? true;
  // Google is there where purchases are not what the test is about.
  const googlePlay = options.payments === undefined ? await google.start() : null;
  const payments = options.payments ?? { ...PAYMENTS, ...(googlePlay && { googlePlay }) };
  const engine = await Engine.open({
    database,
    catalog: options.catalog ?? catalog,
    testClock,
    payments,
    ...(options.approvals === undefined ? {} : { approvals: options.approvals }),
    remembered: 10_000,
  });
  const { catalog: _catalog, testClock: _clock, payments: _payments, approvals: _limits, ...rest } = options;
  const server = await createServer({ engine, secretKey: SECRET, adminKey: ADMIN, ...rest });
  const exercised = new Set<string>();
  return {
    server,
    engine,
    database,
    exercised,
    ask: async <T>(method: string, url: string, ask: Ask = {}) => {
      const reply = await inject<T>(server, method, url, ask);
      const route = routeAt(method, url);
      if (route !== undefined) {
        describe(route, reply);
        if (reply.status < 400) exercised.add(route.operationId);
      }
      return reply;
    },
    close: async () => {
      await server.close();
      await engine.close();
      if (googlePlay !== null) await google.stop();
      await drop();
    },
  };
}

async function inject<T>(server: FastifyInstance, method: string, url: string, ask: Ask): Promise<Reply<T>> {
  const { as = SECRET, body, raw, key = method === 'POST' ? randomUUID() : null, headers = {} } = ask;
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await server.inject({
    method: method as 'GET',
    url,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const isJson = /^application\/(problem\+)?json\b/.test(String(response.headers['content-type']));
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    body: (isJson && response.body !== '' ? JSON.parse(response.body) : response.body) as T,
  };
}

/** The route that a request is meant for. */
export function routeAt(method: string, url: string): Route | undefined {
  const [path = ''] = url.split('?');
  return ROUTES.find((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return route.method === method && pattern.test(path);
  });
}

/** Throws where an answer differs from what the route's description promises. */
function describe(route: Route, { status, body, headers }: Reply<unknown>): void {
  const where = `${route.operationId} answered ${status}`;
  if (status >= 400) {
    const { code } = problem.parse(body);
    if (!problemsOf(route).some((known) => known === code) && code !== 'not_found') {
      throw new Error(`${where} ${code}, which is not in its description`);
    }
    return;
  }
  const documented = [route.answers[status] ?? []].flat();
  if (documented.length === 0) throw new Error(`${where}, which is not in its description`);
  if (!String(headers['content-type']).startsWith('application/json')) return;
  const fits = documented.some(({ schema }) => {
    const parsed = schema?.safeParse(body);
    // Schemas of answers drop what they do not know: nothing may be dropped.
    return parsed?.success === true && isDeepStrictEqual(parsed.data, body);
  });
  if (!fits) throw new Error(`${where} with a body that is not as described: ${JSON.stringify(body)}`);
}
