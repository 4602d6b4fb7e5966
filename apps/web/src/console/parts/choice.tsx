import { type ReactNode, useId } from 'react';

/** One of several; its label stands before it. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [NoInfer<Value>, string])[];
  onChange(value: NoInfer<Value>): void;
}): ReactNode {
  const id = useId();
  return (
    <span className="choice">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="dd-select"
        value={value}
        // The options are these, so what is chosen is one of them.
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
