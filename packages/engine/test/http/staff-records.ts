/** That what staff do is in the audit log, whichever route they do it by. */
import type { AuditRecord, Page, Scope } from '@drawdown/client';
import type { Route } from '../../src/http/route.ts';
import { STAFF_SCOPES } from '../../src/http/schemas/access.ts';
import { ADMIN, type TestServer } from './support.ts';

/** Changes that change nothing, each for its reason; of reading only a whole export is told. */
const UNTOLD: Readonly<Record<string, string>> = {
  previewMerge: 'writes nothing',
  previewClosing: 'writes nothing',
  previewCashOut: 'writes nothing',
  previewSubscription: 'writes nothing',
  previewAct: 'writes nothing',
  previewApproval: 'writes nothing',
  createQuote: 'writes nothing',
  endStaffSession: 'a key has no session; see staff-access.test.ts',
  moveTestClock: 'there is none where people work',
};

/** Asked for here what is so already: see staff-audit.test.ts for the first time. */
const AGAIN = ['createCampaign', 'stopCampaign', 'createReferral', 'settleClosure'];

/** What staff's acts are, as the verbs' own routes have it: of these a server's key that staff made counts as theirs. */
const COUNTED = ['createGrant', 'refundOperation'];

const isTold = ({ method, scope, operationId }: Route): boolean =>
  operationId === 'exportAccount' ||
  (method !== 'GET' && scope !== null && UNTOLD[operationId] === undefined);

/** Whether a request that was done has a record; undefined where it depends on what was there before. */
export function demandsRecord(route: Route, scope: Scope | undefined): boolean | undefined {
  if (scope === undefined) return false;
  if (AGAIN.includes(route.operationId)) return undefined;
  const isOfStaff = STAFF_SCOPES.some((one) => one === scope);
  return isTold(route) && (isOfStaff || COUNTED.includes(route.operationId));
}

/** What the log tells of one request. */
export async function recordsOf(t: TestServer, request: unknown): Promise<AuditRecord[]> {
  const { body } = await t.ask<Page<AuditRecord>>('GET', '/v1/staff/audit?limit=50', { as: ADMIN });
  return body.data.filter((one) => one.request_id === request);
}
