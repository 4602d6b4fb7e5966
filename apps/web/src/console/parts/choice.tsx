import { type ReactNode, useId } from 'react';

type Options<Value> = readonly (readonly [Value, string])[];

const optionsOf = (options: Options<string>): ReactNode =>
  options.map(([key, name]) => (
    <option key={key} value={key}>
      {name}
    </option>
  ));

/** One of several; its label stands before it. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  groups = [],
  onChange,
}: {
  label: string;
  value: Value;
  options: Options<NoInfer<Value>>;
  /** More of them, each under a heading. */
  groups?: readonly (readonly [string, Options<NoInfer<Value>>])[];
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
        {optionsOf(options)}
        {groups.map(([heading, some]) => (
          <optgroup key={heading} label={heading}>
            {optionsOf(some)}
          </optgroup>
        ))}
      </select>
    </span>
  );
}
