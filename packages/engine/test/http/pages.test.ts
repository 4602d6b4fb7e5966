import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from './support.ts';

const HTML = '<!doctype html><head><meta name="drawdown-session-url" content="" /></head>';
const SCRIPT = 'console.log("a page");'.repeat(100);
/** With what a replacement text, and an attribute, give a meaning to. */
const SESSION_URL = 'https://app.example/session?a="$&"&b=1';

let directory: string;
let t: TestServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'drawdown-pages-'));
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), HTML);
  writeFileSync(join(directory, 'credits.html'), HTML);
  writeFileSync(join(directory, 'console.html'), HTML);
  writeFileSync(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(directory, '.stamp'), 'not for anybody');
  writeFileSync(join(directory, 'assets/page-1a2b.js'), SCRIPT);
  writeFileSync(join(directory, 'assets/page-1a2b.js.gz'), gzipSync(SCRIPT));
  t = await startServer({ pages: { directory, sessionUrl: SESSION_URL } });
});

afterAll(async () => {
  await t.close();
  rmSync(directory, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) => t.server.inject({ url, headers });

test.each(['/', '/credits', '/console', '/console/accounts/u_1'])(
  '%s is a page that runs nothing but its own files',
  async (url) => {
    const { statusCode, headers } = await get(url);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("connect-src 'self' https://app.example;");
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
  },
);

test('a page that is known is not sent again', async () => {
  const first = await get('/credits');
  const again = await get('/credits', { 'if-none-match': String(first.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('a page learns where sessions come from, whatever is in the address', async () => {
  const { body } = await get('/credits');
  expect(body).toContain('content="https://app.example/session?a=&quot;$&amp;&quot;&amp;b=1"');
});

test('what has a hash in its name is kept for a year, compressed as it was built', async () => {
  const { headers, rawPayload } = await get('/assets/page-1a2b.js', { 'accept-encoding': 'gzip' });
  expect(headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
    'content-type': expect.stringMatching(/^(text|application)\/javascript/),
    'x-content-type-options': 'nosniff',
  });
  expect(rawPayload).toEqual(gzipSync(SCRIPT));
  // A worker that is made of it may import and fetch what is the server's, compressed or not.
  expect(headers['content-security-policy']).toMatch(/script-src 'self'; connect-src 'self'$/);
  expect((await get('/assets/page-1a2b.js')).body).toBe(SCRIPT);
});

test('what has none is asked for anew', async () => {
  const { statusCode, headers } = await get('/favicon.svg');
  expect([statusCode, headers['cache-control']]).toEqual([200, 'no-cache']);
});

test.each([
  '/.stamp',
  '/credits.html',
  '/assets/page-1a2b.js.gz',
  '/assets/',
  '/assets/../.stamp',
  '/assets/%2e%2e/.stamp',
  '/assets/..%2f.stamp',
  '//etc/passwd',
  '/credits/',
])('%s is not there', async (url) => {
  const { statusCode, headers } = await get(url);
  expect([statusCode, headers['content-type']]).toEqual([
    404,
    expect.stringContaining('application/problem+json'),
  ]);
});

test('a page only answers to be read', async () => {
  const { statusCode } = await t.server.inject({ method: 'POST', url: '/credits' });
  expect(statusCode).toBe(404);
});

test('without built pages the server is what it was', async () => {
  const other = await startServer({ pages: { directory: join(directory, 'absent'), sessionUrl: null } });
  try {
    expect((await other.server.inject({ url: '/' })).statusCode).toBe(404);
    expect((await other.server.inject({ url: '/healthz' })).statusCode).toBe(200);
  } finally {
    await other.close();
  }
});
