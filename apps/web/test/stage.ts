/** A server with its pages over a database of its own, and a real browser in front of it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, type Surface } from '@drawdown/client';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { createStudio } from '../../../examples/studio/src/server/studio.ts';
import { readCatalog } from '../../../packages/engine/src/catalog/load.ts';
import { shippedCatalog } from '../../../packages/engine/src/catalog/shipped.ts';
import { makeDemoAccounts } from '../../../packages/engine/src/cli/demo-accounts.ts';
import { DEMONSTRATION_MARK } from '../../../packages/engine/src/demonstration.ts';
import { Engine, type EngineOptions } from '../../../packages/engine/src/engine.ts';
import { createServer, type ServerOptions } from '../../../packages/engine/src/http/server.ts';
import { statement } from '../../../packages/engine/src/store/database.ts';
import { freshDatabase } from '../../../packages/engine/test/support/database.ts';

const SECRET = 'sk_test_of_the_browser_tests';
const ADMIN = 'ak_test_of_the_browser_tests';
const PAGES = fileURLToPath(new URL('../../../packages/engine/dist/pages', import.meta.url));
const STUDIO = createStudio({
  program: new URL('../../../examples/studio/dist/server/worker.js', import.meta.url),
});
const CHROMIUM = '/usr/bin/chromium';

/** What keeps a browser of tests from talking to anybody by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Stage {
  readonly engine: Engine;
  readonly url: string;
  /** With the key of the product's server. */
  readonly client: Client;
  /** With the key of staff. */
  readonly staff: Client;
  readonly staffKey: string;
  /** Makes an account older by some days: of a new one nobody knows a habit. */
  age(account: string, days: number): Promise<void>;
  /** A page that looks at an account; it fails its test on any error in the console and any request elsewhere. */
  open(path: string, by?: Opening): Promise<Page>;
  /** Throws where a page of this test said something that it should not have. */
  verify(): void;
  /** The fault that a test is about: it must have been there, and is forgotten. */
  expectFault(pattern: RegExp): void;
  /** As many as there are of faults that a test causes without knowing how often. */
  forgetFaults(pattern: RegExp): void;
  close(): Promise<void>;
}

export interface Opening {
  /** Whose session is handed over; absent: a demonstration session is taken, as on a new server. */
  readonly account?: string;
  readonly teams?: string[];
  readonly surface?: Exclude<Surface, 'server'>;
  readonly context?: BrowserContextOptions;
  /** Before the page is there: answers of the server that are to be other ones. */
  before?(page: Page): Promise<unknown>;
}

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

interface StageOptions {
  /** Absent: the one that is shipped. */
  readonly catalog?: unknown;
  readonly testClock?: boolean;
  /** Of products elsewhere, whose pages may ask the server. */
  readonly origins?: readonly string[];
  /** Where pages ask for a session; absent: they get those of the demonstration. */
  readonly sessionUrl?: string;
  /** What one of the staff may do alone, in credits. */
  readonly approvals?: NonNullable<EngineOptions['approvals']>;
  /** How staff sign in, on a server whose address is asked for once there is one. */
  readonly staff?: (url: () => string) => NonNullable<ServerOptions['staff']>;
}

export async function openStage({
  catalog = shippedCatalog,
  testClock = false,
  origins = [],
  sessionUrl,
  staff,
  approvals = {},
}: StageOptions = {}): Promise<Stage> {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no ${CHROMIUM}: as root, .ci/chromium installs it`);
  const { database, drop } = await freshDatabase();
  const engine = await Engine.open({
    database,
    catalog: readCatalog(catalog),
    payments: { sandbox: true, returnOrigins: origins },
    approvals,
    testClock,
  });
  await makeDemoAccounts(engine);
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-stage-'));
  const server = await createServer({
    engine,
    products: [{ product: STUDIO, directory }],
    secretKey: SECRET,
    adminKey: ADMIN,
    corsOrigins: origins,
    pages: { directory: PAGES, sessionUrl: sessionUrl ?? null },
    demonstration: sessionUrl === undefined,
    ...(staff === undefined ? {} : { staff: staff(() => url) }),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const client = createClient({ url, token: SECRET });
  const faults: string[] = [];
  return {
    engine,
    url,
    client,
    staff: createClient({ url, token: ADMIN }),
    staffKey: ADMIN,
    age: async (account, days) => void (await database.query(AGE, [account, BigInt(days * DAY_MS)])),
    open: (path, by = {}) => openPage({ browser, url, client, faults, origins: [url, ...origins] }, path, by),
    verify: () => expect(faults.splice(0)).toEqual([]),
    expectFault: (pattern) => {
      const at = faults.findIndex((fault) => pattern.test(fault));
      expect(faults.splice(at, at < 0 ? 0 : 1)).toHaveLength(1);
    },
    forgetFaults: (pattern) => {
      const kept = faults.filter((fault) => !pattern.test(fault));
      faults.splice(0, faults.length, ...kept);
    },
    close: async () => {
      await browser.close();
      await server.close();
      await engine.close();
      await drop();
      rmSync(directory, { recursive: true });
    },
  };
}

const DAY_MS = 86_400_000;
const AGE = statement<[string, bigint], never>(
  'stage.age',
  'update drawdown.accounts set created_at = created_at - $2 where id = $1',
);

/** An account of that name whose sessions any page of the stage may have, on any surface, with credits that were bought. */
export async function demonstration({ client }: Stage, account: string, credits: number): Promise<string> {
  await client.putAccount(account, { metadata: { [DEMONSTRATION_MARK]: true } });
  await client.grant(account, { class: 'purchased', amount: credits }, { idempotencyKey: 'to begin with' });
  return account;
}

interface Parts {
  readonly browser: Browser;
  readonly url: string;
  readonly client: Client;
  readonly faults: string[];
  readonly origins: readonly string[];
}

async function openPage(
  { browser, url, client, faults, origins }: Parts,
  path: string,
  by: Opening,
): Promise<Page> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...by.context });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.protocol !== 'data:' && to.protocol !== 'blob:' && !origins.includes(to.origin))
      faults.push(`request: ${to.href}`);
  });
  await by.before?.(page);
  const fragment = by.account === undefined ? '' : `#session=${await sessionOf(client, by.account, by)}`;
  await page.goto(`${new URL(path, url).href}${fragment}`);
  return page;
}

async function sessionOf(
  client: Client,
  account: string,
  { teams, surface = 'web' }: Opening,
): Promise<string> {
  const { token } = await client.createSession({
    account,
    surface,
    ...(teams === undefined ? {} : { teams }),
  });
  return token;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is, in words. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  await page.evaluate(settled);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

/** What fades in is judged once it is there. What moves for as long as it waits never ends. */
async function settled(): Promise<void> {
  const ending = document
    .getAnimations()
    .filter((animation) => animation.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY);
  await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
}

/** Whether the page is wider than its window: then a phone scrolls sideways. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
