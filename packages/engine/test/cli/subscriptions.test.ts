/** Subscriptions from the command line, in processes of their own. */
import type { SubscriptionPreview, SubscriptionReceipt } from '@drawdown/client';
import { expect, test } from 'vitest';
import { serving } from './serving.ts';

const { cli, json } = serving();

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
  const renewed = await cli('renew', 'u_1', id, '--ref', 'in_2');
  expect(renewed.stdout).toContain(`600 credits follow at ${made.subscription.paid_until}.`);
  const preview = await json<SubscriptionPreview>('cancel', 'u_1', id, '--now', '--preview');
  expect(preview.lots.map(({ effect }) => effect)).toEqual(['expires', 'voided']);
  const changed = await json<SubscriptionReceipt>('change', 'u_1', id, '--interval', 'year');
  expect(changed.subscription).toMatchObject({ interval: 'year' });
  const cancelled = await json<SubscriptionReceipt>('cancel', 'u_1', id);
  expect(cancelled.subscription.cancel_at).toBe(changed.subscription.paid_until);
  const listed = await cli('subscriptions', 'u_1');
  expect(listed.stdout).toContain(`${id} of u_1: pro by the year, active; paid until `);
  const refused = await cli('change', 'u_1', id, '--plan', 'none');
  expect(refused.stderr).toContain('plan: is no plan of the catalog');
});
