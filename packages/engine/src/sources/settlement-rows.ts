import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { Purchase } from './purchase-rows.ts';
import { outcomeOf } from './purchase-state.ts';

/** What the paid credits of a lot were worth when it was paid out, or their account closed. Credits are atoms, money minor units. */
export interface Settlement {
  readonly account: number;
  /** The lot; of what was paid after the closing, the purchase. */
  readonly no: number;
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
  no: bigint;
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
  'account, no, purchase, credits, amount_minor, currency, way, back_minor, created_at, ordinal, seq, paid_at, ' +
  'paid_by, paid_minor, reference';

const INSERT = statement<readonly unknown[], unknown>(
  'settlement_insert',
  `insert into drawdown.settlements (account, no, purchase, credits, amount_minor, currency, way, back_minor,
     created_at, bucket, seq) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
const ALL = statement<[number], Row>(
  'settlements',
  `select ${COLUMNS} from drawdown.settlements where account = $1 order by no`,
);
const PAYABLE = statement<[number, number], Row>(
  'settlements_payable',
  `select ${COLUMNS} from drawdown.settlements
    where ordinal > $1 and way = 'payable' and paid_at is null order by ordinal limit $2`,
);
const PAID = statement<[number, number, number, string, number, string], never>(
  'settlement_paid',
  `update drawdown.settlements set paid_at = $3, paid_by = $4, paid_minor = $5, reference = $6
   where account = $1 and no = $2 and paid_at is null`,
);

export function settlementWrite(one: Omit<Settlement, 'paid' | 'ordinal'>): Write {
  const { account, no, purchase, credits, amountMinor, currency, way, backMinor, createdAt, seq } = one;
  const bucket = bucketOf(account);
  return {
    statement: INSERT,
    params: [account, no, purchase, credits, amountMinor, currency, way, backMinor, createdAt, bucket, seq],
  };
}

export async function settlementsOf(
  on: Pick<Connection | Database, 'query'>,
  account: number,
): Promise<Settlement[]> {
  const { rows } = await on.query(ALL, [account]);
  return rows.map(settlementOf);
}

/** Of all accounts, in the order in which they came to be, from behind one on: what is not marked as paid. */
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
  no: Number(row.no),
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

export async function markPaid(
  on: Connection,
  { account, no }: Settlement,
  paid: NonNullable<Settlement['paid']>,
): Promise<void> {
  await on.query(PAID, [account, no, paid.at, paid.by, paid.minor, paid.reference]);
}

/** Money that arrived when its account was closed already: no credits are given for it, so all of it is payable. */
export function paidTooLate(before: Purchase, after: Purchase): Write[] {
  const { paid } = outcomeOf(after.facts);
  if (before.paidAt !== null || after.paidAt === null || paid === null) return [];
  return [
    settlementWrite({
      account: after.account,
      no: after.no,
      purchase: after.no,
      credits: 0n,
      amountMinor: paid.net,
      currency: paid.currency,
      way: 'payable',
      backMinor: 0,
      createdAt: after.updatedAt,
      seq: null,
    }),
  ];
}
