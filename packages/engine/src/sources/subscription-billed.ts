/** Whether what a provider billed for a period is what was agreed for it. */
import { DrawdownError } from '../errors.ts';
import type { Billed } from './provider.ts';
import type { Subscription } from './subscription-state.ts';
import { priceOf, type Terms } from './subscription-terms.ts';

const DAY_MS = 86_400_000;

/** A bill, and whether the catalog grants a period that a discount made free. */
export interface Bill extends Billed {
  readonly mayBeFree: boolean;
}

/** Providers bill the beginning of a trial too, with nothing: no period is paid by that. They count trials in days. */
export function isOfTrial(
  { trialEndsAt, paid }: Pick<Subscription, 'trialEndsAt' | 'paid'>,
  { list, gross, prorated }: Billed,
  periodEnd: number | null,
): boolean {
  if (trialEndsAt === null || list !== 0 || gross !== 0 || prorated !== 0) return false;
  return periodEnd === null ? paid.length === 0 : periodEnd <= trialEndsAt + DAY_MS;
}

/**
 * Throws `payment_refused` where the currency is another one, or where the period's price before discounts is less than
 * what was agreed, or was not charged but for what was taken off at the provider. More than was agreed is between
 * provider and buyer. Where no price was agreed, nothing is compared but that something was charged.
 */
export function demandBilled(
  terms: Pick<Terms, 'price' | 'seats'>,
  bill: Bill,
  about: { readonly subscription: string },
): void {
  const refuse = (field: string, sentence: string): never => {
    throw new DrawdownError('payment_refused', `${field}: ${sentence}`, { field, ...about });
  };
  const price = priceOf(terms);
  const agreed = price?.amountMinor ?? 0;
  if (price !== null && price.currency !== bill.currency) refuse('currency', `${price.currency} was agreed`);
  if (bill.list < agreed || bill.gross < agreed - bill.discount + Math.min(bill.prorated, 0)) {
    refuse('amount', `${agreed} was agreed`);
  }
  // A price of nothing that was agreed is no gift.
  const isFree = bill.list - bill.discount <= 0 && (price === null || agreed > 0);
  if (isFree && !bill.mayBeFree) {
    refuse('amount', 'nothing was charged, and policies.free_periods does not grant such a period');
  }
}

export const BY_SERVER = 'The product itself charges for the subscription: its server ends and changes it.';

/** What is asked of whoever charges for it. */
const AT_PROVIDER: readonly string[] = ['cancel', 'reactivate', 'change'];

/** What a provider charges for, only the provider may say: here it would be undone by what it says next. */
export function demandUnbilled(
  { provider, pausedAt }: Pick<Subscription, 'provider' | 'pausedAt'>,
  action: string,
): void {
  if (provider === null || AT_PROVIDER.includes(action)) return;
  // It was paused here before the provider was heard of: nobody else can end that.
  if (action === 'resume' && pausedAt !== null) return;
  const sentence = `${provider} charges for the subscription: it can be changed, cancelled and kept here, all else is done there.`;
  throw new DrawdownError('subscription_billed', sentence, { provider });
}
