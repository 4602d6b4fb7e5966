/** The HTTP server: authentication, validation, one call of the engine, and an orderly end. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import underPressure from '@fastify/under-pressure';
import fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  LogController,
} from 'fastify';
import type { Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import { authenticate, authorize } from './auth.ts';
import type { Caller } from './caller.ts';
import { carriedClock } from './clock.ts';
import { corsHeaders } from './cors.ts';
import { Demonstration } from './demonstration.ts';
import { registerDocs } from './docs.ts';
import { answerFailure, answerParserError, registerNotFound } from './failures.ts';
import { handlerOf } from './handler.ts';
import { IdentityProvider, type IdentityProviderSetting } from './identity-provider.ts';
import { Keys } from './keys.ts';
import { LIMITS, type Limits } from './limits.ts';
import { endQuietConnections } from './listen.ts';
import { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { type PagesOptions, registerPages } from './pages.ts';
import { type MountedProduct, registerProducts } from './products.ts';
import { TokenBuckets } from './rate.ts';
import type { Route, Services } from './route.ts';
import { ROUTES } from './routes/index.ts';
import { Sessions } from './sessions.ts';
import { SignInTickets } from './sign-in-ticket.ts';
import { SigningKeys } from './signing.ts';
import { StaffSessions } from './staff-sessions.ts';
import { Streams } from './stream.ts';

export interface ServerOptions {
  readonly engine: Engine;
  /** The version that the OpenAPI document names. */
  readonly version?: string;
  /** Keys given to the process in the clear; without them only keys of the database open. */
  readonly secretKey?: string | undefined;
  readonly adminKey?: string | undefined;
  /** Absent: nothing is logged. Gets failures of our own, never keys, tokens or bodies. */
  readonly log?: FastifyBaseLogger;
  /** Origins whose pages may call; none by default. */
  readonly corsOrigins?: readonly string[];
  /** Which proxies may say who the client is, as Fastify's `trustProxy`; none by default. */
  readonly trustProxy?: boolean | string | string[];
  readonly limits?: Partial<Limits>;
  /** The pages for people, and where they get their sessions; absent: none are served. */
  readonly pages?: Omit<PagesOptions, 'products'>;
  /** Gives sessions of the demonstration accounts to pages on this machine. */
  readonly demonstration?: boolean;
  /** How staff sign in besides with a key, and for how long. */
  readonly staff?: { readonly oidc?: IdentityProviderSetting; readonly sessionSeconds?: number };
  /** Products that are served on the same address. */
  readonly products?: readonly MountedProduct[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route as data; absent on the pages of the documentation. */
    drawdown?: Route;
  }
  interface FastifyRequest {
    /** Who asks; null until authenticated, and on public routes. */
    caller: Caller | null;
  }
}

/** Builds the server without listening. The engine stays its owner's: `close()` of the server leaves it open. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { engine } = options;
  const limits = { ...LIMITS, ...options.limits };
  const routes = ROUTES.filter(
    (route) =>
      (engine.testClock || route.testClock !== true) &&
      (options.demonstration === true || route.demonstration !== true),
  );
  const server = bareServer(options, limits);
  const streams = new Streams(limits.streams);
  const metrics = new Metrics({ engine, streams });
  const services = servicesOf(options, { routes, streams, metrics });

  server.decorateRequest('caller', null);
  server.setErrorHandler((error, request, reply) => answerFailure(error, request, reply));
  addJsonParser(server);
  addHeaders(server, new Set(options.corsOrigins));
  await addPressureValve(server, limits);
  addAuthentication(server, services, limits);
  addMetrics(server, metrics);
  registerNotFound(server, routes);
  await registerDocs(server, services.openapi());
  const mounted = options.products ?? [];
  const products = await registerProducts(server, mounted, services);
  if (options.pages !== undefined) {
    await registerPages(server, { ...options.pages, products: mounted.map(({ product }) => product.name) });
  }
  for (const route of routes) if (route.form !== true) addRoute(server, route, services);
  await addForms(server, routes, services);
  endQuietConnections(server);
  // Streams never end by themselves, so a stop would wait for them forever.
  server.addHook('preClose', async () => streams.stop());
  server.addHook('onClose', async () => {
    await Promise.all([services.keys.close(), services.staffSessions.close()]);
  });
  await server.ready();
  for (const product of products) await product.start();
  return server;
}

function bareServer({ log, trustProxy }: ServerOptions, limits: Limits): FastifyInstance {
  const settings: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    ...(log === undefined ? { logger: false } : { loggerInstance: log }),
    // One line per request would cost more than the request; failures are logged where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    ...(trustProxy === undefined ? {} : { trustProxy }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.idleMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: { maxHeaderSize: limits.headerBytes },
    // Longer than a header may be: an id that is too long is the schema's to refuse, by name.
    routerOptions: { maxParamLength: limits.headerBytes },
    // A request that came in on an open connection while stopping is finished like any other; the connection ends then.
    return503OnClosing: false,
    genReqId: requestIds(),
    frameworkErrors: (error, request, reply) => {
      answerFailure(error, request, reply.headers(FIXED_HEADERS));
    },
    clientErrorHandler: (error, socket) => answerParserError(error, socket),
  };
  return fastify(settings);
}

/** Unique across processes by what is drawn once, within one by counting: randomness for each request is dear. */
function requestIds(): () => string {
  const process = randomBytes(9).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `req_${process}_${count.toString(36)}`;
  };
}

