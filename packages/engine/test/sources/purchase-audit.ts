/**
 * What must hold of every purchase once nothing is under way any more, added up from the entries and the lots: what was
 * bought was issued once; what the money went back for is taken, lost or owed; frozen is what is in dispute, or what staff
 * froze; and nothing else was touched. Exact, whatever became of its account.
 */
import { expect } from 'vitest';
import { purchaseId } from '../../src/core/id.ts';
import type { Part } from '../../src/sources/purchase-parts.ts';
import { type Purchase, purchasesBefore } from '../../src/sources/purchase-rows.ts';
import { type Outcome, outcomeOf } from '../../src/sources/purchase-state.ts';
import { loweredBy, type Settlement, settlementsOfPurchase } from '../../src/sources/settlement-rows.ts';
import { type Database, statement } from '../../src/store/database.ts';

interface LotRow {
  key: string;
  amount: bigint;
  remaining: bigint;
  consumed: bigint;
  effective_at: bigint;
  frozen: boolean;
  finished: boolean;
  source_type: string;
  source_ref: string | null;
  metadata: string;
}

interface EntryRow {
  account: bigint;
  type: string;
  debt: bigint;
  moves: bigint[];
  detail: string | null;
}

interface AccountRow {
  id: string;
  number: bigint;
  into: string | null;
  closed_at: bigint | null;
}

const ACCOUNTS = statement<[string], AccountRow>(
  'audit.accounts',
  `select a.id, a.number, c.closed_at, c.into from drawdown.accounts a
     left join lateral (
       select e.at as closed_at, e.detail->'closes'->>'into' as into from drawdown.entries e
        where e.account = a.number and e.detail->'closes' is not null) c on true
    where a.id = any ($1::text[])`,
);
const LOTS = statement<[string], LotRow>(
  'audit.lots',
  `select account || '/' || no as key, amount, remaining, consumed, effective_at, frozen, finished, source_type, source_ref,
          metadata::text as metadata
     from drawdown.grants where account = any ($1::int8[])`,
);
const ENTRIES = statement<[string], EntryRow>(
  'audit.entries',
  `select account, type, debt, moves, detail::text as detail
     from drawdown.entries where account = any ($1::int8[]) order by account, seq`,
);

const REVERSED = 'purchase_reversed';
const ALL = { before: Number.MAX_SAFE_INTEGER, limit: 10_000 };

const keyOf = (account: number | bigint, no: number | bigint): string => `${account}/${no}`;
const sum = <T>(all: Iterable<T>, of: (one: T) => bigint): bigint =>
  [...all].reduce((total, one) => total + of(one), 0n);
const isGivenAgain = ({ metadata }: LotRow): boolean => /"(reinstated|again)":true/.test(metadata);

/** What the ledger says, by lot. */
interface Ledger {
  readonly lots: ReadonlyMap<string, LotRow>;
  /** Taken back because the money went back, also what fell back into a lot that had been ended for that. */
  readonly taken: Map<string, bigint>;
  /** Void before it began, because its plan was ended or changed. */
  readonly forgone: Map<string, bigint>;
  readonly frozenFor: Map<string, string>;
  /** Lots that came by a merge, and count where they were issued. */
  readonly received: Set<string>;
  /** By account: what reversals made a debt, less what of it was forgiven. */
  readonly owed: Map<string, bigint>;
}

