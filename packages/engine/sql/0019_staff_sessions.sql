-- Staff who are signed in, by the hash of their cookie, and what finds the accounts that they look for.
-- Instants are epoch milliseconds of the engine's clock.

create table drawdown.staff_sessions (
  -- sha256 of the cookie; 256 random bits need no salt and no slow hash.
  hash bytea primary key check (octet_length(hash) = 32),
  -- Which of the staff, and their name: key_… or oidc_….
  staff text collate "C" not null,
  name text not null,
  -- Words separated by one space, in the order of the contract; of a key, what the key allows now is what counts.
  scopes text not null check (scopes <> ''),
  -- The hash of the key that it was exchanged for; null: an identity provider vouched.
  key_hash bytea check (octet_length(key_hash) = 32),
  created_at bigint not null,
  expires_at bigint not null,
  ended_at bigint
);

create index staff_sessions_over on drawdown.staff_sessions (expires_at);

-- Few rows each, so lists of them are short walks.
create index accounts_closed on drawdown.accounts (id) where closed_at is not null;
create index grants_frozen on drawdown.grants (account) where frozen and not finished;
-- A receipt's number, by which people ask for their payment.
create index purchases_checkout on drawdown.purchases (provider, checkout) where checkout is not null;
create index subscriptions_ref on drawdown.subscriptions (ref);
