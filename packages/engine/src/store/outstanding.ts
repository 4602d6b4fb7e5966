/** Lots that were paid for, as they stood at an instant: worked out backwards from the lots as they are. */
import { type Connection, statement } from './database.ts';
import { CHANNEL, type Holder, worth } from './flows.ts';
import { added, type Stretch } from './stretches.ts';

/** How long until what is left lapses, in days; null: it does not. */
export const AGES = [30, 90, 365] as const;

export interface Standing extends Holder {
  /** Index of the first of `AGES` that the end is within; one more than there are beyond; null: never. */
  readonly age: number | null;
  /** Of lots that had not begun. */
  readonly scheduled: boolean;
  readonly lots: number;
  /** Atoms, and minor units. */
  readonly credits: bigint;
  readonly held: bigint;
  readonly money: bigint;
}

type Row = Holder & {
  age: number | null;
  scheduled: boolean;
  lots: bigint;
  credits: string;
  held: string;
  money: string;
};

/**
 * What moved later is taken off again; so are later extensions of an end, and voids and merges of lots that had not begun. The
 * details that are read are the engine's own: those of other types may hold what no database can read. A lot begins by an entry at `effective_at`, or where that is past when
 * it is issued.
 */
const STANDING = statement<[at: number, wanted: string | null, first: number, end: number], Row>(
  'outstanding',
  `with later as (
     select e.account, e.moves[i] as no, sum(e.moves[i + 1]) as change, sum(e.moves[i + 2]) as held
       from drawdown.entries e cross join lateral generate_series(1, cardinality(e.moves), 3) as i
      where e.at >= $1 and e.account >= $3 and e.account < $4 group by 1, 2
   ), extended as (
     select distinct on (e.account, 2) e.account, (e.detail->>'grant')::int8 as no, (e.detail->>'before')::int8 as ends
       from drawdown.entries e
      where e.at >= $1 and e.account >= $3 and e.account < $4 and e.type = 'extend' and e.hold is null
      order by e.account, 2, e.seq
   ), ended as (
     select e.account, (e.detail->>'grant')::int8 as no
       from drawdown.entries e
      where e.at >= $1 and e.account >= $3 and e.account < $4
        and case when e.type = 'void' then e.detail->>'grant' end is not null
     union all
     select e.account, lot::int8
       from drawdown.entries e cross join json_array_elements_text(
         case when e.type = 'transfer' and e.detail->'transfer'->>'to' is not null then e.detail->'transfer'->'lots' else '[]' end) lot
      where e.at >= $1 and e.account >= $3 and e.account < $4
   ), standing as (
     select g.account, g.no, coalesce(extended.ends, g.expires_at) as ends,
            g.effective_at >= $1 and (g.phase not in ('voided', 'transferred') or g.granted > 0 or ended.no is not null) as scheduled,
            g.remaining - coalesce(later.change, 0) as remaining, g.held - coalesce(later.held, 0) as held
       from drawdown.grants g
       left join later on later.account = g.account and later.no = g.no
       left join extended on extended.account = g.account and extended.no = g.no
       left join ended on ended.account = g.account and ended.no = g.no
      where g.account >= $3 and g.account < $4 and g.cost_minor > 0 and g.created_at < $1
        and ($2::text is null or g.class = $2)
        and (not g.finished or later.no is not null or ended.no is not null)
   ), held as (
     select account, no, ends, scheduled, held,
            case when scheduled then null else remaining end as remaining
       from standing where scheduled or remaining > 0
   )
   select g.class, g.currency, ${CHANNEL} as channel, h.scheduled,
          case when h.ends is not null
            then width_bucket(h.ends, (select array_agg($1 + days * 86400000 + 1) from unnest('{${AGES.join(',')}}'::int8[]) days))
          end as age,
          count(*) as lots, sum(coalesce(h.remaining, g.amount))::text as credits, sum(h.held)::text as held,
          sum(${worth('g', 'coalesce(h.remaining, g.amount)')})::text as money
     from held h join drawdown.grants g on g.account = h.account and g.no = h.no
    group by 1, 2, 3, 4, 5`,
);

/** Before anything of the instant `at` itself. */
export async function outstandingAt(
  on: Connection,
  at: number,
  { wanted, stretches }: { wanted: string | null; stretches: readonly Stretch[] },
): Promise<Standing[]> {
  const standing = new Map<string, Standing>();
  for (const { from, to } of stretches) {
    const { rows } = await on.query(STANDING, [at, wanted, from, to]);
    added(standing, rows.map(standingOf), SUMS);
  }
  return [...standing.values()];
}

const SUMS = {
  key: (one: Standing) => JSON.stringify([one.class, one.currency, one.channel, one.scheduled, one.age]),
  add: (one: Standing, other: Standing): Standing => ({
    ...one,
    lots: one.lots + other.lots,
    credits: one.credits + other.credits,
    held: one.held + other.held,
    money: one.money + other.money,
  }),
};

const standingOf = ({ lots, credits, held, money, ...row }: Row): Standing => ({
  ...row,
  lots: Number(lots),
  credits: BigInt(credits),
  held: BigInt(held),
  money: BigInt(money),
});
