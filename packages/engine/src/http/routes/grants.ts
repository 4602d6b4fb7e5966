/** Lots of credits: granting, and what staff may do with one afterwards. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import {
  extendGrantRequest,
  grant,
  grantPage,
  grantRequest,
  grantState,
  reasonRequest,
} from '../schemas/account.ts';
import { grantReceipt } from '../schemas/operation.ts';
import { ofAccount, ofGrant, paging } from './params.ts';

const createGrant = route({
  method: 'POST',
  path: '/v1/accounts/{account}/grants',
  operationId: 'createGrant',
  summary: 'Grants a lot of credits; an account that does not exist is created',
  tag: 'Grants',
  scope: 'grant',
  sessions: 'none',
  idempotency: 'required',
  params: ofAccount,
  body: grantRequest,
  status: 201,
  answers: { 201: { description: 'The lot, and the balance with it', schema: grantReceipt } },
  problems: [
    'approval_required',
    'invalid_amount',
    'unknown_class',
    'unknown_feature',
    'idempotency_key_reused',
    'balance_limit_exceeded',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.grant(params.account, body, call)),
});

const listGrants = route({
  method: 'GET',
  path: '/v1/accounts/{account}/grants',
  operationId: 'listGrants',
  summary: 'Lists lots in draw order',
  tag: 'Grants',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({ state: z.union([grantState, z.literal('all')]).exactOptional(), ...paging }),
  status: 200,
  answers: { 200: { description: 'A page of lots', schema: grantPage } },
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({ body: await engine.grants(params.account, query) }),
});

const getGrant = route({
  method: 'GET',
  path: '/v1/grants/{grant}',
  operationId: 'getGrant',
  summary: 'Shows a lot',
  tag: 'Grants',
  scope: 'read',
  sessions: 'own-resource',
  team: 'manager',
  idempotency: 'none',
  params: ofGrant,
  status: 200,
  answers: { 200: { description: 'The lot', schema: grant } },
  problems: ['grant_not_found'],
  handler: async ({ engine }, { params, call }) => ({ body: await engine.grantById(params.grant, call) }),
});

/** What only staff does to a lot: always with a reason, never with a session. */
const byStaff = {
  method: 'POST',
  tag: 'Grants',
  scope: 'admin',
  sessions: 'none',
  idempotency: 'optional',
  params: ofGrant,
  status: 200,
  answers: { 200: { description: 'The lot, and the balance after', schema: grantReceipt } },
} as const;

const voidGrant = route({
  ...byStaff,
  path: '/v1/grants/{grant}/void',
  operationId: 'voidGrant',
  summary: 'Takes back what is unspent and unheld of a lot',
  body: reasonRequest,
  problems: ['grant_not_found', 'grant_closed', 'approval_required', 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.voidGrant(params.grant, body, call)),
});

const extendGrant = route({
  ...byStaff,
  path: '/v1/grants/{grant}/extend',
  operationId: 'extendGrant',
  summary: 'Moves the expiry of a lot; never to an earlier time',
  body: extendGrantRequest,
  problems: [
    'grant_not_found',
    'grant_closed',
    'expiry_not_later',
    'approval_required',
    'idempotency_key_reused',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.extendGrant(params.grant, body, call)),
});

const freezeGrant = route({
  ...byStaff,
  path: '/v1/grants/{grant}/freeze',
  operationId: 'freezeGrant',
  summary: 'Keeps a lot from being spent',
  body: reasonRequest,
  problems: ['grant_not_found', 'grant_closed', 'grant_frozen', 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.freezeGrant(params.grant, body, call)),
});

const unfreezeGrant = route({
  ...byStaff,
  path: '/v1/grants/{grant}/unfreeze',
  operationId: 'unfreezeGrant',
  summary: 'Lets a frozen lot be spent again',
  body: reasonRequest,
  problems: [
    'grant_not_found',
    'grant_closed',
    'grant_not_frozen',
    'approval_required',
    'idempotency_key_reused',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.unfreezeGrant(params.grant, body, call)),
});

export const grantRoutes = [
  createGrant,
  listGrants,
  getGrant,
  voidGrant,
  extendGrant,
  freezeGrant,
  unfreezeGrant,
];
