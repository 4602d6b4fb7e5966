/** The programs in the documents, compiled as their reader compiles them: what only runs may be what no editor accepts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { blocksOf } from './docs/blocks.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where a reader of this very repository would put them; nothing is written there. */
const PLACE = join(ROOT, 'packages/engine/test/docs');
const CLIENT = 'packages/client/README.md';
const GUIDES = readdirSync(join(ROOT, 'docs/guide')).map((name) => `docs/guide/${name}`);

/** Files of the reader's own that a program imports. */
const OWN: Readonly<Record<string, string>> = {
  'orders.ts': `import type { Client } from '@drawdown/client';
export declare function startOrder(order: string | undefined, account: string | undefined): Promise<object>;
export declare function finishWhatACrashLeft(client: Client, directory: string): Promise<void>;
export declare function releaseWhatRuns(client: Client): Promise<void>;`,
};

/** Each with the place that it is at: a program of its own, or in the client's document all of them in a row. */
function programs(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of ['README.md', CLIENT, ...GUIDES]) {
    const blocks = blocksOf(readFileSync(join(ROOT, name), 'utf8')).filter(({ language }) =>
      /^tsx?$/.test(language),
    );
    const parts = blocks.map(({ text }, index) =>
      index > 0 && text.includes('const credits =') ? `{\n${text}}\n` : text,
    );
    if (name === CLIENT) found.set(`${name.replaceAll('/', '-')}.tsx`, `${parts.join('\n')}\nexport {};\n`);
    else
      for (const { line, text } of blocks)
        found.set(`${name.replaceAll('/', '-')}-${line}.tsx`, `${text}\nexport {};\n`);
  }
  return found;
}

/** What the compiler says against them, with the place of the block. */
function faultsOf(files: ReadonlyMap<string, string>): string[] {
  const virtual = new Map(
    [...files, ...Object.entries(OWN)].map(([name, text]) => [join(PLACE, name), text]),
  );
  const source = (path: string): string[] => [join(ROOT, path)];
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
    allowImportingTsExtensions: true,
    noUncheckedSideEffectImports: true,
    types: ['node', 'react'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    paths: {
      '@drawdown/client': source('packages/client/src/index.ts'),
      '@drawdown/client/react': source('packages/client/src/react/index.ts'),
      '@drawdown/client/react/styles.css': source('packages/client/src/react/styles.css.d.ts'),
      '@drawdown/client/react/*': source('packages/client/src/react/messages/*.ts'),
      drawdown: source('packages/engine/src/index.ts'),
    },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, wanted, ...rest) => {
    const text = virtual.get(path);
    return text === undefined
      ? getSourceFile(path, wanted, ...rest)
      : ts.createSourceFile(path, text, wanted);
  };
  const program = ts.createProgram(
    [...files.keys()].map((name) => join(PLACE, name)),
    options,
    host,
  );
  return [...files.keys()].flatMap((name) => {
    const file = program.getSourceFile(join(PLACE, name));
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

it('every program in the documents compiles', { timeout: 120_000 }, () => {
  const found = programs();
  expect(found.size).toBeGreaterThan(20);
  const wrong =
    "import { Nothing } from '@drawdown/client/react';\nexport const a: string = 1;\nvoid Nothing;";
  const faults = faultsOf(new Map([...found, ['wrong.tsx', wrong]]));
  expect(faults.filter((fault) => fault.startsWith('wrong.tsx'))).toHaveLength(2);
  expect(faults.filter((fault) => !fault.startsWith('wrong.tsx'))).toEqual([]);
});
