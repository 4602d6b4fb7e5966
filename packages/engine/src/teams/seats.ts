import type * as wire from '@drawdown/client';
import { readSubscriptions } from '../sources/subscription-rows.ts';
import { pendingTerms, type Subscription, statusAt, termsAt } from '../sources/subscription-state.ts';
import type { Connection, Database } from '../store/database.ts';
import { readCensus } from './rows.ts';

type On = Pick<Connection | Database, 'query'>;

/**
 * The seats that a team pays for, over all subscriptions that are not over, a pause included; null where none has
 * seats: then nobody counts the members. Of seats that are to become fewer or more, the fewer: nobody is let in who
 * would be one too many when the period ends, nor on seats that have not begun.
 */
export async function readSeats(on: On, team: number, now: number): Promise<number | null> {
  let seats: number | null = null;
  for (const one of await readSubscriptions(on, team)) {
    const status = statusAt(one, now);
    if (status === 'cancelled' || status === 'ended') continue;
    const own = termsAt(one, now).terms.seats;
    if (own !== null) seats = (seats ?? 0) + Math.min(own, pendingTerms(one, now)?.terms.seats ?? own);
  }
  return seats;
}

/** How the members compare with the seats that were agreed last, also where these begin later; null without either. */
export async function seatUse(on: On, one: Subscription, now: number): Promise<wire.SeatUse | null> {
  const { terms } = pendingTerms(one, now) ?? termsAt(one, now);
  if (terms.seats === null) return null;
  const { present } = await readCensus(on, one.account);
  if (present === 0) return null;
  return { seats: terms.seats, members: present, over: Math.max(0, present - terms.seats) };
}
