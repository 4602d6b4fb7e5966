import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: string;
  hint?: string;
  value: string;
  onChange(value: string): void;
}

/** A line to type in, with its label above and what helps below. */
export function Field({
  label,
  hint,
  value,
  onChange,
  type = 'text',
  isNumber = false,
  isWrong = false,
}: FieldProps & {
  type?: 'text' | 'datetime-local' | 'month';
  isNumber?: boolean;
  isWrong?: boolean;
}): ReactNode {
  const [id, hintId] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={isNumber ? 'dd-input field__number' : 'dd-input'}
        type={type}
        inputMode={isNumber ? 'decimal' : undefined}
        autoComplete="off"
        value={value}
        aria-invalid={isWrong}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint === undefined ? null : (
        <p id={hintId} className="field__hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** One of several, in a form. */
export function ChoiceField<Value extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: Omit<FieldProps, 'value' | 'onChange'> & {
  value: Value;
  options: readonly (readonly [NoInfer<Value>, string])[];
  onChange(value: NoInfer<Value>): void;
}): ReactNode {
  const [id, hintId] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="dd-input"
        value={value}
        aria-describedby={hint === undefined ? undefined : hintId}
        // The options are these, so what is chosen is one of them.
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <p id={hintId} className="field__hint">
          {hint}
        </p>
      )}
    </div>
  );
}
