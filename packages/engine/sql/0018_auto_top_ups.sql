-- Automatic top-ups. Amounts of credits are atoms, of money minor units; instants are epoch milliseconds.

-- How an account pays while nobody is there; kept with its owner's consent, and removed by its owner.
create table drawdown.payment_methods (
  account bigint not null,
  provider text not null,
  customer text not null,
  method text not null,
  -- What the owner recognises it by.
  label text not null,
  saved_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, bucket)
);

create table drawdown.auto_top_ups (
  account bigint not null,
  threshold bigint not null check (threshold > 0),
  pack text not null,
  cap_minor bigint not null check (cap_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  consent json not null,
  state text not null check (state in ('on', 'stopped')),
  -- Why it was stopped.
  reason text,
  -- The month's cap is reached: nothing before then.
  capped_until bigint,
  updated_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, bucket)
);

create index auto_top_ups_on on drawdown.auto_top_ups (account) where state = 'on';

-- One charge each, with the purchase of the same number. What is open is sent until its outcome is known.
create table drawdown.top_ups (
  account bigint not null,
  no bigint not null,
  packs integer not null check (packs > 0),
  price_minor bigint not null check (price_minor > 0),
  currency text not null,
  provider text not null,
  customer text not null,
  method text not null,
  state text not null check (state in ('pending', 'sent', 'completed', 'failed', 'canceled')),
  reason text,
  tries integer not null default 0,
  due_at bigint not null,
  created_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket)
);

-- One at a time.
create unique index top_ups_open on drawdown.top_ups (account, bucket) where state in ('pending', 'sent');
create index top_ups_due on drawdown.top_ups (due_at) where state in ('pending', 'sent');
