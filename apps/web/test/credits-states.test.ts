/** Profile → Credits in the states that are rare: what lapses, is frozen or owed, and every dialog in both themes. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shippedCatalog } from '../../../packages/engine/src/catalog/shipped.ts';
import { RISK, risk } from '../shots/people.ts';
import { axeFaults, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  const policies = { ...shippedCatalog.policies, overdraft: { allowed: true, limit: 100 } };
  stage = await openStage({ testClock: true, catalog: { ...shippedCatalog, policies } });
  await risk(stage);
  await stage.client.setTestClock(new Date().toISOString());
}, 120_000);

afterEach(() => stage.verify());

afterAll(async () => {
  await stage?.close();
});

const total = (page: Page) => page.locator('.dd-total');

/** Nothing for axe to find, in either theme, and nothing to scroll sideways. */
async function isSound(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFaults(page)).toEqual([]);
  }
  expect(await overflow(page)).toBe(0);
}

/** The lines of a calendar file as they are meant: what was folded is one line again (RFC 5545, 3.1). */
function calendarLines(text: string): string[] {
  expect(text.endsWith('\r\n')).toBe(true);
  const folded = text.slice(0, -2).split('\r\n');
  expect(folded.filter((line) => Buffer.byteLength(line) > 75 || /[\r\n]/.test(line))).toEqual([]);
  return text.slice(0, -2).replaceAll('\r\n ', '').split('\r\n');
}

describe('credits that will lapse', () => {
  it('are kept in one’s calendar, each at its exact instant, with alarms before it', async () => {
    const page = await stage.open('/credits', { account: RISK });
    await page.locator('.dd-at-risk').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Remind me' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('credits.ics');
    const lines = calendarLines(readFileSync(await download.path(), 'utf8'));
    const of = (name: string) =>
      lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1));
    const { at_risk: lapses } = await stage.client.forecast(RISK);
    expect(lapses.length).toBeGreaterThan(1);
    expect(of('DTSTART')).toEqual(lapses.map(({ expires_at: at }) => at.replaceAll(/[-:]|\.\d+/g, '')));
    expect(of('UID')).toEqual(lapses.map(({ grant }) => `${grant}@drawdown`));
    expect([lines[0], lines.at(-1)]).toEqual(['BEGIN:VCALENDAR', 'END:VCALENDAR']);
    for (const part of ['VEVENT', 'VALARM']) {
      expect(lines.filter((line) => line === `BEGIN:${part}`).length).toBe(
        lines.filter((line) => line === `END:${part}`).length,
      );
    }
    expect(of('TRIGGER').length).toBeGreaterThan(0);
    expect(of('URL')).toEqual(lapses.map(() => `${stage.url}/credits`));
    await page.getByRole('button', { name: 'Saved for your calendar' }).waitFor();
    await page.context().close();
  });

  it('are good for something, and the banner stays away once it was read', async () => {
    const page = await stage.open('/credits', { account: RISK, context: { viewport: PHONE } });
    await page.locator('.dd-at-risk').waitFor();
    await page.getByRole('button', { name: 'See what to use them for' }).click();
    const dialog = page.getByRole('dialog', { name: 'What to use them for' });
    await expect.poll(() => dialog.innerText()).toMatch(/Smart cutout\s*5 credits/);
    await isSound(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Got it' }).click();
    await expect.poll(() => page.locator('.dd-at-risk').count()).toBe(0);
    await page.reload();
    await page.locator('.dd-timeline__events li').first().waitFor();
    expect(await page.locator('.dd-at-risk').count()).toBe(0);
    await page.context().close();
  });
});

describe('what cannot be spent', () => {
  it('says what is frozen, and which lot it is', async () => {
    const { client } = stage;
    await client.grant('u_frozen', { class: 'purchased', amount: 30 });
    const { grant } = await client.grant('u_frozen', { class: 'purchased', amount: 70 });
    await stage.staff.freezeGrant(grant.id, { reason: 'The payment is disputed' });
    const page = await stage.open('/credits', { account: 'u_frozen', context: { viewport: PHONE } });
    await expect.poll(() => total(page).textContent()).toBe('30');
    await expect
      .poll(() => page.locator('.dd-header').innerText())
      .toContain('70 credits are frozen until a question about their payment is settled');
    await page.locator('.dd-card', { hasText: 'Purchased credits' }).getByRole('button').click();
    const drawer = page.getByRole('dialog', { name: 'Purchased credits' });
    await expect.poll(() => drawer.innerText()).toContain('Frozen');
    // What was granted is what was used, is reserved, and is left or frozen.
    const sums = await drawer
      .locator('.dd-lot__numbers')
      .evaluateAll((all) =>
        all.map((one) => [...one.querySelectorAll('dd')].map((dd) => Number(dd.textContent))),
      );
    expect(sums.map(([granted, ...others]) => [granted, others.reduce((sum, n) => sum + n, 0)])).toEqual([
      [30, 30],
      [70, 70],
    ]);
    // The bar says what the number above it says, and what is frozen beside that.
    const bar = page.locator('.dd-card', { hasText: 'Purchased credits' }).locator('.dd-meter__fill');
    expect(await bar.evaluateAll((all) => all.map((one) => (one as HTMLElement).style.inlineSize))).toEqual([
      '30%',
      '70%',
    ]);
    await isSound(page);
    await page.context().close();
  });

  it('says what is owed, and that it comes off the next that arrive', async () => {
    await stage.client.grant('u_debt', { class: 'purchased', amount: 10 });
    await stage.client.consume('u_debt', { feature: 'ai_script', overdraft: true });
    const page = await stage.open('/credits', { account: 'u_debt' });
    await expect
      .poll(() => page.locator('.dd-header').innerText())
      .toContain('15 credits are owed and come off the next that arrive');
    expect(await total(page).textContent()).toBe('0');
    await isSound(page);
    await stage.client.grant('u_debt', { class: 'purchased', amount: 40 });
    await expect.poll(() => total(page).textContent()).toBe('25');
    expect(await page.locator('.dd-header').innerText()).not.toContain('owed');
    await page.context().close();
  });
});

