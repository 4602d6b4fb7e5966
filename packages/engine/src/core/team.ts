import type { Account, Entry } from './account.ts';
import { calendarDay, periodEnd } from './calendar.ts';
import type { MemberLimit, Refusal, Spend } from './command.ts';
import { InvariantBroken } from './invariant.ts';

/*
 * A team is one account, and its members spend from it, each under a limit of their own per calendar day or month in
 * the team's time zone. What a member used is counted as entries are applied; what they have reserved is read off their
 * open holds, so that a hold which ends in whatever way needs no counting back.
 */

export type Role = 'owner' | 'admin' | 'member';
export type Per = 'day' | 'month';

/** What a member used in one day or month. */
export interface Use {
  /** `2026-03-29` or `2026-03`, in the team's time zone. */
  period: string;
  /** The version that the count begins behind: of earlier operations a refund gives nothing back here. */
  after: number;
  used: bigint;
}

export interface Member {
  readonly id: string;
  readonly role: Role;
  /** Null: as much as the team has. */
  readonly limit: { readonly amount: bigint; readonly per: Per } | null;
  /** Both are counted whatever the limit is per, so that another limit finds what was already used. */
  readonly day: Use;
  readonly month: Use;
  /** What was allowed beyond the limit in one period, and in that one only. */
  readonly extra: { readonly period: string; readonly amount: bigint } | null;
  /** Null: still a member. */
  readonly leftAt: number | null;
  /** The period in which it was told last that the limit was reached. */
  told: string | null;
}

export interface Members {
  /** Whether the team keeps members. Where it keeps none, the product vouches for everyone it names. */
  readonly kept: boolean;
  /** By account id; null for whoever never was one. */
  readonly named: Map<string, Member | null>;
}

export function copyOfMembers({ kept, named }: Members): Members {
  const copies = [...named].map(([id, one]): [string, Member | null] => [
    id,
    one && { ...one, day: { ...one.day }, month: { ...one.month } },
  ]);
  return { kept, named: new Map(copies) };
}

/** Whoever was read for the commands at hand. Spending for somebody nobody looked up would pass every limit. */
export function demandMember(account: Account, id: string): Member | null {
  const { members } = account;
  if (members !== null && !members.kept) return null;
  const member = members?.named.get(id);
  if (member !== undefined) return member;
  throw new InvariantBroken(`the member ${id} is at hand`, { account: account.id, seq: account.seq });
}

/** Why a member may not spend this, or null. A team that keeps no members takes the caller's word. */
export function refusedToMember(account: Account, spend: Spend, now: number): Refusal | null {
  const id = spend.member as string;
  if (account.kind !== 'team') return { code: 'not_a_team' };
  const member = demandMember(account, id);
  if (account.members?.kept === false) return null;
  if (member === null || member.leftAt !== null) return { code: 'not_a_member', member: id };
  const limit = limitOf(account, id, now);
  if (limit === null || spend.amount <= limit.remaining) return null;
  return { code: 'member_limit_reached', required: spend.amount, ...limit };
}

/** What a member may spend in the period that runs; null: as much as the team has, or the team keeps no members. */
export function limitOf(account: Account, id: string, now: number): MemberLimit | null {
  const member = demandMember(account, id);
  if (!member?.limit || account.members?.kept === false) return null;
  const { limit } = member;
  const { extra, used, held, remaining, resetsAt } = standingOf(account, member, now);
  return {
    member: id,
    limit: limit.amount,
    per: limit.per,
    extra,
    used,
    held,
    remaining: remaining as bigint,
    resetsAt,
  };
}

/** Where a member stands in the period that runs: that of the limit, or the month where there is none. */
export interface Standing {
  readonly per: Per;
  readonly period: string;
  readonly extra: bigint;
  readonly used: bigint;
  /** Reserved by open holds, from whatever period they are. */
  readonly held: bigint;
  /** Null: without a limit. */
  readonly remaining: bigint | null;
  readonly resetsAt: number;
}

export function standingOf(
  account: Pick<Account, 'holds' | 'seq' | 'timeZone'>,
  member: Member,
  now: number,
): Standing {
  const per = member.limit?.per ?? 'month';
  const { period, used } = running(member[per], periodAt(per, now, account.timeZone), account.seq);
  let held = 0n;
  for (const hold of account.holds.values()) {
    if (hold.state === 'open' && hold.member === member.id) held += hold.amount;
  }
  const extra = member.extra?.period === period ? member.extra.amount : 0n;
  return {
    per,
    period,
    extra,
    used,
    held,
    remaining: member.limit && notBelowZero(member.limit.amount + extra - used - held),
    resetsAt: periodEnd(period, account.timeZone),
  };
}

/** A limit that was lowered below what was used leaves nothing, and owes nothing. */
const notBelowZero = (amount: bigint): bigint => (amount < 0n ? 0n : amount);

/** The calendar day or month of an instant, in words that sort by time. */
export function periodAt(per: Per, instant: number, timeZone: string): string {
  const day = calendarDay(instant, timeZone);
  return per === 'day' ? day : monthOf(day);
}

const monthOf = (day: string): string => day.slice(0, 'YYYY-MM'.length);

/** The count that runs in `period`. Never one before that which was counted last: a zone moved west allows nothing twice. */
function running(use: Use, period: string, seq: number): Use {
  return period > use.period ? { period, after: seq, used: 0n } : use;
}

/** What an entry adds to the use of the member it names: what was spent, also of a debt, less what was given back. */
export function useOf(entry: Entry): bigint {
  const counts = entry.type === 'consume' || entry.type === 'capture' || entry.type === 'refund';
  return counts ? entry.debt - entry.amount : 0n;
}

/** Counts an entry that was just applied on the member it names, where that one is at hand. */
export function countUse(account: Account, entry: Entry): void {
  const id = entry.detail?.member;
  if (id === undefined) return;
  const member = account.members?.named.get(id);
  const change = useOf(entry);
  if (!member || change === 0n) return;
  const day = calendarDay(entry.at, account.timeZone);
  add(member.day, running(member.day, day, entry.seq - 1), entry);
  add(member.month, running(member.month, monthOf(day), entry.seq - 1), entry);
}

function add(use: Use, { period, after, used }: Use, entry: Entry): void {
  use.period = period;
  use.after = after;
  // What is given back of an earlier period was no use of this one.
  const counts = entry.type !== 'refund' || (entry.reverses as number) > after;
  use.used = counts ? used + useOf(entry) : used;
}
