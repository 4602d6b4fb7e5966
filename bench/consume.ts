/**
 * How many durable deductions a second one process makes, beside what PostgreSQL itself does on the same server in
 * the same run: `pgbench -N` (a simple update, no ledger) for spread accounts, one row updated by 32 clients for a
 * hot account. Absolute rates depend on the machine; the ratios are what to quote.
 *
 *   npm run bench [-- --seconds 5 --rounds 3 --accounts 100000 --callers 2000]
 *
 * Needs pgbench (Debian: apt-get install postgresql-contrib or postgresql-15). DATABASE_URL names the server;
 * without it, an embedded one is started in a temporary directory.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Engine,
  openEmbedded,
  openPostgres,
  readCatalog,
  shippedCatalog,
} from '../packages/engine/src/index.ts';
import { freshDatabaseUrl, median, pgbench } from './yardstick.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    accounts: { type: 'string', default: '100000' },
    callers: { type: 'string', default: '2000' },
    remembered: { type: 'string', default: '200000' },
    lanes: { type: 'string', default: '4' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const accounts = Number(values.accounts);
const callers = Number(values.callers);

const directory =
  process.env.DATABASE_URL === undefined ? await mkdtemp(join(tmpdir(), 'drawdown-bench-')) : null;
// Run as root, the server belongs to a service user, who must be able to enter.
if (directory !== null) await chmod(directory, 0o711);
const embedded = directory === null ? null : await openEmbedded({ directory });
const server = embedded?.url ?? (process.env.DATABASE_URL as string);
const url = await freshDatabaseUrl(server, 'drawdown_bench');
const database = await openPostgres({ url, poolSize: 8 });
const engine = await Engine.open({
  database,
  catalog: readCatalog(shippedCatalog),
  lanes: Number(values.lanes),
  remembered: Number(values.remembered),
});

let serial = 0;
const nextKey = (): string => {
  serial += 1;
  return `bench-${process.pid}-${serial}`;
};

/** Runs `work` from so many callers at once until `until()`; answers how often it was done. */
async function drive(work: () => Promise<unknown>, done: () => boolean): Promise<number> {
  let count = 0;
  const caller = async (): Promise<void> => {
    while (!done()) {
      await work();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return count;
}

async function rate(work: () => Promise<unknown>, forSeconds: number): Promise<number> {
  const start = performance.now();
  const end = start + forSeconds * 1000;
  const count = await drive(work, () => performance.now() >= end);
  return count / ((performance.now() - start) / 1000);
}

async function seed(): Promise<void> {
  const classes = ['subscription', 'promotional', 'purchased'];
  let next = 0;
  const amount = 1_000_000;
  const start = performance.now();
  await drive(
    async () => {
      const turn = next;
      next += 1;
      if (turn >= accounts) return;
      for (const name of classes) {
        await engine.grant(`u_${turn}`, { class: name, amount }, { idempotencyKey: nextKey() });
      }
    },
    () => next >= accounts,
  );
  for (const name of classes) {
    await engine.grant('hot', { class: name, amount: 1_000_000_000 }, { idempotencyKey: nextKey() });
  }
  console.log(`seeded ${accounts} accounts × 3 lots in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

const consume = (account: string) => engine.consume(account, { amount: 1 }, { idempotencyKey: nextKey() });
const spread = () => consume(`u_${Math.floor(Math.random() * accounts)}`);
const hot = () => consume('hot');

const shown = (rates: readonly number[]): string =>
  `${Math.round(median(rates)).toLocaleString('en')}/s (${rates.map((one) => Math.round(one)).join(', ')})`;

try {
  await seed();
  await rate(spread, 3);
  const before = engine.metrics();
  const bench = await pgbench(server);
  const figures = {
    spread: [] as number[],
    update: [] as number[],
    hot: [] as number[],
    hotRow: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    if (bench !== null) figures.update.push(await bench.simpleUpdate(seconds));
    figures.spread.push(await rate(spread, seconds));
    if (bench !== null) figures.hotRow.push(await bench.hotRow(seconds));
    figures.hot.push(await rate(hot, seconds));
  }
  const metrics = engine.metrics();
  const grown = (name: string): number => (metrics[name] ?? 0) - (before[name] ?? 0);
  const perBatch = grown('batched_commands') / grown('batches');
  console.log(`drawdown, spread over ${accounts} accounts × 3 lots: ${shown(figures.spread)}`);
  console.log(`drawdown, one hot account:                      ${shown(figures.hot)}`);
  console.log(`commands per transaction: ${perBatch.toFixed(0)}`);
  if (bench === null) {
    console.log('NO YARDSTICK: pgbench is not installed here, so these rates cannot be compared.');
  } else {
    console.log(`pgbench -N -M prepared -c 32 -j 2:               ${shown(figures.update)}`);
    console.log(`one row updated by 32 clients:                  ${shown(figures.hotRow)}`);
    const ratio = (ours: number[], theirs: number[]) =>
      median(ours.map((one, i) => one / (theirs[i] as number))).toFixed(1);
    console.log(`ratio spread: ${ratio(figures.spread, figures.update)} (to reach: 3)`);
    console.log(`ratio hot:    ${ratio(figures.hot, figures.hotRow)} (to reach: 15)`);
    await bench.close();
  }
} finally {
  await engine.close();
  await database.close();
  await embedded?.stop();
  if (directory !== null) await rm(directory, { recursive: true, force: true });
}
