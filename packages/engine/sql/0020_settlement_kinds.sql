-- Numbers of lots and of purchases may be the same, so that what a settlement is of belongs to its key.

alter table drawdown.settlements
  -- What was left of a lot; what was paid too late to come to credits; what was paid for a purchase a second time.
  add column kind text not null default 'lot' check (kind in ('lot', 'late', 'double')),
  -- Of a second payment its name at the provider, since there may be a third.
  add column payment text not null default '';

update drawdown.settlements set kind = 'late' where credits = 0;

alter table drawdown.settlements
  alter column kind drop default,
  drop constraint settlements_pkey,
  add primary key (account, kind, no, payment, bucket),
  add check ((kind = 'double') = (payment <> ''));

-- From where a purchase is now to where it was when something of it was settled.
create index purchases_moved on drawdown.purchases (moved_to, moved_no) where moved_to is not null;

-- A checkout of a plan that was gone through with when nothing could begin any more.
alter table drawdown.plan_checkouts
  drop constraint plan_checkouts_state_check,
  add constraint plan_checkouts_state_check
    check (state in ('open', 'canceled', 'failed', 'expired', 'begun', 'refused'));
create index plan_checkouts_open on drawdown.plan_checkouts (account, no) where state = 'open';
