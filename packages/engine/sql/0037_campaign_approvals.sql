-- A campaign that may give more than one of the staff may alone waits for a second person before it gives anything.

alter table drawdown.campaigns
  -- Of the approvals, which are about no account; null: nobody had to be asked. Those that there are go on as they were.
  add column approval bigint,
  add column waiting boolean not null default false,
  add constraint campaigns_waiting_check check (not waiting or approval is not null);

alter table drawdown.approvals
  -- The campaign. Account 0 is nobody's: then this alone says what it is about.
  add column subject text collate "C",
  -- Null: it has no end.
  alter column size drop not null,
  drop constraint approvals_act_check,
  drop constraint approvals_entry_check,
  add constraint approvals_act_check check (act in
    ('grant', 'extend', 'void', 'freeze', 'unfreeze', 'refund', 'adjust', 'end_top_up', 'start_campaign')),
  add constraint approvals_entry_check check
    (case when state = 'approved' then seq is not null or act in ('end_top_up', 'start_campaign') else seq is null end),
  add constraint approvals_subject_check check ((act = 'start_campaign') = (subject is not null)),
  add constraint approvals_account_check check ((act = 'start_campaign') = (account = 0)),
  add constraint approvals_whole_check check (size is not null or act = 'start_campaign');
