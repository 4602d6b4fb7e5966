/** A throw-away stage for scenarios: an embedded server, and on it an engine for each catalog. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Config } from '../config.ts';
import { Engine } from '../engine.ts';
import { engineTarget } from '../scenario/engine-target.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { ScenarioTarget } from '../scenario/target.ts';
import { setTestClock } from '../store/clock.ts';
import { type Database, statement } from '../store/database.ts';
import { openEmbedded } from '../store/embedded.ts';
import { openPostgres } from '../store/postgres.ts';
import { configuredCatalog } from './server.ts';
import { temporaryDirectory } from './target.ts';

/** Where scenarios are played: each begins with a clock of its own, as far as the stage can give it one. */
export interface Stage {
  begin(scenario: LoadedScenario): Promise<ScenarioTarget>;
  close(): Promise<void>;
}

/** Before every scenario, since within one the clock only moves forward. */
const CLOCK_START = Date.UTC(1990, 0, 1);

const forgetClock = statement<[], never>(
  'scenario.forget_clock',
  `delete from drawdown.settings where name = 'test_clock'`,
);

interface Play {
  readonly engine: Engine;
  readonly database: Database;
}

/** Opens the server; the engines follow as scenarios ask for them. */
export async function throwAwayStage(config: Config): Promise<Stage> {
  const preset = await configuredCatalog(config);
  const directory = temporaryDirectory();
  // An exit by a signal would leave the embedded server behind; one by `process.exit` tells it to end.
  const leave = () => process.exit(130);
  process.once('SIGINT', leave).once('SIGTERM', leave);
  process.once('exit', () => directory.remove());
  const embedded = await openEmbedded({ directory: directory.path });
  const plays = new Map<string, Promise<Play>>();
  return {
    begin: async ({ catalog }) => {
      const used = catalog ?? preset;
      const play = plays.get(used.version) ?? openPlay(used, { url: embedded.url, number: plays.size });
      plays.set(used.version, play);
      const { engine, database } = await play;
      // No account is older than its scenario, so for the accounts to come the clock has never gone back.
      await database.query(forgetClock, []);
      await setTestClock(database, CLOCK_START);
      return engineTarget(engine);
    },
    close: async () => {
      for (const play of await Promise.allSettled(plays.values())) {
        if (play.status === 'rejected') continue;
        await play.value.engine.close();
        await play.value.database.close();
      }
      await embedded.stop();
      directory.remove();
    },
  };
}

async function openPlay(catalog: Catalog, { url, number }: { url: string; number: number }): Promise<Play> {
  const name = `scenario_${number}`;
  const server = await openPostgres({ url, poolSize: 2 });
  try {
    const connection = await server.connect();
    await connection.script(`create database ${name}`);
  } finally {
    await server.close();
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  const database = await openPostgres({ url: own.href, poolSize: 4 });
  try {
    // No sweep: only `setTestClock` is to enter what has come due while time is moved between scenarios.
    const engine = await Engine.open({
      database,
      catalog,
      testClock: true,
      sweep: false,
      payments: { sandbox: true },
    });
    return { engine, database };
  } catch (error) {
    await database.close();
    throw error;
  }
}
