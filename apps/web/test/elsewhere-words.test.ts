/** Every word of the components is a message that can be replaced, and every number and date is of the page's language. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Elsewhere, openElsewhere } from './elsewhere.ts';
import { axeFaults, overflow, PHONE } from './stage.ts';

let product: Elsewhere;

beforeAll(async () => {
  product = await openElsewhere();
  const { client } = product.stage;
  await client.subscribe('u_words', { plan: 'pro', interval: 'month', ref: 'first' });
  await client.grant('u_words', { class: 'promotional', amount: 15, valid_for: 'P3D' });
  await client.grant('u_words', { class: 'purchased', amount: 1_234_567 });
  const spent = await client.consume('u_words', { feature: 'ai_script', metadata: { '¤': '¤' } });
  await client.refund(spent.operation?.id ?? '', { reason: '¤' });
  await client.hold('u_words', { amount: 5, feature: 'smart_cutout', ttl_seconds: 3_600 });
  await client.grant('u_short', { class: 'promotional', amount: 2, valid_for: 'P30D' });
  await client.grant('u_lapse', { class: 'subscription', amount: 18, valid_for: 'P1M' });
  await client.consume('u_lapse', { amount: 3, feature: 'ai_script' });
  await product.stage.age('u_lapse', 10);
  await client.putAccount('t_words', { kind: 'team', metadata: { name: '¤' } });
  await client.grant('t_words', { class: 'purchased', amount: 500 });
  await client.putMember('t_words', 'u_words', { role: 'owner' });
  await client.putMember('t_words', 'u_short', { role: 'member', limit: { amount: 20, per: 'month' } });
}, 120_000);

afterEach(() => product.stage.verify());
afterAll(() => product?.close());

/** Letters of what the components say, to be seen or to be heard, but for what the page's language made: dates, sums, ids. */
async function letters(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const said: string[] = [];
    for (const one of document.querySelectorAll('[class^="dd-"], [class^="dd-"] *')) {
      // Ids are nobody's language, and a device says how a code is written.
      if (one.closest('code') !== null) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        said.push(one.getAttribute(name) ?? '');
      for (const node of one.childNodes)
        if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent ?? '');
    }
    const made = /UTC|US\$|€|u_\w+|t_words/g;
    return [...new Set(said)].filter((text) => /[A-Za-zÀ-ž]/.test(text.replaceAll(made, '')));
  });
}

/** Opens each thing that opens something, and tells what was said meanwhile. */
async function tour(page: Page): Promise<string[]> {
  const said = new Set(await letters(page));
  // Those that sell lead away from the page.
  const selector = '.dd-page button:not(.dd-option button), .dd-option--top-up button, .dd-cost__button';
  const count = await page.locator(selector).count();
  for (let nth = 0; nth < count; nth++) {
    const button = page.locator(selector).nth(nth);
    if (!(await button.isVisible().catch(() => false)) || (await button.isDisabled())) continue;
    await button.click({ timeout: 2_000 }).catch(() => undefined);
    await page.waitForTimeout(250);
    for (const text of await letters(page)) said.add(text);
    await page.keyboard.press('Escape');
  }
  return [...said];
}

describe('with a sign in the place of each message', () => {
  it.each([
    ['a person', 'u_words', {}],
    ['a team, to its owner', 'u_words', { show: 't_words' }],
    ['a team, to a member', 'u_short', { show: 't_words' }],
    ['nothing yet', 'u_new', {}],
  ] as const)('the page says nothing else: %s', async (_whose, person, by) => {
    if (person === 'u_new') await product.stage.client.putAccount('u_new');
    const page = await product.open(person, { ...by, query: { signed: '', locale: 'ja' } });
    await page.locator('.dd-history tbody tr, #dd-history .dd-empty').first().waitFor();
    await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
    expect(await tour(page)).toEqual([]);
    await page.context().close();
  });

  it.each(['short', 'confirm'])('the button and its dialogs say nothing else: %s', async (kind) => {
    const person = kind === 'short' ? 'u_short' : 'u_words';
    const page = await product.open(person, {
      part: 'cost',
      query: { signed: '', locale: 'ja', ...(kind === 'confirm' ? { confirm: '' } : {}) },
    });
    await expect.poll(() => page.locator('.dd-cost__button').isEnabled()).toBe(true);
    expect(await tour(page)).toEqual([]);
    await page.context().close();
  });

  it('what fails says nothing else', async () => {
    const page = await product.open('u_words', {
      query: { signed: '', locale: 'ja' },
      before: (one) =>
        one.route(/\/v1\//, (route) =>
          route.request().method() === 'OPTIONS'
            ? route.continue()
            : route.fulfill({
                status: 403,
                headers: { 'access-control-allow-origin': product.origin },
                contentType: 'application/problem+json',
                body: JSON.stringify({
                  code: 'forbidden',
                  status: 403,
                  title: 'Server',
                  detail: 'The server says no',
                }),
              }),
        ),
    });
    await page.locator('.dd-failure').first().waitFor();
    expect(await letters(page)).toEqual([]);
    await page.context().close();
    product.stage.forgetFaults(/403/);
  });
});

describe('a part by itself', () => {
  const PARTS = [
    'AtRisk',
    'HistoryTable',
    'Invite',
    'OpenOnWeb',
    'OrderStrip',
    'PackPicker',
    'PlanPicker',
    'RedeemForm',
    'Timeline',
  ];
  it.each(PARTS)('%s is there without the page around it, and looks like one of the page', async (part) => {
    const page = await product.open(part === 'AtRisk' ? 'u_lapse' : 'u_words', { part });
    const root = page.locator('#root > [class^="dd-"]:not(.dd-badge)').first();
    await root.waitFor();
    await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
    const faults = (await axeFaults(page)).filter(
      (fault) => !/^(landmark|region|page-has-heading|heading-order)/.test(fault),
    );
    expect(faults).toEqual([]);
    const look = await root.evaluate((one) => {
      const { color, fontSize, lineHeight } = getComputedStyle(one);
      return { color, small: Number.parseFloat(fontSize) <= 15, lineHeight };
    });
    expect(look).toMatchObject({
      color: expect.stringMatching(/rgb\((23, 24, 27|95, 94, 88)\)/),
      small: true,
    });
    await page.context().close();
  });
});

describe('numbers and dates', () => {
  it.each([
    ['ar-EG', 'rtl', '١٬٢٣٥٬١'],
    ['hi-IN', 'ltr', '12,35,1'],
  ])('are written as in %s, and the page holds together', async (locale, dir, amount) => {
    const page = await product.open('u_words', { query: { locale, dir }, context: { viewport: PHONE } });
    await expect.poll(() => page.locator('.dd-total').innerText()).toContain(amount);
    await page.locator('.dd-history').waitFor();
    await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
    expect(await overflow(page)).toBe(0);
    // The catalog's own names stay as they are, and so does a code.
    const text = (await page.locator('.dd-page').innerText()).replaceAll(
      /.*credits( and .*)?$|^[A-Z0-9]{4}(-[A-Z0-9]{4}){3}$|^Next 90 days$/gm,
      '',
    );
    if (locale === 'ar-EG') expect(text.split('\n').filter((line) => /[0-9]/.test(line))).toEqual([]);
    await page.context().close();
  });
});
