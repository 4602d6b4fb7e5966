import { bucketOf, subscriptionId } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { ProviderId } from './provider.ts';
import type { Purchase } from './purchase-rows.ts';
import { type Offer, readKeptOffer, writeTerms } from './subscription-terms.ts';

/**
 * `begun`: the provider runs the subscription from then on. `refused`: it was gone through with when the account was closed
 * or had the plan already, so that nothing begins, and what was paid is owed back.
 */
export type PlanCheckoutState = 'open' | 'canceled' | 'failed' | 'expired' | 'begun' | 'refused';

/** A trial as it was agreed: atoms, and how long. */
export interface AgreedTrial {
  readonly credits: bigint;
  /** ISO 8601. */
  readonly validity: string;
}

/** The law that a plan is sold under, as it was when it was ordered, with the buyer's word where that asks for it. */
export type PlanLaw = Pick<Purchase, 'jurisdiction' | 'law' | 'consent'> & {
  /** ISO 8601: how long the first payment may be withdrawn from; null: not at all. */
  readonly refundWindow: string | null;
};

/**
 * A plan that was ordered, or that was sold elsewhere and is charged for by a provider. Its number is the subscription's, which
 * begins when it is paid.
 */
export interface PlanCheckout extends PlanLaw {
  readonly account: number;
  readonly no: number;
  readonly provider: ProviderId;
  readonly checkout: string | null;
  readonly url: string | null;
  /** What the provider calls its own subscription. */
  readonly external: string | null;
  readonly offer: Offer;
  readonly trial: AgreedTrial | null;
  /** The buyer wants to be charged for other things later too, without being there. */
  readonly saves: boolean;
  /** Null: it was sold elsewhere, through no checkout. */
  readonly returnUrl: string | null;
  readonly state: PlanCheckoutState;
  readonly looks: number;
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row {
  account: bigint;
  no: bigint;
  provider: string;
  checkout: string | null;
  url: string | null;
  external: string | null;
  offer: string;
  trial: string | null;
  jurisdiction: string | null;
  law: string | null;
  refund_window: string | null;
  consent: string | null;
  saves: boolean;
  return_url: string | null;
  state: string;
  looks: bigint;
  key: string | null;
  fingerprint: string | null;
  created_at: bigint;
  updated_at: bigint;
}

const TERMS = 'offer, trial, jurisdiction, law, refund_window, consent, saves';
const COLUMNS = `account, no, provider, checkout, url, external, ${TERMS}, return_url, state, looks,
  encode(key, 'hex') as key, encode(fingerprint, 'hex') as fingerprint, created_at, updated_at`;

const BY_NO = statement<[number, number], Row>(
  'plan_checkout',
  `select ${COLUMNS} from drawdown.plan_checkouts where account = $1 and no = $2`,
);
const BY_KEY = statement<[number, string], Row>(
  'plan_checkout_by_key',
  `select ${COLUMNS} from drawdown.plan_checkouts where account = $1 and key = decode($2, 'hex')`,
);
/** The first one that was heard of. */
const BY_EXTERNAL = statement<[string, string], Row>(
  'plan_checkout_by_external',
  `select ${COLUMNS} from drawdown.plan_checkouts where provider = $1 and external = $2
    order by created_at, account, no limit 1`,
);
const OPEN = statement<[number], Row>(
  'plan_checkouts_open',
  `select ${COLUMNS} from drawdown.plan_checkouts
    where account = $1 and state = 'open' and checkout is not null order by no`,
);
/** An end that was agreed is one only when it has come. */
const AFTER = statement<[number, number, number, number], Row>(
  'plan_checkouts_after',
  `select c.account, c.no, provider, checkout, url, external, ${TERMS}, return_url, state, looks,
     null as key, null as fingerprint, c.created_at, c.updated_at
     from drawdown.plan_checkouts c
     left join drawdown.subscriptions s on s.account = c.account and s.no = c.no and s.bucket = c.bucket
    where (c.account, c.no) > ($1::int8, $2::int8) and (checkout is not null or external is not null)
      and (c.created_at >= $3 or c.updated_at >= $3 or state = 'open'
        or (state = 'begun' and (s.cancel_at is null or s.cancel_at >= $3)))
    order by c.account, c.no limit $4`,
);
const LAST = statement<[number], { no: bigint | null }>(
  'plan_checkout_last',
  'select max(no) as no from drawdown.plan_checkouts where account = $1',
);
const INSERT = statement<readonly unknown[], unknown>(
  'plan_checkout_insert',
  `insert into drawdown.plan_checkouts (account, no, provider, offer, trial, return_url, state, key, fingerprint,
     created_at, updated_at, bucket, jurisdiction, law, refund_window, consent, saves, external)
   values ($1, $2, $3, $4::json, $5::json, $6, $7, decode($8, 'hex'), decode($9, 'hex'), $10, $11, $12,
     $13, $14::json, $15, $16::json, $17, $18)`,
);
const UPDATE = statement<readonly unknown[], unknown>(
  'plan_checkout_update',
  `update drawdown.plan_checkouts set external = $3, state = $4, looks = $5, updated_at = $6
    where account = $1 and no = $2`,
);
const OPENED = statement<[number, number, string, string], never>(
  'plan_checkout_opened',
  'update drawdown.plan_checkouts set checkout = $3, url = $4 where account = $1 and no = $2 and checkout is null',
);

type Reader = Pick<Connection, 'query'> | Pick<Database, 'query'>;

export async function planCheckout(on: Reader, account: number, no: number): Promise<PlanCheckout | null> {
  const { rows } = await on.query(BY_NO, [account, no]);
  return rows[0] === undefined ? null : checkoutOf(rows[0]);
}

/** By what the provider calls its own subscription. */
export async function planByExternal(
  on: Reader,
  provider: ProviderId,
  external: string,
): Promise<PlanCheckout | null> {
  const { rows } = await on.query(BY_EXTERNAL, [provider, external]);
  return rows[0] === undefined ? null : checkoutOf(rows[0]);
}

/** Those that can still be paid. */
export async function openPlanCheckouts(on: Reader, account: number): Promise<PlanCheckout[]> {
  const { rows } = await on.query(OPEN, [account]);
  return rows.map(checkoutOf);
}

/** Of all accounts, from behind a plan on; those for which something may have been charged at or after an instant. */
export async function plansAfter(
  on: Reader,
  { account, no }: Pick<PlanCheckout, 'account' | 'no'>,
  { since, limit }: { since: number; limit: number },
): Promise<PlanCheckout[]> {
  const { rows } = await on.query(AFTER, [account, no, since, limit]);
  return rows.map(checkoutOf);
}

export async function planCheckoutByKey(
  on: Reader,
  account: number,
  key: string,
): Promise<PlanCheckout | null> {
  const { rows } = await on.query(BY_KEY, [account, key]);
  return rows[0] === undefined ? null : checkoutOf(rows[0]);
}

/** The last number that is kept for a subscription of the account; 0 where there is none. */
export async function lastReserved(on: Reader, account: number): Promise<number> {
  const { rows } = await on.query(LAST, [account]);
  return Number(rows[0]?.no ?? 0);
}

/** Keeps what the provider made of the order; the first answer counts. */
export async function keepPlanCheckout(
  on: Reader,
  { account, no }: PlanCheckout,
  { checkout, url }: { checkout: string; url: string },
): Promise<void> {
  await on.query(OPENED, [account, no, checkout, url]);
}

export function planInsertion(one: PlanCheckout): Write {
  const trial = one.trial && { ...one.trial, credits: String(one.trial.credits) };
  return {
    statement: INSERT,
    params: [
      one.account,
      one.no,
      one.provider,
      writeTerms(one.offer),
      trial === null ? null : JSON.stringify(trial),
      one.returnUrl,
      one.state,
      one.key,
      one.fingerprint,
      one.createdAt,
      one.updatedAt,
      bucketOf(one.account),
      one.jurisdiction,
      one.law && JSON.stringify(one.law),
      one.refundWindow,
      one.consent && JSON.stringify(one.consent),
      one.saves,
      one.external,
    ],
  };
}

export function planUpdate(one: PlanCheckout): Write {
  const { account, no, external, state, looks, updatedAt } = one;
  return { statement: UPDATE, params: [account, no, external, state, looks, updatedAt] };
}

export const planIdOf = ({ account, no }: Pick<PlanCheckout, 'account' | 'no'>): string =>
  subscriptionId(account, no);

function checkoutOf(row: Row): PlanCheckout {
  const trial = row.trial === null ? null : (JSON.parse(row.trial) as { credits: string; validity: string });
  return {
    account: Number(row.account),
    no: Number(row.no),
    provider: row.provider as ProviderId,
    checkout: row.checkout,
    url: row.url,
    external: row.external,
    offer: readKeptOffer(row.offer),
    trial: trial && { ...trial, credits: BigInt(trial.credits) },
    jurisdiction: row.jurisdiction,
    law: row.law === null ? null : JSON.parse(row.law),
    refundWindow: row.refund_window,
    consent: row.consent === null ? null : JSON.parse(row.consent),
    saves: row.saves,
    returnUrl: row.return_url,
    state: row.state as PlanCheckoutState,
    looks: Number(row.looks),
    key: row.key,
    fingerprint: row.fingerprint,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}
