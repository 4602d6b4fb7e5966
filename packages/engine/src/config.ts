/** The one file that reads the environment. Everything else is told. */
import { isIP } from 'node:net';
import { ConfigError } from './config/error.ts';
import {
  type ApprovalConfig,
  LOOPBACK,
  type OidcConfig,
  readApprovals,
  readOidc,
  readPublicUrl,
  readStaffSessionMinutes,
} from './config/staff.ts';

export { ConfigError } from './config/error.ts';
export type { OidcConfig } from './config/staff.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a process needs to know to run or to find a server. Null: not given. */
export interface Config {
  /** Where the server listens, and where commands look for one. Port 0: any that is free. */
  readonly host: string;
  readonly port: number;
  /** A PostgreSQL server of the product's own; null: the embedded one in `dataDirectory`. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
  /** Bootstrap keys, given in the clear, never stored by the server. */
  readonly secretKey: string | null;
  readonly adminKey: string | null;
  /** Where people find the server: an origin; null: nobody has said so. */
  readonly publicUrl: string | null;
  /** Null: staff have keys, and no other way in. */
  readonly oidc: OidcConfig | null;
  /** How long staff are signed in. */
  readonly staffSessionMinutes: number;
  /** What one of the staff may do alone within 24 hours, in credits. */
  readonly approvals: ApprovalConfig;
  /** A catalog file; null: the shipped catalog. */
  readonly catalogFile: string | null;
  /** Modules of products that are served as well: names of packages, or paths from here. */
  readonly products: readonly string[];
  readonly demo: boolean;
  readonly testClock: boolean;
  /** Where the pages get the session of whoever looks at them: a URL of the product. */
  readonly sessionUrl: string | null;
  readonly corsOrigins: readonly string[];
  /** Origins that buyers may be sent back to, besides the server's own and those of `corsOrigins`. */
  readonly returnOrigins: readonly string[];
  /** Whether everything says that somebody works on a product here: see `isWorkbench`. */
  readonly workbench: boolean;
  /** Checkouts that take no money: on a workbench without being said. */
  readonly sandbox: boolean;
  /** Null: no money is taken through Stripe. */
  readonly stripe: StripeConfig | null;
  /** Null: nothing is sold in the App Store. */
  readonly appStore: AppStoreConfig | null;
  /** Null: nothing is sold in Google Play. */
  readonly googlePlay: GooglePlayConfig | null;
  /** Webhooks may be sent to this machine itself, and in the clear: for development and tests. */
  readonly webhookLoopback: boolean;
  /** How long notices are kept. */
  readonly noticeRetentionDays: number;
  /** Proxies that may say who the client is. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  /** Start on a server that may lose acknowledged writes. */
  readonly allowUnsafe: boolean;
  /** The server that commands talk to. */
  readonly url: string | null;
  /** The person wants no colours, whatever the terminal can do. */
  readonly noColor: boolean;
}

export interface StripeConfig {
  readonly secretKey: string;
  /** Several while one is being exchanged. */
  readonly webhookSecrets: readonly string[];
  /** Present where it is not Stripe's own. */
  readonly api?: string;
}

export interface AppStoreConfig {
  readonly bundleId: string;
  readonly appId: number | null;
  readonly production: boolean;
  /** Apple's root certificates: files, DER. */
  readonly rootFiles: readonly string[];
  /** The key for answering Apple's questions; null: they are not answered. */
  readonly api: { readonly keyFile: string; readonly keyId: string; readonly issuerId: string } | null;
}

export interface GooglePlayConfig {
  readonly packageName: string;
  /** The service account's key, as Google gives it: JSON. */
  readonly keyFile: string;
  /** What the push subscription states, and the account that it pushes as. */
  readonly push: { readonly audience: string; readonly email: string };
  readonly production: boolean;
}

/**
 * Reads and checks every variable. An empty one counts as absent. `overrides` stand for variables given otherwise, as
 * on a command line. Throws `ConfigError` for the first that is wrong.
 */
