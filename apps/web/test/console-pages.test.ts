/** Every page of the console, for everyone: in both themes, on a desk and on a phone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, DESKTOP, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;
let paths: string[];

beforeAll(async () => {
  stage = await openStage();
  const { client, staff } = stage;
  await client.grant('u_kim', { class: 'subscription', amount: 20, valid_for: 'P1M' });
  await client.claimCampaign('u_kim', 'creator_event');
  await client.consume('u_kim', { feature: 'ai_script' });
  await client.hold('u_kim', { feature: 'smart_cutout' });
  await client.putMember('demo_team', 'u_kim', { role: 'member', limit: { amount: 50, per: 'month' } });
  await client.subscribe('u_kim', { plan: 'pro', ref: 'sub_kim' });
  const endpoint = await staff.createWebhookEndpoint({ url: 'https://app.example.com/hooks' });
  const account = '/console/accounts/u_kim';
  paths = [
    '/console/accounts',
    account,
    ...['ledger', 'holds', 'payments', 'team', 'audit', 'about'].map((view) => `${account}?view=${view}`),
    '/console/accounts/demo_team?view=team',
    '/console/audit',
    '/console/staff',
    '/console/campaigns',
    '/console/campaigns/new',
    '/console/campaigns/creator_event',
    '/console/finance',
    ...['outstanding', 'breakage', 'payables'].map((report) => `/console/finance?report=${report}`),
    '/console/webhooks',
    `/console/webhooks/${endpoint.id}`,
    '/console/system',
    '/console/nowhere',
  ];
});

afterAll(async () => {
  await stage.close();
});

/** What only programs should read: durations, actors, scopes, kinds of news and verbs as the server writes them. */
const CODES =
  /\bP\d+[DWMY]\b|\b(?:staff|key|provider|user):\w+|key_(?:admin|bootstrap)|\b(?:credits|purchase|hold)\.[a-z_]+|\b(?:consume|put_member|desktop_macos)\b/;

/** The narrowest phone that is still in use. */
const NARROWEST = { width: 320, height: 640 };

it.each([
  ['light', DESKTOP, 'en-GB'],
  ['dark', PHONE, 'de-DE'],
] as const)(
  'nothing for axe to find, nothing to scroll sideways, and no code to be read: %s, %o, %s',
  async (colorScheme, viewport, locale) => {
    const page = await openConsole(stage, '/console', { context: { colorScheme, viewport, locale } });
    const faults: Record<string, string[]> = {};
    for (const path of paths) {
      await page.goto(`${stage.url}${path}`);
      await page.locator('.console h1').waitFor();
      await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
      const more = page.locator('.table [aria-expanded]').first();
      if ((await more.count()) > 0) await more.click();
      const found = [
        ...(await axeFaults(page)),
        ...((await overflow(page)) > 0 ? ['wider than the window'] : []),
      ];
      if (viewport === PHONE) {
        await page.setViewportSize(NARROWEST);
        if ((await overflow(page)) > 0) found.push('wider than the narrowest window');
        await page.setViewportSize(PHONE);
      }
      // What was opened is for who looks things up: there are ids in it.
      const read = await page.locator('main').evaluate((main: HTMLElement) => {
        for (const details of main.querySelectorAll('.table__details')) details.remove();
        return main.innerText;
      });
      const code = CODES.exec(read)?.[0];
      if (code !== undefined) found.push(`shows ${code}`);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    stage.verify();
    await page.context().close();
  },
  120_000,
);
