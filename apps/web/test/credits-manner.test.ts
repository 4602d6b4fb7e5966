/** How Profile → Credits behaves where something is missing: the network, the server, a mouse, room, left to right. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.client.grant('u_manner', { class: 'purchased', amount: 100 });
  await stage.client.consume('u_manner', { feature: 'ai_script' });
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

const total = (page: Page) => page.locator('.dd-total');
const connection = (page: Page) => page.locator('.dd-freshness').getAttribute('data-connection');

async function ready(page: Page): Promise<void> {
  await expect.poll(() => connection(page), { timeout: 15_000 }).toBe('live');
  await page.locator('.dd-table tbody tr').first().waitFor();
}

describe('without a network', () => {
  it('says so at once, keeps what it shows, and is live again by itself', async () => {
    const page = await stage.open('/credits', { account: 'u_manner' });
    await ready(page);
    await page.context().setOffline(true);
    await page.locator('.dd-failure').waitFor();
    expect(await page.locator('.dd-failure').innerText()).toContain('No connection');
    expect(await total(page).textContent()).toBe('75');
    expect(await axeFaults(page)).toEqual([]);
    await stage.client.consume('u_manner', { feature: 'smart_cutout' });
    await page.context().setOffline(false);
    await expect.poll(() => connection(page), { timeout: 15_000 }).toBe('live');
    await expect.poll(() => total(page).textContent()).toBe('70');
    await page.locator('.dd-failure').waitFor({ state: 'detached' });
    await page.context().close();
    stage.forgetFaults(/ERR_INTERNET_DISCONNECTED/);
  });

  it('a server that fails is called that', async () => {
    const body = JSON.stringify({ type: 'about:blank', title: 'Broken', status: 500, code: 'internal' });
    const page = await stage.open('/credits', {
      account: 'u_manner',
      before: (one) =>
        one.route('**/v1/**', (route) =>
          route.fulfill({ status: 500, contentType: 'application/problem+json', body }),
        ),
    });
    await expect
      .poll(() => page.locator('.dd-failure').first().innerText(), { timeout: 20_000 })
      .toContain('Something broke on our side');
    expect(await axeFaults(page)).toEqual([]);
    await page.context().close();
    stage.forgetFaults(/status of 500/);
  });
});

it('is walked through by keyboard alone, with every stop seen and named', async () => {
  const page = await stage.open('/credits', { account: 'u_manner' });
  await ready(page);
  const stops: { name: string; seen: boolean }[] = [];
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (element === document.body) return null;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const label = (element as HTMLInputElement).labels?.[0]?.innerText;
      return {
        name: (element.getAttribute('aria-label') ?? label ?? element.innerText).trim().split('\n')[0] ?? '',
        seen: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
      };
    });
    if (stop === null) break;
    stops.push(stop);
  }
  expect(stops.filter(({ name, seen }) => name === '' || !seen)).toEqual([]);
  const names = stops.map(({ name }) => name);
  // From the frame through the cards, what is bought and redeemed, to the last row of the history.
  const order = [/Skip|Drawdown/, /Credits/, /Redeem|Code/i, /Details|CSV/];
  let at = -1;
  for (const pattern of order) {
    const next = names.findIndex((name, index) => index > at && pattern.test(name));
    expect(next, `${pattern} after stop ${at} of ${names.join(' | ')}`).toBeGreaterThan(at);
    at = next;
  }
  await page.context().close();
});

it('moves nothing when numbers change', async () => {
  const page = await stage.open('/credits', { account: 'u_manner' });
  await ready(page);
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: false });
  });
  const before = Number(await total(page).textContent());
  await stage.client.consume('u_manner', { feature: 'smart_cutout' });
  await expect.poll(() => total(page).textContent()).toBe(`${before - 5}`);
  await page.waitForTimeout(500);
  const header = await page.evaluate(() =>
    (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
  );
  expect(header).toBeLessThan(0.02);
  await page.context().close();
});

it('reads from right to left without scrolling sideways also while all of it is still to come', async () => {
  const page = await stage.open('/credits', {
    account: 'u_manner',
    context: { viewport: PHONE },
    before: async (one) => {
      await one.route('**/v1/**', () => undefined);
      await one.addInitScript(() =>
        document.addEventListener('DOMContentLoaded', () =>
          document.documentElement.setAttribute('dir', 'rtl'),
        ),
      );
    },
  });
  await page.locator('.dd-card').first().waitFor();
  expect(await sideways(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await page.context().close();
});

/** What reaches over an edge of the window. */
async function sideways(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('body *')].flatMap((element) => {
      const { left, right } = element.getBoundingClientRect();
      const isOver = left < 0 || right > document.documentElement.clientWidth;
      return isOver ? [`${element.tagName} ${element.className} ${left}–${right}`] : [];
    }),
  );
}

it('reads from right to left without scrolling sideways, and nothing moves for those who ask for that', async () => {
  const page = await stage.open('/credits', {
    account: 'u_manner',
    context: { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' },
  });
  await ready(page);
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  expect(await sideways(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  const cards = await page.locator('.dd-card__name').first().boundingBox();
  expect((cards?.x ?? 0) + (cards?.width ?? 0)).toBeGreaterThan(195);
  const moving = await page.evaluate(
    () => document.getAnimations().filter(({ effect }) => Number(effect?.getTiming().duration) > 10).length,
  );
  expect(moving).toBe(0);
  expect(await axeFaults(page)).toEqual([]);
  await page.context().close();
});

it('finds the filters of the history on a phone where its edges are', async () => {
  const page = await stage.open('/credits', { account: 'u_manner', context: { viewport: PHONE } });
  await ready(page);
  const boxes = await page.locator('.dd-filters > select').evaluateAll((all) =>
    all.map((one) => {
      const { left, right } = one.getBoundingClientRect();
      return [Math.round(left), Math.round(right)];
    }),
  );
  expect(boxes.map(([left]) => left)).toEqual([16, expect.any(Number), 16, expect.any(Number)]);
  expect(boxes.map(([, right]) => right)).toEqual([expect.any(Number), 374, expect.any(Number), 374]);
  await page.context().close();
});
