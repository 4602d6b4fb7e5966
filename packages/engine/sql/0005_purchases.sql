-- Purchases: one row per checkout, or per transaction of a store. Amounts of credits are atoms, of money minor units;
-- instants are milliseconds since 1970-01-01Z. The terms are copied from the catalog when the checkout is made.

create table drawdown.purchases (
  account bigint not null,
  no bigint not null,
  provider text not null,
  -- What the provider calls the checkout and the payment; null until it has said so.
  checkout text,
  url text,
  payment text,
  pack text,
  credits bigint not null check (credits > 0),
  bonus bigint not null check (bonus >= 0),
  class text not null,
  -- ISO 8601; null: the credits never expire.
  validity text,
  price_minor bigint not null check (price_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  reversal text not null check (reversal in ('loss', 'debt')),
  -- How long the buyer may give an unspent pack back.
  refund_window text,
  jurisdiction text,
  -- What the buyer consented to, when and through whom.
  consent json,
  return_url text,
  -- Everything the provider said, as a set; what follows from it is computed, here is what it came to.
  facts json not null,
  parts json not null,
  frozen bigint[] not null,
  state text not null,
  paid_at bigint,
  -- Of the request that made it: 128 bits each, as in the ledger.
  key bytea check (length(key) = 16),
  fingerprint bytea check (length(fingerprint) = 16),
  created_at bigint not null,
  updated_at bigint not null,
  bucket smallint not null,
  primary key (account, no, bucket),
  check ((key is null) = (fingerprint is null))
);

create unique index purchases_key on drawdown.purchases (account, key, bucket) where key is not null;
create unique index purchases_paid on drawdown.purchases (account, provider, payment, bucket)
  where payment is not null;
-- Some events name the payment only.
create index purchases_payment on drawdown.purchases (provider, payment) where payment is not null;
