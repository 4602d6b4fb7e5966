-- Changes of plans that a provider charges for: written down before the provider is asked, so that the same change asked for
-- again is the same one there, and nobody is charged for it twice.

create table drawdown.plan_changes (
  account bigint not null,
  -- Led by the time, as the numbers of grants are.
  no bigint not null,
  -- The number of the plan's checkout, which is the subscription's.
  subscription bigint not null,
  -- What it is changed to.
  offer json not null,
  begins text not null check (begins in ('now', 'period_end')),
  -- `open`: what became of it is not known. `dropped`: the provider was never asked, or never heard.
  state text not null check (state in ('open', 'done', 'refused', 'dropped')),
  -- Why the provider refused: its sentence and its reason.
  refusal json,
  key bytea check (length(key) = 16),
  created_at bigint not null,
  updated_at bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  check ((refusal is not null) = (state = 'refused'))
);

create unique index plan_changes_key on drawdown.plan_changes (account, key, bucket) where key is not null;
-- One at a time.
create unique index plan_changes_open on drawdown.plan_changes (account, subscription, bucket) where state = 'open';
