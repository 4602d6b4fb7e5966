/** The console's pages where there is nothing, nothing yet, or no answer: for everyone, in both themes. */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, DESKTOP, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage.close();
});

/** What the frame itself asks for is answered; only what is on the page is not. */
const OF_PAGES = /\/v1\/(?!staff\/(sign_in|session)|catalog)/;

const PATHS = [
  '/console/accounts',
  '/console/accounts/demo',
  '/console/audit',
  '/console/campaigns',
  '/console/campaigns/creator_event',
  '/console/finance',
  '/console/finance?report=outstanding',
  '/console/finance?report=breakage',
  '/console/finance?report=payables',
  '/console/webhooks',
  '/console/webhooks/whe_of_nobody',
  '/console/system',
];

const PROBLEM = { type: 'about:blank', title: 'Internal error', status: 500, code: 'internal_error' };

const STATES: Readonly<
  Record<string, { answer(route: Route): unknown; shown(page: Page): Promise<unknown> }>
> = {
  // Nobody answers until the page is left.
  'nothing yet': {
    answer: () => undefined,
    shown: (page) => page.locator('[aria-busy="true"]').first().waitFor(),
  },
  'no answer': {
    answer: (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify(PROBLEM),
      }),
    shown: (page) => page.getByRole('button', { name: /Try again|Noch einmal/ }).waitFor(),
  },
};

const LOOKS = [
  ['light', DESKTOP, 'en-GB'],
  ['dark', PHONE, 'de-DE'],
] as const;

const looked = async (page: Page): Promise<string[]> => [
  ...(await axeFaults(page)),
  ...((await overflow(page)) > 0 ? ['wider than the window'] : []),
];

describe.each(Object.entries(STATES))('%s', (_state, { answer, shown }) => {
  it.each(LOOKS)(
    'nothing for axe to find: %s, %o, %s',
    async (colorScheme, viewport, locale) => {
      const page = await openConsole(stage, '/console', { context: { colorScheme, viewport, locale } });
      await page.route(OF_PAGES, answer);
      const faults: Record<string, string[]> = {};
      for (const path of PATHS) {
        await page.goto(`${stage.url}${path}`);
        await page.locator('.console h1').waitFor();
        await shown(page);
        const found = await looked(page);
        if (found.length > 0) faults[path] = found;
      }
      expect(faults).toEqual({});
      stage.forgetFaults(/500/);
      stage.verify();
      await page.context().close();
    },
    120_000,
  );
});

it('what could not be had is there when it is asked for again', async () => {
  const page = await openConsole(stage, '/console/accounts');
  await page.route(OF_PAGES, STATES['no answer']?.answer as (route: Route) => void);
  await page.getByRole('link', { name: 'System' }).click();
  const again = page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await page.unroute(OF_PAGES);
  await again.click();
  await page.getByText('No request has failed by our own fault').waitFor();
  stage.forgetFaults(/500/);
  stage.verify();
  await page.context().close();
});

it.each(LOOKS)(
  'where there is nothing, each list says so: %s, %o, %s',
  async (colorScheme, viewport, locale) => {
    const page = await openConsole(stage, '/console', { context: { colorScheme, viewport, locale } });
    const empty = JSON.stringify({ data: [], next_cursor: null });
    await page.route(OF_PAGES, (route) => route.fulfill({ contentType: 'application/json', body: empty }));
    const faults: Record<string, string[]> = {};
    const lists = ['accounts', 'audit', 'audit?act=void', 'campaigns', 'webhooks', 'finance?report=payables'];
    for (const path of lists) {
      await page.goto(`${stage.url}/console/${path}`);
      await page.locator('.dd-empty').waitFor();
      const found = await looked(page);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    stage.verify();
    await page.context().close();
  },
  120_000,
);

it('an address that nobody meant is a page all the same', async () => {
  const page = await openConsole(stage, '/console/audit?from=soon&to=2026-99-99');
  // What is no day is no filter: the record of having signed in is there.
  await page
    .getByRole('row', { name: /Signed in/ })
    .first()
    .waitFor();
  stage.verify();
  await page.context().close();
});

describe('months of a report', () => {
  it('are one where nothing moved, and folded on a phone but for the latest', async () => {
    await stage.client.grant('u_kim', { class: 'purchased', amount: 100, expires_at: null });
    const wide = await openConsole(stage, '/console/finance');
    await wide.locator('.chart').waitFor();
    // Before this month nobody had anything: five months are one line.
    expect(await wide.locator('.panel').count()).toBe(2);
    await expect.poll(() => wide.locator('.panel').last().innerText()).toMatch(/ – [\s\S]*0 were open/);
    await wide.context().close();
    const phone = await openConsole(stage, '/console/finance', { context: { viewport: PHONE } });
    await phone.route(/\/v1\/reports\/roll_forward/, async (route) => {
      const answer = await route.fetch();
      const report = await answer.json();
      // As if the month before had been as busy as this one.
      const [before, latest] = report.periods.slice(-2);
      before.rows = latest.rows;
      await route.fulfill({ response: answer, json: report });
    });
    await phone.reload();
    const month = phone.locator('details.month');
    await expect.poll(() => month.count()).toBe(1);
    expect(await month.locator('table').isVisible()).toBe(false);
    await month.locator('summary').click();
    expect(await month.locator('table').isVisible()).toBe(true);
    expect(await looked(phone)).toEqual([]);
    // What is nothing takes no line.
    expect(await phone.locator('.nothing').first().isVisible()).toBe(false);
    await phone.context().close();
    stage.verify();
  });
});
