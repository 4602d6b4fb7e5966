import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { ProviderId } from './provider.ts';
import type { Paid, Subscription } from './subscription-state.ts';
import { type Money, readTerms, writeTerms } from './subscription-terms.ts';

interface SubscriptionRow {
  no: bigint;
  ref: string;
  created_at: bigint;
  terms: string;
  trial_ends_at: bigint | null;
  cancel_at: bigint | null;
  cancelled: 'period_end' | 'now' | null;
  grace_until: bigint | null;
  paused_at: bigint | null;
  provider: ProviderId | null;
}

interface PeriodRow {
  subscription: bigint;
  term: number;
  no: number;
  starts_at: bigint;
  ends_at: bigint;
  ref: string | null;
  paid_at: bigint;
  cost_minor: bigint | null;
  currency: string | null;
}

const COLUMNS = 'no, ref, created_at, terms, trial_ends_at, cancel_at, cancelled, grace_until, paused_at';
const PERIOD_COLUMNS = 'subscription, term, no, starts_at, ends_at, ref, paid_at, cost_minor, currency';

/** The number of a plan that was sold through a checkout is kept there. */
const ALL = statement<[number, number], SubscriptionRow>(
  'subscriptions_all',
  `select s.no, ref, s.created_at, terms, trial_ends_at, cancel_at, cancelled, grace_until, paused_at, provider
     from drawdown.subscriptions s
     left join drawdown.plan_checkouts c on c.account = s.account and c.no = s.no and c.bucket = s.bucket
    where s.account = $1 and s.bucket = $2 order by s.no`,
);
const PERIODS = statement<[number, number], PeriodRow>(
  'subscription_periods_all',
  `select ${PERIOD_COLUMNS} from drawdown.subscription_periods where account = $1 and bucket = $2
    order by subscription, paid_at, term, no`,
);
const PUT = statement<readonly unknown[], never>(
  'subscription_put',
  `insert into drawdown.subscriptions (account, bucket, ${COLUMNS})
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict (account, no, bucket) do update set terms = excluded.terms, trial_ends_at = excluded.trial_ends_at,
     cancel_at = excluded.cancel_at, cancelled = excluded.cancelled, grace_until = excluded.grace_until,
     paused_at = excluded.paused_at`,
);
const ADD_PERIOD = statement<readonly unknown[], never>(
  'subscription_period_add',
  `insert into drawdown.subscription_periods (account, bucket, ${PERIOD_COLUMNS})
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

/**
 * All subscriptions of an account, oldest first. Few per account, so they are read together. On the connection that
 * holds the account's lock they are the present ones and stay so until the commit.
 */
export async function readSubscriptions(
  on: Pick<Connection | Database, 'query'>,
  account: number,
): Promise<Subscription[]> {
  const bucket = bucketOf(account);
  const [{ rows }, periods] = await Promise.all([
    on.query(ALL, [account, bucket]),
    on.query(PERIODS, [account, bucket]),
  ]);
  return rows.map((row) => {
    const own = periods.rows.filter((period) => period.subscription === row.no);
    return subscriptionOf(account, row, own);
  });
}

const numberOr = (value: bigint | null): number | null => (value === null ? null : Number(value));

function subscriptionOf(account: number, row: SubscriptionRow, periods: readonly PeriodRow[]): Subscription {
  return {
    account,
    no: Number(row.no),
    ref: row.ref,
    createdAt: Number(row.created_at),
    terms: readTerms(row.terms),
    paid: periods.map(paidOf),
    trialEndsAt: numberOr(row.trial_ends_at),
    cancelAt: numberOr(row.cancel_at),
    cancelled: row.cancelled,
    graceUntil: numberOr(row.grace_until),
    pausedAt: numberOr(row.paused_at),
    provider: row.provider,
  };
}

function paidOf(row: PeriodRow): Paid {
  return {
    term: Number(row.term),
    no: Number(row.no),
    startsAt: Number(row.starts_at),
    endsAt: Number(row.ends_at),
    ref: row.ref,
    paidAt: Number(row.paid_at),
    cost: costOf(row),
  };
}

function costOf({ cost_minor, currency }: PeriodRow): Money | null {
  return cost_minor === null || currency === null ? null : { amountMinor: Number(cost_minor), currency };
}

/** What the rows become, written in the transaction of the entries. Periods are only ever added. */
export function writesOf(before: Subscription | null, after: Subscription): Write[] {
  if (before === after) return [];
  const { account, no } = after;
  const bucket = bucketOf(account);
  const put: Write = {
    statement: PUT,
    params: [
      account,
      bucket,
      no,
      after.ref,
      after.createdAt,
      writeTerms(after.terms),
      after.trialEndsAt,
      after.cancelAt,
      after.cancelled,
      after.graceUntil,
      after.pausedAt,
    ],
  };
  const added = after.paid.slice(before?.paid.length ?? 0).map(
    (paid): Write => ({
      statement: ADD_PERIOD,
      params: [
        account,
        bucket,
        no,
        paid.term,
        paid.no,
        paid.startsAt,
        paid.endsAt,
        paid.ref,
        paid.paidAt,
        paid.cost?.amountMinor ?? null,
        paid.cost?.currency ?? null,
      ],
    }),
  );
  return [put, ...added];
}
