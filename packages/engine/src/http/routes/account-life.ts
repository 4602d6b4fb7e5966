/** What staff does with an account as a whole: merge it into another one, close it, pay what is left. */
import { Readable } from 'node:stream';
import { DrawdownError } from '../../errors.ts';
import { receipt, route } from '../route.ts';
import {
  closePreview,
  closeReceipt,
  closeRequest,
  closureReport,
  eraseRequest,
  erasure,
  mergePreview,
  mergeReceipt,
  mergeReport,
  mergeRequest,
  settlementRequest,
} from '../schemas/account-life.ts';
import { ofAccount } from './params.ts';

const NDJSON = 'application/x-ndjson';

const byStaff = {
  tag: 'Accounts',
  scope: 'admin',
  sessions: 'none',
  params: ofAccount,
  status: 200,
} as const;

const mergeRefusals = [
  'account_not_found',
  'account_closed',
  'account_busy',
  'balance_limit_exceeded',
] as const;

const mergeAccount = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/merge',
  operationId: 'mergeAccount',
  summary: 'Puts everything of the account into another one, lot by lot under the same terms, and closes it',
  idempotency: 'required',
  body: mergeRequest,
  answers: { 200: { description: 'What went, and where it is', schema: mergeReceipt } },
  problems: [...mergeRefusals, 'idempotency_key_reused'],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.life.merges.merge(params.account, body, call)),
});

const previewMerge = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/merge/preview',
  operationId: 'previewMerge',
  summary: 'Shows what a merge would do; writes nothing, and is refused where the merge would be',
  idempotency: 'none',
  body: mergeRequest,
  answers: { 200: { description: 'What would go', schema: mergePreview } },
  problems: [...mergeRefusals],
  handler: async ({ engine }, { params, body }) => ({
    body: await engine.life.merges.preview(params.account, body),
  }),
});

const getMerge = route({
  ...byStaff,
  method: 'GET',
  path: '/v1/accounts/{account}/merge',
  operationId: 'getMerge',
  summary: 'Shows where everything of a merged account went, or is',
  idempotency: 'none',
  answers: { 200: { description: 'The merge', schema: mergeReport } },
  problems: ['account_not_found', 'account_open'],
  handler: async ({ engine }, { params }) => ({ body: await engine.life.merges.report(params.account) }),
});

const closeAccount = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/close',
  operationId: 'closeAccount',
  summary: 'Closes the account for good and settles what was paid for and not spent',
  idempotency: 'required',
  body: closeRequest,
  answers: { 200: { description: 'The closed account, and what is payable', schema: closeReceipt } },
  problems: [
    'account_not_found',
    'account_closed',
    'account_busy',
    'consent_required',
    'idempotency_key_reused',
    'unavailable',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.life.closures.close(params.account, body, call)),
});

const previewClosing = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/close/preview',
  operationId: 'previewClosing',
  summary: 'Shows what closing would do to each lot, and what paid credits are worth; writes nothing',
  idempotency: 'none',
  answers: { 200: { description: 'What would become of each lot', schema: closePreview } },
  problems: ['account_not_found', 'account_closed', 'account_busy'],
  handler: async ({ engine }, { params }) => ({ body: await engine.life.closures.preview(params.account) }),
});

const getClosure = route({
  ...byStaff,
  method: 'GET',
  path: '/v1/accounts/{account}/closure',
  operationId: 'getClosure',
  summary: 'Shows a closed account and what is still to be paid for it',
  idempotency: 'none',
  answers: { 200: { description: 'The account and its settlements', schema: closureReport } },
  problems: ['account_not_found', 'account_open'],
  handler: async ({ engine }, { params }) => ({ body: await engine.life.closures.report(params.account) }),
});

const settleClosure = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/closure/settle',
  operationId: 'settleClosure',
  summary: 'Records that what was payable has been paid; again, nothing is left to be paid',
  idempotency: 'none',
  body: settlementRequest,
  answers: { 200: { description: 'The account and its settlements', schema: closureReport } },
  problems: ['account_not_found', 'account_open'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.life.closures.settle(params.account, body, call),
  }),
});

const exportAccount = route({
  method: 'GET',
  path: '/v1/accounts/{account}/export',
  operationId: 'exportAccount',
  summary: 'Everything that is kept about an account, a JSON document a line; the last line is of type `end`',
  tag: 'Accounts',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  params: ofAccount,
  idempotency: 'none',
  status: 200,
  answers: { 200: { description: 'The lines', media: NDJSON } },
  problems: ['account_not_found'],
  handler: async ({ engine }, { params, caller, call }) => {
    // One's own data: a team's are not each member's.
    if (caller?.session && params.account !== caller.session.account)
      throw new DrawdownError('account_not_found');
    const lines = await engine.life.exports.export(params.account, call);
    return { type: NDJSON, body: Readable.from(texts(lines), { objectMode: false }) };
  },
});

async function* texts(lines: AsyncIterable<object>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

const eraseAccount = route({
  ...byStaff,
  method: 'POST',
  path: '/v1/accounts/{account}/erase',
  operationId: 'eraseAccount',
  summary: "Removes a closed account's personal data; the ledger stays whole, under a pseudonym",
  idempotency: 'none',
  body: eraseRequest,
  answers: { 200: { description: 'The pseudonym', schema: erasure } },
  problems: ['account_not_found', 'account_open', 'account_busy'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.life.erasures.erase(params.account, body, call),
  }),
});

export const accountLifeRoutes = [
  exportAccount,
  eraseAccount,
  mergeAccount,
  previewMerge,
  getMerge,
  closeAccount,
  previewClosing,
  getClosure,
  settleClosure,
];
