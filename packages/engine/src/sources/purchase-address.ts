import type { Call } from '../change.ts';
import { parsePurchaseId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Place } from './purchase-order.ts';
import { idOf, type Purchase, purchaseByNo } from './purchase-rows.ts';
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
  return whereItIs(means, { purchase, account: { number: purchase.account, id: account } });
}

/** A purchase goes along when its account is merged into another one, and is found under the id that it had. */
async function whereItIs(means: Means, found: Found): Promise<Found> {
  const { moved } = found.purchase;
  if (moved === null) return found;
  const id = await means.accounts.idOf(moved.account);
  const purchase = await purchaseByNo(means.database, moved.account, moved.no);
  if (id === null || purchase === null)
    throw new Error(`purchase ${idOf(found.purchase)} was moved to nowhere`);
  return whereItIs(means, { purchase, account: { number: moved.account, id } });
}
