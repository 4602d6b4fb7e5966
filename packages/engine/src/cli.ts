/** The command line: every command, and the program that runs them. */
import { accountLifeCommands } from './cli/account-life.ts';
import { accountCommands } from './cli/accounts.ts';
import { actCommand } from './cli/acts.ts';
import { approvalCommands } from './cli/approvals.ts';
import { batchCommand } from './cli/batch.ts';
import { campaignCommands } from './cli/campaigns.ts';
import { clockCommands } from './cli/clock.ts';
import type { CommandData } from './cli/command.ts';
import { correctionCommands } from './cli/corrections.ts';
import { demoCommand } from './cli/demo.ts';
import { directoryCommands } from './cli/directory.ts';
import { headsCommand } from './cli/heads.ts';
import { holdCommands } from './cli/holds.ts';
import { keyCommands } from './cli/keys.ts';
import { outlookCommands } from './cli/outlook.ts';
import { payoutCommands } from './cli/payouts.ts';
import { processCommands } from './cli/process.ts';
import { runProgram } from './cli/program.ts';
import { purchaseCommands } from './cli/purchases.ts';
import { reconcileCommand } from './cli/reconcile.ts';
import { reportCommands } from './cli/report.ts';
import { scenarioCommand } from './cli/scenario.ts';
import { showCommand } from './cli/show-one.ts';
import { spendCommands } from './cli/spend.ts';
import { staffSessionCommands } from './cli/staff-sessions.ts';
import { statusCommand } from './cli/status.ts';
import { subscriptionCommands } from './cli/subscriptions.ts';
import { takingPartCommands } from './cli/taking-part.ts';
import { teamCommands } from './cli/teams.ts';
import { topUpCommands } from './cli/top-ups.ts';
import { verifyCommand } from './cli/verify.ts';
import { watchCommand } from './cli/watch.ts';
import { webhookCommands } from './cli/webhooks.ts';

export const COMMANDS: readonly CommandData[] = [
  ...processCommands,
  ...staffSessionCommands,
  ...keyCommands,
  ...directoryCommands,
  ...accountCommands,
  ...outlookCommands,
  showCommand,
  ...accountLifeCommands,
  ...spendCommands,
  batchCommand,
  ...holdCommands,
  ...correctionCommands,
  actCommand,
  ...approvalCommands,
  ...purchaseCommands,
  ...topUpCommands,
  ...subscriptionCommands,
  ...teamCommands,
  ...campaignCommands,
  ...takingPartCommands,
  ...reportCommands,
  ...payoutCommands,
  ...webhookCommands,
  watchCommand,
  statusCommand,
  ...clockCommands,
  verifyCommand,
  headsCommand,
  reconcileCommand,
  scenarioCommand,
  demoCommand,
];

/** Runs the command line of this process and sets its exit code. */
export async function run(): Promise<void> {
  // Whoever reads us may stop reading, as `head` does; that is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.exitCode = await runProgram(COMMANDS, process.argv.slice(2));
}
