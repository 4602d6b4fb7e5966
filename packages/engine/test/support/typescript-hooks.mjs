import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';

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
  return {
    format: 'module',
    source: compile(fileURLToPath(url), { inlineSourceMap: true }),
    shortCircuit: true,
  };
}
