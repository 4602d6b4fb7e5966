import { SYSTEM_CLOCK } from '../store/clock.ts';
import { type Database, statement } from '../store/database.ts';

const NOW = SYSTEM_CLOCK.sql;

/** An account's notices for one endpoint, held by us until `lease`. */
export interface Queue {
  readonly account: number;
  readonly endpoint: string;
  readonly lease: number;
  /** It was hurried, and its next planned attempt is not before then; null: this is a planned one. */
  readonly plannedAt: number | null;
}

const CLAIM = statement<
  [string, number, number],
  { account: bigint; endpoint: string; due_at: bigint; planned_at: bigint | null }
>(
  'queues_claim',
  `update drawdown.webhook_queues q set due_at = ${NOW} + $2, leased = true
     from (select c.account, c.endpoint, c.bucket
             from unnest($1::text[]) as e (id)
             cross join lateral (
               select w.account, w.endpoint, w.bucket from drawdown.webhook_queues w
                where w.endpoint = e.id and w.due_at <= ${NOW}
                order by w.due_at limit $3 for update skip locked) as c) as c
    where q.account = c.account and q.endpoint = c.endpoint and q.bucket = c.bucket
   returning q.account, q.endpoint, q.due_at,
     case when q.planned_at > ${NOW} then q.planned_at end as planned_at`,
);

/** Takes what is due, at most so many of each endpoint, for so long. */
export async function claimQueues(
  on: Pick<Database, 'query'>,
  { endpoints, leaseMs, each }: { endpoints: readonly string[]; leaseMs: number; each: number },
): Promise<Queue[]> {
  const { rows } = await on.query(CLAIM, [`{${endpoints.join(',')}}`, leaseMs, each]);
  return rows.map(({ account, endpoint, due_at, planned_at }) => {
    const plannedAt = planned_at === null ? null : Number(planned_at);
    return { account: Number(account), endpoint, lease: Number(due_at), plannedAt };
  });
}

export interface NextDelivery {
  /** What had been added to the queue by then. */
  readonly pushes: number;
  readonly notice: number | null;
  readonly attempts: number;
  /** Null: the notice is gone. */
  readonly type: string | null;
  readonly at: number;
  readonly data: string;
}

/** The pushes are read with the delivery, so what is added later has a number of its own. */
const NEXT = statement<
  [number, string, number],
  {
    pushes: bigint;
    notice: bigint | null;
    attempts: number | null;
    type: string | null;
    at: bigint | null;
    data: string | null;
  }
>(
  'queue_next',
  `select q.pushes, d.notice, d.attempts, n.type, n.at, n.data
     from drawdown.webhook_queues q
     left join lateral (
       select p.notice, p.attempts from drawdown.webhook_deliveries p
        where p.account = q.account and p.endpoint = q.endpoint and p.state = 'pending'
        order by p.notice limit 1) as d on true
     left join drawdown.notices n on n.account = q.account and n.no = d.notice
    where q.account = $1 and q.endpoint = $2 and q.due_at = $3`,
);

/** Null: the queue is no longer ours. */
export async function nextOf(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease }: Queue,
): Promise<NextDelivery | null> {
  const row = (await on.query(NEXT, [account, endpoint, lease])).rows[0];
  if (row === undefined) return null;
  return {
    pushes: Number(row.pushes),
    notice: row.notice === null ? null : Number(row.notice),
    attempts: row.attempts ?? 0,
    type: row.type,
    at: Number(row.at ?? 0n),
    data: row.data ?? 'null',
  };
}

/** The queue is still held under this lease. */
const leased = (place: string): string => `exists (select from drawdown.webhook_queues q
      where q.account = $1 and q.endpoint = $2 and q.due_at = ${place})`;

const RECORD = statement<
  [number, string, number, string, number, number | null, string | null, number],
  never
>(
  'delivery_record',
  `update drawdown.webhook_deliveries
      set state = $4, attempts = attempts + $5, attempted_at = ${NOW}, status = $6, error = $7
    where account = $1 and endpoint = $2 and notice = $3 and ${leased('$8')}`,
);

/** Answers whether the queue was still ours: what a successor recorded stands. */
export async function recordAttempt(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease }: Queue,
  about: {
    notice: number;
    state: 'pending' | 'delivered' | 'dead';
    /** Whether it is one of the attempts that a delivery has. */
    counts: boolean;
    status: number | null;
    error: string | null;
  },
): Promise<boolean> {
  const { notice, state, counts, status, error } = about;
  const params = [account, endpoint, notice, state, counts ? 1 : 0, status, error, lease] as const;
  return (await on.query(RECORD, [...params])).count === 1;
}

