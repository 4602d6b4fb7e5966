import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noteVerification } from '../../../packages/engine/src/store/verifications.ts';
import { openConsole, signIn } from './console.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.client.grant('u_kim', { class: 'subscription', amount: 20, valid_for: 'P1M' });
  await stage.client.grant('u_kim', { class: 'purchased', amount: 100, expires_at: null });
});

afterEach(() => stage.verify());

afterAll(async () => {
  await stage.close();
});

const heading = (page: Page) => page.locator('h1').innerText();

describe('the way in', () => {
  it('is shut to whoever has no key of staff, and says so', async () => {
    const page = await stage.open('/console');
    await page.locator('input[type="password"]').fill('ak_of_nobody');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('form [role="status"]').innerText()).toContain('does not open');
    expect(await page.locator('.console').count()).toBe(0);
    // The browser notes the answer of 401 in its console.
    stage.expectFault(/401/);
    await page.context().close();
  });

  it('says why somebody could not be let in who came back from where the company signs in', async () => {
    const page = await stage.open('/console?sign_in=no_role');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('nobody has given you a role');
    await page.context().close();
  });

  it('opens to a key, for this browser alone and for no script, until one signs out', async () => {
    const page = await stage.open('/console/accounts/u_kim');
    await signIn(page, stage.staffKey);
    await expect.poll(() => heading(page)).toContain('u_kim');
    await page.reload();
    await expect.poll(() => heading(page)).toContain('u_kim');
    const kept = await page.evaluate(() => [
      document.cookie,
      ...Object.values(localStorage),
      ...Object.values(sessionStorage),
    ]);
    expect(kept.join(' ')).not.toMatch(/drawdown_staff|k_/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Staff console' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Staff console' }).waitFor();
    await page.context().close();
  });
});

describe('an account', () => {
  it('is found by the beginning of its id and by an operation, and shown live', async () => {
    const spent = await stage.client.consume('u_kim', { feature: 'ai_script' });
    const page = await openConsole(stage, '/console');
    const search = page.getByRole('searchbox');
    await search.fill('u_k');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await search.fill(String(spent.operation?.id));
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('tbody tr').innerText()).toContain('by its operation');
    await page.getByRole('link', { name: 'u_kim' }).click();
    const number = page.locator('.balance__number');
    await expect.poll(() => number.innerText()).toBe('95');
    await expect.poll(() => page.locator('.dd-freshness').getAttribute('data-connection')).toBe('live');
    await stage.client.consume('u_kim', { feature: 'smart_cutout' });
    await expect.poll(() => number.innerText()).toBe('90');
    await page.context().close();
  });

  it('shows its ledger with the lots of each entry, and why it was those', async () => {
    const page = await openConsole(stage, '/console/accounts/u_kim?view=ledger&type=consume');
    const row = page.locator('tbody tr').last();
    await expect.poll(() => row.innerText()).toMatch(/Used · AI script generation[\s\S]*−25/);
    await row.getByRole('button', { name: 'Details' }).click();
    await expect.poll(() => page.locator('.moves li').count()).toBe(2);
    await page.getByRole('button', { name: 'Why these lots?' }).click();
    await expect.poll(() => page.locator('.why').innerText()).toMatch(/20 of 20[\s\S]*5 of 100/);
    await page.context().close();
  });
});

describe('a team', () => {
  it('shows what each member may and has used, and who asked for more', async () => {
    const page = await openConsole(stage, '/console/accounts/demo_team?view=team');
    const rows = (table: string) =>
      page.getByRole('table', { name: table }).locator('.table__row').allInnerTexts();
    await expect.poll(() => rows('Members')).toContainEqual(expect.stringMatching(/a month[\s\S]*−\d+/));
    await expect
      .poll(() => rows('Requests for more'))
      .toContainEqual(expect.stringMatching(/\d+[\s\S]*Waiting[\s\S]*runs out/));
    await page.context().close();
  });
});

