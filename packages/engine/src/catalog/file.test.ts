import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog, readCatalog } from './load.ts';
import { shippedCatalog } from './shipped.ts';

describe('catalog files', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catalog-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const write = async (name: string, text: string) => {
    const file = join(directory, name);
    await writeFile(file, text);
    return file;
  };
  const json = JSON.stringify(shippedCatalog);
  const shipped = readCatalog(shippedCatalog).version;

  it.each([
    ['a.json', `\uFEFF${JSON.stringify(shippedCatalog, null, 4)}`],
    ['a.mjs', `export default ${json};`],
    ['a.ts', `type T = { scale: number };\nconst c = ${json} satisfies T;\nexport default c as T;`],
    ['a.mts', `import type { CatalogFile } from 'drawdown';\nexport default ${json} satisfies CatalogFile;`],
  ])('%s', async (name, text) => {
    const catalog = await loadCatalog({ file: await write(name, text) });
    expect(catalog.version).toBe(shipped);
  });

  it('takes data as well', async () => {
    expect((await loadCatalog({ data: shippedCatalog })).version).toBe(shipped);
  });

  it('reads a changed module again', async () => {
    const file = await write('changing.mjs', `export default ${json};`);
    await loadCatalog({ file });
    await writeFile(file, `export default ${JSON.stringify({ ...shippedCatalog, name: 'Other' })};`);
    expect((await loadCatalog({ file })).name).toBe('Other');
  });

  it.each([
    ['bad.json', '{"classes": [', /bad\.json is not a usable catalog:\n {2}is not JSON: /],
    ['bad.mjs', 'export default {', /cannot be run: /],
    ['throws.mjs', 'throw new Error("no network")', /cannot be run: no network/],
    ['none.mjs', 'export const catalog = {};', /has no default export; write `export default/],
    ['bad.yaml', 'a: 1', /must be a \.json, \.js, \.mjs, \.ts or \.mts file/],
    ['empty.json', '{}', /empty\.json is not a usable catalog:\n {2}classes: .*\n {2}surfaces: /],
  ])('%s is refused clearly', async (name, text, message) => {
    await expect(loadCatalog({ file: await write(name, text) })).rejects.toThrow(message);
  });

  it('says that a file is not there', async () => {
    const file = join(directory, 'absent.json');
    await expect(loadCatalog({ file })).rejects.toThrow(
      /absent\.json is not a usable catalog:\n {2}cannot be read: ENOENT/,
    );
  });

  it.skipIf((process.features as { typescript?: unknown }).typescript)(
    'says what to do about imports of a TypeScript file where Node does not run it',
    async () => {
      const file = await write('imports.ts', `import { cpus } from 'node:os';\nexport default cpus();`);
      await expect(loadCatalog({ file })).rejects.toThrow(/may import nothing but types .* Node 22\.18/);
    },
  );
});
