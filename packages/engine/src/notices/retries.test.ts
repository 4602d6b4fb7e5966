import { expect, test } from 'vitest';
import { RETRIES_MS, retryAfter } from './retries.ts';

const plan = { retries: RETRIES_MS, asked: null, random: 0 };

test('ten attempts over three days, then it is a dead letter', () => {
  const waits = Array.from({ length: 10 }, (_, i) => retryAfter(i + 1, plan));
  expect(waits).toEqual([...RETRIES_MS, null]);
  const hours = RETRIES_MS.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(72);
  expect(hours).toBeLessThan(80);
});

test('what failed together does not come again together', () => {
  expect(retryAfter(1, { ...plan, random: 0.999 })).toBeCloseTo(5_999, 0);
});

test('a receiver may ask for more, up to a day, and for no less', () => {
  expect(retryAfter(1, { ...plan, asked: 60_000 })).toBe(60_000);
  expect(retryAfter(1, { ...plan, asked: 1e12 })).toBe(86_400_000);
  expect(retryAfter(2, { ...plan, asked: 1 })).toBe(300_000);
});
