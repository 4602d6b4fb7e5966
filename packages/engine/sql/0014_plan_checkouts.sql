-- Plans that are sold through a checkout. The row is there before the subscription is, and keeps its number for it:
-- the provider's events name the subscription, whichever of them comes first.

create table drawdown.plan_checkouts (
  account bigint not null,
  -- Of the subscription that begins when it is paid.
  no bigint not null,
  provider text not null,
  -- What the provider calls the checkout and its own subscription; null until it has said so.
  checkout text,
  url text,
  external text,
  -- What is sold, frozen, and the trial it begins with.
  offer json not null,
  trial json,
  return_url text not null,
  state text not null check (state in ('open', 'canceled', 'failed', 'expired', 'begun')),
  -- How often the provider was asked: an answer counts only where nobody has asked since.
  looks bigint not null default 0,
  -- Of the request that made it: 128 bits each, as in the ledger.
  key bytea check (length(key) = 16),
  fingerprint bytea check (length(fingerprint) = 16),
  created_at bigint not null,
  updated_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  check ((key is null) = (fingerprint is null))
);

create unique index plan_checkouts_key on drawdown.plan_checkouts (account, key, bucket) where key is not null;

-- Each payment of a plan is a purchase as well, whose lots are the period's: refunds and disputes go one way.
alter table drawdown.purchases add column plan text;
alter table drawdown.purchases add column subscription bigint;
-- When the period is over, and with it what could be given again.
alter table drawdown.purchases add column ends_at bigint;
