/** A device's clock may be minutes off: what ends is judged by the server's. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demonstration, openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.client.grant('u_clock', { class: 'purchased', amount: 77 });
}, 120_000);

afterEach(() => stage.verify());
afterAll(() => stage?.close());

/** Longer than a session lasts. */
const TWENTY_MINUTES = 1_200_000;

describe.each([
  ['twenty minutes fast', TWENTY_MINUTES],
  ['twenty minutes slow', -TWENTY_MINUTES],
])('a clock that is %s', (_, wrong) => {
  it('ends no session that was handed over, and a reload does not either', async () => {
    const page = await stage.open('/credits', {
      account: 'u_clock',
      before: (one) => one.clock.install({ time: Date.now() + wrong }),
    });
    await expect.poll(() => page.locator('.dd-total').textContent()).toBe('77');
    await page.reload();
    await expect.poll(() => page.locator('.dd-total').textContent()).toBe('77');
    await page.context().close();
  });

  it('asks for one session, and for a price once for as long as it holds', async () => {
    const account = await demonstration(stage, 'u_wrong', 50);
    const asked: string[] = [];
    const page = await stage.open(`/studio?account=${account}`, {
      before: async (one) => {
        await one.clock.install({ time: Date.now() + wrong });
        one.on('request', (request) => {
          if (request.method() === 'POST') asked.push(new URL(request.url()).pathname);
        });
      },
    });
    await page.locator('.dd-cost__detail p').waitFor();
    await page.getByRole('tab', { name: 'Export' }).click();
    await page.getByRole('tab', { name: 'Script' }).click();
    await page.locator('.dd-cost__detail p').waitFor();
    expect(asked.filter((path) => path === '/demonstration/sessions')).toHaveLength(1);
    const quotes = () => asked.filter((path) => path.endsWith('/quotes')).length;
    const before = quotes();
    await page.clock.fastForward(60_000);
    await page.clock.runFor(1_000);
    await page.evaluate(() => fetch('/healthz'));
    expect(quotes()).toBe(before);
    // A price holds for five minutes; before they are over it is asked for anew, so that no click finds it ended.
    await page.clock.fastForward(234_000);
    await page.clock.runFor(1_000);
    await expect.poll(quotes).toBe(before + 1);
    await page.context().close();
  });
});