async function ledgerOf(on: Database, numbers: readonly number[]): Promise<Ledger> {
  const all = `{${numbers.join(',')}}`;
  const lots = new Map((await on.query(LOTS, [all])).rows.map((lot) => [lot.key, lot]));
  const told = {
    taken: new Map(),
    forgone: new Map(),
    frozenFor: new Map(),
    received: new Set<string>(),
    owed: new Map(),
  };
  const add = (to: Map<string, bigint>, key: string, by: bigint) => to.set(key, (to.get(key) ?? 0n) + by);
  const endedFor = new Map<string, string>();
  const begun = new Set<string>();
  for (const { account, type, debt, moves, detail } of (await on.query(ENTRIES, [all])).rows) {
    const { reason, grant, transfer } = JSON.parse(detail ?? '{}');
    const lot = keyOf(account, grant);
    if (type === 'freeze') told.frozenFor.set(lot, reason);
    if (type === 'unfreeze') told.frozenFor.delete(lot);
    if (type === 'adjust' && reason === REVERSED) add(told.owed, String(account), debt);
    if (type === 'transfer' && transfer.from !== undefined) {
      for (const [, no] of transfer.lots) told.received.add(keyOf(account, no));
    }
    if (type === 'void' && grant !== undefined) {
      endedFor.set(lot, reason);
      // What had not begun was nowhere in the balance yet: no move takes it.
      const ahead = begun.has(lot) ? 0n : (lots.get(lot)?.amount ?? 0n);
      if (ahead > 0n) add(reason === REVERSED ? told.taken : told.forgone, lot, ahead);
    }
    for (let i = 0; i < moves.length; i += 3) {
      const moved = keyOf(account, moves[i] as bigint);
      begun.add(moved);
      const isTaken = type === 'void' && (reason ?? endedFor.get(moved)) === REVERSED;
      if (isTaken) add(told.taken, moved, -(moves[i + 1] as bigint));
    }
  }
  return { lots, ...told };
}

/** A purchase, in all the places where it was: the last is where it is. */
type Places = readonly [...Purchase[], Purchase];

async function purchasesIn(on: Database, numbers: readonly number[]): Promise<Places[]> {
  const all: Purchase[] = [];
  for (const number of numbers) all.push(...(await purchasesBefore(on, number, ALL)));
  const upTo = (one: Purchase): Places => {
    const before = all.find(({ moved }) => moved?.account === one.account && moved.no === one.no);
    return before === undefined ? [one] : [...upTo(before), one];
  };
  return all.filter(({ moved }) => moved === null).map(upTo);
}

/** Bought credits whose worth is owed in money, less what the provider paid back of that. */
function settledOf(settlements: readonly Settlement[], outcome: Outcome): bigint {
  return sum(loweredBy(settlements, outcome), ([{ kind, credits, amountMinor }, minor]) =>
    kind === 'lot' && amountMinor > 0 ? (credits * BigInt(minor)) / BigInt(amountMinor) : 0n,
  );
}

/** Rounded down, for the buyer, unless all of it went back. */
function shareOf({ credits }: Part, { paid, back }: Outcome): bigint {
  if (paid === null) return 0n;
  return back >= paid.gross ? credits : (credits * BigInt(back)) / BigInt(paid.gross);
}

/**
 * Refills of a plan's period that were over when it was paid, and are left out: whole ones, and only where the one that ran then
 * is there.
 */
function missedOf({ plan, paidAt }: Purchase, { credits }: Part, issued: readonly LotRow[]): bigint {
  const missing = credits - sum(issued, ({ amount }) => amount);
  const running = issued.find((lot) => Number(lot.effective_at) <= (paidAt ?? 0));
  return plan !== null && running !== undefined && missing % running.amount === 0n ? missing : 0n;
}

interface Ground {
  readonly ledger: Ledger;
  readonly outcome: Outcome;
  readonly settled: bigint;
  /** It was paid for when nothing could be issued any more, and the money is payable. */
  readonly isLate: boolean;
  /** Nothing is given again any more: the account has ended, or the period that the credits are of. */
  readonly isOver: boolean;
}

