import type { RollForwardColumns, RollForwardPeriod } from '@drawdown/client';

/** A month of its own, or months in a row in which nothing came and nothing went. */
export interface Stretch {
  /** In the order of time. */
  readonly periods: readonly [RollForwardPeriod, ...RollForwardPeriod[]];
  readonly isQuiet: boolean;
}

const STATES: ReadonlySet<keyof RollForwardColumns> = new Set(['opening', 'closing']);

/** Nothing moved, so what is open is what was. */
function isQuiet({ rows }: RollForwardPeriod): boolean {
  return rows.every(({ credits }) =>
    Object.entries(credits).every(
      ([part, value]) => STATES.has(part as keyof RollForwardColumns) || value === 0,
    ),
  );
}

/** The latest first. Two quiet months or more are one stretch: a page of dashes hides what there is. */
export function stretchesOf(periods: readonly RollForwardPeriod[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const period of periods) {
    const last = stretches.at(-1);
    const quiet = isQuiet(period);
    if (quiet && last?.isQuiet === true) {
      stretches.splice(-1, 1, { isQuiet: true, periods: [...last.periods, period] });
    } else stretches.push({ isQuiet: quiet, periods: [period] });
  }
  return stretches.reverse();
}
