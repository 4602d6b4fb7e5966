import { afterEach, expect, test, vi } from 'vitest';
import { createClient } from '../src/index.ts';
import { newKey } from '../src/new-key.ts';

afterEach(() => vi.unstubAllGlobals());

test('keys are made on a page without a secure context too, and no two are the same', async () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
  const keys = Array.from({ length: 1_000 }, newKey);
  expect(new Set(keys).size).toBe(1_000);
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
  const sent: (string | null)[] = [];
  const fetch = async (_: unknown, init?: RequestInit) => {
    sent.push(new Headers(init?.headers).get('idempotency-key'));
    return Response.json({ operation: null, charged: 0 });
  };
  const client = createClient({ url: 'http://192.0.2.1', token: 'sk_1', fetch });
  await client.consume('u_1', { amount: 1 });
  expect(sent).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});
