/** Invoices at the local Stripe, as its API shows them. */
import type { Json } from './stripe-forms.ts';
import type { FakePrice } from './stripe-prices.ts';

export interface FakeInvoice extends Json {
  id: string;
  status: string;
  /** The payment, once there is one. */
  charged?: string;
}

/** What an invoice comes to, in minor units: the price, less discounts, with what changes within a period cost. */
export interface Billed {
  readonly amount: number;
  readonly discount?: number;
  readonly prorated?: number;
  readonly currency?: string;
}

/** What is charged for, and when. */
interface Charged extends Billed {
  readonly at: number;
  readonly reason: string;
  readonly period: { readonly start: number; readonly end: number };
  readonly tax: number;
  readonly status: 'paid' | 'open';
}

export function invoiceFor(
  id: string,
  { at, reason, period, amount, discount = 0, prorated = 0, currency, tax, status }: Charged,
  about: {
    subscription: { id: string; metadata: Record<string, string> };
    price: FakePrice;
    quantity: number;
  },
): FakeInvoice {
  const { subscription, price, quantity } = about;
  const net = amount - discount + prorated;
  const line = (one: number, proration: boolean) => ({
    object: 'line_item',
    amount: one,
    quantity,
    period,
    pricing: { type: 'price_details', price_details: { price: price.id, product: 'prod_1' } },
    parent: { type: 'subscription_item_details', subscription_item_details: { proration } },
  });
  return {
    id,
    object: 'invoice',
    status,
    billing_reason: reason,
    created: at,
    currency: currency ?? price.currency,
    subtotal: amount + prorated,
    total: net + tax,
    total_excluding_tax: net,
    total_discount_amounts: discount === 0 ? [] : [{ amount: discount, discount: 'di_1' }],
    attempt_count: net + tax === 0 ? 0 : 1,
    status_transitions: { paid_at: status === 'paid' ? at : null },
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    lines: {
      object: 'list',
      has_more: false,
      data: [
        ...(reason === 'subscription_update' && amount === 0 ? [] : [line(amount, false)]),
        ...(prorated === 0 ? [] : [line(prorated, true)]),
      ],
    },
  };
}

export const subscriptionOf = (invoice: FakeInvoice): string =>
  (invoice.parent as { subscription_details: { subscription: string } }).subscription_details.subscription;

export const paymentOf = (invoice: Json, intent: string): Json => ({
  id: `inpay_${String(invoice.id)}`,
  object: 'invoice_payment',
  status: 'paid',
  invoice: invoice.id,
  payment: { type: 'payment_intent', payment_intent: intent },
});
