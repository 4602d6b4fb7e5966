import { type Account, nextStamp, type Terms } from './account.ts';
import { MAX_ATOMS, smaller } from './amount.ts';
import { addDuration, type Duration, MAX_INSTANT, parseDuration } from './calendar.ts';
import { type Decision, type GrantCommand, refuse, type Validity } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter } from './entry.ts';

/**
 * Issues a lot: at once, or scheduled, in which case the entry is of amount 0 and `settle` enters the credits at
 * `effectiveAt`. A debt is repaid out of the new lot at once, in an entry that follows.
 */
export function decideGrant(account: Account, command: GrantCommand, context: Context): Decision {
  const { now, rules } = context;
  const effectiveAt = command.effectiveAt ?? now;
  const expiresAt = endOf(command.validity, effectiveAt, account.timeZone);
  if (expiresAt !== null && (expiresAt <= effectiveAt || expiresAt <= now || expiresAt > MAX_INSTANT)) {
    return refuse({
      code: 'invalid_expiry',
      field: command.validity.kind === 'for' ? 'valid_for' : 'expires_at',
    });
  }
  if (exceedsLimit(account, command.amount))
    return refuse({ code: 'balance_limit_exceeded', limit: MAX_ATOMS });

  const terms: Terms = {
    no: nextStamp(account.stamp, now),
    class: command.class,
    amount: command.amount,
    priority: command.priority,
    effectiveAt,
    expiresAt,
    features: command.features,
    source: command.source,
    cost: command.cost,
    catalog: rules.version,
    metadata: command.metadata,
  };
  const post = ledgerWriter(account, { at: now, actor: context.actor, catalog: rules.version });
  const starts = effectiveAt <= now;
  const issue = post({
    type: 'grant',
    moves: starts ? [{ grant: terms.no, remaining: terms.amount, held: 0n }] : [],
    detail: { grants: [terms] },
  });
  const repaid = starts ? smaller(account.debt, terms.amount) : 0n;
  if (repaid === 0n) return { entries: [issue] };
  return { entries: [issue, post(repayment(terms.no, repaid))] };
}

/** A debt paid out of a lot that has just begun. */
export function repayment(grant: number, amount: bigint) {
  return {
    type: 'adjust' as const,
    moves: [{ grant, remaining: -amount, held: 0n }],
    debt: -amount,
    detail: { reason: 'debt_repaid' },
  };
}

/**
 * Scheduled lots count towards the limit as well: they must never be unable to start.
 * The limit keeps every balance an integer that JSON readers agree on.
 */
export function exceedsLimit(account: Account, amount: bigint): boolean {
  let committed = account.total;
  for (const grant of account.grants) if (grant.phase === 'scheduled') committed += grant.amount;
  return committed + amount > MAX_ATOMS;
}

function endOf(validity: Validity, from: number, timeZone: string): number | null {
  if (validity.kind === 'forever') return null;
  if (validity.kind === 'until') return validity.expiresAt;
  return addDuration(from, parseDuration(validity.duration) as Duration, { timeZone });
}
