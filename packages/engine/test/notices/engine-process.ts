/** An engine in a process of its own, to be killed: it grants and says so, and tells of it until then. */
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { Engine } from '../../src/engine.ts';
import { openPostgres } from '../../src/store/postgres.ts';

const database = await openPostgres({ url: process.env.DATABASE_URL as string, poolSize: 4 });
const engine = await Engine.open({
  database,
  catalog: readCatalog(shippedCatalog),
  allowUnsafe: true,
  // A short lease, so that nobody waits long for what it held when it was killed.
  webhooks: { allowLoopback: true, timeoutMs: 1_000, spareMs: 500 },
});
for (let i = 1; ; i += 1) {
  const account = `u_${i % 4}`;
  await engine.grant(account, { class: 'purchased', amount: i }, { idempotencyKey: `grant-${i}` });
  console.log(`granted ${i}`);
}
