/** Every operation on subscriptions with success, and the refusals that are theirs; answers are checked as they come. */
import type { Page, Subscription, SubscriptionPreview, SubscriptionReceipt } from '@drawdown/client';
import { expect, test } from 'vitest';
import type { TestServer } from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function subscriptionContract(server: () => TestServer): void {
  const path = '/v1/accounts/u_sub/subscriptions';
  const post = <T = SubscriptionReceipt>(to: string, body: object, key?: string) =>
    server().ask<T>('POST', `${path}${to}`, { body, ...(key === undefined ? {} : { key }) });

  test('a subscription is begun, renewed, changed, paused, resumed, cancelled and reactivated', async () => {
    const made = await post('', { plan: 'pro', interval: 'month', currency: 'USD' }, 'make');
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ operation: { type: 'grant' }, subscription: { status: 'active' } });
    const { id } = made.body.subscription;
    const again = await post('', { plan: 'pro', interval: 'month', currency: 'USD' }, 'make');
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toMatchObject({ operation: made.body.operation, subscription: { id } });

    const renewed = await post(`/${id}/renew`, { ref: 'in_2' });
    expect(renewed.body).toMatchObject({ operation: { amount: 600 }, balance: { total: 600 } });
    expect((await post(`/${id}/renew`, { ref: 'in_2' })).body).toMatchObject({ operation: null });
    const preview = await post<SubscriptionPreview>(`/${id}/preview`, { action: 'cancel', at: 'now' });
    expect(preview.body.lots.map(({ effect }) => effect)).toEqual(['expires', 'voided']);
    const failed = await post(`/${id}/payment_failed`, { ref: 'in_3' });
    expect(failed.body.subscription.status).toBe('past_due');
    await post(`/${id}/renew`, { ref: 'in_3' });
    expect((await post(`/${id}/pause`, {})).body.subscription.status).toBe('paused');
    expect((await post(`/${id}/resume`, {})).body.subscription.status).toBe('active');
    const changed = await post(`/${id}/change`, { interval: 'year' });
    expect(changed.body.subscription).toMatchObject({ interval: 'year', status: 'active' });
    const cancelled = await post(`/${id}/cancel`, {});
    expect(cancelled.body.subscription.cancel_at).toBe(changed.body.subscription.paid_until);
    expect((await post(`/${id}/reactivate`, {})).body.subscription.cancel_at).toBeNull();

    const shown = await server().ask<Subscription>('GET', `${path}/${id}`);
    expect(shown.body).toMatchObject({ id, plan: 'pro', status: 'active' });
    const listed = await server().ask<Page<Subscription>>('GET', `${path}?limit=1`);
    expect(listed.body).toEqual({ data: [shown.body], next_cursor: null });
  });

  test.each([
    [{}, 400, 'invalid_request', 'plan'],
    [{ plan: 'none' }, 400, 'unknown_plan', 'plan'],
    [{ plan: 'teams' }, 400, 'invalid_request', 'plan'],
    [{ plan: 'pro', seats: 3 }, 400, 'invalid_request', 'seats'],
    [{ plan: 'pro', interval: 'week' }, 400, 'invalid_request', 'interval'],
    [{ plan: 'pro', currency: 'CHF' }, 400, 'invalid_request', 'currency'],
    [{ plan: 'pro', started_at: 'yesterday' }, 400, 'invalid_request', 'started_at'],
    [{ plan: 'pro', started_at: '9000-01-01T00:00:00Z' }, 400, 'invalid_request', 'started_at'],
    [{ plan: 'pro', ref: ' ' }, 400, 'invalid_request', 'ref'],
    [
      { plan: 'pro', cost: { amount_minor: -1, currency: 'USD' } },
      400,
      'invalid_request',
      'cost.amount_minor',
    ],
    [{ plan: 'pro', surprise: 1 }, 400, 'invalid_request', 'surprise'],
  ])('a beginning that is refused: %j', async (body, status, code, field) => {
    expect((await post('', body)).body).toMatchObject({ status, code, field });
  });

  test.each([
    ['renew', {}, 'ref'],
    ['renew', { ref: 'r', period_end: '1990-01-01T00:00:00Z' }, 'period_end'],
    ['renew', { ref: 'r', period_end: '9000-01-01T00:00:00Z' }, 'period_end'],
    ['change', {}, 'plan'],
    ['change', { plan: 'teams' }, 'plan'],
    ['change', { seats: 5 }, 'seats'],
    ['change', { interval: 'year', at: 'soon' }, 'at'],
    ['cancel', { at: 'never' }, 'at'],
    ['preview', { action: 'dance' }, 'action'],
  ])('%s with %j is refused', async (verb, body, field) => {
    const { data } = (await server().ask<Page<Subscription>>('GET', path)).body;
    const reply = await post<{ status: number; field: string }>(`/${data[0]?.id}/${verb}`, body);
    expect(reply.body).toMatchObject({ status: 400, field });
  });

  test('what is absent, out of state or double is refused by name', async () => {
    expect((await post('/sub_none/renew', { ref: 'r' })).body).toMatchObject({
      code: 'subscription_not_found',
    });
    const nobody = '/v1/accounts/u_nobody/subscriptions/sub_x/cancel';
    const absent = await server().ask('POST', nobody, { body: {} });
    expect(absent.body).toMatchObject({ code: 'account_not_found' });
    const { data } = (await server().ask<Page<Subscription>>('GET', path)).body;
    const id = data[0]?.id;
    for (const verb of ['resume', 'reactivate']) {
      const refused = await post(`/${id}/${verb}`, {});
      expect(refused.body).toMatchObject({ code: 'subscription_state', status: 409 });
    }
    await post('', { plan: 'pro', ref: 'one' });
    const other = await post('', { plan: 'pro', interval: 'year', ref: 'one' });
    expect(other.body).toMatchObject({ code: 'subscription_exists' });
    const trial = await post('', { plan: 'pro', trial: true });
    expect(trial.body.subscription.status).toBe('trialing');
    expect((await post('', { plan: 'pro', trial: true })).body).toMatchObject({ code: 'trial_used' });
  });
}
