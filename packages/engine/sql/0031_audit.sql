-- The audit log is of everything that staff and admins do, not of acts on accounts alone. Instants are epoch milliseconds
-- of the engine's clock.

alter table drawdown.audit
  -- What it was done to where that is no account: a key, a campaign, an endpoint, a session. Account 0 is nobody's: then
  -- this alone says it.
  add column subject text collate "C",
  drop constraint audit_act_check,
  drop constraint audit_entries_check,
  add constraint audit_act_check check (act ~ '^[a-z_]{1,40}$'),
  add constraint audit_entries_check check (
    (seq is null) = (last_seq is null)
    and (seq is null or account <> 0)
    and (seq is not null or act not in ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust')));

create index audit_by_subject on drawdown.audit (subject, no) where subject is not null;
-- The steps of one approval, and the entries of one account that have their record.
create index audit_by_approval on drawdown.audit (account, approval) where approval is not null;
create index audit_by_seq on drawdown.audit (account, seq) where seq is not null;

-- Up to which entry staff wrote into ledgers before all of it was recorded: what is older need not have a record.
create table drawdown.audit_began (
  account bigint not null,
  seq bigint not null,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, bucket)
);
insert into drawdown.audit_began (account, seq, bucket)
  select e.account, max(e.seq), e.bucket from drawdown.entries e where e.actor like 'staff:%' group by e.account, e.bucket;
-- As much of keys and campaigns: of account 0, which is nobody's, it is an instant.
insert into drawdown.audit_began (account, seq, bucket)
  select 0, max(at), 0 from (
    select greatest(created_at, revoked_at) as at from drawdown.keys
    union all select greatest(created_at, stopped_at) from drawdown.campaigns) known
   having max(at) is not null;

-- A person who is erased is named in ledgers of teams too: while one is, what was written about them gives way there as well.
create or replace function drawdown.audit_is_added_to() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if exists (select from drawdown.erasures e where e.finished_at is null)
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

alter table drawdown.keys
  -- Whose it is besides whoever made it: one of the staff whom the identity provider vouches for.
  add column owner text collate "C",
  -- A second person said that it is in other hands than its maker's, and how they are called: from then on what is done
  -- with it does not count for the maker.
  add column vouched_at bigint,
  add column vouched_by text collate "C",
  add constraint keys_vouched_check check ((vouched_at is null) = (vouched_by is null));
create index keys_by_maker on drawdown.keys (created_by);

-- Limits did not count what servers' keys did. Those that there are go on as they were.
update drawdown.keys set vouched_at = created_at, vouched_by = 'system'
  where not (string_to_array(scopes, ' ') && '{staff,act,approve,admin}'::text[]);

alter table drawdown.staff_sessions
  -- By which others name it; the cookie's hash is nobody's business.
  add column id text collate "C",
  add column last_used_at bigint,
  add column ended_by text collate "C";
update drawdown.staff_sessions set id = 'sts_' || encode(substr(hash, 1, 12), 'hex');
alter table drawdown.staff_sessions alter column id set not null, add unique (id);
