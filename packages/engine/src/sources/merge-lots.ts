/** What one account sent, as another one is to receive it: lots by their terms, and the purchases that they are of. */
import { type Grant, nextStamp } from '../core/account.ts';
import type { ReceivedLot } from '../core/command.ts';
import { worthOf } from '../core/worth.ts';
import { int8Array } from '../store/binary.ts';
import type { Connection } from '../store/database.ts';
import { grantOf } from '../store/rows.ts';
import type { Write } from '../store/task.ts';
import * as rows from './merge-rows.ts';
import type { Part } from './purchase-parts.ts';
import { fallenBack, isIssued } from './purchase-parts.ts';
import { insertion, lastPurchase, type Purchase, purchasesBefore } from './purchase-rows.ts';

/** A lot keeps all its terms; it is as large as what was left of it, and cost its share of what was paid. */
export function lotReceived(lot: Grant, frozen: string | null): ReceivedLot {
  const { no, class: type, priority, effectiveAt, expiresAt, features, source, catalog, metadata } = lot;
  // What had not begun was never granted, so nothing of it could be transferred: all of it is to come.
  const amount = lot.granted === 0n ? lot.amount : lot.transferred;
  const cost = lot.cost && { ...lot.cost, amountMinor: Number(worthOf(lot, amount)) };
  return {
    terms: {
      no,
      class: type,
      amount,
      priority,
      effectiveAt,
      expiresAt,
      features,
      source,
      cost,
      catalog,
      metadata,
    },
    frozen,
  };
}

export async function sentLots(on: Connection, account: number): Promise<ReceivedLot[]> {
  const { rows: found } = await on.query(rows.SENT_LOTS, [account]);
  const lots: ReceivedLot[] = [];
  for (const lot of found.map(grantOf)) {
    const why = lot.frozen ? (await on.query(rows.FROZEN_FOR, [account, lot.no])).rows[0] : undefined;
    lots.push(lotReceived(lot, lot.frozen ? (why?.reason ?? 'frozen') : null));
  }
  return lots;
}

/** More than anyone buys; all of them are read at once. */
const ALL_PURCHASES = 100_000;

export async function purchasesOf(on: Pick<Connection, 'query'>, account: number): Promise<Purchase[]> {
  const before = Number.MAX_SAFE_INTEGER;
  const all = await purchasesBefore(on, account, { before, limit: ALL_PURCHASES });
  return all.filter(({ moved }) => moved === null).reverse();
}

/**
 * A merge takes purchases along, so that a refund or a dispute that comes later finds the lots where they are. What
 * was spent of them before stays with them as a number. `lots`: the lots' new numbers by their old ones.
 */
export async function movedPurchases(
  on: Connection,
  { from, into, now }: { from: number; into: number; now: number },
): Promise<(lots: ReadonlyMap<number, number>) => Write[]> {
  const purchases = await purchasesOf(on, from);
  const numbers = purchases.flatMap(({ parts }) => parts.flatMap((part) => part.lots));
  const { rows: found } = await on.query(rows.LOTS_OF, [from, int8Array(numbers)]);
  const old = new Map(found.map((row) => [Number(row.no), grantOf(row)]));
  let no = await lastPurchase(on, into);
  return (lots) =>
    purchases.flatMap((purchase) => {
      no = nextStamp(no, now);
      const renumbered = (all: readonly number[]): number[] => all.flatMap((one) => lots.get(one) ?? []);
      const moved: Purchase = {
        ...purchase,
        account: into,
        no,
        parts: purchase.parts.map((part) => ({
          ...part,
          before: spentBefore(part, old),
          ...takenBefore(part, old),
          lots: renumbered(part.lots),
        })),
        frozen: renumbered(purchase.frozen),
        // The plan stays where it was.
        subscription: null,
        // The request that made it was one of the other account.
        key: null,
        fingerprint: null,
      };
      return [insertion(moved), { statement: rows.MOVE_PURCHASE, params: [from, purchase.no, into, no] }];
    });
}

function spentBefore(part: Part, lots: ReadonlyMap<number, Grant>): Part['before'] {
  if (!isIssued(part)) return null;
  const own = part.lots.map((no) => lots.get(no)).filter((lot) => lot !== undefined);
  const sum = (of: 'consumed' | 'voided'): bigint =>
    own.reduce((all, lot) => all + lot[of], part.before?.[of] ?? 0n);
  return { consumed: sum('consumed'), voided: sum('voided') };
}

/** Lots that a reversal ended stay behind, with all that ever fell back into them: nothing is held of what is merged. */
function takenBefore(part: Part, lots: ReadonlyMap<number, Grant>): Pick<Part, 'taken' | 'ended'> {
  const own = part.lots.map((no) => lots.get(no)).filter((lot) => lot !== undefined);
  return { taken: own.reduce((all, lot) => all + fallenBack(part, lot), part.taken), ended: {} };
}
