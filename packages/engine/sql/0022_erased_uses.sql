-- What there is once for a person, of persons whose data were removed: their ids are free again, and whoever comes back
-- under one of them begins anew but for this. The id is kept as a hash under a key of the installation alone, without
-- an instant and without a way to the ledger that it was of; taking the key away forgets all of them.

create table drawdown.erased_uses (
  -- sha256 of the key `erased_ids_key` of the settings, and the id.
  id_hash bytea not null check (octet_length(id_hash) = 32),
  -- `campaign:<campaign>`, `trial:<plan>`, or `invited`.
  use text collate "C" not null,
  times bigint not null check (times > 0),
  primary key (id_hash, use)
);

insert into drawdown.settings (name, value)
  values ('erased_ids_key', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
  on conflict do nothing;

-- What earlier erasures left behind.
update drawdown.merges m set reason = 'redacted'
  from drawdown.erasures e
 where e.finished_at is not null and e.account in (m.account, m.into_account);
delete from drawdown.change_keys k using drawdown.erasures e where e.finished_at is not null and e.account = k.account;
update drawdown.purchases p set key = null, fingerprint = null
  from drawdown.erasures e where e.finished_at is not null and e.account = p.account;
update drawdown.plan_checkouts c set key = null, fingerprint = null
  from drawdown.erasures e where e.finished_at is not null and e.account = c.account;
