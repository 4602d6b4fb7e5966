-- Removing a person's data. What a redacted entry says now is held to a hash, and all of these to an entry that attests
-- to them under the chain.

create table drawdown.redactions (
  account bigint not null,
  seq bigint not null,
  -- sha256 of the canonical text of the entry as it was redacted.
  digest bytea not null check (length(digest) = 32),
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, seq, bucket)
);

-- The pseudonym is chosen once, before anything is changed, so that whoever goes on goes on under the same.
create table drawdown.erasures (
  account bigint not null,
  pseudonym text not null,
  reason text not null,
  actor text not null,
  started_at bigint not null,
  finished_at bigint,
  -- How many entries of the account's own ledger were redacted.
  entries bigint,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, bucket)
);
