/** What a session may do with a team: one rule for every route, in the words of the route table. */
import { parseGrantId, parseHoldId, parseOperationId, parsePurchaseId } from '../core/id.ts';
import type { Call, Engine } from '../engine.ts';
import type { Caller } from './caller.ts';
import type { Route } from './route.ts';

/** Where an id of a resource in a path leads, by the name of its parameter. */
const ACCOUNT_OF: Readonly<Record<string, (id: string) => { account: number } | null>> = {
  grant: parseGrantId,
  hold: parseHoldId,
  operation: parseOperationId,
  purchase: parsePurchaseId,
};

/** Whether a team might be asked about: only for sessions that name one, so nobody else waits for anything. */
export function isAboutTeam(route: Route, caller: Caller | null): boolean {
  if (route.team === undefined) return false;
  return caller !== null && caller.session !== null && caller.session.accounts.length > 1;
}

/**
 * The call with what its person may see, as the team knows them at this moment: tokens outlast memberships. Throws
 * `not_a_member` where they are none, `forbidden` where their role does not reach, `invalid_token` where the person was
 * erased.
 */
export async function admitted(
  { members }: Pick<Engine, 'members'>,
  { team, sessions }: Route,
  { call, params }: { call: Call; params: unknown },
): Promise<Call> {
  if (team === undefined) return call;
  const ids = params as Readonly<Record<string, string>>;
  const place = sessions === 'own-account' ? (ids.account as string) : placeOf(ids);
  if (place === null) return call;
  if (team === 'under-lock') {
    await members.demandThere(place, call);
    return call;
  }
  return members.admit(place, { call, managers: team === 'manager' });
}

/** The number of the account that the id of a resource has it by; null where that leads nowhere. */
function placeOf(ids: Readonly<Record<string, string>>): number | null {
  for (const [name, accountOf] of Object.entries(ACCOUNT_OF)) {
    const id = ids[name];
    if (id !== undefined) return accountOf(id)?.account ?? null;
  }
  throw new Error('a route for what is of an account names it by one of the ids above');
}
