import { nextStamp } from '../core/account.ts';
import { SYSTEM_CLOCK } from '../store/clock.ts';
import { type Connection, type Database, statement } from '../store/database.ts';

const NOW = SYSTEM_CLOCK.sql;

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export interface DeliveryRow {
  account: bigint;
  id: string;
  notice: bigint;
  type: string;
  at: bigint;
  state: DeliveryState;
  attempts: number;
  queued_at: bigint;
  attempted_at: bigint | null;
  status: number | null;
  error: string | null;
}

/** Newest first, before a place; one text per state, so that each is read from the index that fits it. */
const listOf = (name: string, condition: string) =>
  statement<[string, number, number, number], DeliveryRow>(
    `deliveries_${name}`,
    `select d.account, a.id, d.notice, n.type, n.at, d.state, d.attempts, d.queued_at, d.attempted_at, d.status, d.error
       from drawdown.webhook_deliveries d
       join drawdown.notices n on n.account = d.account and n.no = d.notice
       join drawdown.accounts a on a.number = d.account
      where d.endpoint = $1 and (d.notice, d.account) < ($2, $3) and ${condition}
      order by d.notice desc, d.account desc limit $4`,
  );

const LISTS = {
  all: listOf('all', 'true'),
  pending: listOf('pending', `d.state = 'pending'`),
  delivered: listOf('delivered', `d.state = 'delivered'`),
  dead: listOf('dead', `d.state = 'dead'`),
};

export interface Place {
  readonly account: number;
  readonly no: number;
}

export async function deliveriesBefore(
  on: Pick<Database, 'query'>,
  {
    endpoint,
    state,
    before,
    limit,
  }: {
    endpoint: string;
    state: DeliveryState | 'all';
    before: Place;
    limit: number;
  },
): Promise<DeliveryRow[]> {
  return (await on.query(LISTS[state], [endpoint, before.no, before.account, limit])).rows;
}

const ONE = statement<[string, number, number], DeliveryRow>(
  'delivery',
  `select d.account, a.id, d.notice, n.type, n.at, d.state, d.attempts, d.queued_at, d.attempted_at, d.status, d.error
     from drawdown.webhook_deliveries d
     join drawdown.notices n on n.account = d.account and n.no = d.notice
     join drawdown.accounts a on a.number = d.account
    where d.endpoint = $1 and d.account = $2 and d.notice = $3`,
);

export async function deliveryAt(
  on: Pick<Database, 'query'>,
  endpoint: string,
  { account, no }: Place,
): Promise<DeliveryRow | null> {
  return (await on.query(ONE, [endpoint, account, no])).rows[0] ?? null;
}

const AGAIN = statement<[string, number, number], never>(
  'delivery_again',
  `update drawdown.webhook_deliveries set state = 'pending', attempts = 0
    where endpoint = $1 and account = $2 and notice = $3`,
);
const QUEUE_ONE = statement<[string, number], never>(
  'delivery_queue',
  `insert into drawdown.webhook_queues as q (account, endpoint, due_at, bucket)
   select number, $1, ${NOW}, bucket from drawdown.accounts where number = $2
   on conflict (account, endpoint, bucket) do update set pushes = q.pushes + 1, planned_at = null,
     due_at = case when q.leased then q.due_at else least(q.due_at, excluded.due_at) end`,
);

/** One again, at once, and with all of its attempts before it. */
export async function deliverAgain(on: Connection, endpoint: string, { account, no }: Place): Promise<void> {
  await on.query(AGAIN, [endpoint, account, no]);
  await on.query(QUEUE_ONE, [endpoint, account]);
}

const REVIVE = statement<[string, number, number, string], never>(
  'deliveries_revive',
  `update drawdown.webhook_deliveries set state = 'pending', attempts = 0
    where endpoint = $1 and notice >= $2 and notice < $3 and state = any ($4::text[])`,
);
/** What happened while the endpoint was off, or before it was made. */
const MISSED = statement<[string, number, number], never>(
  'deliveries_missed',
  `insert into drawdown.webhook_deliveries (account, endpoint, notice, state, queued_at, bucket)
   select n.account, e.id, n.no, 'pending', ${NOW}, n.bucket
     from drawdown.webhook_endpoints e
     join drawdown.notices n on n.no >= $2 and n.no < $3 and (e.types is null or n.type = any (e.types))
    where e.id = $1
   on conflict do nothing`,
);
/** Every account with something pending has a queue; those that wait out a failure need not any longer. */
const QUEUE_ALL = statement<[string], never>(
  'deliveries_queue_all',
  `insert into drawdown.webhook_queues as q (account, endpoint, due_at, bucket)
   select account, $1, ${NOW}, bucket
     from (select distinct account, bucket from drawdown.webhook_deliveries
            where endpoint = $1 and state = 'pending' order by 1) as d
   on conflict (account, endpoint, bucket) do update set pushes = q.pushes + 1, planned_at = null,
     due_at = case when q.leased then q.due_at else least(q.due_at, excluded.due_at) end`,
);

export async function queuePending(on: Pick<Database, 'query'>, endpoint: string): Promise<void> {
  await on.query(QUEUE_ALL, [endpoint]);
}

/** Answers how many deliveries are pending again, or for the first time. Instants are of the engine's clock. */
export async function replay(
  on: Connection,
  endpoint: string,
  {
    since,
    until,
    revive,
    missed,
  }: {
    since: number;
    until: number;
    revive: readonly DeliveryState[];
    missed: boolean;
  },
): Promise<number> {
  const from = Math.max(1, nextStamp(0, since));
  const to = Math.max(1, nextStamp(0, until));
  const revived =
    revive.length === 0 ? 0 : (await on.query(REVIVE, [endpoint, from, to, `{${revive.join(',')}}`])).count;
  const added = missed ? (await on.query(MISSED, [endpoint, from, to])).count : 0;
  if (revived + added > 0) await on.query(QUEUE_ALL, [endpoint]);
  return revived + added;
}
