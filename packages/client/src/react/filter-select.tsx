import { type ReactNode, useId } from 'react';

interface FilterSelectProps {
  label: string;
  value: string;
  onChange(value: string): void;
  options: readonly (readonly [string, string])[];
}

/** The label is its first option as well: what is not filtered needs no second word for "all". */
export function FilterSelect({ label, value, onChange, options }: FilterSelectProps): ReactNode {
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
