import type { Json } from '../core/account.ts';
import type { Notice } from '../core/notice.ts';
import type { Presenter } from '../present.ts';
import { isForNothing } from './purchase-for-nothing.ts';
import { presentPurchase } from './purchase-present.ts';
import type { Purchase } from './purchase-rows.ts';
import { outcomeOf } from './purchase-state.ts';

/**
 * What a change of a purchase tells: that it is paid, once, and each time that more of the money went back. What was
 * back before it came is told as reversed only.
 */
export function purchaseNotices(
  before: Purchase,
  after: Purchase,
  {
    account,
    presenter,
    now,
  }: { account: { id: string; timeZone: string }; presenter: Presenter; now: number },
): Notice[] {
  const was = outcomeOf(before.facts);
  const is = outcomeOf(after.facts);
  const tell = (type: Notice['type'], more: Notice['data'] = {}): Notice => {
    const purchase = presentPurchase(after, { account: account.id, timeZone: account.timeZone, presenter });
    const data = { account: account.id, ...more, purchase: purchase as unknown as Json };
    return { type, at: now, data };
  };
  const notices: Notice[] = [];
  const isBought = is.paid !== null && is.state !== 'reversed' && !isForNothing(after);
  if (was.paid === null && isBought) notices.push(tell('purchase.completed'));
  if (is.back > was.back) {
    const amount = { amount_minor: is.back - was.back, currency: after.currency };
    notices.push(tell('purchase.reversed', { paid_back: amount }));
  }
  return notices;
}
