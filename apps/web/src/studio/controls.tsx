/** The studio's own controls; those that spend credits are the components of the bindings. */
import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';

interface Choice<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
}

/** A few choices side by side, one of which is taken: radio buttons underneath. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange(value: T): void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className="st-field st-segmented">
      <legend className="st-label">{label}</legend>
      <div className="st-segmented__row">
        {choices.map((choice) => (
          <label key={choice.value} className="st-segment">
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Tabs: arrow keys move between them, and the panel follows. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
  panelId,
}: {
  label: string;
  value: T;
  tabs: readonly Choice<T>[];
  onChange(value: T): void;
  panelId: string;
}): ReactNode {
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl';
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + (isRightToLeft ? -step : step) + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.value);
    row.current?.querySelector<HTMLButtonElement>(`[data-tab="${next.value}"]`)?.focus();
  };
  return (
    <div className="st-tabs" role="tablist" aria-label={label} ref={row} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          id={`${panelId}-${tab.value}`}
          data-tab={tab.value}
          className="st-tab"
          aria-selected={tab.value === value}
          aria-controls={panelId}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

export function Meter({ share, label }: { share: number; label: string }): ReactNode {
  return <progress className="st-progress" max={1} value={share} aria-label={label} />;
}
