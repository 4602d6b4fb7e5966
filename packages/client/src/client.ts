import { accountLifeMethods } from './account-life.ts';
import { campaignMethods } from './campaigns.ts';
import { cashOutMethods } from './cash-outs.ts';
import { accountEvents, balances, type EventsOptions } from './events.ts';
import { accountPath, change, parsed, post, read } from './exchange.ts';
import { purchaseMethods } from './purchases.ts';
import { reportMethods } from './reports.ts';
import { staffMethods } from './staff.ts';
import { subscriptionMethods } from './subscriptions.ts';
import { teamMethods } from './teams.ts';
import { topUpMethods } from './top-ups.ts';
import {
  type CallOptions,
  type ChangeOptions,
  type ClientOptions,
  createTransport,
  segment,
  type Transport,
} from './transport.ts';
import { webhookMethods } from './webhooks.ts';
import type * as wire from './wire.ts';

export interface GrantsQuery {
  state?: wire.GrantState | 'all';
  limit?: number;
  cursor?: string;
}

export interface HoldsQuery {
  state?: 'open' | 'all';
  limit?: number;
  cursor?: string;
}

export interface EntriesQuery {
  type?: wire.EntryType;
  class?: string;
  feature?: string;
  /** Of a team: on whose behalf. */
  member?: string;
  /** Entries at or after this instant. */
  from?: wire.Instant;
  /** Entries before this instant. */
  to?: wire.Instant;
  limit?: number;
  cursor?: string;
}

export interface Period {
  from: wire.Instant;
  to: wire.Instant;
}

/**
 * A client of one Drawdown server, for browsers and Node 20 or later. Every method resolves with what the server
 * answered, or throws `DrawdownApiError` (the server refused), `DrawdownNetworkError` (no answer came; a change may
 * have happened) or the reason of the signal that ended it. Changing calls carry an Idempotency-Key and repeat the
 * same one on every retry, so that a retry never charges twice.
 */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options);
  return {
    ...personMethods(transport),
    ...grantMethods(transport),
    ...serverMethods(transport),
    ...accountLifeMethods(transport),
    ...cashOutMethods(transport),
    ...reportMethods(transport),
    ...webhookMethods(transport),
    ...staffMethods(transport),
  };
}

export type Client = ReturnType<typeof createClient>;

/**
 * The same client without what no page of a person needs (granting, sessions, keys, reports, webhooks, staff; merging,
 * closing and paying out accounts): a page that is made of this loads less.
 */
export function createPersonClient(options: ClientOptions) {
  return personMethods(createTransport(options));
}

export type PersonClient = ReturnType<typeof createPersonClient>;

function personMethods(transport: Transport) {
  return {
    ...accountMethods(transport),
    ...spendingMethods(transport),
    ...holdMethods(transport),
    ...teamMethods(transport),
    ...subscriptionMethods(transport),
    ...campaignMethods(transport),
    ...purchaseMethods(transport),
    ...topUpMethods(transport),
    ...historyMethods(transport),
  };
}

const grantPath = (grant: string): string => `/v1/grants/${segment(grant)}`;
const holdPath = (hold: string): string => `/v1/holds/${segment(hold)}`;
const operationPath = (operation: string): string => `/v1/operations/${segment(operation)}`;

/** Follows `next_cursor` to the end, one page in memory at a time. */
async function* everyPage<T>(
  page: (cursor: string | undefined) => Promise<wire.Page<T>>,
): AsyncGenerator<T, void, undefined> {
  for (let cursor: string | undefined; ; ) {
    const { data, next_cursor } = await page(cursor);
    yield* data;
    if (next_cursor === null) return;
    cursor = next_cursor;
  }
}

