import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from '../src/verify-webhook.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret of thirty-two b...').toString('base64')}`;
const BODY = JSON.stringify({
  type: 'credits.granted',
  timestamp: '2026-03-25T10:00:00.000Z',
  data: { amount: 5 },
});

/** As Standard Webhooks' own library signs it. */
const headers = (secret = SECRET, at = new Date()) => ({
  'Webhook-Id': 'ntc_1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign('ntc_1', at, BODY),
});

test('what the standard signs is read, with the id to know it again by', async () => {
  const notice = { id: 'ntc_1', type: 'credits.granted', data: { amount: 5 } };
  expect(await verifyWebhook(SECRET, { headers: headers(), body: BODY })).toMatchObject(notice);
  const bytes = new TextEncoder().encode(BODY);
  expect(await verifyWebhook(SECRET, { headers: new Headers(headers()), body: bytes })).toMatchObject(notice);
});

test('one right signature of several is enough: secrets are being exchanged', async () => {
  const both = {
    ...headers(),
    'webhook-signature': `v1a,x ${headers(OTHER)['webhook-signature']} ${headers()['webhook-signature']}`,
  };
  expect(await verifyWebhook(SECRET, { headers: both, body: BODY })).toMatchObject({ id: 'ntc_1' });
});

test.each([
  ['another secret', OTHER, headers(), BODY],
  ['another body', SECRET, headers(), `${BODY} `],
  ['another id', SECRET, { ...headers(), 'Webhook-Id': 'ntc_2' }, BODY],
  ['an old message', SECRET, headers(SECRET, new Date(Date.now() - 301_000)), BODY],
  ['one from the future', SECRET, headers(SECRET, new Date(Date.now() + 302_000)), BODY],
  ['no signature', SECRET, { ...headers(), 'webhook-signature': '' }, BODY],
  ['no id', SECRET, { ...headers(), 'Webhook-Id': undefined }, BODY],
  ['a signature that is no base64', SECRET, { ...headers(), 'webhook-signature': 'v1,***' }, BODY],
])('%s is refused', async (_, secret, sent, body) => {
  await expect(verifyWebhook(secret, { headers: sent, body })).rejects.toThrow(WebhookVerificationError);
});
