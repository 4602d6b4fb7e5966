/**
 * Finds promises that nobody waits for, by the types of the compiler itself: what a call really returns, also through
 * an interface, a bound method or a package's declarations. Part of `npm run lint`.
 *
 * Reported are a statement whose value is a promise (unless it is awaited, `void`ed, or has its rejection handled) and
 * an async function given where the receiver expects one that returns nothing, since nobody would see it fail.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface Floating {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'floating' | 'misused';
  readonly text: string;
}

export function floatingPromises(program: ts.Program): Floating[] {
  const checker = program.getTypeChecker();
  const found: Floating[] = [];
  const report = (node: ts.Node, kind: Floating['kind']): void => {
    const source = node.getSourceFile();
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const text = (node.getText().split('\n')[0] as string).slice(0, 80);
    found.push({ file: source.fileName, line, kind, text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && floats(node.expression, checker)) report(node, 'floating');
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      for (const argument of node.arguments ?? [])
        if (misused(argument, checker)) report(argument, 'misused');
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) {
    if (!source.isDeclarationFile && !program.isSourceFileFromExternalLibrary(source)) visit(source);
  }
  return found;
}

function floats(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isParenthesizedExpression(expression)) return floats(expression.expression, checker);
  if (ts.isVoidExpression(expression) || ts.isAwaitExpression(expression)) return false;
  if (ts.isBinaryExpression(expression)) {
    const { operatorToken } = expression;
    if (
      operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      operatorToken.kind <= ts.SyntaxKind.LastAssignment
    ) {
      return false;
    }
    return floats(expression.right, checker);
  }
  if (ts.isConditionalExpression(expression)) {
    return floats(expression.whenTrue, checker) || floats(expression.whenFalse, checker);
  }
  if (ts.isCallExpression(expression) && handlesRejection(expression, checker)) return false;
  return holdsPromise(checker.getTypeAtLocation(expression), checker);
}

function handlesRejection(call: ts.CallExpression, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(call.expression)) return false;
  const { name, expression: receiver } = call.expression;
  if (name.text === 'catch') return call.arguments.length >= 1;
  if (name.text === 'then') return call.arguments.length >= 2;
  // `finally` passes the rejection on.
  return name.text === 'finally' && !floats(receiver, checker);
}

/** A promise, or several in an array. Arrays of arrays are not followed: types of JSON never end. */
function holdsPromise(type: ts.Type, checker: ts.TypeChecker): boolean {
  return partsOf(type).some((part) => {
    if (!checker.isArrayType(part) && !checker.isTupleType(part)) return isPromise(part);
    const elements = checker.getTypeArguments(part as ts.TypeReference);
    return elements.some((element) => partsOf(element).some(isPromise));
  });
}

const partsOf = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);

function isPromise(type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.Any) !== 0) return false;
  return type.getProperty('then') !== undefined && type.getProperty('catch') !== undefined;
}

function misused(argument: ts.Expression, checker: ts.TypeChecker): boolean {
  if (!ts.isArrowFunction(argument) && !ts.isFunctionExpression(argument)) return false;
  const given = checker.getTypeAtLocation(argument).getCallSignatures()[0];
  if (given === undefined || !holdsPromise(given.getReturnType(), checker)) return false;
  const expected = checker.getContextualType(argument);
  if (expected === undefined) return false;
  const signatures = (expected.isUnion() ? expected.types : [expected]).flatMap((one) => [
    ...one.getCallSignatures(),
  ]);
  return (
    signatures.length > 0 && signatures.every((one) => (one.getReturnType().flags & ts.TypeFlags.Void) !== 0)
  );
}

/** The program of a tsconfig file. Throws where the file cannot be read. */
function programOf(tsconfig: string): ts.Program {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(tsconfig, {}, host);
  if (parsed === undefined) throw new Error(`${tsconfig} cannot be read`);
  return ts.createProgram(parsed.fileNames, parsed.options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = programOf(fileURLToPath(new URL('../tsconfig.check.json', import.meta.url)));
  const found = floatingPromises(program);
  for (const { file, line, kind, text } of found) {
    console.error(`${relative(process.cwd(), file)}:${line}  ${kind} promise: ${text}`);
  }
  const files = program.getSourceFiles().filter((source) => !source.isDeclarationFile).length;
  console.log(`${files} files: ${found.length} promises that nobody waits for`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
