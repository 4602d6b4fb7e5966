-- The period in which it was told last that a member's limit was reached: once a period is enough.
alter table drawdown.members add column told text collate "C";
