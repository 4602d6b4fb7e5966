-- Lots that were issued before there were notices (0006) have no row that says when their end is announced, since rows
-- are written with the lot. They get one that is due at once and leaves the days open: the catalog in force has them,
-- and the engine fills them in under the account's lock, like everything else about a lot.

-- Null: issued before announcements were; the catalog says which are left. Otherwise as before.
alter table drawdown.notice_reminders alter column days drop not null;

insert into drawdown.notice_reminders (account, grant_no, days, due_at, bucket)
select g.account, g.no, null, 0, g.bucket
  from drawdown.grants g
 where not g.finished and g.phase <> 'voided' and g.expires_at is not null
   and g.created_at < (select extract(epoch from m.applied_at) * 1000 from drawdown.schema_migrations m where m.version = 6)
    on conflict do nothing;
