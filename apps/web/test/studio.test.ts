/** The studio on the web: what is shown before, on the button, in the receipt and after, and what costs nothing. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, DESKTOP, demonstration, openStage, overflow, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => stage.verify());

afterAll(async () => {
  await stage.close();
});

const available = async (account: string): Promise<number[]> => {
  const { classes } = await stage.client.balance(account);
  return classes.map((one) => one.available);
};

const button = (page: Page) => page.locator('.dd-cost__button');
const price = (page: Page) => page.locator('.dd-cost__price');
const job = (page: Page) => page.locator('.st-job').first();

describe('the studio', () => {
  it('clicks the article’s example through: before, on the button, in the receipt, after', async () => {
    const page = await stage.open('/studio');
    const order = page.locator('.dd-order__item');
    await expect
      .poll(() => order.allInnerTexts())
      .toEqual([
        expect.stringMatching(/Subscription\s*20$/),
        expect.stringMatching(/Activity\s*15$/),
        expect.stringMatching(/Purchased\s*100$/),
      ]);
    await expect
      .poll(() => page.locator('.dd-cost').innerText())
      .toMatch(
        /^Write script\s*25 credits\s*Per script\s*20 Subscription \+ 5 Activity · 110 left afterwards$/,
      );
    await button(page).click();
    await expect
      .poll(() => job(page).innerText())
      .toMatch(/Script Done[\s\S]*25 credits\s*20 Subscription \+ 5 Activity · 110 left/);
    expect(await page.locator('.st-scene').count()).toBe(5);
    await expect
      .poll(() => order.allInnerTexts())
      .toEqual([
        expect.stringMatching(/Subscription\s*0$/),
        expect.stringMatching(/Activity\s*10$/),
        expect.stringMatching(/Purchased\s*100$/),
      ]);
    expect(await available('demo')).toEqual([0, 10, 100]);
    await page.context().close();
  });

  it('says no price before it is known', async () => {
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const page = await stage.open(`/studio?account=${await demonstration(stage, 'u_waits', 100)}`, {
      before: (to) =>
        to.route('**/quotes', async (route) => {
          await asked;
          await route.continue();
        }),
    });
    const waits = page.locator('.dd-cost__button .dd-skeleton');
    await waits.waitFor();
    expect((await waits.boundingBox())?.width).toBeGreaterThan(40);
    expect(await button(page).innerText()).toBe('Write script');
    answer();
    await expect.poll(() => price(page).innerText()).toBe('25 credits');
    await page.context().close();
  });

  it('charges a double click once, and a failed job not at all', async () => {
    const page = await stage.open(`/studio?account=${await demonstration(stage, 'u_twice', 100)}`);
    await expect.poll(() => price(page).innerText()).toBe('25 credits');
    await button(page).dblclick();
    await expect.poll(() => job(page).innerText()).toContain('Done');
    expect(await page.locator('.st-job').count()).toBe(1);
    expect(await available('u_twice')).toEqual([0, 0, 75]);

    await page.getByRole('switch', { name: 'Make the next job fail' }).check({ force: true });
    await expect.poll(() => price(page).innerText()).toBe('25 credits');
    await button(page).click();
    await expect.poll(() => job(page).innerText()).toMatch(/Failed[\s\S]*Nothing was charged/);
    expect(await available('u_twice')).toEqual([0, 0, 75]);
    expect((await stage.client.balance('u_twice')).held).toBe(0);
    await page.context().close();
  });

  it('cuts a subject out and exports it without a mark, as files', async () => {
    const page = await stage.open(`/studio?account=${await demonstration(stage, 'u_film', 100)}`);
    await page.getByRole('tab', { name: 'Cutout' }).click();
    const frame = page.getByRole('application');
    const width = (await frame.boundingBox())?.width ?? 0;
    await frame.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(async () => ((await frame.boundingBox())?.width ?? 0) > width).toBe(true);
    await page.keyboard.press('Shift+ArrowLeft');
    // Whoever does not see the frame hears where it is.
    const said = page.locator('.st-select [role="status"]');
    await expect
      .poll(() => said.innerText())
      .toMatch(/^\d+ by \d+ pixels, \d+ from the left, \d+ from the top$/);
    const before = await said.innerText();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => said.innerText()).not.toBe(before);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => said.innerText()).toBe(before);
    await expect.poll(() => price(page).innerText()).toBe('5 credits');
    await button(page).click();
    await page.locator('.st-frame[data-shown="cutout"] img').waitFor();
    await page.keyboard.press('Tab');
    const tab = page.getByRole('tab', { name: 'Cutout' });
    await tab.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.st-template', { hasText: 'Spotlight' }).click();
    await expect.poll(() => price(page).innerText()).toBe('10 credits');
    await button(page).click();
    await expect.poll(() => job(page).innerText()).toMatch(/Export Done[\s\S]*10 credits/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      job(page).getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('export.png');
    expect(await available('u_film')).toEqual([0, 0, 85]);
    await page.context().close();
  });

  it('sells what is missing, comes back to the same screen and asks again', async () => {
    const page = await stage.open(`/studio?account=${await demonstration(stage, 'u_short', 10)}`);
    await page.getByLabel('What is the video about?').fill('A bakery at five in the morning');
    await page.locator('.st-segment', { hasText: 'Dramatic' }).click();
    await expect.poll(() => page.locator('.dd-cost__short').innerText()).toBe('15 short');
    await button(page).click();
    const dialog = page.getByRole('dialog', { name: 'Not enough credits' });
    await expect.poll(() => dialog.innerText()).toContain('You need 25 and have 10: 15 short.');
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: '$4.99' }).click();
    await page.getByText('No real money moves here').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.getByRole('button', { name: 'Pay US$4.99', exact: true }).click();
    await page.waitForURL(`${stage.url}/studio?*`);
    await expect.poll(() => page.locator('.st-note').innerText()).toContain('Nothing was started');
    expect(await page.getByLabel('What is the video about?').inputValue()).toBe(
      'A bakery at five in the morning',
    );
    expect(await page.getByRole('radio', { name: 'Dramatic' }).isChecked()).toBe(true);
    // Nothing ran by itself: the price is on the button again, and the credits are all there.
    await expect.poll(() => button(page).innerText()).toMatch(/Write script\s*25 credits/);
    expect(await available('u_short')).toEqual([0, 0, 110]);
    expect(await page.locator('.st-job').count()).toBe(0);
    await page.context().close();
  });

  it('spends a team’s credits where a member chooses them, and shows whose they are', async () => {
    const page = await stage.open('/studio?account=demo_jonas');
    await expect.poll(() => button(page).innerText()).toContain('25 credits');
    await page.getByLabel('Team Northlight').check();
    await expect.poll(() => page.locator('.dd-badge').innerText()).toContain('1,015');
    await expect.poll(() => page.locator('.dd-cost__detail').innerText()).toContain('990 left afterwards');
    await button(page).click();
    await expect.poll(() => job(page).innerText()).toMatch(/Script Done[\s\S]*25 credits/);
    expect((await stage.client.balance('demo_team')).available).toBe(990);
    const { period } = await stage.client.getMember('demo_team', 'demo_jonas');
    expect(period).toMatchObject({ used: 100, held: 0 });
    // The limit is used up: the way on is the team's admin, and the choice is in the address.
    await expect.poll(() => page.locator('.dd-cost__short').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('show')).toBe('demo_team');
    expect(await page.locator('.dd-badge').getAttribute('href')).toBe(
      '/credits?account=demo_jonas&show=demo_team',
    );
    expect(await axeFaults(page)).toEqual([]);
    await page.context().close();
  });

  it('keeps what is typed, and which tool was open', async () => {
    const page = await stage.open(`/studio?account=${await demonstration(stage, 'u_typed', 5)}`);
    await page.getByLabel('Title of the project').fill('Autumn film');
    await expect.poll(() => page.locator('.st-head__state').innerText()).toBe('Saved');
    await page.getByRole('tab', { name: 'Export' }).click();
    await page.locator('.st-template', { hasText: 'Duotone' }).click();
    await page.reload();
    await expect.poll(() => page.getByLabel('Title of the project').inputValue()).toBe('Autumn film');
    expect(await page.locator('.st-template', { hasText: 'Duotone' }).getByRole('radio').isChecked()).toBe(
      true,
    );

    await page.context().setOffline(true);
    await expect
      .poll(() => page.locator('.st-offline').innerText())
      .toMatch(/keep this page open.*nothing is charged/);
    expect(await page.locator('.dd-badge').count()).toBe(0);
    await page.getByLabel('Title of the project').fill('Winter film');
    expect(await page.locator('.st-head__state').innerText()).toBe('Not saved yet');
    await page.context().setOffline(false);
    await expect.poll(() => page.locator('.st-head__state').innerText()).toBe('Saved');
    expect(await page.locator('.st-offline').count()).toBe(0);
    await page.locator('.dd-badge').waitFor();
    stage.forgetFaults(/ERR_INTERNET_DISCONNECTED/);
    await page.context().close();
  });
});

