-- Members of teams: who may spend from a team, and how much of it per day or month. What they spent is in the ledger;
-- the counts here are kept with it, in the transaction of each entry, and `verify` compares the two.
-- Times are epoch milliseconds, amounts atoms.

create table drawdown.members (
  -- The team.
  account bigint not null,
  -- The member's account id; the account itself may live in another bucket, or not exist yet.
  member text collate "C" not null check (length(member) between 1 and 128),
  -- In the order of joining, from 1; for good, also where a member leaves and joins again.
  no bigint not null check (no > 0),
  role text not null check (role in ('owner', 'admin', 'member')),
  limit_amount bigint check (limit_amount > 0),
  limit_per text check (limit_per in ('day', 'month')),
  joined_at bigint not null,
  left_at bigint,
  -- What was used in the day and month counted last (2026-03-29 and 2026-03 in the team's zone), by entries behind
  -- the version `after`.
  day text collate "C" not null,
  day_after bigint not null check (day_after >= 0),
  day_used bigint not null check (day_used >= 0),
  month text collate "C" not null,
  month_after bigint not null check (month_after >= 0),
  month_used bigint not null check (month_used >= 0),
  -- What was allowed beyond the limit, in the one period named.
  extra bigint not null default 0 check (extra >= 0),
  extra_period text collate "C",
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, member, bucket),
  unique (account, no, bucket),
  check ((limit_amount is null) = (limit_per is null)),
  check ((extra = 0) = (extra_period is null))
) with (fillfactor = 80);

-- "Which teams am I in": the only question that does not begin with the team.
create index members_teams on drawdown.members (member, account) where left_at is null;

-- Members who ask for more than their limit, in the period that runs.
create table drawdown.member_requests (
  account bigint not null,
  -- Led by the time, as the numbers of grants are, so that ids sort by creation.
  no bigint not null,
  member text collate "C" not null,
  amount bigint not null check (amount > 0),
  reason text,
  period text collate "C" not null,
  expires_at bigint not null,
  state text not null check (state in ('pending', 'approved', 'denied', 'withdrawn')),
  created_at bigint not null,
  decided_at bigint,
  decided_by text,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  check ((state = 'pending') = (decided_at is null)),
  check ((decided_at is null) = (decided_by is null))
);

create index member_requests_pending on drawdown.member_requests (account, member) where state = 'pending';

-- On whose behalf a hold was opened: so far its entry alone said so.
alter table drawdown.holds add column member text;
update drawdown.holds h
   set member = e.detail ->> 'member'
  from drawdown.entries e
 where e.account = h.account and e.seq = h.seq and e.bucket = h.bucket and e.detail ->> 'member' is not null;
