-- Idempotency keys of changes that enter nothing in the ledger: a checkout, a cancellation. The keys of all others are
-- kept with their entries, and an entry is not written under one of these.

create table drawdown.change_keys (
  account bigint not null,
  key bytea not null check (length(key) = 16),
  fingerprint bytea not null check (length(fingerprint) = 16),
  created_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, key, bucket)
);

insert into drawdown.change_keys (account, key, fingerprint, created_at, bucket)
  select account, key, fingerprint, created_at, bucket from drawdown.purchases where key is not null
  union all
  select account, key, fingerprint, created_at, bucket from drawdown.plan_checkouts where key is not null
  on conflict do nothing;
