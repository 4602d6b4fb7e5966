-- Purchases of which something was paid back while credits of theirs were held or spent: what falls back later is the
-- reversal's, so they follow the changes of their accounts.

alter table drawdown.purchases add column awaits boolean not null default false;
-- The account's last entry when its lots were last brought to what the payment's facts ask for.
alter table drawdown.purchases add column followed bigint not null default 0;

create index purchases_awaiting on drawdown.purchases (account, no) where awaits;

update drawdown.purchases set awaits = true
  where moved_to is null and state in ('partly_reversed', 'reversed', 'disputed', 'refunding');
