import type { Grant } from '../core/account.ts';
import { canonicalJson } from '../core/canonical.ts';
import { bucketOf, purchaseId } from '../core/id.ts';
import { int8Array } from '../store/binary.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import { GRANT_COLUMNS, type GrantRow, grantOf } from '../store/rows.ts';
import type { Write } from '../store/task.ts';
import type { ProviderId } from './provider.ts';
import type { Part } from './purchase-parts.ts';
import { partsText, readParts } from './purchase-parts.ts';
import type { Fact, PurchaseState } from './purchase-state.ts';

/** A jurisdiction's policy, as a catalog file writes it. */
export interface Law {
  /** ISO 8601: bought credits live no shorter. */
  readonly expiry_floor: string | null;
  /** Balances worth at most this are paid out on request. */
  readonly cash_out: { readonly at_most_minor: number; readonly currency: string } | null;
  /** ISO 8601: how long a purchase may be withdrawn from. */
  readonly withdrawal_window: string | null;
}

export interface Consent {
  readonly immediate_use: true;
  readonly at: number;
  readonly actor: string;
}

/** A purchase as it is kept. Credits are atoms, money minor units, times epoch milliseconds. */
export interface Purchase {
  readonly account: number;
  readonly no: number;
  readonly provider: ProviderId;
  readonly checkout: string | null;
  readonly url: string | null;
  readonly payment: string | null;
  readonly pack: string | null;
  /** Of a plan's payment: the plan, the subscription's number and the end of the period; else null. */
  readonly plan: string | null;
  readonly subscription: number | null;
  readonly endsAt: number | null;
  readonly credits: bigint;
  readonly bonus: bigint;
  readonly class: string;
  readonly validity: string | null;
  readonly priceMinor: number;
  readonly currency: string;
  readonly reversal: 'loss' | 'debt';
  readonly refundWindow: string | null;
  readonly jurisdiction: string | null;
  /** What that jurisdiction asked for when the purchase was made. */
  readonly law: Law | null;
  readonly consent: Consent | null;
  readonly returnUrl: string | null;
  readonly facts: readonly Fact[];
  readonly parts: readonly Part[];
  readonly frozen: readonly number[];
  /** What is held or spent of its lots may fall back, and be the reversal's then: it follows its account's changes. */
  readonly awaits: boolean;
  readonly state: PurchaseState;
  readonly paidAt: number | null;
  /** Hashes, hex, of the request that made it; null where a store did. */
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Where it went when its account was merged into another one. */
  readonly moved: { readonly account: number; readonly no: number } | null;
}

interface Row {
  account: bigint;
  no: bigint;
  provider: string;
  checkout: string | null;
  url: string | null;
  payment: string | null;
  pack: string | null;
  plan: string | null;
  subscription: bigint | null;
  ends_at: bigint | null;
  credits: bigint;
  bonus: bigint;
  class: string;
  validity: string | null;
  price_minor: bigint;
  currency: string;
  reversal: 'loss' | 'debt';
  refund_window: string | null;
  jurisdiction: string | null;
  law: string | null;
  consent: string | null;
  return_url: string | null;
  facts: string;
  parts: string;
  frozen: bigint[];
  awaits: boolean;
  state: string;
  paid_at: bigint | null;
  key: string | null;
  fingerprint: string | null;
  created_at: bigint;
  updated_at: bigint;
  moved_to: bigint | null;
  moved_no: bigint | null;
}

const COLUMNS = `account, no, provider, checkout, url, payment, pack, credits, bonus, class, validity, price_minor,
  currency, reversal, refund_window, jurisdiction, law, consent, return_url, facts, parts, frozen, state, paid_at,
  encode(key, 'hex') as key, encode(fingerprint, 'hex') as fingerprint, created_at, updated_at, moved_to, moved_no,
  plan, subscription, ends_at, awaits`;

