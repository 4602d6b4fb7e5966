import type { ClassBalance, ForecastEvent } from '../wire.ts';

/** What there is of each class from an instant on, if nothing is used. */
export interface Step {
  readonly at: number;
  readonly amounts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** What ends and what starts at one instant is one step: nobody is ever without the credits in between. */
export function stepsOf(
  events: readonly ForecastEvent[],
  start: { at: number; classes: readonly ClassBalance[] },
): readonly Step[] {
  const amounts = new Map(start.classes.map((one) => [one.class, one.available]));
  const steps = new Map([[start.at, stepAt(start.at, amounts)]]);
  for (const event of events) {
    const change = event.type === 'start' ? event.amount : -event.amount;
    // What is frozen can expire and could not be spent before.
    amounts.set(event.class, Math.max(0, (amounts.get(event.class) ?? 0) + change));
    const at = Date.parse(event.at);
    steps.set(at, stepAt(at, amounts));
  }
  return [...steps.values()];
}

function stepAt(at: number, amounts: ReadonlyMap<string, number>): Step {
  return { at, amounts: new Map(amounts), total: [...amounts.values()].reduce((sum, one) => sum + one, 0) };
}

export interface Scale {
  /** The number at the upper edge. */
  readonly top: number;
  /** From 0 upwards. */
  readonly ticks: readonly number[];
}

/** More lines than these are read by nobody. */
const MOST_TICKS = 4;

/** Round numbers up to one that nothing reaches over. */
export function scaleFor(highest: number): Scale {
  if (highest <= 0) return { top: 1, ticks: [0] };
  const rough = highest / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const count = Math.ceil(highest / step - 1e-9);
  // A product of powers of ten below one is not exact.
  const ticks = Array.from({ length: count + 1 }, (_, nth) => Number((nth * step).toPrecision(12)));
  return { top: ticks.at(-1) ?? 1, ticks };
}
