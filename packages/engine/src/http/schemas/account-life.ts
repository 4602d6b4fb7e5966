/** The life of an account: merged into another one, closed and settled. */
import { z } from 'zod';
import { account, balance, cost } from './account.ts';
import { operation } from './operation.ts';
import { accountId, credits, grantId, instant, purchaseId, sentence } from './primitives.ts';

export const mergeRequest = z
  .strictObject({
    into: accountId.meta({ description: 'The account that everything goes to; of the same kind.' }),
    reason: sentence,
  })
  .meta({ id: 'MergeRequest', examples: [{ into: 'u_1', reason: 'one person, two accounts' }] });

const mergedLot = z
  .object({
    grant: grantId,
    class: z.string(),
    amount: credits,
    expires_at: instant.nullable(),
    frozen: z.boolean(),
    moved_to: grantId.nullable(),
  })
  .meta({ id: 'MergedLot' });

export const mergePreview = z
  .object({ account: accountId, into: accountId, lots: z.array(mergedLot), debt: credits, balance })
  .meta({ id: 'MergePreview' });

export const mergeReport = z
  .object({
    ...mergePreview.shape,
    reason: z.string(),
    by: z.string(),
    at: instant,
    state: z.enum(['on_its_way', 'delivered']).meta({
      description: 'Credits leave one account before they arrive in the other; in between they are here.',
    }),
  })
  .meta({ id: 'MergeReport' });

export const mergeReceipt = z.object({ ...mergeReport.shape, operation }).meta({ id: 'MergeReceipt' });

export const closeRequest = z
  .strictObject({
    reason: sentence,
    forfeit: z.literal(true).exactOptional().meta({
      description: "The person's word that unspent paid credits are given up, where the catalog demands it.",
    }),
  })
  .meta({ id: 'CloseRequest', examples: [{ reason: 'asked for by the person' }] });

const outcome = z.enum(['refunded', 'payable', 'forfeited', 'voided']);

export const closePreview = z
  .object({
    account: accountId,
    lots: z.array(
      z.object({
        grant: grantId,
        class: z.string(),
        amount: credits,
        expires_at: instant.nullable(),
        value: cost.nullable(),
        outcome,
      }),
    ),
    value: z.array(z.object({ ...cost.shape, outcome: outcome.exclude(['voided']) })),
    subscriptions: z.array(z.string()),
    debt: credits,
  })
  .meta({ id: 'ClosePreview' });

export const settlement = z
  .object({
    kind: z.enum(['lot', 'late', 'double']).meta({
      description:
        'What was left of a lot, was paid too late to come to credits, or was paid for a purchase again.',
    }),
    grant: grantId.nullable(),
    purchase: purchaseId.nullable(),
    credits,
    value: cost,
    way: z.enum(['payable', 'forfeited']),
    payable_minor: z.int().meta({ description: 'What is still to be paid, in minor units.' }),
    paid_at: instant.nullable(),
    paid_by: z.string().nullable(),
    paid_minor: z.int().nullable(),
    reference: z.string().nullable(),
  })
  .meta({ id: 'Settlement' });

export const closureReport = z
  .object({ account, settlements: z.array(settlement), payable: z.array(cost) })
  .meta({ id: 'ClosureReport' });

export const closeReceipt = z.object({ ...closureReport.shape, operation }).meta({ id: 'CloseReceipt' });

export const eraseRequest = z.strictObject({ reason: sentence }).meta({ id: 'EraseRequest' });

export const erasure = z
  .object({
    account: accountId.meta({
      description: 'The pseudonym by which the closed account is read from now on.',
    }),
    entries: z.int(),
    merged: z.array(accountId).meta({
      description: 'Pseudonyms of the accounts that had been merged into it, which are erased with it.',
    }),
    teams: z.array(accountId),
    at: instant,
  })
  .meta({ id: 'Erasure' });

export const settlementRequest = z.strictObject({ reference: sentence }).meta({ id: 'SettlementRequest' });
