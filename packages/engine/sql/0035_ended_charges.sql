-- One of the staff may end a charge that its provider does not answer about. Where nothing is entered in the ledger by that,
-- its approval has no entry either.
alter table drawdown.approvals
  drop constraint approvals_act_check,
  drop constraint approvals_check1,
  add constraint approvals_act_check check (act in
    ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust', 'end_top_up')),
  add constraint approvals_entry_check check
    (case when state = 'approved' then seq is not null or act = 'end_top_up' else seq is null end);
