/**
 * Who may do what: every route by every kind of caller. The rows say what the contract promises, apart from the route
 * table that does it, so a route that is new or was opened by accident fails here.
 */
import { randomUUID } from 'node:crypto';
import type {
  CampaignCodes,
  CheckoutReceipt,
  CreatedKey,
  GrantReceipt,
  HoldReceipt,
  More,
  Page,
  PlanCheckoutReceipt,
  Receipt,
  Scope,
  Session,
  SubscriptionReceipt,
  TestClock,
  WebhookDelivery,
  WebhookEndpoint,
} from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMONSTRATION_MARK } from '../../src/demonstration.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { SCOPES } from '../../src/http/schemas/access.ts';
import { statement } from '../../src/store/database.ts';
import { cashable, payable } from './cash-out-contract.ts';
import { confused, tampered, unsigned } from './forged-tokens.ts';
import type { Row } from './matrix-row.ts';
import { demandsRecord, recordsOf } from './staff-records.ts';
import { approvalRows, credentialRows, NO_PROVIDER, shownAct, staffRows } from './staff-rows.ts';
import {
  ADMIN,
  type Ask,
  appStoreClaim,
  appStoreDelivery,
  googlePlayClaim,
  googlePlayDelivery,
  SECRET,
  startServer,
  stripeDelivery,
  type TestServer,
} from './support.ts';
import { CREW, makeCrew, type TeamRow, teamRows, type Wanted } from './team-rows.ts';

const OWN = 'u_own';
const FOREIGN = 'u_foreign';
const ABSENT = 'u_absent';
const NO_GRANT = 'grt_0cn99285w001k0000000c';
const NO_HOLD = 'hld_0cn99285w001k0000000c';
const NO_PURCHASE = 'pur_0cn99285w001k0000000c';
const NO_OPERATION = 'op_1m83tyy3z1k0000000c00000004';

let t: TestServer;
/** Whose request others decide on: a key that none of them made. */
let asker: CreatedKey;

const at = (path: string, body?: unknown) => (account: string) => ({
  path: `/v1/accounts/${account}${path}`,
  ...(body === undefined ? {} : { ask: { body } }),
});

async function lot(account: string): Promise<string> {
  const { body } = await t.ask<GrantReceipt>('POST', `/v1/accounts/${account}/grants`, {
    body: { class: 'promotional', amount: 3 },
  });
  return body.grant.id;
}

/** A hold made by the caller itself where it can, since a session may end only its own. */
async function hold(account: string, by: Ask): Promise<string> {
  const own = await t.ask<HoldReceipt>('POST', `/v1/accounts/${account}/holds`, {
    ...by,
    body: { feature: 'smart_cutout' },
  });
  if (own.status === 201) return own.body.hold.id;
  const { body } = await t.ask<HoldReceipt>('POST', `/v1/accounts/${account}/holds`, { body: { amount: 5 } });
  return body.hold.id;
}

/** In the name of the caller where it can, since a member of a team sees their own. */
async function spent(account: string, by: Ask = {}): Promise<string> {
  const own = await t.ask<Receipt>('POST', `/v1/accounts/${account}/consume`, {
    ...by,
    body: { feature: 'smart_cutout' },
  });
  if (own.status === 200) return own.body.operation?.id as string;
  const { body } = await t.ask<Receipt>('POST', `/v1/accounts/${account}/consume`, { body: { amount: 1 } });
  return body.operation.id;
}

