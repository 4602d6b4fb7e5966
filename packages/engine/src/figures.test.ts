import { expect, test } from 'vitest';
import { Figures } from './figures.ts';

function setup() {
  let now = 5_000.5;
  const figures = new Figures(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { figures, pass };
}

test('all is counted since the start, by verb and outcome', () => {
  const { figures } = setup();
  figures.command('consume', 'done');
  figures.command('consume', 'done');
  figures.command('consume', 'insufficient_credits');
  figures.batch(3);
  expect(figures.counts).toEqual({
    'commands.consume.done': 2,
    'commands.consume.insufficient_credits': 1,
    batches: 1,
    batched_commands: 3,
  });
});

test('a rate is what was in the last minute, or since the start where that was later', () => {
  const { figures, pass } = setup();
  for (let i = 0; i < 30; i += 1) figures.command('consume', 'done');
  expect(figures.rates).toMatchObject({ commands: 30, deductions: 30, refused: 0 });
  pass(9_000);
  figures.command('grant', 'done');
  figures.command('capture', 'done');
  figures.command('capture', 'hold_closed');
  expect(figures.rates).toEqual({ commands: 3.3, deductions: 3.1, refused: 0.1, batches: 0 });
  pass(50_000);
  expect(figures.rates.commands).toBe(33 / 60);
  pass(1_000);
  expect(figures.rates.commands).toBe(3 / 60);
  pass(9_000);
  expect(figures.rates).toEqual({ commands: 0, deductions: 0, refused: 0, batches: 0 });
  // A second that stands where an old one stood counts from nothing.
  pass(11_000);
  figures.batch(7);
  expect(figures.rates.batches).toBe(1 / 60);
  expect(figures.upMs).toBe(80_000);
});
