import { accountPath, parsed, post, read } from './exchange.ts';
import { type CallOptions, segment, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

const memberPath = (team: string, member: string): string =>
  `${accountPath(team)}/members/${segment(member)}`;
const requestPath = (team: string, member: string, request: string): string =>
  `${memberPath(team, member)}/requests/${segment(request)}`;

export interface MembersQuery {
  /** `all`: also who has left. */
  state?: 'active' | 'all';
  limit?: number;
  cursor?: string;
}

export interface RequestsQuery {
  /** Those that wait for an answer, unless all are asked for. */
  state?: 'pending' | 'all';
  member?: string;
  limit?: number;
  cursor?: string;
}

/** A request as it was answered, or what it is found by. */
type RequestRef = Pick<wire.More, 'id' | 'team' | 'account'>;

export function teamMethods(transport: Transport) {
  const decide = (verb: 'approve' | 'deny', request: RequestRef, options?: CallOptions) =>
    post<wire.More>(transport, `${requestPath(request.team, request.account, request.id)}/${verb}`, {
      body: {},
      options,
      kind: 'repeatable',
    });
  return {
    /** Makes a member of a team, or changes role and limit; what was used stays counted. */
    async putMember(team: string, member: string, body: wire.MemberRequest, options: CallOptions = {}) {
      const path = memberPath(team, member);
      return parsed<wire.Member>(await transport.send({ method: 'PUT', path, body, options }));
    },
    /** Ends a membership; whoever has left may spend nothing more. */
    async removeMember(team: string, member: string, options: CallOptions = {}) {
      const path = memberPath(team, member);
      return parsed<wire.Member>(await transport.send({ method: 'DELETE', path, options }));
    },
    /** Role, limit, and what is used and left of it. */
    getMember: (team: string, member: string, options?: CallOptions) =>
      read<wire.Member>(transport, memberPath(team, member), { options }),
    /** In the order of joining. */
    listMembers: (team: string, query: MembersQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Member>>(transport, `${accountPath(team)}/members`, {
        query: { ...query },
        options,
      }),
    /** The teams that an account is a member of. Their balances and its own are never one number. */
    listTeams: (account: string, query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      read<wire.Page<wire.Member>>(transport, `${accountPath(account)}/teams`, {
        query: { ...query },
        options,
      }),
    /** Asks for more than the limit in the period that runs; the same again is the same request. */
    askForMore: (team: string, member: string, body: wire.MoreRequest, options?: CallOptions) =>
      post<wire.More>(transport, `${memberPath(team, member)}/requests`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** Newest first. */
    listRequests: (team: string, query: RequestsQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.More>>(transport, `${accountPath(team)}/requests`, {
        query: { ...query },
        options,
      }),
    /** Allows it, once, in the period that it was made in. */
    approveRequest: (request: RequestRef, options?: CallOptions) => decide('approve', request, options),
    denyRequest: (request: RequestRef, options?: CallOptions) => decide('deny', request, options),
  };
}
