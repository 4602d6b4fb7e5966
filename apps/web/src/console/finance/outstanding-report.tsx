import type { ExpiresIn, OutstandingRow } from '@drawdown/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { now } from '../clock.ts';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { Field } from '../parts/field.tsx';
import { ClassName, Figures, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Finality, REPORT_FRESH_MS, Reported } from './report-parts.tsx';

const route = getRouteApi('/finance');

const BUCKETS: readonly ExpiresIn[] = [
  'within_30_days',
  'within_90_days',
  'within_365_days',
  'later',
  'never',
];

/** Paid credits that nobody has used yet, and the money that is not earned yet. */
export function OutstandingReport(): ReactNode {
  const { t, format } = useConsole();
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  // A local time of the browser's own field; the server is asked for the instant.
  const instant = at === undefined ? undefined : instantOf(at);
  const asked = instant === undefined ? {} : { at: instant };
  const query = useQuery({
    queryKey: ['report', 'outstanding', asked],
    queryFn: ({ signal }) => client.outstanding(asked, { signal }),
    staleTime: REPORT_FRESH_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="filters filters--form">
        <Field
          label={t('finance.at')}
          type="datetime-local"
          value={at ?? ''}
          hint={t('finance.at_hint')}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, at: value === '' ? undefined : value }),
              replace: true,
            })
          }
        />
        <CsvButton
          name={`outstanding-${(instant ?? new Date(now()).toISOString()).slice(0, 10)}.csv`}
          read={() => client.outstandingCsv(asked)}
        />
      </div>
      <Reported query={query}>
        {(report) => (
          <>
            <Finality final={report.final} asOf={report.as_of} />
            {report.rows.length === 0 ? (
              <p className="dd-empty">{t('finance.nothing_outstanding')}</p>
            ) : (
              <>
                <Figures
                  items={[
                    [t('finance.credits'), format.credits(sumOf(report.rows, 'credits'))],
                    [t('finance.lots'), format.credits(sumOf(report.rows, 'lots'))],
                    ...moneyOf(report.rows).map(
                      ([currency, money]) =>
                        [t('finance.unearned_in', { currency }), format.money(money, currency)] as const,
                    ),
                  ]}
                />
                <Rows rows={report.rows} />
              </>
            )}
          </>
        )}
      </Reported>
    </>
  );
}

function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

function sumOf(rows: readonly OutstandingRow[], part: 'credits' | 'lots'): number {
  return rows.reduce((sum, row) => sum + row[part], 0);
}

/** Sums of different currencies are different sums. */
function moneyOf(rows: readonly OutstandingRow[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { currency, money } of rows) sums.set(currency, (sums.get(currency) ?? 0) + money);
  return [...sums];
}

function Rows({ rows }: { rows: readonly OutstandingRow[] }): ReactNode {
  const { t, format } = useConsole();
  const nameOf = useStaffName();
  const columns: Column<OutstandingRow>[] = [
    {
      key: 'class',
      head: t('lots.class'),
      isName: true,
      cell: (row) => (
        <>
          <ClassName id={row.class} />
          <span className="aside">
            {row.channel === null ? t('finance.no_channel') : nameOf(row.channel)}
          </span>
        </>
      ),
    },
    { key: 'lots', head: t('finance.lots'), isNumber: true, cell: ({ lots }) => format.credits(lots) },
    {
      key: 'credits',
      head: t('finance.credits'),
      isNumber: true,
      cell: ({ credits }) => <strong>{format.credits(credits)}</strong>,
    },
    { key: 'held', head: t('lots.held'), isNumber: true, cell: ({ held }) => dash(held, format.credits) },
    {
      key: 'money',
      head: t('finance.unearned'),
      isNumber: true,
      cell: ({ money, currency }) => format.money(money, currency),
    },
    ...BUCKETS.map(
      (bucket): Column<OutstandingRow> => ({
        key: bucket,
        head: t(`expires.${bucket}`),
        isNumber: true,
        cell: ({ expiring }) =>
          dash(expiring.find(({ expires }) => expires === bucket)?.credits ?? 0, format.credits),
      }),
    ),
    {
      key: 'scheduled',
      head: t('finance.scheduled'),
      isNumber: true,
      cell: ({ scheduled }) => dash(scheduled.credits, format.credits),
    },
  ];
  return (
    <Table
      label={t('report.outstanding')}
      rows={rows}
      columns={columns}
      keyOf={(row) => [row.class, row.currency, row.channel ?? ''].join(' ')}
    />
  );
}

function dash(value: number, shown: (value: number) => string): ReactNode {
  return value === 0 ? <Nothing /> : shown(value);
}
