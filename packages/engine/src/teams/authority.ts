import type { Call } from '../change.ts';
import { DrawdownError } from '../errors.ts';
import type { MemberRow } from '../store/members.ts';
import type { Roster } from './rows.ts';

/** The person who asks, as the team knows them; null for a server's key. Who is no member may do nothing here. */
export function actorIn({ rows }: Pick<Roster, 'rows'>, { person }: Call): MemberRow | null {
  if (person === undefined) return null;
  const row = rows.get(person);
  if (row !== undefined && row.left_at === null) return row;
  throw new DrawdownError('not_a_member', `${person} is no member of the team.`, { member: person });
}

export const isManager = (actor: MemberRow | null): boolean => actor === null || actor.role !== 'member';

/** The same refusal whoever the act is about, so that it tells nothing of others. */
export function demandManager(actor: MemberRow | null): void {
  if (!isManager(actor)) throw new DrawdownError('forbidden', 'Only an owner or an admin of the team may.');
}

export function demandManagerOrSelf(actor: MemberRow | null, member: string): void {
  if (actor?.member !== member) demandManager(actor);
}

/** Owners are made, changed and removed by owners, or by the product's server. */
export function demandOwner(actor: MemberRow | null): void {
  if (actor === null || actor.role === 'owner') return;
  throw new DrawdownError('forbidden', 'Only an owner may make, change or remove an owner.');
}
