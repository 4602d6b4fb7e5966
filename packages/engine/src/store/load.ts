import type { Account, Grant } from '../core/account.ts';
import { refundedBy } from '../core/apply.ts';
import type { Command } from '../core/command.ts';
import { spent } from '../core/refund.ts';
import type { Connection } from './database.ts';
import {
  accountRows,
  entriesBySeq,
  grantsByNo,
  holdsByNo,
  liveGrants,
  openHolds,
  type Place,
  refundsOf,
  repaymentsOf,
} from './lookups.ts';
import {
  accountOf,
  type EntryRow,
  entryOf,
  type GrantRow,
  grantOf,
  type HoldRow,
  holdOf,
  type StoredEntry,
} from './rows.ts';

type InOrder = (a: Grant, b: Grant) => number;

/** Puts rows of live lots and open holds into their accounts; lots end up in draw order. */
export function fill(
  accounts: ReadonlyMap<number, Account>,
  rows: { grants: readonly GrantRow[]; holds: readonly HoldRow[] },
  inOrder: InOrder,
): void {
  for (const row of rows.grants) accounts.get(Number(row.account))?.grants.push(grantOf(row));
  for (const row of rows.holds) accounts.get(Number(row.account))?.holds.set(Number(row.no), holdOf(row));
  for (const account of accounts.values()) account.grants.sort(inOrder);
}

/** Reads accounts whose rows are locked, with their live lots and open holds: in statements after the lock's. */
export async function loadLive(
  on: Connection,
  numbers: readonly number[],
  inOrder: InOrder,
): Promise<Map<number, Account>> {
  const [rows, grants, holds] = await Promise.all([
    accountRows(on, numbers),
    liveGrants(on, numbers),
    openHolds(on, numbers),
  ]);
  const accounts = new Map(rows.rows.map((row) => [Number(row.number), accountOf(row)]));
  fill(accounts, { grants: grants.rows, holds: holds.rows }, inOrder);
  return accounts;
}

/** What a command must look back at, beyond live lots and open holds. */
interface Named {
  readonly operations: Place[];
  /** Accounts of which debt is forgiven that was repaid. */
  readonly repaid: Set<number>;
  readonly holds: Place[];
  readonly grants: Place[];
}

function namedBy(
  tasks: readonly { account: number; command: Command }[],
  accounts: ReadonlyMap<number, Account>,
): Named {
  const named: Named = { operations: [], repaid: new Set(), holds: [], grants: [] };
  for (const { account: number, command } of tasks.flatMap(single)) {
    const account = accounts.get(number);
    if (account === undefined) continue;
    if (command.verb === 'refund') named.operations.push({ account: number, no: command.operation });
    else if (command.verb === 'forgive') named.repaid.add(number);
    else if ('hold' in command && !account.holds.has(command.hold)) {
      named.holds.push({ account: number, no: command.hold });
    } else if ('grant' in command && !account.grants.some((grant) => grant.no === command.grant)) {
      named.grants.push({ account: number, no: command.grant });
    }
  }
  return named;
}

/** A task of several commands names what each of them names. */
function single(task: { account: number; command: Command }): { account: number; command: Command }[] {
  const { account, command } = task;
  if (command.verb !== 'many') return [task];
  return command.commands.flatMap((one) => single({ account, command: one }));
}

/**
 * Reads what the tasks name and the live set lacks: the operations they refund, and the repayments of debts that they
 * forgive, with all refunds so far and the lots these came from, closed holds, finished lots; and the lots of entries that are about to be replayed.
 */
export async function loadNamed(
  on: Connection,
  tasks: readonly { account: number; command: Command }[],
  replays: readonly { account: number; entry: StoredEntry }[],
  accounts: ReadonlyMap<number, Account>,
  inOrder: InOrder,
): Promise<void> {
  const named = namedBy(tasks, accounts);
  if (named.operations.length > 0) {
    const operations = distinct(named.operations);
    const [entries, refunds] = await Promise.all([entriesBySeq(on, operations), refundsOf(on, operations)]);
    // What follows from another entry is no operation, so nobody can name it.
    const asked = entries.rows.filter(({ key }) => key !== null);
    addSpendings(accounts, asked, refunds.rows);
  }
  if (named.repaid.size > 0) {
    const repayments = await repaymentsOf(on, [...named.repaid]);
    const places = repayments.rows.map(({ account, seq }) => ({ account: Number(account), no: Number(seq) }));
    addSpendings(accounts, repayments.rows, (await refundsOf(on, places)).rows);
  }
  const lots = distinct([...named.grants, ...lotsOfSpendings(accounts), ...lotsOf(replays)]).filter(
    (place) => !accounts.get(place.account)?.grants.some((grant) => grant.no === place.no),
  );
  const holds = distinct([...named.holds, ...holdsOf(replays)]).filter(
    (place) => accounts.get(place.account)?.holds.has(place.no) === false,
  );
  const [grantRows, holdRows] = await Promise.all([
    lots.length > 0 ? grantsByNo(on, lots) : { rows: [] },
    holds.length > 0 ? holdsByNo(on, holds) : { rows: [] },
  ]);
  fill(accounts, { grants: grantRows.rows, holds: holdRows.rows }, inOrder);
}

function addSpendings(
  accounts: ReadonlyMap<number, Account>,
  entries: readonly EntryRow[],
  refunds: readonly EntryRow[],
): void {
  for (const row of entries) {
    const entry = entryOf(row);
    accounts.get(Number(row.account))?.spendings.set(entry.seq, { entry, refunded: 0n });
  }
  for (const row of refunds) {
    const entry = entryOf(row);
    const spending = accounts.get(Number(row.account))?.spendings.get(entry.reverses as number);
    if (spending !== undefined) spending.refunded += refundedBy(entry);
  }
}

function lotsOfSpendings(accounts: ReadonlyMap<number, Account>): Place[] {
  const wanted: Place[] = [];
  for (const account of accounts.values()) {
    for (const spending of account.spendings.values()) {
      if (spent(spending.entry) === spending.refunded) continue;
      for (const move of spending.entry.moves) wanted.push({ account: account.number, no: move.grant });
    }
  }
  return wanted;
}

const lotsOf = (replays: readonly { account: number; entry: StoredEntry }[]): Place[] =>
  replays.flatMap(({ account, entry }) => [
    ...entry.moves.map((move) => ({ account, no: move.grant })),
    ...(entry.detail?.grant === undefined ? [] : [{ account, no: entry.detail.grant }]),
    ...(entry.detail?.grants ?? []).map((terms) => ({ account, no: terms.no })),
  ]);

const holdsOf = (replays: readonly { account: number; entry: StoredEntry }[]): Place[] =>
  replays.flatMap(({ account, entry }) => (entry.hold === null ? [] : [{ account, no: entry.hold }]));

function distinct(wanted: readonly Place[]): Place[] {
  return [...new Map(wanted.map((place) => [`${place.account}:${place.no}`, place])).values()];
}
