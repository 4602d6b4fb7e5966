/** How a server and its database are, in a few lines. */
import type * as wire from '@drawdown/client';
import type { ClientCommand } from './command.ts';
import { EXIT } from './exit.ts';
import type { Output } from './output.ts';

export const statusCommand: ClientCommand = {
  name: 'status',
  summary: 'How the server and its database are, and what the last verification found',
  help: 'Ends with 7 where the last verification found faults.',
  target: { staff: true },
  run: async ({ client, output }) => {
    const state = await client.system();
    output.answer(state, () => linesOf(state, output).join('\n'));
    return (state.verify?.faults ?? 0) > 0 ? EXIT.faults : EXIT.ok;
  },
};

function linesOf(state: wire.SystemState, output: Output): string[] {
  const { process: own, sweep, unanswered, webhooks, database } = state;
  const dead = webhooks.endpoints.reduce((sum, one) => sum + one.dead, 0);
  const failed = own.failures.reduce((sum, one) => sum + one.count, 0);
  const rate = (of: number): string => `${of.toFixed(1)} a second`;
  const lines = [
    ['server', `drawdown ${own.version}, up since ${own.started_at}`],
    ['database', `PostgreSQL ${database.version}, ${database.role}, migration ${database.schema}`],
    ['size', `${(database.size_bytes / 1_000_000).toFixed(1)} MB, ${database.connections} connections`],
    ['commands', `${rate(own.rates.commands)}, ${rate(own.rates.refused)} refused`],
    ['waiting', `${own.waiting_commands} commands, the oldest for ${own.lane_lag_ms} ms at most`],
    ['due', sweep.oldest_due_at === null ? 'nothing' : dueText(sweep)],
    ['payments', unansweredText(unanswered, output)],
    ['webhooks', `${webhooks.waiting_accounts} accounts wait, ${dead} deliveries given up`],
    ['failures', failed === 0 ? 'none' : output.colors.red(`${failed} answers of 500 and above`)],
    ['verified', verifiedText(state.verify, output)],
  ];
  return lines.map(([name = '', text = '']) => `${name.padEnd(9)} ${text}`);
}

const dueText = ({ due_accounts: due, oldest_due_at: oldest }: wire.SystemState['sweep']): string =>
  `${due} account${due === 1 ? '' : 's'}, the oldest since ${oldest}`;

function unansweredText(of: wire.SystemState['unanswered'], { colors }: Output): string {
  const { charges, refunds, plan_changes: changes, oldest_asked_at: oldest, accounts } = of;
  if (oldest === null) return 'every provider has answered';
  const [first = '', ...others] = accounts;
  const whose = others.length === 0 ? first : `${first} and others`;
  return colors.red(
    `unanswered: ${charges} charges, ${refunds} refunds, ${changes} changes of plans, since ${oldest} (${whose})`,
  );
}

function verifiedText(verify: wire.SystemState['verify'], { colors }: Output): string {
  if (verify === null) return 'never: run "drawdown verify"';
  const looked = `${verify.entries} entries of ${verify.accounts} accounts at ${verify.finished_at}`;
  return verify.faults === 0
    ? `${colors.green('ok')}, ${looked}`
    : colors.red(`${verify.faults} faults in ${looked}`);
}
