-- What the jurisdiction of a purchase asked for when the checkout was made, word for word, whatever the catalog says later.
-- Null where none was named, and for purchases that were made before this was kept.
alter table drawdown.purchases add column law json;
