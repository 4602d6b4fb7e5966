-- Ways to pay that are forgotten here and not yet at their provider; a row ends once they are there too.
create table drawdown.forgotten_methods (
  account bigint not null,
  provider text not null,
  customer text not null,
  method text not null,
  due_at bigint not null,
  tries integer not null default 0,
  bucket smallint not null check (bucket between 0 and 1023),
  primary key (account, provider, method, bucket)
);

create index forgotten_methods_due on drawdown.forgotten_methods (due_at);

-- Accounts that ended before this ended neither what was agreed nor how they paid.
delete from drawdown.auto_top_ups t using drawdown.accounts a
 where a.number = t.account and a.bucket = t.bucket and a.closed_at is not null;
update drawdown.top_ups t set state = 'canceled' from drawdown.accounts a
 where a.number = t.account and a.bucket = t.bucket and a.closed_at is not null and t.state = 'pending';
insert into drawdown.forgotten_methods (account, provider, customer, method, due_at, bucket)
select m.account, m.provider, m.customer, m.method, 0, m.bucket
  from drawdown.payment_methods m join drawdown.accounts a on a.number = m.account and a.bucket = m.bucket
 where a.closed_at is not null;
delete from drawdown.payment_methods m using drawdown.accounts a
 where a.number = m.account and a.bucket = m.bucket and a.closed_at is not null;
