/** Quotes and consumes, and the adjustment that staff makes by hand. */
import type { BatchResult, Problem } from '@drawdown/client';
import type { z } from 'zod';
import type { Caller } from '../caller.ts';
import { validationError } from '../problems.ts';
import { receipt, route } from '../route.ts';
import {
  adjustRequest,
  batchEnvelope,
  batchOperation,
  batchRequest,
  batchResponse,
  consumeRequest,
  freeOnDevice,
  quote,
  quoteRequest,
  receipt as receiptSchema,
} from '../schemas/operation.ts';
import { exampleReceipt } from './example.ts';
import { ofAccount } from './params.ts';

/** A thousand operations with 2 KB of metadata each. */
const BATCH_BODY_LIMIT = 2 * 1024 * 1024;

const createQuote = route({
  method: 'POST',
  path: '/v1/accounts/{account}/quotes',
  operationId: 'createQuote',
  summary: 'Says what a use would cost and which lots would pay; writes nothing',
  tag: 'Spending',
  scope: 'consume',
  sessions: 'own-account',
  team: 'member',
  spends: true,
  idempotency: 'none',
  params: ofAccount,
  body: quoteRequest,
  status: 200,
  answers: {
    200: { description: 'The quote; a consume or hold that names it pays at most its amount', schema: quote },
  },
  problems: [
    'account_closed',
    'invalid_amount',
    'invalid_units',
    'unknown_feature',
    'unknown_surface',
    'not_a_member',
    'surface_not_supported',
    'account_not_found',
  ],
  handler: async ({ engine }, { params, body, call, caller }) => ({
    body: await engine.quote(params.account, onBehalfOf(caller, params.account, body), call),
  }),
});

const consume = route({
  method: 'POST',
  path: '/v1/accounts/{account}/consume',
  operationId: 'consume',
  summary: 'Spends credits in the fixed order: all of the amount or none of it',
  tag: 'Spending',
  scope: 'consume',
  sessions: 'own-account',
  team: 'under-lock',
  spends: true,
  idempotency: 'required',
  params: ofAccount,
  body: consumeRequest,
  status: 200,
  answers: {
    200: [
      {
        description: 'What was drawn from which lots, and the balance after',
        schema: receiptSchema,
        example: exampleReceipt,
      },
      { description: 'The feature works on the device there; nothing was written', schema: freeOnDevice },
    ],
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
    'overdraft_not_allowed',
    'account_not_found',
    'idempotency_key_reused',
    'quote_expired',
    'quote_changed',
  ],
  handler: async ({ engine }, { params, body, call, caller }) =>
    receipt(await engine.consume(params.account, onBehalfOf(caller, params.account, body), call)),
});

const consumeBatch = route({
  method: 'POST',
  path: '/v1/consume',
  operationId: 'consumeBatch',
  summary: 'Up to a thousand consumes of any accounts, each judged on its own',
  tag: 'Spending',
  scope: 'consume',
  sessions: 'none',
  // Each operation carries a key of its own.
  idempotency: 'none',
  bodyLimit: BATCH_BODY_LIMIT,
  body: batchEnvelope,
  described: batchRequest,
  status: 200,
  answers: { 200: { description: 'One result per operation, in the same order', schema: batchResponse } },
  problems: [],
  handler: async ({ engine }, { body, call }) => {
    const judged = body.operations.map((input, index) => {
      const parsed = batchOperation.safeParse(input);
      return parsed.success ? parsed.data : malformed(parsed.error, input, index);
    });
    const operations = judged.flatMap((one) => ('status' in one ? [] : [one]));
    const { results } =
      operations.length === 0 ? { results: [] } : await engine.consumeBatch({ operations }, call);
    const answered = results.values();
    return { body: { results: judged.map((one) => ('status' in one ? one : answered.next().value)) } };
  },
});

/** The answer to one operation that cannot be read; the others are none the worse for it. */
function malformed(error: z.ZodError, input: unknown, index: number): BatchResult & { error: Problem } {
  const refusal = validationError(error, { part: 'body', input, within: ['operations', index] });
  return { status: refusal.status, error: refusal.toProblem() };
}

const adjust = route({
  method: 'POST',
  path: '/v1/accounts/{account}/adjustments',
  operationId: 'adjust',
  summary: 'Corrects a balance by hand',
  tag: 'Spending',
  scope: 'admin',
  sessions: 'none',
  idempotency: 'optional',
  params: ofAccount,
  body: adjustRequest,
  status: 200,
  answers: { 200: { description: 'What was changed, and the balance after', schema: receiptSchema } },
  problems: [
    'approval_required',
    'invalid_amount',
    'unknown_class',
    'insufficient_credits',
    'account_not_found',
    'idempotency_key_reused',
    'balance_limit_exceeded',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.adjust(params.account, body, call)),
});

/** A person who spends from a team does so as its member. */
export function onBehalfOf<T extends { member?: string }>(
  caller: Caller | null,
  account: string,
  body: T,
): T {
  const session = caller?.session ?? null;
  return session === null || session.account === account ? body : { ...body, member: session.account };
}

export const spendingRoutes = [createQuote, consume, consumeBatch, adjust];
