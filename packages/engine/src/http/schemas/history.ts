/** The ledger as it is shown: entries, statements, explanations. */
import { z } from 'zod';
import { operation } from './operation.ts';
import { accountId, credits, entryType, grantId, instant, metadata, page, seq, units } from './primitives.ts';

export const entryMove = z
  .object({ grant: grantId, class: z.string(), remaining: credits, held: credits })
  .meta({ id: 'EntryMove', description: 'Signed changes to one lot.' });

export const entryAbout = z
  .object({
    grant: grantId,
    class: z.string(),
    expires_at: instant.nullable().exactOptional().meta({ description: 'Of an extension: the new end.' }),
    expires_before: instant
      .nullable()
      .exactOptional()
      .meta({ description: 'Of an extension: the end before it.' }),
  })
  .meta({ id: 'EntryAbout', description: 'The one lot that a freeze, unfreeze, extend or void is about.' });

export const entry = z
  .object({
    seq,
    type: entryType,
    at: instant,
    amount: credits.meta({ description: "Signed change of the account's total." }),
    held: credits.meta({ description: 'Signed change of what is reserved.' }),
    debt: credits.meta({ description: 'Signed change of the debt.' }),
    feature: z.string().nullable(),
    units: units.exactOptional(),
    operation: z.string().nullable().meta({ description: 'Null where time alone was the cause.' }),
    hold: z.string().nullable(),
    reverses: z.string().nullable(),
    member: accountId.exactOptional(),
    moves: z.array(entryMove),
    about: entryAbout.exactOptional(),
    balance_after: credits,
    hash: z.string().meta({ description: 'sha256 of the previous hash and this entry: the chain.' }),
    actor: z.string(),
    reason: z.string().nullable(),
    catalog_version: z.string(),
    metadata,
  })
  .meta({ id: 'Entry', description: 'One entry of the ledger; never changed, never removed.' });

export const entryPage = page(entry, 'EntryPage');

export const statementClass = z
  .object({
    class: z.string(),
    opening: credits,
    in: credits,
    out: credits,
    closing: credits,
    by_type: z.array(z.object({ type: entryType, in: credits, out: credits })),
  })
  .meta({ id: 'StatementClass' });

export const statement = z
  .object({
    account: accountId,
    from: instant,
    to: instant,
    opening: credits,
    in: credits,
    out: credits,
    closing: credits,
    classes: z.array(statementClass),
  })
  .meta({ id: 'Statement', description: 'opening + in − out = closing, per class and in all.' });

const usageSums = {
  operations: z.int().meta({ description: 'How often credits were spent, refunded or not.' }),
  spent: credits,
  refunded: credits.meta({ description: 'Refunds count when they are made.' }),
  used: credits.meta({ description: 'spent − refunded; what the classes and the debt sum up to.' }),
  classes: z.array(z.object({ class: z.string(), used: credits })),
  debt: credits.meta({ description: 'Spent beyond what there was, less what refunds took off that.' }),
};

export const usageRow = z
  .object({
    period: instant.exactOptional().meta({ description: 'When its day or month begins; only with `per`.' }),
    feature: z.string().nullable().exactOptional().meta({
      description: 'Where grouped by it; null: an amount without a feature.',
    }),
    member: accountId.nullable().exactOptional().meta({
      description: "Where grouped by it; null: on nobody's behalf.",
    }),
    ...usageSums,
  })
  .meta({ id: 'UsageRow' });

export const usage = z
  .object({
    account: accountId,
    from: instant,
    to: instant,
    time_zone: z.string(),
    group_by: z.array(z.enum(['feature', 'member'])),
    per: z.enum(['day', 'month']).nullable(),
    ...usageSums,
    rows: z.array(usageRow),
  })
  .meta({ id: 'Usage', description: 'What credits were spent on: period by period, what used most first.' });

export const explainedGrant = z
  .object({
    grant: grantId,
    class: z.string(),
    position: z.int().nullable().meta({ description: 'In the order at that instant; null: not eligible.' }),
    available: credits,
    drawn: credits,
    rule: z.enum([
      'class',
      'expiring_first',
      'priority',
      'expiry',
      'feature_scope',
      'effective_at',
      'created',
      'first',
      'only',
      'frozen',
      'held',
      'other_feature',
      'class_not_allowed',
    ]),
    because: z.string(),
  })
  .meta({ id: 'ExplainedGrant' });

export const explanation = z
  .object({ operation, grants: z.array(explainedGrant) })
  .meta({ id: 'Explanation', description: 'Why each lot was or was not drawn, and which rule decided.' });
