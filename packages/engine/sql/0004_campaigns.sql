-- Campaigns: what accounts earn without paying. Amounts are atoms, instants are milliseconds since 1970-01-01Z.
-- A budget, a code and a device are what accounts compete for, so these three tables belong to no account; who got
-- what is the account's and lies with it.

create sequence drawdown.campaign_ordinal as bigint;

create table drawdown.campaigns (
  id text collate "C" primary key,
  -- In order of creation, for lists.
  no bigint not null unique default nextval('drawdown.campaign_ordinal'),
  -- Whether the catalog's file defines it or staff made it while the server ran.
  origin text not null check (origin in ('catalog', 'staff')),
  -- As a catalog file writes a campaign. Of one of the catalog, the catalog in force is what counts.
  terms json not null,
  created_at bigint not null,
  created_by text not null,
  stopped_at bigint,
  stopped_by text,
  stop_reason text,
  -- What was claimed of the budget; null until there is a budget, so that a campaign without one has no hot row.
  spent bigint check (spent >= 0),
  check ((stopped_at is null) = (stopped_by is null))
);

-- Found by hash. Single-use codes are kept as hashes only; a referral's is its inviter's to read again.
create table drawdown.campaign_codes (
  hash bytea primary key check (octet_length(hash) = 32),
  campaign text collate "C" not null,
  kind text not null check (kind in ('single_use', 'shared', 'referral')),
  -- Of a referral's: the inviter.
  owner bigint,
  -- Of a single-use code 0 or 1; of a referral's how often its inviter was granted something; of a shared one 0.
  uses bigint not null default 0 check (uses >= 0 and (kind <> 'single_use' or uses <= 1)),
  redeemed_by bigint,
  redeemed_at bigint,
  created_at bigint not null,
  created_by text not null,
  check ((kind = 'referral') = (owner is not null)),
  check ((redeemed_by is null) = (redeemed_at is null))
);

create table drawdown.campaign_devices (
  campaign text collate "C" not null,
  -- sha256 of what the product calls the device.
  device bytea not null check (octet_length(device) = 32),
  awards bigint not null check (awards > 0),
  primary key (campaign, device)
);

create sequence drawdown.campaign_award_ordinal as bigint;

-- What an account was granted, with the terms of that moment.
create table drawdown.campaign_awards (
  account bigint not null,
  no bigint not null default nextval('drawdown.campaign_award_ordinal'),
  campaign text collate "C" not null,
  role text not null check (role in ('participant', 'invited', 'inviter')),
  amount bigint not null check (amount > 0),
  validity text not null,
  -- The calendar day in the account's zone, as 2026-03-29.
  day text collate "C" not null,
  at bigint not null,
  grant_no bigint not null,
  bucket smallint not null,
  primary key (account, no, bucket)
);

create index campaign_awards_of_account on drawdown.campaign_awards (account, campaign, day);
create index campaign_awards_of_campaign on drawdown.campaign_awards (campaign, no);

create table drawdown.referral_codes (
  account bigint not null,
  campaign text collate "C" not null,
  code text not null,
  created_at bigint not null,
  bucket smallint not null,
  primary key (account, campaign, bucket)
);

-- One per invited account, so nobody is referred twice. Written with the invited account's grant; what its inviter
-- gets is delivered by a change of the inviter's own account, and is due until then.
create table drawdown.referrals (
  account bigint not null,
  campaign text collate "C" not null,
  inviter bigint not null,
  -- What the inviter gets; null where it had reached its limit.
  amount bigint check (amount > 0),
  class text not null,
  validity text not null,
  created_at bigint not null,
  delivered_at bigint,
  -- When to try next; null: nothing is due.
  due_at bigint,
  tries bigint not null default 0,
  bucket smallint not null,
  primary key (account, bucket),
  check ((amount is null) <= (due_at is null)),
  check (delivered_at is null or due_at is null)
);

create index referrals_due on drawdown.referrals (due_at) where due_at is not null;
create index referrals_of_inviter on drawdown.referrals (inviter, campaign);

-- Codes that an account tried and that were none: guesses are limited.
create table drawdown.code_attempts (
  account bigint not null,
  since bigint not null,
  failures bigint not null,
  bucket smallint not null,
  primary key (account, bucket)
);
