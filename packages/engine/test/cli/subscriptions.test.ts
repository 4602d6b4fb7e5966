/** Subscriptions from the command line, in processes of their own. */
import type { SubscriptionPreview, SubscriptionReceipt } from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, install } from './support.ts';

let drawdown: Installation;
let cwd: string;

beforeAll(async () => {
  drawdown = install();
  cwd = drawdown.directory();
  await drawdown.serve({ cwd, env: { DRAWDOWN_TEST_CLOCK: '1', DRAWDOWN_DEMO: '0' } });
});

afterAll(async () => {
  await drawdown.remove();
});

async function json<T>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await drawdown.run([...words, '--json'], { cwd });
  expect({ code, stderr, words }).toEqual({ code: 0, stderr: '', words });
  return JSON.parse(stdout) as T;
}

test('a subscription is begun, renewed, previewed, changed, cancelled and listed', async () => {
  const made = await json<SubscriptionReceipt>(
    'subscribe',
    'u_1',
    'pro',
    '--currency',
    'USD',
    '--ref',
    'in_1',
  );
  expect(made).toMatchObject({ balance: { total: 600 }, subscription: { status: 'active' } });
  const { id } = made.subscription;
  const renewed = await drawdown.run(['renew', 'u_1', id, '--ref', 'in_2'], { cwd });
  expect(renewed.stdout).toContain(`600 credits follow at ${made.subscription.paid_until}.`);
  const preview = await json<SubscriptionPreview>('cancel', 'u_1', id, '--now', '--preview');
  expect(preview.lots.map(({ effect }) => effect)).toEqual(['expires', 'voided']);
  const changed = await json<SubscriptionReceipt>('change', 'u_1', id, '--interval', 'year');
  expect(changed.subscription).toMatchObject({ interval: 'year' });
  const cancelled = await json<SubscriptionReceipt>('cancel', 'u_1', id);
  expect(cancelled.subscription.cancel_at).toBe(changed.subscription.paid_until);
  const listed = await drawdown.run(['subscriptions', 'u_1'], { cwd });
  expect(listed.stdout).toContain(`${id} of u_1: pro by the year, active; paid until `);
  const refused = await drawdown.run(['change', 'u_1', id, '--plan', 'none'], { cwd });
  expect(refused.stderr).toContain('plan: is no plan of the catalog');
});
