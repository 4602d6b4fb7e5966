/** What the product's own people see and do. */
import { z } from 'zod';
import { scope } from './access.ts';
import { accountId, credits, instant, page, seq } from './primitives.ts';

export const staffMember = z
  .object({ id: z.string().meta({ description: '`key_…` or `oidc_…`' }), name: z.string() })
  .meta({ id: 'StaffMember' });

const limits = {
  account_limit: credits.nullable().meta({
    description:
      'More than so many credits on one account, by one of the staff within 24 hours, need a second person.',
  }),
  staff_limit: credits.nullable().meta({ description: 'As much on all accounts together.' }),
};

export const staffSession = z
  .object({
    staff: staffMember,
    scopes: z.array(scope),
    expires_at: instant.nullable().meta({ description: 'Null: a key asked, not somebody who is signed in.' }),
    approval: z.object(limits),
  })
  .meta({ id: 'StaffSession' });

export const signIn = z
  .object({
    key: z.literal(true),
    oidc: z
      .object({ name: z.string(), url: z.string() })
      .nullable()
      .meta({ description: 'A link to follow; null: no identity provider is configured.' }),
    session: staffSession
      .nullable()
      .meta({ description: 'Of the cookie that came along; null: nobody is signed in.' }),
  })
  .meta({ id: 'SignIn', description: 'How staff may sign in here.' });

export const foundAccount = z
  .object({
    account: accountId,
    kind: z.enum(['user', 'team']),
    state: z.enum(['active', 'closed']),
    version: seq,
    total: credits,
    frozen: z.int().meta({ description: 'Lots that are frozen.' }),
    created_at: instant,
    due_at: instant.nullable().meta({ description: 'When time changes it next; null: never.' }),
    found: z
      .object({
        by: z.enum([
          'account',
          'grant',
          'operation',
          'hold',
          'purchase',
          'subscription',
          'code',
          'approval',
          'audit',
        ]),
        id: z.string(),
      })
      .nullable()
      .meta({ description: 'What led to it.' }),
  })
  .meta({ id: 'FoundAccount' });

export const foundAccountPage = page(foundAccount, 'FoundAccountPage');
