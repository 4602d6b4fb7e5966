-- Accounts that agreed to automatic top-ups are looked at when they change, which is heard of; and each at this instant besides,
-- for what nobody heard of. So that of those that are idle none is read but those that are due.
alter table drawdown.auto_top_ups add column look_at bigint not null default 0;
create index auto_top_ups_look on drawdown.auto_top_ups (look_at) where state = 'on';
drop index drawdown.auto_top_ups_on;
