import type * as wire from '@drawdown/client';
import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { demandSales } from '../../request.ts';
import { receipt, route } from '../route.ts';
import {
  appAccountToken,
  appStoreClaim,
  checkoutReceipt,
  checkoutRequest,
  googlePlayClaim,
  planCheckoutReceipt,
  price,
  priceQuery,
  purchase,
  purchasePage,
  purchaseRefundRequest,
} from '../schemas/purchase.ts';
import { originOf } from './origin.ts';
import { ofAccount, ofPurchase, paging } from './params.ts';

const createCheckout = route({
  method: 'POST',
  path: '/v1/accounts/{account}/checkouts',
  operationId: 'createCheckout',
  summary: 'Opens a checkout for a pack, any amount or a plan; nothing is granted before it is paid',
  tag: 'Purchases',
  scope: 'grant',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'required',
  params: ofAccount,
  body: checkoutRequest,
  status: 201,
  answers: {
    201: [
      { description: 'Where to pay, and the purchase', schema: checkoutReceipt },
      { description: 'Where to pay for a plan', schema: planCheckoutReceipt },
    ],
  },
  problems: [
    'unknown_pack',
    'unknown_plan',
    'plan_running',
    'trial_used',
    'unknown_currency',
    'amount_not_sold',
    'consent_required',
    'return_url_not_allowed',
    'surface_not_supported',
    'account_not_found',
    'provider_not_configured',
    'payment_refused',
    'idempotency_key_reused',
    'unavailable',
  ],
  handler: async ({ engine }, { params: { account }, body, call, caller, request }) => {
    demandSales(engine.catalog, { account, surface: caller?.session?.surface });
    const jurisdiction = caller?.session?.jurisdiction;
    const said = jurisdiction === undefined ? {} : { jurisdiction };
    const by = { ...call, origin: originOf(request), ...said };
    const ordered = orderOf(body);
    return 'plan' in ordered
      ? receipt(await engine.plans.checkout(account, ordered, by))
      : receipt(await engine.purchases.checkout(account, ordered, by));
  },
});

type Ordered = z.output<typeof checkoutRequest>;

/** One of the two, with nothing that goes with the other only. */
function orderOf(body: Ordered): wire.PlanCheckoutRequest | wire.CheckoutRequest {
  const { plan, interval, seats, trial, ...rest } = body;
  const refused = (fields: object, what: string): void => {
    const [field] = Object.entries(fields).find(([, value]) => value !== undefined) ?? [];
    if (field !== undefined) throw invalid(field, `goes with a ${what}`);
  };
  if (plan === undefined) {
    refused({ interval, seats, trial }, 'plan');
    return rest;
  }
  const { pack, credits, amount_minor, ...common } = rest;
  refused({ pack, credits, amount_minor }, 'checkout without a plan');
  const wish = {
    ...(interval && { interval }),
    ...(seats && { seats }),
    ...(trial !== undefined && { trial }),
  };
  return { plan, ...wish, ...common };
}

const getPrice = route({
  method: 'GET',
  path: '/v1/catalog/price',
  operationId: 'getPrice',
  summary: 'What a pack, an amount of credits or a sum of money comes to; a checkout charges the same',
  tag: 'Purchases',
  scope: 'read',
  sessions: 'any',
  idempotency: 'none',
  query: priceQuery,
  status: 200,
  answers: { 200: { description: 'Credits and their price', schema: price } },
  problems: ['unknown_pack', 'unknown_currency', 'amount_not_sold'],
  handler: ({ engine }, { query }) => ({ body: engine.purchases.price(query) }),
});

const listPurchases = route({
  method: 'GET',
  path: '/v1/accounts/{account}/purchases',
  operationId: 'listPurchases',
  summary: 'Lists purchases, newest first',
  tag: 'Purchases',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  query: z.strictObject(paging),
  status: 200,
  answers: { 200: { description: 'A page of purchases', schema: purchasePage } },
  problems: ['account_not_found', 'invalid_cursor'],
  handler: async ({ engine }, { params, query }) => ({
    body: await engine.purchases.list(params.account, query),
  }),
});

