import {
  type Account,
  type Draw,
  type Entry,
  findGrant,
  type Grant,
  type Hold,
  type HoldState,
  type Move,
  type Terms,
} from './account.ts';
import { InvariantBroken } from './invariant.ts';
import { countUse } from './team.ts';

/** Where the credits of a move went to or came from, besides `remaining`. */
type Counter = 'granted' | 'consumed' | 'expired' | 'voided' | 'transferred';

/**
 * Applies one entry to the state in place: the only function that changes a balance, used by the write path, the
 * stream and `verify` alike. Every bound is checked before anything is changed, so an entry that breaks a law
 * throws `InvariantBroken` and leaves the state as it was.
 */
export function apply(account: Account, entry: Entry, inOrder: (a: Grant, b: Grant) => number): void {
  const fail = (law: string): never => {
    throw new InvariantBroken(law, { account: account.id, seq: entry.seq });
  };
  if (entry.seq !== account.seq + 1) fail(`the version is gapless: ${entry.seq} after ${account.seq}`);
  if (entry.at < account.at) fail(`time never goes back: ${entry.at} after ${account.at}`);

  const issued = (entry.detail?.grants ?? []).map((terms) => issuedGrant(terms, entry));
  const lots = entry.moves.map((move) => {
    const lot = issued.find((grant) => grant.no === move.grant) ?? findGrant(account, move.grant);
    return lot ?? fail(`a move names a lot that is not there: ${move.grant}`);
  });
  const counters = entry.moves.map((move, i) => counterOf(entry, move, issued.includes(lots[i] as Grant)));
  checkNumbers(account, entry, issued, fail);
  checkMoves(account, entry, lots, counters, fail);
  const hold = heldBy(account, entry, fail);
  const subject = subjectOf(account, entry, fail);
  const leaving = leavingLots(account, entry, fail);

  for (const [i, move] of entry.moves.entries()) {
    const lot = lots[i] as Grant;
    lot.remaining += move.remaining;
    lot.held += move.held;
    const counter = counters[i] as Counter;
    lot[counter] += counter === 'granted' ? move.remaining : -move.remaining;
    if (counter === 'granted') lot.phase = 'started';
  }
  account.seq = entry.seq;
  account.at = entry.at;
  account.total = entry.total;
  account.debt += entry.debt;
  for (const lot of issued) account.stamp = Math.max(account.stamp, lot.no);
  if (issued.length > 0) account.grants = [...account.grants, ...issued].sort(inOrder);
  if (subject !== null) applyToLot(account, entry, subject, inOrder);
  for (const lot of leaving) lot.phase = 'transferred';
  const closes = entry.detail?.closes;
  if (closes !== undefined) account.closed = { at: entry.at, into: closes.into };
  applyToHold(account, entry, hold);
  applyToSpending(account, entry);
  countUse(account, entry);
}

/** A lot as its entry issues it: empty until the entry's own moves fill it, or its start does. */
function issuedGrant(terms: Terms, entry: Pick<Entry, 'seq' | 'at'>): Grant {
  // Written out, not spread: lots made in one shape are what keeps the hot path fast.
  return {
    no: terms.no,
    seq: entry.seq,
    class: terms.class,
    amount: terms.amount,
    priority: terms.priority,
    effectiveAt: terms.effectiveAt,
    expiresAt: terms.expiresAt,
    features: terms.features,
    source: terms.source,
    cost: terms.cost,
    catalog: terms.catalog,
    metadata: terms.metadata,
    createdAt: entry.at,
    phase: 'scheduled',
    frozen: false,
    granted: 0n,
    remaining: 0n,
    held: 0n,
    consumed: 0n,
    expired: 0n,
    voided: 0n,
    transferred: 0n,
  };
}

/** What a lot's loss or gain is, told by the entry's type; a refund into a lot takes its consumption back. */
export function counterOf(entry: Entry, move: Move, issuedHere: boolean): Counter {
  switch (entry.type) {
    case 'grant':
      return 'granted';
    case 'refund':
      return issuedHere ? 'granted' : 'consumed';
    case 'adjust':
      return issuedHere ? 'granted' : entry.debt < 0n ? 'consumed' : 'voided';
    case 'expire':
      return 'expired';
    case 'void':
      return 'voided';
    case 'transfer':
      return move.remaining > 0n ? 'granted' : 'transferred';
    default:
      return 'consumed';
  }
}

/** A number names one lot or hold for good, so each is above all that were given before it. */
function checkNumbers(
  account: Account,
  entry: Entry,
  issued: readonly Grant[],
  fail: (law: string) => never,
): void {
  let last = account.stamp;
  for (const { no } of issued) {
    if (no <= last) fail(`numbers only grow: lot ${no} after ${last}`);
    last = no;
  }
  if (entry.type === 'hold' && !((entry.hold ?? 0) > last)) fail(`numbers only grow: hold after ${last}`);
}

