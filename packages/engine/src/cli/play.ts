/** Runs a user's own scenarios: on a throw-away engine, or on a server that has a test clock. */
import { randomBytes } from 'node:crypto';
import { createClient } from '@drawdown/client';
import type { Config } from '../config.ts';
import { ScenarioError } from '../scenario/error.ts';
import { httpTarget } from '../scenario/http-target.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { reportText } from '../scenario/report.ts';
import { runScenario, type ScenarioReport } from '../scenario/run.ts';
import type { Invocation } from './command.ts';
import { CommandError, EXIT, failureOf } from './exit.ts';
import { type Stage, throwAwayStage } from './stage.ts';

interface FileReport extends ScenarioReport {
  readonly file: string;
  /** What ended it before its end, where something did. */
  readonly error: string | null;
}

/** Plays the files in order, tells how each went, and resolves with the exit code. */
export async function playScenarios(
  files: readonly string[],
  { config, options, output }: Invocation,
): Promise<number> {
  // All are read before the first is run: a slip in the last should not cost the time of the others.
  const loaded = [];
  for (const file of files) loaded.push({ file, scenario: await load(file) });
  const url = options.text('url');
  const stage =
    url === undefined ? await throwAwayStage(config) : onServer(url, { config, key: options.text('key') });
  const reports: FileReport[] = [];
  try {
    for (const { file, scenario } of loaded) {
      const report = { file, ...(await play(stage, scenario)) };
      reports.push(report);
      output.line(colored(textOf(report), { ok: report.ok, paint: output.colors }));
    }
  } finally {
    await stage.close();
  }
  const failed = reports.filter(({ ok }) => !ok).length;
  output.answer({ ok: failed === 0, scenarios: reports }, () =>
    failed === 0 ? `${reports.length} as expected` : `${failed} of ${reports.length} not as expected`,
  );
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

async function load(file: string): Promise<LoadedScenario> {
  try {
    return await loadScenario(file);
  } catch (error) {
    if (error instanceof ScenarioError) throw new CommandError('usage', `${file}: ${error.message}`);
    throw error;
  }
}

async function play(
  stage: Stage,
  loaded: LoadedScenario,
): Promise<ScenarioReport & { error: string | null }> {
  try {
    const target = await stage.begin(loaded);
    const prefix = `scn_${randomBytes(4).toString('hex')}.`;
    return { ...(await runScenario(loaded.scenario, target, { prefix })), error: null };
  } catch (error) {
    const { title } = loaded.scenario;
    return { title, ok: false, steps: 0, mismatches: [], error: failureOf(error).sentence };
  }
}

function textOf(report: FileReport): string {
  const text = reportText(report);
  return report.error === null ? text : `${text}\n  ${report.error}`;
}

function colored(
  text: string,
  { ok, paint }: { ok: boolean; paint: { green(text: string): string; red(text: string): string } },
): string {
  const word = text.slice(0, 4);
  return `${ok ? paint.green(word) : paint.red(word)}${text.slice(4)}`;
}

function onServer(url: string, { config, key }: { config: Config; key: string | undefined }): Stage {
  const token = key ?? config.adminKey ?? config.secretKey;
  if (token === null)
    throw new CommandError('unauthorised', `No key for ${url}: pass --key or set DRAWDOWN_ADMIN_KEY`);
  const client = createClient({ url, token });
  return {
    begin: async ({ catalog }) => {
      if (catalog !== null && (await client.catalog()).version !== catalog.version) {
        throw new CommandError('usage', 'It brings a catalog of its own, and the server runs on another');
      }
      return httpTarget(client);
    },
    close: async () => undefined,
  };
}
