import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// The same names as in vitest.config.ts: the packages from source.
const SOURCES = new Map([
  ['@drawdown/client', new URL('../../../client/src/index.ts', import.meta.url).href],
  ['drawdown', new URL('../../src/index.ts', import.meta.url).href],
]);

// The compiler takes eight seconds of work for a server's sources, and tests start dozens of servers: what it made of a file is
// kept by what stands in the file, so that only the first process of a checkout waits for it.
const KEPT = fileURLToPath(new URL('../../../../node_modules/.cache/drawdown-typescript/', import.meta.url));
const { version } = createRequire(import.meta.url)('typescript/package.json');
mkdirSync(KEPT, { recursive: true });

export async function resolve(specifier, context, next) {
  const url = SOURCES.get(specifier);
  return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const fileName = fileURLToPath(url);
  const text = await readFile(fileName, 'utf8');
  const name = createHash('sha256').update(`${version}\n${fileName}\n${text}`).digest('hex');
  const kept = `${KEPT}${name}.mjs`;
  const source = await readFile(kept, 'utf8').catch(() => compiled(fileName, text, kept));
  return { format: 'module', source, shortCircuit: true };
}

async function compiled(fileName, text, kept) {
  const { default: ts } = await import('typescript');
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, inlineSourceMap: true },
  });
  // Processes that start together write the same; none reads half of it.
  const own = `${kept}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, outputText);
  await rename(own, kept);
  return outputText;
}