function checkMoves(
  account: Account,
  entry: Entry,
  lots: readonly Grant[],
  counters: readonly Counter[],
  fail: (law: string) => never,
): void {
  let amount = 0n;
  let held = 0n;
  for (const [i, move] of entry.moves.entries()) {
    const lot = lots[i] as Grant;
    const remaining = lot.remaining + move.remaining;
    const reserved = lot.held + move.held;
    amount += move.remaining;
    held += move.held;
    if (lots.indexOf(lot) !== i) fail(`an entry moves a lot once: ${lot.no}`);
    if (remaining < 0n) fail(`remaining never goes below zero: lot ${lot.no}`);
    if (reserved < 0n || reserved > remaining) fail(`0 ≤ held ≤ remaining: lot ${lot.no}`);
    if (remaining > lot.amount) fail(`a lot never has more than it was granted: ${lot.no}`);
    checkCounter(lot, move, counters[i] as Counter, fail);
  }
  if (amount !== entry.amount) fail('the amount is the sum of the moves');
  if (held !== entry.held) fail('held is the sum of the moves');
  if (entry.total !== account.total + amount) fail('the total is the running sum');
  if (entry.total < 0n) fail('the total never goes below zero');
  if (account.debt + entry.debt < 0n) fail('debt never goes below zero');
  if (account.closed !== null && amount > 0n) fail('a closed account is given nothing');
}

/** Of the terms of law 1, the one that the move changes. */
function checkCounter(lot: Grant, move: Move, counter: Counter, fail: (law: string) => never): void {
  if (counter === 'granted') {
    if (lot.granted !== 0n) fail(`a lot is granted once: ${lot.no}`);
    if (move.remaining !== lot.amount) fail(`a lot is granted whole: ${lot.no}`);
  } else if (counter === 'consumed') {
    if (lot.consumed < move.remaining) fail(`no lot gets back more than was consumed of it: ${lot.no}`);
  } else if (move.remaining > 0n) {
    fail(`what expires, is voided or leaves only takes: lot ${lot.no}`);
  }
}

/** The one lot that an entry is about as a whole, where it is. */
function subjectOf(account: Account, entry: Entry, fail: (law: string) => never): Grant | null {
  const no = entry.detail?.grant;
  if (no === undefined) return null;
  return findGrant(account, no) ?? fail(`an entry names a lot that is not there: ${no}`);
}

const NONE: readonly Grant[] = [];

/** The lots that an entry takes to another account, with all that was left of them. */
function leavingLots(account: Account, entry: Entry, fail: (law: string) => never): readonly Grant[] {
  const transfer = entry.detail?.transfer;
  if (transfer === undefined || !('to' in transfer)) return NONE;
  return transfer.lots.map((no) => {
    const lot = findGrant(account, no) ?? fail(`an entry names a lot that is not there: ${no}`);
    const move = entry.moves.find((one) => one.grant === no);
    if (lot.remaining + (move?.remaining ?? 0n) !== 0n) fail(`a lot leaves whole: ${no}`);
    return lot;
  });
}

function applyToLot(
  account: Account,
  entry: Entry,
  lot: Grant,
  inOrder: (a: Grant, b: Grant) => number,
): void {
  if (entry.type === 'freeze') lot.frozen = true;
  if (entry.type === 'unfreeze') lot.frozen = false;
  if (entry.type === 'void') lot.phase = 'voided';
  if (entry.type === 'extend') {
    lot.expiresAt = entry.detail?.expiresAt ?? null;
    account.grants.sort(inOrder);
  }
}

function heldBy(account: Account, entry: Entry, fail: (law: string) => never): Hold | null {
  if (entry.hold === null || entry.type === 'hold') return null;
  const hold =
    account.holds.get(entry.hold) ?? fail(`an entry names a hold that is not there: ${entry.hold}`);
  if (hold.state !== 'open') fail(`a hold ends once: ${entry.hold}`);
  return hold;
}

function applyToHold(account: Account, entry: Entry, hold: Hold | null): void {
  if (entry.hold === null) return;
  if (hold === null) {
    account.stamp = Math.max(account.stamp, entry.hold);
    account.holds.set(entry.hold, openedHold(entry));
  } else if (entry.type === 'extend') {
    hold.expiresAt = entry.detail?.expiresAt as number;
  } else {
    hold.state = closedState(entry);
    hold.captured = -entry.amount;
  }
}

function openedHold(entry: Entry): Hold {
  return {
    no: entry.hold as number,
    seq: entry.seq,
    amount: entry.held,
    feature: entry.feature,
    draws: entry.moves.map((move): Draw => ({ grant: move.grant, amount: move.held })),
    actor: entry.actor,
    member: entry.detail?.member ?? null,
    createdAt: entry.at,
    expiresAt: entry.detail?.expiresAt as number,
    state: 'open',
    captured: 0n,
  };
}

/** The actor of entries that no command caused: expiries, time-outs and the starts of scheduled grants. */
export const TIME = 'time';

function closedState(entry: Entry): HoldState {
  if (entry.type === 'capture') return 'captured';
  return entry.actor === TIME ? 'timed_out' : 'released';
}

/** A debt paid out of a lot: what a refund may look back at when the debt is forgiven. */
export function isRepayment({ type, debt, moves }: Entry): boolean {
  return type === 'adjust' && debt < 0n && moves.length > 0;
}

function applyToSpending(account: Account, entry: Entry): void {
  if (entry.type === 'refund' && entry.reverses !== null) {
    const spending = account.spendings.get(entry.reverses);
    if (spending !== undefined) spending.refunded += refundedBy(entry);
  }
}

/** What a refund gave back: of spending also what lowered the debt; of a repayment what is owed again. */
export function refundedBy(entry: Entry): bigint {
  return entry.debt > 0n ? entry.amount : entry.amount - entry.debt;
}
