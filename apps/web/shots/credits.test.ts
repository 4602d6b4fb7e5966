/** Pictures of Profile → Credits for the documents: `npm run screenshots`. Each is looked at before it is committed. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DESKTOP, openStage, PHONE, type Stage } from '../test/stage.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const DAY_MS = 86_400_000;

let stage: Stage;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  stage = await openStage({ testClock: true });
  await live();
}, 120_000);

afterAll(async () => {
  await stage.close();
});

const MAYA = 'maya';

/** Somebody with a plan who makes films: 24 days of it. */
async function live(): Promise<void> {
  const { client } = stage;
  const now = Date.now();
  await client.setTestClock(new Date(now - 24 * DAY_MS).toISOString());
  await client.subscribe(MAYA, { plan: 'pro', ref: 'sub_1' });
  const { purchase } = await client.checkout(MAYA, {
    pack: 'pack_500',
    return_url: `${stage.url}/credits`,
    provider: 'sandbox',
  });
  await fetch(`${purchase.checkout_url}/pay`, { method: 'POST', redirect: 'manual' });
  await client.claimCampaign(MAYA, 'limited_offer');
  const jobs = [
    { feature: 'ai_script', metadata: { project: 'Spring film' } },
    { feature: 'smart_cutout', metadata: { project: 'Lookbook' } },
    { feature: 'premium_template_export', metadata: { project: 'Teaser' } },
  ];
  for (let day = 24; day > 3; day -= 1) {
    await client.setTestClock(new Date(now - day * DAY_MS + 3_600_000).toISOString());
    const job = jobs[day % jobs.length];
    if (job !== undefined) await client.consume(MAYA, job);
  }
  await client.setTestClock(new Date(now - 2 * DAY_MS).toISOString());
  await client.grant(MAYA, {
    class: 'promotional',
    amount: 40,
    valid_for: 'P10D',
    source: { type: 'campaign', ref: 'creator_event' },
  });
  await client.setTestClock(new Date(now - DAY_MS).toISOString());
  const failed = await client.consume(MAYA, {
    feature: 'advanced_template_export',
    units: { seconds: 60, resolution: '1080p' },
    metadata: { project: 'Spring film' },
  });
  if (failed.operation !== null) await client.refund(failed.operation.id, { reason: 'The export failed' });
  await client.setTestClock(new Date(now).toISOString());
  await client.consume(MAYA, { feature: 'ai_script', metadata: { project: 'Spring film' } });
  await client.hold(MAYA, { feature: 'ai_script', ttl_seconds: 3600, metadata: { project: 'Autumn film' } });
}

it.each([
  ['desktop', DESKTOP, 'light'],
  ['desktop', DESKTOP, 'dark'],
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
] as const)('the page: %s, %o, %s', async (name, viewport, colorScheme) => {
  const page = await stage.open('/credits', { account: MAYA, context: { viewport, colorScheme } });
  await page.locator('.dd-table tbody tr').first().waitFor();
  await page.locator('.dd-timeline__events li').first().waitFor();
  await page.waitForTimeout(700);
  const { width } = viewport;
  const height = width === PHONE.width ? 2_600 : 1_900;
  await page.screenshot({
    path: `${IMAGES}credits-${name}-${colorScheme}.png`,
    fullPage: true,
    clip: { x: 0, y: 0, width, height },
  });
  expect(await page.locator('.dd-card').count()).toBe(3);
  await page.context().close();
});
