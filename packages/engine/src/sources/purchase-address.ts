import type { Call } from '../change.ts';
import { parsePurchaseId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Place } from './purchase-order.ts';
import { type Purchase, purchaseByNo } from './purchase-rows.ts';
import type { SourceSetting } from './source.ts';

type Means = Pick<SourceSetting, 'accounts' | 'database'>;
type Found = { readonly purchase: Purchase; readonly account: Place };

/** Where an id leads. Throws `purchase_not_found` where that is nowhere, or none of the caller's accounts. */
export async function reachPurchase(means: Means, id: string, call: Call): Promise<Found> {
  const { accounts, database } = means;
  const address = parsePurchaseId(id);
  const account = address === null ? null : await accounts.idOf(address.account);
  const isOpen = call.accounts === undefined || (account !== null && call.accounts.includes(account));
  const purchase =
    address === null || account === null || !isOpen
      ? null
      : await purchaseByNo(database, address.account, address.no);
  if (purchase === null || account === null) throw new DrawdownError('purchase_not_found');
  const there = await purchaseWhereItIs(database, purchase);
  const owner = there && (await accounts.idOf(there.account));
  if (there === null || owner === null) throw new Error(`purchase ${id} was moved to nowhere`);
  return { purchase: there, account: { number: there.account, id: owner } };
}

/** A purchase goes along when its account is merged into another one, and is found by the place that it had; null: there is none. */
export async function purchaseWhereItIs(
  on: Pick<Connection | Database, 'query'>,
  { account, no }: Pick<Purchase, 'account' | 'no'>,
): Promise<Purchase | null> {
  const purchase = await purchaseByNo(on, account, no);
  return purchase?.moved == null ? purchase : purchaseWhereItIs(on, purchase.moved);
}
