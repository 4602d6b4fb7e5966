/** Products on the server's own address: who is let in, what their key may do, and when they start and stop. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrawdownApiError, type HoldReceipt, type Session } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { productsOf } from '../../src/cli/products.ts';
import { ConfigError } from '../../src/config.ts';
import { createServer } from '../../src/http/server.ts';
import type { Product, ProductHost } from '../../src/product.ts';
import { startServer, type TestServer } from './support.ts';

const PAGE = '<!doctype html><head><meta name="drawdown-products" content="" /></head>';
const page = (product: string) => `${PAGE}<meta name="drawdown-product" content="${product}" />`;

const told: string[] = [];
let host: ProductHost;
const product: Product = {
  name: 'mill',
  open: async (given) => {
    host = given;
    return {
      routes: [
        { method: 'GET', path: 'grain', session: false, handler: ({ query }) => ({ body: query }) },
        {
          method: 'POST',
          path: 'flour/{kind}',
          session: true,
          handler: async ({ params, body, session }) => ({
            status: 201,
            body: { params, body, account: session.account, surface: session.surface },
          }),
        },
        {
          method: 'POST',
          path: 'theft',
          session: true,
          handler: async ({ session }) => ({
            body: await session.client.grant(session.account, { class: 'purchased', amount: 1 }),
          }),
        },
        { method: 'GET', path: 'stone', session: false, handler: () => Promise.reject(new Error('broken')) },
        {
          method: 'GET',
          path: 'sack',
          session: false,
          handler: () => ({ body: new Uint8Array([1, 2]), type: 'image/png' }),
        },
      ],
      start: async () => void told.push('start'),
      // Its client still answers: what runs can be released.
      stop: async () => void told.push(`stop with ${(await host.client.balance('u_1')).available}`),
    };
  },
};

const home = mkdtempSync(join(tmpdir(), 'drawdown-products-'));
const pages = { directory: join(home, 'pages'), sessionUrl: null };
let t: TestServer;
let token: string;

beforeAll(async () => {
  mkdirSync(pages.directory);
  writeFileSync(join(pages.directory, 'index.html'), PAGE);
  writeFileSync(join(pages.directory, 'mill.html'), page('mill'));
  writeFileSync(join(pages.directory, 'other.html'), page('other'));
  t = await startServer({ products: [{ product, directory: join(home, 'mill') }], pages });
  const body = { account: 'u_1', surface: 'web' };
  token = (await t.ask<Session>('POST', '/v1/sessions', { key: null, body })).body.token;
});

afterAll(async () => {
  await t.close();
  expect(told).toEqual(['start', 'stop with 100']);
  rmSync(home, { recursive: true });
});

describe('a product', () => {
  test('answers below its own name, with the server’s headers', async () => {
    const answer = await t.server.inject('/mill/grain?kind=rye');
    expect([answer.statusCode, answer.json()]).toEqual([200, { kind: 'rye' }]);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const sack = await t.server.inject('/mill/sack');
    expect([sack.headers['content-type'], [...sack.rawPayload]]).toEqual(['image/png', [1, 2]]);
  });

  test('is told who asks by the token alone, and lets nobody else in', async () => {
    const ask = (authorization: string) =>
      t.server.inject({
        method: 'POST',
        url: '/mill/flour/white',
        headers: { authorization, 'content-type': 'application/json' },
        payload: '{"account":"u_2"}',
      });
    const { statusCode, body } = await ask(`Bearer ${token}`);
    expect([statusCode, JSON.parse(body)]).toEqual([
      201,
      { params: { kind: 'white' }, body: { account: 'u_2' }, account: 'u_1', surface: 'web' },
    ]);
    for (const other of ['', 'Bearer sk_test_of_the_product', `Bearer ${token}x`]) {
      expect((await ask(other)).statusCode).toBe(401);
    }
  });

  test('spends with a key that may read and consume, and nothing else', async () => {
    await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 100 } });
    const { hold } = (await host.client.hold('u_1', { feature: 'ai_script' })) as HoldReceipt;
    expect((await host.client.release(hold.id)).balance.available).toBe(100);
    await expect(host.client.grant('u_1', { class: 'purchased', amount: 1 })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(host.client.createSession({ account: 'u_1', surface: 'web' })).rejects.toBeInstanceOf(
      DrawdownApiError,
    );
  });

  test('hands on what the server refuses a person, and breaks alone', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const theft = await t.server.inject({ method: 'POST', url: '/mill/theft', headers });
    expect([theft.statusCode, theft.json().code]).toEqual([403, 'forbidden']);
    expect((await t.server.inject('/mill/stone')).statusCode).toBe(500);
    expect((await t.server.inject('/mill/grain')).statusCode).toBe(200);
  });

  test('has pages that are served where it is, and are named to all others', async () => {
    expect((await t.server.inject('/mill')).statusCode).toBe(200);
    expect((await t.server.inject('/other')).statusCode).toBe(404);
    expect((await t.server.inject('/')).body).toContain('<meta name="drawdown-products" content="mill" />');
  });

  test.each(['v1', 'Mill', 'a/b', ''])('cannot be called "%s"', async (name) => {
    const server = createServer({
      engine: t.engine,
      products: [{ product: { ...product, name }, directory: home }],
    });
    await expect(server).rejects.toThrow(/cannot be called/);
  });
});

describe('the configuration', () => {
  const load = (...products: string[]) => productsOf({ products, dataDirectory: home });

  test('names modules by path', async () => {
    const file = join(home, 'mill.mjs');
    writeFileSync(file, "export const product = { name: 'mill', open: () => undefined };");
    const [loaded] = await load(file);
    expect([loaded?.product.name, loaded?.directory]).toEqual(['mill', join(home, 'products/mill')]);
  });

  test('says what is wrong with one', async () => {
    const empty = join(home, 'empty.mjs');
    writeFileSync(empty, 'export {};');
    const broken = join(home, 'broken.mjs');
    writeFileSync(broken, 'throw new Error("no water");');
    const faults: [string, RegExp][] = [
      [empty, /exports no product/],
      [broken, /cannot be loaded: no water/],
      [join(home, 'none.mjs'), /cannot be loaded/],
      ['drawdown-product-that-is-not', /not installed/],
    ];
    for (const [module, message] of faults) {
      const error = await load(module).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toMatch(message);
    }
  });
});