describe('campaigns', () => {
  it('are made with a limit, seen as they are redeemed, and stopped for good with a reason', async () => {
    const page = await openConsole(stage, '/console/campaigns');
    await page.getByRole('link', { name: 'New campaign' }).click();
    await page.getByRole('button', { name: 'Create campaign' }).click();
    // What is missing is said, and marked.
    await page.getByRole('alert').waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(3);
    // By a sentence with each, which a screen reader reads too; one goes on with the first.
    const name = page.getByLabel('Name', { exact: true });
    const described = await name.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${described}"]`).innerText()).toBe('This is needed.');
    await expect.poll(() => name.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByLabel('Name', { exact: true }).fill('Spring of Films');
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('spring_of_films');
    await page.getByLabel('Kind').selectOption('promotion_code');
    await page.getByLabel('Codes').selectOption('shared');
    await page.getByLabel('Code', { exact: true }).fill('spring26');
    await page.getByLabel('Credits each').fill('25');
    await page.getByLabel('Budget').fill('50');
    // What only the server knows is said at its field too, until another value stands there.
    const days = page.getByLabel('Valid for, in days');
    await days.fill('400');
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByText('It must be from 7 days to 30 days.').waitFor();
    stage.expectFault(/400/);
    await days.fill('30');
    expect(await days.getAttribute('aria-invalid')).toBe('false');
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await expect.poll(() => heading(page)).toMatch(/Spring of Films\s+Running/);
    // No code is shown to people, and no dash where something can be said.
    const terms = await page.getByRole('region', { name: 'Terms' }).innerText();
    expect(terms).toMatch(/Valid for\s+30 days[\s\S]*Starts\s+At once[\s\S]*Ends\s+When it is stopped/);
    expect(terms).toMatch(/Made by\s+Admin key/);
    await stage.client.redeem('u_kim', { code: 'SPRING26' });
    await expect.poll(() => page.locator('.figures').innerText()).toMatch(/Awarded\s+25[\s\S]*25 of 50/);
    await expect.poll(() => page.locator('tbody tr').innerText()).toContain('u_kim');
    await page.getByRole('button', { name: 'Stop' }).click();
    const dialog = page.getByRole('dialog');
    const stop = dialog.getByRole('button', { name: 'Stop' });
    expect(await stop.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('The code was posted in public');
    await stop.click();
    await expect.poll(() => heading(page)).toMatch(/Spring of Films\s+Stopped/);
    const { state, stop_reason: reason } = await stage.staff.getCampaign('spring_of_films');
    expect([state, reason]).toEqual(['stopped', 'The code was posted in public']);
    await page.context().close();
  });
});

describe('finance', () => {
  it('closes each month to the credit, on the page and in the table that is saved', async () => {
    const page = await openConsole(stage, '/console/finance');
    const sums = page.locator('.panel').first().locator('.table__row--sum .table__value');
    await sums.first().waitFor();
    const numbers = (await sums.allInnerTexts())
      .slice(1, -1)
      .map((text) => Number(text.replaceAll(',', '').replace('−', '-').replace('–', '0')));
    const closing = numbers.pop();
    expect(closing).toBeGreaterThan(1000);
    expect(numbers.reduce((sum, one) => sum + one, 0)).toBe(closing);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^roll-forward-\d{4}-\d\d-\d{4}-\d\d\.csv$/);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/opening[\s\S]*closing/);
    await page.context().close();
  });
});

describe('the system', () => {
  it('says how the server is, as it is by then, and what the last verification found', async () => {
    const page = await openConsole(stage, '/console');
    await page.getByRole('link', { name: 'System' }).click();
    await expect.poll(() => page.locator('main').innerText()).toContain('The ledgers were not verified yet');
    await page.getByText('No request has failed by our own fault').waitFor();
    const run = { tookMs: 2_000, accounts: 3, entries: 40 };
    await noteVerification(stage.engine.database, { ...run, faults: 0 });
    await page.getByText('Every ledger adds up').waitFor();
    await noteVerification(stage.engine.database, { ...run, faults: 2 });
    await page.getByText('2 faults').waitFor();
    await stage.staff.adjust('u_kim', { amount: 1, class: 'purchased', reason: 'to be counted' });
    await expect.poll(() => page.locator('tbody').last().innerText()).toMatch(/Corrected\s+Done\s+1/);
    await page.context().close();
  });

  it('shows those who may not see webhooks no more of them than where they go', async () => {
    const url = 'https://hooks.example.com/services/a-secret-path';
    await stage.staff.createWebhookEndpoint({ url });
    const { secret } = await stage.staff.createKey({ name: 'Support', scopes: ['staff', 'read'] });
    const page = await openConsole(stage, '/console/system', { key: secret });
    const row = page.getByRole('row').filter({ hasText: 'hooks.example.com' });
    await row.waitFor();
    expect(await row.getByRole('link').count()).toBe(0);
    expect(await page.content()).not.toContain('a-secret-path');
    await page.context().close();
  });
});

describe('without a connection', () => {
  it('says so beside what is known, and goes on when it is asked to', async () => {
    const page = await openConsole(stage, '/console/accounts');
    await page.getByRole('link', { name: 'u_kim' }).click();
    await expect.poll(() => page.locator('.dd-freshness').getAttribute('data-connection')).toBe('live');
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByLabel('State').selectOption('active');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('No connection');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'u_kim' }).waitFor();
    // The browser notes each request that it could not send.
    stage.forgetFaults(/ERR_INTERNET_DISCONNECTED/);
    await page.context().close();
  });
});
