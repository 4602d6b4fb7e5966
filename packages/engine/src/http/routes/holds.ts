/** Holds: credits set aside for work whose cost or outcome is not known yet. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import {
  captureRequest,
  extendHoldRequest,
  freeOnDevice,
  hold,
  holdPage,
  holdReceipt,
  holdRequest,
  releaseRequest,
} from '../schemas/operation.ts';
import { ofAccount, ofHold, paging } from './params.ts';
import { onBehalfOf } from './spending.ts';

const createHold = route({
  method: 'POST',
  path: '/v1/accounts/{account}/holds',
  operationId: 'createHold',
  summary: 'Sets credits aside; at its time-out a hold releases by itself',
  tag: 'Holds',
  scope: 'consume',
  sessions: 'own-account',
  team: 'under-lock',
  spends: true,
  idempotency: 'required',
  params: ofAccount,
  body: holdRequest,
  status: 201,
  answers: {
    200: { description: 'The feature works on the device there; nothing was written', schema: freeOnDevice },
    201: { description: 'The hold, and the balance with it', schema: holdReceipt },
  },
  problems: [
    'invalid_amount',
    'invalid_units',
    'unknown_feature',
    'unknown_surface',
    'invalid_quote',
    'not_a_member',
    'member_limit_reached',
    'insufficient_credits',
    'surface_not_supported',
    'account_not_found',
    'idempotency_key_reused',
    'quote_expired',
    'quote_changed',
  ],
  handler: async ({ engine }, { params, body, call, caller }) => {
    const result = await engine.hold(params.account, onBehalfOf(caller, params.account, body), call);
    return result.operation === null ? { body: result, status: 200 } : receipt(result);
  },
});

const listHolds = route({
  method: 'GET',
  path: '/v1/accounts/{account}/holds',
  operationId: 'listHolds',
  summary: 'Lists holds',
  tag: 'Holds',
  scope: 'read',
  sessions: 'own-account',
  team: 'member',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject({ state: z.enum(['open', 'all']).exactOptional(), ...paging }),
  status: 200,
  answers: { 200: { description: 'A page of holds', schema: holdPage } },
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query, call }) => ({
    body: await engine.holds(params.account, query, call),
  }),
});

const getHold = route({
  method: 'GET',
  path: '/v1/holds/{hold}',
  operationId: 'getHold',
  summary: 'Shows a hold',
  tag: 'Holds',
  scope: 'read',
  sessions: 'own-resource',
  team: 'member',
  idempotency: 'none',
  params: ofHold,
  status: 200,
  answers: { 200: { description: 'The hold', schema: hold } },
  problems: ['hold_not_found'],
  handler: async ({ engine }, { params, call }) => ({ body: await engine.holdById(params.hold, call) }),
});

const answers = { 200: { description: 'The hold, and the balance after', schema: holdReceipt } };

const captureHold = route({
  method: 'POST',
  path: '/v1/holds/{hold}/capture',
  operationId: 'captureHold',
  summary: 'Spends what a hold reserves, or part of it; the rest goes back to the very lots',
  tag: 'Holds',
  scope: 'consume',
  sessions: 'own-hold',
  team: 'member',
  idempotency: 'required',
  params: ofHold,
  body: captureRequest,
  status: 200,
  answers,
  problems: [
    'invalid_amount',
    'hold_not_found',
    'hold_closed',
    'amount_exceeds_hold',
    'idempotency_key_reused',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.capture(params.hold, body, call)),
});

const releaseHold = route({
  method: 'POST',
  path: '/v1/holds/{hold}/release',
  operationId: 'releaseHold',
  summary: 'Gives back all that a hold reserves',
  tag: 'Holds',
  scope: 'consume',
  sessions: 'own-hold',
  team: 'member',
  idempotency: 'optional',
  params: ofHold,
  body: releaseRequest,
  status: 200,
  answers,
  problems: ['hold_not_found', 'hold_closed', 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.release(params.hold, body, call)),
});

const extendHold = route({
  method: 'POST',
  path: '/v1/holds/{hold}/extend',
  operationId: 'extendHold',
  summary: 'Moves the time-out of an open hold',
  tag: 'Holds',
  scope: 'consume',
  sessions: 'none',
  idempotency: 'optional',
  params: ofHold,
  body: extendHoldRequest,
  status: 200,
  answers,
  problems: ['hold_not_found', 'hold_closed', 'expiry_not_later', 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.extendHold(params.hold, body, call)),
});

export const holdRoutes = [createHold, listHolds, getHold, captureHold, releaseHold, extendHold];
