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
  webhooks: { allowLoopback: true, timeoutMs: 2_000 },
});
for (let i = 1; ; i += 1) {
  const account = `u_${i % 4}`;
  await engine.grant(account, { class: 'purchased', amount: i }, { idempotencyKey: `grant-${i}` });
  console.log(`granted ${i}`);
}
