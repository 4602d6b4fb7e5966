-- Outgoing webhooks: who is told of notices, and what became of telling them. Instants are milliseconds since
-- 1970-01-01Z; those of deliveries are the server's own clock, since they are about other machines.

create table drawdown.webhook_endpoints (
  id text collate "C" primary key,
  url text not null,
  description text,
  -- Null: every type.
  types text[],
  -- Newest first, with the instant until which each still signs; null: until it is exchanged.
  secrets json not null,
  disabled_at bigint,
  disabled_reason text check (disabled_reason in ('asked', 'gone', 'failing')),
  -- Since when nothing was delivered but failures; null: the last attempt went well.
  failing_since bigint,
  last_error text,
  created_at bigint not null,
  -- Its rows are removed bit by bit, then this one.
  deleted_at bigint,
  check ((disabled_at is null) = (disabled_reason is null))
);

-- One row per notice and endpoint that wants it, written with the notice.
create table drawdown.webhook_deliveries (
  account bigint not null,
  endpoint text collate "C" not null,
  notice bigint not null,
  state text not null check (state in ('pending', 'delivered', 'dead')),
  attempts integer not null default 0 check (attempts >= 0),
  queued_at bigint not null,
  attempted_at bigint,
  -- Of the last attempt: the status that was answered, or what went wrong before there was one.
  status integer,
  error text,
  bucket smallint not null,
  primary key (account, endpoint, notice, bucket)
) with (fillfactor = 80);

create index webhook_deliveries_by_endpoint on drawdown.webhook_deliveries (endpoint, notice, account);
create index webhook_deliveries_undelivered on drawdown.webhook_deliveries (endpoint, notice, account)
  where state <> 'delivered';

-- An account's notices reach an endpoint one after the other. A row is there while any is pending, and whoever sends
-- them holds it by moving `due_at` ahead: a lease, that ends by itself where the holder is gone.
create table drawdown.webhook_queues (
  account bigint not null,
  endpoint text collate "C" not null,
  due_at bigint not null,
  leased boolean not null default false,
  -- Counts what was added, so that the last one to leave does not overlook the latest.
  pushes bigint not null default 0,
  bucket smallint not null,
  primary key (account, endpoint, bucket)
) with (fillfactor = 70);

create index webhook_queues_due on drawdown.webhook_queues (endpoint, due_at);
