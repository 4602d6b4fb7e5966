/** Notices, and the webhooks that carry them to the product's own servers. */
import { z } from 'zod';
import { route } from '../route.ts';
import {
  createdWebhookEndpoint,
  deliveryId,
  deliveryState,
  endpointId,
  noticePage,
  noticeType,
  replayed,
  replayRequest,
  rotateSecretRequest,
  webhookDelivery,
  webhookDeliveryPage,
  webhookEndpoint,
  webhookEndpointPage,
  webhookEndpointRequest,
  webhookEndpointUpdate,
  webhookTest,
} from '../schemas/webhook.ts';
import { ofAccount, paging } from './params.ts';

const noticeQuery = z.strictObject({ ...paging, type: noticeType.exactOptional() });

const reading = {
  method: 'GET',
  tag: 'Notices',
  scope: 'read',
  idempotency: 'none',
  query: noticeQuery,
  status: 200,
  answers: { 200: { description: 'A page of notices', schema: noticePage } },
} as const;

const listNotices = route({
  ...reading,
  path: '/v1/accounts/{account}/notices',
  operationId: 'listNotices',
  summary: 'Lists what was told about an account, newest first',
  sessions: 'own-account',
  team: 'manager',
  params: ofAccount,
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.notices.ofAccount(params.account, query),
  }),
});

const listAllNotices = route({
  ...reading,
  path: '/v1/notices',
  operationId: 'listAllNotices',
  summary: 'Lists what was told about all accounts, newest first',
  sessions: 'none',
  problems: ['invalid_cursor'],
  handler: async ({ engine }, { query }) => ({ body: await engine.notices.all(query) }),
});

const ofEndpoint = z.strictObject({ endpoint: endpointId });
const PATH = '/v1/webhook_endpoints';

const managing = {
  tag: 'Webhook endpoints',
  scope: 'webhooks',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
} as const;

const createEndpoint = route({
  ...managing,
  method: 'POST',
  path: PATH,
  operationId: 'createWebhookEndpoint',
  summary: 'Has a URL told of what happens from now on; its secret is shown this once',
  body: webhookEndpointRequest,
  status: 201,
  answers: { 201: { description: 'The endpoint and its secret', schema: createdWebhookEndpoint } },
  problems: ['webhook_endpoint_limit'],
  handler: async ({ engine }, { body, call }) => ({ body: await engine.webhooks.create(body, call) }),
});

const listEndpoints = route({
  ...managing,
  method: 'GET',
  path: PATH,
  operationId: 'listWebhookEndpoints',
  summary: 'Lists the endpoints, newest first',
  answers: { 200: { description: 'All of them, without their secrets', schema: webhookEndpointPage } },
  problems: [],
  handler: async ({ engine }) => ({ body: await engine.webhooks.list() }),
});

const getEndpoint = route({
  ...managing,
  method: 'GET',
  path: `${PATH}/{endpoint}`,
  operationId: 'getWebhookEndpoint',
  summary: 'Shows an endpoint and how it does',
  params: ofEndpoint,
  answers: { 200: { description: 'The endpoint', schema: webhookEndpoint } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.webhooks.show(params.endpoint) }),
});

const updateEndpoint = route({
  ...managing,
  method: 'PUT',
  path: `${PATH}/{endpoint}`,
  operationId: 'updateWebhookEndpoint',
  summary: 'Replaces what an endpoint is told and where; switches it off, or on again',
  params: ofEndpoint,
  body: webhookEndpointUpdate,
  answers: { 200: { description: 'The endpoint', schema: webhookEndpoint } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.webhooks.update(params.endpoint, body, call),
  }),
});

const deleteEndpoint = route({
  ...managing,
  method: 'DELETE',
  path: `${PATH}/{endpoint}`,
  operationId: 'deleteWebhookEndpoint',
  summary: 'Removes an endpoint, with all that it was still to be told',
  params: ofEndpoint,
  answers: { 200: { description: 'The endpoint as it was', schema: webhookEndpoint } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.webhooks.remove(params.endpoint, call),
  }),
});

const rotateSecret = route({
  ...managing,
  method: 'POST',
  path: `${PATH}/{endpoint}/rotate_secret`,
  operationId: 'rotateWebhookSecret',
  summary: 'Makes a new secret, shown this once; those before it sign beside it for a while',
  params: ofEndpoint,
  body: rotateSecretRequest,
  answers: { 200: { description: 'The endpoint and its new secret', schema: createdWebhookEndpoint } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.webhooks.rotateSecret(params.endpoint, body, call),
  }),
});

const testEndpoint = route({
  ...managing,
  method: 'POST',
  path: `${PATH}/{endpoint}/test`,
  operationId: 'testWebhookEndpoint',
  summary: 'Sends a ping now and answers what came of it',
  params: ofEndpoint,
  body: z.strictObject({}),
  answers: { 200: { description: 'What came of it', schema: webhookTest } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.webhooks.test(params.endpoint, call),
  }),
});

const listDeliveries = route({
  ...managing,
  method: 'GET',
  path: `${PATH}/{endpoint}/deliveries`,
  operationId: 'listWebhookDeliveries',
  summary: 'Lists deliveries, newest first; those of state dead are the dead letter list',
  params: ofEndpoint,
  query: z.strictObject({ ...paging, state: deliveryState.exactOptional() }),
  answers: { 200: { description: 'A page of deliveries', schema: webhookDeliveryPage } },
  problems: ['webhook_endpoint_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.webhooks.deliveries(params.endpoint, query),
  }),
});

const redeliver = route({
  ...managing,
  method: 'POST',
  path: `${PATH}/{endpoint}/deliveries/{delivery}/redeliver`,
  operationId: 'redeliverWebhook',
  summary: 'Sends one again, whatever became of it',
  params: z.strictObject({ ...ofEndpoint.shape, delivery: deliveryId }),
  body: z.strictObject({}),
  answers: { 200: { description: 'The delivery, pending again', schema: webhookDelivery } },
  problems: ['webhook_endpoint_not_found', 'webhook_delivery_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.webhooks.redeliver(params.endpoint, params.delivery, call),
  }),
});

const replay = route({
  ...managing,
  method: 'POST',
  path: `${PATH}/{endpoint}/replay`,
  operationId: 'replayWebhooks',
  summary: 'Sends again what happened in a range of time: the dead, the missed, or all',
  params: ofEndpoint,
  body: replayRequest,
  answers: { 200: { description: 'How many', schema: replayed } },
  problems: ['webhook_endpoint_not_found'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.webhooks.replay(params.endpoint, body, call),
  }),
});

export const webhookEndpointRoutes = [
  listNotices,
  listAllNotices,
  createEndpoint,
  listEndpoints,
  getEndpoint,
  updateEndpoint,
  deleteEndpoint,
  rotateSecret,
  testEndpoint,
  listDeliveries,
  redeliver,
  replay,
];
