-- Staff whom an identity provider vouched for. The audit log names them by the id; this is who is meant by it, and it is
-- kept as long as the log is. Instants are epoch milliseconds of the engine's clock.

create table drawdown.staff_identities (
  id text collate "C" primary key check (id like 'oidc\_%'),
  issuer text collate "C" not null,
  -- What the issuer calls one person, and never another one.
  subject text collate "C" not null,
  -- As they were called at their last sign-in.
  name text not null,
  seen_at bigint not null
);
