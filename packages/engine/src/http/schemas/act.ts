/** What staff do to accounts: shown before it is done. */
import { z } from 'zod';
import { balance, cost, extendGrantRequest, grantRequest, grantState } from './account.ts';
import {
  accountId,
  amount,
  credits,
  grantId,
  instant,
  metadataIn,
  operationId,
  purchaseId,
  sentence,
} from './primitives.ts';

/** From how many credits on a second person is needed. */
export const limits = {
  account_limit: credits.nullable().meta({
    description:
      'More than so many credits on one account, by one of the staff within 24 hours, need a second person.',
  }),
  staff_limit: credits.nullable().meta({ description: 'As much on all accounts together.' }),
};

export const ACT_NAMES = [
  'grant',
  'extend',
  'void',
  'freeze',
  'unfreeze',
  'refund',
  'adjust',
  'end_top_up',
] as const;
export const actName = z.enum(ACT_NAMES).meta({ id: 'ActName' });

const ofLot = { grant: grantId };
const { class: grantClass, ...granted } = grantRequest.omit({ source: true, cost: true }).shape;
const acts = {
  grant: z.strictObject({ act: z.literal('grant'), account: accountId, class: grantClass, ...granted }),
  extend: z.strictObject({
    act: z.literal('extend'),
    ...ofLot,
    ...extendGrantRequest.pick({ expires_at: true }).shape,
  }),
  void: z.strictObject({ act: z.literal('void'), ...ofLot }),
  freeze: z.strictObject({ act: z.literal('freeze'), ...ofLot }),
  unfreeze: z.strictObject({ act: z.literal('unfreeze'), ...ofLot }),
  refund: z.strictObject({
    act: z.literal('refund'),
    operation: operationId,
    amount: amount.exactOptional().meta({ description: 'Absent: all that is left to refund.' }),
  }),
  adjust: z.strictObject({
    act: z.literal('adjust'),
    account: accountId,
    amount: amount.meta({
      description: 'Signed: above 0 grants a lot of `class`, below 0 draws in the usual order.',
    }),
    class: grantClass.exactOptional(),
    metadata: metadataIn.exactOptional(),
  }),
  end_top_up: z.strictObject({
    act: z.literal('end_top_up'),
    purchase: purchaseId.meta({
      description: 'Of a charge that was sent and that its provider does not answer about.',
    }),
    taken: z
      .strictObject({
        payment: z
          .string()
          .min(1)
          .max(255)
          .meta({ description: "The provider's own id of the payment, e.g. `pi_…`." }),
        ...cost.shape,
      })
      .nullable()
      .meta({
        description:
          'Null: nothing was taken; money that arrives all the same is owed back. Else it was, and is entered once, whatever the provider says later; another sum than was asked for is owed back.',
      }),
  }),
};

const all = <S extends z.ZodRawShape>(more: S) =>
  z.discriminatedUnion('act', [
    acts.grant.extend(more),
    acts.extend.extend(more),
    acts.void.extend(more),
    acts.freeze.extend(more),
    acts.unfreeze.extend(more),
    acts.refund.extend(more),
    acts.adjust.extend(more),
    acts.end_top_up.extend(more),
  ]);

export const previewName = z
  .string()
  .regex(/^pvw_[0-9a-f]{32}$/, 'must be the preview that was shown')
  .meta({ description: 'The effect that was shown; where it is another one now, nothing is done.' });

export const previewRequest = all({ reason: sentence.exactOptional() }).meta({ id: 'Act' });
export const actRequest = all({
  reason: sentence,
  preview: previewName,
}).meta({ id: 'ActRequest' });

const lotFacts = z
  .object({ remaining: credits, held: credits, state: grantState, expires_at: instant.nullable() })
  .meta({ id: 'LotFacts' });

const endedCharge = z
  .object({
    purchase: purchaseId,
    asked: cost,
    becomes: z.enum(['completed', 'failed']),
    owed: cost.nullable().meta({ description: 'What was taken and nothing is given for.' }),
  })
  .meta({ id: 'EndedCharge', description: 'What becomes of the charge that an act ends.' });

export const actPreview = z
  .object({
    preview: z
      .string()
      .meta({ description: 'Names the effect: the same as long as the act would do the same.' }),
    act: actName,
    account: accountId,
    as_of: instant,
    size: credits.meta({ description: 'The credits that it moves, or lets be spent longer or again.' }),
    before: balance,
    after: balance,
    lots: z
      .array(
        z.object({
          grant: grantId.nullable().meta({ description: 'Null: the lot that it makes.' }),
          class: z.string(),
          before: lotFacts.nullable(),
          after: lotFacts,
        }),
      )
      .meta({ description: 'Those that it changes.' }),
    charge: endedCharge.exactOptional(),
    approval: z.object({
      required: z.boolean(),
      ...limits,
      account_used: credits.meta({ description: 'What this one moved on the account within 24 hours.' }),
      staff_used: credits,
    }),
  })
  .meta({ id: 'ActPreview', description: 'What an act would do now.' });
