/** What was done: one operation, why it drew what it drew, and its undoing. */
import { receipt, route } from '../route.ts';
import { explanation } from '../schemas/history.ts';
import { operation, receipt as receiptSchema, refundRequest } from '../schemas/operation.ts';
import { exampleReceipt } from './example.ts';
import { ofOperation } from './params.ts';

const getOperation = route({
  method: 'GET',
  path: '/v1/operations/{operation}',
  operationId: 'getOperation',
  summary: 'Shows an operation',
  tag: 'Operations',
  scope: 'read',
  sessions: 'own-resource',
  team: 'member',
  idempotency: 'none',
  params: ofOperation,
  status: 200,
  answers: { 200: { description: 'The operation', schema: operation, example: exampleReceipt.operation } },
  problems: ['operation_not_found'],
  handler: async ({ engine }, { params, call }) => ({ body: await engine.operation(params.operation, call) }),
});

const explainOperation = route({
  method: 'GET',
  path: '/v1/operations/{operation}/explain',
  operationId: 'explainOperation',
  summary: 'Says for each lot why it was or was not drawn',
  tag: 'Operations',
  scope: 'read',
  sessions: 'own-resource',
  team: 'member',
  idempotency: 'none',
  params: ofOperation,
  status: 200,
  answers: { 200: { description: 'The explanation', schema: explanation } },
  problems: ['operation_not_found'],
  handler: async ({ engine }, { params, call }) => ({ body: await engine.explain(params.operation, call) }),
});

const refundOperation = route({
  method: 'POST',
  path: '/v1/operations/{operation}/refund',
  operationId: 'refundOperation',
  summary: 'Puts credits back into the very lots that they came from, last drawn first',
  tag: 'Operations',
  scope: 'refund',
  sessions: 'none',
  idempotency: 'required',
  params: ofOperation,
  body: refundRequest,
  status: 200,
  answers: { 200: { description: 'The refund, and the balance after', schema: receiptSchema } },
  problems: [
    'approval_required',
    'invalid_amount',
    'operation_not_found',
    'amount_exceeds_operation',
    'operation_not_refundable',
    'idempotency_key_reused',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.refund(params.operation, body, call)),
});

export const operationRoutes = [getOperation, explainOperation, refundOperation];