const DROP = statement<[number, string, number, number], never>(
  'delivery_drop',
  `delete from drawdown.webhook_deliveries
    where account = $1 and endpoint = $2 and notice = $3 and ${leased('$4')}`,
);

/** Of a notice that is gone there is nothing to tell. */
export async function dropDelivery(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease }: Queue,
  notice: number,
): Promise<void> {
  await on.query(DROP, [account, endpoint, notice, lease]);
}

const RELEASE = statement<[number, string, number, number | null], never>(
  'queue_release',
  `update drawdown.webhook_queues set due_at = ${NOW}, planned_at = $4, leased = false
    where account = $1 and endpoint = $2 and due_at = $3`,
);

/** Gives a queue back as it is: whoever is next may have it. */
export async function releaseQueue(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease, plannedAt }: Queue,
): Promise<void> {
  await on.query(RELEASE, [account, endpoint, lease, plannedAt]);
}

/** When a queue that failed is tried again. */
export interface Wait {
  readonly afterMs: number;
  /** Nor before this instant. */
  readonly notBefore: number;
  /** Not earlier, whatever is heard of its endpoint meanwhile. */
  readonly isFirm: boolean;
}

const WAIT = statement<[number, string, number, number, number, boolean], never>(
  'queue_wait',
  `update drawdown.webhook_queues
      set due_at = greatest($4, ${NOW} + $5), planned_at = case when $6 then greatest($4, ${NOW} + $5) end,
        leased = false
    where account = $1 and endpoint = $2 and due_at = $3`,
);

/** Gives a queue back that nobody may have before its time. */
export async function waitQueue(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease }: Queue,
  { afterMs, notBefore, isFirm }: Wait,
): Promise<void> {
  await on.query(WAIT, [account, endpoint, lease, notBefore, Math.round(afterMs), isFirm]);
}

const END = statement<[number, string, number, number], { ended: number }>(
  'queue_end',
  `delete from drawdown.webhook_queues
    where account = $1 and endpoint = $2 and due_at = $3 and pushes = $4 returning 1 as ended`,
);

/** Ends an empty queue; false where something was added meanwhile. */
export async function endQueue(
  on: Pick<Database, 'query'>,
  { account, endpoint, lease }: Queue,
  pushes: number,
): Promise<boolean> {
  return (await on.query(END, [account, endpoint, lease, pushes])).rows.length === 1;
}

const HURRY = statement<[string], never>(
  'queues_hurry',
  `update drawdown.webhook_queues set planned_at = due_at, due_at = ${NOW}
    where (account, endpoint, bucket) in (
      select account, endpoint, bucket from drawdown.webhook_queues
       where endpoint = $1 and not leased and planned_at is null and due_at > ${NOW} for update skip locked)`,
);

/** An endpoint answers again: what waits is tried once before its time, unless the receiver asked for that time. */
export async function hurryQueues(on: Pick<Database, 'query'>, endpoint: string): Promise<void> {
  await on.query(HURRY, [endpoint]);
}

const FIGURES = statement<[], { waiting: bigint; oldest: bigint | null; dead: bigint; now: bigint }>(
  'queue_figures',
  `select (select count(*) from drawdown.webhook_queues) as waiting,
     (select min(d.queued_at) from drawdown.webhook_queues q
       cross join lateral (select p.queued_at from drawdown.webhook_deliveries p
         where p.account = q.account and p.endpoint = q.endpoint and p.state = 'pending'
         order by p.notice limit 1) d
       join drawdown.webhook_endpoints e on e.id = q.endpoint and e.disabled_at is null) as oldest,
     (select count(*) from (select from drawdown.webhook_deliveries where state = 'dead' limit 100001) as d) as dead,
     ${NOW} as now`,
);

/** Accounts that wait for an endpoint, how old their oldest notice is, and how many are in the dead letter list. */
export async function queueFigures(
  on: Pick<Database, 'query'>,
): Promise<{ waiting: number; lagMs: number; dead: number }> {
  const row = (await on.query(FIGURES, [])).rows[0];
  const lagMs = row?.oldest == null ? 0 : Math.max(0, Number(row.now - row.oldest));
  return { waiting: Number(row?.waiting ?? 0n), lagMs, dead: Number(row?.dead ?? 0n) };
}
