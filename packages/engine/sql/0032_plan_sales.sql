-- A plan is sold under the law of a place as well, which is copied when it is ordered. Instants are epoch milliseconds of
-- the engine's clock.

alter table drawdown.plan_checkouts
  add column jurisdiction text collate "C",
  add column law json,
  -- ISO 8601: how long the first payment may be withdrawn from. Null: not at all.
  add column refund_window text collate "C",
  add column consent json,
  -- How it is paid may be charged for other things too, while nobody is there.
  add column saves boolean not null default false;
