/** Engines on a database of the test file's own; each has its own sessions, as processes of their own would. */
import { expect } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine, type EngineOptions } from '../../src/engine.ts';
import { DrawdownError } from '../../src/errors.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { type Connection, type Database, DatabaseError } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { verify } from '../../src/store/verify.ts';
import { freshDatabase } from '../support/database.ts';

export const SHIPPED = readCatalog(shippedCatalog);

/** Where a moved clock begins. */
export const CLOCK_START = Date.UTC(2026, 0, 5, 9);

export interface Rig {
  readonly url: string;
  /** For looking at rows, and for damaging them. */
  readonly database: Database;
  readonly engines: readonly Engine[];
  readonly first: Engine;
  readonly second: Engine;
  /** Runs SQL of the test's own. */
  sql(text: string): Promise<void>;
  close(): Promise<void>;
}

type Settings = Omit<Partial<EngineOptions>, 'database'>;

/** `engines`: what each differs in from the others; one that does not differ, unless told. */
export async function openRig(options: Settings & { engines?: readonly Settings[] } = {}): Promise<Rig> {
  const { engines: each = [{}], ...rest } = options;
  const fresh = await freshDatabase({ poolSize: 4 });
  if (rest.testClock === true) await setTestClock(fresh.database, CLOCK_START);
  const databases: Database[] = [];
  const engines: Engine[] = [];
  for (const [i, own] of each.entries()) {
    const database = await openPostgres({ url: fresh.url, poolSize: 4, applicationName: `engine-${i}` });
    databases.push(database);
    // Whether the test server may lose writes is not what these tests are about: it is thrown away after the run.
    // Memory for 200,000 accounts takes a tenth of a second to lay out.
    engines.push(
      await Engine.open({
        catalog: SHIPPED,
        allowUnsafe: true,
        remembered: 10_000,
        ...rest,
        ...own,
        database,
      }),
    );
  }
  let scripts: Promise<Connection> | undefined;
  const [first, second = first] = engines;
  if (first === undefined || second === undefined) throw new Error('at least one engine');
  return {
    url: fresh.url,
    database: fresh.database,
    engines,
    first,
    second,
    sql: async (text) => {
      scripts ??= fresh.database.connect();
      await (await scripts).script(text);
    },
    close: async () => {
      for (const engine of engines) await engine.close();
      for (const database of databases) await database.close();
      await fresh.drop();
    },
  };
}

/**
 * The code of the refusal that a call ended in, or `done`; a database that could not be reached is `unavailable`.
 * Anything else fails the test.
 */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof DrawdownError) return error.code;
    if (error instanceof DatabaseError && error.kind === 'connection') return 'unavailable';
    throw error;
  }
}

/** Every account's ledger, lots, holds and row, against each other. */
export async function expectWhole({ database }: Pick<Rig, 'database'>): Promise<void> {
  expect((await verify(database)).faults).toEqual([]);
}

/** How many of each. */
export function tally<T extends string | number | boolean>(items: readonly T[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[String(item)] = (counts[String(item)] ?? 0) + 1;
  return counts;
}

/** `count` calls at once. */
export function together<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => call(i)));
}
