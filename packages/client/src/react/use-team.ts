/** Where a person stands in a team, and what its owners and admins see of it: read again at each change of its account. */
import type { Member, More } from '../wire.ts';
import { type Reading, useDrawdown, useReading } from './provider.tsx';

/** As many as one page of the server's lists has. */
const MANY = 200;

export interface Standing {
  /** Role, limit and use of the person in the team that is shown; null: it is their own account, or nobody counts. */
  readonly member: Member | null;
  /** Money, codes, lots and members are theirs to see and to change. */
  readonly manages: boolean;
}

const OWN: Standing = { member: null, manages: true };
const OWN_READING: Reading<Standing> = { data: OWN, error: undefined, loading: false, reload: () => {} };

/** What the person who looks may do with the account that is shown. */
export function useStanding(): Reading<Standing> {
  const { account, person } = useDrawdown();
  const reading = useReading('standing', async (drawdown): Promise<Standing> => {
    if (drawdown.account === drawdown.person) return OWN;
    const { data } = await drawdown.client.listTeams(drawdown.person, { limit: MANY });
    const member = data.find(({ team }) => team === drawdown.account) ?? null;
    // A team that keeps no members takes the word of whoever made the session.
    return { member, manages: member === null || member.role !== 'member' };
  });
  return account === person ? OWN_READING : reading;
}

/** In the order of joining; a person who manages nothing sees themselves. */
export function useMembers(): Reading<readonly Member[]> {
  return useReading(
    'members',
    async ({ client, account }) => (await client.listMembers(account, { limit: MANY })).data,
  );
}

/** Requests for more that wait for an answer, newest first; a person who manages nothing sees their own. */
export function useMoreRequests(): Reading<readonly More[]> {
  return useReading(
    'requests',
    async ({ client, account }) => (await client.listRequests(account, { limit: MANY })).data,
  );
}
