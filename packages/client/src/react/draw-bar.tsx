import type { ReactNode } from 'react';
import { useDrawdown, useNames } from './provider.tsx';

export interface DrawBarPart {
  readonly class: string;
  /** What stays. */
  readonly keep: number;
  /** What a deduction would take of it. */
  readonly draw?: number;
}

/**
 * Credits in the order in which they are used, from the start of the line on: what is drawn leaves from there. Says
 * the same in words.
 */
export function DrawBar({
  parts,
  size = 'regular',
}: {
  parts: readonly DrawBarPart[];
  size?: 'regular' | 'slim';
}): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const words = parts
    .filter(({ keep, draw = 0 }) => keep + draw > 0)
    .map((part) => `${format.credits(part.keep + (part.draw ?? 0))} ${names.class(part.class).short}`);
  return (
    <div
      className="dd-draw-bar"
      data-size={size}
      role="img"
      aria-label={words.length === 0 ? t('bar.empty') : t('bar.label', { parts: format.list(words) })}
    >
      {parts.flatMap((part) => {
        const { slot } = names.class(part.class);
        return [
          segment(`${part.class}:draw`, { slot, amount: part.draw ?? 0, drawn: true }),
          segment(part.class, { slot, amount: part.keep, drawn: false }),
        ];
      })}
    </div>
  );
}

function segment(
  key: string,
  { slot, amount, drawn }: { slot: number; amount: number; drawn: boolean },
): ReactNode {
  if (amount <= 0) return null;
  return (
    <span
      key={key}
      className="dd-draw-bar__part"
      data-slot={slot}
      data-drawn={drawn}
      style={{ flexGrow: amount }}
    />
  );
}
