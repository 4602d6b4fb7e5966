import { type Statement, statement } from '../store/database.ts';

/*
 * The statements of campaigns. Those that claim run in the transaction of the award, each locking one row, always in
 * the order account, code, campaign, device: so no two awards ever wait for each other.
 */

export interface CampaignRow {
  id: string;
  no: bigint;
  origin: 'catalog' | 'staff';
  terms: string;
  created_at: bigint;
  created_by: string;
  stopped_at: bigint | null;
  stopped_by: string | null;
  stop_reason: string | null;
  spent: bigint | null;
  /** Of the approval that it waits for, or waited for. */
  approval: bigint | null;
  waiting: boolean;
}

const COLUMNS = `id, no, origin, terms, created_at, created_by, stopped_at, stopped_by, stop_reason, spent, approval,
  waiting`;

/** Campaigns of the catalog in force: their rows count, their terms are the catalog's. */
export const REGISTER = statement<[Buffer, Buffer, number], never>(
  'campaigns_register',
  `insert into drawdown.campaigns as c (id, origin, terms, created_at, created_by)
   select id, 'catalog', terms::json, $3, 'catalog' from unnest($1::text[], $2::text[]) as t (id, terms)
   on conflict (id) do update set origin = 'catalog', terms = excluded.terms, waiting = false
     where c.origin <> 'catalog' or c.terms::text <> excluded.terms::text`,
);
export const CREATE = statement<[string, string, number, string], CampaignRow>(
  'campaign_create',
  `insert into drawdown.campaigns (id, origin, terms, created_at, created_by) values ($1, 'staff', $2, $3, $4)
   on conflict (id) do nothing returning ${COLUMNS}`,
);
export const BY_ID = statement<[string], CampaignRow>(
  'campaign_by_id',
  `select ${COLUMNS} from drawdown.campaigns where id = $1`,
);
export const NEWEST = statement<[number, number], CampaignRow>(
  'campaigns_newest',
  `select ${COLUMNS} from drawdown.campaigns where no < $1 order by no desc limit $2`,
);
export const WAIT = statement<[string, number], CampaignRow>(
  'campaign_wait',
  `update drawdown.campaigns set approval = $2, waiting = true where id = $1 returning ${COLUMNS}`,
);
/** As `BY_ID`, and until the transaction ends nobody stops it or decides on it. */
export const DECIDED_ALONE = statement<[string], CampaignRow>(
  'campaign_decided_alone',
  `select ${COLUMNS} from drawdown.campaigns where id = $1 for no key update`,
);
export const START = statement<[string], never>(
  'campaign_start',
  'update drawdown.campaigns set waiting = false where id = $1',
);
/** More than people are shown at once are not made by hand. */
export const STAFF_CAMPAIGNS = statement<[], CampaignRow>(
  'campaigns_of_staff',
  `select ${COLUMNS} from drawdown.campaigns
    where origin = 'staff' and stopped_at is null and not waiting order by no desc limit 200`,
);
/** The first stop counts; a later one answers with it. */
export const STOP = statement<[string, number, string, string], CampaignRow>(
  'campaign_stop',
  `update drawdown.campaigns set
     stopped_by = case when stopped_at is null then $3 else stopped_by end,
     stop_reason = case when stopped_at is null then $4 else stop_reason end,
     stopped_at = coalesce(stopped_at, $2)
   where id = $1 returning ${COLUMNS}`,
);

/** Claims from a budget, or counts towards one that may come. No row: stopped, spent, or never counted. */
export const CLAIM_BUDGET = statement<[string, bigint, bigint | null], { spent: bigint }>(
  'campaign_claim_budget',
  `update drawdown.campaigns set spent = spent + $2
   where id = $1 and stopped_at is null and spent is not null and ($3::int8 is null or spent + $2 <= $3::int8)
   returning spent`,
);
/** Keeps a stop, and the beginning of counting, waiting until the award is committed. */
export const SHARE = statement<[string], { stopped_at: bigint | null; spent: bigint | null }>(
  'campaign_share',
  'select stopped_at, spent from drawdown.campaigns where id = $1 for share',
);
/** Waits for the awards under way, which were not counted. */
export const LOCK = statement<[string], { stopped_at: bigint | null; spent: bigint | null }>(
  'campaign_lock',
  'select stopped_at, spent from drawdown.campaigns where id = $1 for no key update',
);
/** The beginning of counting, after `LOCK`, in a statement of its own, so that it sees all that was committed. */
export const COUNT_SPENT = statement<[string], never>(
  'campaign_count_spent',
  `update drawdown.campaigns set spent =
     (select coalesce(sum(amount), 0) from drawdown.campaign_awards where campaign = $1)
     + (select coalesce(sum(amount), 0) from drawdown.referrals where campaign = $1 and delivered_at is null)
   where id = $1 and spent is null`,
);

export interface CodeRow {
  hash: Buffer;
  campaign: string;
  kind: 'single_use' | 'shared' | 'referral';
  owner: bigint | null;
  redeemed_by: bigint | null;
}

