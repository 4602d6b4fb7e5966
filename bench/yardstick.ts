import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPostgres } from '../packages/engine/src/index.ts';

const run = promisify(execFile);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** A new, empty database on the server; an earlier one of that name is dropped. */
export async function freshDatabaseUrl(server: string, name: string): Promise<string> {
  const database = await openPostgres({ url: server, poolSize: 2 });
  const session = await database.connect();
  await session.script(`drop database if exists ${name} with (force)`);
  await session.script(`create database ${name}`);
  await session.close();
  await database.close();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

export interface Yardstick {
  /** Transactions a second of pgbench's simple update, 32 clients. */
  simpleUpdate(seconds: number): Promise<number>;
  /** Updates a second of one row by 32 clients. */
  hotRow(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** PostgreSQL's own benchmark on the same server; null where it is not installed. */
export async function pgbench(server: string): Promise<Yardstick | null> {
  const program = process.env.PGBENCH ?? 'pgbench';
  try {
    await run(program, ['--version']);
  } catch {
    return null;
  }
  const url = await freshDatabaseUrl(server, 'drawdown_yardstick');
  const directory = await mkdtemp(join(tmpdir(), 'drawdown-yardstick-'));
  const script = join(directory, 'hot.sql');
  await writeFile(script, 'update pgbench_branches set bbalance = bbalance + 1 where bid = 1;\n');
  // A hundred thousand accounts per unit of scale: ten spread the updates as widely as ours.
  await run(program, ['-i', '-q', '-s', '10', url]);
  const measure = async (seconds: number, options: string[]): Promise<number> => {
    const common = ['-n', '-M', 'prepared', '-c', '32', '-j', '2', '-T', String(seconds)];
    const { stdout } = await run(program, [...common, ...options, url]);
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(`pgbench printed no rate: ${stdout}`);
    return Number(tps);
  };
  return {
    simpleUpdate: (seconds) => measure(seconds, ['-N']),
    hotRow: (seconds) => measure(seconds, ['-f', script]),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
