/** Members of teams. A person of the team may do what their role allows; the engine looks under the team's lock. */
import { z } from 'zod';
import { route } from '../route.ts';
import { accountId } from '../schemas/primitives.ts';
import { nothing } from '../schemas/subscription.ts';
import {
  member,
  memberPage,
  memberRequest,
  more,
  morePage,
  moreRequest,
  requestId,
} from '../schemas/team.ts';
import { ofAccount, paging } from './params.ts';

const MEMBERS = '/v1/accounts/{account}/members';
const MEMBER = `${MEMBERS}/{member}`;
const REQUEST = `${MEMBER}/requests/{request}`;

const ofMember = z.strictObject({ account: accountId, member: accountId });
const ofRequest = z.strictObject({ account: accountId, member: accountId, request: requestId });

/** Rows of members are no entries of the ledger: doing any of this twice comes to the same without a key. */
const ofTeam = {
  tag: 'Teams',
  sessions: 'own-account',
  idempotency: 'none',
  status: 200,
} as const;

const PROBLEMS = ['account_not_found', 'not_a_member'] as const;

const putMember = route({
  ...ofTeam,
  method: 'PUT',
  path: MEMBER,
  operationId: 'putMember',
  team: 'under-lock',
  summary: 'Makes a member of a team, or changes role and limit; what was used stays counted',
  scope: 'grant',
  params: ofMember,
  body: memberRequest,
  answers: { 200: { description: 'The member', schema: member } },
  problems: [...PROBLEMS, 'invalid_amount', 'last_owner', 'seats_exhausted'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.members.put(params.account, params.member, body, call),
  }),
});

const removeMember = route({
  ...ofTeam,
  method: 'DELETE',
  path: MEMBER,
  operationId: 'removeMember',
  team: 'under-lock',
  summary: 'Ends a membership; people may leave by themselves, the last owner may not',
  scope: 'grant',
  params: ofMember,
  answers: { 200: { description: 'The former member', schema: member } },
  problems: [...PROBLEMS, 'member_not_found', 'last_owner'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.members.remove(params.account, params.member, call),
  }),
});

const listMembers = route({
  ...ofTeam,
  method: 'GET',
  path: MEMBERS,
  operationId: 'listMembers',
  team: 'member',
  summary: 'Lists members in the order of joining; who manages nothing sees themselves',
  scope: 'read',
  params: ofAccount,
  query: z.strictObject({ state: z.enum(['active', 'all']).exactOptional(), ...paging }),
  answers: { 200: { description: 'A page of members', schema: memberPage } },
  problems: [...PROBLEMS, 'invalid_cursor'],
  handler: async ({ engine }, { params, query, call }) => ({
    body: await engine.members.list(params.account, query, call),
  }),
});

const getMember = route({
  ...ofTeam,
  method: 'GET',
  path: MEMBER,
  operationId: 'getMember',
  team: 'member',
  summary: 'Shows a member: role, limit, and what is used and left of it',
  scope: 'read',
  params: ofMember,
  answers: { 200: { description: 'The member', schema: member } },
  problems: [...PROBLEMS, 'member_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.members.get(params.account, params.member, call),
  }),
});

const listTeams = route({
  ...ofTeam,
  method: 'GET',
  path: '/v1/accounts/{account}/teams',
  operationId: 'listTeams',
  team: 'member',
  summary: 'Lists the teams that an account is a member of, with its standing in each',
  scope: 'read',
  params: ofAccount,
  query: z.strictObject(paging),
  answers: { 200: { description: 'A page of memberships', schema: memberPage } },
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.members.teamsOf(params.account, query),
  }),
});

const askForMore = route({
  ...ofTeam,
  method: 'POST',
  path: `${MEMBER}/requests`,
  operationId: 'askForMore',
  team: 'under-lock',
  summary: 'Asks for more than the limit, in the period that runs; takes the place of an unanswered request',
  scope: 'consume',
  params: ofMember,
  body: moreRequest,
  answers: { 200: { description: 'The request', schema: more } },
  problems: [...PROBLEMS, 'invalid_amount', 'member_not_found', 'member_without_limit'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.requests.ask(params.account, params.member, body, call),
  }),
});

const listRequests = route({
  ...ofTeam,
  method: 'GET',
  path: '/v1/accounts/{account}/requests',
  operationId: 'listRequests',
  team: 'member',
  summary: "Lists members' requests for more, newest first; who manages nothing sees their own",
  scope: 'read',
  params: ofAccount,
  query: z.strictObject({
    state: z.enum(['pending', 'all']).exactOptional(),
    member: accountId.exactOptional(),
    ...paging,
  }),
  answers: { 200: { description: 'A page of requests', schema: morePage } },
  problems: [...PROBLEMS, 'invalid_cursor'],
  handler: async ({ engine }, { params, query, call }) => ({
    body: await engine.requests.list(params.account, query, call),
  }),
});

const deciding = {
  ...ofTeam,
  team: 'under-lock',
  method: 'POST',
  scope: 'grant',
  params: ofRequest,
  body: nothing,
  answers: { 200: { description: 'The request as it was decided', schema: more } },
  problems: [...PROBLEMS, 'invalid_amount', 'request_not_found', 'request_closed'],
} as const;

const approveRequest = route({
  ...deciding,
  path: `${REQUEST}/approve`,
  operationId: 'approveRequest',
  summary: 'Allows it, in the period that it was made in and no other; once, however often it is approved',
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.requests.approve(params.account, params.member, params.request, call),
  }),
});

const denyRequest = route({
  ...deciding,
  path: `${REQUEST}/deny`,
  operationId: 'denyRequest',
  summary: 'Closes it without allowing anything',
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.requests.deny(params.account, params.member, params.request, call),
  }),
});

export const teamRoutes = [
  putMember,
  removeMember,
  listMembers,
  getMember,
  listTeams,
  askForMore,
  listRequests,
  approveRequest,
  denyRequest,
];
