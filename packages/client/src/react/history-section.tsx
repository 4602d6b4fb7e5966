import { type ReactNode, useState } from 'react';
import type { EntryType } from '../wire.ts';
import { FilterSelect } from './filter-select.tsx';
import { HistoryTable } from './history-table.tsx';
import { whenOpened } from './lazily.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { SaveButton } from './save-button.tsx';
import { TimeFilter, type TimeWindow } from './time-filter.tsx';
import type { HistoryFilter } from './use-history.ts';
import { useStanding } from './use-team.ts';

/** The kinds of entries that people look for. */
const TYPES: readonly EntryType[] = [
  'consume',
  'hold',
  'capture',
  'release',
  'refund',
  'grant',
  'expire',
  'void',
];

const StatementDialog = whenOpened(async () => (await import('./statement-dialog.tsx')).StatementDialog);

/** The ledger with what one looks for in it, as a file, and month by month. */
export function HistorySection(): ReactNode {
  const { t } = useDrawdown();
  const [filter, setFilter] = useState<HistoryFilter>({});
  // A team's statement is of everybody's credits; its members see what is in their own name.
  const manages = useStanding().data?.manages === true;
  const [statementOpen, setStatementOpen] = useState(false);
  return (
    <section className="dd-section" aria-labelledby="dd-history-title" id="dd-history">
      <div className="dd-section__head">
        <h2 className="dd-section__title" id="dd-history-title">
          {t('history.title')}
        </h2>
        <div className="dd-section__tools dd-filters">
          <Filters filter={filter} onChange={setFilter} />
          <Download filter={filter} />
          {manages ? (
            <button
              type="button"
              className="dd-button"
              data-size="small"
              onClick={() => setStatementOpen(true)}
            >
              {t('statement.open')}
            </button>
          ) : null}
        </div>
      </div>
      <HistoryTable filter={filter} />
      <StatementDialog open={statementOpen} onClose={() => setStatementOpen(false)} />
    </section>
  );
}

function Filters({
  filter,
  onChange,
}: {
  filter: HistoryFilter;
  onChange(filter: HistoryFilter): void;
}): ReactNode {
  const { t } = useDrawdown();
  const names = useNames();
  const features = useCatalog().data?.features ?? [];
  const set = (field: 'type' | 'class' | 'feature', value: string): void => {
    const { [field]: _before, ...rest } = filter;
    // What is chosen comes from the list below, so it is one of its values.
    onChange(value === '' ? rest : ({ ...rest, [field]: value } as HistoryFilter));
  };
  const within = (window: TimeWindow): void => {
    const { from: _from, to: _to, ...rest } = filter;
    onChange({ ...rest, ...window });
  };
  return (
    <>
      <FilterSelect
        label={t('filter.type')}
        value={filter.type ?? ''}
        onChange={(value) => set('type', value)}
        options={TYPES.map((type) => [type, t(`entry.${type}`)])}
      />
      <FilterSelect
        label={t('filter.class')}
        value={filter.class ?? ''}
        onChange={(value) => set('class', value)}
        options={names.classes.map(({ id, short }) => [id, short])}
      />
      <FilterSelect
        label={t('filter.feature')}
        value={filter.feature ?? ''}
        onChange={(value) => set('feature', value)}
        options={features.map(({ id }) => [id, names.feature(id) ?? id])}
      />
      <TimeFilter onChange={within} />
    </>
  );
}

/** What the filter shows, whole. */
function Download({ filter }: { filter: HistoryFilter }): ReactNode {
  const { client, account } = useDrawdown();
  const load = async () => {
    const { historyCsv } = await import('./history-csv.ts');
    return { name: `credits-${account}.csv`, text: await historyCsv(client.allEntries(account, filter)) };
  };
  return <SaveButton load={load} />;
}
