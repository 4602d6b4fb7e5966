/** A failover to a standby, or an operator who closes the database to changes: reads go on, nothing else does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine } from '../../src/engine.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { freshDatabase, serverUrl } from '../support/database.ts';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let engine: Engine;

beforeAll(async () => {
  fresh = await freshDatabase();
  engine = await Engine.open({
    database: fresh.database,
    catalog: readCatalog(shippedCatalog),
    sweep: false,
  });
});

afterAll(async () => {
  await engine?.close();
  await fresh?.drop();
});

/** As an operator does it: new sessions may not write, and there are only new ones. */
async function close(to: 'on' | 'off'): Promise<void> {
  const name = new URL(fresh.url).pathname.slice(1);
  const operator = await openPostgres({ url: serverUrl(), poolSize: 2 });
  const session = await operator.connect();
  await session.script(`alter database "${name}" set default_transaction_read_only = ${to}`);
  await session.script(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  await session.close();
  await operator.close();
}

test('changes are unavailable, readiness says so, and what is due shows all the same', async () => {
  const now = await engine.now();
  const end = new Date(now + 400).toISOString();
  await engine.grant('u_1', { class: 'promotional', amount: 15, expires_at: end }, { idempotencyKey: 'g1' });
  await engine.grant('u_1', { class: 'purchased', amount: 100 }, { idempotencyKey: 'g2' });
  expect(await engine.ready()).toMatchObject({ database: true });
  await close('on');
  await sleep(500);
  await expect(engine.ready()).rejects.toMatchObject({ code: 'unavailable' });
  const ask = { amount: 1 };
  await expect(engine.consume('u_1', ask, { idempotencyKey: 'c' })).rejects.toMatchObject({
    code: 'unavailable',
  });
  await expect(engine.putAccount('u_2', {})).rejects.toMatchObject({ code: 'unavailable' });
  expect(await engine.balance('u_1')).toMatchObject({ total: 100 });
  await close('off');
  // The sessions that were ended are found out one by one.
  await expect
    .poll(() => engine.ready().catch(() => null), { timeout: 5_000 })
    .toMatchObject({ database: true });
  expect(await engine.consume('u_1', ask, { idempotencyKey: 'c' })).toMatchObject({
    replayed: false,
    balance: { total: 99, version: 4 },
  });
});
