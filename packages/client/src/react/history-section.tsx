import { type ReactNode, useId, useState } from 'react';
import type { EntryType } from '../wire.ts';
import { HistoryTable } from './history-table.tsx';
import { whenOpened } from './lazily.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { SaveButton } from './save-button.tsx';
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

/** How many days back people look. */
const WINDOWS = ['7', '30', '90', '365'] as const;
const DAY_MS = 86_400_000;

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
  const { t, format, live } = useDrawdown();
  const [days, setDays] = useState('');
  const names = useNames();
  const features = useCatalog().data?.features ?? [];
  const set = (field: 'type' | 'class' | 'feature', value: string): void => {
    const { [field]: _before, ...rest } = filter;
    // What is chosen comes from the list below, so it is one of its values.
    onChange(value === '' ? rest : ({ ...rest, [field]: value } as HistoryFilter));
  };
  // From the day it is chosen on, so that what is shown does not change while one looks at it.
  const since = (value: string): void => {
    setDays(value);
    const { from: _before, ...rest } = filter;
    const from = new Date(live.now() - Number(value) * DAY_MS).toISOString();
    onChange(value === '' ? rest : { ...rest, from });
  };
  return (
    <>
      <Select
        label={t('filter.type')}
        value={filter.type ?? ''}
        onChange={(value) => set('type', value)}
        options={TYPES.map((type) => [type, t(`entry.${type}`)])}
      />
      <Select
        label={t('filter.class')}
        value={filter.class ?? ''}
        onChange={(value) => set('class', value)}
        options={names.classes.map(({ id, short }) => [id, short])}
      />
      <Select
        label={t('filter.feature')}
        value={filter.feature ?? ''}
        onChange={(value) => set('feature', value)}
        options={features.map(({ id }) => [id, names.feature(id) ?? id])}
      />
      <Select
        label={t('filter.time')}
        value={days}
        onChange={since}
        options={WINDOWS.map((one) => [one, t('filter.last', { duration: format.duration(`P${one}D`) })])}
      />
    </>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onChange(value: string): void;
  options: readonly (readonly [string, string])[];
}

/** The label is its first option as well: what is not filtered needs no second word for "all". */
function Select({ label, value, onChange, options }: SelectProps): ReactNode {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="dd-visually-hidden">
        {label}
      </label>
      <select
        id={id}
        className="dd-select"
        data-set={value !== ''}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{label}</option>
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
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
