import { type Account, emptyAccount, type Grant } from '../core/account.ts';
import { apply } from '../core/apply.ts';
import { rewind } from '../core/rewind.ts';
import { int8Array } from './binary.ts';
import { type Database, statement } from './database.ts';
import { inSnapshot } from './in-snapshot.ts';
import { fill } from './load.ts';
import { liveGrants, openHolds } from './lookups.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  accountOf,
  ENTRY_COLUMNS,
  type EntryRow,
  entryOf,
  GRANT_COLUMNS,
  type GrantRow,
  HOLD_COLUMNS,
  type HoldRow,
  holdOf,
  type StoredEntry,
} from './rows.ts';

const PRESENT = statement<[number], AccountRow>(
  'as_of_present',
  `select ${ACCOUNT_COLUMNS} from drawdown.accounts where number = $1`,
);
const FINISHED = statement<[number], GrantRow>(
  'as_of_finished',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and finished`,
);
const FORWARD = statement<[number, number, number, number], EntryRow>(
  'as_of_forward',
  `select ${ENTRY_COLUMNS} from drawdown.entries
    where account = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
);
const BACKWARD = statement<[number, number, number, number], EntryRow>(
  'as_of_backward',
  `select ${ENTRY_COLUMNS} from drawdown.entries
    where account = $1 and seq >= $2 and seq <= $3 order by seq desc limit $4`,
);
const HOLDS = statement<[number, Buffer], HoldRow>(
  'as_of_holds',
  `select ${HOLD_COLUMNS} from drawdown.holds where account = $1 and no = any ($2::int8[])`,
);
const HOLD_BEFORE = statement<[number, number], { no: bigint }>(
  'as_of_hold_before',
  'select no from drawdown.holds where account = $1 and no < $2 order by no desc limit 1',
);

/** Entries per flight: large enough to amortise the trip, small enough to stay a short statement. */
const PAGE = 5_000;

export type Identity = Pick<Account, 'number' | 'id' | 'kind' | 'timeZone'>;
type InOrder = (a: Grant, b: Grant) => number;

/** The account as it stood at a version, folded from its entries; lots in the order given, holds that were open. */
export async function foldTo(
  database: Database,
  identity: Identity,
  version: number,
  inOrder: InOrder,
): Promise<Account> {
  // Who its members are is no part of what a ledger says.
  const account: Account = { ...emptyAccount(identity), members: null };
  while (account.seq < version) {
    const { rows } = await database.query(FORWARD, [account.number, account.seq, version, PAGE]);
    if (rows.length === 0) throw missing(account, account.seq + 1);
    for (const row of rows) apply(account, entryOf(row), inOrder);
    for (const hold of account.holds.values()) if (hold.state !== 'open') account.holds.delete(hold.no);
  }
  return account;
}

/** The same, from the other end: the present state, with the entries behind the version taken off again. */
export async function rewindTo(
  database: Database,
  identity: Identity,
  version: number,
  inOrder: InOrder,
): Promise<Account> {
  const account = await present(database, identity, inOrder);
  const { number } = account;
  let firstHold = account.stamp + 1;
  let newest: StoredEntry | null = null;
  const takeOff = (entry: StoredEntry, at: number): void => {
    if (entry.type === 'hold') firstHold = entry.hold as number;
    rewind(account, entry, at, inOrder);
  };
  // Entries and closed holds never change, so they may be read after the snapshot was left.
  while (account.seq > version) {
    const upTo: number = newest === null ? account.seq : newest.seq - 1;
    const { rows } = await database.query(BACKWARD, [number, version, upTo, PAGE]);
    const entries = rows.map(entryOf);
    if (entries.length === 0) throw missing(account, upTo);
    await loadHolds(database, account, entries, version);
    for (const entry of entries) {
      if (newest !== null) takeOff(newest, entry.at);
      newest = entry;
    }
    if (newest?.seq === 1 && version === 0) takeOff(newest, 0);
  }
  const { rows } = await database.query(HOLD_BEFORE, [number, firstHold]);
  account.stamp = account.grants.reduce((max, lot) => Math.max(max, lot.no), Number(rows[0]?.no ?? 0));
  return account;
}

/** The state of this moment with all lots that ever were, in one snapshot. */
async function present(database: Database, identity: Identity, inOrder: InOrder): Promise<Account> {
  return inSnapshot(database, async (on) => {
    const [rows, live, finished, holds] = await Promise.all([
      on.query(PRESENT, [identity.number]),
      liveGrants(on, [identity.number]),
      on.query(FINISHED, [identity.number]),
      openHolds(on, [identity.number]),
    ]);
    const row = rows.rows[0];
    if (row === undefined) throw new Error(`account ${identity.number} is missing`);
    const { number, id, kind, timeZone } = identity;
    const account: Account = { ...accountOf(row), number, id, kind, timeZone };
    const grants = [...live.rows, ...finished.rows];
    fill(new Map([[number, account]]), { grants, holds: holds.rows }, inOrder);
    return account;
  });
}

/** Reads the closed holds that the entries behind the version are about; they are opened again as their ends are taken off. */
async function loadHolds(
  database: Database,
  account: Account,
  entries: readonly StoredEntry[],
  version: number,
): Promise<void> {
  const wanted = new Set<number>();
  for (const { hold, type, seq } of entries) {
    if (seq > version && hold !== null && type !== 'hold' && !account.holds.has(hold)) wanted.add(hold);
  }
  if (wanted.size === 0) return;
  const { rows } = await database.query(HOLDS, [account.number, int8Array([...wanted])]);
  for (const row of rows) account.holds.set(Number(row.no), holdOf(row));
}

function missing(account: Account, seq: number): Error {
  return new Error(`entry ${seq} of account ${account.number} is missing`);
}
