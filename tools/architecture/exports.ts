/** Values that a file offers and nobody takes. */
import ts from 'typescript';
import { lineOf, type Module, type Violation, walk } from './module.ts';

/** Files whose exports are for callers outside: entry points, and what the test runner and loaders look up by name. */
const ENTRIES = new Set([
  'packages/client/src/index.ts',
  'packages/client/src/react/index.ts',
  'packages/client/src/react/messages/english.ts',
  'packages/client/src/react/messages/english-first.ts',
  'packages/client/src/react/messages/german.ts',
  'packages/client/src/react/messages/german-first.ts',
  'packages/engine/src/index.ts',
  // Called by bin/drawdown.js, which is there before anything is built.
  'packages/engine/src/cli.ts',
  // Loaded by `drawdown serve --with`.
  'examples/studio/src/server/product.ts',
]);

export function checkExports(modules: readonly Module[]): Violation[] {
  const taken = new Map<string, Set<string>>();
  for (const module of modules) for (const { path, name } of takenBy(module)) add(taken, path, name);
  return modules.flatMap((module) => {
    if (ENTRIES.has(module.path)) return [];
    const names = taken.get(module.path);
    if (names?.has('*') === true) return [];
    return exportsOf(module)
      .filter(({ name }) => names?.has(name) !== true)
      .map(({ name, node }) => ({
        rule: 'unused export',
        at: `${module.path}:${lineOf(module.source, node)}`,
        what: name,
      }));
  });
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key) ?? new Set();
  map.set(key, values.add(value));
}

/** Functions, classes and constants; a type that is exported beside them names what they take and give. */
function exportsOf({ source }: Module): { name: string; node: ts.Node }[] {
  return source.statements.flatMap((statement): { name: string; node: ts.Node }[] => {
    if (!ts.canHaveModifiers(statement)) return [];
    const modifiers = ts.getModifiers(statement) ?? [];
    if (!modifiers.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (modifiers.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword)) return [];
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      return [{ name: statement.name.text, node: statement }];
    }
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap((one) =>
      ts.isIdentifier(one.name) ? [{ name: one.name.text, node: statement }] : [],
    );
  });
}

/** What a module names of others. A namespace, or a file that is loaded late, may use everything. */
function takenBy({ source, imports }: Module): { path: string; name: string }[] {
  const paths = new Map(imports.map((one) => [one.specifier, one.path]));
  const found: { path: string; name: string }[] = [];
  const take = (specifier: ts.Node | undefined, names: readonly string[]): void => {
    const path = specifier !== undefined && ts.isStringLiteral(specifier) ? paths.get(specifier.text) : null;
    if (typeof path === 'string') for (const name of names) found.push({ path, name });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) take(node.moduleSpecifier, namesIn(node.importClause?.namedBindings));
    else if (ts.isExportDeclaration(node)) take(node.moduleSpecifier, namesIn(node.exportClause));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      take(node.arguments[0], ['*']);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      take(node.argument.literal, ['*']);
    }
  });
  return found;
}

function namesIn(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): string[] {
  if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return ['*'];
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}
