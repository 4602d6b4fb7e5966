/** What staff do to accounts: shown before it is done, done with a reason, and read again in the audit log. */
import { z } from 'zod';
import { receipt, route } from '../route.ts';
import { accountId, instantIn } from '../schemas/primitives.ts';
import { actName, actPreview, actReceipt, actRequest, auditPage, previewRequest } from '../schemas/staff.ts';
import { paging } from './params.ts';

const ofStaff = { tag: 'Staff', sessions: 'none', status: 200 } as const;

/** Whatever the verbs themselves refuse. */
const REFUSALS = [
  'account_not_found',
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
  summary: 'Does what its preview showed, with a reason, and writes it into the audit log',
  idempotency: 'required',
  body: actRequest,
  answers: { 200: { description: 'What was done', schema: actReceipt } },
  problems: [...REFUSALS, 'preview_changed', 'idempotency_key_reused'],
  handler: async ({ engine }, { body, call }) => receipt(await engine.staff.acts.act(body, call)),
});

const listAudit = route({
  ...ofStaff,
  scope: 'staff',
  method: 'GET',
  path: '/v1/staff/audit',
  operationId: 'listAudit',
  summary: 'What staff did, newest first',
  idempotency: 'none',
  query: z.strictObject({
    account: accountId.exactOptional(),
    staff: z.string().max(100).exactOptional().meta({ description: 'The id of one of the staff.' }),
    act: actName.exactOptional(),
    from: instantIn.exactOptional(),
    to: instantIn.exactOptional().meta({ description: 'Before this instant.' }),
    ...paging,
  }),
  answers: { 200: { description: 'A page of the log', schema: auditPage } },
  problems: ['invalid_cursor'],
  handler: async ({ engine }, { query }) => ({ body: await engine.staff.acts.audit(query) }),
});

export const staffActRoutes = [previewAct, createAct, listAudit];
