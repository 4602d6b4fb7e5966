import { type Account, type Grant, unheld } from './account.ts';
import { toCredits } from './amount.ts';
import { addDuration, type Duration, formatInstant } from './calendar.ts';
import { grantId } from './id.ts';
import type { Notice, NoticeRules } from './notice.ts';
import type { Rules } from './rules.ts';

/** An announcement of a lot's end, so many days before it. */
export interface Reminder {
  readonly days: number;
  readonly dueAt: number;
}

const NO_TIME: Duration = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };

/** Days are those of the account's calendar: the same time of day, also across daylight saving. */
function remindersAt(expiresAt: number, days: readonly number[], timeZone: string): Reminder[] {
  return days.map((count) => {
    return {
      days: count,
      dueAt: addDuration(expiresAt, { ...NO_TIME, days: count }, { timeZone, times: -1 }),
    };
  });
}

/** What is to be announced of a lot that was just issued or extended; nothing that would precede it. */
export function remindersOf(
  lot: Pick<Grant, 'class' | 'effectiveAt' | 'expiresAt'>,
  { expiring }: NoticeRules,
  { now, timeZone }: { now: number; timeZone: string },
): Reminder[] {
  const days = expiring.get(lot.class);
  if (days === undefined || lot.expiresAt === null) return [];
  const from = Math.max(now, lot.effectiveAt);
  return remindersAt(lot.expiresAt, days, timeZone).filter(({ dueAt }) => dueAt > from);
}

/**
 * Of the announcements that are left of a lot: the notice that is due at `now`, and those that come later. Of several
 * that were missed only the last is told; none where nothing is left that could expire.
 */
export function remind(
  account: Account,
  { lot, days }: { lot: Grant | undefined; days: readonly number[] },
  { now, rules }: { now: number; rules: Rules },
): { notice: Notice | null; later: readonly Reminder[] } {
  if (lot === undefined || lot.expiresAt === null || lot.expiresAt <= now || lot.remaining === 0n) {
    return { notice: null, later: [] };
  }
  const all = remindersAt(lot.expiresAt, days, account.timeZone);
  const due = all.filter(({ dueAt }) => dueAt <= now).at(-1);
  const later = all.filter(({ dueAt }) => dueAt > now);
  if (due === undefined || unheld(lot) === 0n) return { notice: null, later };
  const data = {
    account: account.id,
    grant: grantId(account.number, lot.no),
    class: lot.class,
    amount: toCredits(unheld(lot), rules.scale),
    expires_at: formatInstant(lot.expiresAt),
    days_left: due.days,
    source: { ...lot.source },
    version: account.seq,
  };
  return { notice: { type: 'credits.expiring', at: now, data }, later };
}
