/** Spending: quotes, consumes, holds, refunds, and the receipt that each change answers with. */
import { z } from 'zod';
import { balance, grant } from './account.ts';
import {
  accountId,
  amount,
  catalogId,
  credits,
  entryType,
  grantId,
  holdId,
  instant,
  limitPeriod,
  metadata,
  metadataIn,
  operationId,
  page,
  quoteId,
  sentence,
  seq,
  surface,
  units,
} from './primitives.ts';
import { problem } from './problem.ts';

export const draw = z
  .object({ grant: grantId, class: z.string(), amount: credits })
  .meta({ id: 'Draw', description: 'What one lot gave.' });

export const operation = z
  .object({
    id: operationId,
    type: entryType,
    account: accountId,
    seq,
    amount: credits,
    at: instant,
    feature: z.string().exactOptional(),
    units: units.exactOptional(),
    draws: z.array(draw),
    overdraft: credits.exactOptional(),
    hold: holdId.exactOptional(),
    reverses: operationId.exactOptional(),
    member: accountId.exactOptional(),
    reason: z.string().exactOptional(),
    metadata: metadata.exactOptional(),
  })
  .meta({ id: 'Operation' });

export const receipt = z.object({ operation, balance }).meta({ id: 'Receipt' });
export const grantReceipt = z.object({ operation, balance, grant }).meta({ id: 'GrantReceipt' });

export const freeOnDevice = z
  .object({
    operation: z.null(),
    charged: z.literal(0),
    mode: z.literal('free_on_device'),
    balance: z.null(),
  })
  .meta({
    id: 'FreeOnDevice',
    description: "The feature works on the person's device there: nothing was written.",
  });

const spend = {
  feature: catalogId.exactOptional(),
  units: units.exactOptional(),
  amount: amount.exactOptional(),
  surface: surface
    .exactOptional()
    .meta({ description: "Secret keys only; a session's surface comes from its token." }),
  member: accountId.exactOptional().meta({ description: 'Team accounts: on whose behalf.' }),
  quote: quoteId.exactOptional(),
  metadata: metadataIn.exactOptional(),
};

const consume = {
  ...spend,
  overdraft: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Let what is missing become debt, where the catalog allows it.' }),
};

export const consumeRequest = z
  .strictObject(consume)
  .meta({ id: 'ConsumeRequest', examples: [{ feature: 'ai_script' }, { amount: 25 }] });

// A day, as the contract has it; the catalog may allow less.
const MAX_HOLD_SECONDS = 86_400;
const holdSeconds = z.int().min(1).max(MAX_HOLD_SECONDS);

export const holdRequest = z
  .strictObject({ ...spend, ttl_seconds: holdSeconds.exactOptional() })
  .meta({ id: 'HoldRequest', examples: [{ feature: 'ai_script', ttl_seconds: 600 }] });

export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1–255 printable ASCII characters')
  .meta({ description: 'One key, one effect, one answer.' });

export const MAX_BATCH = 1000;

export const batchOperation = z.strictObject({
  ...consume,
  account: accountId,
  idempotency_key: idempotencyKey,
});

/** What is refused whole; what is in it is judged one by one. */
export const batchEnvelope = z.strictObject({ operations: z.array(z.unknown()).min(1).max(MAX_BATCH) });

export const batchRequest = z
  .strictObject({ operations: z.array(batchOperation).min(1).max(MAX_BATCH) })
  .meta({ id: 'BatchRequest' });

export const batchResponse = z
  .object({
    results: z.array(
      z.object({
        status: z.int(),
        operation: operation.nullable().exactOptional(),
        balance: balance.nullable().exactOptional(),
        replayed: z.boolean().exactOptional(),
        charged: z.literal(0).exactOptional(),
        mode: z.literal('free_on_device').exactOptional(),
        error: problem.exactOptional(),
      }),
    ),
  })
  .meta({ id: 'BatchResponse', description: 'One result per operation, in the same order.' });

export const quoteRequest = z
  .strictObject({
    feature: catalogId.exactOptional(),
    units: units.exactOptional(),
    amount: amount.exactOptional(),
    surface: surface.exactOptional(),
    member: accountId.exactOptional().meta({ description: 'Team accounts: on whose behalf.' }),
  })
  .meta({ id: 'QuoteRequest', examples: [{ feature: 'ai_script' }] });

export const quotedLimit = z
  .object({
    member: accountId,
    limit: credits,
    per: limitPeriod,
    extra: credits.meta({ description: 'Allowed beyond the limit, in this period only.' }),
    used: credits.meta({ description: 'Spent in the period, less what was refunded of it.' }),
    held: credits.meta({ description: "Reserved by the member's open holds." }),
    remaining: credits.meta({ description: 'What the limit leaves now, before the quoted use.' }),
    resets_at: instant,
    sufficient: z.boolean().meta({ description: 'Whether it leaves enough for the quoted use.' }),
  })
  .meta({ id: 'QuotedLimit', description: "What a member's limit leaves." });

export const quote = z
  .object({
    quote: quoteId,
    feature: z.string().nullable(),
    units: units.exactOptional(),
    amount: credits,
    price_version: z.string(),
    draws: z.array(draw),
    after: balance,
    sufficient: z.boolean(),
    shortfall: credits,
    member_limit: quotedLimit
      .nullable()
      .meta({ description: "Null: nobody's limit stands in the way of it." }),
    expires_at: instant,
  })
  .meta({ id: 'Quote' });

export const hold = z
  .object({
    id: holdId,
    account: accountId,
    amount: credits,
    captured: credits,
    feature: z.string().nullable(),
    draws: z.array(draw),
    state: z.enum(['open', 'captured', 'released', 'timed_out']),
    member: accountId.exactOptional(),
    created_at: instant,
    expires_at: instant,
  })
  .meta({ id: 'Hold' });

export const holdPage = page(hold, 'HoldPage');
export const holdReceipt = z.object({ operation, balance, hold }).meta({ id: 'HoldReceipt' });

export const captureRequest = z
  .strictObject({ amount: amount.exactOptional(), metadata: metadataIn.exactOptional() })
  .meta({ id: 'CaptureRequest', description: 'Without an amount: all that is held.' });

export const releaseRequest = z
  .strictObject({ reason: sentence.exactOptional() })
  .meta({ id: 'ReleaseRequest' });

export const extendHoldRequest = z
  .strictObject({ ttl_seconds: holdSeconds })
  .meta({ id: 'ExtendHoldRequest' });

export const refundRequest = z
  .strictObject({ amount: amount.exactOptional(), reason: sentence, metadata: metadataIn.exactOptional() })
  .meta({ id: 'RefundRequest', description: 'Without an amount: all that is left to refund.' });

export const adjustRequest = z
  .strictObject({
    amount: amount.meta({
      description: 'Signed: above 0 grants a lot of `class`, below 0 draws in the usual order.',
    }),
    class: catalogId.exactOptional(),
    reason: sentence,
    metadata: metadataIn.exactOptional(),
  })
  .meta({ id: 'AdjustRequest' });
