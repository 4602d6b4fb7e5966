import { type Account, type Entry, type Grant, isSpendable, unheld } from './account.ts';
import { draw, type Eligibility } from './order.ts';
import type { Rules } from './rules.ts';
import { dueAt, settle } from './settle.ts';

/** What a feature used within a window of the past; of no feature: what was spent without naming one. */
export interface Usage extends Eligibility {
  readonly amount: bigint;
}

export interface Outlook {
  readonly usage: readonly Usage[];
  /** Milliseconds in which `usage` was spent; it goes on at that rate. */
  readonly window: number;
  readonly now: number;
  /** How far ahead to look. */
  readonly until: number;
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
}

/** Credits that will expire unspent. */
export interface Lapse {
  readonly grant: Grant;
  readonly at: number;
  readonly amount: bigint;
}

/**
 * What lapses if spending goes on as it did: time and the draw order are those of every deduction, so nothing is told
 * here that would not happen. Whoever runs out spends nothing until there is something again. Changes the account that
 * it is given: hand it a settled copy, with the lots that are expected as scheduled ones.
 */
export function lapsesAhead(account: Account, outlook: Outlook): Lapse[] {
  const { now, until, rules, inOrder } = outlook;
  const lapses: Lapse[] = [];
  for (let at = now; at < until; ) {
    const next = Math.min(dueAt(account) ?? until, until);
    for (const usage of outlook.usage) spend(account, usage, { from: at, to: next }, outlook);
    for (const entry of settle(account, { now: next, rules }, inOrder)) {
      const lapse = lapseOf(account, entry);
      if (lapse !== null) lapses.push(lapse);
    }
    // Nothing was due after all: what was due has been spent meanwhile.
    at = next;
  }
  return lapses;
}

function spend(
  account: Account,
  usage: Usage,
  { from, to }: { from: number; to: number },
  { now, window }: Outlook,
): void {
  // Counted from the start, so that no fraction is lost between two instants.
  const upTo = (instant: number): bigint => (usage.amount * BigInt(instant - now)) / BigInt(window);
  const { draws } = draw(account.grants, upTo(to) - upTo(from), usage, from);
  for (const { grant, amount } of draws) {
    const lot = account.grants.find(({ no }) => no === grant) as Grant;
    lot.remaining -= amount;
    lot.consumed += amount;
    account.total -= amount;
  }
}

function lapseOf(account: Account, entry: Entry): Lapse | null {
  const [move] = entry.moves;
  if (entry.type !== 'expire' || move === undefined) return null;
  const grant = account.grants.find(({ no }) => no === move.grant);
  // Nobody can save what is frozen.
  if (grant === undefined || grant.frozen) return null;
  return { grant, at: entry.at, amount: -move.remaining };
}

/** Per class, what is spent before a lot is touched, as things are now; what lapses until the lot does is not spent. */
export function usedBefore(
  account: Account,
  lot: Grant,
  { now, inOrder, lapses }: Pick<Outlook, 'now' | 'inOrder'> & { readonly lapses: readonly Lapse[] },
): Map<string, bigint> {
  const end = lapses.find(({ grant }) => grant.no === lot.no)?.at ?? Number.POSITIVE_INFINITY;
  const sums = new Map<string, bigint>();
  for (const grant of account.grants) {
    if (grant.no === lot.no || inOrder(grant, lot) >= 0 || !isSpendable(grant, now)) continue;
    const lapse = lapses.find((one) => one.grant.no === grant.no && one.at <= end);
    const used = unheld(grant) - (lapse?.amount ?? 0n);
    if (used > 0n) sums.set(grant.class, (sums.get(grant.class) ?? 0n) + used);
  }
  return sums;
}
