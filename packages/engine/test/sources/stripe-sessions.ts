/** Checkout sessions at the local Stripe. */
import { checkMode, type Fields, invalid, type Json } from './stripe-forms.ts';
import type { FakePrices } from './stripe-prices.ts';

export interface FakeSession extends Json {
  id: string;
  url: string;
  metadata: Record<string, string>;
  payment_intent: string | null;
}

/** A session as it is asked for. */
export function sessionFor(
  fields: Fields,
  { id, created, prices }: { id: string; created: number; prices: FakePrices },
): FakeSession {
  for (const name of ['mode', 'success_url', 'line_items']) {
    if (fields[name] === undefined) throw invalid(`Missing required param: ${name}.`, { param: name });
  }
  const item = (fields.line_items as Fields)['0'] as {
    quantity: string;
    price?: string;
    price_data: Fields;
  };
  const price = item.price === undefined ? null : prices.get(item.price);
  const about = price ?? item.price_data;
  const amount = Number(item.quantity) * Number(about.unit_amount);
  checkMode(fields, about);
  const subscribed = fields.subscription_data as Fields | undefined;
  return {
    id,
    object: 'checkout.session',
    created,
    livemode: false,
    mode: fields.mode,
    status: 'open',
    payment_status: 'unpaid',
    url: `https://checkout.stripe.test/c/pay/${id}`,
    currency: about.currency as string,
    amount_subtotal: amount,
    amount_total: amount,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    metadata: (fields.metadata ?? {}) as Record<string, string>,
    payment_intent: null,
    customer: fields.customer ?? null,
    subscription: null,
    ordered: fields.mode === 'subscription' && {
      price,
      quantity: Number(item.quantity),
      trialDays: subscribed?.trial_period_days === undefined ? null : Number(subscribed.trial_period_days),
      metadata: subscribed?.metadata ?? {},
    },
    intent_metadata: ((fields.payment_intent_data as Fields | undefined)?.metadata ?? {}) as Json,
  };
}
