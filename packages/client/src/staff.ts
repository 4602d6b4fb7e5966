import { change, parsed, post, read } from './exchange.ts';
import { type CallOptions, type ChangeOptions, segment, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

export interface ApprovalsQuery {
  /** Those that wait for somebody, unless others are asked for. */
  state?: 'pending' | 'expired' | 'all';
  /** The id of one of the staff. */
  asked_by?: string;
  account?: string;
  limit?: number;
  cursor?: string;
}

export interface AuditQuery {
  account?: string;
  /** The id of one of the staff, as whoever acted or approved. */
  staff?: string;
  act?: wire.AuditedAct;
  /** The id of what it was done to, where that is no account. */
  subject?: string;
  /** At or after this instant. */
  from?: wire.Instant;
  /** Before this instant. */
  to?: wire.Instant;
  limit?: number;
  cursor?: string;
}

export interface AccountsQuery {
  /** An account's id or the beginning of it, or the id or reference of anything that leads to one account. */
  q?: string;
  state?: 'all' | 'active' | 'due' | 'closed' | 'frozen';
  kind?: 'user' | 'team';
  limit?: number;
  cursor?: string;
}

const approvalPath = (approval: string): string => `/v1/staff/approvals/${segment(approval)}`;

/** For the console, and for tools of the staff: see `docs/guide/console.md`. */
export function staffMethods(transport: Transport) {
  const decide =
    (verb: 'reject' | 'withdraw') => (approval: string, body: { reason: string }, options?: CallOptions) =>
      post<wire.Approval>(transport, `${approvalPath(approval)}/${verb}`, {
        body,
        options,
        kind: 'repeatable',
      });
  return {
    /** How staff may sign in here. */
    signInWays: (options?: CallOptions) => read<wire.SignIn>(transport, '/v1/staff/sign_in', { options }),
    /** Exchanges a key of one of the staff for a cookie of the browser, which no page can read. */
    async signIn(key: string, options: CallOptions = {}): Promise<wire.StaffSession> {
      const path = '/v1/staff/sessions';
      return parsed<wire.StaffSession>(
        await transport.send({ method: 'POST', path, body: {}, options, kind: 'once', token: key }),
      );
    },
    /** Who is signed in; throws 401 `unauthenticated` where nobody is. */
    staffSession: (options?: CallOptions) =>
      read<wire.StaffSession>(transport, '/v1/staff/session', { options }),
    async signOut(options: CallOptions = {}): Promise<void> {
      await transport.send({ method: 'DELETE', path: '/v1/staff/session', options });
    },
    /** Who of the staff is signed in, newest first. */
    listStaffSessions: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      read<wire.Page<wire.StaffSignIn>>(transport, '/v1/staff/sessions', { query: { ...query }, options }),
    /** Ends a session of one's own somewhere else; with the scope `admin` anybody's. */
    async endStaffSession(session: string, options: CallOptions = {}): Promise<wire.StaffSignIn> {
      const path = `/v1/staff/sessions/${segment(session)}`;
      return parsed<wire.StaffSignIn>(await transport.send({ method: 'DELETE', path, options }));
    },
    /** What an act would do now, per lot and class; writes nothing. */
    previewAct: (body: wire.Act & { reason?: string }, options?: CallOptions) =>
      post<wire.ActPreview>(transport, '/v1/staff/acts/preview', { body, options, kind: 'repeatable' }),
    /** Does what its preview showed, or asks a second person for it; throws 409 `preview_changed` where it would do something else. */
    act: (body: wire.ActRequest, options?: ChangeOptions) =>
      change<wire.ActReceipt>(transport, '/v1/staff/acts', { body, options }),
    /** Newest first. */
    listApprovals: (query: ApprovalsQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Approval>>(transport, '/v1/staff/approvals', { query: { ...query }, options }),
    getApproval: (approval: string, options?: CallOptions) =>
      read<wire.Approval>(transport, approvalPath(approval), { options }),
    /** What it would do as things stand now. */
    previewApproval: (approval: string, options?: CallOptions) =>
      post<wire.ActPreview | wire.CampaignPreview>(transport, `${approvalPath(approval)}/preview`, {
        body: {},
        options,
        kind: 'repeatable',
      }),
    /** Does it, once, whoever else approves it; never whoever asked for it. */
    approve: (approval: string, body: { reason: string; preview: string }, options?: CallOptions) =>
      post<wire.ActReceipt>(transport, `${approvalPath(approval)}/approve`, {
        body,
        options,
        kind: 'repeatable',
      }),
    reject: decide('reject'),
    /** By whoever asked for it. */
    withdraw: decide('withdraw'),
    /** What staff did, newest first. */
    listAudit: (query: AuditQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.AuditRecord>>(transport, '/v1/staff/audit', { query: { ...query }, options }),
    /** As much of it as there is, as a table: RFC 4180. */
    async auditCsv(
      query: Omit<AuditQuery, 'limit' | 'cursor'> = {},
      options: CallOptions = {},
    ): Promise<string> {
      const path = '/v1/staff/audit';
      const answer = await transport.send({
        method: 'GET',
        path,
        query: { ...query, format: 'csv' },
        options,
      });
      return answer.body;
    },
    /** Accounts, by id. */
    findAccounts: (query: AccountsQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.FoundAccount>>(transport, '/v1/staff/accounts', { query: { ...query }, options }),
    /** How this server and its database are. */
    system: (options?: CallOptions) => read<wire.SystemState>(transport, '/v1/staff/system', { options }),
  };
}
