-- Who may call: secret and admin keys, kept as hashes only, and the keys that sign session tokens.
-- Times are epoch milliseconds of the engine's clock.

create table drawdown.keys (
  id text collate "C" primary key,
  -- sha256 of the whole key; 256 random bits need no salt and no slow hash.
  hash bytea not null unique check (octet_length(hash) = 32),
  name text not null,
  -- The first characters, to recognise a key by. They are part of the secret, so they are few.
  prefix text not null,
  -- Words separated by one space, in the order of the contract.
  scopes text not null check (scopes <> ''),
  created_at bigint not null,
  created_by text not null,
  expires_at bigint,
  revoked_at bigint,
  revoked_by text,
  last_used_at bigint
);

-- A key signs in [signs_from, signs_until) and verifies until verifies_until, when its last token has expired.
-- A successor starts where its predecessor ends, so two processes that make one at once make the same row.
create table drawdown.signing_keys (
  kid text collate "C" primary key,
  public_jwk text not null,
  private_jwk text not null,
  created_at bigint not null,
  signs_from bigint not null unique,
  signs_until bigint not null check (signs_until > signs_from),
  verifies_until bigint not null check (verifies_until >= signs_until)
);