interface Made {
  readonly routes: readonly Route[];
  readonly streams: Streams;
  readonly metrics: Metrics;
}

function servicesOf(options: ServerOptions, { routes, streams, metrics }: Made): Services {
  const { engine, version = '1' } = options;
  const now = carriedClock(engine);
  const signing = new SigningKeys(engine.database);
  const document = openApiDocument(routes, version);
  const sessions = new Sessions({ engine, signing, now });
  const { database } = engine;
  const bootstrap = { secret: options.secretKey, admin: options.adminKey };
  const keys = new Keys({ database, now, bootstrap });
  const { oidc, sessionSeconds } = options.staff ?? {};
  const provider = oidc === undefined ? null : new IdentityProvider(oidc);
  const lasts = sessionSeconds === undefined ? {} : { ttlSeconds: sessionSeconds };
  return {
    engine,
    keys,
    signing,
    sessions,
    staffSessions: new StaffSessions({ database, keys, now, provider, ...lasts }),
    provider,
    signInTickets: new SignInTickets({ database, now }),
    streams,
    demonstration: new Demonstration({ engine, sessions }),
    openapi: () => document,
    metrics,
    version,
  };
}

/** Replaces Fastify's own parsers: JSON is all that is spoken here, and the handler reads it strictly. */
function addJsonParser(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // Refusing a body in here would close the connection, as if its bytes could not be trusted to be complete.
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

/** A button and no fields. */
const MAX_FORM = 1_024;

const FIXED_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  // The pages of the documentation have a policy of their own.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

function addHeaders(server: FastifyInstance, origins: ReadonlySet<string>): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(FIXED_HEADERS);
    reply.headers(corsHeaders(request.headers.origin, origins));
    reply.header('x-request-id', request.id);
  });
}

/** Turns requests away while the event loop cannot keep up, before it is too late for those that are in. */
async function addPressureValve(server: FastifyInstance, { maxLoopDelayMs }: Limits): Promise<void> {
  if (maxLoopDelayMs === 0) return;
  await server.register(underPressure, {
    maxEventLoopDelay: maxLoopDelayMs,
    pressureHandler: async (request) => {
      if (request.routeOptions.config.drawdown?.unlimited === true) return;
      throw new DrawdownError('unavailable', 'The server is overloaded', { retry_after: 1 });
    },
  });
}

function addAuthentication(server: FastifyInstance, services: Services, limits: Limits): void {
  const lookUps = new TokenBuckets(limits.lookUpRate);
  const rates = {
    public: new TokenBuckets(limits.publicRate),
    server: new TokenBuckets(limits.serverRate),
    session: new TokenBuckets(limits.sessionRate),
  };
  server.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config.drawdown;
    if (route?.unlimited === true) return;
    if (route === undefined || route.scope === null) {
      rates.public.take(request.ip);
      return;
    }
    const caller = await authenticate(services, request, () => lookUps.take(request.ip));
    request.caller = caller;
    rates[caller.session === null ? 'server' : 'session'].take(caller.actor);
    authorize(route, caller);
  });
}

function addMetrics(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.config.drawdown;
    if (route?.live === true) return;
    const { method } = request;
    metrics.observe({
      method,
      route: route?.path ?? 'other',
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
  });
}

/** Pages without scripts send forms; nobody else may, so these routes have a parser of their own. */
async function addForms(
  server: FastifyInstance,
  routes: readonly Route[],
  services: Services,
): Promise<void> {
  await server.register((forms, _options, registered) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer', bodyLimit: MAX_FORM },
      (_request, _body, done) => done(null, undefined),
    );
    for (const route of routes) if (route.form === true) addRoute(forms, route, services);
    registered();
  });
}

function addRoute(server: FastifyInstance, route: Route, services: Services): void {
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: route.method === 'GET' && route.live !== true,
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    config: { drawdown: route },
    handler: handlerOf(route, services, (request) => request.caller),
  });
}
