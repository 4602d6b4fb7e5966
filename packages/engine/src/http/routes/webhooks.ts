/** Where payment providers deliver. Who they are is in the signature over the bytes, not in a credential. */
import type { ProviderId } from '../../sources/provider.ts';
import { type Answer, type Input, route, type Services } from '../route.ts';
import { received } from '../schemas/purchase.ts';

/** An event carries the whole object that it is about; the largest ones are invoices with many lines. */
const MAX_DELIVERY = 1_048_576;

const delivery = {
  method: 'POST',
  tag: 'Webhooks',
  scope: null,
  sessions: 'any',
  idempotency: 'none',
  bodyLimit: MAX_DELIVERY,
  status: 200,
  answers: { 200: { description: 'Taken in, or of no concern', schema: received } },
  problems: [
    'invalid_signature',
    'invalid_request',
    'payment_refused',
    'purchase_not_found',
    'subscription_not_found',
    'account_not_found',
    'provider_not_configured',
    'balance_limit_exceeded',
    'unavailable',
  ],
} as const;

const stripe = route({
  ...delivery,
  path: '/webhooks/stripe',
  operationId: 'receiveStripeEvent',
  summary: 'Takes in an event of Stripe',
  headers: { 'Stripe-Signature': 'Over the very bytes of the body, at most five minutes old.' },
  handler: (services, input) => take('stripe', services, input),
});

const appStore = route({
  ...delivery,
  path: '/webhooks/app-store',
  operationId: 'receiveAppStoreNotification',
  summary:
    'Takes in a notification of the App Store (`signedPayload`), or a transaction of an app (`signedTransaction`)',
  handler: (services, input) => take('app_store', services, input),
});

const googlePlay = route({
  ...delivery,
  path: '/webhooks/google-play',
  operationId: 'receiveGooglePlayNotification',
  summary: 'Takes in a real-time developer notification of Google Play, as Pub/Sub pushes it',
  headers: { Authorization: 'The token that Google signs for the push subscription.' },
  handler: (services, input) => take('google_play', services, input),
});

/** Whatever is not taken in is logged where it is answered; what is answered with 5xx comes again. */
async function take(
  provider: ProviderId,
  { engine }: Services,
  { request }: Pick<Input<unknown, unknown, unknown>, 'request'>,
): Promise<Answer> {
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  return { body: await engine.purchases.receive(provider, { body, headers: request.headers }) };
}

export const webhookRoutes = [stripe, appStore, googlePlay];
