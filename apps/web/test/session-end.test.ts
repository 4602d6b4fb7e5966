/** A session that is over is called that, on every page, and nobody is shown another account instead. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.client.grant('u_over', { class: 'purchased', amount: 77 });
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

const PAGES = [
  ['/credits', 'web'],
  ['/studio', 'web'],
  ['/desktop', 'desktop_macos'],
  ['/mobile', 'ios'],
] as const;

async function saysOver(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Nobody is signed in here' }).waitFor();
  const text = await page.locator('body').innerText();
  expect(text).toContain('Your session has ended');
  expect(text).not.toMatch(/offline|No connection|cannot be read|did not work|\b77\b|\b135\b/);
}

describe.each(PAGES)('%s', (path, surface) => {
  it('says so when the session ends while it is open, and after a reload too', async () => {
    const page = await stage.open(path, {
      account: 'u_over',
      surface,
      before: (one) => one.clock.install(),
    });
    await page.locator('main').first().waitFor();
    await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
    await page.clock.fastForward('24:00:00');
    await saysOver(page);
    expect(await axeFaults(page)).toEqual([]);
    await page.reload();
    await saysOver(page);
    await page.context().close();
    stage.forgetFaults(/401/);
  });

  it('says so of what is no session, without asking the server', async () => {
    const page = await stage.open(`${path}#session=a.b.c`);
    await saysOver(page);
    await page.goto(`${stage.url}${path}`);
    await saysOver(page);
    await page.context().close();
  });

  it('says so of a session that the server refuses', async () => {
    const { token } = await stage.client.createSession({ account: 'u_over', surface });
    const forged = token.replace(/[^.]+$/, (signature) => signature.split('').reverse().join(''));
    const page = await stage.open(`${path}#session=${forged}`);
    await saysOver(page);
    await page.context().close();
    stage.forgetFaults(/401/);
  });
});

it('is signed in again by a session that is handed over anew', async () => {
  const page = await stage.open('/credits#session=a.b.c');
  await saysOver(page);
  const { token } = await stage.client.createSession({ account: 'u_over', surface: 'web' });
  await page.goto('about:blank');
  await page.goto(`${stage.url}/credits#session=${token}`);
  await expect.poll(() => page.locator('.dd-total').textContent()).toBe('77');
  await page.context().close();
});