const onLot = (act: string, body?: unknown): Pick<Row, 'request' | 'absent'> => ({
  request: async (account) => ({
    path: `/v1/grants/${await lot(account)}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
  absent: () => ({ path: `/v1/grants/${NO_GRANT}${act}`, ...(body === undefined ? {} : { ask: { body } }) }),
});

const onHold = (act: string, body?: unknown): Pick<Row, 'request' | 'absent'> => ({
  request: async (account, by) => ({
    path: `/v1/holds/${await hold(account, by)}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
  absent: () => ({ path: `/v1/holds/${NO_HOLD}${act}`, ...(body === undefined ? {} : { ask: { body } }) }),
});

async function ordered(account: string): Promise<CheckoutReceipt> {
  const { body } = await t.ask<CheckoutReceipt>('POST', `/v1/accounts/${account}/checkouts`, { body: ORDER });
  return body;
}

async function bought(account: string): Promise<string> {
  const { checkout, purchase } = await ordered(account);
  await t.ask('POST', `/checkout/${checkout}/pay`, { as: null, key: null });
  return purchase.id;
}

const onPurchase = (act: string, body?: unknown): Pick<Row, 'request' | 'absent'> => ({
  request: async (account) => ({
    path: `/v1/purchases/${await bought(account)}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
  absent: () => ({
    path: `/v1/purchases/${NO_PURCHASE}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
});

const onOperation = (act: string, body?: unknown): Pick<Row, 'request' | 'absent'> => ({
  request: async (account, by) => ({
    path: `/v1/operations/${await spent(account, by)}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
  absent: () => ({
    path: `/v1/operations/${NO_OPERATION}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
});

async function subscribed(account: string): Promise<string> {
  const { body } = await t.ask<SubscriptionReceipt>('POST', `/v1/accounts/${account}/subscriptions`, {
    body: account === CREW ? { plan: 'teams', seats: 30 } : { plan: 'pro' },
  });
  return body.subscription.id;
}

/** A subscription of its own for each caller; `first` brings it into the state that the request is for. */
const onSubscription = (act: string, body?: unknown, first?: string): Pick<Row, 'request' | 'absent'> => {
  const ask = body === undefined ? {} : { ask: { body } };
  const at = (account: string, id: string) => `/v1/accounts/${account}/subscriptions/${id}`;
  return {
    request: async (account) => {
      const path = at(account, await subscribed(account));
      if (first !== undefined) await t.ask('POST', `${path}/${first}`, { body: {} });
      return { path: `${path}${act}`, ...ask };
    },
    absent: () => ({ path: `${at(ABSENT, 'sub_0cn99285w001k0000000c')}${act}`, ...ask }),
  };
};

/** What a provider charges for, begun before all else, since a plan that runs is not sold again. */
const plans = new Map<string, string>();
const onPlan = (
  act: string,
  { first, body = {} }: { first?: string; body?: object } = {},
): Pick<Row, 'session' | 'request' | 'absent'> => ({
  ...onSubscription(act, body),
  session: true,
  request: async (account) => {
    const path = `/v1/accounts/${account}/subscriptions/${plans.get(account)}`;
    if (first !== undefined) await t.ask('POST', `${path}/${first}`, { body: {} });
    return { path: `${path}${act}`, ask: { body } };
  },
});

async function checkedOut(account: string): Promise<string> {
  const { pack: _, ...order } = ORDER;
  const plan = account === CREW ? { plan: 'teams', seats: 30 } : { plan: 'pro' };
  const { body } = await t.ask<PlanCheckoutReceipt>('POST', `/v1/accounts/${account}/checkouts`, {
    body: { ...order, ...plan },
  });
  await t.ask('POST', `/checkout/${body.checkout}/pay`, { as: null, key: null });
  return body.plan_checkout.subscription;
}

/** An account for one request, since it ends with it. */
async function madeFor(): Promise<string> {
  const account = `u_${randomUUID()}`;
  await t.ask('POST', `/v1/accounts/${account}/grants`, { body: { class: 'promotional', amount: 1 } });
  return account;
}

async function closed(): Promise<string> {
  const account = await madeFor();
  await t.ask('POST', `/v1/accounts/${account}/close`, { as: ADMIN, body: REASON });
  return account;
}

/** A fresh code for each caller, since one is good for a single award. */
async function redeemable(account: string): Promise<Wanted> {
  const { body } = await t.ask<CampaignCodes>('POST', '/v1/campaigns/matrix_codes/codes', {
    as: ADMIN,
    body: { count: 1 },
  });
  return at('/redeem', { code: body.codes[0] })(account);
}

/** The team that a person owns under the name of their account: `t_own` of `u_own`. */
const teamOf = (account: string) => `t_${account.slice(2)}`;
const inTeam = (path: (account: string) => string, body?: unknown): Pick<Row, 'request' | 'absent'> => {
  const at = (account: string) => ({
    path: `/v1/accounts/${teamOf(account)}${path(account)}`,
    ...(body === undefined ? {} : { ask: { body } }),
  });
  return { request: at, absent: at };
};

/** A request of the owner's own, fresh for each caller. */
const onRequest = (act: string): Pick<Row, 'request' | 'absent'> => {
  const at = (account: string, id: string) => ({
    path: `/v1/accounts/${teamOf(account)}/members/${account}/requests/${id}/${act}`,
    ask: { body: {} },
  });
  return {
    request: async (account) => {
      const path = `/v1/accounts/${teamOf(account)}/members/${account}/requests`;
      const { body } = await t.ask<More>('POST', path, { body: { amount: 1, reason: randomUUID() } });
      return at(account, body.id);
    },
    absent: () => at(ABSENT, 'req_0cn99285w001k0000000c'),
  };
};

const absentAt = (path: string, body?: unknown) => () => at(path, body)(ABSENT);
const onAccount = (path: string, body?: unknown): Pick<Row, 'request' | 'absent'> => ({
  request: at(path, body),
  absent: absentAt(path, body),
});
const plain = (path: string, body?: unknown): Pick<Row, 'request'> => ({
  request: () => ({ path, ...(body === undefined ? {} : { ask: { body } }) }),
});

const CAP = { amount_minor: 500, currency: 'USD' };
const TOP_UP = { threshold: 1, pack: 'pack_100', monthly_cap: CAP, consent: { off_session: true } };

type Kept = { body?: unknown; isOn?: boolean };
/** On an account that keeps a way to pay; `isOn`: and is topped up. */
const onKept = (method: 'GET' | 'PUT' | 'DELETE', path: string, { body, isOn = false }: Kept = {}) => ({
  method,
  request: async (account: string) => {
    const { checkout } = await ordered(account);
    await t.ask('POST', `/checkout/${checkout}/pay_and_keep`, { as: null, key: null });
    if (isOn) await t.ask('PUT', `/v1/accounts/${account}/auto_top_up`, { body: TOP_UP });
    return { path: `/v1/accounts/${account}${path}`, ...(body === undefined ? {} : { ask: { body } }) };
  },
  absent: absentAt(path, body),
});

const RANGE = 'from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z';
const ORDER = { pack: 'pack_100', return_url: 'http://127.0.0.1/', provider: 'sandbox' };
const EVENT = {
  id: 'matrix',
  name: 'Matrix',
  kind: 'event',
  credits: 1,
  class: 'promotional',
  validity: 'P7D',
  per_account_limit: null,
  budget: 1000,
};
const REASON = { reason: 'a test' };
const staff = { scope: 'admin', session: false } as const;
const reads = { scope: 'read', session: true } as const;
const spends = { scope: 'consume', session: true } as const;
const issues = { scope: 'grant', session: false } as const;
const pays = { scope: 'refund', session: false } as const;
const reports = { scope: 'reports', session: false } as const;
const open = { scope: null, session: true } as const;
const hooks = { scope: 'webhooks', session: false } as const;
const HOOK = { url: 'https://127-0-0-1.invalid/webhooks' };

/** A fresh one for each caller; those before it are removed, since there may only be so many. */
async function endpoint(): Promise<string> {
  const { body: known } = await t.ask<Page<WebhookEndpoint>>('GET', '/v1/webhook_endpoints');
  for (const { id } of known.data) await t.ask('DELETE', `/v1/webhook_endpoints/${id}`);
  return (await t.ask<WebhookEndpoint>('POST', '/v1/webhook_endpoints', { body: HOOK })).body.id;
}

const onEndpoint = (act: string, body?: unknown): Pick<Row, 'request'> => ({
  request: async () => ({
    path: `/v1/webhook_endpoints/${await endpoint()}${act}`,
    ...(body === undefined ? {} : { ask: { body } }),
  }),
});

const ROWS: Record<string, Row> = {
  ...staffRows,
  createAct: {
    scope: 'act',
    session: false,
    request: async (account) => ({
      path: '/v1/staff/acts',
      ask: { body: await shownAct(t, { act: 'adjust', account, amount: 1 }) },
    }),
  },
  ...approvalRows(() => ({ t, asker: asker.secret })),
  ...credentialRows(() => t),
  putAccount: { scope: 'grant', session: false, ...onAccount('', {}) },
  getAccount: { ...reads, ...onAccount('') },
  getBalance: { ...reads, ...onAccount('/balance') },
  mergeAccount: {
    ...staff,
    request: async () => {
      const account = await madeFor();
      return { path: `/v1/accounts/${account}/merge`, ask: { body: { into: OWN, ...REASON } } };
    },
  },
  previewMerge: {
    ...staff,
    request: async () => {
      const path = `/v1/accounts/${await madeFor()}/merge/preview`;
      return { path, ask: { body: { into: FOREIGN, ...REASON } } };
    },
  },
  getMerge: {
    ...staff,
    request: async () => {
      const path = `/v1/accounts/${await madeFor()}/merge`;
      await t.ask('POST', path, { as: ADMIN, body: { into: OWN, ...REASON } });
      return { path };
    },
  },
  closeAccount: {
    ...staff,
    request: async () => ({ path: `/v1/accounts/${await madeFor()}/close`, ask: { body: REASON } }),
  },
  previewClosing: {
    ...staff,
    request: async () => ({ path: `/v1/accounts/${await madeFor()}/close/preview` }),
  },
  exportAccount: { ...reads, ...onAccount('/export') },
  eraseAccount: {
    ...staff,
    request: async () => ({ path: `/v1/accounts/${await closed()}/erase`, ask: { body: REASON } }),
  },
  getClosure: { ...staff, request: async () => ({ path: `/v1/accounts/${await closed()}/closure` }) },
  settleClosure: {
    ...staff,
    request: async () => ({
      path: `/v1/accounts/${await closed()}/closure/settle`,
      ask: { body: { reference: 'transfer 1' } },
    }),
  },
  getForecast: { ...reads, ...onAccount('/forecast') },
  cashOut: {
    ...pays,
    request: async () => ({ path: `/v1/accounts/${await cashable(t, await madeFor())}/cash_outs` }),
  },
  previewCashOut: {
    ...pays,
    request: async () => ({ path: `/v1/accounts/${await cashable(t, await madeFor())}/cash_outs/preview` }),
  },
  listPayables: { ...reports, ...plain('/v1/settlements') },
  markPaid: {
    ...staff,
    request: async () => ({
      path: `/v1/settlements/${await payable(t, await madeFor())}/paid`,
      ask: { body: { reference: 'transfer 1' } },
    }),
  },
  createGrant: {
    scope: 'grant',
    session: false,
    ...onAccount('/grants', { class: 'promotional', amount: 1 }),
  },
  listGrants: { ...reads, ...onAccount('/grants') },
  getGrant: { ...reads, ...onLot('') },
  voidGrant: { ...staff, ...onLot('/void', REASON) },
  extendGrant: { ...staff, ...onLot('/extend', { expires_at: null }) },
  freezeGrant: { ...staff, ...onLot('/freeze', REASON) },
  unfreezeGrant: {
    ...staff,
    request: async (account) => {
      const id = await lot(account);
      await t.ask('POST', `/v1/grants/${id}/freeze`, { as: ADMIN, body: REASON });
      return { path: `/v1/grants/${id}/unfreeze`, ask: { body: REASON } };
    },
  },
  createQuote: { ...spends, ...onAccount('/quotes', { feature: 'smart_cutout' }) },
  consume: { ...spends, ...onAccount('/consume', { feature: 'smart_cutout' }) },
  consumeBatch: {
    scope: 'consume',
    session: false,
    request: (account) => ({
      path: '/v1/consume',
      ask: { body: { operations: [{ account, idempotency_key: randomUUID(), feature: 'smart_cutout' }] } },
    }),
  },
  adjust: { ...staff, ...onAccount('/adjustments', { amount: 1, class: 'promotional', ...REASON }) },
  createHold: { ...spends, ...onAccount('/holds', { feature: 'smart_cutout' }) },
  listHolds: { ...reads, ...onAccount('/holds') },
  getHold: { ...reads, ...onHold('') },
  captureHold: { ...spends, ...onHold('/capture', {}) },
  releaseHold: { ...spends, ...onHold('/release', {}) },
  extendHold: { scope: 'consume', session: false, ...onHold('/extend', { ttl_seconds: 3600 }) },
  getOperation: { ...reads, ...onOperation('') },
  explainOperation: { ...reads, ...onOperation('/explain') },
  refundOperation: { scope: 'refund', session: false, ...onOperation('/refund', REASON) },
  getPrice: { ...reads, ...plain('/v1/catalog/price?credits=250&currency=USD') },
  createCheckout: { scope: 'grant', session: true, ...onAccount('/checkouts', ORDER) },
  listPurchases: { ...reads, ...onAccount('/purchases') },
  getPurchase: { ...reads, ...onPurchase('') },
  refundPurchase: { scope: 'refund', session: true, ...onPurchase('/refund', {}) },
  putAutoTopUp: { scope: 'grant', session: true, ...onKept('PUT', '/auto_top_up', { body: TOP_UP }) },
  getAutoTopUp: { ...reads, ...onKept('GET', '/auto_top_up', { isOn: true }) },
  deleteAutoTopUp: { scope: 'grant', session: true, ...onKept('DELETE', '/auto_top_up', { isOn: true }) },
  getPaymentMethod: { ...reads, ...onKept('GET', '/payment_method') },
  deletePaymentMethod: { scope: 'grant', session: true, ...onKept('DELETE', '/payment_method') },
  showSandboxCheckout: {
    ...open,
    request: async () => ({ path: `/checkout/${(await ordered(OWN)).checkout}` }),
  },
  actOnSandboxCheckout: {
    ...open,
    request: async () => ({ path: `/checkout/${(await ordered(OWN)).checkout}/decline` }),
  },
  redeem: {
    scope: 'grant',
    session: true,
    request: redeemable,
    absent: absentAt('/redeem', { code: 'ABCDEF' }),
  },
  claimCampaign: {
    scope: 'grant',
    session: true,
    ...onAccount('/campaigns/matrix/claim', {}),
  },
  listOffers: { ...reads, ...onAccount('/campaigns') },
  createReferral: { scope: 'grant', session: true, ...onAccount('/referrals', {}) },
  createCampaign: { ...staff, ...plain('/v1/campaigns', EVENT) },
  listCampaigns: { ...staff, ...plain('/v1/campaigns') },
  getCampaign: { ...staff, ...plain('/v1/campaigns/matrix') },
  stopCampaign: { ...staff, ...plain('/v1/campaigns/creator_event/stop', REASON) },
  createCampaignCodes: { ...staff, ...plain('/v1/campaigns/promotion_code/codes', { count: 1 }) },
  listRedemptions: { ...staff, ...plain('/v1/campaigns/matrix/redemptions') },
  // A proof of a purchase by the account itself; where there is no account, there can be none.
  claimGooglePlayPurchase: {
    scope: 'grant',
    session: true,
    request: async (account) => at('/purchases/google_play', await googlePlayClaim(t, account))(account),
    absent: absentAt('/purchases/google_play', { product: 'pack_100', purchase_token: 'none.of.these' }),
  },
  claimAppStorePurchase: {
    scope: 'grant',
    session: true,
    request: async (account) => at('/purchases/app_store', await appStoreClaim(t, account))(account),
    absent: absentAt('/purchases/app_store', { signed_transaction: 'a.b.c' }),
  },
  receiveGooglePlayNotification: {
    ...open,
    request: async () => ({ path: '/webhooks/google-play', ask: await googlePlayDelivery() }),
  },
  getAppAccountToken: { ...reads, ...onAccount('/app_account_token') },
  receiveAppStoreNotification: {
    ...open,
    request: () => ({ path: '/webhooks/app-store', ask: appStoreDelivery() }),
  },
  receiveStripeEvent: {
    ...open,
    request: () => ({
      path: '/webhooks/stripe',
      ask: stripeDelivery({ id: 'evt_1', type: 'customer.created' }),
    }),
  },
  listEntries: { ...reads, ...onAccount('/entries') },
  getUsage: { ...reads, ...onAccount(`/usage?${RANGE}`) },
  getStatement: { ...reads, ...onAccount(`/statement?${RANGE}`) },
  getRollForward: { ...reports, ...plain('/v1/reports/roll_forward?from=2026-01&to=2026-02') },
  getOutstanding: { ...reports, ...plain('/v1/reports/outstanding') },
  getBreakage: { ...reports, ...plain('/v1/reports/breakage?from=2026-01&to=2026-02') },
  // A stream has no end to wait for: a resume from a place that does not exist is let in and then refused.
  streamEvents: { ...reads, ...onAccount('/events?last_event_id=999999999') },
  putMember: {
    scope: 'grant',
    session: true,
    ...inTeam(() => '/members/u_other', { role: 'member', limit: { amount: 5, per: 'day' } }),
  },
  removeMember: { scope: 'grant', session: true, ...inTeam(() => '/members/u_leaver') },
  listMembers: { ...reads, ...inTeam(() => '/members') },
  getMember: { ...reads, ...inTeam((account) => `/members/${account}`) },
  listTeams: { ...reads, ...onAccount('/teams') },
  askForMore: { ...spends, ...inTeam((account) => `/members/${account}/requests`, { amount: 5 }) },
  listRequests: { ...reads, ...inTeam(() => '/requests') },
  approveRequest: { scope: 'grant', session: true, ...onRequest('approve') },
  denyRequest: { scope: 'grant', session: true, ...onRequest('deny') },
  createSubscription: { ...issues, ...onAccount('/subscriptions', { plan: 'pro' }) },
  listSubscriptions: { ...reads, ...onAccount('/subscriptions') },
  getSubscription: { ...reads, ...onSubscription('') },
  previewSubscription: { ...reads, ...onSubscription('/preview', { action: 'cancel' }) },
  renewSubscription: { ...issues, ...onSubscription('/renew', { ref: 'in_2' }) },
  reportFailedPayment: { ...issues, ...onSubscription('/payment_failed', {}) },
  changeSubscription: { ...issues, ...onPlan('/change', { body: { interval: 'year' } }) },
  cancelSubscription: { ...issues, ...onPlan('/cancel') },
  pauseSubscription: { ...issues, ...onSubscription('/pause', {}) },
  resumeSubscription: { ...issues, ...onSubscription('/resume', {}, 'pause') },
  reactivateSubscription: { ...issues, ...onPlan('/reactivate', { first: 'cancel' }) },
  listNotices: { ...reads, ...onAccount('/notices') },
  listAllNotices: { scope: 'read', session: false, ...plain('/v1/notices') },
  createWebhookEndpoint: { ...hooks, ...plain('/v1/webhook_endpoints', HOOK) },
  listWebhookEndpoints: { ...hooks, ...plain('/v1/webhook_endpoints') },
  getWebhookEndpoint: { ...hooks, ...onEndpoint('') },
  updateWebhookEndpoint: { ...hooks, ...onEndpoint('', HOOK) },
  deleteWebhookEndpoint: { ...hooks, ...onEndpoint('') },
  rotateWebhookSecret: { ...hooks, ...onEndpoint('/rotate_secret', {}) },
  testWebhookEndpoint: { ...hooks, ...onEndpoint('/test', {}) },
  listWebhookDeliveries: { ...hooks, ...onEndpoint('/deliveries') },
  redeliverWebhook: {
    ...hooks,
    request: async (account) => {
      const id = await endpoint();
      await lot(account);
      const { body } = await t.ask<Page<WebhookDelivery>>('GET', `/v1/webhook_endpoints/${id}/deliveries`);
      return {
        path: `/v1/webhook_endpoints/${id}/deliveries/${body.data[0]?.id}/redeliver`,
        ask: { body: {} },
      };
    },
  },
  replayWebhooks: { ...hooks, ...onEndpoint('/replay', { since: '2020-01-01T00:00:00Z' }) },
  getCatalog: { ...reads, ...plain('/v1/catalog') },
  createSession: {
    scope: 'sessions',
    session: false,
    ...plain('/v1/sessions', { account: OWN, surface: 'web' }),
  },
  createKey: { ...staff, ...plain('/v1/keys', { name: 'made by the matrix' }) },
  listKeys: { ...staff, ...plain('/v1/keys') },
  revokeKey: {
    ...staff,
    request: async () => {
      const { body } = await t.ask<CreatedKey>('POST', '/v1/keys', {
        as: ADMIN,
        body: { name: 'to revoke' },
      });
      return { path: `/v1/keys/${body.id}` };
    },
  },
  createDemonstrationSession: {
    ...open,
    request: () => ({
      path: '/demonstration/sessions',
      ask: { body: { account: 'u_shown', surface: 'web' }, headers: { origin: 'http://localhost:80' } },
    }),
  },
  getJwks: { ...open, ...plain('/.well-known/jwks.json') },
  getHealth: { ...open, ...plain('/healthz') },
  getReadiness: { ...open, ...plain('/readyz') },
  getMetrics: { ...open, ...plain('/metrics') },
  getOpenApi: { ...open, ...plain('/openapi.json') },
  getTestClock: { scope: 'read', session: false, ...plain('/v1/test_clock') },
  moveTestClock: { scope: 'grant', session: false, ...plain('/v1/test_clock', { advance: 'PT1S' }) },
};

const ORPHAN = statement<[string], never>(
  'test.orphan',
  "update drawdown.keys set created_by = 'library' where id = $1",
);

/** The sessions of the team's people. */
let crew: ReadonlyMap<string, string>;
const TEAM_ROWS = teamRows(() => t);

interface Caller {
  name: string;
  as: string | null;
  /** The one outcome that this caller gets on every route that is not public; absent: it depends on the row. */
  refused?: string;
  scope?: Scope;
  session?: string;
}

const callers: Caller[] = [];

async function key(scopes: Scope[], more: object = {}): Promise<CreatedKey> {
  return (
    await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, body: { name: scopes.join(), scopes, ...more } })
  ).body;
}

async function session(account: string, more: object = {}): Promise<string> {
  const { body } = await t.ask<Session>('POST', '/v1/sessions', {
    body: { account, surface: 'web', ttl_seconds: 86_400, ...more },
  });
  return body.token;
}

beforeAll(async () => {
  t = await startServer({
    demonstration: true,
    staff: { oidc: NO_PROVIDER },
    approvals: { accountLimit: '50000' },
    limits: { sessionRate: { perSecond: 10_000, burst: 10_000 } },
  });
  await t.ask('PUT', '/v1/accounts/u_shown', { body: { metadata: { [DEMONSTRATION_MARK]: true } } });
  for (const account of [OWN, FOREIGN]) {
    await t.ask('POST', `/v1/accounts/${account}/grants`, { body: { class: 'purchased', amount: 100_000 } });
    const team = `/v1/accounts/${teamOf(account)}`;
    await t.ask('PUT', team, { body: { kind: 'team' } });
    const body = { role: 'owner', limit: { amount: 1_000, per: 'month' } };
    await t.ask('PUT', `${team}/members/${account}`, { body });
    await t.ask('PUT', `${team}/members/u_leaver`, { body: { role: 'member' } });
  }
  crew = await makeCrew(t, (who) => session(who, { teams: [CREW] }));
  for (const account of [OWN, FOREIGN, CREW]) plans.set(account, await checkedOut(account));
  await t.ask('POST', '/v1/campaigns', { as: ADMIN, body: EVENT });
  await t.ask('POST', '/v1/campaigns', {
    as: ADMIN,
    body: { ...EVENT, id: 'matrix_codes', kind: 'promotion_code', codes: { kind: 'single_use' } },
  });
  const short = await session(OWN, { ttl_seconds: 1 });
  const { body: clock } = await t.ask<TestClock>('GET', '/v1/test_clock');
  const expiring = await key(['read'], { expires_at: new Date(Date.parse(clock.now) + 500).toISOString() });
  await t.ask('POST', '/v1/test_clock', { body: { advance: 'PT2S' } });
  asker = await key(['staff', 'act']);
  await t.database.query(ORPHAN, [asker.id]);
  const revoked = await key([...SCOPES]);
  await t.ask('DELETE', `/v1/keys/${revoked.id}`, { as: ADMIN });
  const own = await session(OWN, { teams: [teamOf(OWN)] });
  callers.push(
    { name: 'nobody', as: null, refused: 'unauthenticated' },
    { name: 'a malformed key', as: 'sk_', refused: 'unauthenticated' },
    { name: 'a key with a letter changed', as: `${SECRET}x`, refused: 'unauthenticated' },
    { name: 'a key that was never made', as: `sk_${'A'.repeat(43)}`, refused: 'unauthenticated' },
    { name: 'a revoked key', as: revoked.secret, refused: 'unauthenticated' },
    { name: 'an expired key', as: expiring.secret, refused: 'unauthenticated' },
    { name: 'an expired session', as: short, refused: 'token_expired' },
    { name: 'a tampered session', as: tampered(own, FOREIGN), refused: 'invalid_token' },
    { name: 'a session without a signature', as: unsigned(own), refused: 'unauthenticated' },
    { name: 'a session signed with the public key', as: confused(own), refused: 'invalid_token' },
    { name: 'staff', as: ADMIN, scope: 'admin' },
    { name: 'a session of the account', as: own, session: OWN },
    { name: 'a session of another account', as: await session('u_stranger'), session: 'u_stranger' },
  );
  for (const scope of SCOPES)
    callers.push({ name: `a key for ${scope}`, as: (await key([scope])).secret, scope });
});

afterAll(async () => {
  await t.close();
});

test('every route that lets sessions to accounts says what a team lets its people do', () => {
  const ofAccounts = ROUTES.filter((route) => route.sessions !== 'none' && route.sessions !== 'any');
  expect(Object.keys(TEAM_ROWS).sort()).toEqual(ofAccounts.map((route) => route.operationId).sort());
});

test('every route has a row, and every row a route', () => {
  expect(Object.keys(ROWS).sort()).toEqual(ROUTES.map((route) => route.operationId).sort());
});

describe.each(ROUTES.map((route) => [route.operationId, route] as const))('%s', (operationId, route) => {
  const row = ROWS[operationId] as Row;
  const askAs = (caller: Pick<Caller, 'as'>, { path, ask = {} }: Wanted) =>
    t.ask(route.method, path, { ...ask, as: caller.as });

  const outcomeOf = (reply: { status: number; body: { code: string } }) =>
    // Browsers are sent on, whoever they are.
    reply.status < 400 || (operationId === 'streamEvents' && reply.status === 400) ? 'done' : reply.body.code;

  test('answers every caller as the contract says', async () => {
    for (const caller of callers) {
      const by = caller.session === undefined ? {} : { as: caller.as };
      const reply = await askAs(caller, await row.request(OWN, by, caller.as));
      expect([caller.name, outcomeOf(reply)]).toEqual([caller.name, expected(caller, row, reply.body.code)]);
      // What is done, and by whom, is in the log; what nobody of the staff does, is not.
      const isTold = (await recordsOf(t, reply.headers['x-request-id'])).length > 0;
      const demanded = demandsRecord(route, reply.status < 400 ? caller.scope : undefined);
      expect([caller.name, isTold]).toEqual([caller.name, demanded ?? isTold]);
    }
  });

  test('answers the people of a team by their roles as they are now', async () => {
    if (!row.session || route.sessions === 'any') return;
    const { may, request, answer = 'done' } = TEAM_ROWS[operationId] as TeamRow;
    for (const who of ['u_manager', 'u_member', 'u_left']) {
      const as = crew.get(who) as string;
      const wanted = request === undefined ? await row.request(CREW, { as }) : await request(who);
      const outcome = outcomeOf(await askAs({ as }, wanted));
      const allowed = who === 'u_member' && may === 'manager' ? 'forbidden' : answer;
      expect([who, outcome]).toEqual([who, who === 'u_left' ? 'not_a_member' : allowed]);
    }
  });

  test('a foreign resource and an absent one answer a session alike', async () => {
    const own = callers.find((caller) => caller.session === OWN) as Caller;
    if (!row.session || row.absent === undefined) return;
    const foreign = await askAs(own, await row.request(FOREIGN, {}));
    const absent = await askAs(own, row.absent(ABSENT));
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(absent.body);
  });
});

function expected(caller: Caller, row: Row, code: string): string {
  if (row.scope === null) return 'done';
  if (caller.refused !== undefined) return caller.refused;
  if (caller.session !== undefined) {
    if (!row.session) return 'forbidden';
    const isItsOwn = caller.session === OWN || row.absent === undefined;
    // Which of the four it is follows from the route; what counts is that it is the answer for an absent one.
    return isItsOwn
      ? 'done'
      : (['account', 'grant', 'hold', 'operation', 'purchase']
          .map((one) => `${one}_not_found`)
          .find((one) => one === code) ?? 'a 404');
  }
  return caller.scope === 'admin' || caller.scope === row.scope ? 'done' : 'forbidden';
}

test('the scope that is missing is named', async () => {
  const reader = callers.find((caller) => caller.scope === 'read') as Caller;
  const { body } = await t.ask('POST', `/v1/accounts/${OWN}/consume`, { as: reader.as, body: { amount: 1 } });
  expect(body).toMatchObject({ status: 403, code: 'forbidden', required_scope: 'consume' });
});
