-- Reports read what happened from an instant on. Entries are written in the order of their time, but for stragglers, so
-- a summary of each stretch of the table finds them, and costs a write next to nothing.
create index entries_at on drawdown.entries using brin (at) with (pages_per_range = 32, autosummarize = on);
