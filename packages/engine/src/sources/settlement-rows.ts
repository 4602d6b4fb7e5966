import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { Purchase } from './purchase-rows.ts';
import { type Outcome, outcomeOf } from './purchase-state.ts';

/**
 * Money that is owed back: what the paid credits of a lot were worth when it was paid out or its account closed; what was
 * paid too late to come to credits; what was paid for a purchase a second time. Credits are atoms, money minor units.
 */
export interface Settlement {
  readonly account: number;
  readonly kind: 'lot' | 'late' | 'double';
  /** The lot, or the purchase. */
  readonly no: number;
  /** Of a second payment, its name at the provider; else empty. */
  readonly payment: string;
  /** The number of the purchase that the lot is of; null: of none. */
  readonly purchase: number | null;
  readonly credits: bigint;
  readonly amountMinor: number;
  readonly currency: string;
  readonly way: 'payable' | 'forfeited';
  /** What had been paid back of the purchase by then. */
  readonly backMinor: number;
  readonly createdAt: number;
  /** The first entry of the payout that it is of; null: of a closing. */
  readonly seq: number | null;
  /** Its place among all of them. */
  readonly ordinal: number;
  readonly paid: {
    readonly at: number;
    readonly by: string;
    readonly minor: number;
    readonly reference: string;
  } | null;
}

interface Row {
  account: bigint;
  kind: Settlement['kind'];
  no: bigint;
  payment: string;
  purchase: bigint | null;
  credits: bigint;
  amount_minor: bigint;
  currency: string;
  way: 'payable' | 'forfeited';
  back_minor: bigint;
  created_at: bigint;
  ordinal: bigint;
  seq: bigint | null;
  paid_at: bigint | null;
  paid_by: string | null;
  paid_minor: bigint | null;
  reference: string | null;
}

const COLUMNS =
  's.account, kind, s.no, s.payment, purchase, s.credits, amount_minor, s.currency, way, back_minor, s.created_at, ' +
  'ordinal, seq, s.paid_at, paid_by, paid_minor, reference';

const INSERT = statement<readonly unknown[], unknown>(
  'settlement_insert',
  `insert into drawdown.settlements (account, no, purchase, credits, amount_minor, currency, way, back_minor,
     created_at, bucket, seq, kind, payment) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   on conflict (account, kind, no, payment, bucket) do nothing`,
);
/** As the provider tells it: what one of the staff said before it did is put right, until somebody paid it. */
const PUT_LATE = statement<readonly unknown[], unknown>(
  'settlement_put_late',
  `insert into drawdown.settlements (account, no, purchase, credits, amount_minor, currency, way, back_minor,
     created_at, bucket, seq, kind, payment) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   on conflict (account, kind, no, payment, bucket) do update set amount_minor = excluded.amount_minor,
     currency = excluded.currency where settlements.paid_at is null`,
);
const ALL = statement<[number], Row>(
  'settlements',
  `select ${COLUMNS} from drawdown.settlements s where account = $1 order by no, kind, payment`,
);
const PAYABLE = statement<[number, number], Row>(
  'settlements_payable',
  `select ${COLUMNS} from drawdown.settlements s
    where ordinal > $1 and way = 'payable' and (paid_at is null or paid_minor < amount_minor)
    order by ordinal limit $2`,
);
/** Wherever the purchase was then: merges take it along, and leave what was settled behind. */
const OF_PURCHASE = statement<[number, number], Row>(
  'settlements_of_purchase',
  `with recursive places (account, no) as (
     select $1::int8, $2::int8
     union all
     select p.account, p.no from drawdown.purchases p join places on p.moved_to = places.account and p.moved_no = places.no
   )
   select ${COLUMNS} from drawdown.settlements s
     join places on s.account = places.account and s.purchase = places.no order by ordinal`,
);
/** References of what was paid in parts. */
const BETWEEN = '; ';
const PAID = statement<[number, string, number, string, number, string, number, string], never>(
  'settlement_paid',
  `update drawdown.settlements set paid_at = $5, paid_by = $6, paid_minor = coalesce(paid_minor, 0) + $7,
     reference = coalesce(reference || '${BETWEEN}', '') || $8
   where account = $1 and kind = $2 and no = $3 and payment = $4`,
);

/** Written once, whatever brings it about again. */
export function settlementWrite(one: Omit<Settlement, 'paid' | 'ordinal'>): Write {
  const { account, no, purchase, credits, amountMinor, currency, way, backMinor, createdAt, seq } = one;
  const bucket = bucketOf(account);
  const money = [amountMinor, currency, way, backMinor];
  return {
    statement: INSERT,
    params: [account, no, purchase, credits, ...money, createdAt, bucket, seq, one.kind, one.payment],
  };
}

