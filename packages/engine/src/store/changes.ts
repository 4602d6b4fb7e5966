import type { Account } from '../core/account.ts';
import type { Crossing } from '../core/low-balance.ts';
import type { NoticeRules } from '../core/notice.ts';
import type { Connection } from './database.ts';
import { enterDeliveries } from './deliveries.ts';
import {
  type ChangedAccount,
  type ChangedGrant,
  type ChangedHold,
  closeAccount,
  insertEntries,
  insertGrants,
  type NewEntry,
  updateAccounts,
  updateGrants,
  updateSpent,
  upsertHolds,
} from './ledger.ts';
import { noteLowBalances } from './low-balances.ts';
import { type ChangedMember, updateMembers } from './members.ts';
import {
  deleteReminders,
  endReminders,
  insertNotices,
  insertReminders,
  type LotReminders,
  type NewNotice,
} from './notices.ts';

/** A balance that went below a threshold of the catalog's, or came back. */
export interface CrossedBalance {
  readonly account: Account;
  readonly now: number;
  readonly crossing: Crossing;
}

/** What a batch writes, table by table. */
export interface Changes {
  readonly entries: NewEntry[];
  readonly newGrants: ChangedGrant[];
  /** Of which only what is left, held and consumed has changed. */
  readonly spentGrants: ChangedGrant[];
  readonly changedGrants: ChangedGrant[];
  readonly holds: ChangedHold[];
  readonly members: ChangedMember[];
  readonly accounts: ChangedAccount[];
  /** Accounts that ended. */
  readonly closed: Account[];
  /** In the order in which they are told, per account. */
  readonly notices: NewNotice[];
  /** Lots whose end has moved or come: what was to be announced of it no longer is. */
  readonly extended: LotReminders[];
  readonly reminders: LotReminders[];
  readonly crossings: CrossedBalance[];
}

export function noChanges(): Changes {
  return {
    entries: [],
    newGrants: [],
    spentGrants: [],
    changedGrants: [],
    holds: [],
    members: [],
    accounts: [],
    closed: [],
    notices: [],
    extended: [],
    reminders: [],
    crossings: [],
  };
}

/** Sends what changed, a statement per table at most, and waits for none of them. */
export function writeLedger(on: Connection, changes: Changes): Promise<unknown>[] {
  const { entries, newGrants, spentGrants, changedGrants, holds, members, accounts, closed } = changes;
  const writes: Promise<unknown>[] = [];
  // Accounts first: that takes their locks, in the order in which everybody takes them.
  if (accounts.length > 0) writes.push(updateAccounts(on, accounts));
  for (const account of closed) writes.push(closeAccount(on, account));
  if (entries.length > 0) writes.push(insertEntries(on, entries));
  if (newGrants.length > 0) writes.push(insertGrants(on, newGrants));
  if (spentGrants.length > 0) writes.push(updateSpent(on, spentGrants));
  if (changedGrants.length > 0) writes.push(updateGrants(on, changedGrants));
  if (holds.length > 0) writes.push(upsertHolds(on, holds));
  if (members.length > 0) writes.push(updateMembers(on, members));
  return writes;
}

/** Sends what is told of the changes: only the types that the catalog wants told, and never before the accounts. */
export function writeNotices(on: Connection, changes: Changes, { types }: NoticeRules): Promise<unknown>[] {
  const { closed, extended, reminders, crossings } = changes;
  const notices = changes.notices.filter(({ notice }) => types.has(notice.type));
  const writes: Promise<unknown>[] = [];
  if (extended.length > 0) writes.push(deleteReminders(on, extended));
  if (reminders.length > 0 && types.has('credits.expiring')) writes.push(insertReminders(on, reminders));
  if (closed.length > 0) writes.push(endReminders(on, closed));
  if (crossings.length > 0) writes.push(...noteLowBalances(on, crossings));
  if (notices.length > 0) writes.push(insertNotices(on, notices), ...enterDeliveries(on, notices));
  return writes;
}
