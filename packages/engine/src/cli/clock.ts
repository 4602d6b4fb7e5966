/** The test clock of a server that has one, and whether a server answers at all. */
import type { ClientCommand } from './command.ts';
import { CommandError } from './exit.ts';

const testClock: ClientCommand = {
  name: 'test-clock',
  summary: 'Show the clock of a server that has a test clock, or move it forward',
  options: [
    ['--set <time>', 'to this instant, RFC 3339'],
    ['--advance <duration>', 'by a calendar duration, e.g. P1M'],
  ],
  help: 'Only where the server was started with DRAWDOWN_TEST_CLOCK=1; never back.',
  target: {},
  run: async ({ client, options, output }) => {
    const [to, by] = [options.text('set'), options.text('advance')];
    if (to !== undefined && by !== undefined)
      throw new CommandError('usage', '--set and --advance do not go together');
    const moved =
      to !== undefined
        ? await client.setTestClock(to)
        : by !== undefined
          ? await client.advanceTestClock(by)
          : await client.testClock();
    output.answer(moved, () => moved.now);
    return undefined;
  },
};

const health: ClientCommand = {
  name: 'health',
  summary: 'Whether the server answers and its database is in order; ends with 6 where not',
  target: {},
  run: async ({ client, output }) => {
    await client.health();
    await client.ready();
    output.answer({ status: 'ok' }, () => 'ok');
    return undefined;
  },
};

export const clockCommands: readonly ClientCommand[] = [testClock, health];
