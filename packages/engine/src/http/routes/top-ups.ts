/** Automatic top-ups: agreed to, looked at and switched off by the account's owner. */
import { demandSales } from '../../request.ts';
import { route } from '../route.ts';
import { autoTopUp, autoTopUpRequest, noAutoTopUp, paymentMethod, removed } from '../schemas/top-up.ts';
import { ofAccount } from './params.ts';

const PATH = '/v1/accounts/{account}/auto_top_up';
const METHOD = '/v1/accounts/{account}/payment_method';

const shared = {
  tag: 'Purchases',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  status: 200,
} as const;
const reads = { ...shared, method: 'GET', scope: 'read' } as const;
const changes = { ...shared, scope: 'grant' } as const;

const putAutoTopUp = route({
  ...changes,
  method: 'PUT',
  path: PATH,
  operationId: 'putAutoTopUp',
  summary: 'Agrees to automatic top-ups, or to other terms; switches them on again after they stopped',
  body: autoTopUpRequest,
  answers: { 200: { description: 'What was agreed', schema: autoTopUp } },
  problems: [
    'account_not_found',
    'unknown_pack',
    'unknown_currency',
    'invalid_amount',
    'consent_required',
    'payment_method_required',
    'surface_not_supported',
    'account_busy',
    'account_closed',
  ],
  handler: async ({ engine }, { params, body, call, caller }) => {
    demandSales(engine.catalog, { account: params.account, surface: caller?.session?.surface });
    return { body: await engine.topUps.put(params.account, body, call) };
  },
});

const getAutoTopUp = route({
  ...reads,
  path: PATH,
  operationId: 'getAutoTopUp',
  summary: 'Shows what was agreed, how it stands, and the last top-ups',
  answers: {
    200: [
      { description: 'Automatic top-ups of the account', schema: autoTopUp },
      { description: 'Nothing is agreed', schema: noAutoTopUp },
    ],
  },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.topUps.get(params.account) }),
});

const deleteAutoTopUp = route({
  ...changes,
  method: 'DELETE',
  path: PATH,
  operationId: 'deleteAutoTopUp',
  summary: 'Switches automatic top-ups off; what was not sent yet is not sent any more',
  answers: { 200: { description: 'Switched off', schema: removed } },
  problems: ['account_not_found', 'account_closed', 'auto_top_up_not_found'],
  handler: async ({ engine }, { params, call }) => {
    await engine.topUps.remove(params.account, call);
    return { body: { removed: true } };
  },
});

const getPaymentMethod = route({
  ...reads,
  path: METHOD,
  operationId: 'getPaymentMethod',
  summary: 'Shows the way to pay that is kept for the account',
  answers: { 200: { description: 'The way to pay', schema: paymentMethod } },
  problems: ['account_not_found', 'payment_method_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.topUps.method(params.account) }),
});

const deletePaymentMethod = route({
  ...changes,
  method: 'DELETE',
  path: METHOD,
  operationId: 'deletePaymentMethod',
  summary: 'Forgets the way to pay; automatic top-ups stop',
  answers: { 200: { description: 'Forgotten', schema: removed } },
  problems: ['account_not_found', 'account_closed', 'payment_method_not_found', 'unavailable'],
  handler: async ({ engine }, { params, call }) => {
    await engine.topUps.removeMethod(params.account, call);
    return { body: { removed: true } };
  },
});

export const topUpRoutes = [
  putAutoTopUp,
  getAutoTopUp,
  deleteAutoTopUp,
  getPaymentMethod,
  deletePaymentMethod,
];
