/** How Profile → Credits is read: from right to left, in the system's colours, by keyboard, narrow, with large letters. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shippedCatalog } from '../../../packages/engine/src/catalog/shipped.ts';
import { axeFaults, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;
const WHO = 'u_read';

beforeAll(async () => {
  stage = await openStage({
    catalog: { ...shippedCatalog, campaigns: [...CAMPAIGNS, ...shippedCatalog.campaigns] },
  });
  const { client, url } = stage;
  await client.putAccount(WHO, {});
  await client.subscribe(WHO, { plan: 'pro', interval: 'year' });
  const { purchase } = await client.checkout(WHO, {
    pack: 'pack_500',
    return_url: `${url}/credits`,
    provider: 'sandbox',
  });
  await fetch(`${purchase.checkout_url}/pay`, { method: 'POST', redirect: 'manual' });
  for (const { id } of CAMPAIGNS) await client.claimCampaign(WHO, id);
  await client.hold(WHO, { feature: 'ai_script' });
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

const CAMPAIGNS = ['Spring fair', 'Summer fair', 'Autumn fair'].map((name, nth) => ({
  id: `fair_${nth}`,
  name,
  kind: 'event',
  credits: 10,
  class: 'promotional',
  validity: `P${14 + nth}D`,
}));

async function ready(page: Page): Promise<void> {
  await page.locator('.dd-timeline__chart').waitFor();
  await page.locator('.dd-table tbody tr').first().waitFor();
  await page.locator('#dd-packs').waitFor();
}

const card = (page: Page, name: string) => page.locator('.dd-card', { hasText: name });

describe('from right to left', () => {
  it('arrows and the chart turn, and numbers and names keep their own direction', async () => {
    const page = await stage.open('/credits', { account: WHO });
    await ready(page);
    const look = () =>
      page.evaluate(() => ({
        chart: getComputedStyle(document.querySelector('.dd-timeline__chart') as Element).transform,
        chevron: getComputedStyle(document.querySelector('.dd-card__open .dd-icon') as Element).transform,
        arrow: getComputedStyle(document.querySelectorAll('.dd-order__item')[1] as Element, '::before')
          .content,
      }));
    expect(await look()).toEqual({ chart: 'none', chevron: 'none', arrow: '"→" / ""' });
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    expect(await look()).toEqual({
      chart: 'matrix(-1, 0, 0, 1, 0, 0)',
      chevron: 'matrix(-1, 0, 0, 1, 0, 0)',
      arrow: '"←" / ""',
    });
    // The sign stands before its number: what is drawn of "−600" begins at its left.
    const signs = await page.locator('.dd-timeline__amount').evaluateAll((all) =>
      all.map((one) => {
        const text = one.firstChild as Text;
        const at = (from: number): number => {
          const range = document.createRange();
          range.setStart(text, from);
          range.setEnd(text, from + 1);
          return range.getBoundingClientRect().left;
        };
        return at(0) < at(1);
      }),
    );
    expect(signs.length).toBeGreaterThan(1);
    expect(signs).not.toContain(false);
    const facts = await page
      .locator('.dd-facts dd')
      .evaluateAll((all) => all.map((one) => one.firstElementChild?.tagName));
    expect(new Set(facts)).toEqual(new Set(['BDI']));
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });
});

it('says in the system’s colours what it says in its own', async () => {
  const page = await stage.open('/credits', { account: WHO, context: { forcedColors: 'active' } });
  await ready(page);
  // Gradients are taken away there: the bars would be empty.
  const bars = await page
    .locator('.dd-draw-bar__part, .dd-meter__fill')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundImage));
  expect(bars.length).toBeGreaterThan(4);
  expect(bars).not.toContain('none');
  const chosen = page.locator('#dd-plans .dd-toggle__item input:checked + span');
  const other = page.locator('#dd-plans .dd-toggle__item input:not(:checked) + span');
  const ground = (one: typeof chosen) =>
    one.first().evaluate((span) => getComputedStyle(span).backgroundColor);
  expect(await ground(chosen)).not.toBe(await ground(other));
  expect(await overflow(page)).toBe(0);
  await page.context().close();
});

it('Escape closes the dialog on top alone, and gives the focus back to what opened it', async () => {
  const page = await stage.open('/credits', { account: WHO });
  await ready(page);
  const focus = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await card(page, 'Purchased credits').getByRole('button').press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Purchased credits' });
  await drawer.getByRole('button', { name: 'Receipt' }).press('Enter');
  const receipt = page.getByRole('dialog', { name: 'Receipt' });
  await receipt.waitFor();
  await page.keyboard.press('Escape');
  await receipt.waitFor({ state: 'hidden' });
  expect(await drawer.isVisible()).toBe(true);
  expect(await focus()).toBe('Receipt');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  expect(await focus()).toMatch(/1 grant/);
  await page.context().close();
});

describe('what cards say of where credits are from', () => {
  it('names two campaigns and how many more, and the plan with how it is paid', async () => {
    const page = await stage.open('/credits', { account: WHO });
    await ready(page);
    await expect
      .poll(() => card(page, 'Activity credits').innerText())
      .toContain('Spring fair, Summer fair and 1 more');
    expect(await card(page, 'Subscription credits').innerText()).toContain('Pro, yearly');
    await page.context().close();
  });

  it('folds the months of a yearly plan that lie ahead, with their sum', async () => {
    const page = await stage.open('/credits', { account: WHO, context: { viewport: PHONE } });
    await ready(page);
    await card(page, 'Subscription credits').getByRole('button').click();
    const drawer = page.getByRole('dialog', { name: 'Subscription credits' });
    await drawer.getByText('6,600 credits to come in 11 grants').waitFor();
    await expect.poll(() => drawer.locator('.dd-lot:visible').count()).toBe(1);
    await drawer.locator('summary').press('Enter');
    await expect.poll(() => drawer.locator('.dd-lot:visible').count()).toBe(12);
    expect(await axeFaults(page)).toEqual([]);
    await page.context().close();
  });
});

describe('the next 90 days', () => {
  it('have a layer for each class, round numbers and dates, in one shape at any width', async () => {
    const page = await stage.open('/credits', { account: WHO });
    await ready(page);
    const shape = () =>
      page.locator('.dd-timeline__chart').evaluate((svg) => svg.clientWidth / svg.clientHeight);
    expect(await shape()).toBeCloseTo(16 / 7, 1);
    expect(
      await page
        .locator('.dd-timeline__layer')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-class'))),
    ).toEqual(['purchased', 'promotional', 'subscription']);
    expect(await page.locator('.dd-timeline__amounts span').allInnerTexts()).toEqual(
      ['0', '500', '1K', '1.5K'].map((text) => expect.stringMatching(new RegExp(`^${text}$`, 'i'))),
    );
    expect(await page.locator('.dd-timeline__dates span').count()).toBe(4);
    await page.setViewportSize(PHONE);
    expect(await shape()).toBeCloseTo(16 / 7, 1);
    await page.context().close();
  });

  it('are a table as well, which the keyboard opens', async () => {
    const page = await stage.open('/credits', { account: WHO, context: { viewport: PHONE } });
    await ready(page);
    const { as_of: now, events } = await stage.client.forecast(WHO);
    await page.getByText('These numbers as a table').press('Enter');
    const rows = page.locator('.dd-disclosure tbody tr');
    // Today, each instant at which something changes, and the end.
    await expect.poll(() => rows.count()).toBe(new Set([now, ...events.map(({ at }) => at)]).size + 1);
    expect((await rows.first().innerText()).split(/\s+/)).toEqual(['Today', '575', '30', '500', '1,105']);
    expect(await axeFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });
});

it.each([
  ['320 pixels', { width: 320, height: 640 }, '100%'],
  ['letters of twice the size', { width: 640, height: 844 }, '200%'],
])('reaches over no edge at %s, in German', async (_name, viewport, size) => {
  const page = await stage.open('/credits', { account: WHO, context: { viewport, locale: 'de-DE' } });
  await ready(page);
  await page.evaluate((text) => {
    document.documentElement.style.fontSize = text;
  }, size);
  const over = await page.locator('body *:visible').evaluateAll((all) =>
    all.flatMap((one) => {
      const { right, left } = one.getBoundingClientRect();
      const hides = one.closest('.dd-visually-hidden, .dd-scroll, thead, svg') !== null;
      return !hides && (right > document.documentElement.clientWidth + 0.5 || left < -0.5)
        ? [`${one.tagName} ${one.className} ${left}–${right}`]
        : [];
    }),
  );
  expect(over).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await page.context().close();
});

it('says at the field why a code is not taken: none was entered, or it is one’s own', async () => {
  const page = await stage.open('/credits', { account: WHO });
  await ready(page);
  const field = page.getByLabel('Code of a promotion or from a friend');
  const described = async (): Promise<string> => {
    const id = await field.getAttribute('aria-describedby');
    const told = page.locator(`[id="${id}"]`);
    expect(await told.getAttribute('role')).toBe('status');
    return await told.innerText();
  };
  await field.press('Enter');
  await expect.poll(described).toBe('Enter a code first.');
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  const { code } = await stage.client.referral(WHO, { campaign: 'invite_a_friend' });
  await field.fill(code);
  await field.press('Enter');
  await expect.poll(described).toBe('This is your own code. It is for friends: send it to one.');
  stage.expectFault(/40[39]/);
  expect(await axeFaults(page)).toEqual([]);
  await page.context().close();
});
