/** What keeps an account from being merged or closed: whatever would still come back to it. */
import type { Account } from '../core/account.ts';
import { holdId, subscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection, Database } from '../store/database.ts';
import { COMING } from './merge-rows.ts';
import { idOf, type Purchase } from './purchase-rows.ts';
import { readSubscriptions } from './subscription-rows.ts';
import { statusAt } from './subscription-state.ts';
import type { TopUp } from './top-up-rows.ts';

type Reads = Pick<Connection | Database, 'query'>;

/** Ids of what is under way, by kind. */
export interface Busy {
  readonly holds: readonly string[];
  readonly subscriptions: readonly string[];
  readonly purchases: readonly string[];
  /** Accounts whose credits are on their way here. */
  readonly merges: readonly string[];
}

/** Throws `account_busy` with all that is under way, so that it can be ended in one go. */
export function demandIdle(busy: Busy): void {
  const kinds = Object.entries(busy).filter(([, ids]) => ids.length > 0);
  if (kinds.length === 0) return;
  const sentence = `Still under way: ${kinds.map(([kind, ids]) => `${ids.length} ${kind}`).join(', ')}.`;
  throw new DrawdownError('account_busy', sentence, { ...busy });
}

export const openHoldsOf = ({ number, holds }: Account): string[] =>
  [...holds.values()].filter(({ state }) => state === 'open').map(({ no }) => holdId(number, no));

/** Subscriptions that would grant again. One that was cancelled keeps its lots and grants nothing more. */
export async function liveSubscriptions(on: Reads, account: number, now: number): Promise<string[]> {
  const all = await readSubscriptions(on, account);
  const live = all.filter((one) => one.cancelAt === null && statusAt(one, now) !== 'ended');
  return live.map(({ no }) => subscriptionId(account, no));
}

export async function comingMerges(on: Reads, account: number): Promise<string[]> {
  return (await on.query(COMING, [account])).rows.map(({ id }) => id);
}

/** How long a checkout that was opened is taken to be on the buyer's screen. */
const PAYING_MS = 30 * 60 * 1_000;

/**
 * Purchases of which nobody knows yet what they come to: being paid, given back or disputed. A charge that was sent is
 * one however long ago that was; one that was not is none. Nor is one that is being given back where whoever wants to know
 * `asksAgain` what became of it.
 */
export function pendingPurchases(
  purchases: readonly Purchase[],
  now: number,
  {
    topUp,
    asksAgain,
  }: { topUp: Pick<TopUp, 'no' | 'state'> | null; asksAgain: (purchase: Purchase) => boolean },
): string[] {
  const isPending = (purchase: Purchase): boolean => {
    const { no, state, createdAt, moved } = purchase;
    if (no === topUp?.no) return topUp.state === 'sent';
    if (moved !== null) return false;
    if (state === 'refunding') return !asksAgain(purchase);
    return state === 'disputed' || (state === 'open' && now < createdAt + PAYING_MS);
  };
  return purchases.filter(isPending).map(idOf);
}
