/** Which sums Stripe takes as we write them: https://docs.stripe.com/currencies. */
import { DrawdownError } from '../errors.ts';
import { decimalsOf } from './minor-units.ts';

/** Stripe counts these in another unit than ISO 4217 does: 500 krónur would be charged as 5. */
const COUNTED_OTHERWISE: readonly string[] = ['ISK', 'MGA', 'UGX'];

/** Throws `payment_refused` where Stripe would charge another sum, or refuse this one. */
export function demandChargeable({
  amountMinor,
  currency,
}: {
  readonly amountMinor: number;
  readonly currency: string;
}): void {
  const refuse = (field: string, sentence: string): never => {
    throw new DrawdownError('payment_refused', `${field}: ${sentence}`, { field, provider: 'stripe' });
  };
  if (COUNTED_OTHERWISE.includes(currency))
    refuse('currency', `${currency} is not sold through Stripe, which counts it in another unit`);
  if (decimalsOf(currency) === 3 && amountMinor % 10 !== 0)
    refuse('amount', `Stripe takes no thousandths of ${currency}: the last digit must be 0`);
}
