/** The ledger as it is shown: entries, statements, explanations. */
import { z } from 'zod';
import { operation } from './operation.ts';
import { accountId, credits, entryType, grantId, instant, metadata, page, seq } from './primitives.ts';

export const entryMove = z
  .object({ grant: grantId, class: z.string(), remaining: credits, held: credits })
  .meta({ id: 'EntryMove', description: 'Signed changes to one lot.' });

export const entry = z
  .object({
    seq,
    type: entryType,
    at: instant,
    amount: credits.meta({ description: "Signed change of the account's total." }),
    held: credits.meta({ description: 'Signed change of what is reserved.' }),
    debt: credits.meta({ description: 'Signed change of the debt.' }),
    feature: z.string().nullable(),
    operation: z.string().nullable().meta({ description: 'Null where time alone was the cause.' }),
    hold: z.string().nullable(),
    reverses: z.string().nullable(),
    member: accountId.exactOptional(),
    moves: z.array(entryMove),
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
