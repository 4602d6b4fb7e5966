/** The server itself, and the tables that it needs. */

import { resolve } from 'node:path';
import type { CommandData, OptionFlags, ProcessCommand } from './command.ts';
import { readServerFile } from './server-file.ts';

export const DATABASE_OPTIONS: readonly OptionFlags[] = [
  ['--database <url>', 'this PostgreSQL database (DATABASE_URL)'],
  ['--data-dir <directory>', 'the embedded database in it (DRAWDOWN_DATA_DIR)'],
];

const serve: ProcessCommand = {
  name: 'serve',
  summary: 'Run the server until it is told to stop',
  options: [
    ['--port <number>', '0: any that is free (PORT, 4400)'],
    ['--host <address>', 'where to listen (HOST, 127.0.0.1)'],
    ['--catalog <file>', 'classes, features, prices (DRAWDOWN_CATALOG; default: the shipped catalog)'],
    ['--with <modules>', 'products to serve on the same address, separated by commas (DRAWDOWN_WITH)'],
    ...DATABASE_OPTIONS,
  ],
  help: `Variables:
  PORT, HOST                  where to listen
  DATABASE_URL                a PostgreSQL server; absent: the embedded one in DRAWDOWN_DATA_DIR (.drawdown)
  DRAWDOWN_SECRET_KEY         the key of the product's server     beside the embedded database both are made on
  DRAWDOWN_ADMIN_KEY          the key of staff                    the first start and kept in its directory
  DRAWDOWN_CATALOG            a catalog file
  DRAWDOWN_WITH               modules of products to serve on the same address: packages, or paths
  DRAWDOWN_DEMO=0             no demonstration accounts
  DRAWDOWN_SESSION_URL        where the pages get the session of whoever looks at them: a URL of the product
  DRAWDOWN_PUBLIC_URL         where people find the server: an origin such as https://credits.example.com
  DRAWDOWN_OIDC_ISSUER, DRAWDOWN_OIDC_CLIENT_ID, DRAWDOWN_OIDC_CLIENT_SECRET, DRAWDOWN_OIDC_ROLES
                              staff sign in to the console with an OpenID provider; roles are groups and scopes, such as
                              "support = staff read act; admins = admin"
  DRAWDOWN_OIDC_NAME, DRAWDOWN_OIDC_SCOPE, DRAWDOWN_OIDC_CLAIM
                              what the button says; what is asked for (openid profile email); where groups are (groups)
  DRAWDOWN_STAFF_SESSION_MINUTES
                              how long staff are signed in (240)
  DRAWDOWN_APPROVAL_ACCOUNT_LIMIT, DRAWDOWN_APPROVAL_STAFF_LIMIT
                              credits that one of the staff may move alone within 24 hours: on one account, on all
  DRAWDOWN_APPROVAL_WAIT_HOURS
                              how long a request waits for a second person (168)
  DRAWDOWN_TEST_CLOCK=1       a clock that can be moved forward, for tests
  DRAWDOWN_CORS_ORIGINS       origins whose pages may call, separated by commas
  DRAWDOWN_RETURN_ORIGINS     origins that buyers may be sent back to, besides those and the server's own
  DRAWDOWN_SANDBOX            1: checkouts that cost nothing; 0: none (1 on a developer's machine: HOST is loopback, the
                              database embedded, no other way of paying, no proxy, NODE_ENV not production)
  DRAWDOWN_STRIPE_SECRET_KEY, DRAWDOWN_STRIPE_WEBHOOK_SECRET
                              sell through Stripe; its events go to /webhooks/stripe
  DRAWDOWN_STRIPE_API         another address than Stripe's own, for tests
  DRAWDOWN_APP_STORE_BUNDLE_ID, DRAWDOWN_APP_STORE_APP_ID, DRAWDOWN_APP_STORE_ROOTS (files)
                              sell in the App Store; its notifications go to /webhooks/app-store
  DRAWDOWN_APP_STORE_ENVIRONMENT
                              Production or Sandbox (Production)
  DRAWDOWN_APP_STORE_KEY_FILE, DRAWDOWN_APP_STORE_KEY_ID, DRAWDOWN_APP_STORE_ISSUER_ID
                              tell Apple how much of a purchase was used when it asks; your customers agreed to that
  DRAWDOWN_GOOGLE_PLAY_PACKAGE, DRAWDOWN_GOOGLE_PLAY_KEY_FILE (of a service account, JSON),
  DRAWDOWN_GOOGLE_PLAY_PUSH_AUDIENCE, DRAWDOWN_GOOGLE_PLAY_PUSH_EMAIL
                              sell in Google Play; Pub/Sub pushes its notifications to /webhooks/google-play
  DRAWDOWN_GOOGLE_PLAY_ENVIRONMENT
                              Production, or Test: purchases of licence testers count, and no others (Production)
  DRAWDOWN_TRUSTED_PROXIES    addresses of proxies that may say who the client is
  DRAWDOWN_LOG_LEVEL          fatal, error, warn, info, debug, trace or silent (info)
  DRAWDOWN_ALLOW_UNSAFE=1     accept a database that may lose acknowledged writes

SIGTERM and SIGINT finish what was accepted and end with 0; a second one ends at once.`,
  target: null,
  run: async ({ config, output }) => {
    const { serve } = await import('../serve.ts');
    return await serve(config, (line) => output.raw(line));
  },
};

const migrate: ProcessCommand = {
  name: 'migrate',
  summary: 'Bring the tables of a database up to this release; "serve" does so too',
  options: DATABASE_OPTIONS,
  target: null,
  run: async ({ config, output }) => {
    const [{ openStorage }, { createLog }, { migrate: apply }, { MIGRATIONS }] = await Promise.all([
      import('./storage.ts'),
      import('./log.ts'),
      import('../store/migrate.ts'),
      import('../engine.ts'),
    ]);
    const storage = await openStorage(beside(config), createLog('error'));
    try {
      const { applied, version } = await apply(storage.database, MIGRATIONS);
      output.answer({ applied, version }, () => {
        const done = applied.length === 0 ? 'Nothing was missing' : `Applied ${applied.join(', ')}`;
        return `${done}; the database is at migration ${version}.`;
      });
    } finally {
      await storage.close();
    }
    return undefined;
  },
};

/** Where a server holds the data directory, its database is reached beside it. */
export function beside<T extends { databaseUrl: string | null; dataDirectory: string }>(config: T): T {
  if (config.databaseUrl !== null) return config;
  const running = readServerFile(resolve(config.dataDirectory));
  return running === null ? config : { ...config, databaseUrl: running.databaseUrl };
}

export const processCommands: readonly CommandData[] = [serve, migrate];
