import { bucketOf, subscriptionId } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import { type Offer, readKeptOffer, writeTerms } from './subscription-terms.ts';

/** `open`: what became of it is not known. `dropped`: the provider was never asked, or never heard. */
export type PlanChangeState = 'open' | 'done' | 'refused' | 'dropped';

/** A change of a plan at its provider, written down before the provider is asked. */
export interface PlanChange {
  readonly account: number;
  readonly no: number;
  /** The number of the plan's checkout, which is the subscription's. */
  readonly subscription: number;
  readonly offer: Offer;
  readonly begins: 'now' | 'period_end';
  readonly state: PlanChangeState;
  readonly refusal: { readonly sentence: string; readonly reason: string | null } | null;
  /** Hex, of the request that made it. */
  readonly key: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row {
  account: bigint;
  no: bigint;
  subscription: bigint;
  offer: string;
  begins: 'now' | 'period_end';
  state: PlanChangeState;
  refusal: string | null;
  key: string | null;
  created_at: bigint;
  updated_at: bigint;
}

const COLUMNS = `account, no, subscription, offer, begins, state, refusal, encode(key, 'hex') as key, created_at, updated_at`;

const OPEN = statement<[number, number], Row>(
  'plan_change_open',
  `select ${COLUMNS} from drawdown.plan_changes where account = $1 and subscription = $2 and state = 'open'`,
);
/** By the index of what is open, of which there is little wherever providers answer. */
const UNANSWERED = statement<[number, number, number, number], { account: bigint; subscription: bigint }>(
  'plan_changes_unanswered',
  `select account, subscription from drawdown.plan_changes
    where state = 'open' and created_at <= $1 and (account, subscription) > ($2::int8, $3::int8)
    order by account, subscription limit $4`,
);
const BY_KEY = statement<[number, string], Row>(
  'plan_change_by_key',
  `select ${COLUMNS} from drawdown.plan_changes where account = $1 and key = decode($2, 'hex')`,
);
const STATE = statement<[number, number], Row>(
  'plan_change_by_no',
  `select ${COLUMNS} from drawdown.plan_changes where account = $1 and no = $2`,
);
/** Written down and not touched since, or so long ago that whoever did so has gone. */
const CLAIM = statement<[number, number, number, number], { no: bigint }>(
  'plan_change_claim',
  `update drawdown.plan_changes set updated_at = greatest($3, created_at + 1)
    where account = $1 and no = $2 and state = 'open' and (updated_at = created_at or updated_at <= $4)
   returning no`,
);
const LET_GO = statement<[number, number], never>(
  'plan_change_let_go',
  `update drawdown.plan_changes set updated_at = created_at where account = $1 and no = $2 and state = 'open'`,
);
const LAST = statement<[number], { no: bigint | null }>(
  'plan_change_last',
  'select max(no) as no from drawdown.plan_changes where account = $1',
);
const INSERT = statement<readonly unknown[], unknown>(
  'plan_change_insert',
  `insert into drawdown.plan_changes (account, no, subscription, offer, begins, state, key, created_at, updated_at, bucket)
   values ($1, $2, $3, $4::json, $5, 'open', decode($6, 'hex'), $7, $7, $8)`,
);
const SETTLE = statement<readonly unknown[], unknown>(
  'plan_change_settle',
  `update drawdown.plan_changes set state = $3, refusal = $4::json, updated_at = $5
    where account = $1 and no = $2 and state = 'open'`,
);

type Reader = Pick<Connection, 'query'> | Pick<Database, 'query'>;

/** What the change is called at the provider. */
export const planChangeId = ({
  account,
  no,
  subscription,
}: Pick<PlanChange, 'account' | 'no' | 'subscription'>): string =>
  `${subscriptionId(account, subscription)}_${no}`;

/** The change whose end is not known, of which there is one at most. */
export async function openChange(
  on: Reader,
  { account, no }: { readonly account: number; readonly no: number },
): Promise<PlanChange | null> {
  const { rows } = await on.query(OPEN, [account, no]);
  return rows[0] === undefined ? null : changeOf(rows[0]);
}

/** The plans, from behind one on, of changes that were written down before then and that nobody has answered. */
export async function unansweredChanges(
  on: Reader,
  { account, no }: { readonly account: number; readonly no: number },
  { before, limit }: { before: number; limit: number },
): Promise<{ account: number; no: number }[]> {
  const { rows } = await on.query(UNANSWERED, [before, account, no, limit]);
  return rows.map((row) => ({ account: Number(row.account), no: Number(row.subscription) }));
}

/** The last number that a change of the account has; 0 where there is none. */
export async function lastChange(on: Reader, account: number): Promise<number> {
  const { rows } = await on.query(LAST, [account]);
  return Number(rows[0]?.no ?? 0);
}

export async function changeByKey(on: Reader, account: number, key: string): Promise<PlanChange | null> {
  const { rows } = await on.query(BY_KEY, [account, key]);
  return rows[0] === undefined ? null : changeOf(rows[0]);
}

/** As it is by now. */
export async function changeAgain(
  on: Reader,
  { account, no }: Pick<PlanChange, 'account' | 'no'>,
): Promise<PlanChange> {
  const row = (await on.query(STATE, [account, no])).rows[0];
  if (row === undefined) throw new Error('a change that was written down is there');
  return changeOf(row);
}

/** One at a time asks the provider for a change; false where somebody does since `after`, or where it is not open. */
export async function claimChange(
  on: Reader,
  { account, no }: Pick<PlanChange, 'account' | 'no'>,
  { now, after }: { now: number; after: number },
): Promise<boolean> {
  return (await on.query(CLAIM, [account, no, now, after])).rows.length > 0;
}

/** Whoever wants it next need not wait. */
export async function letChangeGo(
  on: Reader,
  { account, no }: Pick<PlanChange, 'account' | 'no'>,
): Promise<void> {
  await on.query(LET_GO, [account, no]);
}

export const changeInsertion = (one: PlanChange): Write => ({
  statement: INSERT,
  params: [
    one.account,
    one.no,
    one.subscription,
    writeTerms(one.offer),
    one.begins,
    one.key,
    one.createdAt,
    bucketOf(one.account),
  ],
});

/** Once: what is settled stays so. */
export const changeSettled = (
  { account, no }: Pick<PlanChange, 'account' | 'no'>,
  {
    state,
    refusal = null,
    now,
  }: Partial<Pick<PlanChange, 'refusal'>> & { state: PlanChangeState; now: number },
): Write => ({
  statement: SETTLE,
  params: [account, no, state, refusal && JSON.stringify(refusal), now],
});

const changeOf = (row: Row): PlanChange => ({
  account: Number(row.account),
  no: Number(row.no),
  subscription: Number(row.subscription),
  offer: readKeptOffer(row.offer),
  begins: row.begins,
  state: row.state,
  refusal: row.refusal === null ? null : JSON.parse(row.refusal),
  key: row.key,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});