export function readConfig(overrides: Environment = {}, variables: Environment = process.env): Config {
  const environment = { ...variables, ...overrides };
  const read = (variable: string): string | null => {
    const value = environment[variable]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const config: Config = {
    host: readHost(read('HOST')),
    port: readPort(read('PORT')),
    databaseUrl: readDatabaseUrl(read('DATABASE_URL')),
    dataDirectory: read('DRAWDOWN_DATA_DIR') ?? '.drawdown',
    secretKey: readKey('DRAWDOWN_SECRET_KEY', read('DRAWDOWN_SECRET_KEY')),
    adminKey: readKey('DRAWDOWN_ADMIN_KEY', read('DRAWDOWN_ADMIN_KEY')),
    publicUrl: readPublicUrl(read),
    oidc: readOidc(read),
    staffSessionMinutes: readStaffSessionMinutes(read),
    approvals: readApprovals(read),
    catalogFile: read('DRAWDOWN_CATALOG'),
    products: list(read('DRAWDOWN_WITH')),
    demo: readSwitch('DRAWDOWN_DEMO', read('DRAWDOWN_DEMO'), true),
    testClock: readSwitch('DRAWDOWN_TEST_CLOCK', read('DRAWDOWN_TEST_CLOCK'), false),
    sessionUrl: readUrl('DRAWDOWN_SESSION_URL', read('DRAWDOWN_SESSION_URL')),
    corsOrigins: readOrigins('DRAWDOWN_CORS_ORIGINS', read('DRAWDOWN_CORS_ORIGINS')),
    returnOrigins: readOrigins('DRAWDOWN_RETURN_ORIGINS', read('DRAWDOWN_RETURN_ORIGINS')),
    workbench: isWorkbench(read),
    sandbox: readSwitch('DRAWDOWN_SANDBOX', read('DRAWDOWN_SANDBOX'), isWorkbench(read)),
    stripe: readStripe(read),
    appStore: readAppStore(read),
    googlePlay: readGooglePlay(read),
    webhookLoopback: readSwitch('DRAWDOWN_WEBHOOK_LOOPBACK', read('DRAWDOWN_WEBHOOK_LOOPBACK'), false),
    noticeRetentionDays: readDays('DRAWDOWN_NOTICE_RETENTION_DAYS', read('DRAWDOWN_NOTICE_RETENTION_DAYS')),
    trustedProxies: readProxies(read('DRAWDOWN_TRUSTED_PROXIES')),
    logLevel: readLogLevel(read('DRAWDOWN_LOG_LEVEL')),
    allowUnsafe: readSwitch('DRAWDOWN_ALLOW_UNSAFE', read('DRAWDOWN_ALLOW_UNSAFE'), false),
    url: readUrl('DRAWDOWN_URL', read('DRAWDOWN_URL')),
    // https://no-color.org: any value that is not empty.
    noColor: (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb',
  };
  if (config.adminKey !== null && config.adminKey === config.secretKey) {
    throw new ConfigError('DRAWDOWN_ADMIN_KEY', 'must not be the same as DRAWDOWN_SECRET_KEY');
  }
  return config;
}

function readHost(value: string | null): string {
  if (value === null) return '127.0.0.1';
  if (/[\s/@?#]/.test(value) || (value.includes(':') && isIP(value) !== 6)) {
    throw new ConfigError('HOST', `must be an address or a name without scheme and port, not "${value}"`);
  }
  return value;
}

const REAL_MONEY = [
  'DRAWDOWN_STRIPE_SECRET_KEY',
  'DRAWDOWN_APP_STORE_BUNDLE_ID',
  'DRAWDOWN_GOOGLE_PLAY_PACKAGE',
];

/**
 * Credits for nothing are given only where everything says that somebody works on a product: a database of its own, no
 * other way of being paid, nobody but this machine that can ask, directly or through a proxy, and no word of production.
 */
function isWorkbench(read: (variable: string) => string | null): boolean {
  const found = readPublicUrl(read);
  const isHere = found === null || LOOPBACK.test(new URL(found).hostname);
  const isLocal =
    isHere && LOOPBACK.test(read('HOST') ?? '127.0.0.1') && read('DRAWDOWN_TRUSTED_PROXIES') === null;
  const isProduction = read('NODE_ENV')?.toLowerCase() === 'production';
  const isOwn = [...REAL_MONEY, 'DATABASE_URL'].every((variable) => read(variable) === null);
  return isLocal && isOwn && !isProduction;
}

/** Either all of it or nothing: a key without a webhook would take money and grant nothing. */
function readStripe(read: (variable: string) => string | null): StripeConfig | null {
  const secretKey = readKey('DRAWDOWN_STRIPE_SECRET_KEY', read('DRAWDOWN_STRIPE_SECRET_KEY'));
  const webhookSecrets = list(read('DRAWDOWN_STRIPE_WEBHOOK_SECRET'));
  const api = readUrl('DRAWDOWN_STRIPE_API', read('DRAWDOWN_STRIPE_API'));
  if (secretKey === null) {
    if (webhookSecrets.length === 0) return null;
    throw new ConfigError('DRAWDOWN_STRIPE_SECRET_KEY', 'is required beside DRAWDOWN_STRIPE_WEBHOOK_SECRET');
  }
  if (!/^[sr]k_(test|live)_/.test(secretKey)) {
    throw new ConfigError(
      'DRAWDOWN_STRIPE_SECRET_KEY',
      'must begin with sk_test_, sk_live_, rk_test_ or rk_live_',
    );
  }
  if (webhookSecrets.length === 0) {
    throw new ConfigError('DRAWDOWN_STRIPE_WEBHOOK_SECRET', 'is required beside DRAWDOWN_STRIPE_SECRET_KEY');
  }
  if (webhookSecrets.some((secret) => !secret.startsWith('whsec_'))) {
    throw new ConfigError(
      'DRAWDOWN_STRIPE_WEBHOOK_SECRET',
      'must list signing secrets that begin with whsec_',
    );
  }
  return { secretKey, webhookSecrets, ...(api === null ? {} : { api }) };
}

/** All of it or nothing: whoever could push unverified, or without a key to look purchases up, could not be believed. */
function readGooglePlay(read: (variable: string) => string | null): GooglePlayConfig | null {
  const of = (name: string) => read(`DRAWDOWN_GOOGLE_PLAY_${name}`);
  const packageName = of('PACKAGE');
  if (packageName === null) {
    const [other] = ['KEY_FILE', 'PUSH_AUDIENCE', 'PUSH_EMAIL'].filter((name) => of(name) !== null);
    if (other === undefined) return null;
    throw new ConfigError('DRAWDOWN_GOOGLE_PLAY_PACKAGE', `is required beside DRAWDOWN_GOOGLE_PLAY_${other}`);
  }
  const demand = (name: string): string => {
    const value = of(name);
    if (value !== null) return value;
    throw new ConfigError(`DRAWDOWN_GOOGLE_PLAY_${name}`, 'is required beside DRAWDOWN_GOOGLE_PLAY_PACKAGE');
  };
  if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(packageName)) {
    throw new ConfigError(
      'DRAWDOWN_GOOGLE_PLAY_PACKAGE',
      `must be a package such as com.example.studio, not "${packageName}"`,
    );
  }
  const environment = of('ENVIRONMENT') ?? 'Production';
  if (environment !== 'Production' && environment !== 'Test') {
    throw new ConfigError(
      'DRAWDOWN_GOOGLE_PLAY_ENVIRONMENT',
      `must be Production or Test, not "${environment}"`,
    );
  }
  const push = { audience: demand('PUSH_AUDIENCE'), email: demand('PUSH_EMAIL') };
  return { packageName, keyFile: demand('KEY_FILE'), push, production: environment === 'Production' };
}

/** A bundle and Apple's roots; for real money the app's number as well; all of the key, or none of it. */
function readAppStore(read: (variable: string) => string | null): AppStoreConfig | null {
  const of = (name: string) => read(`DRAWDOWN_APP_STORE_${name}`);
  const bundleId = of('BUNDLE_ID');
  if (bundleId === null) return null;
  const demand = (name: string, beside: string): string => {
    const value = of(name);
    if (value !== null) return value;
    throw new ConfigError(`DRAWDOWN_APP_STORE_${name}`, `is required beside DRAWDOWN_APP_STORE_${beside}`);
  };
  const environment = of('ENVIRONMENT') ?? 'Production';
  if (environment !== 'Production' && environment !== 'Sandbox') {
    throw new ConfigError(
      'DRAWDOWN_APP_STORE_ENVIRONMENT',
      `must be Production or Sandbox, not "${environment}"`,
    );
  }
  const production = environment === 'Production';
  const appId = production ? demand('APP_ID', 'BUNDLE_ID') : of('APP_ID');
  if (appId !== null && !/^\d{1,15}$/.test(appId)) {
    throw new ConfigError('DRAWDOWN_APP_STORE_APP_ID', `must be the app's number, not "${appId}"`);
  }
  const keyFile = of('KEY_FILE');
  return {
    bundleId,
    appId: appId === null ? null : Number(appId),
    production,
    rootFiles: list(demand('ROOTS', 'BUNDLE_ID')),
    api:
      keyFile === null
        ? null
        : { keyFile, keyId: demand('KEY_ID', 'KEY_FILE'), issuerId: demand('ISSUER_ID', 'KEY_FILE') },
  };
}

function readPort(value: string | null): number {
  if (value === null) return 4400;
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  throw new ConfigError('PORT', `must be a number from 0 to 65535, not "${value}"`);
}

function readDatabaseUrl(value: string | null): string | null {
  if (value === null || /^postgres(ql)?:\/\/\S+$/.test(value)) return value;
  // Not repeated: it may be a URL with a password and a slip in its scheme.
  throw new ConfigError('DATABASE_URL', 'must be a URL such as postgres://user:password@host:5432/database');
}

function readKey(variable: string, value: string | null): string | null {
  if (value === null || /^[\x21-\x7e]{1,1024}$/.test(value)) return value;
  throw new ConfigError(variable, 'must be 1 to 1024 visible ASCII characters without spaces');
}

function readSwitch(variable: string, value: string | null, preset: boolean): boolean {
  if (value === null) return preset;
  if (/^(1|true|yes|on)$/i.test(value)) return true;
  if (/^(0|false|no|off)$/i.test(value)) return false;
  throw new ConfigError(variable, `must be 1 or 0, not "${value}"`);
}

/** A quarter: as long as a receiver's books are likely to be looked into. */
const RETENTION_DAYS = 90;

function readDays(variable: string, value: string | null): number {
  if (value === null) return RETENTION_DAYS;
  if (/^\d{1,5}$/.test(value) && Number(value) >= 1) return Number(value);
  throw new ConfigError(variable, `must be a number of days from 1 to 99999, not "${value}"`);
}

function list(value: string | null): string[] {
  return (value ?? '').split(/[\s,]+/).filter((item) => item !== '');
}

function readOrigins(variable: string, value: string | null): string[] {
  return list(value).map((item) => {
    const origin = URL.canParse(item) ? new URL(item).origin : null;
    if (origin === item) return item;
    throw new ConfigError(variable, `must list origins such as https://app.example.com, not "${item}"`);
  });
}

function readProxies(value: string | null): string[] {
  return list(value).map((item) => {
    const [address = '', bits, ...rest] = item.split('/');
    const width = isIP(address) === 6 ? 128 : 32;
    const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
    if (isIP(address) !== 0 && isRange && rest.length === 0) return item;
    throw new ConfigError(
      'DRAWDOWN_TRUSTED_PROXIES',
      `must list addresses or ranges such as 10.0.0.0/8, not "${item}"`,
    );
  });
}

function readLogLevel(value: string | null): LogLevel {
  const level = LOG_LEVELS.find((one) => one === (value ?? 'info').toLowerCase());
  if (level !== undefined) return level;
  throw new ConfigError('DRAWDOWN_LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}, not "${value}"`);
}

function readUrl(variable: string, value: string | null): string | null {
  if (value === null || (/^https?:\/\//.test(value) && URL.canParse(value))) return value;
  throw new ConfigError(variable, 'must be a URL such as http://127.0.0.1:4400');
}
