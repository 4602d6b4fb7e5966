/** What each endpoint takes: `*` stands for any key, a pattern for the text of a leaf. */
export type Shape = { readonly [key: string]: Shape | RegExp };
const COUNT = /^\d+$/;
const DISCOUNTS = { '*': { discount: /^di_/ } };
const METADATA = { '*': /^.{0,500}$/s };
export const SESSION: Shape = {
  mode: /^(payment|setup|subscription)$/,
  client_reference_id: /^.{1,200}$/,
  customer: /^cus_/,
  line_items: {
    '*': {
      quantity: COUNT,
      price: /^price_/,
      price_data: {
        currency: /^[a-z]{3}$/,
        unit_amount: COUNT,
        product_data: { name: /^.+$/ },
      },
    },
  },
  metadata: METADATA,
  payment_intent_data: { metadata: METADATA, setup_future_usage: /^(off|on)_session$/ },
  subscription_data: { metadata: METADATA, trial_period_days: /^([1-9]\d{0,2})$/ },
  success_url: /^https?:\/\//,
  cancel_url: /^https?:\/\//,
};
export const CUSTOMER: Shape = { metadata: METADATA };
export const CHARGE: Shape = {
  amount: COUNT,
  currency: /^[a-z]{3}$/,
  customer: /^cus_/,
  payment_method: /^pm_/,
  off_session: /^true$/,
  confirm: /^true$/,
  metadata: METADATA,
};
export const REFUND: Shape = {
  payment_intent: /^pi_/,
  amount: COUNT,
  reason: /^(duplicate|fraudulent|requested_by_customer)$/,
  metadata: METADATA,
};
export const SUBSCRIPTION: Shape = {
  cancel_at_period_end: /^(true|false)$/,
  items: { '*': { id: /^si_/, price: /^price_/, quantity: COUNT } },
  proration_behavior: /^(none|create_prorations|always_invoice)$/,
  billing_cycle_anchor: { type: /^(now|unchanged)$/ },
  payment_behavior: /^(allow_incomplete|default_incomplete|error_if_incomplete|pending_if_incomplete)$/,
  metadata: METADATA,
};
export const SUBSCRIPTIONS: Shape = {
  customer: /^cus_/,
  limit: /^([1-9]\d?|100)$/,
  starting_after: /^sub_/,
};
export const EXPANDED: Shape = { expand: { '*': /^(schedule|customer)$/ } };
export const SCHEDULE: Shape = { from_subscription: /^sub_/ };
export const SCHEDULED: Shape = {
  end_behavior: /^(cancel|none|release|renew)$/,
  proration_behavior: /^(none|create_prorations|always_invoice)$/,
  metadata: METADATA,
  phases: {
    '*': {
      items: {
        '*': { price: /^price_/, quantity: COUNT, discounts: DISCOUNTS, tax_rates: { '*': /^txr_/ } },
      },
      discounts: DISCOUNTS,
      collection_method: /^(charge_automatically|send_invoice)$/,
      default_payment_method: /^pm_/,
      default_tax_rates: { '*': /^txr_/ },
      automatic_tax: { enabled: /^(true|false)$/, liability: { type: /^(self|account)$/ } },
      invoice_settings: { days_until_due: COUNT, issuer: { type: /^(self|account)$/ } },
      description: /^.{1,500}$/s,
      start_date: COUNT,
      end_date: COUNT,
      proration_behavior: /^(none|create_prorations|always_invoice)$/,
    },
  },
};
export const PRICE: Shape = {
  currency: /^[a-z]{3}$/,
  unit_amount: COUNT,
  lookup_key: /^.{1,200}$/,
  metadata: METADATA,
  product_data: { name: /^.+$/ },
  recurring: { interval: /^(day|week|month|year)$/ },
};
export const PRICES: Shape = { lookup_keys: { '*': /^.{1,200}$/ }, limit: /^([1-9]\d?|100)$/ };
export const INVOICES: Shape = {
  subscription: /^sub_/,
  limit: /^([1-9]\d?|100)$/,
  starting_after: /^in_/,
  expand: { '*': /^data\.payments$/ },
};
export const INVOICE_PAYMENTS: Shape = {
  payment: { type: /^payment_intent$/, payment_intent: /^pi_/ },
  limit: /^([1-9]\d?|100)$/,
  expand: { '*': /^data\.invoice$/ },
};
export const SESSIONS: Shape = {
  created: { gte: COUNT },
  status: /^(open|complete|expired)$/,
  limit: /^([1-9]\d?|100)$/,
  starting_after: /^cs_/,
};
export const LIST: Shape = { payment_intent: /^pi_/, limit: /^([1-9]\d?|100)$/ };
