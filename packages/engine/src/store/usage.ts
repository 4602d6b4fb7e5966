/** What an account's credits were used for, added up by the database. */
import { int8Array } from './binary.ts';
import { type Database, statement } from './database.ts';

/** Which entries, and what tells rows apart. */
export interface UsageFilter {
  /** Versions behind `after` up to and with `upTo`. */
  readonly after: number;
  readonly upTo: number;
  /** The first instant of each period, ascending, the first one at or before every entry. */
  readonly bounds: readonly number[];
  readonly byFeature: boolean;
  readonly byMember: boolean;
  readonly member: string | null;
}

/** Atoms. */
export interface Used {
  /** Which of the bounds, from 0. */
  readonly period: number;
  readonly feature: string | null;
  readonly member: string | null;
  readonly operations: number;
  readonly spent: bigint;
  readonly refunded: bigint;
  readonly debt: bigint;
  readonly classes: ReadonlyMap<string, bigint>;
}

interface UsedRow {
  period: number;
  feature: string | null;
  member: string | null;
  operations: bigint;
  spent: string;
  refunded: string;
  debt: string;
  class: string | null;
  used: string | null;
}

const USED = statement<[number, number, number, Buffer, boolean, boolean, string | null, number], UsedRow>(
  'used',
  `with spending as materialized (
     select width_bucket(e.at, $4::int8[]) - 1 as period,
            case when $5 then e.feature end as feature,
            case when $6 then e.detail ->> 'member' end as member,
            e.type, e.amount, e.debt, e.moves, e.account
       from drawdown.entries e
      where e.account = $1 and e.seq > $2 and e.seq <= $3 and e.type in ('consume', 'capture', 'refund')
        and ($7::text is null or e.detail ->> 'member' = $7)
   ), summed as (
     select period, feature, member,
            count(*) filter (where type <> 'refund') as operations,
            coalesce(sum(debt - amount) filter (where type <> 'refund'), 0) as spent,
            coalesce(sum(amount - debt) filter (where type = 'refund'), 0) as refunded,
            sum(debt) as debt
       from spending group by period, feature, member
      order by period, sum(debt - amount) desc, feature, member limit $8
   ), drawn as (
     select s.period, s.feature, s.member, g.class, -sum(s.moves[i + 1]) as used
       from spending s
      cross join lateral generate_series(1, cardinality(s.moves), 3) as i
       join drawdown.grants g on g.account = s.account and g.no = s.moves[i]
      group by s.period, s.feature, s.member, g.class
   )
   select summed.*, drawn.class, drawn.used
     from summed left join drawn on drawn.period = summed.period
      and drawn.feature is not distinct from summed.feature and drawn.member is not distinct from summed.member
    order by summed.period, summed.spent - summed.refunded desc, summed.feature, summed.member`,
);

/** Period by period, and what used most first; at most `limit` rows. */
export async function usedIn(
  database: Database,
  account: number,
  filter: UsageFilter,
  limit: number,
): Promise<Used[]> {
  const { after, upTo, bounds, byFeature, byMember, member } = filter;
  const { rows } = await database.query(USED, [
    account,
    after,
    upTo,
    int8Array(bounds),
    byFeature,
    byMember,
    member,
    limit,
  ]);
  const found: (Used & { classes: Map<string, bigint> })[] = [];
  for (const row of rows) {
    let one = found.at(-1);
    if (one?.period !== row.period || one.feature !== row.feature || one.member !== row.member) {
      one = {
        period: row.period,
        feature: row.feature,
        member: row.member,
        operations: Number(row.operations),
        spent: BigInt(row.spent),
        refunded: BigInt(row.refunded),
        debt: BigInt(row.debt),
        classes: new Map(),
      };
      found.push(one);
    }
    if (row.class !== null) one.classes.set(row.class, BigInt(row.used as string));
  }
  return found;
}
