import type { BreakageRow, Cohort } from '@drawdown/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { Panel } from '../parts/head.tsx';
import { ClassName, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Finality, MonthFields, REPORT_FRESH_MS, Reported, useMonths } from './report-parts.tsx';

/** Paid credits that lapsed, and what has become of what was sold in each month. */
export function BreakageReport(): ReactNode {
  const { t } = useConsole();
  const { from, to, range } = useMonths();
  const query = useQuery({
    queryKey: ['report', 'breakage', range],
    queryFn: ({ signal }) => client.breakage(range, { signal }),
    staleTime: REPORT_FRESH_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="filters filters--form">
        <MonthFields />
        <CsvButton name={`breakage-${from}-${to}.csv`} read={() => client.breakageCsv(range)} />
      </div>
      <Reported query={query}>
        {(report) => (
          <>
            <Finality final={report.final} asOf={report.as_of} />
            <Panel title={t('breakage.lapsed')}>
              <Lapsed rows={report.rows} />
            </Panel>
            <Panel title={t('breakage.cohorts')}>
              <Cohorts cohorts={report.cohorts} />
            </Panel>
          </>
        )}
      </Reported>
    </>
  );
}

function Lapsed({ rows }: { rows: readonly BreakageRow[] }): ReactNode {
  const { t, format } = useConsole();
  const nameOf = useStaffName();
  if (rows.length === 0) return <p className="dd-empty">{t('breakage.none')}</p>;
  const columns: Column<BreakageRow>[] = [
    { key: 'class', head: t('lots.class'), isName: true, cell: (row) => <ClassName id={row.class} /> },
    {
      key: 'channel',
      head: t('lots.channel'),
      cell: ({ channel }) =>
        channel === null ? <span className="dd-muted">{t('finance.no_channel')}</span> : nameOf(channel),
    },
    {
      key: 'credits',
      head: t('breakage.credits'),
      isNumber: true,
      cell: (row) => format.credits(row.credits),
    },
    {
      key: 'money',
      head: t('breakage.money'),
      isNumber: true,
      cell: ({ money, currency }) => format.money(money, currency),
    },
  ];
  return (
    <Table
      label={t('breakage.lapsed')}
      rows={rows}
      columns={columns}
      keyOf={(row) => [row.class, row.currency, row.channel ?? ''].join(' ')}
    />
  );
}

const PARTS = ['used', 'expired', 'reversed', 'other', 'open'] as const;

function Cohorts({ cohorts }: { cohorts: readonly Cohort[] }): ReactNode {
  const { t, format } = useConsole();
  if (cohorts.length === 0) return <p className="dd-empty">{t('breakage.no_cohort')}</p>;
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 });
  const columns: Column<Cohort>[] = [
    {
      key: 'month',
      head: t('breakage.sold_in'),
      isName: true,
      cell: ({ from }) => <span className="name">{format.month(from)}</span>,
    },
    { key: 'class', head: t('lots.class'), cell: (one) => <ClassName id={one.class} /> },
    {
      key: 'sold',
      head: t('finance.sold'),
      isNumber: true,
      cell: ({ sold, currency }) => (
        <>
          {format.credits(sold.credits)}
          <span className="aside">{format.money(sold.money, currency)}</span>
        </>
      ),
    },
    ...PARTS.map(
      (part): Column<Cohort> => ({
        key: part,
        head: t(`breakage.${part}`),
        isNumber: true,
        cell: (one) => {
          const rate = one.rates[part];
          if (one[part].credits === 0) return <Nothing />;
          return (
            <>
              {rate === null ? format.credits(one[part].credits) : percent.format(rate)}
              <span className="aside">{format.credits(one[part].credits)}</span>
            </>
          );
        },
      }),
    ),
  ];
  return (
    <Table
      label={t('breakage.cohorts')}
      rows={cohorts}
      columns={columns}
      keyOf={(one) => [one.from, one.class, one.currency, one.channel ?? ''].join(' ')}
    />
  );
}
