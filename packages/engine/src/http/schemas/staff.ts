/** What the product's own people see and do. */
import { z } from 'zod';
import { scope } from './access.ts';
import { balance } from './account.ts';
import { ACT_NAMES, actPreview, limits, previewName } from './act.ts';
import { campaign } from './campaign.ts';
import { operation } from './operation.ts';
import { accountId, credits, instant, metadata, operationId, page, sentence, seq } from './primitives.ts';

export const staffMember = z
  .object({ id: z.string().meta({ description: '`key_…` or `oidc_…`' }), name: z.string() })
  .meta({ id: 'StaffMember' });

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

export const staffSignIn = z
  .object({
    id: z.string(),
    staff: staffMember,
    by: z
      .enum(['key', 'oidc'])
      .meta({ description: 'Who vouched: a key of theirs, or the identity provider.' }),
    signed_in_at: instant,
    last_used_at: instant.nullable().meta({ description: 'Half a minute behind at most; null: not since.' }),
    expires_at: instant,
    ended_at: instant.nullable().meta({ description: 'Null: it goes on.' }),
    current: z.boolean().meta({ description: 'Whose request this is.' }),
  })
  .meta({ id: 'StaffSignIn', description: 'One of the staff who is signed in to the console.' });

export const staffSignInPage = page(staffSignIn, 'StaffSignInPage');
export const staffSessionId = z
  .string()
  .regex(/^sts_[0-9a-z]{1,60}$/, 'must be the id of a session of staff');

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

const STEPS = ['request', 'reject', 'withdraw'] as const;
const OTHERS = [
  'put_account',
  'export_account',
  'merge',
  'receive',
  'close',
  'settle_closure',
  'erase',
  'cash_out',
  'mark_paid',
  'consume',
  'hold',
  'capture',
  'release',
  'extend_hold',
  'put_member',
  'remove_member',
  'ask_for_more',
  'approved_more',
  'denied_more',
  'subscribe',
  'subscription_renew',
  'subscription_payment_failed',
  'subscription_change',
  'subscription_cancel',
  'subscription_pause',
  'subscription_resume',
  'subscription_reactivate',
  'plan',
  'plan_change',
  'plan_end',
  'plan_checkout',
  'checkout',
  'claim_purchase',
  'refund_purchase',
  'auto_top_up',
  'auto_top_up_off',
  'auto_top_up_stop',
  'payment_method_off',
  'redeem',
  'claim',
  'create_referral',
  'create_campaign',
  'start_campaign',
  'stop_campaign',
  'create_codes',
  'create_webhook_endpoint',
  'update_webhook_endpoint',
  'delete_webhook_endpoint',
  'rotate_webhook_secret',
  'test_webhook_endpoint',
  'redeliver_webhook',
  'replay_webhooks',
  'create_session',
  'create_key',
  'vouch_for_key',
  'revoke_key',
  'sign_in',
  'sign_out',
  'end_session',
  'set_limits',
] as const;
export const auditedAct = z.enum([...ACT_NAMES, ...STEPS, ...OTHERS]).meta({
  id: 'AuditedAct',
  description:
    'An act, a step of one that waits, or waited, for a second person, or anything else that staff do.',
});

export const auditRecord = z
  .object({
    id: z.string(),
    at: instant,
    act: auditedAct,
    account: accountId.nullable().meta({ description: 'Null: it is about none.' }),
    subject: z.string().nullable().meta({
      description:
        'The id of what it was done to, where that is no account: a key, a campaign, an endpoint, a session.',
    }),
    staff: staffMember,
    approved_by: staffMember.nullable(),
    reason: z.string().nullable(),
    input: metadata.meta({ description: 'What was asked.' }),
    preview: actPreview
      .nullable()
      .meta({ description: 'What was shown before it was done; null: it was asked for without looking.' }),
    size: credits,
    operation: operationId.nullable(),
    entries: z.array(seq).meta({ description: 'The entries of the ledger, by number.' }),
    approval: z.string().nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditRecord' });

export const auditPage = page(auditRecord, 'AuditPage');

export const approvalId = z.string().regex(/^apr_[0-9a-z]{1,60}$/, 'must be the id of an approval');

export const approval = z
  .object({
    id: approvalId,
    account: accountId.nullable().meta({ description: 'Null: it is about a campaign.' }),
    campaign: z.string().nullable().meta({ description: 'Null: it is about an account.' }),
    act: z.enum([...ACT_NAMES, 'start_campaign']),
    request: metadata.meta({ description: 'What was asked, without the account.' }),
    reason: z.string().nullable(),
    requested_by: staffMember,
    size: credits.nullable().meta({ description: 'Null: without end, of a campaign that has no budget.' }),
    preview: actPreview.nullable().meta({
      description: 'As it was shown to whoever asked; null of a campaign, whose terms `request` holds.',
    }),
    state: z.enum(['pending', 'approved', 'rejected', 'withdrawn', 'expired']),
    created_at: instant,
    expires_at: instant.meta({ description: 'Nobody can approve it from then on.' }),
    decided_by: staffMember.nullable(),
    decided_at: instant.nullable(),
    decision_reason: z.string().nullable(),
    operation: operationId.nullable(),
  })
  .meta({ id: 'Approval', description: 'An act that waits, or waited, for a second person.' });

export const campaignPreview = z
  .object({
    preview: z.string().meta({ description: 'Names the effect: the same as long as the same would start.' }),
    act: z.literal('start_campaign'),
    as_of: instant,
    size: credits.nullable().meta({ description: 'Its budget; null: it has none.' }),
    campaign,
  })
  .meta({ id: 'CampaignPreview', description: 'A campaign that would start, with all that it may give.' });
export const approvalPreview = z.union([actPreview, campaignPreview]);

export const approvalPage = page(approval, 'ApprovalPage');
export const decision = z.strictObject({ reason: sentence }).meta({ id: 'Decision' });
export const approving = z
  .strictObject({ reason: sentence, preview: previewName })
  .meta({ id: 'Approving', description: 'With the effect that was shown: `POST …/preview`.' });

export const actReceipt = z
  .object({
    state: z.enum(['done', 'pending']),
    audit: auditRecord.nullable().meta({ description: 'Where it is done.' }),
    operation: operation.nullable(),
    balance: balance.nullable(),
    approval: approval
      .nullable()
      .meta({ description: 'Where it waits for a second person, or one has approved it.' }),
  })
  .meta({ id: 'ActReceipt' });