const BY_NO = statement<[number, number], Row>(
  'purchase',
  `select ${COLUMNS} from drawdown.purchases where account = $1 and no = $2`,
);
const BY_KEY = statement<[number, string], Row>(
  'purchase_by_key',
  `select ${COLUMNS} from drawdown.purchases where account = $1 and key = decode($2, 'hex')`,
);
const BY_PAYMENT = statement<[string, string], Row>(
  'purchase_by_payment',
  `select ${COLUMNS} from drawdown.purchases
    where provider = $1 and payment = $2 and moved_to is null`,
);
const LAST_OF_PLAN = statement<[number, number], Row>(
  'purchase_last_of_plan',
  `select ${COLUMNS} from drawdown.purchases where account = $1 and subscription = $2 order by no desc limit 1`,
);
const PAGE = statement<[number, number, number], Row>(
  'purchases_page',
  `select ${COLUMNS} from drawdown.purchases where account = $1 and no < $2 order by no desc limit $3`,
);
const AFTER = statement<[number, number, number, number], Row>(
  'purchases_after',
  `select ${COLUMNS} from drawdown.purchases
    where (account, no) > ($1::int8, $2::int8) and created_at >= $3 and moved_to is null
    order by account, no limit $4`,
);
const LAST = statement<[number], { no: bigint | null }>(
  'purchase_last',
  'select max(no) as no from drawdown.purchases where account = $1',
);
const INSERT = statement<readonly unknown[], unknown>(
  'purchase_insert',
  `insert into drawdown.purchases (account, no, provider, checkout, url, payment, pack, credits, bonus, class, validity,
     price_minor, currency, reversal, refund_window, jurisdiction, consent, return_url, facts, parts, frozen, state,
     paid_at, key, fingerprint, created_at, updated_at, bucket, law, plan, subscription, ends_at, awaits)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::json, $18, $19::json, $20::json,
     $21::int8[], $22, $23, decode($24, 'hex'), decode($25, 'hex'), $26, $27, $28, $29::json, $30, $31, $32, $33)`,
);
const UPDATE = statement<readonly unknown[], unknown>(
  'purchase_update',
  `update drawdown.purchases set payment = $3, facts = $4::json, parts = $5::json, frozen = $6::int8[], state = $7,
     paid_at = $8, updated_at = $9, awaits = $10, followed = $11 where account = $1 and no = $2`,
);
const OPENED = statement<[number, number, string, string], never>(
  'purchase_opened',
  'update drawdown.purchases set checkout = $3, url = $4 where account = $1 and no = $2 and checkout is null',
);
const LOTS = statement<[number, Buffer], GrantRow>(
  'purchase_lots',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and no = any ($2::int8[])`,
);

type Reader = Pick<Connection, 'query'> | Pick<Database, 'query'>;

export async function purchaseByNo(on: Reader, account: number, no: number): Promise<Purchase | null> {
  const { rows } = await on.query(BY_NO, [account, no]);
  return rows[0] === undefined ? null : purchaseOf(rows[0]);
}

export async function purchaseByKey(on: Reader, account: number, key: string): Promise<Purchase | null> {
  const { rows } = await on.query(BY_KEY, [account, key]);
  return rows[0] === undefined ? null : purchaseOf(rows[0]);
}

export async function purchaseByPayment(
  on: Reader,
  { provider, payment }: { provider: ProviderId; payment: string },
): Promise<Purchase | null> {
  const { rows } = await on.query(BY_PAYMENT, [provider, payment]);
  return rows[0] === undefined ? null : purchaseOf(rows[0]);
}

/** The last payment of a plan. */
export async function lastOfPlan(
  on: Reader,
  account: number,
  subscription: number,
): Promise<Purchase | null> {
  const { rows } = await on.query(LAST_OF_PLAN, [account, subscription]);
  return rows[0] === undefined ? null : purchaseOf(rows[0]);
}

/** Newest first, from before `before`. */
export async function purchasesBefore(
  on: Reader,
  account: number,
  { before, limit }: { before: number; limit: number },
): Promise<Purchase[]> {
  const { rows } = await on.query(PAGE, [account, before, limit]);
  return rows.map(purchaseOf);
}

/** Of all accounts, from behind a purchase on; those that were made at or after an instant. */
export async function purchasesAfter(
  on: Reader,
  { account, no }: Pick<Purchase, 'account' | 'no'>,
  { since, limit }: { since: number; limit: number },
): Promise<Purchase[]> {
  const { rows } = await on.query(AFTER, [account, no, since, limit]);
  return rows.map(purchaseOf);
}

/** The last number that was given to a purchase of the account; 0 where there is none. */
export async function lastPurchase(on: Reader, account: number): Promise<number> {
  const { rows } = await on.query(LAST, [account]);
  return Number(rows[0]?.no ?? 0);
}

/** Lots as they stood before this transaction. */
export async function lotsNumbered(
  on: Reader,
  account: number,
  numbers: readonly number[],
): Promise<Grant[]> {
  if (numbers.length === 0) return [];
  const { rows } = await on.query(LOTS, [account, int8Array(numbers)]);
  return rows.map(grantOf);
}

/** Keeps what the provider made of the order; the first answer counts. */
export async function keepCheckout(
  on: Reader,
  { account, no }: Purchase,
  { checkout, url }: { checkout: string; url: string },
): Promise<void> {
  await on.query(OPENED, [account, no, checkout, url]);
}

export function insertion(purchase: Purchase): Write {
  const { consent } = purchase;
  return {
    statement: INSERT,
    params: [
      purchase.account,
      purchase.no,
      purchase.provider,
      purchase.checkout,
      purchase.url,
      purchase.payment,
      purchase.pack,
      purchase.credits,
      purchase.bonus,
      purchase.class,
      purchase.validity,
      purchase.priceMinor,
      purchase.currency,
      purchase.reversal,
      purchase.refundWindow,
      purchase.jurisdiction,
      consent === null ? null : canonicalJson(consent),
      purchase.returnUrl,
      canonicalJson(purchase.facts),
      partsText(purchase.parts),
      arrayText(purchase.frozen),
      purchase.state,
      purchase.paidAt,
      purchase.key,
      purchase.fingerprint,
      purchase.createdAt,
      purchase.updatedAt,
      bucketOf(purchase.account),
      purchase.law === null ? null : canonicalJson(purchase.law),
      purchase.plan,
      purchase.subscription,
      purchase.endsAt,
      purchase.awaits,
    ],
  };
}

/** `seq`: the account's last entry, what followed from the purchase included. */
export function update(purchase: Purchase, seq: number): Write {
  return {
    statement: UPDATE,
    params: [
      purchase.account,
      purchase.no,
      purchase.payment,
      canonicalJson(purchase.facts),
      partsText(purchase.parts),
      arrayText(purchase.frozen),
      purchase.state,
      purchase.paidAt,
      purchase.updatedAt,
      purchase.awaits,
      seq,
    ],
  };
}

export const idOf = ({ account, no }: Pick<Purchase, 'account' | 'no'>): string => purchaseId(account, no);

const arrayText = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

function purchaseOf(row: Row): Purchase {
  return {
    account: Number(row.account),
    no: Number(row.no),
    provider: row.provider as ProviderId,
    checkout: row.checkout,
    url: row.url,
    payment: row.payment,
    pack: row.pack,
    plan: row.plan,
    subscription: row.subscription === null ? null : Number(row.subscription),
    endsAt: row.ends_at === null ? null : Number(row.ends_at),
    credits: row.credits,
    bonus: row.bonus,
    class: row.class,
    validity: row.validity,
    priceMinor: Number(row.price_minor),
    currency: row.currency,
    reversal: row.reversal,
    refundWindow: row.refund_window,
    jurisdiction: row.jurisdiction,
    law: row.law === null ? null : (JSON.parse(row.law) as Law),
    consent: row.consent === null ? null : (JSON.parse(row.consent) as Consent),
    returnUrl: row.return_url,
    facts: JSON.parse(row.facts) as Fact[],
    parts: readParts(row.parts),
    frozen: row.frozen.map(Number),
    awaits: row.awaits,
    state: row.state as PurchaseState,
    paidAt: row.paid_at === null ? null : Number(row.paid_at),
    key: row.key,
    fingerprint: row.fingerprint,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    moved: row.moved_to === null ? null : { account: Number(row.moved_to), no: Number(row.moved_no) },
  };
}
