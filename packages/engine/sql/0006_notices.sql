-- Notices: what happened to an account, for whoever wants to be told. Written in the transaction of their cause.
-- Instants are milliseconds since 1970-01-01Z of the engine's clock.

create table drawdown.notices (
  account bigint not null,
  -- Only grows within the account and is led by the time, as the numbers of grants are.
  no bigint not null check (no > 0),
  type text not null,
  -- When it happened: an expiry's own instant, however late it was entered. Never before the notice ahead of it.
  at bigint not null,
  data json not null,
  -- Tells what one transaction wrote.
  tx xid8 not null default pg_current_xact_id(),
  bucket smallint not null,
  primary key (account, no, bucket)
);

-- For lists over all accounts, and for what is past its retention.
create index notices_by_time on drawdown.notices (no, account);

-- One row per lot that is to be announced before it expires; gone with the last announcement.
create table drawdown.notice_reminders (
  account bigint not null,
  grant_no bigint not null,
  -- Days before the end that are still to be announced, the next one first.
  days integer[] not null check (cardinality(days) > 0),
  due_at bigint not null,
  bucket smallint not null,
  primary key (account, grant_no, bucket)
);

create index notice_reminders_due on drawdown.notice_reminders (due_at);

-- Accounts whose low balance was told and that have not recovered since, by threshold in atoms.
create table drawdown.low_balances (
  account bigint not null,
  threshold bigint not null,
  since bigint not null,
  bucket smallint not null,
  primary key (account, threshold, bucket)
);
