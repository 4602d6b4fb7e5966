-- What staff did. A row of the audit log is written in the transaction of the act that it tells of, and stays as it is.
-- Amounts are atoms, instants are epoch milliseconds of the engine's clock. Accounts are named by their numbers alone, so
-- that a person's data are removed from their ledger's side.

-- In the order in which acts begin, across accounts: lists are by it.
create sequence drawdown.audit_ordinal as bigint;

create table drawdown.audit (
  account bigint not null,
  no bigint not null,
  act text not null check (act in ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust')),
  at bigint not null,
  -- Which of the staff, and their name on that day.
  staff text collate "C" not null,
  name text not null,
  reason text,
  -- What was asked, without the account's id.
  input json not null,
  -- What was shown before it was done; null: it was asked for without looking.
  preview json,
  -- The credits that were moved, or are let be spent longer or again.
  size bigint not null check (size >= 0),
  -- The first entry, which is the operation, and the last.
  seq bigint not null,
  last_seq bigint not null,
  -- The id of the request, as the server's log has it.
  request text,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, no, bucket)
);

create index audit_by_time on drawdown.audit (no);
-- What one of the staff did of late.
create index audit_by_staff on drawdown.audit (staff, at);

-- The log is added to and nothing else, whoever asks; only where a person's data are removed, what somebody wrote
-- about them gives way, and only to what says nothing.
create function drawdown.audit_is_added_to() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if exists (select from drawdown.erasures e where e.account = old.account and e.finished_at is null)
      and new.input::text = '{}' and new.preview is null
      and new.reason is not distinct from (case when old.reason is null then null else 'redacted' end)
      and to_jsonb(new) - '{reason,input,preview}'::text[] = to_jsonb(old) - '{reason,input,preview}'::text[]
    then
      return new;
    end if;
  end if;
  raise exception 'the audit log is added to, never changed' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_rows before update or delete on drawdown.audit
  for each row execute function drawdown.audit_is_added_to();
create trigger audit_whole before truncate on drawdown.audit
  for each statement execute function drawdown.audit_is_added_to();
