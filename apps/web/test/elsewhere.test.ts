/** The bindings in a product on another address than the engine's. */
import { request } from 'node:http';
import type { Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Elsewhere, openElsewhere, type React } from './elsewhere.ts';

let product: Elsewhere;
const REACTS: readonly React[] = [19, 18];

beforeAll(async () => {
  product = await openElsewhere();
  await product.stage.client.grant('u_far', { class: 'purchased', amount: 100 });
}, 120_000);

afterEach(() => product.stage.verify());
afterAll(() => product?.close());

describe('a page of another address', () => {
  it.each(REACTS)(
    'reads, follows the stream and spends, without a cookie of the engine: React %i',
    async (react) => {
      const { client } = product.stage;
      const account = `u_far_${react}`;
      await client.grant(account, { class: 'purchased', amount: 100 });
      const page = await product.open(account, { part: 'cost', react });
      expect(await page.locator('html').getAttribute('data-react')).toMatch(new RegExp(`^${react}\\.`));
      const badge = page.locator('.dd-badge');
      await expect.poll(() => badge.innerText()).toContain('100');
      await client.grant(account, { class: 'purchased', amount: 11 });
      await expect.poll(() => badge.innerText()).toContain('111');
      await page.getByRole('button', { name: /^¤/ }).click();
      await expect.poll(() => badge.innerText()).toContain('86');
      await page.context().close();
    },
  );

  it('is let in by the engine where it is named, with what it may send and read, and no other is', async () => {
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await ask('OPTIONS', '/v1/accounts/u_far/consume', {
      origin: product.origin,
      ...asked,
    });
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': product.origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringContaining('idempotency-key'),
      vary: 'Origin',
    });
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    const other = await ask('OPTIONS', '/v1/accounts/u_far/consume', {
      origin: 'http://127.0.0.1:1',
      ...asked,
    });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    const { token } = await product.stage.client.createSession({ account: 'u_far', surface: 'web' });
    const stream = { origin: product.origin, authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const { status, headers } = await ask('GET', '/v1/accounts/u_far/events', stream);
    expect([status, headers['access-control-allow-origin']]).toEqual([200, product.origin]);
    // What is refused has to be read as well: a page cannot say what it is not shown.
    const refused = await ask('GET', '/v1/accounts/u_far/balance', { origin: product.origin });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, product.origin]);
  });
});

/** An answer's head; streams are left. */
function ask(method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const asked = request(product.stage.url + path, { method, headers }, (response) => {
        resolve({ status: response.statusCode, headers: response.headers });
        response.destroy();
      });
      asked.on('error', reject).end();
    },
  );
}

describe('the badge', () => {
  /** A page whose questions about the account are answered as the test says; what is left alone waits for ever. */
  const open = (answer: (route: Route) => unknown, query = {}) =>
    product.open('u_far', {
      part: 'OpenOnWeb',
      query,
      before: (page) => page.route(`${product.stage.url}/v1/accounts/**`, (route) => void answer(route)),
    });
  const refused = (status: number) => (route: Route) =>
    route.fulfill({
      status,
      headers: { 'access-control-allow-origin': product.origin, 'access-control-allow-headers': '*' },
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, code: 'any', title: 'Any', detail: 'The server says no' }),
    });

  it.each([
    ['Credits: loading', () => undefined],
    ['Credits: offline', (route: Route) => route.abort('internetdisconnected')],
    ['Credits: signed out', refused(401)],
    ['Credits: not available', refused(403)],
  ] as const)('says in words why there is no number: %s', async (words, answer) => {
    const page = await open(answer);
    const said = page.locator('.dd-badge').getByRole('status');
    await expect.poll(() => said.innerText()).toBe(words);
    await page.context().close();
    product.stage.forgetFaults(/40[13]|ERR_INTERNET_DISCONNECTED/);
  });

  it('is not there on a phone', async () => {
    const page = await open((route) => route.continue(), { surface: 'ios' });
    await page.locator('.dd-open-on-web').waitFor();
    expect(await page.locator('.dd-badge').count()).toBe(0);
    await page.context().close();
  });
});

describe('parts that are there twice', () => {
  it.each(REACTS)(
    'are each called by their own title, and links lead to the first: React %i',
    async (react) => {
      const parts = 'OrderStrip PackPicker PlanPicker Invite Timeline';
      const page = await product.open('u_far', { part: `${parts} ${parts}`, react });
      await expect.poll(() => page.locator('.dd-section').count()).toBe(8);
      await expect.poll(() => page.locator('.dd-skeleton').count()).toBe(0);
      const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
      expect(ids).toEqual([...new Set(ids)]);
      const named = await page.evaluate(() =>
        [...document.querySelectorAll('[aria-labelledby]')].map((one) =>
          one
            .getAttribute('aria-labelledby')
            ?.split(' ')
            .every((id) => document.getElementById(id) !== null),
        ),
      );
      expect(named.length).toBeGreaterThan(8);
      expect(new Set(named)).toEqual(new Set([true]));
      expect(ids).toEqual(expect.arrayContaining(['dd-packs', 'dd-plans', 'dd-invite']));
      await page.context().close();
    },
  );
});

describe('a product that renders again', () => {
  it.each(REACTS)(
    'keeps its stream and what it shows, though it makes its client anew each time: React %i',
    async (react) => {
      const account = `u_again_${react}`;
      await product.stage.client.grant(account, { class: 'purchased', amount: 50 });
      const streams: string[] = [];
      const page = await product.open(account, {
        react,
        before: async (one) => {
          one.on('request', (sent) => {
            if (sent.method() === 'GET' && sent.url().endsWith('/events')) streams.push(sent.url());
          });
        },
      });
      const badge = page.locator('.dd-badge');
      await expect.poll(() => badge.innerText()).toContain('50');
      await page.getByRole('heading', { name: 'History' }).waitFor();
      for (let nth = 0; nth < 5; nth++) {
        await page.getByRole('button', { name: `Rendered again ${nth} times` }).click();
        expect(await badge.innerText()).toContain('50');
      }
      await product.stage.client.grant(account, { class: 'purchased', amount: 1 });
      await expect.poll(() => badge.innerText()).toContain('51');
      expect(streams).toHaveLength(1);
      await page.context().close();
    },
  );
});
