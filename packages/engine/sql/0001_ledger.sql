-- The ledger. Amounts are atoms (10^-scale credits), instants are milliseconds since 1970-01-01Z.
-- Every key of an account-owned table begins with the account's number, so that an account's rows lie together, and
-- ends with its bucket, so that the same schema can be distributed by bucket. No foreign keys, no triggers.

create schema if not exists drawdown;

create table drawdown.settings (
  name text collate "C" primary key,
  value text not null
);

-- Every catalog that was ever in force, word for word: lots and entries name the version they were made under.
create table drawdown.catalogs (
  version text collate "C" primary key,
  document json not null,
  recorded_at bigint not null
);

create sequence drawdown.account_ordinal as bigint;

create table drawdown.accounts (
  number bigint not null,
  id text collate "C" not null check (length(id) between 1 and 128),
  kind text not null check (kind in ('user', 'team')),
  time_zone text not null,
  metadata json not null,
  created_at bigint not null,
  -- Over the columns above: they change without an entry, so the chain does not cover them.
  profile_hash bytea not null check (length(profile_hash) = 32),
  -- The last entry's number, instant, hash and running total.
  seq bigint not null default 0 check (seq >= 0),
  at bigint not null default 0,
  head bytea not null check (length(head) = 32),
  total bigint not null default 0 check (total >= 0),
  debt bigint not null default 0 check (debt >= 0),
  -- The last number given to a grant or hold.
  stamp bigint not null default 0 check (stamp >= 0),
  -- When time will next change the account; null: never.
  due_at bigint,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (number, bucket),
  unique (id, bucket)
) with (fillfactor = 70);

create index accounts_due on drawdown.accounts (due_at) where due_at is not null;

-- A grant is a lot of credits. Each term of the conservation law is kept on its own and none is inferred.
create table drawdown.grants (
  account bigint not null,
  no bigint not null,
  seq bigint not null,
  class text not null,
  amount bigint not null check (amount > 0),
  priority integer not null,
  effective_at bigint not null,
  expires_at bigint check (expires_at > effective_at),
  features text[],
  source_type text not null,
  source_ref text,
  cost_minor bigint,
  currency text,
  catalog text not null,
  metadata json not null,
  created_at bigint not null,
  phase text not null check (phase in ('scheduled', 'started', 'voided')),
  frozen boolean not null,
  granted bigint not null check (granted between 0 and amount),
  remaining bigint not null check (remaining >= 0),
  held bigint not null check (held between 0 and remaining),
  consumed bigint not null check (consumed >= 0),
  expired bigint not null check (expired >= 0),
  voided bigint not null check (voided >= 0),
  -- Nothing left and nothing to come: out of the set that is read on every change.
  finished boolean not null,
  bucket smallint not null,
  primary key (account, no, bucket),
  check (granted = remaining + consumed + expired + voided),
  check (not finished or remaining = 0),
  check ((cost_minor is null) = (currency is null))
) with (fillfactor = 70);

create index grants_live on drawdown.grants (account) where not finished;

create table drawdown.holds (
  account bigint not null,
  no bigint not null,
  seq bigint not null,
  amount bigint not null check (amount >= 0),
  captured bigint not null check (captured between 0 and amount),
  feature text,
  -- Pairs in draw order: lot, amount.
  draws bigint[] not null,
  actor text not null,
  state text not null check (state in ('open', 'captured', 'released', 'timed_out')),
  created_at bigint not null,
  expires_at bigint not null,
  bucket smallint not null,
  primary key (account, no, bucket)
) with (fillfactor = 80);

create index holds_open on drawdown.holds (account) where state = 'open';

-- Never updated, never deleted. hash = sha256(hex of the previous hash, line feed, canonical text of this entry).
create table drawdown.entries (
  account bigint not null,
  seq bigint not null check (seq > 0),
  type text not null check (type in ('grant', 'consume', 'hold', 'capture', 'release', 'refund', 'expire',
    'void', 'freeze', 'unfreeze', 'extend', 'adjust', 'transfer')),
  at bigint not null,
  amount bigint not null,
  held bigint not null,
  debt bigint not null,
  total bigint not null check (total >= 0),
  feature text,
  -- Triples: lot, change of remaining, change of held.
  moves bigint[] not null,
  hold bigint,
  reverses bigint,
  actor text not null,
  catalog text not null,
  detail json,
  -- 128 bits of the hash of principal, account and Idempotency-Key, and of the input; null where an entry follows from another.
  key bytea check (length(key) = 16),
  fingerprint bytea check (length(fingerprint) = 16),
  hash bytea not null check (length(hash) = 32),
  bucket smallint not null,
  primary key (account, seq, bucket),
  check ((key is null) = (fingerprint is null))
);

create unique index entries_key on drawdown.entries (account, key, bucket) where key is not null;
create index entries_refunds on drawdown.entries (account, reverses) where type = 'refund';

-- The ledger for people and reports: times as times, one row per moved lot.
create view drawdown.ledger as
  select a.id as account, e.seq, e.type, to_timestamp(e.at / 1000.0) as at, e.amount, e.total, e.feature,
         g.class, m.no as grant_no, m.remaining, m.held, e.actor
    from drawdown.entries e
    join drawdown.accounts a on a.number = e.account and a.bucket = e.bucket
    left join lateral (
      select e.moves[i] as no, e.moves[i + 1] as remaining, e.moves[i + 2] as held
        from generate_series(1, coalesce(array_length(e.moves, 1), 0), 3) as i
    ) m on true
    left join drawdown.grants g on g.account = e.account and g.no = m.no and g.bucket = e.bucket;
