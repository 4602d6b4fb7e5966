/** One engine with its database and its door, opened and closed in order: for `serve`, and for a command by itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../catalog/catalog.ts';
import { loadCatalog } from '../catalog/load.ts';
import { shippedCatalog } from '../catalog/shipped.ts';
import { type AppStoreConfig, type Config, ConfigError, type GooglePlayConfig } from '../config.ts';
import { Engine } from '../engine.ts';
import { listen, stop } from '../http/listen.ts';
import { createServer } from '../http/server.ts';
import type { AppStoreSetting } from '../sources/app-store.ts';
import type { ServiceAccount } from '../sources/google-api.ts';
import type { GooglePlaySetting } from '../sources/google-play.ts';
import type { PaymentOptions } from '../sources/payments.ts';
import { engineLog, type Log } from './log.ts';
import { productsOf } from './products.ts';
import { staffOf } from './staff.ts';
import { openStorage, type Storage } from './storage.ts';
import { version } from './version.ts';

export interface ServerSettings {
  readonly config: Config;
  readonly log: Log;
  /** Asked once the directory is ours, so that keys which are kept there are made by one process only. */
  readonly keys: (storage: Storage) => { secretKey: string | null; adminKey: string | null };
  /** Done before anybody is let in. */
  readonly prepare?: (engine: Engine) => Promise<void>;
  /** False: for a process that is gone in a moment. */
  readonly sweep?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:4400` */
  readonly url: string;
  readonly catalog: Catalog;
  readonly storage: Storage;
  /** Finishes what was accepted, says goodbye on streams, closes engine and database. */
  stop(): Promise<void>;
}

/** The catalog that the configuration names. Throws `CatalogError` with everything that is wrong with it. */
export function configuredCatalog({ catalogFile }: Pick<Config, 'catalogFile'>): Promise<Catalog> {
  return loadCatalog(catalogFile === null ? { data: shippedCatalog } : { file: catalogFile });
}

/** How the configuration says that money is taken. */
export function paymentsOf({
  sandbox,
  stripe,
  appStore,
  googlePlay,
  corsOrigins,
  returnOrigins,
}: Config): PaymentOptions {
  return {
    sandbox,
    ...(stripe === null ? {} : { stripe }),
    ...(appStore === null ? {} : { appStore: appStoreOf(appStore) }),
    ...(googlePlay === null ? {} : { googlePlay: googlePlayOf(googlePlay) }),
    returnOrigins: [...corsOrigins, ...returnOrigins],
  };
}

/** With the files that it names. */
function appStoreOf({ rootFiles, api, ...config }: AppStoreConfig): AppStoreSetting {
  return {
    ...config,
    roots: rootFiles.map((file) => fileOf('DRAWDOWN_APP_STORE_ROOTS', file)),
    // Certificates of the sandbox are Apple's as well.
    onlineChecks: true,
    api: api && {
      key: fileOf('DRAWDOWN_APP_STORE_KEY_FILE', api.keyFile).toString(),
      keyId: api.keyId,
      issuerId: api.issuerId,
    },
  };
}

function googlePlayOf({ keyFile, ...config }: GooglePlayConfig): GooglePlaySetting {
  return {
    ...config,
    account: serviceAccountOf(fileOf('DRAWDOWN_GOOGLE_PLAY_KEY_FILE', keyFile).toString()),
  };
}

/** The file has a secret in it: what is wrong with it is told by name, never by value. */
function serviceAccountOf(text: string): ServiceAccount {
  const wrong = (reason: string) => new ConfigError('DRAWDOWN_GOOGLE_PLAY_KEY_FILE', reason);
  let key: Record<string, unknown>;
  try {
    key = Object(JSON.parse(text));
  } catch {
    throw wrong('must name the JSON key file of a service account');
  }
  const textOf = (name: string): string => {
    const value = key[name];
    if (typeof value === 'string' && value !== '') return value;
    throw wrong(`names a file without ${name}: it must be the JSON key of a service account`);
  };
  const privateKey = textOf('private_key');
  if (!privateKey.includes('-----BEGIN PRIVATE KEY-----'))
    throw wrong('has a private_key that is not PKCS 8 PEM');
  return {
    email: textOf('client_email'),
    privateKey,
    privateKeyId: typeof key.private_key_id === 'string' ? key.private_key_id : null,
    tokenUri: textOf('token_uri'),
  };
}

function fileOf(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigError(variable, `names a file that cannot be read: ${path}`);
  }
}

/** What `apps/web` is built into; the same place from the sources and from what they are built into. */
const PAGES = fileURLToPath(new URL('../../dist/pages', import.meta.url));

/**
 * Whether pages may have sessions of the demonstration accounts: on a server that nobody has set up for anything real
 * and that only this machine can reach. Whoever gave it a key, a database, a provider of payments or a proxy has
 * people of their own to show.
 */
export function isDemonstration(config: Config): boolean {
  const { demo, workbench, secretKey, adminKey, sessionUrl } = config;
  return demo && workbench && [secretKey, adminKey, sessionUrl].every((one) => one === null);
}

/** Resolves when requests are taken. Whatever it throws, nothing is left open. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { config, log } = settings;
  // First, since it is the cheapest to fail.
  const catalog = await configuredCatalog(config);
  const staff = staffOf(config);
  const storage = await openStorage(config, log);
  try {
    const engine = await Engine.open({
      database: storage.database,
      catalog,
      testClock: config.testClock,
      allowUnsafe: config.allowUnsafe,
      payments: paymentsOf(config),
      approvals: config.approvals,
      webhooks: { allowLoopback: config.webhookLoopback, retentionDays: config.noticeRetentionDays },
      log: engineLog(log),
      ...(settings.sweep === undefined ? {} : { sweep: settings.sweep }),
    });
    try {
      return await openDoor(settings, { catalog, storage, engine, staff });
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    await storage.close();
    throw error;
  }
}

interface Opened {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly engine: Engine;
  readonly staff: ReturnType<typeof staffOf>;
}

async function openDoor(
  { config, log, keys, prepare }: ServerSettings,
  { catalog, storage, engine, staff }: Opened,
): Promise<RunningServer> {
  const { secretKey, adminKey } = keys(storage);
  const server = await createServer({
    engine,
    secretKey: secretKey ?? undefined,
    adminKey: adminKey ?? undefined,
    version,
    log,
    corsOrigins: config.corsOrigins,
    pages: { directory: PAGES, sessionUrl: config.sessionUrl },
    demonstration: isDemonstration(config),
    staff,
    products: await productsOf(config),
    ...(config.trustedProxies.length === 0 ? {} : { trustProxy: [...config.trustedProxies] }),
  });
  try {
    await prepare?.(engine);
    const url = await listen(server, config);
    return {
      url,
      catalog,
      storage,
      stop: async () => {
        try {
          await stop(server, { engine });
        } finally {
          await storage.close();
        }
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
