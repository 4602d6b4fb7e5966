import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// The same names as in vitest.config.ts: the packages from source.
const SOURCES = new Map([
  ['@drawdown/client', new URL('../../../client/src/index.ts', import.meta.url).href],
  ['drawdown', new URL('../../src/index.ts', import.meta.url).href],
]);

export async function resolve(specifier, context, next) {
  const url = SOURCES.get(specifier);
  return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(await readFile(fileName, 'utf8'), {
    fileName,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, inlineSourceMap: true },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
