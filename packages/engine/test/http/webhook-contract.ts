/** Every operation on notices and webhook endpoints with success; answers are checked as they come. */
import type {
  CreatedWebhookEndpoint,
  Notice,
  Page,
  Replay,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookTest,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import { ADMIN, type TestServer } from './support.ts';

const PATH = '/v1/webhook_endpoints';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function webhookContract(server: () => TestServer): void {
  test('an endpoint is made, changed, tested, told of, replayed and removed', async () => {
    const t = server();
    // No such name is ever given out, so nothing of this leaves the machine.
    const url = 'https://receiver.invalid/hook';
    const made = await t.ask<CreatedWebhookEndpoint>('POST', PATH, {
      body: { url, types: ['credits.granted'] },
    });
    expect(made.status).toBe(201);
    const { secret, ...endpoint } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const path = `${PATH}/${endpoint.id}`;
    expect((await t.ask<Page<WebhookEndpoint>>('GET', PATH)).body.data).toContainEqual(endpoint);
    const shown = await t.ask('GET', path);
    expect(shown.body).toMatchObject({ url, state: 'enabled' });
    expect(shown.text).not.toContain('secret');
    const rotated = await t.ask<CreatedWebhookEndpoint>('POST', `${path}/rotate_secret`, {
      body: { overlap_seconds: 60 },
    });
    expect(rotated.body.secret).not.toBe(secret);
    const tried = await t.ask<WebhookTest>('POST', `${path}/test`, { body: {} });
    expect(tried.body).toMatchObject({ delivered: false, status: null });

    await t.ask('POST', '/v1/accounts/u_told/grants', { body: { class: 'purchased', amount: 5 } });
    await t.ask('POST', '/v1/accounts/u_told/grants', { body: { class: 'purchased', amount: 6 } });
    const { body: deliveries } = await t.ask<Page<WebhookDelivery>>(
      'GET',
      `${path}/deliveries?state=pending`,
    );
    expect(deliveries.data).toMatchObject([{ account: 'u_told' }, { account: 'u_told' }]);
    const { body: rest } = await t.ask<Page<WebhookDelivery>>('GET', `${path}/deliveries?limit=1`);
    const next = `${path}/deliveries?limit=1&cursor=${rest.next_cursor}`;
    expect((await t.ask<Page<WebhookDelivery>>('GET', next)).body.data[0]?.id).toBe(deliveries.data[1]?.id);
    const again = `${path}/deliveries/${deliveries.data[0]?.id}/redeliver`;
    expect((await t.ask<WebhookDelivery>('POST', again, { body: {} })).body.state).toBe('pending');
    const since = { since: '2020-01-01T00:00:00Z', state: 'dead' };
    expect((await t.ask<Replay>('POST', `${path}/replay`, { body: since })).body).toEqual({ replayed: 0 });

    const off = await t.ask<WebhookEndpoint>('PUT', path, { body: { url, enabled: false } });
    expect(off.body).toMatchObject({ state: 'disabled', disabled_reason: 'asked', types: null });
    expect((await t.ask('DELETE', path)).status).toBe(200);
    expect((await t.ask('GET', path)).body).toMatchObject({ code: 'webhook_endpoint_not_found' });
  });

  test('notices of one account and of all, page by page', async () => {
    const t = server();
    const { body: own } = await t.ask<Page<Notice>>('GET', '/v1/accounts/u_told/notices');
    expect(own.data.map(({ type, data }) => [type, data.amount])).toEqual([
      ['credits.granted', 6],
      ['credits.granted', 5],
    ]);
    const { body: one } = await t.ask<Page<Notice>>('GET', '/v1/accounts/u_told/notices?limit=1');
    const more = `/v1/accounts/u_told/notices?limit=1&cursor=${one.next_cursor}`;
    expect((await t.ask<Page<Notice>>('GET', more)).body.data).toEqual([own.data[1]]);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Notice> = (
        await t.ask<Page<Notice>>(
          'GET',
          `/v1/notices?type=credits.granted&limit=50${cursor === null ? '' : `&cursor=${cursor}`}`,
        )
      ).body;
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids).toEqual(expect.arrayContaining(own.data.map(({ id }) => id)));
    // Newest first, and none twice.
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });

  test.each([
    [{ url: 'http://example.com/' }, 'url'],
    [{ url: 'https://169.254.169.254/latest/meta-data' }, 'url'],
    [{ url: 'https://localhost/' }, 'url'],
    [{ url: 'https://example.com/', types: ['credits.sold'] }, 'types.0'],
    [{ url: 'https://example.com/', types: [] }, 'types'],
    [{}, 'url'],
  ])('%j is refused', async (body, field) => {
    const reply = await server().ask('POST', PATH, { body });
    expect(reply.body).toMatchObject({ status: 400, field });
  });

  test('what is absent is told by name', async () => {
    const t = server();
    const none = `${PATH}/whe_none`;
    for (const act of ['/test', '/rotate_secret']) {
      const reply = await t.ask('POST', `${none}${act}`, { as: ADMIN, body: {} });
      expect(reply.body).toMatchObject({ code: 'webhook_endpoint_not_found' });
    }
    const { body } = await t.ask<WebhookEndpoint>('POST', PATH, {
      body: { url: 'https://receiver.invalid/' },
    });
    const reply = await t.ask('POST', `${PATH}/${body.id}/deliveries/ntc_none/redeliver`, { body: {} });
    expect(reply.body).toMatchObject({ code: 'webhook_delivery_not_found' });
    const wrong = await t.ask('GET', `${PATH}/${body.id}/deliveries?cursor=x`);
    expect(wrong.body).toMatchObject({ code: 'invalid_cursor' });
    const range = { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' };
    const back = await t.ask('POST', `${PATH}/${body.id}/replay`, { body: range });
    expect(back.body).toMatchObject({ status: 400, field: 'until' });
  });
}
