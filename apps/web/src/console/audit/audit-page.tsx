import type { AuditedAct, AuditQuery } from '@drawdown/client';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Choice } from '../parts/choice.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { Head } from '../parts/head.tsx';
import { ACT_GROUPS, isAct } from './act-groups.ts';
import { AuditList } from './audit-list.tsx';

const route = getRouteApi('/audit');

type Filter = 'account' | 'subject' | 'staff' | 'from' | 'to';

/** Who did what, and why. No record is ever changed or removed. */
export function AuditPage(): ReactNode {
  const { t } = useConsole();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const act = isAct(search.act) ? search.act : undefined;
  const set = (change: { [K in Filter | 'act']?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { account, subject, staff, from, to } = search;
  const filter: AuditQuery = {
    ...(act === undefined ? {} : { act }),
    ...(account === undefined ? {} : { account }),
    ...(subject === undefined ? {} : { subject }),
    ...(staff === undefined ? {} : { staff }),
    ...(isDay(from) ? { from: dayStart(from, 0) } : {}),
    ...(isDay(to) ? { to: dayStart(to, 1) } : {}),
  };
  return (
    <>
      <Head name={t('section.audit')} lead={t('audit.lead')}>
        <CsvButton name={`${t('audit.csv')}.csv`} read={() => client.auditCsv(filter)} />
      </Head>
      <div className="filters">
        <Choice
          label={t('audit.act')}
          value={(act ?? '') as AuditedAct | ''}
          options={[['', t('filter.all')]]}
          groups={ACT_GROUPS.map(([group, acts]) => [
            t(`audit_group.${group}`),
            acts.map((one) => [one, t(`audit_act.${one}`)] as const),
          ])}
          onChange={(value) => set({ act: value === '' ? undefined : value })}
        />
        <Text label={t('accounts.account')} value={account} onChange={(value) => set({ account: value })} />
        <Text label={t('audit.subject')} value={subject} onChange={(value) => set({ subject: value })} />
        <Text label={t('audit.staff_id')} value={staff} onChange={(value) => set({ staff: value })} />
        <Text type="date" label={t('filter.from')} value={from} onChange={(value) => set({ from: value })} />
        <Text type="date" label={t('filter.to')} value={to} onChange={(value) => set({ to: value })} />
      </div>
      <AuditList filter={filter} />
    </>
  );
}

/** An address may say anything. */
function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text);
}

/** The first instant of the day, here, or of a day after it: `to` includes the day that is named. */
function dayStart(day: string, later: number): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** Counts when it is left or Enter is pressed, not at every key. */
function Text({
  label,
  value,
  type = 'text',
  onChange,
}: {
  label: string;
  value: string | undefined;
  type?: 'text' | 'date';
  onChange(value: string | undefined): void;
}): ReactNode {
  const id = useId();
  const take = (text: string): void => {
    const next = text.trim() === '' ? undefined : text.trim();
    if (next !== value) onChange(next);
  };
  return (
    <span className="choice">
      <label htmlFor={id}>{label}</label>
      <input
        key={value ?? ''}
        id={id}
        className="dd-select choice__text"
        type={type}
        autoComplete="off"
        spellCheck={false}
        defaultValue={value ?? ''}
        data-set={value !== undefined}
        onBlur={(event) => take(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take(event.currentTarget.value);
        }}
      />
    </span>
  );
}
