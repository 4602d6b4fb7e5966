import { type Account, type Entry, findGrant } from './account.ts';
import { toCredits } from './amount.ts';
import type { LowBalance, Notice } from './notice.ts';
import type { Rules } from './rules.ts';

/** What nobody has reserved or frozen, in atoms: what may be spent. */
export function availableOf(account: Account): bigint {
  let available = account.total;
  for (const grant of account.grants) available -= grant.frozen ? grant.remaining : grant.held;
  return available;
}

/** What could be spent since an entry. */
export interface Standing {
  readonly at: number;
  readonly seq: number;
  readonly available: bigint;
}

/** After each entry of time's own, which freezes and thaws nothing; `before` is how things stood ahead of the first. */
export function standingsAfter(
  account: Account,
  entries: readonly Entry[],
  before: { readonly total: bigint; readonly available: bigint },
): Standing[] {
  let reserved = before.total - before.available;
  return entries.map(({ at, seq, total, moves }) => {
    for (const { grant, remaining, held } of moves) {
      reserved += findGrant(account, grant)?.frozen === true ? remaining : held;
    }
    return { at, seq, available: total - reserved };
  });
}

/** A balance went below a threshold, or has come back over it. */
export interface Crossing {
  readonly threshold: bigint;
  readonly low: boolean;
  /** Since when it is so. */
  readonly since: Standing;
}

/** Judged on where a change began and where it ended: what lies in between nobody could have seen. */
export function crossingsOf(
  low: readonly LowBalance[],
  before: bigint,
  course: readonly [...Standing[], Standing],
): Crossing[] {
  const crossings: Crossing[] = [];
  const sinceWhen = (isSo: (available: bigint) => boolean): Standing =>
    course[course.findLastIndex(({ available }) => !isSo(available)) + 1] as Standing;
  const { available: after } = course.at(-1) as Standing;
  for (const { below, recoveredAt } of low) {
    if (before >= below && after < below) {
      crossings.push({ threshold: below, low: true, since: sinceWhen((available) => available < below) });
    }
    if (before < recoveredAt && after >= recoveredAt) {
      const since = sinceWhen((available) => available >= recoveredAt);
      crossings.push({ threshold: below, low: false, since });
    }
  }
  return crossings;
}

export function crossingNotice(
  account: Account,
  { threshold, low, since: { at, seq, available } }: Crossing,
  rules: Rules,
): Notice {
  const data = {
    account: account.id,
    available: toCredits(available, rules.scale),
    threshold: toCredits(threshold, rules.scale),
    version: seq,
  };
  return { type: low ? 'credits.balance_low' : 'credits.balance_recovered', at, data };
}
