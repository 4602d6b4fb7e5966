import type { RollForwardPeriod } from '@drawdown/client';
import { ClassMark } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';

/** Of a bar; above it stands its number, below it the month. */
const HIGHEST_REM = 8;

/**
 * What was open at the end of each month, by class: bars beside each other. The tables below say the same in numbers,
 * so it is a picture to whoever cannot see it.
 */
export function ClosingChart({ periods }: { periods: readonly RollForwardPeriod[] }): ReactNode {
  const { t, format, names } = useConsole();
  const sums = periods.map((period) => {
    const byClass = new Map<string, number>();
    for (const row of period.rows) {
      byClass.set(row.class, (byClass.get(row.class) ?? 0) + Math.max(0, row.credits.closing));
    }
    return { month: period.from, byClass, total: [...byClass.values()].reduce((sum, one) => sum + one, 0) };
  });
  const highest = Math.max(1, ...sums.map(({ total }) => total));
  const classes = names.classes.filter(({ id }) => sums.some(({ byClass }) => (byClass.get(id) ?? 0) > 0));
  if (classes.length === 0) return null;
  return (
    <figure className="chart">
      <figcaption className="chart__caption">
        <span>{t('finance.chart')}</span>
        <span className="chart__legend">
          {classes.map((shown) => (
            <span key={shown.id} className="dd-with-mark">
              <ClassMark of={shown} />
              {shown.short}
            </span>
          ))}
        </span>
      </figcaption>
      <div
        className="chart__bars"
        role="img"
        aria-label={sums
          .map(({ month, total }) =>
            t('finance.bar', { month: format.month(month), total: format.credits(total) }),
          )
          .join(', ')}
      >
        {sums.map(({ month, byClass, total }) => (
          <div key={month} className="chart__column">
            <span className="chart__total">{format.credits(total)}</span>
            <span className="chart__space">
              <span className="chart__stack" style={{ blockSize: `${(total / highest) * HIGHEST_REM}rem` }}>
                {[...classes].reverse().map((shown) => (
                  <Part key={shown.id} slot={shown.slot} amount={byClass.get(shown.id) ?? 0} />
                ))}
              </span>
            </span>
            <span className="chart__month">{shortMonth(month, format.locale)}</span>
          </div>
        ))}
      </div>
    </figure>
  );
}

function Part({ slot, amount }: { slot: number; amount: number }): ReactNode {
  return amount === 0 ? null : (
    <span className="dd-slot chart__part" data-slot={slot} style={{ flexGrow: amount }} />
  );
}

/** `Mar`, with its year where one begins. */
function shortMonth(month: string, locale: string): string {
  const at = new Date(month);
  const hasYear = at.getUTCMonth() === 0;
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    ...(hasYear ? { year: 'numeric' as const } : {}),
    timeZone: 'UTC',
  }).format(at);
}
