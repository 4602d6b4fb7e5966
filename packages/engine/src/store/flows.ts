/**
 * What went in and out of lots, added up by the database: by class, currency and channel, by column of the
 * roll-forward, and by period. Each move of each entry is in exactly one column.
 */
import { int8Array } from './binary.ts';
import { type Connection, type Statement, statement } from './database.ts';
import { added, type Stretch } from './stretches.ts';

/** Why a lot's credits changed. Sums are signed as they change the balance. */
export const COLUMNS = [
  /** A lot that was paid for began. */
  'sold',
  /** A lot that nothing was paid for began. */
  'granted',
  /** Spending was taken back. */
  'refunded',
  /** The money of a purchase went back; above zero where a reversal was itself taken back. */
  'reversed',
  /** Spent, or paid towards a debt. */
  'used',
  'expired',
  /** Taken back by whoever had granted it. */
  'voided',
  /** Paid out. */
  'cashed_out',
  /** Corrected by staff. */
  'adjusted',
  /** From or to another account. */
  'transferred',
] as const;
export type Column = (typeof COLUMNS)[number];

/** The reason of a void that a purchase's reversal makes. */
export const REVERSED = 'purchase_reversed';
/** The reason of a void that pays a lot out. */
export const CASHED_OUT = 'cash_out';

/** The reason of a void that the end of its account makes: paid out where that made it payable. */
const CLOSED = 'account_closed';

/** Reports tell by these where a lot's money went, so nobody else gives them. */
export const OWN_REASONS: readonly string[] = [REVERSED, CASHED_OUT, CLOSED];

/** Whose flows these are. `currency` and `channel` are null where nothing was paid, or nobody said where. */
export interface Holder {
  readonly class: string;
  readonly currency: string | null;
  readonly channel: string | null;
}

/** Credits in atoms; their money in minor units of the currency. */
export interface Flow extends Holder {
  /** Of lots that were paid for. */
  readonly paid: boolean;
  readonly column: Column;
  /** Which period, from 0; one more than there are for what came after the last. */
  readonly period: number;
  readonly credits: bigint;
  readonly money: bigint;
}

export interface Stock extends Holder {
  readonly credits: bigint;
  readonly money: bigint;
}

/** See `worthOf`: what is paid for so many credits of a lot. Numeric only where the product may pass 2^63: it costs more. */
export const worth = (lot: string, left: string): string =>
  `case when ${lot}.cost_minor < 2147483648 and ${lot}.amount < 2147483648
    then (${lot}.cost_minor * (${left})::int8 + ${lot}.amount - 1) / ${lot}.amount
    else div(${lot}.cost_minor::numeric * (${left}) + ${lot}.amount - 1, ${lot}.amount) end`;

/** See `channelOf`. */
export const CHANNEL = `case when g.metadata::text like '%"channel"%' and g.metadata::text !~ '\\\\u(0000|d[89a-f])'
  and json_typeof(g.metadata->'channel') = 'string' then g.metadata->>'channel' end`;

/** Only the engine issues lots for purchases, and writes readable metadata on them; whoever copies that is taken at his word. */
const REINSTATED = `(g.source_type = 'purchase' and g.metadata::text like '%"reinstated":true%')`;

/**
 * When what a lot holds was sold or granted, told from its issue. What came by a merge began in the other account; what is
 * given again after a reversal that was wrong is still what was paid for when its purchase was: its month gets it back.
 */
const STARTED_AT = `case
  when ${REINSTATED} then coalesce((
    select p.paid_at from drawdown.purchases p
     where p.account = g.account and exists (
       select from json_array_elements(p.parts) part cross join json_array_elements_text(part->'lots') as lot
        where lot::int8 = g.no)), greatest(g.created_at, g.effective_at))
  when g.effective_at < g.created_at and exists (
    select from drawdown.entries e where e.account = g.account and e.seq = g.seq and e.type = 'transfer') then g.effective_at
  else greatest(g.created_at, g.effective_at) end`;

/** The void that ended the lot says why what fell back into it later is void as well. */
const REASON = `coalesce(m.reason, (
  select ended.detail->>'reason' from drawdown.entries ended
   where ended.account = m.account and ended.seq < m.seq
     and case when ended.type = 'void' then ended.detail->>'grant' end = m.no::text
   order by ended.seq desc limit 1))`;

const COLUMN = `case m.type
  when 'consume' then 'used'
  when 'capture' then 'used'
  when 'grant' then case when l.reinstated then 'reversed' when l.cost_minor > 0 then 'sold' else 'granted' end
  when 'refund' then 'refunded'
  when 'expire' then 'expired'
  when 'void' then case ${REASON}
    when '${REVERSED}' then case when l.purchased then 'reversed' else 'voided' end
    -- What fell back into a lot that was paid out is owed to nobody.
    when '${CASHED_OUT}' then case when m.reason is null then 'voided' else 'cashed_out' end
    when '${CLOSED}' then case when exists (
      select from drawdown.settlements s where s.account = m.account and s.no = m.no and s.kind = 'lot' and s.way = 'payable')
      then 'cashed_out' else 'voided' end
    else 'voided' end
  when 'adjust' then case when m.debt < 0 then 'used' else 'adjusted' end
  when 'transfer' then 'transferred'
end`;

