import type * as wire from '@drawdown/client';
import type { Account } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { requestId } from '../core/id.ts';
import { standingOf } from '../core/team.ts';
import type { Presenter } from '../present.ts';
import { type MemberRow, memberOf } from '../store/members.ts';
import type { RequestRow } from './request-rows.ts';

const instantOr = (instant: bigint | null): string | null =>
  instant === null ? null : formatInstant(Number(instant));

/** A member as of `now`, with what the team's open holds reserve. */
export function presentMember(
  presenter: Presenter,
  team: Account,
  { row, now }: { row: MemberRow; now: number },
): wire.Member {
  const member = memberOf(row);
  const { per, extra, used, held, remaining, resetsAt } = standingOf(team, member, now);
  return {
    team: team.id,
    account: row.member,
    role: row.role,
    limit: member.limit && { amount: presenter.credits(member.limit.amount), per: member.limit.per },
    period: {
      per,
      extra: presenter.credits(extra),
      used: presenter.credits(used),
      held: presenter.credits(held),
      remaining: remaining === null ? null : presenter.credits(remaining),
      resets_at: formatInstant(resetsAt),
    },
    joined_at: formatInstant(Number(row.joined_at)),
    left_at: instantOr(row.left_at),
  };
}

/** What a request is at an instant: nobody has to close it when its period is over. */
export function stateAt(row: RequestRow, now: number): wire.MoreState {
  return row.state === 'pending' && row.expires_at <= now ? 'expired' : row.state;
}

export function presentRequest(
  presenter: Presenter,
  team: Pick<Account, 'id' | 'number'>,
  { row, now }: { row: RequestRow; now: number },
): wire.More {
  return {
    id: requestId(team.number, Number(row.no)),
    team: team.id,
    account: row.member,
    amount: presenter.credits(row.amount),
    reason: row.reason,
    state: stateAt(row, now),
    created_at: formatInstant(Number(row.created_at)),
    expires_at: formatInstant(Number(row.expires_at)),
    decided_at: instantOr(row.decided_at),
    decided_by: row.decided_by,
  };
}
