import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => stage.verify());

afterAll(async () => {
  await stage.close();
});

const dialog = (page: Page) => page.getByRole('dialog');
const total = (page: Page) => page.locator('.dd-total');
const row = (page: Page, nth = 0) => page.locator('.table__row').nth(nth);

/** Presses Tab until the focus is on what has the name. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
      return [element.innerText, ...[...(element.labels ?? [])].map((label) => label.innerText)].join(' ');
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

it('grants after a preview and with a reason: the person sees it at once, the audit log for good', async () => {
  await stage.client.grant('u_kim', { class: 'purchased', amount: 100, expires_at: null });
  const person = await stage.open('/credits', { account: 'u_kim' });
  await expect.poll(() => total(person).textContent()).toBe('100');
  const page = await openConsole(stage, '/console/accounts/u_kim');
  // What cannot be is said in the words of staff, beside the field or in the place of the effect.
  await page.getByRole('button', { name: 'Correct' }).click();
  const credits = dialog(page).getByLabel('Credits');
  await credits.fill('much');
  const noted = await credits.getAttribute('aria-describedby');
  expect(await page.locator(`[id="${noted?.split(' ')[0]}"]`).innerText()).toMatch(/^A number is needed/);
  await credits.fill('-5000');
  await expect
    .poll(() => dialog(page).innerText())
    .toContain('Only 100 credits are available: 4,900 too few.');
  expect(await credits.getAttribute('aria-invalid')).toBe('false');
  stage.forgetFaults(/402/);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Grant credits' }).click();
  await dialog(page).getByLabel('Credits').fill('40');
  await expect
    .poll(() => dialog(page).locator('.effect').innerText())
    .toMatch(/Activity\s+new lot[\s\S]*40[\s\S]*Available\s+100\s+140\s+\+40/);
  const confirm = dialog(page).getByRole('button', { name: 'Grant' });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog(page).getByLabel('Reason').fill('The export failed twice');
  expect(await axeFaults(page)).toEqual([]);
  await confirm.click();
  await expect.poll(() => dialog(page).innerText()).toContain('140 credits are available now');
  await expect.poll(() => total(person).textContent()).toBe('140');
  await dialog(page).getByRole('link', { name: 'Show in the audit log' }).click();
  await expect
    .poll(() => row(page).innerText())
    .toMatch(/Granted[\s\S]*u_kim[\s\S]*The export failed twice\s+40/);
  await row(page).getByRole('button', { name: 'Details' }).click();
  await expect.poll(() => page.locator('.effect').innerText()).toMatch(/Available\s+100\s+140\s+\+40/);
  await page.context().close();
  await person.context().close();
});

it('refunds a line of the ledger, live on the page of the person', async () => {
  await stage.client.grant('u_ada', { class: 'purchased', amount: 100, expires_at: null });
  await stage.client.consume('u_ada', { feature: 'ai_script' });
  const person = await stage.open('/credits', { account: 'u_ada' });
  await expect.poll(() => total(person).textContent()).toBe('75');
  const page = await openConsole(stage, '/console/accounts/u_ada?view=ledger');
  await row(page).getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Refund' }).click();
  await expect.poll(() => dialog(page).locator('.effect').innerText()).toMatch(/Available\s+75\s+100\s+\+25/);
  await dialog(page).getByLabel('Reason').fill('The script was empty');
  await dialog(page).getByRole('button', { name: 'Refund' }).click();
  await expect.poll(() => dialog(page).innerText()).toContain('Refunded');
  await expect.poll(() => total(person).textContent()).toBe('100');
  await expect.poll(() => person.locator('#dd-history').innerText()).toContain('Refunded');
  await page.context().close();
  await person.context().close();
});

it('does nothing where the effect is another one by now, and shows that one', async () => {
  await stage.client.grant('u_bo', { class: 'purchased', amount: 100, expires_at: null });
  const page = await openConsole(stage, '/console/accounts/u_bo');
  await row(page).getByRole('button', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await dialog(page).getByLabel('Reason').fill('Bought with a stolen card');
  await expect.poll(() => dialog(page).locator('.effect').innerText()).toMatch(/Available\s+100\s+0\s+−100/);
  await stage.client.consume('u_bo', { feature: 'ai_script' });
  await dialog(page).getByRole('button', { name: 'Take back' }).click();
  await expect.poll(() => dialog(page).getByRole('alert').innerText()).toContain('has changed meanwhile');
  // The browser notes the answer of 409 in its console.
  stage.expectFault(/409/);
  await expect.poll(() => dialog(page).locator('.effect').innerText()).toMatch(/Available\s+75\s+0\s+−75/);
  expect((await stage.client.balance('u_bo')).available).toBe(75);
  await dialog(page).getByRole('button', { name: 'Take back' }).click();
  await expect.poll(() => dialog(page).innerText()).toContain('0 credits are available now');
  await page.context().close();
});

it('freezes a lot by keyboard alone, and gives the focus back', async () => {
  await stage.client.grant('u_keys', { class: 'purchased', amount: 100, expires_at: null });
  const page = await openConsole(stage, '/console/accounts/u_keys');
  await row(page).waitFor();
  await tabTo(page, /^Details/);
  await page.keyboard.press('Enter');
  await tabTo(page, /^Freeze/);
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await tabTo(page, /^\s*Reason/);
  await page.keyboard.type('Disputed');
  await dialog(page).locator('.effect').waitFor();
  await tabTo(page, /^Freeze/);
  await page.keyboard.press('Enter');
  await expect.poll(() => dialog(page).innerText()).toContain('0 credits are available now');
  await tabTo(page, /^Close/);
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'hidden' });
  await expect
    .poll(() => page.evaluate(() => (document.activeElement as HTMLElement).innerText))
    .toBe('Unfreeze');
  await page.context().close();
});
