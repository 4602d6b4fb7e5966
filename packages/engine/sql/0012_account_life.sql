-- The life of an account: merged into another one, closed, its person's data removed. Amounts of credits are atoms, of
-- money minor units; instants are milliseconds since 1970-01-01Z.

-- What left a lot for another account is a term of its own in the law of conservation.
alter table drawdown.grants
  add column transferred bigint not null default 0 check (transferred >= 0),
  drop constraint grants_check3,
  add check (granted = remaining + consumed + expired + voided + transferred),
  drop constraint grants_phase_check,
  add constraint grants_phase_check check (phase in ('scheduled', 'started', 'voided', 'transferred'));

-- Both follow from the entry that closed the account, as every other column does that entries move.
alter table drawdown.accounts
  add column closed_at bigint,
  add column merged_into bigint,
  add check (merged_into is null or closed_at is not null);

-- Written with the entry that takes everything out of the account; what it says is due is put into the other one by a
-- change of that account, in one transaction with the end of the row.
create table drawdown.merges (
  account bigint not null,
  into_account bigint not null,
  -- The entry, and who asked for it.
  seq bigint not null,
  actor text not null,
  reason text not null,
  created_at bigint not null,
  delivered_at bigint,
  -- The entry that put it into the other account.
  delivered_seq bigint,
  -- When to try next; null: nothing is due.
  due_at bigint,
  tries bigint not null default 0,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, bucket),
  check ((delivered_at is null) <> (due_at is null))
);

create index merges_due on drawdown.merges (due_at) where due_at is not null;
create index merges_into on drawdown.merges (into_account);

-- Where a purchase went with the lots of its account.
alter table drawdown.purchases add column moved_to bigint, add column moved_no bigint,
  add check ((moved_to is null) = (moved_no is null));

-- What paid credits were worth when their account was closed, lot by lot.
create table drawdown.settlements (
  account bigint not null,
  -- The lot; of what was paid after the closing, the purchase.
  no bigint not null,
  purchase bigint,
  credits bigint not null check (credits >= 0),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  way text not null check (way in ('payable', 'forfeited')),
  -- What the purchase's provider had paid back by then, in minor units: what it pays back later is no longer payable.
  back_minor bigint not null check (back_minor >= 0),
  created_at bigint not null,
  paid_at bigint,
  paid_by text,
  paid_minor bigint check (paid_minor >= 0),
  reference text,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  check ((paid_at is null) = (paid_by is null)),
  check ((paid_at is null) = (paid_minor is null))
);

-- The codes of an inviter are locked together, whichever campaign they are of.
create index campaign_codes_owner on drawdown.campaign_codes (owner) where owner is not null;
