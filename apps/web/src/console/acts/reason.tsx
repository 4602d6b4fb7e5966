import { type ReactNode, useId } from 'react';
import { useConsole } from '../console-context.ts';

/** As the server has it. */
const MAX_LENGTH = 1000;

/** Why: required of every act, kept with it for good, and read by whoever asks later. */
export function Reason({ value, onChange }: { value: string; onChange(value: string): void }): ReactNode {
  const { t } = useConsole();
  const [id, hintId] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={id}>{t('reason.label')}</label>
      <textarea
        id={id}
        className="dd-input field__text"
        rows={2}
        maxLength={MAX_LENGTH}
        required
        value={value}
        aria-describedby={hintId}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={hintId} className="field__hint">
        {t('reason.hint')}
      </p>
    </div>
  );
}