/** All that was ever settled of a purchase, oldest first; `account` and `no` say where it is now. */
export async function settlementsOfPurchase(
  on: Pick<Connection | Database, 'query'>,
  { account, no }: Pick<Purchase, 'account' | 'no'>,
): Promise<Settlement[]> {
  const { rows } = await on.query(OF_PURCHASE, [account, no]);
  return rows.map(settlementOf);
}

export async function settlementsOf(
  on: Pick<Connection | Database, 'query'>,
  account: number,
): Promise<Settlement[]> {
  const { rows } = await on.query(ALL, [account]);
  return rows.map(settlementOf);
}

/** Of all accounts, in the order in which they came to be, from behind one on: what is not marked as paid to its full amount. */
export async function payablesAfter(
  on: Pick<Connection | Database, 'query'>,
  ordinal: number,
  limit: number,
): Promise<Settlement[]> {
  const { rows } = await on.query(PAYABLE, [ordinal, limit]);
  return rows.map(settlementOf);
}

const settlementOf = (row: Row): Settlement => ({
  account: Number(row.account),
  kind: row.kind,
  no: Number(row.no),
  payment: row.payment,
  purchase: row.purchase === null ? null : Number(row.purchase),
  credits: row.credits,
  amountMinor: Number(row.amount_minor),
  currency: row.currency,
  way: row.way,
  backMinor: Number(row.back_minor),
  createdAt: Number(row.created_at),
  ordinal: Number(row.ordinal),
  seq: row.seq === null ? null : Number(row.seq),
  paid:
    row.paid_at === null
      ? null
      : {
          at: Number(row.paid_at),
          by: row.paid_by as string,
          minor: Number(row.paid_minor),
          reference: row.reference as string,
        },
});

/** Whether that is what was said when it was paid, or a part of it. */
export const isSaid = ({ paid }: Settlement, reference: string): boolean =>
  paid !== null && `${BETWEEN}${paid.reference}${BETWEEN}`.includes(`${BETWEEN}${reference}${BETWEEN}`);

/** So much more of it, than was paid before. */
export async function markPaid(
  on: Connection,
  { account, kind, no, payment }: Settlement,
  paid: NonNullable<Settlement['paid']>,
): Promise<void> {
  const { at, by, minor, reference } = paid;
  await on.query(PAID, [account, kind, no, payment, at, by, minor, reference]);
}

/** What no credits are given for is owed back as a whole: a payment of an account that had ended, or of nothing. */
export function settlementOfLate({ account, no, facts, updatedAt }: Purchase): Write[] {
  const { paid } = outcomeOf(facts);
  if (paid === null) return [];
  const money = { amountMinor: paid.gross, currency: paid.currency, way: 'payable', backMinor: 0 } as const;
  const about = { account, kind: 'late', no, payment: '', purchase: no, credits: 0n } as const;
  return [settlementWrite({ ...about, ...money, createdAt: updatedAt, seq: null })];
}

/** As much, of a purchase that gives nothing. */
export const lateAsTold = (purchase: Purchase): Write[] =>
  settlementOfLate(purchase).map(({ params }) => ({ statement: PUT_LATE, params }));

/** Money that arrived when its account was closed already. */
export const paidTooLate = (before: Purchase, after: Purchase): Write[] =>
  before.paidAt !== null || after.paidAt === null ? [] : settlementOfLate(after);

/** Whoever paid for the same again is owed that, tax and all: there is nothing that it was for. */
export function paidAgain({ account, no, facts, updatedAt }: Purchase): Write[] {
  return outcomeOf(facts).again.map(({ paid }) =>
    settlementWrite({
      account,
      kind: 'double',
      no,
      payment: paid.payment,
      purchase: no,
      credits: 0n,
      amountMinor: paid.gross,
      currency: paid.currency,
      way: 'payable',
      backMinor: 0,
      createdAt: updatedAt,
      seq: null,
    }),
  );
}

/**
 * How much of what was settled the payer has had from the provider since: of a lot, which is settled without tax, its share of
 * what came back. Each minor unit that came back lowers one
 * settlement only: the oldest that was there by then and was not paid yet. What failed to come back after all lowers none.
 */
export function loweredBy(
  all: readonly Settlement[],
  { back, paid }: Pick<Outcome, 'back' | 'paid'>,
): Map<Settlement, number> {
  let from = 0;
  const lowered = new Map<Settlement, number>();
  for (const one of all) {
    if (one.kind === 'double' || one.way !== 'payable') continue;
    from = Math.max(from, one.backMinor);
    const isNet = one.kind === 'lot' && paid !== null && paid.gross > paid.net;
    const came = isNet ? Math.floor(((back - from) * paid.net) / paid.gross) : back - from;
    const minor = Math.max(0, Math.min(one.amountMinor - (one.paid?.minor ?? 0), came));
    from += isNet ? Math.ceil((minor * paid.gross) / paid.net) : minor;
    lowered.set(one, minor);
  }
  return lowered;
}
