/** What surrounds the routes: limits, pages of other origins, the documentation, and failures of our own. */
import { connect } from 'node:net';
import type { Session } from '@drawdown/client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { createServer } from '../../src/http/server.ts';
import { BEGIN, DatabaseError } from '../../src/store/database.ts';
import { ADMIN, SECRET, startServer, type TestServer } from './support.ts';

let t: TestServer;
const lines: string[] = [];

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  t = await startServer({ corsOrigins: ['https://app.example'], log });
});

afterAll(async () => {
  await t.close();
});

describe('limits', () => {
  test('a person is held to 50 requests a second with a burst of 200, a server is not', async () => {
    const { body } = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_busy', surface: 'web' },
    });
    const ask = (as: string) => t.ask('GET', '/v1/accounts/u_busy/balance', { as });
    const person = await Promise.all(Array.from({ length: 250 }, () => ask(body.token)));
    const refused = person.filter((reply) => reply.status === 429);
    // 50 beyond the burst, less what came back while they were asked.
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.length).toBeLessThanOrEqual(50);
    expect(refused[0]?.body).toMatchObject({ code: 'rate_limited' });
    expect(Number(refused[0]?.headers['retry-after'])).toBe(refused[0]?.body.retry_after);
    const server = await Promise.all(Array.from({ length: 1000 }, () => ask(SECRET)));
    expect(server.every((reply) => reply.status === 200)).toBe(true);
    // What one person did does not hold back another.
    const other = await t.ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_calm', surface: 'web' },
    });
    expect((await t.ask('GET', '/v1/accounts/u_calm/balance', { as: other.body.token })).status).toBe(200);
  });

  test('guessed keys are counted before they are looked up', async () => {
    const limited = await createServer({
      engine: t.engine,
      limits: { lookUpRate: { perSecond: 0.01, burst: 5 } },
    });
    const guess = (n: number) =>
      limited
        .inject({
          url: '/v1/catalog',
          headers: { authorization: `Bearer sk_${String(n).padStart(43, 'x')}` },
        })
        .then((response) => response.statusCode);
    const statuses = [];
    for (let n = 0; n < 8; n += 1) statuses.push(await guess(n));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    await limited.close();
  });

  test('a report may keep its connection waiting for longer than anything else', async () => {
    const brisk = await createServer({ engine: t.engine, adminKey: ADMIN, limits: { idleMs: 300 } });
    await brisk.listen({ host: '127.0.0.1', port: 0 });
    const { port } = brisk.server.address() as { port: number };
    // What is open is waited for, as long as reports have patience.
    const open = await t.database.connect();
    await open.query(BEGIN, []);
    const started = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/v1/reports/roll_forward?from=2025-01&to=2025-02`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    expect([response.status, ((await response.json()) as { final: boolean }).final]).toEqual([200, false]);
    expect(performance.now() - started).toBeGreaterThan(1_000);
    await open.close();
    await brisk.close();
  });

  test('an overloaded process turns requests away, but not those who ask how it is', async () => {
    const busy = await createServer({ engine: t.engine, secretKey: SECRET, limits: { maxLoopDelayMs: 1 } });
    const status = (url: string) =>
      busy
        .inject({ url, headers: { authorization: `Bearer ${SECRET}` } })
        .then((response) => response.statusCode);
    const block = () => {
      const end = performance.now() + 300;
      while (performance.now() < end);
    };
    await expect
      .poll(
        async () => {
          block();
          return status('/v1/catalog');
        },
        { timeout: 5_000, interval: 10 },
      )
      .toBe(503);
    expect(await status('/healthz')).toBe(200);
    await busy.close();
  });

  test('headers that are too large, and what is not HTTP, get a problem document', async () => {
    const base = await t.server.listen({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(base).port);
    const large = await rawAsk(port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(large).toContain('HTTP/1.1 431');
    expect(large).toContain('"code":"header_too_large"');
    const garbage = await rawAsk(port, 'hello\r\n\r\n');
    expect(garbage).toContain('HTTP/1.1 400');
    expect(garbage).toContain('"code":"invalid_request"');
  });
});

async function rawAsk(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  socket.setEncoding('utf8');
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    t.ask('OPTIONS', '/v1/accounts/u_1/consume', {
      as: null,
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('may call where they are listed, without cookies', async () => {
    const allowed = await preflight('https://app.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'POST',
      vary: 'Origin',
    });
    expect(allowed.headers['access-control-allow-headers']).toContain('idempotency-key');
    expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test.each(['https://evil.example', 'null', 'https://app.example.evil.example'])(
    'not from %s',
    async (origin) => {
      expect((await preflight(origin)).headers).not.toHaveProperty('access-control-allow-origin');
      const reply = await t.ask('GET', '/v1/catalog', { headers: { origin } });
      expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );
});

describe('the documentation', () => {
  test('every reference leads somewhere, and every operation says who may and what may go wrong', async () => {
    const reply = await t.ask<{
      components: { schemas: object };
      paths: Record<string, Record<string, Documented>>;
    }>('GET', '/openapi.json', { as: null });
    const names = new Set(Object.keys(reply.body.components.schemas));
    const references = [...reply.text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => String(target));
    expect(references.filter((target) => !names.has(target.replace('#/components/schemas/', '')))).toEqual(
      [],
    );
    expect(names).toContain('Balance');
    for (const [path, methods] of Object.entries(reply.body.paths)) {
      for (const operation of Object.values(methods)) {
        const isPublic = operation.security.length === 0;
        expect([path, operation.responses[500]]).toEqual([path, expect.anything()]);
        if (!isPublic) expect([path, operation.responses[401]]).toEqual([path, expect.anything()]);
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        const inPath = operation.parameters.filter((one) => one.in === 'path').map((one) => one.name);
        expect(inPath).toEqual(named);
      }
    }
    const consume = reply.body.paths['/v1/accounts/{account}/consume']?.post;
    expect(consume?.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', required: true }),
    );
  });

  test('is a page that needs no outside address', async () => {
    const page = await t.ask<string>('GET', '/docs', { as: null });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.toMatch(/https?:|unsafe/);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url));
    expect(parts.length).toBeGreaterThan(3);
    for (const url of parts) {
      expect(url).toMatch(/^\/docs\//);
      expect((await t.ask('GET', url, { as: null })).status).toBe(200);
    }
    const start = await t.ask<string>('GET', '/docs/static/swagger-initializer.js', { as: null });
    expect(start.text).toContain('validatorUrl: null');
    expect(start.text).not.toMatch(/["'`(]https?:\/\//);
    const document = await t.ask('GET', '/docs/json', { as: null });
    expect(document.body).toEqual((await t.ask('GET', '/openapi.json', { as: null })).body);
  });

  test('the routes of the test clock are there only with a test clock', async () => {
    const engine = await Engine.open({ database: t.database, catalog: t.engine.catalog, sweep: false });
    const server = await createServer({ engine, adminKey: ADMIN });
    const headers = { authorization: `Bearer ${ADMIN}` };
    expect((await server.inject({ url: '/v1/test_clock', headers })).json()).toMatchObject({
      code: 'not_found',
    });
    expect((await server.inject({ url: '/openapi.json' })).body).not.toContain('test_clock');
    await server.close();
    await engine.close();
  });
});

describe('failures of our own', () => {
  test('are 500 with a request id that finds them in the log, and nothing of their cause', async () => {
    vi.spyOn(t.engine, 'balance').mockRejectedValueOnce(new Error('select secret_column from hidden_table'));
    const reply = await t.ask('GET', '/v1/accounts/u_1/balance');
    expect(reply.body).toMatchObject({
      status: 500,
      code: 'internal',
      request_id: reply.headers['x-request-id'],
    });
    expect(reply.text).not.toContain('secret_column');
    const line = lines.find((text) => text.includes(String(reply.headers['x-request-id'])));
    expect(line).toContain('secret_column');
    expect(lines.join()).not.toContain(SECRET);
  });

  test('a database that is away is 503, to be tried again', async () => {
    const lost = new DatabaseError('The connection is lost', { kind: 'connection', sqlState: null });
    vi.spyOn(t.engine, 'balance').mockRejectedValueOnce(lost);
    const reply = await t.ask('GET', '/v1/accounts/u_1/balance');
    expect(reply.body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(reply.headers['retry-after']).toBe('1');
  });
});

interface Documented {
  security: object[];
  responses: Record<number, object>;
  parameters: { name: string; in: string; required: boolean }[];
}