function accountMethods(transport: Transport) {
  return {
    /** Classes, features with their prices, plans, packs and campaigns, as far as the credential may see. */
    catalog: (options?: CallOptions) => read<wire.Catalog>(transport, '/v1/catalog', { options }),
    /** Creates the account or updates what is named. The kind never changes. */
    async putAccount(account: string, body: wire.AccountRequest = {}, options: CallOptions = {}) {
      const path = accountPath(account);
      return parsed<wire.Account>(
        await transport.send({ method: 'PUT', path, body, options, kind: 'repeatable' }),
      );
    },
    getAccount: (account: string, options?: CallOptions) =>
      read<wire.Account>(transport, accountPath(account), { options }),
    /** The balance now, as it stood `at` a past instant, or as time alone will leave it `at` a future one. */
    balance: (account: string, query: { at?: wire.Instant } = {}, options?: CallOptions) =>
      read<wire.Balance>(transport, `${accountPath(account)}/balance`, { query: { ...query }, options }),
    /** What arrives, what expires, and what would lapse at the recent rate of use, up to `days` ahead (90). */
    forecast: (account: string, query: { days?: number } = {}, options?: CallOptions) =>
      read<wire.Forecast>(transport, `${accountPath(account)}/forecast`, { query: { ...query }, options }),
    /** One page of the account's grants, in draw order. */
    listGrants: (account: string, query: GrantsQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Grant>>(transport, `${accountPath(account)}/grants`, {
        query: { ...query },
        options,
      }),
  };
}

function grantMethods(transport: Transport) {
  return {
    /** Puts credits in: a grant of one class with its own validity. */
    grant: (account: string, body: wire.GrantRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${accountPath(account)}/grants`, { body, options }),
    getGrant: (grant: string, options?: CallOptions) =>
      read<wire.Grant>(transport, grantPath(grant), { options }),
    /** Takes back what is unspent and not held. */
    voidGrant: (grant: string, body: wire.ReasonRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${grantPath(grant)}/void`, { body, options }),
    /** Moves the expiry later; never earlier. */
    extendGrant: (grant: string, body: wire.ExtendGrantRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${grantPath(grant)}/extend`, { body, options }),
    /** Keeps the grant's credits from being spent until it is unfrozen. */
    freezeGrant: (grant: string, body: wire.ReasonRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${grantPath(grant)}/freeze`, { body, options }),
    unfreezeGrant: (grant: string, body: wire.ReasonRequest, options?: ChangeOptions) =>
      change<wire.GrantReceipt>(transport, `${grantPath(grant)}/unfreeze`, { body, options }),
    /** A signed correction by staff. */
    adjust: (account: string, body: wire.AdjustRequest, options?: ChangeOptions) =>
      change<wire.Receipt>(transport, `${accountPath(account)}/adjustments`, { body, options }),
  };
}

function spendingMethods(transport: Transport) {
  return {
    /** Spends all of the amount or, with 402 `insufficient_credits`, none of it. */
    consume: (account: string, body: wire.ConsumeRequest, options?: ChangeOptions) =>
      change<wire.Receipt | wire.FreeOnDevice>(transport, `${accountPath(account)}/consume`, {
        body,
        options,
      }),
    /**
     * Up to 1,000 operations in one request, each judged on its own and answered in the same order. Each names its
     * key, so that the batch can be repeated when no answer came.
     */
    consumeBatch: (body: wire.BatchRequest, options?: CallOptions) =>
      post<wire.BatchResponse>(transport, '/v1/consume', { body, options, kind: 'repeatable' }),
    /** What it would cost and which grants it would draw on; writes nothing. Free where the device does the work. */
    quote: (account: string, body: wire.QuoteRequest, options?: CallOptions) =>
      post<wire.Quote | wire.FreeOnDevice>(transport, `${accountPath(account)}/quotes`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** Puts the whole operation, or `amount` of it, back into the grants it came from. */
    refund: (operation: string, body: wire.RefundRequest, options?: ChangeOptions) =>
      change<wire.Receipt>(transport, `${operationPath(operation)}/refund`, { body, options }),
  };
}

function holdMethods(transport: Transport) {
  return {
    /** Reserves an amount until it is captured, released, or its time runs out. */
    hold: (account: string, body: wire.HoldRequest, options?: ChangeOptions) =>
      change<wire.HoldReceipt | wire.FreeOnDevice>(transport, `${accountPath(account)}/holds`, {
        body,
        options,
      }),
    /** Spends what was held, or `amount` of it and gives back the rest. */
    capture: (hold: string, body: wire.CaptureRequest = {}, options?: ChangeOptions) =>
      change<wire.HoldReceipt>(transport, `${holdPath(hold)}/capture`, { body, options }),
    release: (hold: string, body: wire.ReleaseRequest = {}, options?: ChangeOptions) =>
      change<wire.HoldReceipt>(transport, `${holdPath(hold)}/release`, { body, options }),
    /** Sets the time-out to `ttl_seconds` from now. */
    extendHold: (hold: string, body: wire.ExtendHoldRequest, options?: ChangeOptions) =>
      change<wire.HoldReceipt>(transport, `${holdPath(hold)}/extend`, { body, options }),
    getHold: (hold: string, options?: CallOptions) => read<wire.Hold>(transport, holdPath(hold), { options }),
    listHolds: (account: string, query: HoldsQuery = {}, options?: CallOptions) =>
      read<wire.Page<wire.Hold>>(transport, `${accountPath(account)}/holds`, {
        query: { ...query },
        options,
      }),
  };
}

function historyMethods(transport: Transport) {
  const entries = (account: string, query: EntriesQuery = {}, options?: CallOptions) =>
    read<wire.Page<wire.Entry>>(transport, `${accountPath(account)}/entries`, {
      query: { ...query },
      options,
    });
  return {
    operation: (operation: string, options?: CallOptions) =>
      read<wire.Operation>(transport, operationPath(operation), { options }),
    /** For each grant that could have been drawn on: whether it was, and which rule decided. */
    explain: (operation: string, options?: CallOptions) =>
      read<wire.Explanation>(transport, `${operationPath(operation)}/explain`, { options }),
    /** One page of the ledger, newest first. */
    entries,
    /** The whole ledger, newest first, page by page as it is read. */
    allEntries: (account: string, query: Omit<EntriesQuery, 'cursor'> = {}, options?: CallOptions) =>
      everyPage((cursor) =>
        entries(account, { limit: 200, ...query, ...(cursor === undefined ? {} : { cursor }) }, options),
      ),
    /** Opening + in − out = closing, for each class, between two instants. */
    statement: (account: string, period: Period, options?: CallOptions) =>
      read<wire.Statement>(transport, `${accountPath(account)}/statement`, { query: { ...period }, options }),
    async statementCsv(account: string, period: Period, options: CallOptions = {}): Promise<string> {
      const path = `${accountPath(account)}/statement`;
      const query = { ...period, format: 'csv' };
      return (await transport.send({ method: 'GET', path, query, options, accept: 'text/csv' })).body;
    },
    /** What credits were spent on between two instants, by feature, member, day or month. */
    usage: (account: string, query: wire.UsageQuery, options?: CallOptions) =>
      read<wire.Usage>(transport, `${accountPath(account)}/usage`, { query: { ...query }, options }),
    async usageCsv(account: string, query: wire.UsageQuery, options: CallOptions = {}): Promise<string> {
      const path = `${accountPath(account)}/usage`;
      const asked = { ...query, format: 'csv' };
      return (await transport.send({ method: 'GET', path, query: asked, options, accept: 'text/csv' })).body;
    },
    /** The live stream of entries and balances; resumes by itself, see `EventsOptions`. */
    events: (account: string, options?: EventsOptions) => accountEvents(transport, account, options),
    /** The balance now and after every change, until the signal aborts. */
    watchBalance: (account: string, options?: { signal?: AbortSignal }) =>
      balances(transport, account, options),
  };
}

function serverMethods(transport: Transport) {
  const clock = (
    body: { now: wire.Instant } | { advance: string },
    kind: 'repeatable' | 'once',
    options?: CallOptions,
  ) => post<wire.TestClock>(transport, '/v1/test_clock', { body, options, kind });
  return {
    /** A short-lived token for one person on one surface. */
    createSession: (body: wire.SessionRequest, options?: CallOptions) =>
      post<wire.Session>(transport, '/v1/sessions', { body, options, kind: 'repeatable' }),
    /** Sent once and never retried, since a second key would be made. */
    createKey: (body: wire.KeyRequest, options?: CallOptions) =>
      post<wire.CreatedKey>(transport, '/v1/keys', { body, options, kind: 'once' }),
    listKeys: (query: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      read<wire.Page<wire.Key>>(transport, '/v1/keys', { query: { ...query }, options }),
    /** A second person says that it is in other hands than its maker's. Once. */
    vouchForKey: (key: string, body: { reason: string }, options?: CallOptions) =>
      post<wire.Key>(transport, `/v1/keys/${segment(key)}/vouch`, { body, options, kind: 'repeatable' }),
    /** Ends a key for good. */
    async revokeKey(key: string, options: CallOptions = {}) {
      const path = `/v1/keys/${segment(key)}`;
      return parsed<wire.Key>(await transport.send({ method: 'DELETE', path, options }));
    },
    /** Reads the test clock; 404 where the server runs on real time. */
    testClock: (options?: CallOptions) => read<wire.TestClock>(transport, '/v1/test_clock', { options }),
    setTestClock: (now: wire.Instant, options?: CallOptions) => clock({ now }, 'repeatable', options),
    /** Sent once and never retried, since the clock would move twice. */
    advanceTestClock: (advance: string, options?: CallOptions) => clock({ advance }, 'once', options),
    /** Whether the process answers. */
    async health(options: CallOptions = {}): Promise<void> {
      await transport.send({ method: 'GET', path: '/healthz', options });
    },
    /** Whether database and migrations are in order; throws 503 `unavailable` where they are not. */
    async ready(options: CallOptions = {}): Promise<void> {
      await transport.send({ method: 'GET', path: '/readyz', options });
    },
  };
}
