import { bucketOf } from '../core/id.ts';
import { int8Array } from '../store/binary.ts';
import { type Connection, type Database, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { ProviderId } from './provider.ts';

/** Why automatic top-ups stopped until their owner switches them on again. */
export type StopReason =
  | 'declined'
  | 'authentication_required'
  | 'abnormal_use'
  | 'payment_method_removed'
  | 'pack_unavailable'
  /** Its price was raised above the month's cap. */
  | 'pack_above_cap'
  /** Money that they had charged, or any of the account, was given back or is disputed. */
  | 'payment_reversed'
  /** Whoever agreed to them for a team has closed their account. */
  | 'consent_withdrawn'
  | 'charge_differs'
  | 'not_taken'
  | 'account_closed';

export interface TopUpConsent {
  readonly off_session: true;
  readonly at: number;
  readonly actor: string;
}

/** What an account agreed to. Atoms, minor units, epoch milliseconds. */
export interface AutoTopUp {
  readonly account: number;
  readonly threshold: bigint;
  readonly pack: string;
  readonly capMinor: number;
  readonly currency: string;
  readonly consent: TopUpConsent;
  readonly state: 'on' | 'stopped';
  readonly reason: StopReason | null;
  readonly cappedUntil: number | null;
  readonly updatedAt: number;
}

export type TopUpState = 'pending' | 'sent' | 'completed' | 'failed' | 'canceled';

/** One charge; its number is its purchase's. */
export interface TopUp {
  readonly account: number;
  readonly no: number;
  readonly packs: number;
  readonly priceMinor: number;
  readonly currency: string;
  readonly provider: ProviderId;
  readonly customer: string;
  readonly method: string;
  readonly state: TopUpState;
  readonly reason: string | null;
  readonly tries: number;
  readonly createdAt: number;
}

interface SetupRow {
  account: bigint;
  threshold: bigint;
  pack: string;
  cap_minor: bigint;
  currency: string;
  consent: string;
  state: 'on' | 'stopped';
  reason: StopReason | null;
  capped_until: bigint | null;
  updated_at: bigint;
}

interface ChargeRow {
  account: bigint;
  no: bigint;
  packs: number;
  price_minor: bigint;
  currency: string;
  provider: string;
  customer: string;
  method: string;
  state: TopUpState;
  reason: string | null;
  tries: number;
  created_at: bigint;
}

const CHARGE =
  'account, no, packs, price_minor, currency, provider, customer, method, state, reason, tries, created_at';

const SETUP = statement<[number], SetupRow>(
  'auto_top_up',
  `select account, threshold, pack, cap_minor, currency, consent, state, reason, capped_until, updated_at
     from drawdown.auto_top_ups where account = $1`,
);
const PUT_SETUP = statement<readonly unknown[], unknown>(
  'auto_top_up_put',
  `insert into drawdown.auto_top_ups
     (account, threshold, pack, cap_minor, currency, consent, state, reason, capped_until, updated_at, bucket, look_at)
   values ($1, $2, $3, $4, $5, $6::json, $7, $8, $9::int8, $10::int8, $11, coalesce($9::int8, $10::int8))
   on conflict (account, bucket) do update set threshold = excluded.threshold, pack = excluded.pack,
     cap_minor = excluded.cap_minor, currency = excluded.currency, consent = excluded.consent, state = excluded.state,
     reason = excluded.reason, capped_until = excluded.capped_until, updated_at = excluded.updated_at,
     look_at = excluded.look_at`,
);
const DROP_SETUP = statement<readonly unknown[], unknown>(
  'auto_top_up_drop',
  'delete from drawdown.auto_top_ups where account = $1',
);
const STOP = statement<readonly unknown[], unknown>(
  'auto_top_up_stop',
  `update drawdown.auto_top_ups set state = 'stopped', reason = $2, updated_at = $3
    where account = $1 and state = 'on'`,
);
const OPEN = statement<[number], ChargeRow>(
  'top_up_open',
  `select ${CHARGE} from drawdown.top_ups where account = $1 and state in ('pending', 'sent')`,
);
const NEWEST = statement<[number, number], ChargeRow>(
  'top_ups_newest',
  `select ${CHARGE} from drawdown.top_ups where account = $1 order by no desc limit $2`,
);
const SUMS = statement<[number, number, number, string], { spent: bigint; recent: bigint }>(
  'top_up_sums',
  `select coalesce(sum(price_minor) filter (where created_at >= $2 and currency = $4), 0)::int8 as spent,
          count(*) filter (where created_at > $3) as recent
     from drawdown.top_ups where account = $1 and state in ('pending', 'sent', 'completed')`,
);
const INSERT = statement<readonly unknown[], unknown>(
  'top_up_insert',
  `insert into drawdown.top_ups
     (account, no, packs, price_minor, currency, provider, customer, method, state, due_at, created_at, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $9, $10)`,
);
/** Whoever gets the row sends it; others may once the lease is over. */
const SEND = statement<[number, number, number, number], ChargeRow>(
  'top_up_send',
  `update drawdown.top_ups set state = 'sent', tries = tries + 1, due_at = $4
    where account = $1 and no = $2 and state in ('pending', 'sent') and due_at <= $3 returning ${CHARGE}`,
);
const END = statement<readonly unknown[], unknown>(
  'top_up_end',
  `update drawdown.top_ups set state = $3, reason = $4 where account = $1 and no = $2 and state in ('pending', 'sent')`,
);
const CANCEL = statement<[number, number], { no: bigint }>(
  'top_up_cancel',
  `update drawdown.top_ups set state = 'canceled' where account = $1 and no = $2 and state = 'pending' returning no`,
);
const LATER = statement<[number, number, number], never>(
  'top_up_later',
  `update drawdown.top_ups set due_at = $3 where account = $1 and no = $2 and state = 'sent'`,
);
/** What was agreed, held against what is there: the truth, whatever was hinted at. */
const IS_LOW = `(t.capped_until is null or t.capped_until <= $1)
   and coalesce((select sum(g.remaining - g.held) from drawdown.grants g where g.account = t.account
     and not g.finished and not g.frozen and (g.expires_at is null or g.expires_at > $1)), 0)
     - (select a.debt from drawdown.accounts a where a.number = t.account) < t.threshold
   and not exists (select from drawdown.top_ups o where o.account = t.account and o.state in ('pending', 'sent'))`;
/**
 * Accounts whose turn it is, longest first, and when each is looked at again: `low` where it is to be topped up now, so that
 * it is found again soon by whoever is left, should this process die before it is; else later, or when its month is over.
 * Servers take turns, since a row that one of them has is none of the others'.
 */
export const LOOK = statement<[number, number, number, number], { account: bigint; low: boolean }>(
  'auto_top_ups_look',
  `update drawdown.auto_top_ups t
      set look_at = case when ${IS_LOW} then $2::int8
                    else least($3::int8, case when t.capped_until > $1 then t.capped_until end) end
    where t.account = any (array(select account from drawdown.auto_top_ups where state = 'on' and look_at <= $1::int8
            order by look_at limit $4 for update skip locked))
   returning t.account, t.look_at = $2 as low`,
);
const LOW_OF = statement<[number, Buffer], { account: bigint }>(
  'auto_top_ups_low_of',
  `select t.account from drawdown.auto_top_ups t
    where t.state = 'on' and t.account = any ($2::int8[]) and ${IS_LOW}`,
);
const DUE = statement<[number, number, string], { account: bigint }>(
  'top_ups_due',
  `select account from drawdown.top_ups where state in ('pending', 'sent') and due_at <= $1
      and provider <> all (string_to_array($3, ',')) order by due_at limit $2`,
);
const ANY = statement<[], { some: boolean }>(
  'auto_top_ups_any',
  `select exists (select from drawdown.auto_top_ups where state = 'on') as some`,
);

type Reader = Pick<Connection, 'query'> | Pick<Database, 'query'>;

export async function autoTopUp(on: Reader, account: number): Promise<AutoTopUp | null> {
  const { rows } = await on.query(SETUP, [account]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    account,
    threshold: row.threshold,
    pack: row.pack,
    capMinor: Number(row.cap_minor),
    currency: row.currency,
    consent: JSON.parse(row.consent) as TopUpConsent,
    state: row.state,
    reason: row.reason,
    cappedUntil: row.capped_until === null ? null : Number(row.capped_until),
    updatedAt: Number(row.updated_at),
  };
}

export async function openTopUp(on: Reader, account: number): Promise<TopUp | null> {
  const { rows } = await on.query(OPEN, [account]);
  return rows[0] === undefined ? null : topUpOf(rows[0]);
}

export async function newestTopUps(on: Reader, account: number, limit: number): Promise<TopUp[]> {
  return (await on.query(NEWEST, [account, limit])).rows.map(topUpOf);
}

/** What was charged or is about to be, since the month began; and how often since a moment. */
export async function topUpSums(
  on: Reader,
  account: number,
  about: { monthStart: number; since: number; currency: string },
): Promise<{ spent: number; recent: number }> {
  const { rows } = await on.query(SUMS, [account, about.monthStart, about.since, about.currency]);
  return { spent: Number(rows[0]?.spent ?? 0), recent: Number(rows[0]?.recent ?? 0) };
}

export async function claimTopUp(
  on: Reader,
  { account, no }: Pick<TopUp, 'account' | 'no'>,
  { now, until }: { now: number; until: number },
): Promise<TopUp | null> {
  const { rows } = await on.query(SEND, [account, no, now, until]);
  return rows[0] === undefined ? null : topUpOf(rows[0]);
}

/** False where it was sent meanwhile. */
export async function cancelUnsent(on: Reader, { account, no }: TopUp): Promise<boolean> {
  return (await on.query(CANCEL, [account, no])).rows.length > 0;
}

export async function postpone(on: Reader, { account, no }: TopUp, until: number): Promise<void> {
  await on.query(LATER, [account, no, until]);
}

export async function anySetUp(on: Reader): Promise<boolean> {
  return (await on.query(ANY, [])).rows[0]?.some === true;
}

/** Those of a few accounts that are below what was agreed. */
export async function lowAmong(on: Reader, now: number, among: readonly number[]): Promise<number[]> {
  return (await on.query(LOW_OF, [now, int8Array(among)])).rows.map(({ account }) => Number(account));
}

/** Those that are low of the next `limit` accounts whose turn it is. */
export async function lowInTurn(
  on: Reader,
  { now, soon, later, limit }: { now: number; soon: number; later: number; limit: number },
): Promise<{ low: number[] }> {
  const { rows } = await on.query(LOOK, [now, soon, later, limit]);
  const low = rows.filter((row) => row.low).map(({ account }) => Number(account));
  return { low };
}

/** Of charges that are due, longest first, but for those of some providers. */
export async function dueAccounts(
  on: Reader,
  { now, limit, but }: { now: number; limit: number; but: readonly ProviderId[] },
): Promise<number[]> {
  return (await on.query(DUE, [now, limit, but.join(',')])).rows.map(({ account }) => Number(account));
}

export function setupWrite(one: AutoTopUp): Write {
  return {
    statement: PUT_SETUP,
    params: [
      one.account,
      one.threshold,
      one.pack,
      one.capMinor,
      one.currency,
      JSON.stringify(one.consent),
      one.state,
      one.reason,
      one.cappedUntil,
      one.updatedAt,
      bucketOf(one.account),
    ],
  };
}

export const dropSetup = (account: number): Write => ({ statement: DROP_SETUP, params: [account] });

export const stopWrite = (account: number, reason: StopReason, now: number): Write => ({
  statement: STOP,
  params: [account, reason, now],
});

export const topUpInsertion = (one: TopUp): Write => ({
  statement: INSERT,
  params: [
    one.account,
    one.no,
    one.packs,
    one.priceMinor,
    one.currency,
    one.provider,
    one.customer,
    one.method,
    one.createdAt,
    bucketOf(one.account),
  ],
});

export const endWrite = (
  { account, no }: Pick<TopUp, 'account' | 'no'>,
  state: Extract<TopUpState, 'completed' | 'failed' | 'canceled'>,
  reason: string | null,
): Write => ({ statement: END, params: [account, no, state, reason] });

function topUpOf(row: ChargeRow): TopUp {
  return {
    account: Number(row.account),
    no: Number(row.no),
    packs: Number(row.packs),
    priceMinor: Number(row.price_minor),
    currency: row.currency,
    provider: row.provider as ProviderId,
    customer: row.customer,
    method: row.method,
    state: row.state,
    reason: row.reason,
    tries: Number(row.tries),
    createdAt: Number(row.created_at),
  };
}
