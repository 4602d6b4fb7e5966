-- A charge that took something else than was asked for bought nothing: its purchase is of that money, and of no credits.
alter table drawdown.purchases
  drop constraint purchases_credits_check,
  add constraint purchases_credits_check check (credits >= 0);

-- Until then a closing pays back what was bought, and nothing may be agreed to that buys it again.
alter table drawdown.payment_methods add column closing_until bigint;
