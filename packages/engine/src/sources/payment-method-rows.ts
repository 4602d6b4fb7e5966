/** How accounts pay while nobody is there, and what is to be forgotten of that at the providers. */
import { bucketOf } from '../core/id.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { ProviderId, SavedMethod } from './provider.ts';

/** A way to pay that its provider still keeps. */
export interface Forgotten extends Omit<SavedMethod, 'label'> {
  readonly account: number;
  readonly tries: number;
}

interface MethodRow {
  provider: string;
  customer: string;
  method: string;
  label: string;
}

interface ForgottenRow extends Omit<MethodRow, 'label'> {
  account: bigint;
  tries: number;
}

const METHOD = statement<[number], MethodRow>(
  'payment_method',
  'select provider, customer, method, label from drawdown.payment_methods where account = $1',
);
const PUT_METHOD = statement<readonly unknown[], unknown>(
  'payment_method_put',
  `insert into drawdown.payment_methods (account, provider, customer, method, label, saved_at, bucket)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (account, bucket) do update set provider = excluded.provider, customer = excluded.customer,
     method = excluded.method, label = excluded.label, saved_at = excluded.saved_at`,
);
const CLOSING = statement<[number], { until: bigint | null }>(
  'payment_method_closing',
  'select closing_until as until from drawdown.payment_methods where account = $1',
);
const MARK_CLOSING = statement<readonly unknown[], unknown>(
  'payment_method_mark_closing',
  'update drawdown.payment_methods set closing_until = $2 where account = $1',
);
const DROP_METHOD = statement<readonly unknown[], unknown>(
  'payment_method_drop',
  'delete from drawdown.payment_methods where account = $1',
);
const FORGET = statement<readonly unknown[], unknown>(
  'forgotten_method',
  `insert into drawdown.forgotten_methods (account, provider, customer, method, due_at, bucket)
   values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
);
/** Not while a charge by it is out: its provider would refuse to say what became of that. */
const CLAIM_FORGOTTEN = statement<[number, number, number], ForgottenRow>(
  'forgotten_methods_claim',
  `update drawdown.forgotten_methods f set due_at = $2, tries = f.tries + 1
     from (select account, provider, method from drawdown.forgotten_methods d
            where due_at <= $1 and not exists (select from drawdown.top_ups o where o.account = d.account
              and o.method = d.method and o.state in ('pending', 'sent'))
            order by due_at limit $3 for update skip locked) due
    where f.account = due.account and f.provider = due.provider and f.method = due.method
   returning f.account, f.provider, f.customer, f.method, f.tries`,
);
const FORGOTTEN_OF = statement<[number], ForgottenRow>(
  'forgotten_methods',
  'select account, provider, customer, method, tries from drawdown.forgotten_methods where account = $1',
);
const DROP_FORGOTTEN = statement<[number, string, string], never>(
  'forgotten_method_drop',
  'delete from drawdown.forgotten_methods where account = $1 and provider = $2 and method = $3',
);
const FORGET_LATER = statement<[number, string, string, number], never>(
  'forgotten_method_later',
  'update drawdown.forgotten_methods set due_at = $4 where account = $1 and provider = $2 and method = $3',
);

type Reader = Pick<Connection, 'query'> | Pick<Database, 'query'>;

export async function paymentMethod(on: Reader, account: number): Promise<SavedMethod | null> {
  const { rows } = await on.query(METHOD, [account]);
  return rows[0] === undefined ? null : { ...rows[0], provider: rows[0].provider as ProviderId };
}

/** Keeps how an account pays from now on; what it paid with before is forgotten. None where none was left. */
export async function keepMethod(
  on: Reader,
  account: number,
  { saved, now }: { saved: SavedMethod | undefined; now: number },
): Promise<Write[]> {
  if (saved === undefined) return [];
  const { provider, customer, method, label } = saved;
  const before = await paymentMethod(on, account);
  const isOther = before !== null && (before.provider !== provider || before.method !== method);
  const params = [account, provider, customer, method, label, now, bucketOf(account)];
  return [...(isOther ? [forgetWrite(account, before, now)] : []), { statement: PUT_METHOD, params }];
}

/** Whether a closing of the account pays back what was bought, or may still do so. */
export async function isClosing(on: Reader, account: number, now: number): Promise<boolean> {
  const { rows } = await on.query(CLOSING, [account]);
  return Number(rows[0]?.until ?? 0) > now;
}

export const closingWrite = (account: number, until: number): Write => ({
  statement: MARK_CLOSING,
  params: [account, until],
});

export const dropMethod = (account: number): Write => ({ statement: DROP_METHOD, params: [account] });

export const forgetWrite = (account: number, one: SavedMethod, now: number): Write => ({
  statement: FORGET,
  params: [account, one.provider, one.customer, one.method, now, bucketOf(account)],
});

/** Whoever gets a row asks its provider; others may once `until` is over. */
export async function claimForgotten(
  on: Reader,
  { now, until, limit }: { now: number; until: number; limit: number },
): Promise<Forgotten[]> {
  const { rows } = await on.query(CLAIM_FORGOTTEN, [now, until, limit]);
  return rows.map(forgottenOfRow);
}

export async function forgottenOf(on: Reader, account: number): Promise<Forgotten[]> {
  return (await on.query(FORGOTTEN_OF, [account])).rows.map(forgottenOfRow);
}

const forgottenOfRow = (row: ForgottenRow): Forgotten => ({
  ...row,
  account: Number(row.account),
  provider: row.provider as ProviderId,
  tries: Number(row.tries),
});

export async function dropForgotten(on: Reader, { account, provider, method }: Forgotten): Promise<void> {
  await on.query(DROP_FORGOTTEN, [account, provider, method]);
}

export async function postponeForgotten(on: Reader, one: Forgotten, until: number): Promise<void> {
  await on.query(FORGET_LATER, [one.account, one.provider, one.method, until]);
}
