/** Pictures of the staff console for the documents: `npm run screenshots`. Each is looked at before it is committed. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteVerification } from '../../../packages/engine/src/store/verifications.ts';
import { openConsole } from '../test/console.ts';
import { DESKTOP, openStage, PHONE, type Stage } from '../test/stage.ts';
import { company } from './company.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

let stage: Stage;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  stage = await openStage({ testClock: true });
  await company(stage);
}, 120_000);

afterAll(async () => {
  await stage.close();
});

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(700);
  await page.screenshot({ path: `${IMAGES}console-${name}.png` });
}

it.each([
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
] as const)('an account: %s, %o, %s', async (name, viewport, colorScheme) => {
  const page = await openConsole(stage, '/console/accounts/maya', { context: { viewport, colorScheme } });
  await page.locator('.table__row').first().waitFor();
  await picture(page, `account-${name}-${colorScheme}`);
  await page.context().close();
});

it('how the server is', async () => {
  const run = { tookMs: 2_000, accounts: 10, entries: 431, faults: 0 };
  await noteVerification(stage.engine.database, run);
  const page = await openConsole(stage, '/console/system');
  await page.locator('.figures').waitFor();
  await picture(page, 'system-desktop-light');
  expect(await page.locator('.panel').count()).toBe(9);
  await page.context().close();
});

it('the roll-forward of some months', async () => {
  const page = await openConsole(stage, '/console/finance');
  await page.locator('.chart').waitFor();
  await picture(page, 'finance-desktop-light');
  expect(await page.locator('.panel').count()).toBe(6);
  await page.context().close();
});
