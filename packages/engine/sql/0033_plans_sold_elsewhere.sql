-- Plans that were sold elsewhere and that a provider charges for: there was no checkout of ours, and nowhere to return to.
alter table drawdown.plan_checkouts alter column return_url drop not null;

-- Events bear the provider's own name of a subscription, and not always ours.
create index plan_checkouts_external on drawdown.plan_checkouts (provider, external) where external is not null;
