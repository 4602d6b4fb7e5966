import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

export interface Import {
  readonly specifier: string;
  /** The file it leads to, from the root of the repository; null: a package. */
  readonly path: string | null;
  /** The package's name without a path into it; null: a file of the repository. */
  readonly package: string | null;
  /** Gone after compilation, so nothing is loaded. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** One source file, parsed; its path is from the root of the repository, with slashes. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly imports: readonly Import[];
}

export interface Violation {
  readonly rule: string;
  /** `path:line` */
  readonly at: string;
  readonly what: string;
}

export function parseModule(path: string, text: string): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    imports.push(importOf(path, { specifier: specifier.text, typeOnly, line: lineOf(source, specifier) }));
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
  });
  return { path, text, source, imports };
}

function importOf(from: string, found: Pick<Import, 'specifier' | 'typeOnly' | 'line'>): Import {
  if (found.specifier.startsWith('.')) {
    return { ...found, path: posix.join(posix.dirname(from), found.specifier), package: null };
  }
  const parts = found.specifier.split('/');
  const name = parts.slice(0, found.specifier.startsWith('@') ? 2 : 1).join('/');
  return { ...found, path: null, package: name };
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { namedBindings } = clause;
  if (clause.name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings))
    return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.every((element) => element.isTypeOnly);
}

/** Every node below, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** The files below `folders` whose names end in one of `endings`, with their texts; what is built is left out. */
export function readTexts(
  root: URL,
  folders: readonly string[],
  endings: readonly string[],
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const names = readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' });
    for (const name of names.sort()) {
      const path = posix.join(folder, name.replaceAll('\\', '/'));
      if (/(^|\/)(node_modules|dist)\//.test(path) || !endings.some((ending) => path.endsWith(ending)))
        continue;
      texts.set(path, readFileSync(new URL(path, root), 'utf8'));
    }
  }
  return texts;
}
