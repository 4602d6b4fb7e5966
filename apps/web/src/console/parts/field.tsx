import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: string;
  hint?: string | undefined;
  value: string;
  onChange(value: string): void;
}

/** What belongs to a field besides its label: what helps, and what is wrong with what was typed, which is read first. */
function useNotes({ hint, wrong = null }: { hint?: string | undefined; wrong?: string | null }): {
  /** For `aria-describedby`. */
  ids: string | undefined;
  notes: ReactNode;
} {
  const [hintId, wrongId] = [useId(), useId()];
  const ids = [wrong === null ? [] : [wrongId], hint === undefined ? [] : [hintId]].flat();
  return {
    ids: ids.length === 0 ? undefined : ids.join(' '),
    notes: (
      <>
        {wrong === null ? null : (
          <p id={wrongId} className="field__wrong">
            {wrong}
          </p>
        )}
        {hint === undefined ? null : (
          <p id={hintId} className="field__hint">
            {hint}
          </p>
        )}
      </>
    ),
  };
}

/** A line to type in, with its label above, and below what helps and what is wrong. */
export function Field({
  label,
  hint,
  value,
  onChange,
  type = 'text',
  isNumber = false,
  wrong = null,
}: FieldProps & {
  type?: 'text' | 'datetime-local' | 'month';
  isNumber?: boolean;
  /** What is not right with it as it stands, in a sentence. */
  wrong?: string | null;
}): ReactNode {
  const id = useId();
  const { ids, notes } = useNotes({ hint, wrong });
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
        aria-invalid={wrong !== null}
        aria-describedby={ids}
        onChange={(event) => onChange(event.target.value)}
      />
      {notes}
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
  const id = useId();
  const { ids, notes } = useNotes({ hint });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="dd-input"
        value={value}
        aria-describedby={ids}
        // The options are these, so what is chosen is one of them.
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
      {notes}
    </div>
  );
}
