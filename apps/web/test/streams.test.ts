/** A browser has six connections for one server, and a page that looks at an account takes one of them for good. */
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demonstration, openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

const badge = (page: Page) => page.locator('.dd-badge .dd-amount');

it('goes on answering with the three surfaces and four more pages open, over one stream', async () => {
  const account = await demonstration(stage, 'u_tabs', 200);
  const streams = new Set<Request>();
  const surfaces = await stage.open(`/surfaces?account=${account}`, {
    before: async (page) => {
      page.context().on('request', (request) => {
        if (new URL(request.url()).pathname.endsWith('/events')) streams.add(request);
      });
      page.context().on('requestfailed', (request) => streams.delete(request));
      page.context().on('requestfinished', (request) => streams.delete(request));
    },
  });
  const desktop = surfaces.frameLocator('iframe[name="desktop"]');
  await expect.poll(() => desktop.locator('.dd-badge .dd-amount').textContent()).toBe('200');
  const tabs: Page[] = [];
  for (let nth = 1; nth <= 4; nth += 1) {
    const tab = await surfaces.context().newPage();
    await tab.goto(`${stage.url}/studio?account=${account}`, { timeout: 15_000 });
    await expect.poll(() => badge(tab).textContent()).toBe('200');
    tabs.push(tab);
  }
  await expect.poll(() => streams.size).toBe(1);

  // Each shows a change, and each goes on doing so when the page is closed that had the stream.
  await stage.client.consume(account, { feature: 'smart_cutout' });
  for (const tab of tabs) await expect.poll(() => badge(tab).textContent()).toBe('195');
  await surfaces.close();
  for (let left = 190; tabs.length > 0; left -= 5) {
    await stage.client.consume(account, { feature: 'smart_cutout' });
    for (const tab of tabs) {
      await expect.poll(() => badge(tab).textContent()).toBe(`${left}`);
      await expect
        .poll(() =>
          badge(tab)
            .getAttribute('data-connection')
            .catch(() => null),
        )
        .not.toBe('lost');
    }
    const open = [...streams].filter((request) => !request.frame().page().isClosed());
    expect(open.length).toBeLessThanOrEqual(1);
    await tabs.shift()?.close();
  }
}, 120_000);

it('takes the stream from a page that has it and was put to sleep', async () => {
  const account = await demonstration(stage, 'u_asleep', 200);
  const asleep = await stage.open('/healthz');
  await asleep.evaluate(
    (name) => {
      navigator.locks.request(name, () => new Promise(() => undefined)).catch(() => undefined);
    },
    `drawdown.stream ${JSON.stringify([account, account])}`,
  );
  const page = await asleep.context().newPage();
  await page.clock.install();
  await page.goto(`${stage.url}/credits?account=${account}`);
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('200');
  await stage.client.consume(account, { feature: 'smart_cutout' });
  expect(await page.locator('.dd-total').textContent()).toBe('200');
  await page.clock.fastForward(26_000);
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('195');
  await asleep.context().close();
});

it('shows a session that the server refuses nothing of what another page hears', async () => {
  await stage.client.grant('u_heard', { class: 'purchased', amount: 77 });
  const page = await stage.open('/credits', { account: 'u_heard' });
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('77');
  const { token } = await stage.client.createSession({ account: 'u_heard', surface: 'web' });
  const forged = token.replace(/[^.]+$/, (signature) => signature.split('').reverse().join(''));
  const other = await page.context().newPage();
  await other.goto(`${stage.url}/credits#session=${forged}`);
  await other.getByRole('heading', { name: 'Nobody is signed in here' }).waitFor();
  await stage.client.consume('u_heard', { feature: 'smart_cutout' });
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('72');
  expect(await other.locator('body').innerText()).not.toMatch(/\b7[27]\b/);
  await page.context().close();
});
