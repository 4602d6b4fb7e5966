/** The server process: starts, says where it is, runs until it is told to stop. */
import { relative } from 'node:path';
import { makeDemoAccounts } from './cli/demo-accounts.ts';
import { awaitEnding } from './cli/ending.ts';
import { keepKeys, keyFilePath } from './cli/key-file.ts';
import { createLog, type Log } from './cli/log.ts';
import { type RunningServer, startServer } from './cli/server.ts';
import { removeServerFile, writeServerFile } from './cli/server-file.ts';
import { placeOf, type Storage } from './cli/storage.ts';
import type { Config } from './config.ts';

/** Where the keys are that open the server. */
interface KeySource {
  secretKey: string | null;
  adminKey: string | null;
  /** The file that keeps them; null: they come from the environment, or there are none. */
  file: string | null;
  /** Made in this very start: shown this once. */
  made: boolean;
}

/** Less than this can be guessed; 256 random bits take 43. */
const SHORT_KEY = 32;

/**
 * Runs a server until a signal ends it; resolves with the exit code once everything is closed. Throws what kept it from
 * starting. `print` gets lines for people, the first of which begins with "drawdown listening on".
 */
export async function serve(config: Config, print: (line: string) => void): Promise<number> {
  const log = createLog(config.logLevel);
  const ending = awaitEnding(log);
  let keys: KeySource = { secretKey: config.secretKey, adminKey: config.adminKey, file: null, made: false };
  const running = await startServer({
    config,
    log,
    keys: (storage) => {
      keys = bootstrapKeys(config, storage);
      return keys;
    },
    ...(config.demo ? { prepare: makeDemoAccounts } : {}),
  });
  const { directory, url: databaseUrl } = running.storage;
  try {
    if (directory !== null) writeServerFile(directory, { url: running.url, databaseUrl });
    warn(config, log);
    if (!ending.begun) for (const line of announcement(running, { config, keys })) print(line);
    return await ending.code;
  } finally {
    if (directory !== null) removeServerFile(directory);
    await running.stop();
  }
}

/** Given keys count; beside the embedded database, what is not given is kept there. */
function bootstrapKeys({ secretKey, adminKey }: Config, { directory }: Storage): KeySource {
  if (directory === null || (secretKey !== null && adminKey !== null)) {
    return { secretKey, adminKey, file: null, made: false };
  }
  const kept = keepKeys(directory);
  return {
    secretKey: secretKey ?? kept.secretKey,
    adminKey: adminKey ?? kept.adminKey,
    file: keyFilePath(directory),
    made: kept.made,
  };
}

function warn(config: Config, log: Log): void {
  const given = { DRAWDOWN_SECRET_KEY: config.secretKey, DRAWDOWN_ADMIN_KEY: config.adminKey };
  for (const [name, key] of Object.entries(given)) {
    if (key !== null && key.length < SHORT_KEY) {
      log.warn(`${name} is shorter than ${SHORT_KEY} characters: fit for tests only`);
    }
  }
  if (config.allowUnsafe) log.warn('DRAWDOWN_ALLOW_UNSAFE is on: acknowledged writes may be lost');
  if (config.sandbox) {
    log.warn('DRAWDOWN_SANDBOX is on: whoever may open a checkout gets credits without paying');
  }
  if (config.webhookLoopback)
    log.warn('DRAWDOWN_WEBHOOK_LOOPBACK is on: webhooks may be sent to this machine');
  if (config.testClock) log.warn('DRAWDOWN_TEST_CLOCK is on: whoever has a key can move the time');
}

function announcement(
  { url, catalog, storage }: RunningServer,
  { config, keys }: { config: Config; keys: KeySource },
): string[] {
  return [
    `drawdown listening on ${url}`,
    `  pages    ${url}`,
    `  docs     ${url}/docs`,
    `  data     ${placeOf(storage)}`,
    `  catalog  ${config.catalogFile ?? 'the shipped one'}, version ${catalog.version}`,
    `  sells    ${waysToPay(config)}`,
    ...keyLines(keys, config),
    ...tryLines(url, { config, keys }),
  ];
}

/** Where credits can be had for nothing, nobody should have to look for it. */
function waysToPay({ sandbox, ...config }: Config): string {
  const ways = [
    ['Stripe', config.stripe],
    ['the App Store', config.appStore],
    ['Google Play', config.googlePlay],
  ] as const;
  const real = ways.filter(([, setting]) => setting !== null).map(([name]) => name);
  const through = real.length === 0 ? '' : `through ${real.join(' and ')}`;
  if (!sandbox) return through === '' ? 'nothing; DRAWDOWN_SANDBOX=1 sells where no money moves' : through;
  const free =
    'IN THE SANDBOX: no money moves, and who may open a checkout gets credits; DRAWDOWN_SANDBOX=0 ends it';
  return through === '' ? free : `${through}, and ${free}`;
}

function keyLines(keys: KeySource, config: Config): string[] {
  if (keys.file === null) {
    if (keys.secretKey !== null || keys.adminKey !== null) return ['  keys     those of the environment'];
    return [
      '  keys     only those in the database; make one with "drawdown keys create NAME --admin --database …"',
    ];
  }
  const file = shellWord(shortPath(keys.file));
  if (!keys.made) return [`  keys     kept in ${file}`];
  const show = (name: string, given: string | null, key: string | null) =>
    given === null ? [`           ${name}=${key}`] : [];
  return [
    `  keys     made now, kept in ${file} and shown this once:`,
    ...show('DRAWDOWN_SECRET_KEY', config.secretKey, keys.secretKey),
    ...show('DRAWDOWN_ADMIN_KEY', config.adminKey, keys.adminKey),
  ];
}

/** A first deduction that can be pasted. The key itself stays out of it, and so out of the shell's history. */
function tryLines(url: string, { config, keys }: { config: Config; keys: KeySource }): string[] {
  if (!config.demo || keys.secretKey === null) return [];
  const load = keys.file === null ? '' : `. ${shellWord(shortPath(keys.file))} && `;
  const headers = [
    '-H "Authorization: Bearer $DRAWDOWN_SECRET_KEY"',
    '-H "Idempotency-Key: first"',
    '-H "Content-Type: application/json"',
  ].join(' ');
  const body = config.catalogFile === null ? '{"feature": "ai_script"}' : '{"amount": 25}';
  return [`  try      ${load}curl -s ${headers} -d '${body}' ${url}/v1/accounts/demo/consume`];
}

/** From here where that is shorter; always with a slash, since a shell looks for a bare name elsewhere. */
function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  if (fromHere.startsWith('..') || fromHere === '') return path;
  return fromHere.includes('/') ? fromHere : `./${fromHere}`;
}

function shellWord(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
