/** The bindings in a product's own page: plans that its server changes, and every question before credits are spent. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shippedCatalog } from '../../../packages/engine/src/catalog/shipped.ts';
import { type Host, openHost } from './host.ts';
import { axeFaults, openStage, PHONE, type Stage } from './stage.ts';

let stage: Stage;
let host: Host;

beforeAll(async () => {
  const { premium_template_export: premium } = shippedCatalog.features;
  // One thing that only credits that were bought can pay for.
  const features = {
    ...shippedCatalog.features,
    premium_template_export: { ...premium, classes: ['purchased'] },
  };
  stage = await openStage({ catalog: { ...shippedCatalog, features } });
  host = await openHost(stage);
}, 120_000);

afterEach(() => stage.verify());

afterAll(async () => {
  host?.close();
  await stage?.close();
});

const plan = (page: Page) => page.locator('.dd-current-plan');
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Looks at what a step would do, in both themes, and takes it. */
async function step(page: Page, title: string, { says, confirm }: { says: RegExp; confirm: string }) {
  const dialog = page.getByRole('dialog', { name: title });
  await expect.poll(() => dialog.innerText()).toMatch(says);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFaults(page)).toEqual([]);
  }
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

describe('a plan that the product itself charges for', () => {
  it('is upgraded at once and downgraded at the period’s end, each after a look at every lot', async () => {
    await stage.client.subscribe('u_switch', { plan: 'pro', ref: 'first' });
    const page = await host.open('u_switch');
    await expect.poll(() => plan(page).innerText()).toContain('Renews');
    await page.getByLabel('Yearly').check();
    await press(page, 'Switch Pro');
    await step(page, 'Switch to Pro', {
      says: /It takes effect at once\.[\s\S]*600 Subscription/,
      confirm: 'Switch',
    });
    const interval = async () => (await stage.client.listSubscriptions('u_switch')).data[0]?.interval;
    await expect.poll(interval).toBe('year');
    await page.getByLabel('Monthly').check();
    await press(page, 'Switch Pro');
    await step(page, 'Switch to Pro', {
      says: /It takes effect on [\s\S]*Subscription · kept, expires/,
      confirm: 'Switch',
    });
    // What is paid for runs on; what comes then is said.
    await expect.poll(() => plan(page).innerText()).toMatch(/Then Pro, from/);
    expect(await interval()).toBe('year');
    await page.context().close();
  });

  it('is paused and resumed, cancelled and kept after all, and nothing is lost on the way', async () => {
    await stage.client.subscribe('u_pause', { plan: 'pro', ref: 'first' });
    const page = await host.open('u_pause', { context: { viewport: PHONE } });
    await expect.poll(() => plan(page).innerText()).toContain('Renews');
    await press(page, 'Pause');
    await step(page, 'Pause your plan', { says: /600 Subscription/, confirm: 'Pause' });
    await expect.poll(() => plan(page).innerText()).toContain('No refills come until it is resumed');
    await press(page, 'Resume');
    await step(page, 'Resume your plan', { says: /600 Subscription/, confirm: 'Resume' });
    await expect.poll(() => plan(page).innerText()).toContain('Renews');
    await press(page, 'Cancel plan');
    const dialog = page.getByRole('dialog', { name: 'Cancel your plan' });
    await expect
      .poll(() => dialog.innerText())
      .toMatch(/Your plan runs until[\s\S]*600 Subscription · kept, expires/);
    // To leave it is as easy as to go through with it, and changes nothing.
    await press(page, 'Keep my plan');
    await dialog.waitFor({ state: 'hidden' });
    expect((await stage.client.listSubscriptions('u_pause')).data[0]?.cancel_at).toBeNull();
    await press(page, 'Cancel plan');
    await step(page, 'Cancel your plan', { says: /kept, expires/, confirm: 'Cancel plan' });
    await expect.poll(() => plan(page).innerText()).toContain('Ends');
    await press(page, 'Keep plan');
    await expect.poll(() => plan(page).innerText()).toContain('Renews');
    expect((await stage.client.balance('u_pause')).available).toBe(600);
    await page.context().close();
  });
});

