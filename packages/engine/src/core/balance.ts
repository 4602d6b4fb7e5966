import { type Account, type Grant, isSpendable, unheld } from './account.ts';
import type { Rules } from './rules.ts';
import { copyOfMembers } from './team.ts';

/** The balance of one class, in atoms: `available = total − held − frozen`. */
export interface ClassSummary {
  readonly class: string;
  total: bigint;
  held: bigint;
  frozen: bigint;
  /** The soonest instant at which time takes something, and how much it takes then. */
  nextExpiry: { at: number; amount: bigint } | null;
}

export interface Summary {
  readonly total: bigint;
  readonly held: bigint;
  readonly frozen: bigint;
  /** In the catalog's order, every class, also at zero; then classes that an earlier catalog knew. */
  readonly classes: readonly ClassSummary[];
  /** Numbers of the lots that can be drawn on now, in draw order. */
  readonly drawOrder: readonly number[];
}

/** What a settled account has at `now`, per class. */
export function summarise(account: Account, rules: Rules, now: number): Summary {
  const classes = new Map<string, ClassSummary>();
  for (const { id } of rules.classes) classes.set(id, emptyClass(id));
  const drawOrder: number[] = [];
  let held = 0n;
  let frozen = 0n;
  for (const grant of account.grants) {
    const summary = classes.get(grant.class) ?? emptyClass(grant.class);
    classes.set(grant.class, summary);
    const free = unheld(grant);
    summary.total += grant.remaining;
    summary.held += grant.held;
    held += grant.held;
    if (grant.frozen) {
      summary.frozen += free;
      frozen += free;
    }
    if (free === 0n) continue;
    if (grant.expiresAt !== null) noteExpiry(summary, grant.expiresAt, free);
    if (isSpendable(grant, now)) drawOrder.push(grant.no);
  }
  return { total: account.total, held, frozen, classes: [...classes.values()], drawOrder };
}

const emptyClass = (id: string): ClassSummary => ({
  class: id,
  total: 0n,
  held: 0n,
  frozen: 0n,
  nextExpiry: null,
});

function noteExpiry(summary: ClassSummary, at: number, amount: bigint): void {
  const known = summary.nextExpiry;
  if (known === null || at < known.at) summary.nextExpiry = { at, amount };
  else if (at === known.at) known.amount += amount;
}

/** A copy that can be changed without changing the original: for quotes and for looking ahead in time. */
export function copyOf(account: Account): Account {
  return {
    ...account,
    grants: account.grants.map((grant): Grant => ({ ...grant })),
    holds: new Map([...account.holds].map(([no, hold]) => [no, { ...hold }])),
    spendings: new Map([...account.spendings].map(([seq, spending]) => [seq, { ...spending }])),
    members: account.members && copyOfMembers(account.members),
  };
}
