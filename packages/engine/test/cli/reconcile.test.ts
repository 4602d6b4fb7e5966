/** How `drawdown reconcile` ends, in processes of its own, against the provider's own client and a server that speaks as it does. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeStripe } from '../sources/stripe-fake.ts';
import { type Installation, install } from './support.ts';

const stripe = new FakeStripe();
let drawdown: Installation;
let cwd: string;
let env: Record<string, string>;

beforeAll(async () => {
  drawdown = install();
  cwd = drawdown.directory();
  env = {
    DRAWDOWN_DEMO: '0',
    DRAWDOWN_STRIPE_SECRET_KEY: stripe.secretKey,
    DRAWDOWN_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    DRAWDOWN_STRIPE_API: await stripe.start(),
    DRAWDOWN_RETURN_ORIGINS: 'http://127.0.0.1',
  };
  await drawdown.serve({ cwd, env });
}, 120_000);

afterAll(async () => {
  await drawdown.remove();
  await stripe.stop();
});

async function opened(account: string): Promise<wire.CheckoutReceipt> {
  const words = ['checkout', account, 'pack_100', '--currency', 'USD', '--return-url', 'http://127.0.0.1/'];
  const { code, stdout, stderr } = await drawdown.run([...words, '--json'], { cwd, env });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as wire.CheckoutReceipt;
}

async function reconcile(...words: string[]): Promise<{ code: number | null; results: string[] }> {
  const { code, stdout, stderr } = await drawdown.run(['reconcile', ...words, '--json'], { cwd, env });
  const { purchases } = JSON.parse(stdout) as { purchases: { result: string }[] };
  // A payment is told of by its purchase, and may be once more by the provider's own list.
  expect(stderr).toBe('');
  return { code, results: [...new Set(purchases.map(({ result }) => result))].sort() };
}

test('the exit code says whether nothing, something or a person is left to do', {
  timeout: 120_000,
}, async () => {
  expect(await reconcile()).toMatchObject({ code: 0, results: [] });
  const { checkout, purchase } = await opened('r_1');
  stripe.pay(checkout);
  // Looked at only, nothing is written, and a person has to act.
  expect(await reconcile('--dry-run')).toMatchObject({ code: 7, results: ['differs'] });
  expect(await reconcile('--dry-run')).toMatchObject({ code: 7, results: ['differs'] });
  expect(await reconcile()).toMatchObject({ code: 8, results: ['repaired'] });
  expect(await reconcile()).toMatchObject({ code: 0, results: [] });
  const { stdout } = await drawdown.run(['purchases', 'show', purchase.id, '--json'], { cwd, env });
  expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', account: 'r_1' });

  // A plan of which nothing was heard, told by its own name.
  const plan = ['checkout', 'r_plan', '--plan', 'pro', '--interval', 'month', '--currency', 'USD'];
  const ordered = await drawdown.run([...plan, '--return-url', 'http://127.0.0.1/', '--json'], { cwd, env });
  const { checkout: planned, plan_checkout } = JSON.parse(ordered.stdout) as wire.PlanCheckoutReceipt;
  stripe.begin(planned);
  const told = await drawdown.run(['reconcile', '--dry-run'], { cwd, env });
  expect(told).toMatchObject({ code: 7 });
  expect(told.stdout).toMatch(
    `${'differs'.padEnd(10)}  ${plan_checkout.subscription}  stripe, account r_plan: open → begun, paid by pi_`,
  );
  expect(await reconcile()).toMatchObject({ code: 8, results: ['repaired'] });
  expect(await reconcile()).toMatchObject({ code: 0, results: [] });

  // A repair does not hide what could not be settled.
  const { checkout: second } = await opened('r_2');
  stripe.pay(second);
  const { checkout: gone } = await opened('r_3');
  stripe.sessions.delete(gone);
  expect(await reconcile()).toMatchObject({ code: 1, results: ['repaired', 'unknown'] });
  const words = ['reconcile', '--since', 'yesterday'];
  expect((await drawdown.run(words, { cwd, env })).code).toBe(2);
});