/**
 * Every move from $1 on that changes what is left, and once for each lot what its moves have in common. The detail of
 * a void is the engine's own, so it can be read.
 */
const MOVED = `moved as materialized (
  select e.account, e.seq, e.at, e.type, e.debt, e.moves[i] as no, e.moves[i + 1] as change,
         case when e.type = 'void' then e.detail->>'reason' end as reason
    from drawdown.entries e cross join lateral generate_series(1, cardinality(e.moves), 3) as i
   where e.at >= $1 and e.account >= $4 and e.account < $5 and e.moves[i + 1] <> 0
), lots as materialized (
  select g.account, g.no, g.class, g.currency, ${CHANNEL} as channel, coalesce(g.cost_minor, 0) as cost_minor,
         g.amount, g.remaining, ${REINSTATED} as reinstated, g.source_type = 'purchase' as purchased,
         ${STARTED_AT} as started_at
    from (select distinct account, no from moved) m
    join drawdown.grants g on g.account = m.account and g.no = m.no
   where $3::text is null or g.class = $3
)`;

/** What is left after a move is what is left now, without what came later. */
const AFTER = `l.remaining - coalesce(sum(m.change) over (partition by m.account, m.no order by m.seq
  rows between 1 following and unbounded following), 0)::int8`;

type Params = [from: number, bounds: Buffer, wanted: string | null, first: number, end: number];

interface FlowRow {
  paid: boolean;
  class: string;
  currency: string | null;
  channel: string | null;
  column: Column | null;
  period: number;
  credits: string;
  money: string | null;
}

/** `at`: the instant by which a move belongs to a period. */
const flowsBy = (name: string, at: string): Statement<Params, FlowRow> =>
  statement(
    name,
    `with ${MOVED}, free as (
       select l.class, l.currency, l.channel, false as paid, ${COLUMN} as "column", width_bucket(${at}, $2::int8[]) as period,
              m.change, 0::numeric as money
         from moved m join lots l on l.account = m.account and l.no = m.no
        where l.cost_minor = 0
     ), placed as (
       select l.class, l.currency, l.channel, l.cost_minor, l.amount, ${COLUMN} as "column",
              width_bucket(${at}, $2::int8[]) as period, m.change, ${AFTER} as left_after
         from moved m join lots l on l.account = m.account and l.no = m.no
        where l.cost_minor > 0
     ), paid as (
       select class, currency, channel, true as paid, "column", period, change,
              ${worth('m', 'left_after')} - ${worth('m', '(left_after - change)')} as money
         from placed m
     )
     select class, currency, channel, paid, "column", period, sum(change)::text as credits, sum(money)::text as money
       from (select * from free union all select * from paid) as flows
      group by class, currency, channel, paid, "column", period`,
  );

const BY_TIME = flowsBy('flows_by_time', 'm.at');
const BY_START = flowsBy('flows_by_start', 'l.started_at');

const STOCK = statement<
  [wanted: string | null],
  { class: string; currency: string | null; channel: string | null; credits: string; money: string | null }
>(
  'stock',
  `select g.class, g.currency, ${CHANNEL} as channel, sum(g.remaining)::text as credits,
          sum(${worth('g', 'g.remaining')})::text as money
     from drawdown.grants g
    where not g.finished and g.remaining > 0 and ($1::text is null or g.class = $1)
    group by 1, 2, 3`,
);

/**
 * What moved at or after the first of `bounds`. `by: 'time'`: in which period it moved. `by: 'start'`: in which period
 * the lot began that it moved; 0 stands for before the first bound then and is left out.
 */
export async function flowsSince(
  on: Connection,
  bounds: readonly number[],
  { by, wanted, stretches }: FlowsAsked,
): Promise<Flow[]> {
  const asked = by === 'time' ? BY_TIME : BY_START;
  const flows = new Map<string, Flow>();
  for (const { from, to } of stretches) {
    const { rows } = await on.query(asked, [bounds[0] as number, int8Array([...bounds]), wanted, from, to]);
    added(flows, rows.filter(({ period }) => period > 0).map(flowOf), SUMS);
  }
  return [...flows.values()];
}

interface FlowsAsked {
  readonly by: 'time' | 'start';
  readonly wanted: string | null;
  /** All accounts. */
  readonly stretches: readonly Stretch[];
}

const SUMS = {
  key: (one: Flow) =>
    JSON.stringify([one.class, one.currency, one.channel, one.paid, one.column, one.period]),
  add: (one: Flow, other: Flow): Flow => ({
    ...one,
    credits: one.credits + other.credits,
    money: one.money + other.money,
  }),
};

function flowOf({ column, period, credits, money, ...holder }: FlowRow): Flow {
  // Zero would be a lie: a report with a change that has no place in it is wrong.
  if (column === null) throw new Error(`a change of lots of ${holder.class} has no column`);
  return { ...holder, column, period: period - 1, credits: BigInt(credits), money: BigInt(money ?? '0') };
}

/** What is left in all lots now. */
export async function stockNow(on: Connection, wanted: string | null): Promise<Stock[]> {
  const { rows } = await on.query(STOCK, [wanted]);
  return rows.map(({ credits, money, ...holder }) => ({
    ...holder,
    credits: BigInt(credits),
    money: BigInt(money ?? '0'),
  }));
}
