/** What each method of the client asks, found by calling it, and the fields that its types let one name. */
import { fileURLToPath } from 'node:url';
import { createClient } from '@drawdown/client';
import ts from 'typescript';
import type { Route } from '../../src/http/route.ts';
import { routeOf } from './recorder.ts';

export interface Call {
  readonly method: string;
  readonly route: Route;
  /** Which of the parameters is the body, or the query, as it is; null: none is. */
  readonly parameter: number | null;
}

/** As many as any method takes. */
const MOST_PARAMETERS = 6;

/** Each method is given words as parameters: where they turn up again says what they are. */
export async function clientCalls(): Promise<Call[]> {
  const calls: Call[] = [];
  let method = '';
  const client = createClient({
    url: 'http://127.0.0.1',
    token: 'sk_any',
    retry: { attempts: 1 },
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const route = routeOf(init?.method ?? 'GET', url.pathname);
      if (route === undefined)
        throw new Error(`client.${method} asks ${init?.method} ${url.pathname}: no route`);
      const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : null;
      // A word that is spread into a query is its letters.
      const letters = [...url.searchParams].flatMap(([name, value]) => (/^\d+$/.test(name) ? [value] : []));
      const word = /^p(\d+)$/.exec(typeof body === 'string' ? body : letters.join(''));
      calls.push({ method, route, parameter: word === null ? null : Number(word[1]) });
      const problem = { type: 'about:blank', title: 'no', status: 403, code: 'forbidden', detail: 'no' };
      return Response.json(problem, { status: 403 });
    },
  });
  const words = Array.from({ length: MOST_PARAMETERS }, (_, index) => `p${index}`);
  for (const [name, call] of Object.entries(client)) {
    method = name;
    const result = (call as (...words: string[]) => unknown)(...words);
    const isStream = typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
    await Promise.resolve(isStream ? (result as AsyncGenerator<unknown>).next() : result).catch(
      () => undefined,
    );
  }
  return calls;
}

/** The fields of a method's parameter, by the compiler's own types, as `schemaFields` names them. */
export function typedFields(): (method: string, parameter: number) => string[] {
  const path = fileURLToPath(new URL('../../../client/src/client.ts', import.meta.url));
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path) as ts.SourceFile;
  const client = checker
    .getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol)
    .find(({ name }) => name === 'Client') as ts.Symbol;
  const methods = checker.getDeclaredTypeOfSymbol(client);
  return (method, parameter) => {
    const found = new Set<string>();
    const walk = (type: ts.Type, path: string, open: readonly ts.Type[]): void => {
      if (open.includes(type)) return;
      const inside = [...open, type];
      if (type.isUnionOrIntersection() && !isPrimitive(type)) {
        for (const part of type.types) walk(part, path, inside);
        return;
      }
      if (isPrimitive(type)) return;
      if (checker.isArrayType(type)) {
        for (const item of checker.getTypeArguments(type as ts.TypeReference)) walk(item, path, inside);
        return;
      }
      for (const property of checker.getPropertiesOfType(type)) {
        const at = path === '' ? property.name : `${path}.${property.name}`;
        found.add(at);
        walk(checker.getTypeOfSymbol(property), at, inside);
      }
    };
    const signature = checker
      .getTypeOfSymbol(methods.getProperty(method) as ts.Symbol)
      .getCallSignatures()[0] as ts.Signature;
    const symbol = signature.getParameters()[parameter];
    if (symbol !== undefined) walk(checker.getTypeOfSymbol(symbol), '', []);
    return [...found].sort();
  };
}

const PRIMITIVE =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.Null |
  ts.TypeFlags.Undefined;

const isPrimitive = (type: ts.Type): boolean => (type.flags & PRIMITIVE) !== 0;
