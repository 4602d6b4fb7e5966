-- Subscriptions: what was agreed, and what was paid for. Their lots are in the ledger; nothing here changes a balance.
-- Times are epoch milliseconds, amounts atoms, money minor units.

create table drawdown.subscriptions (
  account bigint not null,
  -- Led by the time, as the numbers of grants are, so that ids sort by creation.
  no bigint not null,
  -- What the subscription is called where it was sold; the same one asked for twice is one subscription.
  ref text collate "C" not null check (length(ref) between 1 and 300),
  created_at bigint not null,
  -- Every set of terms it was ever under, in the order agreed; frozen, whatever becomes of the catalog.
  terms json not null,
  trial_ends_at bigint,
  cancel_at bigint,
  -- Whether what was paid beyond that instant still counts.
  cancelled text check (cancelled in ('period_end', 'now')),
  -- Until when a failed payment may be made good.
  grace_until bigint,
  paused_at bigint,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  unique (account, ref, bucket),
  check ((cancel_at is null) = (cancelled is null))
) with (fillfactor = 70);

-- One row per paid period, never changed: the key is what makes a period grant once.
create table drawdown.subscription_periods (
  account bigint not null,
  subscription bigint not null,
  -- Which terms, and which of their periods, both from 0.
  term integer not null check (term >= 0),
  no integer not null check (no >= 0),
  starts_at bigint not null,
  ends_at bigint not null check (ends_at > starts_at),
  -- The payment; null where an earlier payment was carried over.
  ref text collate "C" check (length(ref) between 1 and 300),
  paid_at bigint not null,
  cost_minor bigint check (cost_minor >= 0),
  currency text,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, subscription, term, no, bucket),
  unique (account, subscription, ref, bucket),
  check ((cost_minor is null) = (currency is null))
);
