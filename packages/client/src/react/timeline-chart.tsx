import { type CSSProperties, type ReactNode, useId } from 'react';
import type { Forecast } from '../wire.ts';
import type { ShownClass } from './catalog-names.ts';
import { ClassMark } from './class-mark.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { type Step, scaleFor } from './timeline-steps.ts';

const WIDTH = 640;
const HEIGHT = 280;
/** Today, a month on, two, and the end. */
const DATES = [0, 1 / 3, 2 / 3, 1];

interface ChartProps {
  forecast: Pick<Forecast, 'as_of' | 'until'>;
  steps: readonly Step[];
}

/**
 * The balance as time alone would change it, a layer for each class, each step where something starts or expires. The
 * layers have their class's colour and pattern; the last to be used lies below, since it changes least.
 */
export function TimelineChart({ forecast, steps }: ChartProps): ReactNode {
  const { t, format } = useDrawdown();
  const { classes } = useNames();
  const id = useId();
  const from = Date.parse(forecast.as_of);
  const span = Date.parse(forecast.until) - from;
  const { top, ticks } = scaleFor(Math.max(...steps.map(({ total }) => total)));
  const x = (at: number): number => ((at - from) / span) * WIDTH;
  const y = (amount: number): number => HEIGHT - (amount / top) * HEIGHT;
  const values = { from: steps[0]?.total ?? 0, to: steps.at(-1)?.total ?? 0 };
  return (
    <figure className="dd-timeline__figure">
      <ul className="dd-timeline__legend">
        {classes.map((one) => (
          <li key={one.id} className="dd-with-mark">
            <ClassMark of={one} />
            {one.short}
          </li>
        ))}
      </ul>
      <div className="dd-timeline__plot">
        <div className="dd-timeline__amounts" aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ '--dd-at': tick / top } as CSSProperties}>
              {format.compact(tick)}
            </span>
          ))}
        </div>
        <svg
          className="dd-timeline__chart"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={t('timeline.chart', { ...values, date: format.day(forecast.until) })}
        >
          <defs>
            {classes.map(({ slot }) => (
              <Pattern key={slot} id={`${id}-${slot}`} slot={slot} />
            ))}
          </defs>
          {ticks.map((tick) => (
            <path key={tick} className="dd-timeline__grid" d={`M0 ${y(tick)}H${WIDTH}`} />
          ))}
          {DATES.map((part) => (
            <path key={part} className="dd-timeline__grid" d={`M${part * WIDTH} ${HEIGHT}v6`} />
          ))}
          {layersOf(steps, classes).map(({ shown, edges }) => (
            <path
              key={shown.id}
              data-class={shown.id}
              data-slot={shown.slot}
              className="dd-timeline__layer"
              fill={`url(#${id}-${shown.slot})`}
              d={areaOf(edges.map(({ at, lower, upper }) => [x(at), y(lower), y(upper)]))}
            />
          ))}
        </svg>
        <div className="dd-timeline__dates" aria-hidden="true">
          {DATES.map((part) => (
            <span key={part} style={{ '--dd-at': part } as CSSProperties}>
              {format.day(new Date(from + part * span))}
            </span>
          ))}
        </div>
      </div>
    </figure>
  );
}

/** The pattern of a class, as its bars have it. */
function Pattern({ id, slot }: { id: string; slot: number }): ReactNode {
  return (
    <pattern
      id={id}
      data-slot={slot}
      className="dd-timeline__pattern"
      width="8"
      height="8"
      patternUnits="userSpaceOnUse"
    >
      <rect width="8" height="8" />
      {slot === 2 ? <path d="M-2 2 2-2M0 8 8 0M6 10 10 6" /> : null}
      {slot === 3 ? <circle cx="4" cy="4" r="1" /> : null}
      {slot === 4 ? <path d="M7 0V8" /> : null}
    </pattern>
  );
}

interface Edge {
  readonly at: number;
  readonly lower: number;
  readonly upper: number;
}

/** From below: each class lies on what lies below it. One that there is never anything of is no layer. */
function layersOf(
  steps: readonly Step[],
  classes: readonly ShownClass[],
): readonly { shown: ShownClass; edges: readonly Edge[] }[] {
  const heights = steps.map(() => 0);
  return [...classes].reverse().flatMap((shown) => {
    const edges = steps.map(({ at, amounts }, nth) => {
      const lower = heights[nth] ?? 0;
      const upper = lower + (amounts.get(shown.id) ?? 0);
      heights[nth] = upper;
      return { at, lower, upper };
    });
    return edges.every(({ lower, upper }) => lower === upper) ? [] : [{ shown, edges }];
  });
}

/** Along the upper edge to the end, and back along the lower one. */
function areaOf(edges: readonly (readonly [x: number, lower: number, upper: number])[]): string {
  const there = edges.map(([at, , upper], nth) => `${nth === 0 ? 'M0 ' : `H${at}V`}${upper}`);
  const back = [...edges].reverse().map(([at, lower]) => `V${lower}H${at}`);
  return `${there.join('')}H${WIDTH}${back.join('')}Z`;
}
