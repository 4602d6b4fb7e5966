/**
 * Pictures of Profile → Credits in every state: `npm run screenshots`. Those of the tour go into the documents, the others
 * beside this file, to be looked at and kept nowhere.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DESKTOP, type Opening, openStage, PHONE, type Stage } from '../test/stage.ts';
import { LONG, LOW, live, MAYA, NORTHLIGHT, RISK, risk } from './people.ts';

const TOUR = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const STATES = fileURLToPath(new URL('./states/', import.meta.url));
/** What the documents show, so that the repository stays small. */
const SHOWN = /^credits-(desktop|phone)|^credits-team-owner-desktop-light/;

let stage: Stage;

beforeAll(async () => {
  for (const directory of [TOUR, STATES]) mkdirSync(directory, { recursive: true });
  stage = await openStage({ testClock: true });
  await risk(stage);
  await live(stage);
}, 120_000);

afterAll(async () => {
  await stage.close();
});

const SIZES = { desktop: DESKTOP, phone: PHONE } as const;
type Size = keyof typeof SIZES;

interface Shot {
  readonly name: string;
  readonly by: Opening;
  readonly path?: string;
  /** Brings the page into the state that is shown. */
  arrange?(page: Page): Promise<void>;
  /** Before the page asks for anything. */
  before?(page: Page): Promise<unknown>;
  /** How much of the page is in the picture, in pixels; absent: its window. */
  readonly height?: Readonly<Record<Size, number>>;
}

async function shoot(shot: Shot, size: Size, colorScheme: 'light' | 'dark'): Promise<void> {
  const { name, by, path = '/credits', arrange = ready, before } = shot;
  const viewport = SIZES[size];
  const page = await stage.open(path, {
    ...by,
    ...(before === undefined ? {} : { before }),
    context: { viewport, colorScheme, ...by.context },
  });
  await arrange(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(700);
  const height = shot.height?.[size];
  const file = `${name}-${size}-${colorScheme}.png`;
  await page.screenshot({
    path: `${SHOWN.test(file) ? TOUR : STATES}${file}`,
    ...(height === undefined ? {} : { fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height } }),
  });
  await page.context().close();
}

async function ready(page: Page): Promise<void> {
  await page.locator('.dd-card').first().waitFor();
  await page.locator('.dd-history tbody tr, .dd-empty').first().waitFor();
  await page.locator('.dd-skeleton').first().waitFor({ state: 'detached' });
}

const WHOLE: Shot = {
  name: 'credits',
  by: { account: MAYA, teams: [NORTHLIGHT] },
  height: { desktop: 1_900, phone: 2_600 },
};

it.each([
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const)('the page: %s, %s', async (size, colorScheme) => {
  await shoot(WHOLE, size, colorScheme);
});

const SHOTS: readonly Shot[] = [
  {
    name: 'credits-team-owner',
    by: { account: MAYA, teams: [NORTHLIGHT] },
    path: `/credits?show=${NORTHLIGHT}`,
    height: { desktop: 1_500, phone: 2_400 },
    arrange: async (page) => {
      await ready(page);
      await page.locator('.dd-members').waitFor();
    },
  },
  {
    name: 'credits-team-member',
    by: { account: 'jonas', teams: [NORTHLIGHT] },
    path: `/credits?show=${NORTHLIGHT}`,
    height: { desktop: 1_200, phone: 1_700 },
  },
  { name: 'credits-empty', by: { account: 'newcomer' }, height: { desktop: 1_700, phone: 2_700 } },
  { name: 'credits-low', by: { account: LOW }, height: { desktop: 900, phone: 1_200 } },
  { name: 'credits-at-risk', by: { account: RISK } },
  { name: 'credits-long', by: { account: LONG }, height: { desktop: 1_900, phone: 3_200 } },
  {
    name: 'credits-german',
    by: { account: MAYA, teams: [NORTHLIGHT], context: { locale: 'de-DE' } },
    height: { desktop: 1_900, phone: 3_200 },
  },
  {
    name: 'credits-loading',
    by: { account: MAYA },
    before: (page) => page.route('**/v1/**', () => undefined),
    arrange: (page) => page.locator('.dd-card').first().waitFor(),
  },
  {
    name: 'credits-error',
    by: { account: MAYA },
    before: (page) =>
      page.route('**/v1/**', (route) =>
        route.fulfill({ status: 500, contentType: 'application/problem+json', body: BROKEN }),
      ),
    arrange: (page) => page.locator('.dd-failure').first().waitFor(),
  },
  {
    name: 'credits-offline',
    by: { account: MAYA },
    arrange: async (page) => {
      await ready(page);
      await page.context().setOffline(true);
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      await page.locator('.dd-freshness[data-connection="reconnecting"]').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'credits-lots',
    by: { account: MAYA },
    arrange: async (page) => {
      await ready(page);
      await page.locator('.dd-card__open').nth(2).click();
      await page.locator('.dd-lot').first().waitFor();
    },
  },
  {
    name: 'credits-receipt',
    by: { account: MAYA },
    arrange: async (page) => {
      await ready(page);
      await page.locator('.dd-card__open').nth(2).click();
      await page.getByRole('button', { name: 'Receipt' }).click();
      await page.locator('.dd-receipt').waitFor();
    },
  },
  {
    name: 'credits-plan-preview',
    by: { account: 'planned' },
    before: async () => await bought('planned'),
    arrange: async (page) => {
      await ready(page);
      await page.getByRole('button', { name: 'Cancel plan' }).click();
      await page.locator('.dd-moves li').first().waitFor();
    },
  },
  {
    name: 'credits-history',
    by: { account: MAYA },
    arrange: async (page) => {
      await ready(page);
      await page.locator('.dd-table tbody tr').nth(1).getByRole('button').click();
      await page.getByRole('button', { name: 'Why these credits?' }).click();
      await page.locator('.dd-explained').waitFor();
      await page.locator('#dd-history').scrollIntoViewIfNeeded();
      await page.locator('#dd-history').evaluate((element) => element.scrollIntoView());
    },
  },
];

const BROKEN = JSON.stringify({
  type: 'urn:drawdown:problem:internal',
  title: 'Something broke on our side',
  status: 500,
  code: 'internal',
  detail: 'Something broke on our side',
});

async function bought(account: string): Promise<void> {
  await stage.client.putAccount(account);
  const order = { plan: 'pro', return_url: `${stage.url}/credits`, provider: 'sandbox' } as const;
  const { data } = await stage.client.listSubscriptions(account);
  if (data.length > 0) return;
  const { url } = await stage.client.checkoutPlan(account, order);
  await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' });
}

it.each(SHOTS.map((shot) => [shot.name, shot] as const))('a state: %s', async (_, shot) => {
  await shoot(shot, 'desktop', 'light');
  await shoot(shot, 'desktop', 'dark');
  await shoot(shot, 'phone', 'light');
  await shoot(shot, 'phone', 'dark');
  expect(shot.name).toMatch(/^credits-/);
});

it.each([
  ['desktop', 'light'],
  ['desktop', 'dark'],
  ['phone', 'light'],
  ['phone', 'dark'],
] as const)('the overview: %s, %s', async (size, colorScheme) => {
  const arrange = (page: Page): Promise<void> => page.locator('h1').waitFor();
  await shoot({ name: 'home', by: {}, path: '/', arrange }, size, colorScheme);
});
