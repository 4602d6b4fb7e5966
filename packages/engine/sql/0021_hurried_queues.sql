-- When an endpoint answers again, what waits for it is tried once before its time. Not null: such an attempt is due or
-- was made, or the receiver asked to be left alone until then; nothing is hurried before this instant again.
alter table drawdown.webhook_queues add column planned_at bigint;