describe('projects', () => {
  const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssels';
  const title = (page: Page) => page.getByLabel('Title of the project');
  const named = (page: Page) =>
    page
      .getByLabel('Project', { exact: true })
      .evaluate((select: HTMLSelectElement) => [...select.options].map(({ text }) => text));

  it('are made with the hand on their name, renamed, and deleted after a question; what was charged stays', async () => {
    const account = await demonstration(stage, 'u_projects', 100);
    const page = await stage.open(`/studio?account=${account}`);
    await page.getByRole('button', { name: 'New project' }).click();
    await expect
      .poll(() => page.locator('.st-title').evaluate((one) => one === document.activeElement))
      .toBe(true);
    await page.keyboard.type('Winter film');
    await expect.poll(() => page.locator('.st-head__state').innerText()).toBe('Saved');
    expect(await title(page).inputValue()).toBe('Winter film');
    expect(await named(page)).toEqual(['Winter film', 'Spring film']);
    await page.getByLabel('What is the video about?').fill('A lake in January');
    await button(page).click();
    await expect.poll(() => job(page).innerText()).toMatch(/Script Done[\s\S]*25 credits/);
    // What is open elsewhere hears of it.
    const phone = await stage.open(`/mobile?account=${account}`, { context: { viewport: PHONE } });
    await expect.poll(() => title(phone).inputValue()).toBe('Winter film');

    await page.getByRole('button', { name: 'Delete the project' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete “Winter film”?' });
    await expect.poll(() => dialog.innerText()).toContain('What was charged stays in your history.');
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    expect(await title(page).inputValue()).toBe('Winter film');
    await page.getByRole('button', { name: 'Delete the project' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => page.locator('.st-note').innerText()).toBe('“Winter film” is deleted.');
    await expect.poll(() => title(page).inputValue()).toBe('Spring film');
    expect(await available(account)).toEqual([0, 0, 75]);
    const { data } = await stage.client.entries(account, { limit: 2 });
    expect(data.map(({ type, amount }) => [type, amount])).toEqual([
      ['capture', -25],
      ['hold', 0],
    ]);
    await phone.getByRole('tab', { name: 'Export' }).click();
    await phone.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => phone.locator('.st-note').innerText()).toContain('it was deleted');
    await expect.poll(() => title(phone).inputValue()).toBe('Spring film');
    stage.expectFault(/404/);
    await phone.context().close();

    // The last one too: what follows is an empty one.
    await page.getByRole('button', { name: 'Delete the project' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => title(page).inputValue()).toBe('Untitled');
    expect(await page.getByLabel('What is the video about?').inputValue()).toBe('');
    expect(await page.getByLabel('Project', { exact: true }).count()).toBe(0);
    await page.context().close();
  });

  it('may have a name without a space on every surface, at any width', async () => {
    const account = await demonstration(stage, 'u_long', 100);
    const page = await stage.open(`/studio?account=${account}`);
    await page.getByRole('button', { name: 'New project' }).click();
    await expect.poll(() => title(page).inputValue()).toBe('Untitled');
    await title(page).fill(LONG);
    await page.getByLabel('What is the video about?').fill('A ship');
    await button(page).click();
    await expect.poll(() => job(page).innerText()).toContain('Done');
    await page.context().close();
    for (const path of ['/studio', '/desktop', '/mobile', '/credits']) {
      for (const viewport of [PHONE, DESKTOP]) {
        const on = await stage.open(`${path}?account=${account}`, { context: { viewport } });
        await on
          .locator(path === '/credits' ? '.dd-history tbody tr' : '.st-job')
          .first()
          .waitFor();
        expect([path, viewport.width, await overflow(on)]).toEqual([path, viewport.width, 0]);
        if (path !== '/credits') {
          await on.getByRole('button', { name: 'Delete the project' }).click();
          const inside = on.locator('.dd-dialog[open] .dd-dialog__body');
          expect(await inside.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
        }
        if (path === '/desktop') {
          const item = on.locator('.app__project').first();
          expect(await item.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
        }
        await on.context().close();
      }
    }
  });
});

it('gives its connection up behind other tabs, and is up to date when it is looked at again', async () => {
  const account = await demonstration(stage, 'u_behind', 100);
  const page = await stage.open(`/studio?account=${account}`);
  const badge = page.locator('.dd-badge');
  await expect.poll(() => badge.getAttribute('data-connection')).toBe('live');
  await expect.poll(() => badge.innerText()).toContain('100');
  await page.clock.install();
  const look = (state: 'hidden' | 'visible') =>
    page.evaluate((to) => {
      Object.defineProperty(document, 'visibilityState', { value: to, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await look('hidden');
  await page.clock.fastForward(31_000);
  await expect.poll(() => badge.getAttribute('data-connection')).toBe('connecting');
  await stage.client.consume(account, { feature: 'smart_cutout' });
  expect(await badge.innerText()).toContain('100');
  await look('visible');
  await expect.poll(() => badge.innerText()).toContain('95');
  await page.clock.runFor(2_000);
  await expect.poll(() => badge.getAttribute('data-connection')).toBe('live');
  await page.context().close();
});

describe('for everyone', () => {
  it.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)(
    'nothing for axe to find in any tool, and nothing to scroll sideways: %s, %o',
    async (colorScheme, viewport) => {
      const page = await stage.open('/studio', { context: { colorScheme, viewport } });
      for (const tool of ['Script', 'Cutout', 'Export']) {
        await page.getByRole('tab', { name: tool }).click();
        await page.locator('.dd-cost__price').first().waitFor();
        await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
        expect(await axeFaults(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      }
      await page.context().close();
    },
  );

  it('works by keyboard alone: the tabs, the settings, the button', async () => {
    const account = await demonstration(stage, 'u_keys', 100);
    const page = await stage.open(`/studio?account=${account}`);
    // The price has come: until then the button is no stop.
    await page.locator('.dd-cost__detail p').waitFor();
    await page.getByRole('tab', { name: 'Script' }).focus();
    const reached: string[] = [];
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => {
          const { tagName, value } = document.activeElement as HTMLInputElement;
          return `${tagName} ${value}`.toLowerCase();
        }),
      );
      if (reached.at(-1)?.startsWith('button')) break;
      if (reached.at(-1) === 'input friendly') await page.keyboard.press('ArrowRight');
    }
    expect(reached).toEqual([
      'textarea a day at the lighthouse, with the first boat and the last ferry',
      'input friendly',
      'input 30',
      'button ',
    ]);
    await page.keyboard.press('Enter');
    await expect.poll(() => job(page).innerText()).toContain('Done');
    expect(await page.getByRole('radio', { name: 'Dramatic' }).isChecked()).toBe(true);
    expect(await available(account)).toEqual([0, 0, 75]);
    await page.context().close();
  });

  it('speaks German, also where there is little room', async () => {
    const page = await stage.open('/studio', { context: { locale: 'de-DE', viewport: PHONE } });
    await expect
      .poll(() => page.getByRole('tab').allInnerTexts())
      .toEqual(['Skript', 'Freisteller', 'Export']);
    await expect.poll(() => price(page).innerText()).toBe('25 Credits');
    for (const tool of ['Skript', 'Freisteller', 'Export']) {
      await page.getByRole('tab', { name: tool }).click();
      expect(await overflow(page)).toBe(0);
    }
    await page.context().close();
  });
});