export const CODE = statement<[Buffer], CodeRow>(
  'campaign_code',
  'select hash, campaign, kind, owner, redeemed_by from drawdown.campaign_codes where hash = $1',
);
export const CLAIM_CODE = statement<[Buffer, number, number], { uses: bigint }>(
  'campaign_code_claim',
  `update drawdown.campaign_codes set uses = 1, redeemed_by = $2, redeemed_at = $3
   where hash = $1 and uses = 0 returning uses`,
);
/** One more award of a referral's inviter; no row: it has reached its limit. */
export const CLAIM_INVITER = statement<[Buffer, number | null], { uses: bigint }>(
  'campaign_inviter_claim',
  `update drawdown.campaign_codes set uses = uses + 1
   where hash = $1 and ($2::int8 is null or uses < $2::int8) returning uses`,
);
export const ADD_CODES = statement<[Buffer, string, number, string], { hash: Buffer }>(
  'campaign_codes_add',
  `insert into drawdown.campaign_codes (hash, campaign, kind, created_at, created_by)
   select hash, $2, 'single_use', $3, $4 from unnest($1::bytea[]) as t (hash)`,
);
export const ADD_SHARED_CODE = statement<[Buffer, string, number, string], { hash: Buffer }>(
  'campaign_code_add_shared',
  `insert into drawdown.campaign_codes (hash, campaign, kind, created_at, created_by)
   values ($1, $2, 'shared', $3, $4) on conflict (hash) do nothing returning hash`,
);

export const CLAIM_DEVICE = statement<[string, Buffer, number], { awards: bigint }>(
  'campaign_device_claim',
  `insert into drawdown.campaign_devices as d (campaign, device, awards) values ($1, $2, 1)
   on conflict (campaign, device) do update set awards = d.awards + 1 where d.awards < $3 returning awards`,
);

/** An account, and those that were merged into it: what these had, it had. */
export const MERGED_INTO_ACCOUNT = `with recursive own (account) as (
     select $1::int8 union select m.account from drawdown.merges m join own on m.into_account = own.account)`;

/** The account is locked by then, so nobody adds to these meanwhile. */
export const COUNT_AWARDS = statement<[number, string, string | null], { awards: bigint }>(
  'campaign_awards_count',
  `${MERGED_INTO_ACCOUNT} select count(*) as awards from drawdown.campaign_awards
   where account in (select account from own) and campaign = $2 and role <> 'inviter' and ($3::text is null or day >= $3)`,
);
export const AWARD: Statement<readonly unknown[], unknown> = statement(
  'campaign_award',
  `insert into drawdown.campaign_awards (account, campaign, role, amount, validity, day, at, grant_no, bucket)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

export interface RedemptionRow {
  no: bigint;
  account: string;
  role: 'participant' | 'invited' | 'inviter';
  amount: bigint;
  day: string;
  at: bigint;
  number: bigint;
  grant_no: bigint;
}

/** Newest first, from before `$2`. */
export const REDEMPTIONS = statement<[string, number, number], RedemptionRow>(
  'campaign_redemptions',
  `select w.no, a.id as account, w.role, w.amount, w.day, w.at, w.account as number, w.grant_no
     from drawdown.campaign_awards w join drawdown.accounts a on a.number = w.account and a.bucket = w.bucket
    where w.campaign = $1 and w.no < $2 order by w.no desc limit $3`,
);

export interface FiguresRow {
  campaign: string;
  awards: bigint;
  awarded: string;
  used: string;
  expired: string;
  remaining: string;
}

/** What became of a campaign's lots. */
export const FIGURES = statement<[Buffer], FiguresRow>(
  'campaign_figures',
  `select w.campaign, count(*) as awards, sum(w.amount) as awarded, sum(g.consumed) as used,
          sum(g.expired) as expired, sum(g.remaining) as remaining
     from drawdown.campaign_awards w
     join drawdown.grants g on g.account = w.account and g.no = w.grant_no and g.bucket = w.bucket
    where w.campaign = any ($1::text[]) group by w.campaign`,
);

/** Who an account is, for a campaign's audience. */
export const PERSON = statement<[number], { kind: 'user' | 'team'; created_at: bigint }>(
  'campaign_person',
  'select kind, created_at from drawdown.accounts where number = $1',
);

export const FAILURES = statement<[number, number], { failures: bigint; since: bigint }>(
  'campaign_failures',
  'select failures, since from drawdown.code_attempts where account = $1 and since > $2',
);
/** One more in the window that is open, or the first of a new one. */
export const FAILED = statement<[number, number, number, number], never>(
  'campaign_failed',
  `insert into drawdown.code_attempts as c (account, since, failures, bucket) values ($1, $2, 1, $4)
   on conflict (account, bucket) do update set
     failures = case when c.since > $3 then c.failures + 1 else 1 end,
     since = case when c.since > $3 then c.since else excluded.since end`,
);
