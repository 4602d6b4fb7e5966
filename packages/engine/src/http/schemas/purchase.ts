/** Packs that people buy. */
import { z } from 'zod';
import { PROVIDERS } from '../../sources/provider.ts';
import { PURCHASE_STATES } from '../../sources/purchase-state.ts';
import { cost } from './account.ts';
import {
  accountId,
  amount,
  catalogId,
  credits,
  grantId,
  instant,
  page,
  purchaseId,
  resourceId,
  sentence,
} from './primitives.ts';

export const provider = z.enum(PROVIDERS).meta({ id: 'PaymentProvider' });
export const purchaseState = z.enum(PURCHASE_STATES).meta({ id: 'PurchaseState' });
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD');
const consent = z.strictObject({ immediate_use: z.literal(true) });
const jurisdiction = z.string().regex(/^[A-Za-z0-9-]{1,16}$/, 'must be a code such as DE or US-CA');

/** Exactly one of the three says what is bought, or a plan does. */
const wanted = {
  pack: catalogId.exactOptional(),
  credits: amount.exactOptional(),
  amount_minor: z
    .int()
    .min(1)
    .max(1_000_000_000_000)
    .exactOptional()
    .meta({ description: 'Minor units of money: the most credits that this buys.' }),
  currency: currency.exactOptional(),
};

export const priceQuery = z.strictObject({
  ...wanted,
  amount_minor: z.coerce.number().pipe(z.int().min(1).max(1_000_000_000_000)).exactOptional(),
});

export const price = z
  .object({
    pack: z.string().nullable(),
    credits,
    bonus: credits,
    class: z.string(),
    validity: z.string().nullable(),
    price: cost,
  })
  .meta({ id: 'Price', description: 'What a checkout would charge.' });

/** What goes with a plan alone. */
const planOrdered = {
  plan: catalogId
    .exactOptional()
    .meta({ description: 'A plan of the catalog; it is charged for every period.' }),
  interval: z.enum(['month', 'year']).exactOptional(),
  seats: z.int().min(1).max(1_000_000).exactOptional(),
  trial: z.boolean().exactOptional(),
};

export const checkoutRequest = z
  .strictObject({
    ...wanted,
    ...planOrdered,
    return_url: z
      .string()
      .min(1)
      .max(2000)
      .meta({
        format: 'uri',
        description:
          'Absolute, http or https, on the origin of this server or one that it was told to allow. The purchase and what became of it are added to the query.',
        examples: ['https://app.example.com/credits'],
      }),
    provider: provider.exactOptional(),
    jurisdiction: jurisdiction.exactOptional(),
    consent: consent.exactOptional(),
    save_payment_method: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Keeps how the buyer pays, for automatic top-ups.' }),
  })
  .meta({
    id: 'CheckoutRequest',
    examples: [
      { pack: 'pack_100', return_url: 'http://127.0.0.1:4400/docs' },
      { plan: 'pro', interval: 'month', return_url: 'http://127.0.0.1:4400/docs' },
    ],
  });

export const purchase = z
  .object({
    id: purchaseId,
    account: accountId,
    provider,
    state: purchaseState,
    pack: z.string().nullable(),
    plan: z.string().nullable(),
    subscription: z.string().nullable(),
    class: z.string(),
    credits,
    bonus: credits,
    price: cost,
    paid: z
      .object({ amount_minor: z.int(), net_minor: z.int(), currency: z.string() })
      .nullable()
      .meta({ description: 'What was charged, and what of it is not tax, in minor units.' }),
    paid_again: z.array(z.object({ payment: z.string(), amount_minor: z.int(), currency: z.string() })).meta({
      description: 'Payments of the same besides that one, and how much of each has not gone back.',
    }),
    grants: z.array(grantId),
    reversed: credits,
    lost: credits,
    owed: credits,
    jurisdiction: z.string().nullable(),
    policy: z
      .object({
        expiry_floor: z.string().nullable(),
        cash_out: z.object({ at_most_minor: z.int(), currency: z.string() }).nullable(),
        withdrawal_window: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'What the jurisdiction asked for when the purchase was made.' }),
    consent: z.object({ immediate_use: z.literal(true), at: instant }).nullable(),
    checkout_url: z.string().nullable(),
    refundable_until: instant.nullable(),
    created_at: instant,
    paid_at: instant.nullable(),
  })
  .meta({ id: 'Purchase' });

export const purchasePage = page(purchase, 'PurchasePage');

export const checkoutReceipt = z
  .object({
    url: z.string().meta({ description: 'Where to send the buyer.' }),
    checkout: z.string().meta({ description: "The provider's id of the checkout." }),
    purchase,
  })
  .meta({ id: 'CheckoutReceipt' });

export const planCheckoutReceipt = z
  .object({
    url: z.string().meta({ description: 'Where to send the buyer.' }),
    checkout: z.string().meta({ description: "The provider's id of the checkout." }),
    plan_checkout: z
      .object({
        subscription: resourceId('sub'),
        account: accountId,
        provider,
        state: z.enum(['open', 'canceled', 'failed', 'expired', 'begun', 'refused']),
        plan: z.string(),
        interval: z.enum(['month', 'year']),
        seats: z.int().nullable(),
        credits,
        price: cost,
        trial: z.boolean(),
        checkout_url: z.string().nullable(),
        created_at: instant,
      })
      .meta({ id: 'PlanCheckout', description: 'The subscription of that id begins when it is paid.' }),
  })
  .meta({ id: 'PlanCheckoutReceipt' });

export const purchaseRefundRequest = z
  .strictObject({ reason: sentence.exactOptional() })
  .meta({ id: 'PurchaseRefundRequest' });

export const received = z
  .object({ purchase: purchaseId.nullable(), state: purchaseState.nullable() })
  .meta({ id: 'Received', description: 'What became of a delivery; null: it was about no purchase.' });

export const googlePlayClaim = z
  .strictObject({
    product: z.string().min(1).max(200),
    // Google names no bound; the ones it gives have about 150 characters.
    purchase_token: z.string().regex(/^[\w.-]{1,1024}$/, 'must be a purchase token of Google Play'),
  })
  .meta({ id: 'GooglePlayClaim', examples: [{ product: 'pack_100', purchase_token: 'abc.AO-J1O' }] });

export const appStoreClaim = z
  .strictObject({
    signed_transaction: z
      .string()
      .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'must be a signed transaction of the App Store')
      .max(32_768),
  })
  .meta({ id: 'AppStoreClaim', examples: [{ signed_transaction: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }] });

export const appAccountToken = z
  .object({ app_account_token: z.uuid() })
  .meta({ id: 'AppAccountToken', description: 'What an app passes on to its store with a purchase.' });
