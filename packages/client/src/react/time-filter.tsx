import { type ReactNode, useId, useState } from 'react';
import { startOfDate } from './calendar.ts';
import { FilterSelect } from './filter-select.tsx';
import { useDrawdown } from './provider.tsx';

/** How many days back people look. */
const WINDOWS = ['7', '30', '90', '365'] as const;
const DAY_MS = 86_400_000;
const DATES = 'dates';

export interface TimeWindow {
  readonly from?: string;
  readonly to?: string;
}

/** The last days, or from one date to another, both included; days are those of the page's zone. */
export function TimeFilter({ onChange }: { onChange(window: TimeWindow): void }): ReactNode {
  const { t, format, live } = useDrawdown();
  const [chosen, setChosen] = useState('');
  const [dates, setDates] = useState({ first: '', last: '' });
  const choose = (value: string): void => {
    setChosen(value);
    setDates({ first: '', last: '' });
    // From the moment it is chosen on, so that what is shown does not change while one looks at it.
    const days = Number(value);
    onChange(days > 0 ? { from: new Date(live.now() - days * DAY_MS).toISOString() } : {});
  };
  const setDate = (end: keyof typeof dates, value: string): void => {
    const next = { ...dates, [end]: value };
    setDates(next);
    const { timeZone } = format;
    onChange({
      ...(next.first === '' ? {} : { from: startOfDate(next.first, 0, timeZone) }),
      ...(next.last === '' ? {} : { to: startOfDate(next.last, 1, timeZone) }),
    });
  };
  return (
    <>
      <FilterSelect
        label={t('filter.time')}
        value={chosen}
        onChange={choose}
        options={[
          ...WINDOWS.map(
            (one) => [one, t('filter.last', { duration: format.duration(`P${one}D`) })] as const,
          ),
          [DATES, t('filter.dates')],
        ]}
      />
      {chosen === DATES ? (
        <>
          <DateInput
            label={t('filter.from')}
            value={dates.first}
            max={dates.last}
            onChange={(value) => setDate('first', value)}
          />
          <DateInput
            label={t('filter.to')}
            value={dates.last}
            min={dates.first}
            onChange={(value) => setDate('last', value)}
          />
        </>
      ) : null}
    </>
  );
}

interface DateInputProps {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange(value: string): void;
}

function DateInput({ label, value, min = '', max = '', onChange }: DateInputProps): ReactNode {
  const id = useId();
  return (
    <div className="dd-filters__date">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        className="dd-select"
        data-set={value !== ''}
        value={value}
        min={min === '' ? undefined : min}
        max={max === '' ? undefined : max}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
