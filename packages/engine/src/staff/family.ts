/**
 * Which keys are one person. Whoever made a key has seen it, so what is done with it counts for its maker too, at whatever
 * remove, and for its owner where one is named; until a second person has vouched that it is in other hands.
 */
import { type Connection, type Database, statement } from '../store/database.ts';

type On = Pick<Connection | Database, 'query'>;

/** Atoms that one of the staff moved within 24 hours, with nobody's approval. */
export interface OfLate {
  readonly onAccount: bigint;
  readonly inAll: bigint;
}

const MAKER = `split_part(k.created_by, ':', 2)`;
const BY_STAFF = `k.created_by like 'staff:%'`;
const COUNTS = `${BY_STAFF} and k.vouched_at is null`;

/** By two ways from a key to who may have had it in their hands: whose it is, and who made it. */
const handedBy = (made: string): string =>
  `cross join lateral (select k.owner where k.owner is not null union all select ${MAKER} where ${made}) as e (by)`;

/** Everybody who may have had $1 in their hands: itself, whose it is, and who made it, unless that was vouched for. */
const HOLDERS = `with recursive holders (id) as (
     select $1::text collate "C"
     union select e.by collate "C" from holders h join drawdown.keys k on k.id = h.id ${handedBy(COUNTS)})`;

const HEADS = statement<[string], { id: string }>(
  'staff_heads',
  `${HOLDERS} select h.id from holders h
    where not exists (select from drawdown.keys k where k.id = h.id
       and (k.owner is not null or (${COUNTS})))
    order by h.id`,
);
const ONE_AT_A_TIME = statement<[string], unknown>(
  'staff_one_at_a_time',
  `select pg_advisory_xact_lock(hashtextextended('drawdown.staff:' || $1, 0))`,
);
/** For each holder all that was done with what passed through their hands; the most that anybody has counts. */
const OF_LATE = statement<[string, number, number], { on_account: string; in_all: string }>(
  'staff_of_late',
  `${HOLDERS}, hands (head, id) as (
     select id, id from holders
     union select h.head, k.id from hands h join drawdown.keys k
       on k.owner = h.id or (k.created_by = 'staff:' || h.id and k.vouched_at is null)),
   sums as (
     select h.head, coalesce(sum(u.size) filter (where u.account = $2), 0) as on_account, coalesce(sum(u.size), 0) as in_all
       from hands h join drawdown.audit u on u.staff = h.id
      where u.at > $3 and u.approval is null group by h.head)
   select coalesce(max(on_account), 0)::text as on_account, coalesce(max(in_all), 0)::text as in_all from sums`,
);
/**
 * Two keys that were in one hand are one person, and so is a key and whoever made it, vouched for or not. The keys that the
 * server is started with have no row and are nobody's: those that were made with one of them are as many people.
 */
const RELATED = statement<[string, string], { related: boolean }>(
  'staff_related',
  `with recursive roots (id) as (values ($1::text collate "C"), ($2::text collate "C")),
   up (root, id) as (
     select id, id from roots
     union select u.root, e.by collate "C" from up u join drawdown.keys k on k.id = u.id ${handedBy(BY_STAFF)}),
   holders (root, id) as (
     select id, id from roots
     union select h.root, e.by collate "C" from holders h join drawdown.keys k on k.id = h.id ${handedBy(COUNTS)})
   select $1 = $2
     or exists (select from up where (root = $1 and id = $2) or (root = $2 and id = $1))
     or exists (select from holders a join holders b on a.id = b.id and a.root = $1 and b.root = $2
                 where a.id like 'oidc\\_%' or exists (select from drawdown.keys k where k.id = a.id)) as related`,
);

const DAY_MS = 86_400_000;

/** What may be one person's with this one, within 24 hours. */
export async function doneOfLate(
  on: On,
  { account, staff, now }: { account: number; staff: string; now: number },
): Promise<OfLate> {
  const { rows } = await on.query(OF_LATE, [staff, account, now - DAY_MS]);
  return { onAccount: BigInt(rows[0]?.on_account ?? 0), inAll: BigInt(rows[0]?.in_all ?? 0) };
}

/** Until the transaction ends nobody else adds up what this person has done, whichever of their keys asks. */
export async function aloneAs(on: Connection, staff: string): Promise<void> {
  const { rows } = await on.query(HEADS, [staff]);
  for (const { id } of rows) await on.query(ONE_AT_A_TIME, [id]);
}

/** Whether two of the staff may be one person. */
export async function areRelated(on: On, one: string, other: string): Promise<boolean> {
  return (await on.query(RELATED, [one, other])).rows[0]?.related === true;
}
