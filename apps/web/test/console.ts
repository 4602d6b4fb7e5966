/** Ways through the staff console that several of its tests take. */
import type { Page } from 'playwright-core';
import type { Opening, Stage } from './stage.ts';

/** Opens a page of the console as somebody of the staff; absent: with the key that the server was started with. */
export async function openConsole(
  stage: Stage,
  path: string,
  { key = stage.staffKey, ...by }: Opening & { key?: string } = {},
): Promise<Page> {
  const page = await stage.open(path, by);
  await signIn(page, key);
  return page;
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.locator('input[type="password"]').fill(key);
  await page.keyboard.press('Enter');
  await page.locator('.console').waitFor();
}
