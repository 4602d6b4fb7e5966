/** Nothing on Profile → Credits moves while credits come, are reserved, are spent and come back. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { axeFaults, DESKTOP, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

/** Adds up from now on how far what is seen moves by itself; `from` the start: since the page was opened. */
async function watchShifts(page: Page, from: 'now' | 'start' = 'now'): Promise<() => Promise<number>> {
  await page.evaluate((buffered) => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift', buffered });
  }, from === 'start');
  return () =>
    page.evaluate(() =>
      (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
    );
}

/** Numbers run for a moment, and what is read again arrives after them. */
async function rest(page: Page): Promise<void> {
  await page.waitForTimeout(1_500);
}

it.each([
  ['a desk', DESKTOP],
  ['a phone', PHONE],
])('on %s', async (where, viewport) => {
  const { client } = stage;
  const account = `still_on_${where.slice(2)}`;
  await client.putAccount(account, {});
  const page = await stage.open('/credits', { account, context: { viewport } });
  await expect.poll(() => page.locator('.dd-freshness').getAttribute('data-connection')).toBe('live');
  await page.locator('.dd-timeline__chart').waitFor();
  await page.locator('#dd-history').waitFor();
  await rest(page);
  const shifted = await watchShifts(page);
  const moves: Record<string, number> = {};
  let before = 0;
  const step = async (name: string, shown: RegExp): Promise<void> => {
    await expect.poll(() => page.locator('.dd-header').innerText()).toMatch(shown);
    await rest(page);
    const now = await shifted();
    moves[name] = Math.round((now - before) * 1000) / 1000;
    before = now;
  };
  await client.subscribe(account, { plan: 'pro' });
  await step('the first grant', /600/);
  const reserve = async (): Promise<string> => {
    const receipt = await client.hold(account, { feature: 'ai_script' });
    return 'hold' in receipt ? receipt.hold.id : '';
  };
  const first = await reserve();
  await step('a hold', /25 reserved by a running job/);
  await client.capture(first, { amount: 10 });
  await step('its capture', /590/);
  const second = await reserve();
  await step('another hold', /25 reserved by a running job/);
  await client.release(second);
  await step('its release', /590/);
  expect(
    Object.values(moves).reduce((sum, one) => sum + one, 0),
    JSON.stringify(moves),
  ).toBeLessThan(0.02);
  await page.context().close();
});

it('is there at once with its banner, which moves nothing and speaks of each lot once', async () => {
  const { client } = stage;
  const account = 'still_lapses';
  await client.grant(account, { class: 'promotional', amount: 40, valid_for: 'P20D' });
  await client.consume(account, { feature: 'smart_cutout' });
  const open = async (delay = 0): Promise<Page> => {
    const page = await stage.open('/credits', {
      account,
      context: { viewport: PHONE },
      before: (one) =>
        one.route('**/forecast*', async (route) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          await route.continue();
        }),
    });
    await page.locator('.dd-timeline__chart').waitFor();
    await rest(page);
    return page;
  };
  const banner = (page: Page) => page.locator('.dd-at-risk');
  // A first use is no habit: nothing is foretold of it.
  const fresh = await open();
  const plain = await (await watchShifts(fresh, 'start'))();
  expect(await banner(fresh).count()).toBe(0);
  await fresh.context().close();

  await stage.age(account, 10);
  const page = await open(300);
  expect(await banner(page).innerText()).toMatch(/^2\d Activity credits will expire unused on/);
  expect(await (await watchShifts(page, 'start'))()).toBeLessThan(plain + 0.01);
  await page.getByRole('button', { name: 'Got it' }).click();
  await client.grant(account, { class: 'promotional', amount: 7, valid_for: 'P25D' });
  await page.reload();
  await expect.poll(() => banner(page).innerText()).toMatch(/^[1-7] Activity credits will expire unused on/);
  await page.context().close();

  // What is known too late waits until somebody returns.
  const late = await open(1_800);
  await late.waitForTimeout(1_000);
  expect(await banner(late).count()).toBe(0);
  for (const state of ['hidden', 'visible']) {
    await late.evaluate((to) => {
      Object.defineProperty(document, 'visibilityState', { value: to, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  }
  await banner(late).waitFor();
  await late.context().close();
});

it.each([
  ['en-GB', 'No credits yet', 'Redeem a code', 'Buy credits'],
  ['de-DE', 'Noch keine Credits', 'Code einlösen', 'Credits kaufen'],
])(
  'tells a new account what credits are, their order and how to get them, not zeros: %s',
  async (locale, none, code, buy) => {
    await stage.client.putAccount('u_new', {});
    const page = await stage.open('/credits', { account: 'u_new', context: { viewport: PHONE, locale } });
    await expect.poll(() => page.locator('.dd-header').innerText()).toContain(none);
    expect(await page.locator('.dd-header, .dd-cards').allInnerTexts()).not.toContainEqual(
      expect.stringMatching(/\b0\b/),
    );
    expect(await page.locator('.dd-order__item').count()).toBe(3);
    for (const name of [code, buy]) {
      const link = page.locator('.dd-cards').getByRole('link', { name });
      const [, target = ''] = ((await link.getAttribute('href')) ?? '').split('#');
      await page.locator(`#${target}`).waitFor();
    }
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFaults(page)).toEqual([]);
    }
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  },
);