it('says of a part that could not be fetched that it could not, and has it when asked again', async () => {
  await stage.client.grant('u_part', { class: 'purchased', amount: 30 });
  const page = await stage.open('/credits', { account: 'u_part' });
  await page.getByRole('button', { name: 'Monthly statement' }).waitFor();
  await page.route(/\/assets\/statement-dialog-/, (route) => route.abort());
  await page.getByRole('button', { name: 'Monthly statement' }).click();
  const history = page.locator('#dd-history');
  await expect.poll(() => history.innerText()).toContain('could not be fetched');
  stage.forgetFaults(/ERR_FAILED|statement-dialog/);
  expect(await axeFaults(page)).toEqual([]);
  await page.unroute(/\/assets\/statement-dialog-/);
  await history.getByRole('button', { name: 'Try again' }).click();
  await history.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Monthly statement' }).click();
  await page.getByRole('dialog', { name: 'Monthly statement' }).waitFor();
  await page.context().close();
});

it('asks for it before it sells a plan as well', async () => {
  await stage.client.putAccount('u_fr', { metadata: { jurisdiction: 'FR' } });
  const page = await stage.open('/credits', { account: 'u_fr' });
  const plan = page.locator('#dd-plans .dd-option', { hasText: 'Pro' }).first();
  await plan.getByRole('button').click();
  const consent = page.locator('#dd-plans').getByRole('checkbox', { name: /at once/ });
  await consent.waitFor();
  stage.expectFault(/400/);
  await isSound(page);
  await consent.check();
  await plan.getByRole('button').click();
  await page.getByRole('button', { name: /^Pay/ }).first().click();
  await page.waitForURL(`${stage.url}/credits**`);
  await expect.poll(() => total(page).textContent()).not.toBe('0');
  const [payment] = (await stage.client.listPurchases('u_fr')).data;
  expect(payment).toMatchObject({ plan: 'pro', jurisdiction: 'FR', consent: { immediate_use: true } });
  await page.context().close();
});

it('asks for what a law asks for before it sells, and says in the receipt what giving back does', async () => {
  await stage.client.putAccount('u_de', { metadata: { jurisdiction: 'DE' } });
  const page = await stage.open('/credits', { account: 'u_de' });
  const pack = page.locator('.dd-option', { hasText: '100 credits' }).first();
  await pack.getByRole('button').click();
  const consent = page.getByRole('checkbox', { name: /at once/ });
  await consent.waitFor();
  stage.expectFault(/400/);
  expect((await stage.client.listPurchases('u_de')).data).toEqual([]);
  await isSound(page);
  await consent.check();
  await pack.getByRole('button').click();
  await page.getByRole('button', { name: 'Pay US$4.99', exact: true }).click();
  await page.waitForURL(`${stage.url}/credits**`);
  await expect.poll(() => total(page).textContent()).toBe('100');
  const [purchase] = (await stage.client.listPurchases('u_de')).data;
  expect(purchase?.consent).toMatchObject({ immediate_use: true });
  expect(purchase?.refundable_until).not.toBeNull();
  await page.locator('.dd-card', { hasText: 'Purchased credits' }).getByRole('button').click();
  await page.getByRole('button', { name: 'Receipt' }).click();
  const receipt = page.getByRole('dialog', { name: 'Receipt' });
  await receipt.getByRole('button', { name: 'Give it back' }).click();
  await isSound(page);
  // To keep it is as easy as to give it back, and changes nothing.
  await receipt.getByRole('button').filter({ hasText: /^Keep/ }).click();
  expect((await stage.client.balance('u_de')).available).toBe(100);
  await page.context().close();
});

it('is sound with everything open that can be: details, statement, a code that is none', async () => {
  await stage.client.grant('u_open', { class: 'purchased', amount: 100 });
  await stage.client.consume('u_open', { feature: 'ai_script' });
  const page = await stage.open('/credits', { account: 'u_open', context: { viewport: PHONE } });
  await page.locator('.dd-table tbody tr').first().getByRole('button', { name: 'Details AI script' }).click();
  await page.getByRole('button', { name: 'Why these credits?' }).click();
  await page.locator('.dd-explained').waitFor();
  await page.getByLabel('Code of a promotion or from a friend').fill('NO-SUCH-CODE');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.dd-form__result').innerText()).toContain('There is no such code');
  stage.expectFault(/404/);
  await isSound(page);
  await page.getByRole('button', { name: 'Monthly statement' }).click();
  await page.getByRole('dialog', { name: 'Monthly statement' }).locator('tfoot').waitFor();
  await isSound(page);
  await page.context().close();
});

it('is as wide as its window at twice the size of its letters, and says all of it', async () => {
  // 1280 pixels at 200 % are 640.
  const page = await stage.open('/credits', {
    account: RISK,
    context: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
  });
  await page.locator('.dd-at-risk').waitFor();
  await page.locator('.dd-table tbody tr').first().waitFor();
  await isSound(page);
  await page.context().close();
});
