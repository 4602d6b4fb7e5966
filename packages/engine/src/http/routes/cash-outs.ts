/** Small balances that are paid out, and what finance has to pay. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import { settlementRequest } from '../schemas/account-life.ts';
import { cashOutPreview, cashOutReceipt, cashOutRequest, payable, payablePage } from '../schemas/cash-out.ts';
import { ofAccount, paging } from './params.ts';

const ofPeople = {
  tag: 'Payouts',
  scope: 'refund',
  sessions: 'none',
  params: ofAccount,
  status: 200,
  body: cashOutRequest,
} as const;

const cashOut = route({
  ...ofPeople,
  method: 'POST',
  path: '/v1/accounts/{account}/cash_outs',
  operationId: 'cashOut',
  summary:
    'Takes back the lots that the law of their sale has paid out while little is left, and records what is payable',
  idempotency: 'required',
  answers: { 200: { description: 'What is payable', schema: cashOutReceipt } },
  problems: ['account_not_found', 'account_closed', 'cash_out_refused', 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.life.cashOuts.cashOut(params.account, body, call)),
});

const previewCashOut = route({
  ...ofPeople,
  method: 'POST',
  path: '/v1/accounts/{account}/cash_outs/preview',
  operationId: 'previewCashOut',
  summary: 'Shows what a payout would do; writes nothing, and is refused where the payout would be',
  idempotency: 'none',
  answers: { 200: { description: 'What would be payable', schema: cashOutPreview } },
  problems: ['account_not_found', 'cash_out_refused'],
  handler: async ({ engine }, { params, body }) => ({
    body: await engine.life.cashOuts.preview(params.account, body),
  }),
});

const listPayables = route({
  tag: 'Payouts',
  method: 'GET',
  path: '/v1/settlements',
  operationId: 'listPayables',
  summary: 'What is to be paid to people and is not marked as paid, over all accounts, oldest first',
  scope: 'reports',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of them', schema: payablePage } },
  problems: [],
  handler: async ({ engine }, { query }) => ({ body: await engine.life.settlements.payables(query) }),
});

const markPaid = route({
  tag: 'Payouts',
  method: 'POST',
  path: '/v1/settlements/{settlement}/paid',
  operationId: 'markPaid',
  summary: 'Records that it has been paid, by hand and elsewhere; again, the first word stands',
  scope: 'admin',
  sessions: 'none',
  idempotency: 'none',
  status: 200,
  params: z.object({ settlement: z.string().max(64) }),
  body: settlementRequest,
  answers: { 200: { description: 'The settlement', schema: payable } },
  problems: ['settlement_not_found'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.life.settlements.paid(params.settlement, body, call),
  }),
});

export const cashOutRoutes = [cashOut, previewCashOut, listPayables, markPaid];
