import { type Account, type Entry, findGrant, type Grant } from './account.ts';
import { counterOf, refundedBy } from './apply.ts';
import { InvariantBroken } from './invariant.ts';

/**
 * Takes the newest entry off the state again, in place: the inverse of `apply`. The state must have every lot and the
 * hold that the entry is about. `at` is the instant of the entry before it, 0 where there is none. Afterwards the
 * stamp is the highest number among the lots and holds at hand. Throws `InvariantBroken` where the entry cannot have
 * been the last one applied.
 */
export function rewind(
  account: Account,
  entry: Entry,
  at: number,
  inOrder: (a: Grant, b: Grant) => number,
): void {
  if (entry.seq !== account.seq) {
    throw broken(account, entry, `only the newest entry can be taken off: ${account.seq}`);
  }
  unmove(account, entry);
  unissue(account, entry);
  account.seq = entry.seq - 1;
  account.at = at;
  account.total = entry.total - entry.amount;
  account.debt -= entry.debt;
  rewindLot(account, entry, inOrder);
  rewindEnd(account, entry);
  rewindHold(account, entry);
  const spending =
    entry.type === 'refund' && entry.reverses !== null && account.spendings.get(entry.reverses);
  if (spending) spending.refunded -= refundedBy(entry);
}

function broken(account: Account, entry: Entry, law: string): InvariantBroken {
  return new InvariantBroken(law, { account: account.id, seq: entry.seq });
}

function lotOf(account: Account, entry: Entry, no: number): Grant {
  const lot = findGrant(account, no);
  if (lot === undefined) throw broken(account, entry, `taking an entry off needs the lot ${no}`);
  return lot;
}

function unmove(account: Account, entry: Entry): void {
  for (const move of entry.moves) {
    const lot = lotOf(account, entry, move.grant);
    const counter = counterOf(entry, move, lot.seq === entry.seq);
    lot.remaining -= move.remaining;
    lot.held -= move.held;
    lot[counter] -= counter === 'granted' ? move.remaining : -move.remaining;
    // Credits are entered once in a lot's life, and that is its start.
    if (counter === 'granted') lot.phase = 'scheduled';
  }
}

function unissue(account: Account, entry: Entry): void {
  const issued = entry.detail?.grants ?? [];
  if (issued.length > 0) account.grants = account.grants.filter((grant) => grant.seq !== entry.seq);
  if (entry.type === 'hold') account.holds.delete(entry.hold as number);
  if (issued.length > 0 || entry.type === 'hold') account.stamp = highestNumber(account);
}

function highestNumber(account: Account): number {
  let highest = 0;
  for (const grant of account.grants) if (grant.no > highest) highest = grant.no;
  for (const no of account.holds.keys()) if (no > highest) highest = no;
  return highest;
}

function rewindLot(account: Account, entry: Entry, inOrder: (a: Grant, b: Grant) => number): void {
  const no = entry.detail?.grant;
  if (no === undefined) return;
  const lot = lotOf(account, entry, no);
  if (entry.type === 'freeze') lot.frozen = entry.detail?.again === true;
  if (entry.type === 'unfreeze') lot.frozen = true;
  // A lot that never started was never granted anything.
  if (entry.type === 'void') lot.phase = lot.granted > 0n ? 'started' : 'scheduled';
  if (entry.type === 'extend') {
    lot.expiresAt = endBefore(account, entry);
    account.grants.sort(inOrder);
  }
}

function rewindEnd(account: Account, entry: Entry): void {
  const { transfer, closes } = entry.detail ?? {};
  if (closes !== undefined) account.closed = null;
  if (transfer === undefined || !('to' in transfer)) return;
  for (const no of transfer.lots) {
    const lot = lotOf(account, entry, no);
    lot.phase = lot.granted > 0n ? 'started' : 'scheduled';
  }
}

function rewindHold(account: Account, entry: Entry): void {
  if (entry.hold === null || entry.type === 'hold') return;
  const hold = account.holds.get(entry.hold);
  if (hold === undefined) throw broken(account, entry, `taking an entry off needs the hold ${entry.hold}`);
  if (entry.type === 'extend') {
    hold.expiresAt = endBefore(account, entry) as number;
  } else {
    hold.state = 'open';
    hold.captured = 0n;
  }
}

function endBefore(account: Account, entry: Entry): number | null {
  const before = entry.detail?.before;
  if (before === undefined) throw broken(account, entry, 'an extension says what it took the place of');
  return before;
}
