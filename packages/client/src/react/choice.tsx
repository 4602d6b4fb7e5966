import { type ReactNode, useId } from 'react';

export interface ChoiceProps<T extends string | number> {
  /** What is chosen, for whoever hears the page. */
  readonly label: string;
  readonly options: readonly T[];
  readonly value: T;
  nameOf(option: T): string;
  onChange(option: NoInfer<T>): void;
}

/** One of a few, all of them in sight. */
export function Choice<T extends string | number>(props: ChoiceProps<T>): ReactNode {
  const { label, options, value, nameOf, onChange } = props;
  const group = useId();
  return (
    <fieldset className="dd-toggle">
      <legend className="dd-visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option} className="dd-toggle__item">
          <input type="radio" name={group} checked={option === value} onChange={() => onChange(option)} />
          <span>{nameOf(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}
