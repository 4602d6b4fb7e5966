import { type Account, type Entry, findGrant, type Grant, type Json } from './account.ts';
import { toCredits } from './amount.ts';
import { TIME } from './apply.ts';
import { formatInstant } from './calendar.ts';
import { grantId, holdId, operationId } from './id.ts';
import type { Rules } from './rules.ts';
import { type Member, standingOf } from './team.ts';

/** Everything that may be told. A new kind of news is a line here. */
export const NOTICE_TYPES = [
  'credits.granted',
  'credits.refilled',
  'credits.consumed',
  'credits.expiring',
  'credits.expired',
  'credits.balance_low',
  'credits.balance_recovered',
  'hold.timed_out',
  'purchase.completed',
  'purchase.reversed',
  'auto_top_up.completed',
  'auto_top_up.stopped',
  'member.limit_reached',
] as const;
export type NoticeType = (typeof NOTICE_TYPES)[number];

/** One piece of news about an account, as it is told: `data` is what travels, in credits and RFC 3339. */
export interface Notice {
  readonly type: NoticeType;
  /** When it happened. */
  readonly at: number;
  readonly data: { readonly [key: string]: Json };
}

/** A balance is low from below `below` until it has reached `recoveredAt` again. Atoms. */
export interface LowBalance {
  readonly below: bigint;
  readonly recoveredAt: bigint;
}

/** What is told, as the catalog says. */
export interface NoticeRules {
  readonly types: ReadonlySet<NoticeType>;
  /** By class: how many days before a lot's end it is announced, most first. */
  readonly expiring: ReadonlyMap<string, readonly number[]>;
  readonly low: readonly LowBalance[];
}

/** An entry, and whether somebody asked for it: the others follow from one, or from time. */
type Told = Entry & { readonly key: string | null };

/**
 * What entries tell by themselves. `account` is as they left it, with every lot that they moved still at hand.
 * Whether a type is wanted at all is asked where it is written.
 */
export function noticesOf(account: Account, entries: readonly Told[], { scale }: Rules): Notice[] {
  const notices: Notice[] = [];
  const credits = (atoms: bigint): number => toCredits(atoms, scale);
  const about = (entry: Told) => ({
    account: account.id,
    operation: entry.key === null ? null : operationId(account.number, entry),
    version: entry.seq,
    balance_after: credits(entry.total),
  });
  for (const entry of entries) {
    const tell = (type: NoticeType, data: Notice['data']): void => {
      notices.push({ type, at: entry.at, data: { ...about(entry), ...data } });
    };
    for (const lot of begunBy(account, entry)) tell('credits.granted', lotData(account, lot, credits));
    if (entry.type === 'expire') {
      for (const { grant, remaining } of entry.moves) {
        const { class: id, amount, ...lot } = lotData(account, findGrant(account, grant) as Grant, credits);
        tell('credits.expired', { ...lot, class: id, granted: amount, amount: credits(-remaining) });
      }
    }
    if ((entry.type === 'consume' || entry.type === 'capture') && entry.amount - entry.debt < 0n) {
      tell('credits.consumed', spendingData(account, entry, credits));
    }
    if (entry.type === 'release' && entry.actor === TIME) {
      const hold = { hold: holdId(account.number, entry.hold as number), feature: entry.feature };
      tell('hold.timed_out', { ...hold, amount: credits(-entry.held) });
    }
  }
  return [...notices, ...refillsOf(account, entries, about, credits)].sort((a, b) => a.at - b.at);
}

/** That a member met the limit, by using it up or by being refused. Null where it was told in this period before. */
export function limitReached(account: Account, member: Member, now: number, { scale }: Rules): Notice | null {
  const { limit } = member;
  const { per, period, extra, used, held, remaining, resetsAt } = standingOf(account, member, now);
  if (limit === null || remaining === null || member.told === period) return null;
  const credits = (atoms: bigint): number => toCredits(atoms, scale);
  const use = {
    extra: credits(extra),
    used: credits(used),
    held: credits(held),
    remaining: credits(remaining),
  };
  const data = { account: account.id, member: member.id, limit: credits(limit.amount), per, ...use };
  return { type: 'member.limit_reached', at: now, data: { ...data, resets_at: formatInstant(resetsAt) } };
}

/** Lots whose credits came in with an entry: those that were scheduled come in when they start. */
function begunBy(account: Account, entry: Entry): Grant[] {
  if (!['grant', 'refund', 'adjust', 'transfer'].includes(entry.type)) return [];
  const issued = entry.detail?.grants ?? [];
  return entry.moves
    .filter(({ grant, remaining }) => {
      return remaining > 0n && (entry.type === 'grant' || issued.some(({ no }) => no === grant));
    })
    .map(({ grant }) => findGrant(account, grant) as Grant);
}

function lotData(account: Account, lot: Grant, credits: (atoms: bigint) => number) {
  return {
    grant: grantId(account.number, lot.no),
    class: lot.class,
    amount: credits(lot.amount),
    effective_at: formatInstant(lot.effectiveAt),
    expires_at: lot.expiresAt === null ? null : formatInstant(lot.expiresAt),
    source: { ...lot.source },
    metadata: lot.metadata,
  };
}

function spendingData(account: Account, entry: Entry, credits: (atoms: bigint) => number): Notice['data'] {
  return {
    amount: credits(entry.debt - entry.amount),
    feature: entry.feature,
    ...(entry.detail?.member === undefined ? {} : { member: entry.detail.member }),
    ...(entry.hold === null ? {} : { hold: holdId(account.number, entry.hold) }),
    draws: entry.moves
      .filter(({ remaining }) => remaining !== 0n)
      .map(({ grant, remaining }) => ({
        grant: grantId(account.number, grant),
        class: findGrant(account, grant)?.class ?? null,
        amount: credits(-remaining),
      })),
    metadata: entry.detail?.metadata ?? {},
  };
}

/** A subscription's refill may be several lots (a part that may roll over); it is told once. */
function refillsOf(
  account: Account,
  entries: readonly Told[],
  about: (entry: Told) => Notice['data'],
  credits: (atoms: bigint) => number,
): Notice[] {
  const refills = new Map<string, { entry: Told; lots: Grant[] }>();
  for (const entry of entries) {
    for (const lot of begunBy(account, entry)) {
      const { term, period, refill } = lot.metadata;
      if (lot.source.type !== 'subscription' || refill === undefined) continue;
      const key = `${lot.source.ref} ${term} ${period} ${refill}`;
      const known = refills.get(key);
      refills.set(key, { entry, lots: [...(known?.lots ?? []), lot] });
    }
  }
  return [...refills.values()].map(({ entry, lots }): Notice => {
    const [first] = lots as [Grant];
    const data = {
      subscription: first.source.ref,
      plan: first.metadata.plan ?? null,
      class: first.class,
      amount: credits(lots.reduce((sum, lot) => sum + lot.amount, 0n)),
      grants: lots.map(({ no }) => grantId(account.number, no)),
      effective_at: formatInstant(first.effectiveAt),
      expires_at: first.expiresAt === null ? null : formatInstant(first.expiresAt),
    };
    return { type: 'credits.refilled', at: entry.at, data: { ...about(entry), ...data } };
  });
}
