import type { ReactNode } from 'react';
import type { Member } from '../wire.ts';
import { useDrawdown } from './provider.tsx';

/** How much of a limit is used: nothing where there is none. */
export function LimitBar({ member: { limit, period } }: { member: Member }): ReactNode {
  const { t } = useDrawdown();
  if (limit === null) return null;
  const of = limit.amount + period.extra;
  const value = period.used + period.held;
  const part = of === 0 ? 1 : Math.min(1, value / of);
  return (
    <div className="dd-meter" role="img" aria-label={t('team.meter', { value, of })} data-full={part === 1}>
      <span className="dd-meter__fill" style={{ inlineSize: `${part * 100}%` }} />
    </div>
  );
}
