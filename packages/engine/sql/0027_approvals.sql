-- Acts of staff that wait, or waited, for a second person. Amounts are atoms, instants are epoch milliseconds of the
-- engine's clock.
create table drawdown.approvals (
  account bigint not null,
  -- From the ordinal of the audit log, so that lists of both are in one order.
  no bigint not null,
  act text not null check (act in ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust')),
  at bigint not null,
  expires_at bigint not null,
  staff text collate "C" not null,
  name text not null,
  reason text not null,
  -- What was asked, without the account's id, and what was shown.
  input json not null,
  preview json not null,
  size bigint not null check (size >= 0),
  -- Of the request's idempotency key: the same again is the same approval.
  key bytea not null check (length(key) = 16),
  state text not null check (state in ('pending', 'approved', 'rejected', 'withdrawn')),
  decided_by text,
  decided_name text,
  decided_at bigint,
  decision_reason text,
  -- The operation that an approval came to.
  seq bigint,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket),
  check ((state = 'pending') = (decided_at is null)),
  check ((state = 'approved') = (seq is not null))
);

create unique index approvals_by_key on drawdown.approvals (account, key, bucket);
create index approvals_by_time on drawdown.approvals (no);
create index approvals_pending on drawdown.approvals (no) where state = 'pending';

-- The steps of an approval stand in the log too; only an act has entries.
alter table drawdown.audit
  add column approval bigint,
  add column approved_by text,
  add column approved_name text,
  alter column seq drop not null,
  alter column last_seq drop not null,
  drop constraint audit_act_check,
  add constraint audit_act_check check (act in
    ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust', 'request', 'reject', 'withdraw')),
  add constraint audit_entries_check check
    ((seq is null) = (act in ('request', 'reject', 'withdraw')) and (seq is null) = (last_seq is null));