describe('before credits are spent', () => {
  const spent = (page: Page) => page.getByLabel('Spent here').innerText();

  it('asks once for all, and for credits that were bought all the same', async () => {
    await stage.client.grant('u_ask', { class: 'promotional', amount: 10, valid_for: 'P30D' });
    await stage.client.grant('u_ask', { class: 'purchased', amount: 100 });
    const page = await host.open('u_ask', { feature: 'smart_cutout' });
    const button = page.locator('.dd-cost__button');
    const dialog = page.getByRole('dialog', { name: 'Use 5 credits?' });
    await expect.poll(() => button.innerText()).toContain('5 credits');
    await button.click();
    await expect.poll(() => dialog.innerText()).toContain('5 Activity');
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }
    await dialog.getByRole('button', { name: 'Not now' }).click();
    expect(await spent(page)).toBe('0');
    await button.click();
    await dialog.getByRole('checkbox').first().check();
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await expect.poll(() => spent(page)).toBe('5');
    // Quiet from here on: the last of the credits that nobody paid for.
    await expect.poll(() => page.locator('.dd-cost__detail').first().innerText()).toContain('100 left');
    await button.click();
    await expect.poll(() => spent(page)).toBe('10');
    await expect.poll(() => page.locator('.dd-cost__detail').first().innerText()).toContain('5 Purchased');
    await button.click();
    await expect.poll(() => dialog.innerText()).toContain('5 Purchased');
    await page.keyboard.press('Escape');
    expect((await stage.client.balance('u_ask')).available).toBe(100);
    await page.context().close();
  });

  it('keeps two sentences apart: a request without an answer, and no connection for a fresh price', async () => {
    await stage.client.grant('u_away', { class: 'promotional', amount: 10, valid_for: 'P30D' });
    const page = await host.open('u_away', { feature: 'smart_cutout' });
    const button = page.locator('.dd-cost__button');
    await expect.poll(() => button.innerText()).toContain('5 credits');
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Use 5 credits?' });
    await dialog.waitFor();
    await page.context().setOffline(true);
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await expect
      .poll(() => page.locator('.dd-cost__message').innerText(), { timeout: 15_000 })
      .toMatch(/at most once\. No connection\./);
    stage.forgetFaults(/ERR_INTERNET_DISCONNECTED/);
    await page.context().close();
  });

  it('says which credits pay where the others do not', async () => {
    await stage.client.grant('u_class', { class: 'promotional', amount: 90, valid_for: 'P30D' });
    await stage.client.grant('u_class', { class: 'purchased', amount: 4 });
    const page = await host.open('u_class', { feature: 'premium_template_export' });
    await expect
      .poll(() => page.locator('.dd-cost__short').innerText())
      .toBe('6 short: your other credits cannot pay for this');
    await page.locator('.dd-cost__button').click();
    const dialog = page.getByRole('dialog', { name: 'Not enough credits' });
    await expect.poll(() => dialog.innerText()).toContain('You need 10 and have 4: 6 short.');
    expect(await dialog.innerText()).toContain('This can be paid with Purchased only. You have 90 others.');
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }
    await page.context().close();
  });

  it('says that it is the member’s limit, not the team’s credits, and asks whoever manages it', async () => {
    const { client } = stage;
    await client.putAccount('t_host', { kind: 'team', metadata: { name: 'Film' } });
    await client.grant('t_host', { class: 'purchased', amount: 500 });
    await client.putMember('t_host', 'u_owner', { role: 'owner' });
    await client.putMember('t_host', 'u_limit', { role: 'member', limit: { amount: 20, per: 'month' } });
    const page = await host.open('u_limit', { feature: 'ai_script', show: 't_host', teams: ['t_host'] });
    const button = page.locator('.dd-cost__button');
    await expect.poll(() => button.innerText()).toContain('25 credits');
    await expect.poll(() => page.locator('.dd-cost__short').innerText()).toBe('Your limit leaves 20');
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Your limit is reached' });
    await expect
      .poll(() => dialog.innerText())
      .toContain('You need 25, and your limit in the team leaves 20.');
    expect(await dialog.innerText()).not.toContain('Buy');
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }
    await dialog.getByRole('button', { name: /^Ask/ }).click();
    await expect
      .poll(async () => (await client.listRequests('t_host')).data.map(({ account }) => account))
      .toEqual(['u_limit']);
    expect((await client.balance('t_host')).available).toBe(500);
    await page.context().close();
  });
});
