/** What Stripe's answers are to us: known, refused, or to be asked for again. */
import Stripe from 'stripe';
import { DrawdownError } from '../errors.ts';

/** Stripe's answer, or null where it knows no such object. */
export async function found<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await asking(call);
  } catch (error) {
    const cause = error instanceof DrawdownError ? error.cause : null;
    if (cause instanceof Stripe.errors.StripeInvalidRequestError && cause.code === 'resource_missing')
      return null;
    throw error;
  }
}

/** A refusal of what was asked is final; whatever else fails may pass: what became of it is asked again. */
export async function asking<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { StripeInvalidRequestError, StripeCardError, StripeError } = Stripe.errors;
    if (error instanceof StripeInvalidRequestError || error instanceof StripeCardError) {
      throw new DrawdownError(
        'payment_refused',
        `Stripe refuses: ${error.message}`,
        { provider: 'stripe', ...(error.code === undefined ? {} : { reason: error.code }) },
        error,
      );
    }
    if (error instanceof StripeError) throw unavailable('Stripe does not answer as it should.', error);
    throw error;
  }
}

export function unavailable(sentence: string, cause?: unknown): DrawdownError {
  return new DrawdownError('unavailable', sentence, {}, cause);
}
