import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import { formatAmount, toCredits } from './core/amount.ts';
import { formatInstant } from './core/calendar.ts';
import type { MemberLimit, Refusal } from './core/command.ts';
import { DrawdownError, invalid } from './errors.ts';

/** The refusal of whatever is asked of a closed account. `into`: the account that it was merged into. */
export function accountClosed(into: string | null): DrawdownError {
  const sentence = into === null ? 'The account is closed.' : `The account was merged into ${into}.`;
  return new DrawdownError('account_closed', sentence, { merged_into: into });
}

/** What a member may spend, with amounts in credits: alike before the deduction and in its refusal. */
export function presentLimit(limit: MemberLimit, catalog: Catalog): Omit<wire.QuotedLimit, 'sufficient'> {
  const credits = (atoms: bigint): number => toCredits(atoms, catalog.scale);
  return {
    member: limit.member,
    limit: credits(limit.limit),
    per: limit.per,
    extra: credits(limit.extra),
    used: credits(limit.used),
    held: credits(limit.held),
    remaining: credits(limit.remaining),
    resets_at: formatInstant(limit.resetsAt),
  };
}

/** The typed error of a refusal, with amounts in credits. */
export function errorOf(refusal: Refusal, catalog: Catalog): DrawdownError {
  const credits = (atoms: bigint): number => toCredits(atoms, catalog.scale);
  const text = (atoms: bigint): string => formatAmount(atoms, catalog.scale);
  switch (refusal.code) {
    case 'insufficient_credits':
      return new DrawdownError(
        refusal.code,
        `${text(refusal.required)} credits are needed and ${text(refusal.available)} are available: ` +
          `${text(refusal.shortfall)} short.`,
        {
          required: credits(refusal.required),
          available: credits(refusal.available),
          shortfall: credits(refusal.shortfall),
          held: credits(refusal.held),
        },
      );
    case 'not_a_member':
      return new DrawdownError(refusal.code, `${refusal.member} is no member of the team.`, {
        member: refusal.member,
      });
    case 'member_limit_reached':
      return new DrawdownError(
        refusal.code,
        `${text(refusal.required)} credits are needed and the limit per ${refusal.per} leaves ` +
          `${text(refusal.remaining)}.`,
        { required: credits(refusal.required), ...presentLimit(refusal, catalog) },
      );
    case 'amount_exceeds_hold':
      return new DrawdownError(refusal.code, `The hold reserves ${text(refusal.held)}.`, {
        field: 'amount',
        held: credits(refusal.held),
      });
    case 'amount_exceeds_operation':
      return new DrawdownError(refusal.code, `${text(refusal.refundable)} can still be refunded.`, {
        field: 'amount',
        refundable: credits(refusal.refundable),
      });
    case 'balance_limit_exceeded':
      return new DrawdownError(refusal.code, undefined, { field: 'amount', limit: credits(refusal.limit) });
    case 'quote_expired':
      return new DrawdownError(refusal.code, undefined, { expired_at: formatInstant(refusal.expiresAt) });
    case 'hold_closed':
    case 'grant_closed':
      return new DrawdownError(refusal.code, `It is ${refusal.state}.`, { state: refusal.state });
    case 'not_a_team':
      return invalid('member', 'goes with the account of a team');
    case 'invalid_expiry':
      return invalid(
        refusal.field,
        'must lead to an end that lies ahead, after the start and before the year 10000',
      );
    default:
      return new DrawdownError(refusal.code);
  }
}
