import { accountPath, parsed, post, read } from './exchange.ts';
import { type CallOptions, type Outgoing, segment, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

const ENDPOINTS = '/v1/webhook_endpoints';
const endpointPath = (endpoint: string): string => `${ENDPOINTS}/${segment(endpoint)}`;

export function webhookMethods(transport: Transport) {
  const send = async <T>(outgoing: Outgoing, options: CallOptions | undefined): Promise<T> =>
    parsed<T>(await transport.send({ ...outgoing, ...(options === undefined ? {} : { options }) }));
  return {
    /** What was told about an account, newest first. */
    listNotices: (account: string, query: wire.NoticesQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Notice>>(transport, `${accountPath(account)}/notices`, {
        query: { ...query },
        options,
      }),
    /** What was told about all accounts, newest first. */
    listAllNotices: (query: wire.NoticesQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Notice>>(transport, '/v1/notices', { query: { ...query }, options }),
    /** The secret is shown this once. Sent once and never retried, since another would be made. */
    createWebhookEndpoint: (body: wire.WebhookEndpointRequest, options?: CallOptions) =>
      post<wire.CreatedWebhookEndpoint>(transport, ENDPOINTS, { body, options, kind: 'once' }),
    listWebhookEndpoints: (options?: CallOptions) =>
      read<wire.Page<wire.WebhookEndpoint>>(transport, ENDPOINTS, { options }),
    getWebhookEndpoint: (endpoint: string, options?: CallOptions) =>
      read<wire.WebhookEndpoint>(transport, endpointPath(endpoint), { options }),
    updateWebhookEndpoint: (endpoint: string, body: wire.WebhookEndpointUpdate, options?: CallOptions) =>
      send<wire.WebhookEndpoint>({ method: 'PUT', path: endpointPath(endpoint), body }, options),
    deleteWebhookEndpoint: (endpoint: string, options?: CallOptions) =>
      send<wire.WebhookEndpoint>({ method: 'DELETE', path: endpointPath(endpoint) }, options),
    /** A new secret, shown this once; those before it sign beside it for a while. */
    rotateWebhookSecret: (endpoint: string, body: wire.RotateSecretRequest = {}, options?: CallOptions) =>
      post<wire.CreatedWebhookEndpoint>(transport, `${endpointPath(endpoint)}/rotate_secret`, {
        body,
        options,
        kind: 'once',
      }),
    /** Sends a ping now and answers what came of it. */
    testWebhookEndpoint: (endpoint: string, options?: CallOptions) =>
      post<wire.WebhookTest>(transport, `${endpointPath(endpoint)}/test`, {
        body: {},
        options,
        kind: 'repeatable',
      }),
    /** Newest first; those of state `dead` are the dead letter list. */
    listWebhookDeliveries: (endpoint: string, query: wire.DeliveriesQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.WebhookDelivery>>(transport, `${endpointPath(endpoint)}/deliveries`, {
        query: { ...query },
        options,
      }),
    redeliverWebhook: (endpoint: string, delivery: string, options?: CallOptions) =>
      post<wire.WebhookDelivery>(
        transport,
        `${endpointPath(endpoint)}/deliveries/${segment(delivery)}/redeliver`,
        { body: {}, options, kind: 'repeatable' },
      ),
    /** Sends again what happened in a range of time. */
    replayWebhooks: (endpoint: string, body: wire.ReplayRequest, options?: CallOptions) =>
      post<wire.Replay>(transport, `${endpointPath(endpoint)}/replay`, { body, options, kind: 'repeatable' }),
  };
}
