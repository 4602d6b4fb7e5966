import { type Account, type Entry, type Grant, type Hold, unheld } from './account.ts';
import { smaller } from './amount.ts';
import { apply, TIME } from './apply.ts';
import type { Context } from './decide.ts';
import { ledgerWriter } from './entry.ts';
import { repayment } from './grant.ts';
import { closing } from './hold.ts';

/**
 * Time as a verb: enters what has come due up to `now`, each at its own instant, and applies it. Runs first in every
 * write and before every read that finds the account due, so that being late changes no balance (law 12).
 * At one instant: hold time-outs, then expiries, then starts; of one kind, by number.
 */
export function settle(
  account: Account,
  { now, rules }: Pick<Context, 'now' | 'rules'>,
  inOrder: (a: Grant, b: Grant) => number,
): Entry[] {
  const entered: Entry[] = [];
  for (;;) {
    const due = dueAt(account);
    if (due === null || due > now) return entered;
    const next = nextDue(account) as Due;
    const context: Context = { now: next.at, rules, actor: TIME };
    for (const entry of entriesOf(account, next, context)) {
      apply(account, entry, inOrder);
      entered.push(entry);
    }
  }
}

type Due = { readonly at: number } & (
  | { readonly kind: 'time_out'; readonly hold: Hold }
  | { readonly kind: 'expiry' | 'start'; readonly grant: Grant }
);

const KINDS = { time_out: 0, expiry: 1, start: 2 } as const;

/** The instant at which time will next change this account; null where it never will. */
export function dueAt(account: Account): number | null {
  // Asked for on every change, so it makes no objects; `nextDue` says what it is that is due.
  let at = Number.POSITIVE_INFINITY;
  for (const grant of account.grants) {
    if (grant.phase === 'scheduled') at = Math.min(at, grant.effectiveAt);
    else if (grant.expiresAt !== null && grant.expiresAt < at && unheld(grant) > 0n) at = grant.expiresAt;
  }
  if (account.holds.size > 0) {
    for (const hold of account.holds.values()) if (hold.state === 'open') at = Math.min(at, hold.expiresAt);
  }
  return at === Number.POSITIVE_INFINITY ? null : at;
}

function nextDue(account: Account): Due | null {
  let first: Due | null = null;
  const consider = (due: Due): void => {
    if (first === null || isBefore(due, first)) first = due;
  };
  for (const hold of account.holds.values()) {
    if (hold.state === 'open') consider({ kind: 'time_out', at: hold.expiresAt, hold });
  }
  for (const grant of account.grants) {
    if (grant.phase === 'scheduled') consider({ kind: 'start', at: grant.effectiveAt, grant });
    else if (grant.expiresAt !== null && unheld(grant) > 0n) {
      consider({ kind: 'expiry', at: grant.expiresAt, grant });
    }
  }
  return first;
}

function isBefore(a: Due, b: Due): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.kind !== b.kind) return KINDS[a.kind] < KINDS[b.kind];
  return numberOf(a) < numberOf(b);
}

const numberOf = (due: Due): number => (due.kind === 'time_out' ? due.hold.no : due.grant.no);

function entriesOf(account: Account, due: Due, context: Context): readonly Entry[] {
  if (due.kind === 'time_out') {
    const decision = closing(account, due.hold, 0n, { type: 'release' }, context);
    return 'entries' in decision ? decision.entries : [];
  }
  const { grant } = due;
  const post = ledgerWriter(account, { at: due.at, actor: TIME, catalog: context.rules.version });
  if (due.kind === 'expiry') {
    return [post({ type: 'expire', moves: [{ grant: grant.no, remaining: -unheld(grant), held: 0n }] })];
  }
  const start = post({ type: 'grant', moves: [{ grant: grant.no, remaining: grant.amount, held: 0n }] });
  // A frozen lot is not drawn on, not even by a debt.
  const repaid = grant.frozen ? 0n : smaller(account.debt, grant.amount);
  return repaid === 0n ? [start] : [start, post(repayment(grant.no, repaid))];
}
