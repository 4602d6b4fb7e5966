/** The page of a product that uses the bindings by itself, built for tests and served on the stage's own address. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlanChoice } from '@drawdown/client/react';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import type { Opening, Stage } from './stage.ts';

export interface Host {
  /** Its page for a person: its plans, or a button for a feature, of the account that is shown. */
  open(person: string, by?: Opening & { feature?: string; show?: string }): Promise<Page>;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function openHost(stage: Stage): Promise<Host> {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-host-'));
  process.env.NODE_ENV = 'production';
  await build({
    configFile: here('../vite.config.ts'),
    root: here('host'),
    base: '/host/',
    logLevel: 'warn',
    build: {
      outDir: directory,
      emptyOutDir: true,
      rolldownOptions: { input: here('host/host.html') },
    },
  });
  const serve = async (page: Page, person: string): Promise<void> => {
    await page.route('**/host/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/host/choose') {
        await carryOut(stage, person, route.request().postDataJSON() as PlanChoice);
        return await route.fulfill({ status: 204 });
      }
      const body = readFileSync(join(directory, pathname.slice('/host/'.length)));
      await route.fulfill({ body, contentType: TYPES[extname(pathname)] ?? 'application/octet-stream' });
    });
  };
  return {
    open: async (person, by = {}) => {
      const { feature, show, ...opening } = by;
      const query = new URLSearchParams({
        person,
        ...(feature === undefined ? {} : { feature }),
        ...(show === undefined ? {} : { show }),
      });
      return await stage.open(`/host/host.html?${query}`, {
        ...opening,
        account: person,
        before: (page) => serve(page, person),
      });
    },
    close: () => rmSync(directory, { recursive: true }),
  };
}

/** What the product's server does with its key, once the person has looked at what it does to each lot. */
async function carryOut({ client }: Stage, account: string, choice: PlanChoice): Promise<void> {
  if (choice.action === 'subscribe') {
    const { plan, interval } = choice;
    await client.subscribe(account, { plan, interval, ref: 'paid at the product' });
  } else if (choice.action === 'change') {
    const { subscription, plan, interval } = choice;
    await client.changeSubscription(account, subscription, { plan, interval });
  } else if (choice.action === 'cancel') await client.cancelSubscription(account, choice.subscription);
  else if (choice.action === 'pause') await client.pauseSubscription(account, choice.subscription);
  else if (choice.action === 'resume') await client.resumeSubscription(account, choice.subscription);
  else await client.reactivateSubscription(account, choice.subscription);
}
