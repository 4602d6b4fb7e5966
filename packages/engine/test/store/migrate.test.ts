import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { migrate, schemaVersion } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { checkServer, UnsafeServer } from '../../src/store/safety.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
let directory: string;
beforeEach(async () => {
  fresh = await freshDatabase({ empty: true });
  directory = await mkdtemp(join(tmpdir(), 'drawdown-migrate-'));
  await writeFile(
    join(directory, '0001_first.sql'),
    'create table drawdown.a (id int); insert into drawdown.a values (1);',
  );
  await writeFile(join(directory, '0002_second.sql'), 'create table drawdown.b (id int);\n');
});
afterEach(async () => {
  await fresh.drop();
  await rm(directory, { recursive: true });
});

it('applies files in order, and nothing the second time', async () => {
  expect(await schemaVersion(fresh.database)).toBe(0);
  expect(await migrate(fresh.database, directory)).toEqual({
    applied: ['0001_first.sql', '0002_second.sql'],
    version: 2,
  });
  expect(await migrate(fresh.database, directory)).toEqual({ applied: [], version: 2 });
  expect(await schemaVersion(fresh.database)).toBe(2);
});

it('applies each file once when processes start together', async () => {
  const databases = await Promise.all(
    Array.from({ length: 5 }, () => openPostgres({ url: fresh.url, poolSize: 2 })),
  );
  const results = await Promise.all(databases.map((database) => migrate(database, directory)));
  expect(results.map((result) => result.version)).toEqual([2, 2, 2, 2, 2]);
  expect(results.flatMap((result) => result.applied).sort()).toEqual(['0001_first.sql', '0002_second.sql']);
  const rows = statement<[], { id: number }>('test.rows', 'select id from drawdown.a');
  expect((await fresh.database.query(rows, [])).rows).toEqual([{ id: 1 }]);
  await Promise.all(databases.map((database) => database.close()));
});

it('rolls a failing file back whole and keeps those before it', async () => {
  await writeFile(
    join(directory, '0002_second.sql'),
    'create table drawdown.b (id int); select no_such_function();',
  );
  await expect(migrate(fresh.database, directory)).rejects.toMatchObject({ sqlState: '42883' });
  expect(await schemaVersion(fresh.database)).toBe(1);
  await writeFile(join(directory, '0002_second.sql'), 'create table drawdown.b (id int);');
  expect(await migrate(fresh.database, directory)).toEqual({ applied: ['0002_second.sql'], version: 2 });
});

it('refuses a changed file, but not changed line ends', async () => {
  await migrate(fresh.database, directory);
  await writeFile(join(directory, '0002_second.sql'), 'create table drawdown.b (id int);\r\n');
  expect(await migrate(fresh.database, directory)).toEqual({ applied: [], version: 2 });
  await writeFile(join(directory, '0002_second.sql'), 'create table drawdown.b (id int8);\n');
  await expect(migrate(fresh.database, directory)).rejects.toMatchObject({
    name: 'SchemaError',
    code: 'checksum_mismatch',
  });
});

it('refuses a database of a newer release', async () => {
  await migrate(fresh.database, directory);
  await rm(join(directory, '0002_second.sql'));
  await expect(migrate(fresh.database, directory)).rejects.toMatchObject({ code: 'schema_newer' });
});

it('refuses a missing number and a number used twice', async () => {
  await cp(join(directory, '0002_second.sql'), join(directory, '0004_fourth.sql'));
  await expect(migrate(fresh.database, directory)).rejects.toMatchObject({ code: 'gap' });
  await cp(join(directory, '0004_fourth.sql'), join(directory, '0002_again.sql'));
  await rm(join(directory, '0004_fourth.sql'));
  await expect(migrate(fresh.database, directory)).rejects.toMatchObject({ code: 'gap' });
  expect(await schemaVersion(fresh.database)).toBe(0);
});

it('refuses a server whose commits are not durable, unless told so', async () => {
  await expect(checkServer(fresh.database)).resolves.toBeUndefined();
  const url = new URL(fresh.url);
  url.searchParams.set('options', '-c synchronous_commit=off');
  const unsafe = await openPostgres({ url: url.href });
  const refusal: unknown = await checkServer(unsafe).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UnsafeServer);
  expect(refusal).toMatchObject({ settings: [{ name: 'synchronous_commit', value: 'off' }] });
  expect(String(refusal)).toContain('alter system set synchronous_commit = on');
  expect(String(refusal)).toContain('allowUnsafe');
  await expect(checkServer(unsafe, { allowUnsafe: true })).resolves.toBeUndefined();
  await unsafe.close();
});
