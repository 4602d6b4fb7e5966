/** The people of a team in the matrix of callers: what each route lets them do, by the roles that they have now. */
import { randomUUID } from 'node:crypto';
import type { More } from '@drawdown/client';
import type { Ask, TestServer } from './support.ts';

export const CREW = 't_crew';

/** A request that is made of the server. */
export interface Wanted {
  path: string;
  ask?: Ask;
}

export interface TeamRow {
  /** Who may, of the people of a team; who has left may nothing. */
  may: 'member' | 'manager';
  /** Where a request about the team is another one than the row's with the team for an account. */
  request?(who: string): Promise<Wanted> | Wanted;
  /** What those who may are answered; absent: it is done. */
  answer?: string;
}

const at = (path: string, body?: unknown): Wanted => ({
  path: `/v1/accounts/${CREW}${path}`,
  ...(body === undefined ? {} : { ask: { body } }),
});
const inCrew = (path: string, body?: unknown) => () => at(path, body);

/** The team and its people, with a session each that was made while its person was a member: one has left since. */
export async function makeCrew(
  t: TestServer,
  sessionOf: (who: string) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  await t.ask('PUT', at('').path, { body: { kind: 'team' } });
  await t.ask('POST', at('/grants').path, { body: { class: 'purchased', amount: 100_000 } });
  const roles = { u_own: 'owner', u_manager: 'admin', u_member: 'member', u_left: 'admin' };
  const tokens = new Map<string, string>();
  for (const [who, role] of Object.entries(roles)) {
    const body = { role, limit: { amount: 50_000, per: 'month' } };
    await t.ask('PUT', at(`/members/${who}`).path, { body });
    tokens.set(who, await sessionOf(who));
  }
  await t.ask('DELETE', at('/members/u_left').path);
  return tokens;
}

/** `server` is asked for when a test runs, since it is started after the rows are declared. */
export function teamRows(server: () => TestServer): Readonly<Record<string, TeamRow>> {
  const crewRequest = (act: string) => async () => {
    const path = '/members/u_member/requests';
    const asked = at(path, { amount: 1, reason: randomUUID() });
    const { body } = await server().ask<More>('POST', asked.path, asked.ask);
    return at(`${path}/${body.id}/${act}`, {});
  };
  /** Money and codes of a team are its owners' and admins'; spending, and what is in their own name, is any member's. */
  const rows: Record<string, TeamRow> = {
    getAccount: { may: 'member' },
    getBalance: { may: 'member' },
    // Nobody's but a person's own.
    exportAccount: { may: 'manager', answer: 'account_not_found' },
    getForecast: { may: 'member' },
    listGrants: { may: 'manager' },
    getGrant: { may: 'manager' },
    createQuote: { may: 'member' },
    consume: { may: 'member' },
    createHold: { may: 'member' },
    listHolds: { may: 'member' },
    getHold: { may: 'member' },
    captureHold: { may: 'member' },
    releaseHold: { may: 'member' },
    getOperation: { may: 'member' },
    explainOperation: { may: 'member' },
    createCheckout: { may: 'manager' },
    listPurchases: { may: 'manager' },
    getPurchase: { may: 'manager' },
    refundPurchase: { may: 'manager' },
    putAutoTopUp: { may: 'manager' },
    getAutoTopUp: { may: 'manager' },
    deleteAutoTopUp: { may: 'manager' },
    getPaymentMethod: { may: 'manager' },
    deletePaymentMethod: { may: 'manager' },
    redeem: { may: 'manager' },
    claimCampaign: { may: 'manager' },
    listOffers: { may: 'member' },
    createReferral: { may: 'manager' },
    claimGooglePlayPurchase: { may: 'manager' },
    claimAppStorePurchase: { may: 'manager' },
    getAppAccountToken: { may: 'manager' },
    listEntries: { may: 'member' },
    getUsage: { may: 'member' },
    getStatement: { may: 'manager' },
    streamEvents: { may: 'member' },
    putMember: {
      may: 'manager',
      request: inCrew('/members/u_other', { role: 'member', limit: { amount: 5, per: 'day' } }),
    },
    removeMember: {
      may: 'manager',
      request: async () => {
        const leaver = at('/members/u_leaver', { role: 'member' });
        await server().ask('PUT', leaver.path, leaver.ask);
        return { path: leaver.path };
      },
    },
    listMembers: { may: 'member', request: inCrew('/members') },
    getMember: { may: 'member', request: (who) => at(`/members/${who}`) },
    listTeams: { may: 'member' },
    askForMore: { may: 'member', request: (who) => at(`/members/${who}/requests`, { amount: 5 }) },
    listRequests: { may: 'member', request: inCrew('/requests') },
    approveRequest: { may: 'manager', request: crewRequest('approve') },
    denyRequest: { may: 'manager', request: crewRequest('deny') },
    listSubscriptions: { may: 'manager' },
    getSubscription: { may: 'manager' },
    previewSubscription: { may: 'manager' },
    changeSubscription: { may: 'manager' },
    cancelSubscription: { may: 'manager' },
    reactivateSubscription: { may: 'manager' },
    listNotices: { may: 'manager' },
  };
  return rows;
}
