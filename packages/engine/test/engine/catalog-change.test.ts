/** What a change of the catalog between two starts may do to an account: nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { type Call, Engine } from '../../src/engine.ts';
import { freshDatabase } from '../support/database.ts';

type File = {
  features: Record<string, { surfaces?: Record<string, string> }>;
  surfaces: Record<string, object>;
};
const edited = (edit: (file: File) => void) => {
  const file = structuredClone(shippedCatalog) as unknown as File;
  edit(file);
  return readCatalog(file);
};

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
const open = (catalog = readCatalog(shippedCatalog)) => Engine.open({ database: fresh.database, catalog });

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(async () => {
  await fresh?.drop();
});

const person: Call = { surface: 'web', principal: 'user:u_1', actor: 'user:u_1' };
const body = { feature: 'ai_script' };
const stated = { feature: 'ai_script', surface: 'web' as const };

describe('law 5: the first answer again, whatever the catalog says by now', () => {
  test.each([
    ['the feature is gone', edited(({ features }) => Reflect.deleteProperty(features, 'ai_script'))],
    ['its surface is off', edited(({ surfaces }) => Object.assign(surfaces, { web: { credits: false } }))],
    [
      'it is free there',
      edited(({ features }) =>
        Object.assign(features.ai_script ?? {}, { surfaces: { web: 'free_on_device' } }),
      ),
    ],
  ])('%s', async (name, catalog) => {
    const account = `u_${name.replaceAll(' ', '_')}`;
    const before = await open();
    await before.grant(account, { class: 'purchased', amount: 200 }, {});
    const asks = (engine: Engine) => [
      engine.consume(account, body, { ...person, idempotencyKey: 'c' }),
      engine.hold(account, body, { ...person, idempotencyKey: 'h' }),
      engine.consume(account, stated, { idempotencyKey: 'cs' }),
      engine.hold(account, stated, { idempotencyKey: 'hs' }),
    ];
    const first = await Promise.all(asks(before));
    await before.close();
    const after = await open(catalog);
    const again = await Promise.all(asks(after));
    expect(again.map((one) => one.operation)).toEqual(first.map((one) => one.operation));
    expect(again.every((one) => 'replayed' in one && one.replayed)).toBe(true);
    expect(await after.balance(account)).toMatchObject({ total: 150, held: 50, version: 5 });
    await after.close();
  });
});

test('lesson 2: the scale of a ledger is that of its first catalog, for good', async () => {
  await (await open()).close();
  await expect(open(edited((file) => Object.assign(file, { scale: 2 })))).rejects.toThrow(
    /scale 0 .* scale 2/,
  );
});

test('a filter may name what any catalog had; what none had is refused', async () => {
  const engine = await open(edited(({ features }) => Reflect.deleteProperty(features, 'smart_cutout')));
  await engine.grant('u_filter', { class: 'purchased', amount: 5 }, {});
  expect(await engine.entries('u_filter', { feature: 'smart_cutout' })).toMatchObject({ data: [] });
  await expect(engine.entries('u_filter', { feature: 'zzz' })).rejects.toMatchObject({
    code: 'unknown_feature',
  });
  await expect(engine.entries('u_filter', { class: 'zzz' })).rejects.toMatchObject({ code: 'unknown_class' });
  await engine.close();
});
