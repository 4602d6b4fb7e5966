/** A second person, in two browsers: one asks, the other looks and decides, and both see what became of it. */
import { createClient } from '@drawdown/client';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, openStage, PHONE, type Stage } from './stage.ts';

let stage: Stage;
let ada: string;
let ben: string;

beforeAll(async () => {
  stage = await openStage({ approvals: { accountLimit: '100' } });
  const scopes = ['read', 'staff', 'act', 'approve'] as const;
  [ada, ben] = (await Promise.all(
    ['Ada', 'Ben'].map(async (name) => (await stage.staff.createKey({ name, scopes: [...scopes] })).secret),
  )) as [string, string];
});

const SPRING = {
  id: 'spring',
  name: 'Spring',
  kind: 'event',
  credits: 50,
  class: 'promotional',
  validity: 'P7D',
} as const;

afterEach(() => stage.verify());

afterAll(() => stage.close());

const dialog = (page: Page) => page.getByRole('dialog');
const row = (page: Page, nth = 0) => page.locator('.table__row').nth(nth);
const text = (page: Page) => page.locator('main').innerText();

/** As whoever looks at the account; ends where it waits. */
async function asked(page: Page, amount: string): Promise<void> {
  await page.getByRole('button', { name: 'Grant credits' }).click();
  await dialog(page).getByLabel('Credits').fill(amount);
  await expect.poll(() => dialog(page).innerText()).toContain('second person');
  await dialog(page).getByLabel('Reason').fill('The export failed all week');
  await dialog(page).getByRole('button', { name: 'Ask for approval' }).click();
  await expect.poll(() => dialog(page).innerText()).toContain('Waiting for a second person');
}

it('one asks, another approves, the account has it and the log names both', async () => {
  await stage.client.grant('u_kim', { class: 'purchased', amount: 100, expires_at: null });
  const one = await openConsole(stage, '/console/accounts/u_kim', { key: ada });
  await asked(one, '140');
  expect(await axeFaults(one)).toEqual([]);
  expect((await stage.client.balance('u_kim')).total).toBe(100);
  await dialog(one).getByRole('link', { name: 'Show the request' }).click();
  await expect.poll(() => text(one)).toContain('You have asked for this yourself');
  expect(await one.getByRole('button', { name: 'Approve' }).count()).toBe(0);

  const dark = { colorScheme: 'dark', viewport: PHONE } as const;
  const other = await openConsole(stage, '/console/approvals', { key: ben, context: dark });
  await expect.poll(() => text(other)).toMatch(/Grant 140 credits[\s\S]*u_kim/);
  expect(await axeFaults(other)).toEqual([]);
  await other.getByRole('link', { name: /Grant 140 credits/ }).click();
  await expect
    .poll(() => text(other))
    .toMatch(/Ada[\s\S]*The export failed all week[\s\S]*Available\s+100\s+240\s+\+140/);
  expect(await axeFaults(other)).toEqual([]);
  const approve = other.getByRole('button', { name: 'Approve' });
  expect(await approve.isDisabled()).toBe(true);
  await other.getByLabel('Reason').fill('Agreed with finance');
  await approve.click();
  await expect.poll(() => text(other)).toMatch(/Approved[\s\S]*Ben[\s\S]*Agreed with finance/);
  expect((await stage.client.balance('u_kim')).total).toBe(240);
  await expect.poll(() => text(one), { timeout: 25_000 }).toMatch(/Approved[\s\S]*Ben/);
  await one.goto(`${stage.url}/console/audit`);
  await expect.poll(() => row(one).innerText()).toMatch(/u_kim/);
  await row(one).getByRole('button', { name: 'Details' }).click();
  await expect.poll(() => text(one)).toMatch(/Ada[\s\S]*Ben/);
  expect(await axeFaults(one)).toEqual([]);
  await one.context().close();
  await other.context().close();
});

it('what is rejected or withdrawn is never done', async () => {
  await stage.client.grant('u_lee', { class: 'purchased', amount: 100, expires_at: null });
  const one = await openConsole(stage, '/console/accounts/u_lee', { key: ada });
  await asked(one, '150');
  await dialog(one).getByRole('link', { name: 'Show the request' }).click();
  const other = await openConsole(stage, new URL(one.url()).pathname, { key: ben });
  await other.getByLabel('Reason').fill('Too much');
  await other.getByRole('button', { name: 'Reject' }).click();
  await expect.poll(() => text(other)).toMatch(/Rejected[\s\S]*Ben[\s\S]*Too much/);
  await one.goto(`${stage.url}/console/accounts/u_lee`);
  await asked(one, '160');
  await dialog(one).getByRole('link', { name: 'Show the request' }).click();
  await one.getByLabel('Reason').fill('A slip');
  await one.getByRole('button', { name: 'Withdraw' }).click();
  await expect.poll(() => text(one)).toContain('Withdrawn');
  expect((await stage.client.balance('u_lee')).total).toBe(100);
  await one.context().close();
  await other.context().close();
});

it('a campaign without a budget waits, and its page says so, until somebody else starts it', async () => {
  const scopes = ['read', 'staff', 'act', 'admin'] as const;
  const { secret: cora } = await stage.staff.createKey({ name: 'Cora', scopes: [...scopes] });
  const one = await openConsole(stage, '/console/campaigns/new', { key: cora });
  await expect.poll(() => text(one)).toContain('it waits for a second person');
  await one.getByLabel('Budget').fill('50');
  await expect.poll(() => text(one)).not.toContain('it waits for a second person');
  await createClient({ url: stage.url, token: cora }).createCampaign(SPRING);
  await one.goto(`${stage.url}/console/campaigns/spring`);
  await expect.poll(() => text(one)).toContain('Waiting for a second person');
  expect(await axeFaults(one)).toEqual([]);
  await one.getByRole('link', { name: 'Show the request' }).click();
  await expect.poll(() => text(one)).toMatch(/Start a campaign without a budget[\s\S]*spring/);
  const dark = { colorScheme: 'dark', viewport: PHONE } as const;
  const path = new URL(one.url()).pathname;
  const other = await openConsole(stage, path, { key: ben, context: dark });
  await expect.poll(() => text(other)).toMatch(/Cora[\s\S]*7 days/);
  expect(await axeFaults(other)).toEqual([]);
  await other.getByLabel('Reason').fill('Agreed with marketing');
  await other.getByRole('button', { name: 'Approve' }).click();
  await expect.poll(() => text(other)).toMatch(/Approved[\s\S]*Agreed with marketing/);
  expect((await stage.staff.getCampaign('spring')).state).toBe('running');
  await one.context().close();
  await other.context().close();
});
