/** The way in through where the company's own people sign in, as a person goes it. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Issuer } from '../../../packages/engine/test/support/issuer.ts';
import { axeFaults, DESKTOP, openStage, overflow, PHONE, type Stage } from './stage.ts';

const CLIENT = { clientId: 'console', clientSecret: 'secret of the browser tests', redirectUri: '' };

let stage: Stage;
let issuer: Issuer;

beforeAll(async () => {
  issuer = await Issuer.start(CLIENT);
  issuer.people.set('Ada', { sub: '1', name: 'Ada Lovelace', email: 'ada@example.com', groups: ['support'] });
  issuer.people.set('Guest', { sub: '2', name: 'A guest', groups: ['guests'] });
  const { clientId, clientSecret } = CLIENT;
  stage = await openStage({
    staff: (url) => ({
      oidc: {
        issuer: issuer.url,
        clientId,
        clientSecret,
        get publicUrl() {
          return url();
        },
        name: 'Example Ltd',
        scope: 'openid profile email',
        claim: 'groups',
        roles: new Map([['support', ['read', 'act']]]),
      },
    }),
  });
  CLIENT.redirectUri = `${stage.url}/v1/staff/sign_in/callback`;
  await stage.client.grant('u_kim', { class: 'purchased', amount: 100, expires_at: null });
});

afterEach(() => {
  // The provider is another server: that a browser goes there is what these tests are about.
  stage.forgetFaults(new RegExp(`^request: ${issuer.url}/`));
  stage.verify();
  expect(issuer.faults).toEqual([]);
});

afterAll(async () => {
  await stage.close();
  await issuer.stop();
});

const enter = (page: Page) => page.getByRole('link', { name: 'Sign in with Example Ltd' }).click();
const choose = (page: Page, who: string) => page.getByRole('button', { name: who }).click();
const alert = (page: Page) => page.getByRole('alert').innerText();

it('leads to the page that was asked for, and what is done there stands in the log by name', async () => {
  const page = await stage.open('/console/accounts/u_kim?view=ledger');
  await enter(page);
  await choose(page, 'Ada');
  await page.waitForURL(`${stage.url}/console/accounts/u_kim?view=ledger`);
  await expect.poll(() => page.locator('.who__name').innerText()).toBe('Ada Lovelace (ada@example.com)');
  await page.getByRole('button', { name: 'Grant credits' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Credits').fill('40');
  await dialog.getByLabel('Reason').fill('The export failed twice');
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await dialog.getByRole('link', { name: 'Show in the audit log' }).click();
  const row = page.locator('.table__row').first();
  await expect.poll(() => row.innerText()).toMatch(/Ada Lovelace \(ada@example\.com\)/);
  const kept = await page.evaluate(() => [
    document.cookie,
    ...Object.values(localStorage),
    ...Object.values(sessionStorage),
  ]);
  expect(kept.join(' ')).not.toMatch(/drawdown_staff|eyJ/);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Staff console' }).waitFor();
  await page.reload();
  await page.getByRole('link', { name: 'Sign in with Example Ltd' }).waitFor();
  await page.context().close();
});

it('says why it stayed shut, and opens to whoever tries again', async () => {
  const page = await stage.open('/console');
  await enter(page);
  await choose(page, 'Nobody');
  await expect.poll(() => alert(page)).toContain('refused where your company’s people sign in');
  await enter(page);
  await choose(page, 'Guest');
  await expect.poll(() => alert(page)).toContain('nobody has given you a role');
  await issuer.stop();
  await enter(page);
  await expect.poll(() => alert(page)).toContain('nobody answers');
  await issuer.resume();
  await enter(page);
  await choose(page, 'Ada');
  await page.locator('.who__name').waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.context().close();
});

it.each([
  ['light', DESKTOP, 'en-GB'],
  ['dark', PHONE, 'de-DE'],
] as const)('is for everyone: %s, %o, %s', async (colorScheme, viewport, locale) => {
  for (const search of ['', '?sign_in=expired', '?sign_in=unavailable', '?sign_in=anything']) {
    const context = { colorScheme, viewport, locale };
    const page = await stage.open(`/console${search}`, { context });
    await page.locator('.entrance__oidc').waitFor();
    expect(await page.getByRole('alert').count()).toBe(/expired|unavailable/.test(search) ? 1 : 0);
    expect(await axeFaults(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  }
});
