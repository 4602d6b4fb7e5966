-- What came of going through every ledger: a row for each whole run of `drawdown verify`. Of the installation, not of an
-- account. Instants are epoch milliseconds of the database's clock, whatever clock the engine has.

create table drawdown.verifications (
  no bigint generated always as identity primary key,
  started_at bigint not null,
  finished_at bigint not null check (finished_at >= started_at),
  accounts bigint not null check (accounts >= 0),
  entries bigint not null check (entries >= 0),
  faults bigint not null check (faults >= 0)
);
