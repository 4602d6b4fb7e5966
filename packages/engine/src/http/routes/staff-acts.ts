/** What staff do to accounts: shown before it is done, done with a reason, and read again in the audit log. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import { actPreview, actRequest, previewRequest } from '../schemas/act.ts';
import { accountId, instantIn } from '../schemas/primitives.ts';
import {
  actReceipt,
  approval,
  approvalId,
  approvalPage,
  approvalPreview,
  approving,
  auditedAct,
  auditPage,
  decision,
} from '../schemas/staff.ts';
import { paging } from './params.ts';

const ofStaff = { tag: 'Staff', sessions: 'none', status: 200 } as const;

/** Whatever the verbs themselves refuse. */
const REFUSALS = [
  'account_not_found',
  'account_closed',
  'grant_not_found',
  'operation_not_found',
  'invalid_amount',
  'unknown_class',
  'unknown_feature',
  'balance_limit_exceeded',
  'grant_closed',
  'grant_frozen',
  'grant_not_frozen',
  'expiry_not_later',
  'amount_exceeds_operation',
  'operation_not_refundable',
  'insufficient_credits',
  'purchase_not_found',
  'top_up_closed',
] as const;

const previewAct = route({
  ...ofStaff,
  scope: 'act',
  method: 'POST',
  path: '/v1/staff/acts/preview',
  operationId: 'previewAct',
  summary: 'What an act would do now, by lot and class; writes nothing',
  idempotency: 'none',
  body: previewRequest,
  answers: { 200: { description: 'The effect', schema: actPreview } },
  problems: REFUSALS,
  handler: async ({ engine }, { body, call }) => ({ body: await engine.staff.acts.preview(body, call) }),
});

const createAct = route({
  ...ofStaff,
  scope: 'act',
  method: 'POST',
  path: '/v1/staff/acts',
  operationId: 'createAct',
  summary:
    'Does what its preview showed, with a reason, or asks a second person; the audit log tells of both',
  idempotency: 'required',
  body: actRequest,
  answers: { 200: { description: 'What was done, or waits for a second person', schema: actReceipt } },
  problems: [...REFUSALS, 'preview_changed', 'approval_closed', 'idempotency_key_reused'],
  handler: async ({ engine }, { body, call }) => receipt(await engine.staff.acts.act(body, call)),
});

const listAudit = route({
  ...ofStaff,
  scope: 'staff',
  method: 'GET',
  path: '/v1/staff/audit',
  operationId: 'listAudit',
  summary: 'Everything that staff and admins did, newest first',
  idempotency: 'none',
  query: z.strictObject({
    account: accountId.exactOptional(),
    staff: z.string().max(100).exactOptional().meta({ description: 'The id of one of the staff.' }),
    act: auditedAct.exactOptional(),
    subject: z.string().max(200).exactOptional().meta({
      description: 'The id of what it was done to, where that is no account.',
    }),
    from: instantIn.exactOptional(),
    to: instantIn.exactOptional().meta({ description: 'Before this instant.' }),
    format: z
      .enum(['json', 'csv'])
      .exactOptional()
      .meta({ description: 'As a table: all of it, not a page.' }),
    ...paging,
  }),
  answers: {
    200: [
      { description: 'A page of the log', schema: auditPage },
      { description: 'The same as a table', schema: z.string(), media: 'text/csv' },
    ],
  },
  problems: ['invalid_cursor'],
  handler: async ({ engine }, { query: { format, ...query } }) =>
    format === 'csv'
      ? {
          body: Readable.from(engine.staff.audit.csv(query), { objectMode: false }),
          type: 'text/csv; charset=utf-8',
          headers: { 'content-disposition': 'attachment; filename="audit.csv"' },
        }
      : { body: await engine.staff.audit.list(query) },
});

const listApprovals = route({
  ...ofStaff,
  scope: 'staff',
  method: 'GET',
  path: '/v1/staff/approvals',
  operationId: 'listApprovals',
  summary: 'Acts that wait for a second person, newest first',
  idempotency: 'none',
  query: z.strictObject({
    state: z
      .enum(['pending', 'expired', 'all'])
      .exactOptional()
      .meta({ description: 'Those that wait, unless others are asked for.' }),
    asked_by: z.string().max(100).exactOptional().meta({ description: 'The id of one of the staff.' }),
    account: accountId.exactOptional(),
    ...paging,
  }),
  answers: { 200: { description: 'A page of them', schema: approvalPage } },
  problems: ['invalid_cursor'],
  handler: async ({ engine }, { query }) => ({ body: await engine.staff.approvals.list(query) }),
});

const onApproval = {
  ...ofStaff,
  params: z.strictObject({ approval: approvalId }),
  idempotency: 'none',
} as const;

const getApproval = route({
  ...onApproval,
  scope: 'staff',
  method: 'GET',
  path: '/v1/staff/approvals/{approval}',
  operationId: 'getApproval',
  summary: 'An act that waits, or waited, for a second person',
  answers: { 200: { description: 'The approval', schema: approval } },
  problems: ['approval_not_found'],
  handler: async ({ engine }, { params }) => ({ body: await engine.staff.approvals.show(params.approval) }),
});

const previewApproval = route({
  ...onApproval,
  scope: 'staff',
  method: 'POST',
  path: '/v1/staff/approvals/{approval}/preview',
  operationId: 'previewApproval',
  summary: 'What it would do as things stand now; writes nothing',
  body: z.strictObject({}),
  answers: { 200: { description: 'The effect', schema: approvalPreview } },
  problems: ['approval_not_found', ...REFUSALS],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.staff.approvals.preview(params.approval, call),
  }),
});

const approve = route({
  ...onApproval,
  scope: 'approve',
  method: 'POST',
  path: '/v1/staff/approvals/{approval}/approve',
  operationId: 'approve',
  summary: 'Does what somebody else asked for, once, whoever else approves it',
  body: approving,
  answers: { 200: { description: 'What was done', schema: actReceipt } },
  problems: ['approval_not_found', 'approval_closed', 'preview_changed', 'campaign_stopped', ...REFUSALS],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.staff.approvals.approve(params.approval, body, call)),
});

const reject = route({
  ...onApproval,
  scope: 'approve',
  method: 'POST',
  path: '/v1/staff/approvals/{approval}/reject',
  operationId: 'reject',
  summary: 'Refuses what somebody else asked for',
  body: decision,
  answers: { 200: { description: 'The approval', schema: approval } },
  problems: ['approval_not_found', 'approval_closed'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.staff.approvals.reject(params.approval, body, call),
  }),
});

const withdraw = route({
  ...onApproval,
  scope: 'act',
  method: 'POST',
  path: '/v1/staff/approvals/{approval}/withdraw',
  operationId: 'withdraw',
  summary: 'Takes back what one asked for',
  body: decision,
  answers: { 200: { description: 'The approval', schema: approval } },
  problems: ['approval_not_found', 'approval_closed'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.staff.approvals.withdraw(params.approval, body, call),
  }),
});

const approvalRoutes = [listApprovals, getApproval, previewApproval, approve, reject, withdraw];
export const staffActRoutes = [previewAct, createAct, listAudit, ...approvalRoutes];
