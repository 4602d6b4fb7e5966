/** Where a person leaves traces beside the ledger, and what becomes of each. */
import { type Statement, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';

type Own = Statement<readonly unknown[], unknown>;

/** Statements of the account's own rows: its number alone. */
const OF_ACCOUNT: readonly Own[] = [
  // Facts stay: a refund or dispute that comes late must still be told from those before it.
  statement(
    'erase_purchases',
    `update drawdown.purchases set url = null, return_url = null, jurisdiction = null,
       consent = case when consent is null then null
                      else json_build_object('actor', 'redacted', 'at', consent -> 'at', 'immediate_use', true) end
     where account = $1`,
  ),
  statement(
    'erase_plan_checkouts',
    `update drawdown.plan_checkouts set url = null, return_url = 'redacted' where account = $1`,
  ),
  statement(
    'erase_subscriptions',
    `update drawdown.subscriptions set ref = 'redacted:' || no where account = $1`,
  ),
  statement(
    'erase_periods',
    `update drawdown.subscription_periods set ref = 'redacted:' || term || ':' || no
      where account = $1 and ref is not null`,
  ),
  statement('erase_payment_method', 'delete from drawdown.payment_methods where account = $1'),
  statement('erase_auto_top_up', 'delete from drawdown.auto_top_ups where account = $1'),
  statement(
    'erase_top_ups',
    `update drawdown.top_ups set customer = 'redacted', method = 'redacted' where account = $1`,
  ),
  statement('erase_codes', `delete from drawdown.campaign_codes where owner = $1`),
  statement('erase_referral_codes', 'delete from drawdown.referral_codes where account = $1'),
  statement('erase_attempts', 'delete from drawdown.code_attempts where account = $1'),
  statement('erase_notices', 'delete from drawdown.notices where account = $1'),
  statement('erase_reminders', 'delete from drawdown.notice_reminders where account = $1'),
  statement('erase_low_balances', 'delete from drawdown.low_balances where account = $1'),
];
const RENAME: Own = statement(
  'erase_profile',
  `update drawdown.accounts set id = $2, metadata = '{}', time_zone = 'UTC', profile_hash = decode($3, 'hex')
    where number = $1`,
);
const FINISH: Own = statement(
  'erasure_finish',
  'update drawdown.erasures set finished_at = $2, entries = $3 where account = $1',
);

export interface ErasureRow {
  account: bigint;
  pseudonym: string;
  actor: string;
  started_at: bigint;
  finished_at: bigint | null;
  entries: bigint | null;
}

/** The pseudonym is chosen once: a second try goes on under the same. */
export const BEGIN_ERASURE = statement<[number, string, string, string, number, number], ErasureRow>(
  'erasure_begin',
  `insert into drawdown.erasures as e (account, pseudonym, reason, actor, started_at, bucket)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (account, bucket) do update set reason = e.reason
   returning account, pseudonym, actor, started_at, finished_at, entries`,
);
/** Other ledgers that name the person: a team's, where it spent or was spent for. */
export const NAMED_IN = statement<[number, string], { number: bigint; id: string }>(
  'erasure_named_in',
  `select a.number, a.id from drawdown.accounts a
    where a.kind = 'team' and a.number <> $1 and (
      exists (select from drawdown.members m where m.account = a.number and m.member = $2)
      or exists (select from drawdown.entries e where e.account = a.number
                    and (e.actor in ($2, 'user:' || $2) or e.detail ->> 'member' = $2)))`,
);
export const OPEN_HOLDS_OF = statement<[string], { account: bigint; no: bigint }>(
  'erasure_open_holds',
  `select account, no from drawdown.holds where state = 'open' and actor in ($1, 'user:' || $1)`,
);

const RENAME_MEMBER: Own = statement(
  'erase_member',
  `update drawdown.members set member = $3, left_at = coalesce(left_at, $4) where account = $1 and member = $2`,
);
const RENAME_REQUESTS: Own = statement(
  'erase_requests',
  `update drawdown.member_requests set
     member = case member when $2 then $3 else member end,
     reason = case member when $2 then null else reason end,
     decided_by = case decided_by when 'user:' || $2 then 'user:' || $3 else decided_by end
   where account = $1 and (member = $2 or decided_by = 'user:' || $2)`,
);

/** What is written with the entry that attests to the removal of a person's name from a team's ledger. */
export function memberWrites(about: { team: number; id: string; pseudonym: string; now: number }): Write[] {
  const { team, id, pseudonym, now } = about;
  return [
    { statement: RENAME_MEMBER, params: [team, id, pseudonym, now] },
    { statement: RENAME_REQUESTS, params: [team, id, pseudonym] },
  ];
}

/** What is written with the entry that attests to the erasure of the account's own ledger. */
export function erasureWrites(about: {
  account: number;
  pseudonym: string;
  profileHash: string;
  now: number;
  entries: number;
}): Write[] {
  const { account, pseudonym, profileHash, now, entries } = about;
  return [
    ...OF_ACCOUNT.map((one): Write => ({ statement: one, params: [account] })),
    { statement: RENAME, params: [account, pseudonym, profileHash] },
    { statement: FINISH, params: [account, now, entries] },
  ];
}
