/** Where a person leaves traces beside the ledger, and what becomes of each. */
import type { Metadata } from '../core/account.ts';
import { canonicalJson } from '../core/canonical.ts';
import { namePattern, newsWithoutName, type Person, withoutName } from '../core/redact.ts';
import { profileOn } from '../store/accounts.ts';
import { int8Array, textArray } from '../store/binary.ts';
import { profileHash } from '../store/chain.ts';
import { type Connection, type Statement, statement } from '../store/database.ts';
import { names } from '../store/redaction.ts';
import type { Write } from '../store/task.ts';
import { KEEP_USES } from './erased-uses.ts';

type Own = Statement<readonly unknown[], unknown>;

const WITHOUT_ACTOR = `case when consent is null then null
  else json_build_object('actor', 'redacted', 'at', consent -> 'at', 'immediate_use', true) end`;
/** Statements of the account's own rows: its number alone. */
const OF_ACCOUNT: readonly Own[] = [
  // Facts stay: a refund or dispute that comes late must still be told from those before it.
  statement(
    'erase_purchases',
    `update drawdown.purchases set url = null, return_url = null, jurisdiction = null, key = null, fingerprint = null,
       consent = ${WITHOUT_ACTOR}
     where account = $1`,
  ),
  statement(
    'erase_plan_checkouts',
    `update drawdown.plan_checkouts set url = null, return_url = 'redacted', jurisdiction = null, key = null, fingerprint = null,
       consent = ${WITHOUT_ACTOR}
      where account = $1`,
  ),
  statement(
    'erase_plan_changes',
    `update drawdown.plan_changes set key = null,
       refusal = case when refusal is not null then json_build_object('sentence', 'redacted', 'reason', refusal -> 'reason') end
      where account = $1`,
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
  statement('erase_forgotten_methods', 'delete from drawdown.forgotten_methods where account = $1'),
  statement('erase_auto_top_up', 'delete from drawdown.auto_top_ups where account = $1'),
  statement(
    'erase_top_ups',
    `update drawdown.top_ups set customer = 'redacted', method = 'redacted' where account = $1`,
  ),
  statement('erase_change_keys', 'delete from drawdown.change_keys where account = $1'),
  // Both of what left it and of what came in: who was made one with whom was said of one person.
  statement(
    'erase_merges',
    `update drawdown.merges set reason = 'redacted', actor = case when actor ~ '^(key|staff):' then actor else 'redacted' end
      where account = $1 or into_account = $1`,
  ),
  // The one change that the log lets happen: see its trigger.
  statement(
    'erase_audit',
    `update drawdown.audit set input = '{}', preview = null,
       reason = case when reason is null then null else 'redacted' end where account = $1`,
  ),
  statement(
    'erase_approvals',
    `update drawdown.approvals set reason = 'redacted', input = '{}', preview = '{}',
       decision_reason = case when decision_reason is null then null else 'redacted' end,
       state = case when state = 'pending' then 'withdrawn' else state end, decided_at = coalesce(decided_at, at),
       decided_by = coalesce(decided_by, staff), decided_name = coalesce(decided_name, name) where account = $1`,
  ),
  statement('erase_codes', 'delete from drawdown.campaign_codes where owner = $1'),
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
/** Accounts that were merged into it, however many ways; those that are erased already are not. */
export const MERGED_HERE = statement<[number], { number: bigint; id: string }>(
  'erasure_merged_here',
  `with recursive own (account) as (
     select $1::int8 union select m.account from drawdown.merges m join own on m.into_account = own.account)
   select a.number, a.id from drawdown.accounts a
    where a.number in (select account from own) and a.number <> $1 and not exists (
      select from drawdown.erasures e where e.account = a.number and e.finished_at is not null)
    order by a.number`,
);

/** Actors that are the person. */
const isPerson = (column: string): string => `${column} in ($2, 'user:' || $2)`;

/**
 * Ledgers of others that name the person anywhere: where it spent or was spent for, asked, agreed, or is told of. They are
 * those of teams, and those that became one with the person's: a session of one account acted there too, and may have made
 * them one.
 */
export const NAMED_IN = statement<
  [number, string, string],
  { number: bigint; id: string; kind: 'user' | 'team' }
>(
  'erasure_named_in',
  `with recursive family (account) as (
     select $1::int8
     union
     select case when m.account = f.account then m.into_account else m.account end
       from drawdown.merges m join family f on f.account in (m.account, m.into_account))
   select a.number, a.id, a.kind from drawdown.accounts a
    where (a.kind = 'team' or a.number in (select account from family)) and a.number <> $1 and (
      (strpos(a.metadata::text, $2) > 0 and a.metadata::text ~ $3)
      or exists (select from drawdown.subscriptions where account = a.number and ref ~ $3)
      or exists (select from drawdown.subscription_periods where account = a.number and ref ~ $3)
      or exists (select from drawdown.members where account = a.number and member = $2)
      or exists (select from drawdown.member_requests
                  where account = a.number and (member = $2 or ${isPerson('decided_by')} or reason ~ $3))
      or exists (select from drawdown.purchases where account = a.number
                    and (${isPerson(`consent ->> 'actor'`)} or strpos(return_url, $2) > 0))
      or exists (select from drawdown.plan_checkouts where account = a.number
                    and (${isPerson(`consent ->> 'actor'`)} or strpos(return_url, $2) > 0))
      or exists (select from drawdown.auto_top_ups where account = a.number and ${isPerson(`consent ->> 'actor'`)})
      or exists (select from drawdown.campaign_codes where owner = a.number and ${isPerson('created_by')})
      or exists (select from drawdown.notices
                  where account = a.number and strpos(data::text, $2) > 0 and data::text ~ $3)
      or exists (select from drawdown.entries e where e.account = a.number and ${names('e', '$2', '$3')}))
    order by a.number`,
);
export const OPEN_HOLDS_OF = statement<[string], { account: bigint; no: bigint }>(
  'erasure_open_holds',
  `select account, no from drawdown.holds where state = 'open' and actor in ($1, 'user:' || $1)`,
);

const RENAME_MEMBER: Own = statement(
  'erase_member',
  `update drawdown.members set member = $3, left_at = coalesce(left_at, $4) where account = $1 and member = $2`,
);
const actor = (column: string): string =>
  `case ${column} when $2 then $3 when 'user:' || $2 then 'user:' || $3 else ${column} end`;
const RENAME_REQUESTS: Own = statement(
  'erase_requests',
  `update drawdown.member_requests set
     member = case member when $2 then $3 else member end,
     reason = case when member = $2 or reason ~ $4 then null else reason end,
     decided_by = ${actor('decided_by')}
   where account = $1 and (member = $2 or ${isPerson('decided_by')} or reason ~ $4)`,
);
const consent = `jsonb_set(consent::jsonb, '{actor}', to_jsonb((${actor(`consent ->> 'actor'`)})::text))::json`;
const RENAME_BUYER: Own = statement(
  'erase_buyer',
  `update drawdown.purchases set
     consent = case when ${isPerson(`consent ->> 'actor'`)} then ${consent} else consent end,
     return_url = case when strpos(return_url, $2) > 0 then null else return_url end
   where account = $1 and (${isPerson(`consent ->> 'actor'`)} or strpos(return_url, $2) > 0)`,
);
/** A name that the product gave, with the person's in it, is found by nobody any more: as that of a person's own plan. */
const RENAME_REFS: readonly Own[] = [
  statement(
    'erase_team_refs',
    `update drawdown.subscriptions set ref = 'redacted:' || no where account = $1 and ref ~ $2`,
  ),
  statement(
    'erase_team_periods',
    `update drawdown.subscription_periods set ref = 'redacted:' || term || ':' || no where account = $1 and ref ~ $2`,
  ),
];
const DESCRIBE: Own = statement(
  'erase_team_profile',
  `update drawdown.accounts set metadata = $2, profile_hash = decode($3, 'hex') where number = $1`,
);
const RENAME_SUBSCRIBER: Own = statement(
  'erase_subscriber',
  `update drawdown.plan_checkouts set
     consent = case when ${isPerson(`consent ->> 'actor'`)} then ${consent} else consent end,
     return_url = case when strpos(return_url, $2) > 0 then 'redacted' else return_url end
   where account = $1 and (${isPerson(`consent ->> 'actor'`)} or strpos(return_url, $2) > 0)`,
);
const RENAME_TOPPER: Own = statement(
  'erase_top_up_consent',
  `update drawdown.auto_top_ups set consent = ${consent} where account = $1 and ${isPerson(`consent ->> 'actor'`)}`,
);
const RENAME_INVITER: Own = statement(
  'erase_code_maker',
  `update drawdown.campaign_codes set created_by = ${actor('created_by')} where owner = $1 and ${isPerson('created_by')}`,
);
const TEAM_NEWS = statement<[number, string, string], { no: bigint; data: string }>(
  'erasure_team_news',
  `select no, data from drawdown.notices where account = $1 and strpos(data::text, $2) > 0 and data::text ~ $3`,
);
const RENAME_NEWS: Own = statement(
  'erase_team_news',
  `update drawdown.notices n set data = u.data::json from unnest($2::int8[], $3::text[]) as u (no, data)
    where n.account = $1 and n.no = u.no`,
);

const FORGET_IN_AUDIT: Own = statement(
  'erase_named_audit',
  `update drawdown.audit set input = '{}', preview = null, reason = case when reason is null then null else 'redacted' end
    where account = $1 and concat_ws(' ', input::text, preview::text, reason) ~ $2`,
);

/** What is told or written down of the person on a team whose account is locked: what is told is kept, and no longer says of whom. */
export async function newsWrites(on: Connection, team: number, person: Person): Promise<Write[]> {
  const { rows } = await on.query(TEAM_NEWS, [team, person.id, namePattern(person)]);
  const forget: Write = { statement: FORGET_IN_AUDIT, params: [team, namePattern(person)] };
  if (rows.length === 0) return [forget];
  const data = rows.map((row) => JSON.stringify(newsWithoutName(JSON.parse(row.data) as Metadata, person)));
  const renamed = [team, int8Array(rows.map(({ no }) => no)), textArray(data)];
  return [forget, { statement: RENAME_NEWS, params: renamed }];
}

/** What is written with the entry that attests to the removal of a person's name from a team's ledger. */
export function memberWrites(team: number, person: Person, now: number): Write[] {
  const { id, pseudonym } = person;
  const pattern = namePattern(person);
  return [
    { statement: RENAME_MEMBER, params: [team, id, pseudonym, now] },
    { statement: RENAME_REQUESTS, params: [team, id, pseudonym, pattern] },
    ...RENAME_REFS.map((one): Write => ({ statement: one, params: [team, pattern] })),
    ...[RENAME_BUYER, RENAME_SUBSCRIBER, RENAME_TOPPER, RENAME_INVITER].map(
      (one): Write => ({ statement: one, params: [team, id, pseudonym] }),
    ),
  ];
}

/** What the product keeps of the team, without the person; nothing where it does not name them. */
export async function profileWrites(on: Connection, team: number, person: Person): Promise<Write[]> {
  const profile = await profileOn(on, team);
  if (profile === null) return [];
  const before = canonicalJson(profile.metadata);
  const metadata = canonicalJson(withoutName(profile.metadata, person));
  if (metadata === before) return [];
  const { number, id, kind, timeZone, createdAt } = profile;
  const hash = profileHash({ number, id, kind, timeZone, createdAt, metadata });
  return [{ statement: DESCRIBE, params: [team, metadata, hash] }];
}

/** What is written with the entry that attests to the erasure of the account's own ledger. */
export function erasureWrites(about: {
  account: number;
  /** As it was: what there is once for a person is remembered of it. */
  id: string;
  pseudonym: string;
  profileHash: string;
  now: number;
  entries: number;
}): Write[] {
  const { account, id, pseudonym, profileHash, now, entries } = about;
  return [
    { statement: KEEP_USES, params: [account, id] },
    ...OF_ACCOUNT.map((one): Write => ({ statement: one, params: [account] })),
    { statement: RENAME, params: [account, pseudonym, profileHash] },
    { statement: FINISH, params: [account, now, entries] },
  ];
}
