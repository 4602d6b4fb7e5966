/** What the chart of the next 90 days draws: steps whose sum is the balance, between round numbers. */
import { expect, it } from 'vitest';
import { scaleFor, stepsOf } from '../../src/react/timeline-steps.ts';
import type { ClassBalance, ForecastEvent } from '../../src/wire.ts';

const of = (id: string, available: number): ClassBalance => ({
  class: id,
  total: available,
  held: 0,
  frozen: 0,
  available,
  next_expiry: null,
});
const event = (
  at: string,
  type: ForecastEvent['type'],
  [id, amount]: readonly [string, number],
): ForecastEvent => ({ at, type, class: id, amount, lapses: 0, grant: null, expected: false });

it('takes what ends and starts at one instant in one step, each class by itself', () => {
  const steps = stepsOf(
    [
      event('2026-04-01T00:00:00Z', 'expiry', ['plan', 500]),
      event('2026-04-01T00:00:00Z', 'start', ['plan', 600]),
      event('2026-04-09T00:00:00Z', 'expiry', ['event', 40]),
    ],
    {
      at: Date.parse('2026-03-20T00:00:00Z'),
      classes: [of('plan', 500), of('event', 40), of('bought', 100)],
    },
  );
  expect(
    steps.map(({ at, amounts, total }) => [new Date(at).getUTCDate(), [...amounts.values()], total]),
  ).toEqual([
    [20, [500, 40, 100], 640],
    [1, [600, 40, 100], 740],
    [9, [600, 0, 100], 700],
  ]);
});

it('never draws less than nothing where something frozen expires', () => {
  const [, step] = stepsOf([event('2026-04-01T00:00:00Z', 'expiry', ['plan', 80])], {
    at: 0,
    classes: [of('plan', 30)],
  });
  expect(step?.total).toBe(0);
});

it.each([
  [0, [0]],
  [1, [0, 0.5, 1]],
  [3, [0, 1, 2, 3]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [640, [0, 500, 1000]],
  [1_040, [0, 500, 1_000, 1_500]],
  [133_333_192, [0, 50_000_000, 100_000_000, 150_000_000]],
])('has few and round numbers up to one that %d does not reach over', (highest, ticks) => {
  const scale = scaleFor(highest);
  expect(scale.ticks).toEqual(ticks);
  expect(scale.top).toBeGreaterThanOrEqual(highest);
});
