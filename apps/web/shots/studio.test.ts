/** Pictures of the studio and its surfaces for the documents: `npm run screenshots`. Each is looked at before it is committed. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DESKTOP, demonstration, openStage, PHONE, type Stage } from '../test/stage.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const MAYA = 'maya';

let stage: Stage;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  stage = await openStage();
  await demonstration(stage, MAYA, 100);
  await stage.client.grant(MAYA, { class: 'subscription', amount: 20, valid_for: 'P1M' });
  await stage.client.grant(MAYA, { class: 'promotional', amount: 15, valid_for: 'P30D' });
  await work();
}, 120_000);

afterAll(async () => {
  await stage.close();
});

/** A script that was written, a cutout that failed, and one that did not. */
async function work(): Promise<void> {
  const page = await stage.open(`/studio?account=${MAYA}`);
  await run(page, 'Script');
  await page.locator('.st-switch').click();
  await run(page, 'Cutout');
  await run(page, 'Cutout');
  await page.locator('.st-frame[data-shown="cutout"] img').waitFor();
  await page.context().close();
}

async function run(page: Page, tool: string): Promise<void> {
  await page.getByRole('tab', { name: tool }).click();
  const before = await page.locator('.st-job').count();
  await page.locator('.dd-cost__detail p').waitFor();
  await page.locator('.dd-cost__button').click();
  await page.locator(`.st-job:nth-child(${before + 1})`).waitFor();
  await page.locator('.st-job[data-state="running"]').waitFor({ state: 'detached' });
}

async function picture(page: Page, name: string, { height }: { height: number }): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(900);
  const width = page.viewportSize()?.width ?? 0;
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: `${IMAGES}${name}.png`, fullPage: true, clip });
}

const WAYS = [
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
] as const;

it.each(WAYS)('the studio: %s, %o, %s', async (name, viewport, colorScheme) => {
  const tool = name === 'phone' ? 'export&template=spotlight' : 'script';
  const page = await stage.open(`/studio?account=${MAYA}&tool=${tool}`, {
    context: { viewport, colorScheme },
  });
  await page.locator('.dd-cost__detail p').waitFor();
  await picture(page, `studio-${name}-${colorScheme}`, { height: name === 'phone' ? 1_300 : 1_130 });
  await page.context().close();
});

it.each(['light', 'dark'] as const)('the phone’s own, %s', async (colorScheme) => {
  const page = await stage.open(`/mobile?account=${MAYA}&tool=cutout`, {
    context: { viewport: PHONE, colorScheme },
  });
  await page.locator('.st-frame[data-shown="cutout"] img').waitFor();
  await page.getByText('Free · runs on your device').waitFor();
  await picture(page, `mobile-${colorScheme}`, PHONE);
  await page.getByRole('tab', { name: 'Script' }).click();
  await page.locator('.dd-open-on-web').click();
  await page.getByRole('img', { name: /^QR code/ }).waitFor();
  await picture(page, `mobile-handoff-${colorScheme}`, PHONE);
  await page.context().close();
});

it.each(['light', 'dark'] as const)('all surfaces, %s', async (colorScheme) => {
  const viewport = { width: 1440, height: 1000 };
  const page = await stage.open(`/surfaces?account=${MAYA}`, { context: { viewport, colorScheme } });
  const desktop: FrameLocator = page.frameLocator('iframe[name="desktop"]');
  await page.frameLocator('iframe[name="web"]').getByRole('tab', { name: 'Export' }).click();
  await page.frameLocator('iframe[name="mobile"]').getByRole('tab', { name: 'Cutout' }).click();
  await desktop.locator('.dd-cost__detail p').waitFor();
  await desktop.locator('.dd-cost__button').click();
  await expect
    .poll(() => page.locator('.seen__item dd').allInnerTexts())
    .toEqual(Array(3).fill(expect.stringMatching(/ms$/)));
  await desktop.locator('.st-job[data-state="running"]').waitFor({ state: 'detached' });
  await picture(page, `surfaces-${colorScheme}`, { height: 1_000 });
  await page.context().close();
});

it.each(['light', 'dark'] as const)('the desktop app without a connection, %s', async (colorScheme) => {
  const page = await stage.open(`/desktop?account=${MAYA}`, { context: { viewport: DESKTOP, colorScheme } });
  await page.locator('.dd-cost__detail p').waitFor();
  await page.context().setOffline(true);
  await page.locator('.st-offline').waitFor();
  await picture(page, `desktop-offline-${colorScheme}`, DESKTOP);
  await page.context().close();
});
