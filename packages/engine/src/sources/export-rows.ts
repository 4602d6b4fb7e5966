/** Lines of an export that are rows of the account's own as they stand. */
import { formatInstant } from '../core/calendar.ts';
import { grantId, purchaseId, requestId, subscriptionId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import { type Database, type Statement, statement } from '../store/database.ts';

/** Whose export it is, and how it is written. */
export interface Of {
  readonly number: number;
  readonly id: string;
  readonly presenter: Presenter;
}

/** Rows in memory at a time, however much there is. */
export const PAGE = 500;

type Section = (on: Pick<Database, 'query'>, of: Of) => AsyncGenerator<object, void, undefined>;

/** Pages of rows in the order of their numbers, to the last. */
export async function* everyRow<Row extends { no: bigint }>(
  page: (after: number) => Promise<{ rows: Row[] }>,
): AsyncGenerator<Row, void, undefined> {
  for (let after = -1; ; ) {
    const { rows } = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = Number(last.no);
  }
}

function paged<Row extends { no: bigint }>(
  rows: Statement<[number, number, number], Row>,
  line: (row: Row, of: Of) => object,
): Section {
  return async function* (on, of) {
    for await (const row of everyRow((after) => on.query(rows, [of.number, after, PAGE])))
      yield line(row, of);
  };
}

/** Of what an account has few of. */
function listed<Key extends number | string, Row>(
  rows: Statement<[Key], Row>,
  { key, line }: { key: (of: Of) => Key; line: (row: Row, of: Of) => object },
): Section {
  return async function* (on, of) {
    for (const row of (await on.query(rows, [key(of)])).rows) yield line(row, of);
  };
}

const byNumber = ({ number }: Of): number => number;
const byId = ({ id }: Of): string => id;
const time = (at: bigint): string => formatInstant(Number(at));
const timeOr = (at: bigint | null): string | null => (at === null ? null : time(at));

interface MergeLine {
  account: string;
  into: string;
  reason: string;
  actor: string;
  created_at: bigint;
  delivered_at: bigint | null;
}

/** What somebody agreed to, with when. */
function agreedTo(consent: string): object {
  const { at, ...agreed } = JSON.parse(consent) as { at: number };
  return { ...agreed, at: formatInstant(at) };
}

/** By the type of their lines, in this order. */
export const ROW_SECTIONS: Readonly<Record<string, Section>> = {
  plan_checkout: paged(
    statement<
      [number, number, number],
      {
        no: bigint;
        provider: string;
        state: string;
        plan: string;
        trial: boolean;
        jurisdiction: string | null;
        law: string | null;
        consent: string | null;
        created_at: bigint;
      }
    >(
      'export_plan_checkouts',
      `select no, provider, state, offer ->> 'plan' as plan, trial is not null as trial, jurisdiction, law, consent, created_at
         from drawdown.plan_checkouts where account = $1 and no > $2 order by no limit $3`,
    ),
    ({ no, created_at, law, consent, ...row }, { number }) => ({
      subscription: subscriptionId(number, Number(no)),
      ...row,
      policy: law === null ? null : JSON.parse(law),
      consent: consent && agreedTo(consent),
      created_at: time(created_at),
    }),
  ),
  plan_change: paged(
    statement<
      [number, number, number],
      { no: bigint; subscription: bigint; plan: string; begins: string; state: string; created_at: bigint }
    >(
      'export_plan_changes',
      `select no, subscription, offer ->> 'plan' as plan, begins, state, created_at
         from drawdown.plan_changes where account = $1 and no > $2 order by no limit $3`,
    ),
    ({ no: _, subscription, created_at, ...row }, { number }) => ({
      subscription: subscriptionId(number, Number(subscription)),
      ...row,
      created_at: time(created_at),
    }),
  ),
  payment_method: listed(
    statement<
      [number],
      { provider: string; customer: string; method: string; label: string; saved_at: bigint }
    >(
      'export_payment_method',
      'select provider, customer, method, label, saved_at from drawdown.payment_methods where account = $1',
    ),
    { key: byNumber, line: ({ saved_at, ...row }) => ({ ...row, saved_at: time(saved_at) }) },
  ),
  auto_top_up: listed(
    statement<
      [number],
      {
        threshold: bigint;
        pack: string;
        cap_minor: bigint;
        currency: string;
        consent: string;
        state: string;
        reason: string | null;
        updated_at: bigint;
      }
    >(
      'export_auto_top_up',
      `select threshold, pack, cap_minor, currency, consent, state, reason, updated_at
         from drawdown.auto_top_ups where account = $1`,
    ),
    {
      key: byNumber,
      line: ({ threshold, cap_minor, currency, consent, updated_at, ...row }, { presenter }) => ({
        threshold: presenter.credits(threshold),
        monthly_cap: { amount_minor: Number(cap_minor), currency },
        ...row,
        consent: agreedTo(consent),
        updated_at: time(updated_at),
      }),
    },
  ),
  top_up: paged(
    statement<
      [number, number, number],
      {
        no: bigint;
        packs: number;
        price_minor: bigint;
        currency: string;
        provider: string;
        state: string;
        reason: string | null;
        created_at: bigint;
      }
    >(
      'export_top_ups',
      `select no, packs, price_minor, currency, provider, state, reason, created_at
         from drawdown.top_ups where account = $1 and no > $2 order by no limit $3`,
    ),
    ({ no, price_minor, currency, created_at, ...row }, { number }) => ({
      purchase: purchaseId(number, Number(no)),
      ...row,
      price: { amount_minor: Number(price_minor), currency },
      created_at: time(created_at),
    }),
  ),
  redemption: paged(
    statement<
      [number, number, number],
      {
        no: bigint;
        campaign: string;
        role: string;
        amount: bigint;
        day: string;
        at: bigint;
        grant_no: bigint;
      }
    >(
      'export_awards',
      `select no, campaign, role, amount, day, at, grant_no from drawdown.campaign_awards
        where account = $1 and no > $2 order by no limit $3`,
    ),
    ({ campaign, role, amount, day, at, grant_no }, { number, id, presenter }) => ({
      campaign,
      account: id,
      role,
      grant: grantId(number, Number(grant_no)),
      amount: presenter.credits(amount),
      day,
      at: time(at),
    }),
  ),
  referral_code: listed(
    statement<[number], { campaign: string; code: string; created_at: bigint }>(
      'export_codes',
      'select campaign, code, created_at from drawdown.referral_codes where account = $1 order by campaign',
    ),
    { key: byNumber, line: ({ created_at, ...row }) => ({ ...row, created_at: time(created_at) }) },
  ),
  // That it was invited, and when; by whom is somebody else's to tell.
  referral: listed(
    statement<[number], { campaign: string; created_at: bigint }>(
      'export_referred',
      'select campaign, created_at from drawdown.referrals where account = $1',
    ),
    { key: byNumber, line: ({ campaign, created_at }) => ({ campaign, at: time(created_at) }) },
  ),
  membership: listed(
    statement<
      [string],
      {
        team: string;
        role: string;
        limit_amount: bigint | null;
        limit_per: string | null;
        month: string;
        month_used: bigint;
        joined_at: bigint;
        left_at: bigint | null;
      }
    >(
      'export_memberships',
      `select a.id as team, m.role, m.limit_amount, m.limit_per, m.month, m.month_used, m.joined_at, m.left_at
         from drawdown.members m join drawdown.accounts a on a.number = m.account
        where m.member = $1 order by a.id`,
    ),
    {
      key: byId,
      line: ({ team, role, limit_amount, limit_per, month, month_used, ...row }, { presenter }) => ({
        team,
        role,
        limit: limit_amount && { amount: presenter.credits(limit_amount), per: limit_per },
        used: { month, amount: presenter.credits(month_used) },
        joined_at: time(row.joined_at),
        left_at: timeOr(row.left_at),
      }),
    },
  ),
  member_request: listed(
    statement<
      [string],
      {
        team: string;
        account: bigint;
        no: bigint;
        amount: bigint;
        reason: string | null;
        period: string;
        state: string;
        created_at: bigint;
        decided_at: bigint | null;
      }
    >(
      'export_member_requests',
      `select a.id as team, r.account, r.no, r.amount, r.reason, r.period, r.state, r.created_at, r.decided_at
         from drawdown.member_requests r join drawdown.accounts a on a.number = r.account
        where r.member = $1 order by r.account, r.no`,
    ),
    {
      key: byId,
      line: ({ account, no, amount, created_at, decided_at, ...row }, { presenter }) => ({
        id: requestId(Number(account), Number(no)),
        ...row,
        amount: presenter.credits(amount),
        created_at: time(created_at),
        decided_at: timeOr(decided_at),
      }),
    },
  ),
  // Of the account into another one, and of others into it.
  merge: listed(
    statement<[number], MergeLine>(
      'export_merges',
      `select f.id as account, i.id as into, m.reason, m.actor, m.created_at, m.delivered_at from drawdown.merges m
         join drawdown.accounts f on f.number = m.account join drawdown.accounts i on i.number = m.into_account
        where m.account = $1 or m.into_account = $1 order by m.created_at, m.account`,
    ),
    {
      key: byNumber,
      line: ({ actor, created_at, delivered_at, ...row }) => ({
        ...row,
        by: actor,
        at: time(created_at),
        delivered_at: timeOr(delivered_at),
      }),
    },
  ),
  notice: paged(
    statement<[number, number, number], { no: bigint; type: string; at: bigint; data: string }>(
      'export_notices',
      'select no, type, at, data from drawdown.notices where account = $1 and no > $2 order by no limit $3',
    ),
    ({ type, at, data }) => ({ type, at: time(at), data: JSON.parse(data) }),
  ),
  // What a repetition is known by: hashes that lead nowhere, kept with their time.
  change_key: listed(
    statement<[number], { key: string; fingerprint: string; created_at: bigint }>(
      'export_change_keys',
      `select encode(key, 'hex') as key, encode(fingerprint, 'hex') as fingerprint, created_at
         from drawdown.change_keys where account = $1 order by created_at, key`,
    ),
    { key: byNumber, line: ({ created_at, ...row }) => ({ ...row, at: time(created_at) }) },
  ),
};
