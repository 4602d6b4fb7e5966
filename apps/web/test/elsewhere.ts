/** A product on another address than the engine, with its own server: it knows who is signed in and has the engine's key. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { type Opening, openStage, type Stage } from './stage.ts';

/** Those that the bindings run with. */
export type React = 18 | 19;

/** What its page shows of whom: parts of the bindings, of that account; absent: the page, of the person's own. */
export interface Placing extends Opening {
  readonly part?: string;
  readonly show?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Absent: the one that the environment asks for, or that of the pages. */
  readonly react?: React;
}

export interface Elsewhere {
  readonly stage: Stage;
  readonly origin: string;
  /** Its page for a person. */
  open(person: string, by?: Placing): Promise<Page>;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const REACT = Number(process.env.DRAWDOWN_TEST_REACT ?? 19) as React;
const REACT_18 = here('../../react-18/node_modules/');

async function buildPage(directory: string, react: React): Promise<void> {
  await build({
    configFile: here('../vite.config.ts'),
    root: here('product'),
    base: `/${react}/`,
    logLevel: 'error',
    resolve: {
      alias: react === 18 ? [{ find: /^(react|react-dom)(\/.*)?$/, replacement: `${REACT_18}$1$2` }] : [],
    },
    build: {
      outDir: join(directory, `${react}`),
      emptyOutDir: true,
      rolldownOptions: { input: here('product/product.html') },
    },
  });
}

export async function openElsewhere(): Promise<Elsewhere> {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-elsewhere-'));
  const built = new Map<React, Promise<void>>();
  const page = (react: React): Promise<void> => {
    const building = built.get(react) ?? buildPage(directory, react);
    built.set(react, building);
    return building;
  };
  await page(REACT);
  const sessionFor = async (cookie = ''): Promise<string> => {
    const account = /person=(\w+)/.exec(cookie)?.[1] ?? '';
    const { data } = await stage.client.listTeams(account);
    const teams = data.map(({ team }) => team);
    return (await stage.client.createSession({ account, surface: 'web', teams })).token;
  };
  const server = createServer(({ url = '/', headers }, response) => {
    const { pathname } = new URL(url, 'http://product');
    if (pathname === '/my/session') {
      return void sessionFor(headers.cookie).then((token) => response.end(token));
    }
    const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
    response.setHeader('content-type', type).end(readFileSync(join(directory, pathname.slice(1))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stage = await openStage({ origins: [origin] });
  return {
    stage,
    origin,
    open: async (person, { part, show, query = {}, react = REACT, ...by } = {}) => {
      await page(react);
      const search = new URLSearchParams({
        engine: stage.url,
        person,
        ...(part === undefined ? {} : { part }),
        ...(show === undefined ? {} : { show }),
        ...query,
      });
      const before = async (page: Page): Promise<void> => {
        await page.context().addCookies([{ name: 'person', value: person, url: origin }]);
        await by.before?.(page);
      };
      return await stage.open(`${origin}/${react}/product.html?${search}`, { ...by, before });
    },
    close: async () => {
      await stage.close();
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