/** One part of a purchase: what there is, what there must be, and the lots that it is about. */
function auditPart(places: Places, nth: number, ground: Ground) {
  const { ledger, outcome, settled, isLate, isOver } = ground;
  const purchase = places.at(-1) as Purchase;
  const part = purchase.parts[nth] as Part;
  const keys = places.flatMap(({ account, parts }) =>
    (parts[nth] as Part).lots.map((no) => keyOf(account, no)),
  );
  const lots = keys.map((key) => ledger.lots.get(key) as LotRow);
  const issued = lots.filter(({ key }) => !ledger.received.has(key));
  const first = issued.filter((lot) => !isGivenAgain(lot));
  const again = sum(issued.filter(isGivenAgain), ({ amount }) => amount);
  const share = shareOf(part, outcome);
  const forgone = sum(keys, (key) => ledger.forgone.get(key) ?? 0n);
  const taken = sum(keys, (key) => ledger.taken.get(key) ?? 0n) - again + (forgone < share ? forgone : share);
  const consumed = sum(lots, (lot) => lot.consumed);
  const open = share - taken - (nth === 0 ? settled : 0n);
  const left = sum(lots, ({ remaining }) => remaining);
  const frozen = lots.filter((lot) => !lot.finished && outcome.frozen);
  return {
    keys,
    frozen: frozen.map(({ key }) => key),
    lost: part.lost,
    seen: {
      issued: sum(first, ({ amount }) => amount),
      voided: part.voided,
      lost: part.lost,
      // As long as anything is left, what went back is taken from it; and no more than that is.
      leftTooMuch: taken < share ? left : 0n,
      takenTooMuch: taken > share && !isOver ? taken - share : 0n,
      free: frozen.filter((lot) => !lot.frozen).map(({ key }) => key),
    },
    due: {
      issued: outcome.paid === null || isLate ? 0n : part.credits - missedOf(purchase, part, first),
      voided: taken,
      lost: open < 0n ? 0n : open < consumed ? open : consumed,
      leftTooMuch: 0n,
      takenTooMuch: 0n,
      free: [],
    },
  };
}

/** `now`: when nothing is under way any more. */
export async function auditPurchases(on: Database, names: readonly string[], now: number): Promise<void> {
  const accounts = (await on.query(ACCOUNTS, [`{${names.join(',')}}`])).rows;
  const numbers = accounts.map(({ number }) => Number(number));
  const ledger = await ledgerOf(on, numbers);
  const own = new Set<string>();
  const frozen = new Set<string>();
  const forgiven = new Map(
    [...ledger.lots].filter(([key, lot]) => isGivenAgain(lot) && !ledger.received.has(key)),
  );
  let owed = 0n;
  let unsaid = false;
  for (const places of await purchasesIn(on, numbers)) {
    const purchase = places.at(-1) as Purchase;
    const outcome = outcomeOf(purchase.facts);
    const account = accounts.find(({ number }) => Number(number) === purchase.account) as AccountRow;
    const isOver = account.closed_at !== null || (purchase.endsAt !== null && purchase.endsAt <= now);
    const settlements = await settlementsOfPurchase(on, purchase);
    const isLate = settlements.some(({ kind }) => kind === 'late');
    const ground = { ledger, outcome, isLate, isOver, settled: settledOf(settlements, outcome) };
    const parts = purchase.parts.map((_, nth) => auditPart(places, nth, ground));
    const about = { id: purchaseId(purchase.account, purchase.no), plan: purchase.plan };
    expect({ ...about, state: purchase.state, parts: parts.map(({ seen }) => seen) }).toEqual({
      ...about,
      state: outcome.state,
      parts: parts.map(({ due }) => due),
    });
    for (const key of parts.flatMap(({ keys }) => keys)) own.add(key);
    for (const key of parts.flatMap((part) => part.frozen)) frozen.add(key);
    if (purchase.reversal === 'debt') owed += sum(parts, ({ lost }) => lost);
    if (purchase.reversal === 'debt' && isOver) unsaid = true;
  }
  for (const key of own) forgiven.delete(key);
  // What reversals made a debt is still owed, or credits were given for it.
  const debts = sum(ledger.owed.values(), (one) => one);
  const given = sum(forgiven.values(), ({ amount }) => amount);
  if (unsaid) expect(debts).toBeGreaterThanOrEqual(owed + given);
  else expect(debts).toBe(owed + given);
  // Reversals and disputes touch what they are about, and nothing else.
  expect([...ledger.taken.keys()].filter((key) => !own.has(key))).toEqual([]);
  const byPurchase = [...ledger.frozenFor].filter(
    ([key, reason]) => reason.startsWith('purchase_') && ledger.lots.get(key)?.finished === false,
  );
  expect(byPurchase.map(([key]) => key).filter((key) => !frozen.has(key))).toEqual([]);
}
