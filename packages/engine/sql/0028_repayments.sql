-- Debts that were repaid out of lots: looked up when a debt is forgiven.

create index entries_repayments on drawdown.entries (account) where type = 'adjust' and debt < 0 and moves <> '{}';
