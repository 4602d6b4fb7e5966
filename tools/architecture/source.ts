/** Rules on what stands in a source file. */
import ts from 'typescript';
import { lineOf, type Module, type Violation, walk } from './module.ts';

/** Longer than this is more than one subject. Tests may be longer: tables of cases read like tables. */
const MAX_LINES = 350;
const MAX_TEST_LINES = 650;
const LONG: ReadonlyMap<string, string> = new Map([
  ['packages/engine/test/http/matrix.test.ts', 'a row for each route of the contract'],
  ['packages/engine/test/scenario/core-target.ts', 'one short method for each verb of the language'],
]);

/** What makes an answer depend on more than what was handed in, or come later. */
const IMPURE = new Set([
  'process',
  'globalThis',
  'console',
  'performance',
  'crypto',
  'fetch',
  'Promise',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** `core/` reads no clock, draws no lot, waits for nothing and knows no process. */
export function checkPurity(modules: readonly Module[]): Violation[] {
  return modules
    .filter((module) => module.path.startsWith('packages/engine/src/core/'))
    .flatMap((module) => {
      const found: Violation[] = [];
      walk(module.source, (node) => {
        const what = impurity(node);
        if (what !== null) found.push({ rule: 'purity', at: at(module, node), what });
      });
      return found;
    });
}

function impurity(node: ts.Node): string | null {
  if (ts.isAwaitExpression(node)) return 'await';
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : null;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return text === 'Date.now' || text === 'Math.random' || text === 'Temporal.Now' ? text : null;
  }
  if (!ts.isIdentifier(node) || !IMPURE.has(node.text)) return null;
  // A name of our own behind a dot, or before a colon, is no global.
  const { parent } = node;
  const isOwn =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node);
  return isOwn ? null : node.text;
}

/** No `any`, no silenced compiler or linter without a reason, no test left out, named exports, `.ts` endings. */
export function checkText(modules: readonly Module[]): Violation[] {
  return modules.flatMap((module) => [
    ...checkLength(module),
    ...checkSilencing(module),
    ...checkNodes(module),
    ...checkTestName(module),
  ]);
}

function checkLength({ path, text }: Module): Violation[] {
  const lines = text.split('\n').length - 1;
  const max = path.endsWith('.test.ts') ? MAX_TEST_LINES : MAX_LINES;
  if (lines <= max || LONG.has(path)) return [];
  return [{ rule: 'length', at: `${path}:${max}`, what: `${lines} lines` }];
}

function checkSilencing({ path, text }: Module): Violation[] {
  return text.split('\n').flatMap((line, index) => {
    const comment = /^\s*(?:\/\/|\/\*)\s*(@ts-[\w-]+|biome-ignore(?:-all|-start|-end)?)(.*)/.exec(line);
    if (comment === null) return [];
    const [, word = '', rest = ''] = comment;
    const reasoned = word.startsWith('biome') ? /^ \S+: \S+/.test(rest) : /^:? +\S+ \S+/.test(rest);
    const allowed = word === '@ts-expect-error' || word.startsWith('biome');
    return allowed && reasoned ? [] : [{ rule: 'silenced', at: `${path}:${index + 1}`, what: line.trim() }];
  });
}

function checkNodes(module: Module): Violation[] {
  const found: Violation[] = [];
  const isConfig = module.path.endsWith('.config.ts');
  walk(module.source, (node) => {
    const add = (rule: string): void => {
      found.push({ rule, at: at(module, node), what: (node.getText().split('\n')[0] ?? '').slice(0, 80) });
    };
    if (node.kind === ts.SyntaxKind.AnyKeyword) add('any');
    if (ts.isExportAssignment(node) && !isConfig) add('default export');
    if (isLeftOut(node)) add('left out');
  });
  for (const one of module.imports) {
    if (one.path === null || /\.(tsx?|mjs|js|json|css)$/.test(one.specifier)) continue;
    found.push({ rule: 'ending', at: `${module.path}:${one.line}`, what: one.specifier });
  }
  return found;
}

/** `it.skip`, `test.only`, `describe.todo` and their chains. */
function isLeftOut(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node) || !['skip', 'only', 'todo'].includes(node.name.text))
    return false;
  return /^(it|test|describe)\b/.test(node.expression.getText());
}

/** A file of tests under another name would never run. */
function checkTestName({ path, imports, source }: Module): Violation[] {
  if (path.endsWith('.test.ts') || !imports.some((one) => one.package === 'vitest')) return [];
  const runs = source.statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) && /^(it|test|describe)\b/.test(statement.expression.getText()),
  );
  return runs ? [{ rule: 'test name', at: `${path}:1`, what: 'has tests and does not end in .test.ts' }] : [];
}

/** `process.env` is read in one file, but for the locale and the path that a child process is started with. */
const ENVIRONMENT = new Map([
  ['packages/engine/src/config.ts', 'the one file that reads configuration'],
  ['packages/engine/src/store/postmaster.ts', 'hands the environment on to PostgreSQL'],
  ['packages/engine/src/store/process-identity.ts', 'hands the environment on to ps'],
]);

export function checkEnvironment(modules: readonly Module[]): Violation[] {
  return modules
    .filter(
      (module) =>
        /^(packages|apps|examples)\/[a-z]+\/src\//.test(module.path) && !ENVIRONMENT.has(module.path),
    )
    .flatMap((module) => {
      const found: Violation[] = [];
      walk(module.source, (node) => {
        if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') {
          found.push({ rule: 'environment', at: at(module, node), what: 'process.env' });
        }
      });
      return found;
    });
}

const at = (module: Module, node: ts.Node): string => `${module.path}:${lineOf(module.source, node)}`;
