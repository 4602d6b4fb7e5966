import { type ApprovalLimits, isProblem } from '@drawdown/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { type Console, useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { ChoiceField, Field } from '../parts/field.tsx';
import { Head, Panel } from '../parts/head.tsx';
import { useRefusal } from '../refusal.ts';
import { type CampaignDraft, EMPTY, faultsOf, fieldOf, idOf, KINDS, requestOf } from './new-campaign.ts';

interface PartProps {
  draft: CampaignDraft;
  set(change: Partial<CampaignDraft>): void;
  wrong(field: keyof CampaignDraft): string | null;
}

/** A new campaign. What it may cost at most is said before it starts. */
export function NewCampaignPage(): ReactNode {
  const { t, format, names, staff } = useConsole();
  const refusal = useRefusal();
  const form = useRef<HTMLFormElement>(null);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(EMPTY);
  const [wasSent, setSent] = useState(false);
  // Credits that are given away are of a class that nobody pays for, unless another one is chosen.
  const usual = names.classes.find(({ kind }) => kind === 'earned') ?? names.classes[0];
  const whole = { ...draft, class: draft.class === '' ? (usual?.id ?? '') : draft.class };
  const faults = faultsOf(whole);
  const create = useMutation({
    mutationFn: () => client.createCampaign(requestOf(whole)),
    onSuccess: async (campaign) => {
      await cache.invalidateQueries({ queryKey: ['campaigns'] });
      await navigate({ to: '/campaigns/$campaign', params: { campaign: campaign.id } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setSent(true);
    if (faults.size === 0) create.mutate();
    // Once they are marked.
    else
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const part: PartProps = {
    draft: whole,
    set: (change) => {
      setDraft({ ...draft, ...change });
      // What the server said was of what was there.
      create.reset();
    },
    wrong: (field) => {
      const fault = wasSent ? faults.get(field) : undefined;
      return fault === undefined ? refusedBy(create.error, field, { t, format }) : t(fault);
    },
  };
  return (
    <>
      <Head
        trail={<Link to="/campaigns">{t('section.campaigns')}</Link>}
        name={t('campaigns.new')}
        lead={t('campaigns.new_lead')}
      />
      <form ref={form} className="form" onSubmit={submit} noValidate>
        <What {...part} />
        <HowMuch {...part} />
        <ForWhom {...part} />
        {wasSent && faults.size > 0 ? (
          <p className="act__error" role="alert">
            {t('campaigns.faulty')}
          </p>
        ) : null}
        {create.error === null ? null : (
          <p className="act__error" role="alert">
            {refusal(create.error)}
          </p>
        )}
        {willWait(draft.budget, staff.approval) ? <p className="limits">{t('campaigns.will_wait')}</p> : null}
        <div className="act__buttons">
          <Link to="/campaigns" className="dd-button">
            {t('cancel')}
          </Link>
          <button type="submit" className="dd-button" data-kind="primary" disabled={create.isPending}>
            {t('campaigns.create')}
          </button>
        </div>
      </form>
    </>
  );
}

/** The server knows more of what may be than this form does: how long credits may be valid, say. */
function refusedBy(
  error: Error | null,
  field: keyof CampaignDraft,
  { t, format }: Pick<Console, 't' | 'format'>,
): string | null {
  if (!isProblem(error, 'invalid_request') || fieldOf(error.problem.field) !== field) return null;
  const [, from, to] = /from (P\w+) to (P\w+)/.exec(error.problem.detail) ?? [];
  if (from === undefined || to === undefined) return t('fault.refused');
  return t('fault.range', { from: format.duration(from), to: format.duration(to) });
}

/** Whatever was given already today comes on top: the server says in the end. */
function willWait(budget: string, { account_limit: account, staff_limit: staff }: ApprovalLimits): boolean {
  const most = Math.min(account ?? Number.POSITIVE_INFINITY, staff ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(most) && (budget.trim() === '' || Number(budget) > most);
}

function What({ draft, set, wrong }: PartProps): ReactNode {
  const { t } = useConsole();
  return (
    <Panel title={t('campaigns.part_what')}>
      <div className="fields">
        <Field
          label={t('campaigns.name')}
          value={draft.name}
          wrong={wrong('name')}
          onChange={(name) =>
            // The id follows the name until it is one of its own.
            set(draft.id === '' || draft.id === idOf(draft.name) ? { name, id: idOf(name) } : { name })
          }
        />
        <Field
          label={t('campaigns.id')}
          hint={t('campaigns.id_hint')}
          value={draft.id}
          wrong={wrong('id')}
          onChange={(id) => set({ id })}
        />
        <ChoiceField
          label={t('campaigns.kind')}
          hint={t(`campaign_kind.${draft.kind}.hint`)}
          value={draft.kind}
          options={KINDS.map((kind) => [kind, t(`campaign_kind.${kind}`)] as const)}
          onChange={(kind) => set({ kind })}
        />
        {draft.kind === 'promotion_code' ? (
          <ChoiceField
            label={t('campaigns.codes')}
            value={draft.codes}
            options={[
              ['single_use', t('campaigns.codes.single_use')],
              ['shared', t('campaigns.codes.shared')],
            ]}
            onChange={(codes) => set({ codes })}
          />
        ) : null}
        {draft.kind === 'promotion_code' && draft.codes === 'shared' ? (
          <Field
            label={t('campaigns.code')}
            value={draft.code}
            wrong={wrong('code')}
            onChange={(code) => set({ code })}
          />
        ) : null}
      </div>
    </Panel>
  );
}

function HowMuch({ draft, set, wrong }: PartProps): ReactNode {
  const { t, names } = useConsole();
  return (
    <Panel title={t('campaigns.part_how_much')}>
      <div className="fields">
        <Field
          label={t('campaigns.each')}
          isNumber
          value={draft.credits}
          wrong={wrong('credits')}
          onChange={(credits) => set({ credits })}
        />
        {draft.kind === 'referral' ? (
          <Field
            label={t('campaigns.inviter')}
            isNumber
            value={draft.inviter}
            wrong={wrong('inviter')}
            onChange={(inviter) => set({ inviter })}
          />
        ) : null}
        <ChoiceField
          label={t('act.class')}
          value={draft.class}
          options={names.classes.map(({ id, name }) => [id, name] as const)}
          onChange={(value) => set({ class: value })}
        />
        <Field
          label={t('campaigns.days')}
          isNumber
          value={draft.days}
          wrong={wrong('days')}
          onChange={(days) => set({ days })}
        />
        <Field
          label={t('campaigns.budget')}
          hint={t('campaigns.budget_hint')}
          isNumber
          value={draft.budget}
          wrong={wrong('budget')}
          onChange={(budget) => set({ budget })}
        />
        <Field
          label={t('campaigns.starts')}
          hint={t('campaigns.starts_hint')}
          type="datetime-local"
          value={draft.starts}
          onChange={(starts) => set({ starts })}
        />
        <Field
          label={t('campaigns.ends')}
          hint={t('campaigns.ends_hint')}
          type="datetime-local"
          value={draft.ends}
          wrong={wrong('ends')}
          onChange={(ends) => set({ ends })}
        />
      </div>
    </Panel>
  );
}

function ForWhom({ draft, set, wrong }: PartProps): ReactNode {
  const { t, catalog } = useConsole();
  return (
    <Panel title={t('campaigns.part_for_whom')}>
      <div className="fields">
        <Field
          label={t('campaigns.per_account')}
          hint={t('campaigns.limit_hint')}
          isNumber
          value={draft.perAccount}
          wrong={wrong('perAccount')}
          onChange={(perAccount) => set({ perAccount })}
        />
        <Field
          label={t('campaigns.per_device')}
          hint={t('campaigns.limit_hint')}
          isNumber
          value={draft.perDevice}
          wrong={wrong('perDevice')}
          onChange={(perDevice) => set({ perDevice })}
        />
        <ChoiceField
          label={t('campaigns.kinds')}
          value={draft.people}
          options={[
            ['all', t('filter.all')],
            ['user', t('kinds.user')],
            ['team', t('kinds.team')],
          ]}
          onChange={(people) => set({ people })}
        />
        <ChoiceField
          label={t('campaigns.plans')}
          value={draft.plan}
          options={[
            ['', t('campaigns.any_plan')],
            ...(catalog?.plans ?? []).map(({ id, name }) => [id, name] as const),
          ]}
          onChange={(plan) => set({ plan })}
        />
        <Field
          label={t('campaigns.newer_days')}
          hint={t('campaigns.newer_hint')}
          isNumber
          value={draft.newerDays}
          wrong={wrong('newerDays')}
          onChange={(newerDays) => set({ newerDays })}
        />
      </div>
    </Panel>
  );
}
