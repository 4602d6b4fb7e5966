/** Purchases that give nothing, whatever is paid for them: a charge that took something else, or that was given up. */
import { type Statement, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import { newPart } from './purchase-parts.ts';
import type { Purchase } from './purchase-rows.ts';
import { outcomeOf } from './purchase-state.ts';
import { lateAsTold } from './settlement-rows.ts';

const TERMS: Statement<readonly unknown[], unknown> = statement(
  'purchase_for_nothing',
  'update drawdown.purchases set credits = 0, bonus = 0, price_minor = $3, currency = $4 where account = $1 and no = $2',
);

/** Whatever is paid for it is owed back: it is of no credits. */
export const isForNothing = ({ plan, credits, bonus }: Purchase): boolean =>
  plan === null && credits === 0n && bonus === 0n;

/** From now on it gives nothing. */
export const emptied = (purchase: Purchase): Purchase => ({
  ...purchase,
  credits: 0n,
  bonus: 0n,
  parts: [newPart(0n), newPart(0n)],
});

/** Of the money that was taken, whatever was asked for; the very same object where that is known. */
export function asTaken(purchase: Purchase): Purchase {
  const { paid } = outcomeOf(purchase.facts);
  if (paid === null) return purchase;
  const { gross: priceMinor, currency } = paid;
  if (priceMinor === purchase.priceMinor && currency === purchase.currency) return purchase;
  return { ...purchase, priceMinor, currency };
}

/** What `update` does not write of it; and that the money is owed, where some was taken. */
export function writesForNothing(purchase: Purchase): Write[] {
  const { account, no, priceMinor, currency } = purchase;
  return [{ statement: TERMS, params: [account, no, priceMinor, currency] }, ...lateAsTold(purchase)];
}
