/** What every report has: the months that it is of, and whether it is final. */
import { Failure } from '@drawdown/client/react';
import type { UseQueryResult } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { now } from '../clock.ts';
import { useConsole } from '../console-context.ts';
import { Field } from '../parts/field.tsx';
import { Loading } from '../parts/list.tsx';
import { At, State } from '../parts/small.tsx';
import { isMonth, monthAfter, usualMonths } from './months.ts';

const route = getRouteApi('/finance');

/** The months in the address, both included; what is sent to the server ends before the month after. */
export function useMonths(): { from: string; to: string; range: { from: string; to: string } } {
  const search = route.useSearch();
  const [usual] = useState(() => usualMonths(new Date(now())));
  const to = isMonth(search.to) ? search.to : usual.to;
  const from = isMonth(search.from) && search.from <= to ? search.from : usual.from <= to ? usual.from : to;
  return { from, to, range: { from, to: monthAfter(to, 1) } };
}

export function MonthFields(): ReactNode {
  const { t } = useConsole();
  const { from, to } = useMonths();
  const navigate = route.useNavigate();
  const set = (change: { from?: string; to?: string }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <>
      <Field
        label={t('finance.from')}
        type="month"
        value={from}
        onChange={(value) => (isMonth(value) ? set({ from: value }) : undefined)}
      />
      <Field
        label={t('finance.to')}
        type="month"
        value={to}
        onChange={(value) => (isMonth(value) ? set({ to: value }) : undefined)}
      />
    </>
  );
}

/** Whether it will read the same whenever it is asked for again. */
export function Finality({ final, asOf }: { final: boolean; asOf: string }): ReactNode {
  const { t } = useConsole();
  return (
    <p className="finality">
      <State tone={final ? 'good' : 'warning'}>{t(final ? 'finance.final' : 'finance.preliminary')}</State>
      <span className="dd-muted">
        {t('finance.as_of')} <At at={asOf} />
      </span>
    </p>
  );
}

/** A report adds up whole ledgers and may take its time; what was there before stays meanwhile. */
export function Reported<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children(report: T): ReactNode;
}): ReactNode {
  if (query.data === undefined) {
    return query.error === null ? (
      <Loading lines={8} />
    ) : (
      <Failure error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  return (
    <div className="reported" aria-busy={query.isFetching}>
      {children(query.data)}
      {query.error === null ? null : <Failure error={query.error} onRetry={() => void query.refetch()} />}
    </div>
  );
}

export const REPORT_FRESH_MS = 60_000;
