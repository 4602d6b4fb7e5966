-- What finance still has to pay, over all accounts, in the order in which it came to be. A settlement's number only
-- places it in that list.
alter table drawdown.settlements
  add column ordinal bigint generated always as identity,
  -- The first entry of the payout; null: it came of a closing.
  add column seq bigint;

create index settlements_payable on drawdown.settlements (ordinal) where way = 'payable' and paid_at is null;
