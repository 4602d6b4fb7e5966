/** Subscriptions: what the product's server reports of them, and what people may see. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import { accountId } from '../schemas/primitives.ts';
import {
  nothing,
  paymentFailedRequest,
  reactivateRequest,
  renewRequest,
  subscription,
  subscriptionCancelRequest,
  subscriptionChangeRequest,
  subscriptionId,
  subscriptionPage,
  subscriptionPreview,
  subscriptionPreviewRequest,
  subscriptionReceipt,
  subscriptionRequest,
} from '../schemas/subscription.ts';
import { ofAccount, paging } from './params.ts';

const SUBSCRIPTIONS = '/v1/accounts/{account}/subscriptions';
const SUBSCRIPTION = `${SUBSCRIPTIONS}/{subscription}`;

const ofSubscription = z.strictObject({ account: accountId, subscription: subscriptionId });

const createSubscription = route({
  method: 'POST',
  path: SUBSCRIPTIONS,
  operationId: 'createSubscription',
  summary: 'Begins a subscription with its first period paid, or with a trial; an absent account is created',
  tag: 'Subscriptions',
  scope: 'grant',
  sessions: 'none',
  idempotency: 'optional',
  params: ofAccount,
  body: subscriptionRequest,
  status: 201,
  answers: { 201: { description: 'The subscription, and the balance with it', schema: subscriptionReceipt } },
  problems: [
    'unknown_plan',
    'subscription_exists',
    'trial_used',
    'idempotency_key_reused',
    'balance_limit_exceeded',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.create(params.account, body, call)),
});

const listSubscriptions = route({
  method: 'GET',
  path: SUBSCRIPTIONS,
  operationId: 'listSubscriptions',
  summary: 'Lists subscriptions, newest first',
  tag: 'Subscriptions',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject(paging),
  status: 200,
  answers: { 200: { description: 'A page of subscriptions', schema: subscriptionPage } },
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.subscriptions.list(params.account, query),
  }),
});

const getSubscription = route({
  method: 'GET',
  path: SUBSCRIPTION,
  operationId: 'getSubscription',
  summary: 'Shows a subscription as it is at this moment',
  tag: 'Subscriptions',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofSubscription,
  status: 200,
  answers: { 200: { description: 'The subscription', schema: subscription } },
  problems: ['account_not_found', 'subscription_not_found'],
  handler: async ({ engine }, { params }) => ({
    body: await engine.subscriptions.byId(params.account, params.subscription),
  }),
});

const previewSubscription = route({
  method: 'POST',
  path: `${SUBSCRIPTION}/preview`,
  operationId: 'previewSubscription',
  summary: 'Says what a change would do to each lot; writes nothing',
  tag: 'Subscriptions',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofSubscription,
  body: subscriptionPreviewRequest,
  status: 200,
  answers: {
    200: { description: 'Per lot: keeps, expires, moves, voided or starts', schema: subscriptionPreview },
  },
  problems: [
    'account_not_found',
    'subscription_not_found',
    'subscription_state',
    'subscription_billed',
    'unknown_plan',
    'balance_limit_exceeded',
  ],
  handler: async ({ engine }, { params, body }) => ({
    body: await engine.subscriptions.preview(params.account, params.subscription, body),
  }),
});

/** What the product's server reports or decides; credits follow from it in the same transaction. */
const byServer = {
  method: 'POST',
  tag: 'Subscriptions',
  scope: 'grant',
  sessions: 'none',
  idempotency: 'optional',
  params: ofSubscription,
  status: 200,
  answers: { 200: { description: 'The subscription and the balance after it', schema: subscriptionReceipt } },
} as const;

/** A person changes and ends what a provider charges them for; what the product charges for by itself, only its server. */
const byPerson = { ...byServer, sessions: 'own-account', team: 'manager' } as const;

const PROBLEMS = [
  'account_not_found',
  'subscription_not_found',
  'subscription_billed',
  'idempotency_key_reused',
] as const;
/** Where a provider charges for it, it is asked. */
const AT_PROVIDER = ['payment_refused', 'provider_not_configured', 'unavailable'] as const;

const renewSubscription = route({
  ...byServer,
  path: `${SUBSCRIPTION}/renew`,
  operationId: 'renewSubscription',
  summary:
    'Reports a payment: its period is granted once, whatever is reported how often and in whatever order',
  body: renewRequest,
  problems: [...PROBLEMS, 'subscription_state', 'balance_limit_exceeded'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.renew(params.account, params.subscription, body, call)),
});

const paymentFailed = route({
  ...byServer,
  path: `${SUBSCRIPTION}/payment_failed`,
  operationId: 'reportFailedPayment',
  summary: "Reports a failed payment: past due until the plan's grace is over, then ended",
  body: paymentFailedRequest,
  problems: [...PROBLEMS],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.paymentFailed(params.account, params.subscription, body, call)),
});

const changeSubscription = route({
  ...byPerson,
  path: `${SUBSCRIPTION}/change`,
  operationId: 'changeSubscription',
  summary: "Another plan, interval or number of seats: more at once, less at the period's end",
  body: subscriptionChangeRequest,
  problems: [...PROBLEMS, ...AT_PROVIDER, 'subscription_state', 'unknown_plan', 'balance_limit_exceeded'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.change(params.account, params.subscription, body, call)),
});

const cancelSubscription = route({
  ...byPerson,
  path: `${SUBSCRIPTION}/cancel`,
  operationId: 'cancelSubscription',
  summary: "Cancels at the period's end, or now: the running lot keeps its window, later ones are voided",
  body: subscriptionCancelRequest,
  problems: [...PROBLEMS, ...AT_PROVIDER],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.cancel(params.account, params.subscription, body, call)),
});

const pauseSubscription = route({
  ...byServer,
  path: `${SUBSCRIPTION}/pause`,
  operationId: 'pauseSubscription',
  summary: 'Stops refills; what is paid and has not begun is kept for the resumption',
  body: nothing,
  problems: [...PROBLEMS, 'subscription_state'],
  handler: async ({ engine }, { params, call }) =>
    receipt(await engine.subscriptions.pause(params.account, params.subscription, call)),
});

const resumeSubscription = route({
  ...byServer,
  path: `${SUBSCRIPTION}/resume`,
  operationId: 'resumeSubscription',
  summary: 'Goes on with what was kept; later than the running period, from now',
  body: nothing,
  problems: [...PROBLEMS, 'subscription_state', 'balance_limit_exceeded'],
  handler: async ({ engine }, { params, call }) =>
    receipt(await engine.subscriptions.resume(params.account, params.subscription, call)),
});

const reactivateSubscription = route({
  ...byPerson,
  path: `${SUBSCRIPTION}/reactivate`,
  operationId: 'reactivateSubscription',
  summary: 'Takes back a cancellation that lies ahead; of what is over, a new period begins now, and is paid',
  body: reactivateRequest,
  problems: [...PROBLEMS, ...AT_PROVIDER, 'subscription_state', 'balance_limit_exceeded'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.subscriptions.reactivate(params.account, params.subscription, body, call)),
});

export const subscriptionRoutes = [
  createSubscription,
  listSubscriptions,
  getSubscription,
  previewSubscription,
  renewSubscription,
  paymentFailed,
  changeSubscription,
  cancelSubscription,
  pauseSubscription,
  resumeSubscription,
  reactivateSubscription,
];
