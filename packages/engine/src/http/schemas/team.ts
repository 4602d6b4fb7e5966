/** Members of teams, and their requests for more. */
import { z } from 'zod';
import {
  accountId,
  amount,
  credits,
  instant,
  limitPeriod,
  page,
  resourceId,
  sentence,
} from './primitives.ts';

export const requestId = resourceId('req').meta({ description: "The id of a member's request for more." });

const role = z.enum(['owner', 'admin', 'member']).meta({ id: 'Role' });

export const memberRequest = z
  .strictObject({
    role,
    limit: z
      .strictObject({ amount, per: limitPeriod })
      .exactOptional()
      .meta({ description: 'Absent: as much as the team has.' }),
  })
  .meta({ id: 'MemberRequest', examples: [{ role: 'member', limit: { amount: 500, per: 'month' } }] });

export const member = z
  .object({
    team: accountId,
    account: accountId,
    role,
    limit: z.object({ amount: credits, per: limitPeriod }).nullable(),
    period: z
      .object({
        per: limitPeriod,
        extra: credits.meta({ description: 'Allowed beyond the limit, in this period only.' }),
        used: credits.meta({ description: 'Spent in the period, less what was refunded of it.' }),
        held: credits.meta({ description: "Reserved by the member's open holds." }),
        remaining: credits.nullable().meta({ description: 'What the limit leaves; null: no limit.' }),
        resets_at: instant,
      })
      .meta({ description: 'The period that runs: that of the limit, or the month where there is none.' }),
    joined_at: instant,
    left_at: instant.nullable(),
  })
  .meta({ id: 'Member', description: "A member of a team; never a sum with the person's own balance." });

export const memberPage = page(member, 'MemberPage');

export const moreRequest = z
  .strictObject({ amount, reason: sentence.exactOptional() })
  .meta({ id: 'MoreRequest', examples: [{ amount: 100, reason: 'The launch film' }] });

export const more = z
  .object({
    id: requestId,
    team: accountId,
    account: accountId,
    amount: credits,
    reason: z.string().nullable(),
    state: z.enum(['pending', 'approved', 'denied', 'withdrawn', 'expired']),
    created_at: instant,
    expires_at: instant.meta({ description: 'The end of the period that it is for.' }),
    decided_at: instant.nullable(),
    decided_by: z.string().nullable(),
  })
  .meta({ id: 'More', description: "A member's request for more than the limit, in one period." });

export const morePage = page(more, 'MorePage');

export const seatUse = z
  .object({ seats: z.int(), members: z.int(), over: z.int() })
  .meta({ id: 'SeatUse', description: 'Members beyond the seats stay; nobody joins until there is room.' });