const getPurchase = route({
  method: 'GET',
  path: '/v1/purchases/{purchase}',
  operationId: 'getPurchase',
  summary: 'Shows a purchase',
  tag: 'Purchases',
  scope: 'read',
  sessions: 'own-resource',
  team: 'manager',
  idempotency: 'none',
  params: ofPurchase,
  status: 200,
  answers: { 200: { description: 'The purchase', schema: purchase } },
  problems: ['purchase_not_found'],
  handler: async ({ engine }, { params, call }) => ({
    body: await engine.purchases.byId(params.purchase, call),
  }),
});

const refundPurchase = route({
  method: 'POST',
  path: '/v1/purchases/{purchase}/refund',
  operationId: 'refundPurchase',
  summary: 'Gives an unspent purchase back within its window',
  tag: 'Purchases',
  scope: 'refund',
  sessions: 'own-resource',
  team: 'manager',
  idempotency: 'required',
  params: ofPurchase,
  body: purchaseRefundRequest,
  status: 200,
  answers: { 200: { description: 'The purchase after it', schema: purchase } },
  problems: [
    'purchase_not_found',
    'purchase_not_refundable',
    'payment_refused',
    'provider_not_configured',
    'idempotency_key_reused',
    'unavailable',
  ],
  handler: async ({ engine }, { params, body, call }) =>
    receipt(await engine.purchases.refund(params.purchase, body, call)),
});

const getAppAccountToken = route({
  method: 'GET',
  path: '/v1/accounts/{account}/app_account_token',
  operationId: 'getAppAccountToken',
  summary: "Shows what an app passes on to its store, so that a purchase is this account's",
  tag: 'Purchases',
  scope: 'read',
  sessions: 'own-account',
  team: 'manager',
  idempotency: 'none',
  params: ofAccount,
  status: 200,
  answers: { 200: { description: 'A UUID that names the account to us only', schema: appAccountToken } },
  problems: ['account_not_found', 'provider_not_configured'],
  handler: async ({ engine }, { params }) => ({
    body: await engine.purchases.appAccountToken(params.account),
  }),
});

const claim = {
  method: 'POST',
  tag: 'Purchases',
  scope: 'grant',
  sessions: 'own-account',
  team: 'manager',
  // One transaction is one purchase, whoever tells of it and how often: its own name is the key.
  idempotency: 'none',
  params: ofAccount,
  status: 200,
  answers: { 200: { description: 'The purchase, with its credits', schema: purchase } },
  problems: [
    'account_not_found',
    'payment_pending',
    'payment_refused',
    'purchase_not_found',
    'provider_not_configured',
    'balance_limit_exceeded',
    'unavailable',
  ],
} as const;

const claimGooglePlay = route({
  ...claim,
  path: '/v1/accounts/{account}/purchases/google_play',
  operationId: 'claimGooglePlayPurchase',
  summary: 'Takes in a purchase of an app at once: looked up at Google Play, granted, consumed',
  body: googlePlayClaim,
  handler: async ({ engine }, { params, body, call }) => {
    const proof = { proof: body.purchase_token, product: body.product };
    return { body: await engine.purchases.claim(params.account, 'google_play', proof, call) };
  },
});

const claimAppStore = route({
  ...claim,
  path: '/v1/accounts/{account}/purchases/app_store',
  operationId: 'claimAppStorePurchase',
  summary:
    'Takes in a transaction of an app at once: verified against the signature of the App Store, granted',
  body: appStoreClaim,
  problems: [...claim.problems, 'invalid_signature'],
  handler: async ({ engine }, { params, body, call }) => ({
    body: await engine.purchases.claim(params.account, 'app_store', { proof: body.signed_transaction }, call),
  }),
});

export const purchaseRoutes = [
  claimGooglePlay,
  claimAppStore,
  getAppAccountToken,
  getPrice,
  createCheckout,
  listPurchases,
  getPurchase,
  refundPurchase,
];
