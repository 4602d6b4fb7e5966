/** The bindings in a product on another address than the engine's. */
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Elsewhere, openElsewhere } from './elsewhere.ts';

let product: Elsewhere;

beforeAll(async () => {
  product = await openElsewhere();
}, 120_000);

afterEach(() => product.stage.verify());
afterAll(() => product?.close());

describe('a page of another address', () => {
  it('reads, follows the stream and spends, without a cookie of the engine', async () => {
    const { client } = product.stage;
    await client.grant('u_far', { class: 'purchased', amount: 100 });
    const page = await product.open('u_far', { part: 'cost' });
    const badge = page.locator('.dd-badge');
    await expect.poll(() => badge.innerText()).toContain('100');
    await client.grant('u_far', { class: 'purchased', amount: 11 });
    await expect.poll(() => badge.innerText()).toContain('111');
    await page.getByRole('button', { name: /^¤/ }).click();
    await expect.poll(() => badge.innerText()).toContain('86');
    await page.context().close();
  });

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

describe('a product that renders again', () => {
  it('keeps its stream and what it shows, though it makes its client anew each time', async () => {
    await product.stage.client.grant('u_again', { class: 'purchased', amount: 50 });
    const streams: string[] = [];
    const page = await product.open('u_again', {
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
    await product.stage.client.grant('u_again', { class: 'purchased', amount: 1 });
    await expect.poll(() => badge.innerText()).toContain('51');
    expect(streams).toHaveLength(1);
    await page.context().close();
  });
});
