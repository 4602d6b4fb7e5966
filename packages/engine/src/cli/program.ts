/** The only file that knows the command-line library: from commands as data to a program. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { type Environment, readConfig } from '../config.ts';
import type { CommandData, OptionFlags } from './command.ts';
import { Options } from './command.ts';
import { EXIT, EXIT_HELP, failureOf } from './exit.ts';
import { Output } from './output.ts';
import { version } from './version.ts';

const JSON_OPTION: OptionFlags = ['--json', 'one JSON document instead of text'];

const TARGET_OPTIONS: readonly OptionFlags[] = [
  ['--url <url>', 'the server to ask (DRAWDOWN_URL)'],
  ['--key <key>', 'the key to ask with (DRAWDOWN_SECRET_KEY, DRAWDOWN_ADMIN_KEY, or the kept one)'],
  ['--database <url>', 'no server: this PostgreSQL database (DATABASE_URL)'],
  ['--data-dir <directory>', 'no server: the embedded database in it (DRAWDOWN_DATA_DIR)'],
];

/** Options that stand for a variable, on whichever command has them. */
const VARIABLES: Readonly<Record<string, string>> = {
  url: 'DRAWDOWN_URL',
  database: 'DATABASE_URL',
  dataDir: 'DRAWDOWN_DATA_DIR',
  port: 'PORT',
  host: 'HOST',
  catalog: 'DRAWDOWN_CATALOG',
  with: 'DRAWDOWN_WITH',
};

const GROUPS: Readonly<Record<string, string>> = {
  accounts: 'Make, show and find accounts',
  approvals: 'List, show and decide on acts that wait for a second person',
  campaigns: 'Make, list, watch and stop campaigns, and make their codes',
  purchases: 'List, show, give back and claim purchases',
  'top-up': 'Buy credits by itself where an account falls below what its owner agreed to',
  report: 'What was sold, used, given back and lapsed, month by month',
  members: 'Make, list and remove members of teams, and answer those who ask for more',
  keys: 'Make, list, vouch for and revoke the keys that servers and staff use',
  staff: 'Who of the staff is signed in to the console',
  webhooks: 'Tell URLs of what happens: endpoints, their secrets, deliveries, dead letters',
};

const DESCRIPTION = `Drawdown: several classes of credits, one fixed order, correct to the last credit.

Commands ask the server that --url names, else the one that runs on the data directory or answers at HOST and PORT (127.0.0.1:4400), else they open the database themselves.`;

/** Runs one command line (without node and the script) and resolves with its exit code; never throws. */
export async function runProgram(
  commands: readonly CommandData[],
  words: readonly string[],
): Promise<number> {
  const json = words.includes('--json');
  let exitCode: number = EXIT.ok;
  const program = new Command('drawdown')
    .description(DESCRIPTION)
    .version(version)
    .addHelpText('afterAll', EXIT_HELP)
    .showHelpAfterError('Try --help.')
    .exitOverride();
  for (const command of commands) {
    add(program, command, async (parsed) => {
      exitCode = await perform(command, parsed);
    });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    // The library has said what is wrong with the line by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const failure = failureOf(error);
    process.stderr.write(json ? `${JSON.stringify(failure.problem)}\n` : `drawdown: ${failure.sentence}\n`);
    return failure.exitCode;
  }
}

interface Parsed {
  readonly parameters: readonly (string | readonly string[] | undefined)[];
  readonly given: Readonly<Record<string, unknown>>;
}

function add(program: Command, data: CommandData, action: (parsed: Parsed) => Promise<void>): void {
  const [first = '', second] = data.name.split(' ');
  const parent = second === undefined ? program : groupOf(program, first);
  const command = parent.command(second ?? first).description(data.summary);
  for (const [name, explanation] of data.parameters ?? [])
    command.addArgument(new Argument(name, explanation));
  const shared = data.target === null ? [] : TARGET_OPTIONS;
  for (const [flags, explanation] of [...(data.options ?? []), ...shared, JSON_OPTION]) {
    command.addOption(new Option(flags, explanation));
  }
  if (data.help !== undefined) command.addHelpText('after', `\n${data.help}`);
  command.exitOverride().action(async (...received: unknown[]) => {
    // The library passes the parameters, then the options, then the command.
    const parameters = received.slice(0, -2) as Parsed['parameters'];
    await action({ parameters, given: command.opts() });
  });
}

function groupOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  return program
    .command(name)
    .description(GROUPS[name] ?? name)
    .exitOverride();
}

async function perform(command: CommandData, { parameters, given }: Parsed): Promise<number> {
  const config = readConfig(overrides(given));
  const options = new Options(given);
  const output = new Output({ json: options.flag('json'), noColor: config.noColor });
  const invocation = { config, options, output, parameters };
  if (command.target === null) return (await command.run(invocation)) ?? EXIT.ok;
  const { openTarget } = await import('./target.ts');
  const target = await openTarget(config, options, command.target);
  try {
    return (await command.run({ ...invocation, client: target.client })) ?? EXIT.ok;
  } finally {
    await target.close();
  }
}

/** An option is the variable given for this once, so both are judged by the same rules. */
function overrides(given: Readonly<Record<string, unknown>>): Environment {
  const overridden: Record<string, string | undefined> = {};
  for (const [option, variable] of Object.entries(VARIABLES)) {
    const value = given[option];
    if (typeof value === 'string') overridden[variable] = value;
  }
  // A directory that was named is meant, whatever database the environment names.
  if (typeof given.dataDir === 'string' && given.database === undefined) overridden.DATABASE_URL = undefined;
  return overridden;
}
