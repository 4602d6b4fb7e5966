import { nextStamp } from '../core/account.ts';
import { int8Array } from './binary.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { type Connection, statement } from './database.ts';
import type { NewNotice } from './notices.ts';

/** The notices that this transaction has written: numbers begin at the stamp of their instant. */
const WRITTEN = `unnest($1::int8[], $2::int8[]) as u (account, stamp)
     join drawdown.notices n
       on n.account = u.account and n.no >= u.stamp and n.tx = pg_current_xact_id()
     join drawdown.webhook_endpoints e
       on e.disabled_at is null and e.deleted_at is null and (e.types is null or n.type = any (e.types))`;

const ENTER = statement<[Buffer, Buffer], never>(
  'deliveries_enter',
  `insert into drawdown.webhook_deliveries (account, endpoint, notice, state, queued_at, bucket)
   select n.account, e.id, n.no, 'pending', ${SYSTEM_CLOCK.sql}, n.bucket from ${WRITTEN}`,
);

/** A queue that waits for its next attempt is left to wait: what is new comes behind what has failed. */
const QUEUE = statement<[Buffer, Buffer], never>(
  'deliveries_queue',
  `insert into drawdown.webhook_queues as q (account, endpoint, due_at, bucket)
   select account, endpoint, ${SYSTEM_CLOCK.sql}, bucket
     from (select distinct n.account, e.id as endpoint, n.bucket from ${WRITTEN} order by 1, 2) as d
   on conflict (account, endpoint, bucket) do update set pushes = q.pushes + 1`,
);

/** A delivery for each endpoint that there is and that wants it; sent behind the notices themselves. */
export function enterDeliveries(on: Connection, notices: readonly NewNotice[]): Promise<unknown>[] {
  const stamps = new Map(notices.map(({ account, now }) => [account, nextStamp(0, now)]));
  const written = (): [Buffer, Buffer] => [int8Array([...stamps.keys()]), int8Array([...stamps.values()])];
  return [on.query(ENTER, written()), on.query(QUEUE, written())];
}
