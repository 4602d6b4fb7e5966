/** Runs a user's own scenarios: on a throw-away engine, or on a server that has a test clock. */
import type { ProcessCommand } from './command.ts';

export const scenarioCommand: ProcessCommand = {
  name: 'scenario',
  summary: 'Run scenarios: plans, campaigns, purchases, charges and time, each with what is expected of it',
  parameters: [['<file...>', 'scenario files']],
  options: [
    [
      '--url <url>',
      'play on this server instead of a throw-away one; it needs DRAWDOWN_TEST_CLOCK=1, for purchases its sandbox',
    ],
    ['--key <key>', 'the key to ask that server with; one of staff (DRAWDOWN_ADMIN_KEY)'],
    ['--catalog <file>', 'for scenarios that bring no catalog (DRAWDOWN_CATALOG; default: the shipped one)'],
  ],
  target: null,
  run: async (invocation) => {
    // Engine, catalogs and calendar are more than any other command has to load.
    const { playScenarios } = await import('./play.ts');
    return await playScenarios(invocation.parameters[0] as readonly string[], invocation);
  },
};
