import { type Account, type Draw, findGrant, type Grant, type Move, unheld } from './account.ts';
import { type Decision, detailOf, type QuotedDraw, type Refusal, refuse, type Spend } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter } from './entry.ts';
import { draw, isEligible } from './order.ts';
import type { Rules } from './rules.ts';
import { refusedToMember } from './team.ts';

/** Takes an amount in draw order: all of it or none, unless an overdraft is asked for and allowed. */
export function decideConsume(
  account: Account,
  command: Spend & { readonly overdraft: boolean },
  context: Context,
): Decision {
  const { rules, now } = context;
  const toMember = command.member === undefined ? null : refusedToMember(account, command, now);
  if (toMember !== null) return refuse(toMember);
  if (command.overdraft && !rules.overdraft.allowed) return refuse({ code: 'overdraft_not_allowed' });
  const { draws, missing } = draw(account.grants, command.amount, command, now);
  if (missing > 0n && !(command.overdraft && account.debt + missing <= rules.overdraft.limit)) {
    return refuse(shortOf(account, command, missing, now));
  }
  const broken = brokenPromise(account, command, draws, context);
  if (broken !== null) return refuse(broken);

  const post = ledgerWriter(account, { at: now, actor: context.actor, catalog: rules.version });
  return {
    entries: [
      post({
        type: 'consume',
        moves: draws.map((one): Move => ({ grant: one.grant, remaining: -one.amount, held: 0n })),
        debt: missing,
        feature: command.feature,
        detail: attachedDetail(command),
      }),
    ],
  };
}

export function attachedDetail({ units, member, metadata }: Spend) {
  return units === undefined && member === undefined && metadata === undefined
    ? {}
    : detailOf({ units, member, metadata });
}

/** The refusal that says how much is missing, and how much of what is there somebody else has reserved. */
export function shortOf(account: Account, spend: Spend, missing: bigint, now: number): Refusal {
  let held = 0n;
  for (const grant of account.grants) if (isEligible(grant, spend, now)) held += grant.held;
  return {
    code: 'insufficient_credits',
    required: spend.amount,
    available: spend.amount - missing,
    shortfall: missing,
    held,
  };
}

/**
 * A quote binds: past its end, above its amount, or drawn from a more precious class than was shown, the spending
 * is refused and never silently charged otherwise.
 */
export function brokenPromise(
  account: Account,
  spend: Spend,
  draws: readonly Draw[],
  { now, rules }: Pick<Context, 'now' | 'rules'>,
): Refusal | null {
  if (spend.quote === null) return null;
  if (now >= spend.quote.expiresAt) return { code: 'quote_expired', expiresAt: spend.quote.expiresAt };
  if (spend.amount > spend.quote.amount) return { code: 'quote_changed' };
  return isMorePrecious(account, draws, spend.quote, rules) ? { code: 'quote_changed' } : null;
}

/** Whether, from some class on, more is drawn from it and the classes after it than was quoted. */
function isMorePrecious(account: Account, draws: readonly Draw[], quote: QuotedDraw, rules: Rules): boolean {
  const drawn = new Map<string, bigint>();
  for (const one of draws) {
    const id = (findGrant(account, one.grant) as Grant).class;
    drawn.set(id, (drawn.get(id) ?? 0n) + one.amount);
  }
  const known = rules.classes.map((entry) => entry.id);
  // Classes that the catalog no longer knows are drawn last of all, so they are the most precious.
  const unknown = [...drawn.keys(), ...quote.byClass.keys()].filter((id) => !known.includes(id));
  let excess = 0n;
  for (const id of [...new Set(unknown), ...known.reverse()]) {
    excess += (drawn.get(id) ?? 0n) - (quote.byClass.get(id) ?? 0n);
    if (excess > 0n) return true;
  }
  return false;
}

/** What spending could draw on now. */
export function availableFor(
  account: Account,
  spend: Pick<Spend, 'feature' | 'classes'>,
  now: number,
): bigint {
  let sum = 0n;
  for (const grant of account.grants) if (isEligible(grant, spend, now)) sum += unheld(grant);
  return sum;
}
