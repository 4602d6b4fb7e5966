import { expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import { freshDatabase } from './database.ts';

it('reports a session that a test left open, and drops the database all the same', async () => {
  const fresh = await freshDatabase({ empty: true });
  const leak = await openPostgres({ url: fresh.url, applicationName: 'the leak' });
  await expect(fresh.drop()).rejects.toThrow(/1 sessions were left open.*the leak/);
  await expect(openPostgres({ url: fresh.url })).rejects.toMatchObject({ sqlState: '3D000' });
  await leak.close();
});
