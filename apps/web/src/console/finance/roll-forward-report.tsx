import type { RollForward, RollForwardColumns, RollForwardPeriod, RollForwardRow } from '@drawdown/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { ChoiceField } from '../parts/field.tsx';
import { Panel } from '../parts/head.tsx';
import { ClassName, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { ClosingChart } from './closing-chart.tsx';
import { MonthPanel, useNarrow } from './month-panel.tsx';
import { Finality, MonthFields, REPORT_FRESH_MS, Reported, useMonths } from './report-parts.tsx';
import { stretchesOf } from './stretches.ts';

const route = getRouteApi('/finance');

const GROUPS = ['none', 'currency', 'channel'] as const;

/** Opening + what came − what went = closing, for each month and class. */
export function RollForwardReport(): ReactNode {
  const { t } = useConsole();
  const { from, to, range } = useMonths();
  const { group } = route.useSearch();
  const navigate = route.useNavigate();
  const grouped = GROUPS.find((one) => one === group) ?? 'none';
  const asked = { ...range, ...(grouped === 'none' ? {} : { group_by: grouped }) };
  const query = useQuery({
    queryKey: ['report', 'roll_forward', asked],
    queryFn: ({ signal }) => client.rollForward(asked, { signal }),
    staleTime: REPORT_FRESH_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="filters filters--form">
        <MonthFields />
        <ChoiceField
          label={t('finance.group')}
          value={grouped}
          options={GROUPS.map((one) => [one, t(`finance.group.${one}`)] as const)}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, group: value === 'none' ? undefined : value }),
              replace: true,
            })
          }
        />
        <CsvButton name={`roll-forward-${from}-${to}.csv`} read={() => client.rollForwardCsv(asked)} />
      </div>
      <Reported query={query}>
        {(report) => (
          <>
            <Finality final={report.final} asOf={report.as_of} />
            <ClosingChart periods={report.periods} />
            <Months report={report} />
          </>
        )}
      </Reported>
    </>
  );
}

/** The latest is open everywhere; on a phone those before it are folded, since each is as long as the window. */
function Months({ report }: { report: RollForward }): ReactNode {
  const { t, format } = useConsole();
  const isNarrow = useNarrow();
  return stretchesOf(report.periods).map(({ periods, isQuiet }, nth) => {
    const [first] = periods;
    const last = periods.at(-1) ?? first;
    const closing = format.credits(last.rows.reduce((sum, { credits }) => sum + credits.closing, 0));
    if (isQuiet) {
      const months = [...new Set([first, last].map(({ from }) => format.month(from)))].join(' – ');
      return (
        <Panel key={first.from} title={months}>
          <p className="dd-empty">{t('finance.quiet', { count: closing })}</p>
        </Panel>
      );
    }
    const summary = `${t('finance.closing')} ${closing}`;
    return (
      <MonthPanel
        key={first.from}
        title={format.month(first.from)}
        {...{ summary, isFolded: isNarrow && nth > 0 }}
      >
        <PeriodTable period={first} groups={report.group_by} />
      </MonthPanel>
    );
  });
}

/** Always there, since finance asks for these by name; the others where there is something in them. */
const ALWAYS = ['opening', 'sold', 'granted', 'used', 'expired', 'refunded', 'reversed'] as const;
const SOMETIMES = ['voided', 'cashed_out', 'adjusted', 'transferred'] as const;

function PeriodTable({
  period,
  groups,
}: {
  period: RollForwardPeriod;
  groups: RollForward['group_by'];
}): ReactNode {
  const { t, format } = useConsole();
  const nameOf = useStaffName();
  const { rows } = period;
  if (rows.length === 0) return <p className="dd-empty">{t('finance.nothing')}</p>;
  const parts: (keyof RollForwardColumns)[] = [
    ...ALWAYS,
    ...SOMETIMES.filter((part) => rows.some(({ credits }) => credits[part] !== 0)),
    'closing',
  ];
  const columns: Column<RollForwardRow>[] = [
    {
      key: 'class',
      head: t('lots.class'),
      isName: true,
      cell: (row) => (
        <>
          <ClassName id={row.class} />
          {groups.length === 0 ? null : (
            <span className="aside">
              {groups
                .map((one) => (row[one] == null ? t(`finance.no_${one}`) : nameOf(row[one])))
                .join(' · ')}
            </span>
          )}
        </>
      ),
    },
    ...parts.map((part): Column<RollForwardRow> => {
      const isState = part === 'opening' || part === 'closing';
      return {
        key: part,
        head: t(`finance.${part}`),
        isNumber: true,
        cell: ({ credits }) => <Figure value={credits[part]} isState={isState} isSum={part === 'closing'} />,
      };
    }),
    {
      key: 'unearned',
      head: t('finance.unearned'),
      isNumber: true,
      cell: ({ money }) =>
        money.length === 0 ? (
          <Nothing />
        ) : (
          money.map((one) => (
            <span key={one.currency} className="stacked">
              {format.money(one.closing, one.currency)}
            </span>
          ))
        ),
    },
  ];
  const sum = (part: keyof RollForwardColumns): number =>
    rows.reduce((total, { credits }) => total + credits[part], 0);
  return (
    <Table
      label={format.month(period.from)}
      rows={rows}
      columns={columns}
      keyOf={(row) => [row.class, row.currency ?? '', row.channel ?? ''].join(' ')}
      foot={[
        t('finance.total'),
        ...parts.map((part) => (
          <Figure
            key={part}
            value={sum(part)}
            isState={part === 'opening' || part === 'closing'}
            isSum={part === 'closing'}
          />
        )),
        null,
      ]}
    />
  );
}

/** What there was is a plain number; what came or went has a sign. Nothing is a dash, so that the eye finds the rest. */
function Figure({ value, isState, isSum }: { value: number; isState: boolean; isSum: boolean }): ReactNode {
  const { format } = useConsole();
  if (value === 0 && !isState) return <Nothing />;
  const text = isState ? format.credits(value) : format.signed(value);
  return isSum ? <strong>{text}</strong> : text;
}
