/** Who is signed in and which keys there are, what all of them did, and who is told that nobody decided. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, DESKTOP, openStage, PHONE, type Stage } from './stage.ts';

let stage: Stage;
let ada: string;
let ben: string;

beforeAll(async () => {
  const waitMs = 3_600_000;
  stage = await openStage({ approvals: { accountLimit: '100', waitMs }, testClock: true });
  const scopes = ['read', 'staff', 'act', 'approve'] as const;
  [ada, ben] = (await Promise.all(
    ['Ada', 'Ben'].map(async (name) => (await stage.staff.createKey({ name, scopes: [...scopes] })).secret),
  )) as [string, string];
});

afterEach(() => stage.verify());

afterAll(() => stage.close());

const dialog = (page: Page) => page.getByRole('dialog');
const rows = (page: Page, table: string) =>
  page.getByRole('table', { name: table }).locator('.table__row').allInnerTexts();
const looks = [
  { viewport: DESKTOP, colorScheme: 'light' },
  { viewport: PHONE, colorScheme: 'dark' },
] as const;

it('an admin sees who is signed in and ends it; whoever was there is at the door again', async () => {
  const one = await openConsole(stage, '/console/accounts', { key: ada });
  const admin = await openConsole(stage, '/console/staff');
  await expect.poll(() => rows(admin, 'Signed in')).toHaveLength(2);
  expect(await axeFaults(admin)).toEqual([]);
  // One's own, here, is signed out of by the button for that.
  expect(await admin.getByRole('button', { name: 'End' }).count()).toBe(1);
  await admin.getByRole('button', { name: 'End Ada' }).click();
  await expect.poll(() => dialog(admin).innerText()).toMatch(/Sign Ada out\?[\s\S]*revoke it/);
  expect(await axeFaults(admin)).toEqual([]);
  await dialog(admin).getByRole('button', { name: 'End' }).click();
  await expect.poll(() => rows(admin, 'Signed in')).toHaveLength(1);
  await one.getByRole('link', { name: 'Audit log' }).click();
  await one.locator('input[type="password"]').waitFor();
  expect(await one.getByRole('alert').innerText()).toMatch(/^Your sign-in has ended/);
  stage.forgetFaults(/401/);
  // Whoever looks only sees the same, and ends nothing of others; keys are for admins.
  const other = await openConsole(stage, '/console/staff', { key: ben });
  await expect.poll(() => rows(other, 'Signed in')).toHaveLength(2);
  expect(await other.getByRole('button', { name: 'End' }).count()).toBe(0);
  expect(await other.getByRole('table', { name: 'Keys' }).count()).toBe(0);
  for (const page of [one, admin, other]) await page.context().close();
});

it('a key is vouched for by a second person, and revoked, each after it was said what that means', async () => {
  // Its end is judged by the server's clock: this browser's is two days ahead.
  const ends = new Date(Date.now() + 3_600_000).toISOString();
  await stage.staff.createKey({ name: 'backend', scopes: ['read', 'grant'], expires_at: ends });
  const scopes = ['read', 'staff', 'approve', 'admin'] as const;
  const boss = await stage.staff.createKey({ name: 'Boss', scopes: [...scopes] });
  const page = await openConsole(stage, '/console/staff', {
    key: boss.secret,
    before: (one) => one.clock.install({ time: Date.now() + 2 * 86_400_000 }),
  });
  await expect
    .poll(() => rows(page, 'Keys'))
    .toContainEqual(expect.stringMatching(/backend[\s\S]*its maker/));
  await page.getByRole('button', { name: 'Vouch backend' }).click();
  await expect.poll(() => dialog(page).innerText()).toContain('in other hands');
  await dialog(page).getByLabel('Reason').fill('It is on the server');
  await dialog(page).getByRole('button', { name: 'Vouch' }).click();
  await expect.poll(() => rows(page, 'Keys')).toContainEqual(expect.stringMatching(/backend[\s\S]*itself/));
  // Nobody vouches for the key that they are signed in with.
  await page.getByRole('button', { name: 'Vouch Boss' }).click();
  await dialog(page).getByLabel('Reason').fill('It is mine');
  await dialog(page).getByRole('button', { name: 'Vouch' }).click();
  await expect.poll(() => dialog(page).getByRole('alert').innerText()).toMatch(/second person/);
  stage.expectFault(/403/);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Revoke backend' }).click();
  await dialog(page).getByRole('button', { name: 'Revoke' }).click();
  await expect.poll(() => rows(page, 'Keys')).toContainEqual(expect.stringMatching(/backend[\s\S]*Revoked/));
  await page.context().close();
});

it('the audit log is of all of it: by what was done, by what it was done to, and as a table', async () => {
  for (const context of looks) {
    const page = await openConsole(stage, '/console/audit', { context });
    await expect.poll(() => rows(page, 'Audit log').then((all) => all.join())).toMatch(/Signed in/);
    const all = (await rows(page, 'Audit log')).join('\n');
    for (const act of ['Key made', 'Key vouched for', 'Key revoked', 'Sign-in ended'])
      expect(all).toContain(act);
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel('Act', { exact: true }).selectOption('vouch_for_key');
    await expect.poll(() => rows(page, 'Audit log')).toHaveLength(1);
    await page.locator('.table__row').getByRole('button', { name: 'Details' }).click();
    const about = await page.locator('.details code', { hasText: /^key_/ }).first().innerText();
    await page.getByLabel('Act', { exact: true }).selectOption('');
    await page.getByLabel('About').fill(about);
    await page.keyboard.press('Enter');
    await expect.poll(() => rows(page, 'Audit log')).toHaveLength(3);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    expect((await saved).suggestedFilename()).toBe('audit.csv');
    await page.context().close();
  }
});

it('whoever asked is told that nobody decided in time, on every page, until they have seen it', async () => {
  await stage.client.grant('u_kim', { class: 'purchased', amount: 500 });
  const { preview } = await stage.staff.previewAct({ act: 'adjust', account: 'u_kim', amount: -150 });
  const asked = await fetch(`${stage.url}/v1/staff/acts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json', 'idempotency-key': 'kim' },
    body: JSON.stringify({ act: 'adjust', account: 'u_kim', amount: -150, reason: 'too much', preview }),
  });
  expect(((await asked.json()) as { state: string }).state).toBe('pending');
  await stage.engine.advanceTestClock('PT2H');
  for (const context of looks) {
    const page = await openConsole(stage, '/console/accounts', { key: ada, context });
    await expect.poll(() => page.locator('.told').innerText()).toMatch(/A request of yours ran out/);
    expect(await axeFaults(page)).toEqual([]);
    await page.locator('.told').getByRole('link', { name: 'Show' }).click();
    await expect
      .poll(() => rows(page, 'Approvals'))
      .toEqual([expect.stringMatching(/150[\s\S]*u_kim[\s\S]*Ran out/)]);
    await page.getByRole('button', { name: 'Seen' }).click();
    await expect.poll(() => page.locator('.told').count()).toBe(0);
    await page.reload();
    await page.getByRole('table', { name: 'Approvals' }).waitFor();
    expect(await page.locator('.told').count()).toBe(0);
    await page.context().close();
  }
  // Nobody else is bothered with it.
  const other = await openConsole(stage, '/console/approvals?state=expired', { key: ben });
  await expect.poll(() => rows(other, 'Approvals')).toHaveLength(1);
  expect(await other.locator('.told').count()).toBe(0);
  await other.context().close();
});
