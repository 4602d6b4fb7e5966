import { type Statement, statement } from '../store/database.ts';
import { type CampaignRow, MERGED_INTO_ACCOUNT } from './campaign-rows.ts';

export const REFERRED = statement<[number], { inviter: bigint }>(
  'referral_of',
  `${MERGED_INTO_ACCOUNT} select inviter from drawdown.referrals where account in (select account from own)`,
);
/**
 * Both sides' codes, locked in one order before anybody looks whether one has invited the other: of two accounts that
 * redeem each other's codes at once, the second sees what the first did.
 */
export const LOCK_CODES = statement<[number, number], never>(
  'referral_codes_lock',
  `select from drawdown.campaign_codes where owner in ($1, $2) order by hash for no key update`,
);
/**
 * Whether this account stands behind the inviter: invited it, or whoever invited it, through however many hands. An account
 * is all that was merged into it.
 */
export const INVITED_BY = statement<[number, number], { account: bigint }>(
  'referral_invited_by',
  `with recursive above (account) as (
     select $1::int8
     union
     select next.account from above cross join lateral (
       select r.inviter as account from drawdown.referrals r where r.account = above.account
       union all
       select m.account from drawdown.merges m where m.into_account = above.account
       union all
       select m.into_account from drawdown.merges m where m.account = above.account) as next)
   select account from above where account = $2`,
);
export const ENDED = statement<[number], { number: bigint }>(
  'referral_owner_ended',
  'select number from drawdown.accounts where number = $1 and closed_at is not null and merged_into is null',
);
/** With the invited account's grant. Due at once, where there is something to deliver. */
export const REFER: Statement<readonly unknown[], unknown> = statement(
  'referral_add',
  `insert into drawdown.referrals
     (account, campaign, inviter, amount, class, validity, created_at, due_at, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

export interface DueReferral {
  account: bigint;
  campaign: string;
  inviter: bigint;
  amount: bigint;
  class: string;
  validity: string;
  tries: bigint;
}

export const DUE = statement<[number, number], DueReferral>(
  'referrals_due',
  `select account, campaign, inviter, amount, class, validity, tries from drawdown.referrals
   where due_at <= $1 order by due_at limit $2`,
);
/** In the transaction of the inviter's grant; no row: nothing is due any more. */
export const DELIVER = statement<[number, number], { account: bigint }>(
  'referral_deliver',
  `update drawdown.referrals set delivered_at = $2, due_at = null
   where account = $1 and due_at is not null returning account`,
);
/** The inviter's account is closed: it gets nothing any more. */
export const LAPSE = statement<[number], never>(
  'referral_lapse',
  'update drawdown.referrals set due_at = null where account = $1 and due_at is not null',
);
export const POSTPONE = statement<[number, number], never>(
  'referral_postpone',
  'update drawdown.referrals set due_at = $2, tries = tries + 1 where account = $1 and due_at is not null',
);

export const REFERRAL_CODE = statement<[number, string], { code: string; created_at: bigint }>(
  'referral_code',
  'select code, created_at from drawdown.referral_codes where account = $1 and campaign = $2',
);
/** Whoever is first makes it for all processes. */
export const KEEP_CODE = statement<[number, string, string, number, number], { code: string }>(
  'referral_code_keep',
  `insert into drawdown.referral_codes (account, campaign, code, created_at, bucket)
   values ($1, $2, $3, $4, $5) on conflict (account, campaign, bucket) do nothing returning code`,
);
export const ADD_CODE = statement<[Buffer, string, number, number, string], never>(
  'referral_code_add',
  `insert into drawdown.campaign_codes (hash, campaign, kind, owner, created_at, created_by)
   values ($1, $2, 'referral', $3, $4, $5)`,
);
export const INVITED = statement<[number, string], { invited: bigint; awarded: string; pending: string }>(
  'referrals_of_inviter',
  `select count(*) as invited, coalesce(sum(amount) filter (where delivered_at is not null), 0) as awarded,
          coalesce(sum(amount) filter (where due_at is not null), 0) as pending
     from drawdown.referrals where inviter = $1 and campaign = $2`,
);
/** Referral campaigns that staff made, oldest first. */
export const STAFF_REFERRALS = statement<[], CampaignRow>(
  'referral_campaigns',
  `select id, no, origin, terms, created_at, created_by, stopped_at, stopped_by, stop_reason, spent,
          approval, waiting from drawdown.campaigns
    where origin = 'staff' and stopped_at is null and not waiting and terms ->> 'kind' = 'referral' order by no limit 100`,
);
