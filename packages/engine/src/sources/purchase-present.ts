import type * as wire from '@drawdown/client';
import { addDuration, type Duration, formatInstant, parseDuration } from '../core/calendar.ts';
import { grantId, subscriptionId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import { idOf, type Purchase } from './purchase-rows.ts';
import { outcomeOf } from './purchase-state.ts';

/** Until when the buyer may give the purchase back, by the calendar of the account; null: it was never possible. */
export function refundableUntil({ paidAt, refundWindow }: Purchase, timeZone: string): number | null {
  if (paidAt === null || refundWindow === null) return null;
  return addDuration(paidAt, parseDuration(refundWindow) as Duration, { timeZone });
}

export function presentPurchase(
  purchase: Purchase,
  { account, timeZone, presenter }: { account: string; timeZone: string; presenter: Presenter },
): wire.Purchase {
  const { parts } = purchase;
  const { paid, again } = outcomeOf(purchase.facts);
  const sum = (of: 'voided' | 'lost') => parts.reduce((all, part) => all + part[of], 0n);
  const until = refundableUntil(purchase, timeZone);
  const lost = presenter.credits(sum('lost'));
  return {
    id: idOf(purchase),
    account,
    provider: purchase.provider,
    state: purchase.state,
    pack: purchase.pack,
    plan: purchase.plan,
    subscription:
      purchase.subscription === null ? null : subscriptionId(purchase.account, purchase.subscription),
    class: purchase.class,
    credits: presenter.credits(purchase.credits),
    bonus: presenter.credits(purchase.bonus),
    price: { amount_minor: purchase.priceMinor, currency: purchase.currency },
    paid: paid && { amount_minor: paid.gross, net_minor: paid.net, currency: paid.currency },
    paid_again: again.map(({ paid: { payment, currency }, standing }) => ({
      payment,
      amount_minor: standing,
      currency,
    })),
    grants: parts.flatMap((part) => part.lots).map((no) => grantId(purchase.account, no)),
    reversed: presenter.credits(sum('voided')),
    lost: purchase.reversal === 'loss' ? lost : 0,
    owed: purchase.reversal === 'debt' ? lost : 0,
    jurisdiction: purchase.jurisdiction,
    policy: purchase.law,
    consent: purchase.consent && { immediate_use: true, at: formatInstant(purchase.consent.at) },
    checkout_url: purchase.state === 'open' ? purchase.url : null,
    refundable_until: until === null ? null : formatInstant(until),
    created_at: formatInstant(purchase.createdAt),
    paid_at: purchase.paidAt === null ? null : formatInstant(purchase.paidAt),
  };
}
